import { createHash } from "node:crypto";
import { REVIEW_FILE, REVIEW_FOLDER, REVIEW_WORKBOOK } from "../names";
import type { ReportFile } from "../reportFile";
import type { ReviewColumn, ReviewLine } from "./columns";
import type { SheetColumn, Workbooks } from "./workbook/workbook";

/** How wide each column is, in characters; those that are not named are as wide as their names, and those of ids are hidden. */
const WIDTHS: Partial<Record<ReviewColumn, number>> = {
  Reviewer: 11,
  Action: 20,
  Username: 20,
  UserDisplayName: 16,
  GroupName: 18,
  Gives: 28,
  Administrator: 13,
  Usage: 19,
  LastLogin: 21,
  SuggestedAction: 16,
  Reason: 36,
  Decision: 10,
  DecidedBy: 12,
  DecidedOn: 11,
  Comment: 20,
  DecisionStatus: 15,
  DecidedSince: 13,
  EarlierDecision: 28,
  MemberSince: 21,
  RedundantWith: 22,
  UserEmail: 26,
  AccountName: 22,
  PermissionSetName: 26,
};
const LONG: readonly string[] = [
  ...["Username", "UserDisplayName", "GroupName", "Gives", "Reason", "Comment", "EarlierDecision", "RedundantWith"],
];
const FILL_IN: readonly string[] = ["Decision", "DecidedBy", "DecidedOn", "Comment"];

/** Of 1,048,576 rows, the first of which is the header: https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3 */
const MOST_LINES = 1_048_575;

/** What people are offered for `Decision`. Other words are taken, too. */
export const DECISIONS: readonly string[] = ["KEEP", "REMOVE", "LATER"];

export interface SheetsOptions {
  readonly columns: readonly ReviewColumn[];
  /** The instant of the report: the workbooks say that they are of it, so that the same report gives the same bytes. */
  readonly now: string;
  readonly workbooks: Workbooks;
  /** All lines, or those of one reviewer, in the order of the sheet, as often as it is asked for. */
  linesOf(reviewer?: string): Generator<ReviewLine, void, undefined>;
  /** How many a workbook has at most; by default, as many as a sheet of a spreadsheet takes. */
  readonly mostLines?: number;
}

/** The sheet as workbooks: `review.xlsx`, and one for each reviewer. */
export function createSheets({ columns, now, workbooks, linesOf, mostLines = MOST_LINES }: SheetsOptions) {
  const LINES_A_BATCH = 500;
  const LINES_THAT_COME_BACK = 80_000; // that unpack to 200 MB: what is read of all returned files
  const MOST_REVIEWERS = 500;
  const firstHidden = columns.indexOf("InstanceArn");
  const printed = columns.indexOf("Comment") + 1;
  const widths = WIDTHS;
  const long = LONG;
  const fillIn = FILL_IN;
  const values = DECISIONS;
  const shown: readonly SheetColumn[] = columns.map((name, at) => ({
    name,
    width: widths[name] ?? name.length + 3,
    hidden: at >= firstHidden,
    long: long.includes(name),
    fillIn: fillIn.includes(name),
  }));
  const choices = {
    column: "Decision",
    values,
    title: "Decision",
    message: "KEEP, REMOVE or LATER, or in your own words. An empty cell decides nothing.",
  };

  /** How many lines each file has that goes on where another was full; by its name. */
  const parts = new Map<string, number>();

  /** As many of the lines as a workbook takes. */
  function* batchesOf(name: string, rest: Rest): Generator<string[][], void, undefined> {
    let count = 0;
    while (count < mostLines && rest.next !== null) {
      const batch: string[][] = [];
      for (; batch.length < LINES_A_BATCH && count < mostLines && rest.next !== null; count++) {
        const line = rest.next;
        batch.push(columns.map((column) => line[column]));
        rest.next = rest.lines.next().value ?? null;
      }
      parts.set(name, count);
      yield batch;
    }
  }

  function fileOf(name: string, rest: Rest): ReportFile {
    return {
      name,
      contentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
      begin: () => "",
      rows: () => "",
      end: () => workbooks.write({ columns: shown, choices, printed, at: now }, batchesOf(name, rest)),
    };
  }

  /** `review.xlsx`, and where that is full `review-2.xlsx` …: each is written before the next is asked for. */
  function* filesOf(
    stem: string,
    lines: Iterator<ReviewLine, void, undefined>,
  ): Generator<ReportFile, void, undefined> {
    const rest: Rest = { lines, next: lines.next().value ?? null };
    yield fileOf(`${stem}.xlsx`, rest);
    for (let part = 2; rest.next !== null; part++) yield fileOf(`${stem}-${part}.xlsx`, rest);
  }

  return {
    /** @param reviewers whom the lines name; an empty one is nobody */
    *files(reviewers: Iterable<string>): Generator<ReportFile, void, undefined> {
      const stem = REVIEW_WORKBOOK.replace(/\.xlsx$/, "");
      yield* filesOf(stem, linesOf());
      const named = [...reviewers].filter((name) => name !== "").sort();
      if (named.length > MOST_REVIEWERS) return;
      const taken = new Set<string>();
      for (const reviewer of named) yield* filesOf(REVIEW_FOLDER + fileNameOf(reviewer, taken), linesOf(reviewer));
    },
    /** What readers have to know of how the lines were shared out, for people; known once all files are written. */
    notes(reviewers: Iterable<string>): string[] {
      const notes: string[] = [];
      const all = [...parts].filter(([name]) => !name.startsWith(REVIEW_FOLDER));
      const lines = all.reduce((sum, [, count]) => sum + count, 0);
      const [, second] = all;
      const last = all.at(-1);
      if (second && last)
        notes.push(
          `The review sheet has ${lines} lines, of which ${REVIEW_WORKBOOK} has the first ${all[0]![1]}: the others are in ${second === last ? second[0] : `${second[0]} to ${last[0]}`}. ${REVIEW_FILE} has all.`,
        );
      if (lines > LINES_THAT_COME_BACK)
        notes.push(
          `The review sheet has ${lines} lines. A workbook of more than ${LINES_THAT_COME_BACK} may be too large to be read when it is returned: return reviewers' own, or the lines that are decided.`,
        );
      const named = [...reviewers].filter((name) => name !== "").length;
      if (named > MOST_REVIEWERS)
        notes.push(
          `reviewerPattern gives ${named} reviewers. A workbook for each is written for at most ${MOST_REVIEWERS}: filter ${REVIEW_WORKBOOK} by Reviewer.`,
        );
      return notes;
    },
  };
}

/** Lines that no workbook has yet. */
interface Rest {
  readonly lines: Iterator<ReviewLine, void, undefined>;
  next: ReviewLine | null;
}

/**
 * A file's name for a reviewer, whatever their name is made of: on every system, and for the same name always the same.
 *
 * @param taken names that others have, in lower case
 */
export function fileNameOf(reviewer: string, taken: Set<string>): string {
  const slug = reviewer
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^A-Za-z0-9_-]+/g, "_")
    .replace(/^[._-]+|[._-]+$/g, "")
    .slice(0, 60);
  const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(slug) || /-\d+$/.test(slug);
  const isOwn = slug === reviewer && !reserved && !taken.has(slug.toLowerCase());
  const hash = createHash("sha256").update(reviewer).digest("hex").slice(0, 8);
  const name = isOwn ? slug : `${slug || "reviewer"}-${hash}`;
  taken.add(name.toLowerCase());
  return name;
}
