import { createHash } from "node:crypto";
import { REVIEW_COLUMNS, REVIEW_FILE, REVIEW_FOLDER, REVIEW_WORKBOOK } from "../../../handlers/files/files";
import { textOfCell } from "../cellText";
import type { ContentCheck } from "../contentCheck";
import type { CsvRow } from "../csvCheck";
import type { Problems } from "../verdict";
import { type Part, partsOf, unpacked } from "./archive";
import { rowsOf } from "./rows";

/** Holds the workbooks of a report against its `review.csv`. */
export interface WorkbooksCheck {
  /** Every line of review.csv, in its order, before the first workbook. */
  review(row: CsvRow): void;
  /** Reads one of them; they come in the order of the manifest. */
  workbook(name: string): ContentCheck;
  /** Once all are read. */
  end(): void;
}

/** More reviewers have no workbooks of their own. */
const MOST_REVIEWERS = 500;
const DIGEST = 16;
/** Beyond that an archive has no room for them. */
const MOST_BYTES = 0xffff_ffff;

/** Lines of review.csv, and how far the workbooks that share them have come. */
interface Share {
  readonly lines: number[];
  next: number;
}

/**
 * All `review.xlsx`, `review-2.xlsx` … together have the lines of review.csv, in its order, and those of a reviewer that reviewer's. Of each line a digest
 * is held, and of each workbook its packed bytes while it is read.
 */
export function createWorkbooksCheck(problems: Problems): WorkbooksCheck {
  const digests: Buffer[] = [];
  const lineNumbers: number[] = [];
  const whole: Share = { lines: [], next: 0 };
  const byReviewer = new Map<string, Share>();
  /** By what its files are called, without number and ending: whose they are, known from the first line of the first. */
  const reviewerOf = new Map<string, string>();
  let unread = false;

  const digestOf = (texts: readonly string[]): Buffer =>
    createHash("sha256").update(texts.join("\u0000")).digest().subarray(0, DIGEST);

  function shareOf(name: string, first: readonly string[]): Share | null {
    if (!name.startsWith(REVIEW_FOLDER)) return whole;
    const stem = name.replace(/(-\d{1,4})?\.xlsx$/, "");
    const reviewer = reviewerOf.get(stem) ?? first[REVIEW_COLUMNS.indexOf("Reviewer")]!;
    reviewerOf.set(stem, reviewer);
    return reviewer === "" ? null : (byReviewer.get(reviewer) ?? null);
  }

  async function compare(name: string, archive: Buffer): Promise<void> {
    let share: Share | null = name.startsWith(REVIEW_FOLDER) ? null : whole;
    let lines = 0;
    const parts = partsOf(archive);
    await checkShown(parts);
    for await (const { row, texts } of rowsOf(sheetIn(parts), REVIEW_COLUMNS.length)) {
      if (row === 1) {
        if (texts.join() === REVIEW_COLUMNS.join()) continue;
        problems.add(name, row, `has another header than ${REVIEW_FILE}`);
        return;
      }
      lines++;
      share ??= shareOf(name, texts);
      const line = share?.lines[share.next];
      if (line === undefined) {
        problems.add(
          name,
          row,
          `has a line where ${REVIEW_FILE} has none ${share === whole ? "more" : "of that reviewer"}`,
        );
        return;
      }
      share!.next++;
      if (digests[line]!.equals(digestOf(texts))) continue;
      problems.add(name, row, `does not say what line ${lineNumbers[line]} of ${REVIEW_FILE} says`);
    }
    // A report with nothing to decide has a header alone.
    if (lines === 0 && (share !== whole || whole.lines.length > 0)) problems.add(name, null, "has no line");
  }

  return {
    review({ line, cell }) {
      const texts = REVIEW_COLUMNS.map((column) => inWorkbook(textOfCell(cell(column))));
      const index = digests.push(digestOf(texts)) - 1;
      lineNumbers.push(line);
      whole.lines.push(index);
      const reviewer = texts[REVIEW_COLUMNS.indexOf("Reviewer")]!;
      if (reviewer === "") return;
      const share = byReviewer.get(reviewer);
      if (share === undefined) byReviewer.set(reviewer, { lines: [index], next: 0 });
      else share.lines.push(index);
    },
    workbook(name) {
      let pieces: Buffer[] = [];
      let length = 0;
      return {
        async write(bytes) {
          length += bytes.length;
          if (length <= MOST_BYTES) pieces.push(bytes);
        },
        async end() {
          // Whoever has to doubt review.csv needs no second word of it.
          const isDoubtful = problems.countOf(REVIEW_FILE) > 0;
          try {
            if (isDoubtful) unread = true;
            else await compare(name, Buffer.concat(pieces));
          } catch (error) {
            unread = true;
            problems.add(name, null, `is no workbook of this program: it ${(error as Error).message}`);
          }
          pieces = [];
          return null;
        },
      };
    },
    end() {
      if (unread) return; // which is said
      const missing = (file: string, { lines, next }: Share) => {
        if (next < lines.length && problems.countOf(file) === 0)
          problems.add(
            file,
            null,
            `lacks ${lines.length - next} lines, from line ${lineNumbers[lines[next]!]} of ${REVIEW_FILE} on`,
          );
      };
      missing(REVIEW_WORKBOOK, whole);
      if (byReviewer.size > MOST_REVIEWERS) return;
      for (const [reviewer, share] of byReviewer) {
        const stem = [...reviewerOf].find(([, known]) => known === reviewer)?.[0];
        if (stem === undefined)
          problems.add(
            REVIEW_WORKBOOK,
            null,
            `has the lines of the reviewer ${JSON.stringify(reviewer)}, who has no workbook in ${REVIEW_FOLDER}`,
          );
        else missing(`${stem}.xlsx`, share);
      }
    },
  };
}

