import { reportError } from "../../errors";

/** What somebody wrote on a line of a returned sheet. */
export interface Decision {
  /** The `ActionState` when it was decided; of a decision about a single grant, its `GrantState`. */
  readonly state: string;
  readonly decision: string;
  readonly decidedBy: string;
  readonly decidedOn: string;
  readonly comment: string;
  /** The day on which the program first knew of it; empty where it does not say. */
  readonly decidedSince: string;
}

export interface DecidedLine extends Decision {
  /** As a spreadsheet counts rows. */
  readonly row: number;
  readonly key: string;
  /** Whose access it was said to be about, for people. */
  readonly about: string;
}

/** What a returned sheet says. */
export interface SheetFindings {
  /** What its lines are about: single grants in sheets of version 0.1. */
  readonly subject: "action" | "grant";
  /** Below the header, without those that are blank. */
  readonly lines: number;
  readonly decided: readonly DecidedLine[];
  /** Decided lines that cannot be carried: the first hundred, and how many. */
  readonly refused: readonly { readonly row: number; readonly why: string }[];
  readonly refusedCount: number;
  /** How many texts are longer than is kept. */
  readonly cut: number;
}

/**
 * Finds the decisions in the rows of a returned sheet, whichever file they come of. Throws `UnreadableSheet` where it cannot be one.
 *
 * Plain and without imports of its surroundings: it runs in the worker that reads workbooks, too.
 */
export function createSheetLines() {
  const HEADER_WITHIN = 100; // rows, in which people have put titles
  const MOST = 200_000; // decisions, each of which is held until its action comes by
  const MOST_CHARACTERS = 20_000_000;
  const LONGEST_TEXT = 2_000;
  const REFUSED_NAMED = 100;
  const GRANT_KEY = /^\d{12}\/[^/]+\/(GROUP\/[^/]+|USER\/)\/[^/]+$/;
  const ACTION_KEY =
    /^(MEMBERSHIP\/[^/]+\/[^/]+|(ASSIGNMENT|GRANT)\/\d{12}\/[^/]+\/[^/]+|ENTITLEMENT\/\d{12}\/[^/]+\/arn:.+)$/;
  const fail = reportError;
  const LocalDate = Date;
  const decided: DecidedLine[] = [];
  const refused: { row: number; why: string }[] = [];
  let refusedCount = 0;
  let firstRow: readonly string[] | null = null;
  let header: ReadonlyMap<string, number> | null = null;
  let subject: SheetFindings["subject"] = "action";
  let lines = 0;
  let cut = 0;
  let characters = 0;

  const unreadable = (why: string) => fail("UnreadableSheet", why);

  /** A copy: a slice would keep the part of the sheet that it was read with. */
  const kept = (text: string | undefined): string => {
    const trimmed = (text ?? "").trim();
    if (trimmed === "") return "";
    if (trimmed.length > LONGEST_TEXT) cut++;
    const copy = Buffer.from(trimmed.slice(0, LONGEST_TEXT)).toString();
    characters += copy.length;
    return copy;
  };

  /** Days since 30 December 1899, as a spreadsheet gives them for a date in a cell of text: of this century. */
  const dayOf = (text: string): string => {
    const serial = /^\s*(\d{5})(\.0+)?\s*$/.exec(text)?.[1];
    if (serial === undefined || Number(serial) < 36_526 || Number(serial) > 73_050) return text;
    return new LocalDate((Number(serial) - 25_569) * 86_400_000).toISOString().slice(0, 10);
  };

  function refuse(row: number, why: string): void {
    refusedCount++;
    if (refused.length < REFUSED_NAMED) refused.push({ row, why });
  }

  const missing = (cells: readonly string[]) => {
    const columns = cells.slice(0, 40).map((each) => JSON.stringify(each.slice(0, 40)));
    return unreadable(
      `No row of its first ${HEADER_WITHIN} has the columns ActionKey, ActionState and Decision; its first row is ${columns.join(", ")}.`,
    );
  };

  /** Whether the row is the header, whose columns are then known. */
  function isHeader(cells: readonly string[]): boolean {
    const names = cells.map((name) => name.trim().toLowerCase());
    const ofActions = names.includes("actionkey");
    if (!names.includes("decision") || !(ofActions || names.includes("grantkey"))) return false;
    subject = ofActions ? "action" : "grant";
    for (const name of [`${subject}key`, `${subject}state`, "decision"]) {
      const count = names.filter((other) => other === name).length;
      if (count !== 1) throw unreadable(`Its header has ${count} columns ${JSON.stringify(name)}, expected one.`);
    }
    header = new Map(names.map((name, at) => [name, at]));
    return true;
  }

  function take(row: number, cells: readonly string[]): void {
    const columns = header!;
    const cell = (name: string) => cells[columns.get(name) ?? -1] ?? "";
    lines++;
    if (cell("decision").trim() === "") return;
    const key = cell(`${subject}key`).trim();
    if (!(subject === "action" ? ACTION_KEY : GRANT_KEY).test(key)) {
      const Key = subject === "action" ? "ActionKey" : "GrantKey";
      refuse(
        row,
        `has no ${Key} by which it can be found again: ${JSON.stringify(key.slice(0, 60))}. Copy it from the sheet that was handed out.`,
      );
      return;
    }
    const where = cell("groupname") === "NOGROUP" ? "" : cell("groupname");
    const place =
      cell("gives") || [cell("accountname") || cell("account"), cell("permissionsetname")].filter(Boolean).join(": ");
    decided.push({
      row,
      key: kept(key),
      state: kept(cell(`${subject}state`)),
      decision: kept(cell("decision")),
      decidedBy: kept(cell("decidedby")),
      decidedOn: kept(dayOf(cell("decidedon"))),
      comment: kept(cell("comment")),
      decidedSince: kept(cell("decidedsince")),
      about: kept(
        [cell("username"), where, place]
          .map((each) => each.trim().slice(0, 200))
          .filter(Boolean)
          .join(" | "),
      ),
    });
    if (decided.length > MOST) throw unreadable(`It has more than ${MOST} decisions.`);
    if (characters > MOST_CHARACTERS) throw unreadable(`Its decisions have more than ${MOST_CHARACTERS} characters.`);
  }

  return {
    /**
     * @param row as a spreadsheet counts
     * @param cells texts, without the `'` that our CSV files have before formulas
     */
    add(row: number, cells: readonly string[]): void {
      if (!cells.some((each) => each.trim() !== "")) return; // a spreadsheet leaves separators alone where it was cleared
      firstRow ??= cells;
      if (header !== null) take(row, cells);
      else if (!isHeader(cells) && row > HEADER_WITHIN) throw missing(firstRow);
    },
    findings(): SheetFindings {
      if (firstRow === null) throw unreadable("It is empty.");
      if (header === null) throw missing(firstRow);
      if (lines === 0) throw unreadable("It has no line below its header.");
      return { subject, lines, decided, refused, refusedCount, cut };
    },
  };
}
