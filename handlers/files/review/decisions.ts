import { messageOf, reportError } from "../../errors";
import { createCsvReader } from "../csv/csv";

/** What somebody wrote on the line of one grant. */
export interface Decision {
  /** The grant's `GrantState` when it was decided. */
  readonly state: string;
  readonly decision: string;
  readonly decidedBy: string;
  readonly decidedOn: string;
  readonly comment: string;
}

export interface Decisions {
  /** By `GrantKey`. */
  readonly byGrant: ReadonlyMap<string, Decision>;
  /** What was not taken from the sheet and why, for people. */
  readonly warnings: readonly string[];
}

/**
 * The decisions of a returned `review.csv`: of each line with a `Decision`, its `GrantKey`, `GrantState` and the four cells that
 * people fill in. Where the sheet cannot be trusted, none or not that one is taken, with a warning: a wrong sheet never
 * fails the report, and never decides about another grant than the one that was looked at.
 *
 * @param sheet the sheet as it came back, maybe saved by a spreadsheet; `null` where there is none
 */
export async function readDecisions(sheet: AsyncIterable<Buffer> | null): Promise<Decisions> {
  const MOST = 200_000; // each is held until its grant comes by
  const LONGEST_TEXT = 2_000;
  const NEEDED = ["grantkey", "grantstate", "decision"];
  const KEY = /^\d{12}\/[^/]+\/(GROUP\/[^/]+|USER\/)\/[^/]+$/;
  const byGrant = new Map<string, Decision>();
  const contested = new Set<string>();
  const warnings: string[] = [];
  if (sheet === null) return { byGrant, warnings };
  let unreadable = 0;
  let cut = 0;

  /** A copy: a slice would keep the part of the sheet that it was read with. */
  const kept = (text: string | undefined): string => {
    const trimmed = (text ?? "").trim();
    if (trimmed.length > LONGEST_TEXT) cut++;
    return Buffer.from(trimmed.slice(0, LONGEST_TEXT)).toString();
  };

  const columnsOf = (header: string[]): Map<string, number> => {
    const names = header.map((name) => name.trim().toLowerCase());
    for (const name of NEEDED) {
      const count = names.filter((other) => other === name).length;
      if (count === 1) continue;
      const columns = header.map((each) => JSON.stringify(each.slice(0, 40))).slice(0, 40);
      throw reportError(
        "UnreadableSheet",
        `Expected one column GrantKey, one GrantState and one Decision; its first line has ${count} of ${JSON.stringify(name)}: ${columns.join(", ")}.`,
      );
    }
    return new Map(names.map((name, index) => [name, index]));
  };

  const reader = createCsvReader(sheet, "grantkey");
  let columns: Map<string, number> | null = null;
  let lines = 0;
  try {
    for (let records = await reader.next(); records !== null; records = await reader.next()) {
      if (columns === null) columns = columnsOf(records.shift()!);
      const cell = (cells: string[], name: string) => cells[columns!.get(name) ?? -1];
      const keyAt = columns.get("grantkey")!;
      const decisionAt = columns.get("decision")!;
      for (const cells of records) {
        if (cells.some((each) => each.trim() !== "")) lines++; // a spreadsheet leaves separators alone where it was cleared
        if ((cells[decisionAt] ?? "").trim() === "") continue;
        const key = (cells[keyAt] ?? "").trim();
        if (!KEY.test(key)) {
          unreadable++;
          continue;
        }
        const decision: Decision = {
          state: kept(cell(cells, "grantstate")),
          decision: kept(cells[decisionAt]),
          decidedBy: kept(cell(cells, "decidedby")),
          decidedOn: kept(cell(cells, "decidedon")),
          comment: kept(cell(cells, "comment")),
        };
        const other = byGrant.get(key);
        if (other !== undefined && JSON.stringify(other) !== JSON.stringify(decision)) contested.add(kept(key));
        byGrant.set(kept(key), decision);
        if (byGrant.size > MOST) throw reportError("UnreadableSheet", `It has more than ${MOST} decisions.`);
      }
    }
    if (lines === 0)
      throw reportError("UnreadableSheet", columns === null ? "It is empty." : "It has no line below its header.");
  } catch (error) {
    await reader.close();
    return noDecisions(error);
  }

  for (const key of contested) byGrant.delete(key);
  const warn = (count: number, what: string) => {
    if (count > 0) warnings.push(`Of the returned review sheet, ${count} ${what}`);
  };
  warn(contested.size, "grants are decided in two ways, and are not carried forward.");
  warn(unreadable, "decided lines have no readable GrantKey, and are not carried forward.");
  warn(cut, `texts are longer than ${LONGEST_TEXT} characters, and are cut.`);
  return { byGrant, warnings };
}

/** For a returned sheet that cannot be read: the report comes all the same, says why it carries nothing forward, and what to do. */
export function noDecisions(error: unknown): Decisions {
  const { name } = error as Error;
  const advice =
    name === "UnreadableCsv" || name === "UnreadableSheet"
      ? 'Fill in review.csv of the newest report, save it as "CSV UTF-8", and put it there again.'
      : "See that the report's role, or whoever runs it, may read decisions/review.csv; the next run that can carries its decisions.";
  return {
    byGrant: new Map(),
    warnings: [
      `No decision of the returned review sheet is carried forward: ${messageOf(error).replace(/\.$/, "")}. ${advice}`,
    ],
  };
}
