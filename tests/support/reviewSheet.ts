import { parse } from "csv-parse/sync";
import type { NewGrants } from "../../handlers/files/changes/changes";
import type { Decisions } from "../../handlers/files/review/decisions";
import { createReview } from "../../handlers/files/review/review";
import type { RowSources } from "../../handlers/files/rows";
import { allRows, type SmallOrganisation } from "./reportRows";

export const NO_DECISIONS: Decisions = { byAction: new Map(), byGrant: new Map(), warnings: [] };
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
  return { csv, lines, counts: sheet.counts };
}

/** What is about a user: memberships and direct grants. */
export const ofUsers = (lines: readonly Record<string, string>[]) => lines.filter(({ UserId }) => UserId !== "");
