import { parse } from "csv-parse/sync";
import type { NewGrants } from "../../handlers/files/changes/changes";
import type { History } from "../../handlers/files/destination";
import { type Decisions, NO_DECISIONS, readDecisions } from "../../handlers/files/review/decisions";
import { createReview } from "../../handlers/files/review/review";
import { createWorkbooks } from "../../handlers/files/review/workbook/workbook";
import type { RowSources } from "../../handlers/files/rows";
import { allRows, chunksOf, type SmallOrganisation } from "./reportRows";

export { NO_DECISIONS };
export const ACCOUNT = "111111111111";
export const alice = { id: "u-alice", name: "alice" };
export const readers = { id: "readers", name: "Readers", members: ["u-alice"] };
export const usedByAlice = { userId: "u-alice", accountId: ACCOUNT, roleName: "ReadOnly" };
export const RECENTLY = Date.parse("2026-11-18T09:00:00Z");

/** Alice may read in one account through one group, and never did. */
export const unusedGroup: SmallOrganisation = {
  pairs: [[ACCOUNT, 1, [["GROUP", "readers"]]]],
  users: [alice],
  groups: [readers],
};

export function review(sources: RowSources, decisions = NO_DECISIONS, reviewerPattern = "", granted?: NewGrants) {
  const settings = { ...sources.settings, reviewerPattern };
  const sheet = createReview({ sources: { ...sources, settings }, decisions, granted });
  const csv = [sheet.begin(), sheet.rows(allRows(sources)), ...sheet.end()].join("");
  const lines: Record<string, string>[] = parse(csv, { columns: true, bom: true });
  return { csv, lines, counts: sheet.counts, outcome: sheet.outcome, notes: sheet.notes() };
}

/** What is about a user: memberships and direct grants. */
export const ofUsers = (lines: readonly Record<string, string>[]) => lines.filter(({ UserId }) => UserId !== "");

/** What a run makes of files that people have returned. */
export async function decisionsOf(returned: Readonly<Record<string, string | Buffer>>): Promise<Decisions> {
  const workbooks = createWorkbooks();
  const decisions = await readDecisions(historyOf(returned), workbooks);
  workbooks.close();
  return decisions;
}

/** A history of nothing but returned files. */
export function historyOf(returned: Readonly<Record<string, string | Buffer>>): History {
  const sheets = Object.entries(returned).map(([name, content]) => ({
    ...{
      key: `decisions/${name}`,
      name,
      bytes: Buffer.from(content as string).length,
      modifiedAt: "2026-11-25T08:00:00Z",
    },
    open: async () => ({ content: chunksOf(content, 65_536), version: "v1" }),
  }));
  return { newest: async () => null, manifestAt: async () => null, decisions: async (most) => sheets.slice(0, most) };
}
