import { inflateRawSync } from "node:zlib";
import { type CellStyle, writeXlsx } from "hucre/xlsx";
import type { SheetToWrite } from "../tasks";
import { entriesOf } from "./archive";

/** Everything is text: no id is rounded, no name becomes a date, and nothing is run as a formula. */
const TEXT: CellStyle = { numFmt: "@", alignment: { vertical: "top" } };
const LONG_TEXT: CellStyle = { numFmt: "@", alignment: { vertical: "top", wrapText: true } };
const TO_FILL_IN: CellStyle = { ...LONG_TEXT, fill: { type: "pattern", pattern: "solid", fgColor: { rgb: "FFF6E5" } } };
const HEADER: CellStyle = {
  ...TEXT,
  font: { name: "Calibri", size: 11, bold: true },
  fill: { type: "pattern", pattern: "solid", fgColor: { rgb: "D9E5F2" } },
};

export const SHEET_PART = "xl/worksheets/sheet1.xml";

/** A workbook without its lines. */
export interface Frame {
  /** Of the sheet: up to the end of its header, and from behind its last line on. */
  readonly head: string;
  readonly foot: string;
  /** Of the cells of each column, by the workbook's number. */
  readonly styles: readonly string[];
  /** All parts of the workbook but the sheet. */
  readonly others: ReadonlyMap<string, Buffer>;
}

/** @param last the number of the last row, the header being the first */
export async function frameOf({ columns, choices, printed, at }: SheetToWrite, last: number): Promise<Frame> {
  const names = columns.map(({ name }) => name);
  const lastColumn = letterOf(columns.length - 1);
  const styles = columns.map(({ fillIn, long }) => (fillIn ? TO_FILL_IN : long ? LONG_TEXT : TEXT));
  const decision = letterOf(names.indexOf(choices.column));
  const instant = new Date(at);
  const bytes = await writeXlsx({
    sheets: [
      {
        name: "Review",
        columns: columns.map(({ width, hidden }, index) => ({ width, hidden, style: styles[index]! })),
        // The second is the model of all lines, of which only the styles are taken.
        rows: [names, names],
        cells: new Map(names.map((name, column) => [`0,${column}`, { value: name, style: HEADER }])),
        freezePane: { rows: 1 },
        autoFilter: { range: `A1:${lastColumn}${last}` },
        dataValidations:
          last === 1
            ? []
            : [
                {
                  type: "list",
                  values: [...choices.values],
                  range: `${decision}2:${decision}${last}`,
                  allowBlank: true,
                  // Whoever has other words may use them.
                  showErrorMessage: false,
                  showInputMessage: true,
                  inputTitle: choices.title,
                  inputMessage: choices.message,
                },
              ],
        pageSetup: {
          orientation: "landscape",
          // What a person reads is as large as it can be on one page's width.
          margins: { left: 0.25, right: 0.25, top: 0.4, bottom: 0.5, header: 0.2, footer: 0.25 },
          fitToPage: true,
          fitToWidth: 1,
          fitToHeight: 0,
          printTitlesRow: "$1:$1",
          printArea: `$A$1:$${letterOf(printed - 1)}$${last}`,
        },
        headerFooter: { oddFooter: "&L&A&RPage &P of &N" },
      },
    ],
    properties: { creator: "identity-center-credential-report", created: instant, modified: instant },
    stringMode: "inline",
  });
  const parts = new Map(
    entriesOf(Buffer.from(bytes)).map(({ name, packed, deflated }) => [
      name,
      deflated ? inflateRawSync(packed) : packed,
    ]),
  );
  const sheet = parts.get(SHEET_PART)!.toString("utf8");
  parts.delete(SHEET_PART);
  const from = sheet.indexOf('<row r="2"');
  const to = sheet.indexOf("</sheetData>");
  return {
    // How far it reaches is not known when it begins, and need not be said.
    head: sheet.slice(0, from).replace(/<dimension [^>]*\/>/, ""),
    foot: sheet.slice(to),
    styles: [...sheet.slice(from, to).matchAll(/<c [^>]*\bs="(\d+)"/g)].map(([, style]) => style!),
    others: parts,
  };
}

/** The letters by which a spreadsheet names a column; the first is 0. */
export function letterOf(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26));
  return column < 26 ? letter : letterOf(Math.floor(column / 26) - 1) + letter;
}
