import { messageOf, reportError } from "../../errors";
import { createCsvReader } from "../csv/csv";

/** What somebody wrote on a line of the sheet. */
export interface Decision {
  /** The `ActionState` when it was decided; of a decision about a single grant, its `GrantState`. */
  readonly state: string;
  readonly decision: string;
  readonly decidedBy: string;
  readonly decidedOn: string;
  readonly comment: string;
}

export interface Decisions {
  /** By `ActionKey`. */
  readonly byAction: ReadonlyMap<string, Decision>;
  /** Of sheets of version 0.1, which had a line for each grant: by `GrantKey`. */
  readonly byGrant: ReadonlyMap<string, Decision>;
  /** What was not taken from the sheet and why, for people. */
  readonly warnings: readonly string[];
}

/**
 * The decisions of a returned `review.csv`: of each line with a `Decision`, its key, its state and the four cells that
 * people fill in. Where the sheet cannot be trusted, none or not that one is taken, with a warning: a wrong sheet never
 * fails the report, and never decides about another action than the one that was looked at.
 *
 * @param sheet the sheet as it came back, maybe saved by a spreadsheet; `null` where there is none
 */
export async function readDecisions(sheet: AsyncIterable<Buffer> | null): Promise<Decisions> {
  const MOST = 200_000; // each is held until its action comes by
  const LONGEST_TEXT = 2_000;
  const GRANT_KEY = /^\d{12}\/[^/]+\/(GROUP\/[^/]+|USER\/)\/[^/]+$/;
  const ACTION_KEY =
    /^(MEMBERSHIP\/[^/]+\/[^/]+|(ASSIGNMENT|GRANT)\/\d{12}\/[^/]+\/[^/]+|ENTITLEMENT\/\d{12}\/[^/]+\/arn:.+)$/;
  const byAction = new Map<string, Decision>();
  const byGrant = new Map<string, Decision>();
  const contested = new Set<string>();
  const warnings: string[] = [];
  if (sheet === null) return { byAction, byGrant, warnings };
  let unreadable = 0;
  let cut = 0;

  /** A copy: a slice would keep the part of the sheet that it was read with. */
  const kept = (text: string | undefined): string => {
    const trimmed = (text ?? "").trim();
    if (trimmed.length > LONGEST_TEXT) cut++;
    return Buffer.from(trimmed.slice(0, LONGEST_TEXT)).toString();
  };

  /** Where the columns are, and whether the sheet is about single grants, as those of version 0.1 are. */
  const columnsOf = (header: string[]): { at: Map<string, number>; subject: "action" | "grant" } => {
    const names = header.map((name) => name.trim().toLowerCase());
    const subject = names.includes("actionkey") ? "action" : "grant";
    const expected = subject === "action" || !names.includes("grantkey") ? "action" : "grant";
    for (const name of [`${expected}key`, `${expected}state`, "decision"]) {
      const count = names.filter((other) => other === name).length;
      if (count === 1) continue;
      const columns = header.map((each) => JSON.stringify(each.slice(0, 40))).slice(0, 40);
      const Subject = expected === "action" ? "Action" : "Grant";
      throw reportError(
        "UnreadableSheet",
        `Expected one column ${Subject}Key, one ${Subject}State and one Decision; its first line has ${count} of ${JSON.stringify(name)}: ${columns.join(", ")}.`,
      );
    }
    return { at: new Map(names.map((name, index) => [name, index])), subject };
  };

  const reader = createCsvReader(sheet, "decision");
  let columns: ReturnType<typeof columnsOf> | null = null;
  let lines = 0;
  try {
    for (let records = await reader.next(); records !== null; records = await reader.next()) {
      if (columns === null) columns = columnsOf(records.shift()!);
      const { at, subject } = columns;
      const cell = (cells: string[], name: string) => cells[at.get(name) ?? -1];
      const keyAt = at.get(`${subject}key`)!;
      const decisionAt = at.get("decision")!;
      const decisions = subject === "action" ? byAction : byGrant;
      const isKey = subject === "action" ? ACTION_KEY : GRANT_KEY;
      for (const cells of records) {
        if (cells.some((each) => each.trim() !== "")) lines++; // a spreadsheet leaves separators alone where it was cleared
        if ((cells[decisionAt] ?? "").trim() === "") continue;
        const key = (cells[keyAt] ?? "").trim();
        if (!isKey.test(key)) {
          unreadable++;
          continue;
        }
        const decision: Decision = {
          state: kept(cell(cells, `${subject}state`)),
          decision: kept(cells[decisionAt]),
          decidedBy: kept(cell(cells, "decidedby")),
          decidedOn: kept(cell(cells, "decidedon")),
          comment: kept(cell(cells, "comment")),
        };
        const other = decisions.get(key);
        if (other !== undefined && JSON.stringify(other) !== JSON.stringify(decision)) contested.add(kept(key));
        decisions.set(kept(key), decision);
        if (decisions.size > MOST) throw reportError("UnreadableSheet", `It has more than ${MOST} decisions.`);
      }
    }
    if (lines === 0)
      throw reportError("UnreadableSheet", columns === null ? "It is empty." : "It has no line below its header.");
  } catch (error) {
    await reader.close();
    return noDecisions(error);
  }

  for (const key of contested) {
    byAction.delete(key);
    byGrant.delete(key);
  }
  const warn = (count: number, what: string) => {
    if (count > 0) warnings.push(`Of the returned review sheet, ${count} ${what}`);
  };
  warn(contested.size, "actions are decided in two ways, and are not carried forward.");
  warn(unreadable, "decided lines have no readable key, and are not carried forward.");
  warn(cut, `texts are longer than ${LONGEST_TEXT} characters, and are cut.`);
  return { byAction, byGrant, warnings };
}

/** For a returned sheet that cannot be read: the report comes all the same, says why it carries nothing forward, and what to do. */
export function noDecisions(error: unknown): Decisions {
  const { name } = error as Error;
  const advice =
    name === "UnreadableCsv" || name === "UnreadableSheet"
      ? 'Fill in review.csv of the newest report, save it as "CSV UTF-8", and put it there again.'
      : "See that the report's role, or whoever runs it, may read decisions/review.csv; the next run that can carries its decisions.";
  return {
    byAction: new Map(),
    byGrant: new Map(),
    warnings: [
      `No decision of the returned review sheet is carried forward: ${messageOf(error).replace(/\.$/, "")}. ${advice}`,
    ],
  };
}