/** The one sheet, which the workbook names as we do: a second one, or another part in its place, would be what people read. */
function sheetIn(parts: readonly Part[]): Part {
  const SHEET = "xl/worksheets/sheet1.xml";
  const sheets = parts.filter(({ name }) => name.toLowerCase() === SHEET);
  const [sheet] = sheets;
  if (sheet === undefined || sheets.length > 1) throw new Error(`has ${sheets.length} parts ${SHEET}`);
  const strange = parts.find(({ name }) => !OWN_PARTS.includes(name));
  if (strange) throw new Error(`has a part ${JSON.stringify(strange.name)}`);
  return sheet;
}

/** Throws where a spreadsheet would show something else than the one sheet. */
async function checkShown(parts: readonly Part[]): Promise<void> {
  const textOf = async (name: string) => {
    const pieces: Buffer[] = [];
    const part = parts.find((each) => each.name === name);
    if (part) for await (const piece of unpacked(part)) pieces.push(piece);
    return Buffer.concat(pieces).toString("utf8");
  };
  const sheets = (await textOf("xl/workbook.xml")).match(/<sheet [^>]*>/g) ?? [];
  const relations = (await textOf("xl/_rels/workbook.xml.rels")).match(/<Relationship [^>]*>/g) ?? [];
  const [id] = sheets.map((sheet) => /\br:id="(\w+)"/.exec(sheet)?.[1]);
  const shown = relations.filter((relation) => relation.includes(` Id="${id}"`));
  if (sheets.length !== 1 || shown.length !== 1 || !shown[0]!.includes(' Target="worksheets/sheet1.xml"'))
    throw new Error("names another sheet than the one that it has");
}

const OWN_PARTS = [
  ...[
    "[Content_Types].xml",
    "_rels/.rels",
    "docProps/app.xml",
    "docProps/core.xml",
    "xl/workbook.xml",
    "xl/styles.xml",
  ],
  ...["xl/_rels/workbook.xml.rels", "xl/theme/theme1.xml", "xl/worksheets/sheet1.xml"],
];

/** What a cell of a workbook can hold of a text. */
function inWorkbook(text: string): string {
  const LONGEST = 32_767;
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  return cut.replace(/\p{Surrogate}|[\ufffe\uffff]/gu, "\ufffd");
}
