import type { SheetToWrite } from "../tasks";
import { frameOf, letterOf, SHEET_PART } from "./frame";
import { createZip } from "./zip";

/** A cell of a spreadsheet holds no more: https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3 */
const LONGEST_CELL = 32_767;

const LINE_POINTS = 15;
/** No row is higher. */
const MOST_POINTS = 405;

/** A workbook on its way: whatever it has written is given once, so that no more than a batch of its lines is ever held. */
export interface WorkbookWriter {
  /** A text for each column. */
  lines(lines: readonly (readonly string[])[]): Promise<Written>;
  end(): Promise<Written>;
}

export interface Written {
  readonly bytes: Uint8Array;
  /** How many bytes the sheet has so far, unpacked. */
  readonly size: number;
}

/**
 * Begins a workbook, whose bytes are the same for the same lines in the same batches. The library makes all of it but the lines: it would hold them,
 * and what it writes line by line has no list of choices, no filter and no hidden columns.
 */
export async function beginWorkbook(sheet: SheetToWrite): Promise<WorkbookWriter> {
  const zip = createZip();
  const part = zip.entry(SHEET_PART);
  const { head, styles } = await frameOf(sheet, 1);
  const starts = sheet.columns.map((_, column) => `<c r="${letterOf(column)}`);
  // Without a text, nobody needs a cell; where people write one, it has to stay text.
  const empty = sheet.columns.map(({ fillIn }, column) => fillIn && `" s="${styles[column]!}"/>`);
  const text = styles.map((style) => `" t="inlineStr" s="${style}"><is><t`);
  // What the line before had, too, is not escaped again.
  const last = sheet.columns.map(() => "");
  const escaped = sheet.columns.map(() => "");
  let row = 1;
  await part.write(Buffer.from(head));

  const wrapped = sheet.columns.flatMap(({ long, width }, column) => (long ? [{ column, width }] : []));
  /** In points, for as many lines as the text that breaks most: not every spreadsheet looks for itself. */
  const heightOf = (line: readonly string[]): number => {
    let most = 1;
    for (const { column, width } of wrapped) {
      const value = line[column]!;
      if (2 * value.length > width || value.includes("\n")) most = Math.max(most, linesOf(value, width));
    }
    return Math.min(most * LINE_POINTS, MOST_POINTS);
  };

  const written = (): Written => ({ bytes: zip.take(), size: part.size() });

  return {
    async lines(lines) {
      let xml = "";
      for (const line of lines) {
        row++;
        xml += `<row r="${row}" ht="${heightOf(line)}">`;
        for (let column = 0; column < line.length; column++) {
          const value = line[column]!;
          if (value !== "") {
            if (value !== last[column]) {
              last[column] = value;
              escaped[column] = textOf(value);
            }
            xml += `${starts[column]}${row}${text[column]}${escaped[column]}</t></is></c>`;
          } else if (empty[column]) {
            xml += `${starts[column]}${row}${empty[column]}`;
          }
        }
        xml += "</row>";
      }
      await part.write(Buffer.from(xml));
      return written();
    },
    async end() {
      const { foot, others } = await frameOf(sheet, row);
      await part.write(Buffer.from(foot));
      await part.end();
      for (const [name, content] of others) {
        const other = zip.entry(name);
        await other.write(content);
        await other.end();
      }
      zip.end();
      return written();
    },
  };
}

/** How many lines a text takes; letters of East Asia are twice as wide. */
function linesOf(text: string, width: number): number {
  return text.split("\n").reduce((sum, line) => {
    const wide = line.match(/[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/g)?.length ?? 0;
    return sum + Math.max(1, Math.ceil((line.length + wide) / width));
  }, 0);
}

/** Its element from the end of the tag's name on: as a cell can hold it. */
function textOf(text: string): string {
  const cut = text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL - 1)}…` : text;
  // Most texts have nothing to escape, and to find that out in one go is several times as fast.
  if (/^[!-%'-;=?-~][ -%'-;=?-~]*$/.test(cut) && !cut.includes("_x") && !cut.endsWith(" ")) return `>${cut}`;
  const code = (character: string) => character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  const escaped = cut
    // What looks like one of its escapes, what XML cannot hold, and what it would take for another line end.
    .replace(/_x(?=[0-9A-Fa-f]{4}_)/g, "_x005F_x")
    .replace(/\p{Cc}/gu, (each) => (each === "\t" || each === "\n" || each >= "\u007f" ? each : `_x${code(each)}_`))
    .replace(/\p{Surrogate}|[\ufffe\uffff]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
  return ` xml:space="preserve">${escaped}`;
}
