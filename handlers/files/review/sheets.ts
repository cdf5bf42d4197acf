import { createHash } from "node:crypto";
import { REVIEW_FOLDER, REVIEW_WORKBOOK } from "../names";
import type { ReportFile } from "../reportFile";
import type { ReviewColumn, ReviewLine } from "./columns";
import type { SheetColumn, Workbooks } from "./workbook/workbook";

/** How wide each column is, in characters; those that are not named are as wide as their names, and those of ids are hidden. */
const WIDTHS: Partial<Record<ReviewColumn, number>> = {
  Reviewer: 14,
  Action: 20,
  Username: 26,
  UserDisplayName: 20,
  GroupName: 24,
  Gives: 38,
  Administrator: 13,
  Usage: 20,
  LastLogin: 21,
  SuggestedAction: 16,
  Reason: 46,
  Decision: 12,
  DecidedBy: 16,
  DecidedOn: 12,
  Comment: 28,
  DecisionStatus: 15,
  DecidedSince: 13,
  EarlierDecision: 28,
  MemberSince: 21,
  RedundantWith: 22,
  UserEmail: 26,
  AccountName: 22,
  PermissionSetName: 26,
};
const LONG: readonly string[] = ["Gives", "Reason", "Comment", "EarlierDecision", "RedundantWith"];
const FILL_IN: readonly string[] = ["Decision", "DecidedBy", "DecidedOn", "Comment"];

/** What people are offered for `Decision`. Other words are taken, too. */
export const DECISIONS: readonly string[] = ["KEEP", "REMOVE", "LATER"];

export interface SheetsOptions {
  readonly columns: readonly ReviewColumn[];
  /** The instant of the report: the workbooks say that they are of it, so that the same report gives the same bytes. */
  readonly now: string;
  readonly workbooks: Workbooks;
  /** All lines, or those of one reviewer, in the order of the sheet, as often as it is asked for. */
  linesOf(reviewer?: string): Generator<ReviewLine, void, undefined>;
}

/** The sheet as workbooks: `review.xlsx`, and one for each reviewer. */
export function createSheets({ columns, now, workbooks, linesOf }: SheetsOptions) {
  // A workbook is held whole while it is written, some 12 kB a line. Excel takes 1,048,576 lines; whoever reviews, fewer.
  const LINES_A_WORKBOOK = 20_000;
  const MOST_REVIEWERS = 500;
  const firstHidden = columns.indexOf("InstanceArn");
  const printed = columns.indexOf("EarlierDecision") + 1;
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

  /** One after the other takes the next of the same lines. */
  function fileOf(name: string, lines: Iterator<ReviewLine, void, undefined>): ReportFile {
    return {
      name,
      contentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
      begin: () => "",
      rows: () => "",
      async *end() {
        const taken: string[][] = [];
        while (taken.length < LINES_A_WORKBOOK) {
          const { value, done } = lines.next();
          if (done) break;
          taken.push(columns.map((column) => value[column]));
        }
        yield await workbooks.write({ columns: shown, lines: taken, choices, printed, at: now });
      },
    };
  }

  /** `review.xlsx`, and where that is not enough `review-2.xlsx` … */
  function filesOf(stem: string, count: number, lines: Iterator<ReviewLine, void, undefined>): ReportFile[] {
    const files = Math.max(1, Math.ceil(count / LINES_A_WORKBOOK));
    return Array.from({ length: files }, (_, at) => fileOf(`${stem}${at === 0 ? "" : `-${at + 1}`}.xlsx`, lines));
  }

  return {
    /**
     * @param lines how many there are
     * @param byReviewer how many each reviewer has
     */
    files(lines: number, byReviewer: ReadonlyMap<string, number>): ReportFile[] {
      const all = filesOf(REVIEW_WORKBOOK.replace(/\.xlsx$/, ""), lines, linesOf());
      const taken = new Set<string>();
      const reviewers = [...byReviewer.keys()].filter((name) => name !== "").sort();
      if (reviewers.length > MOST_REVIEWERS) return all;
      return all.concat(
        reviewers.flatMap((reviewer) => {
          const stem = REVIEW_FOLDER + fileNameOf(reviewer, taken);
          return filesOf(stem, byReviewer.get(reviewer)!, linesOf(reviewer));
        }),
      );
    },
    /** What readers have to know of how the lines were shared out, for people. */
    notes(lines: number, byReviewer: ReadonlyMap<string, number>): string[] {
      const notes: string[] = [];
      const parts = Math.ceil(lines / LINES_A_WORKBOOK);
      if (parts > 1)
        notes.push(
          `The review sheet has ${lines} lines, of which ${REVIEW_WORKBOOK} has the first ${LINES_A_WORKBOOK}: the others are in ${parts === 2 ? "review-2.xlsx" : `review-2.xlsx to review-${parts}.xlsx`}. review.csv has all.`,
        );
      const reviewers = [...byReviewer.keys()].filter((name) => name !== "").length;
      if (reviewers > MOST_REVIEWERS)
        notes.push(
          `reviewerPattern gives ${reviewers} reviewers. A workbook for each is written for at most ${MOST_REVIEWERS}: filter ${REVIEW_WORKBOOK} by Reviewer.`,
        );
      return notes;
    },
  };
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
