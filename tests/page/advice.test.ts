import type { Row } from "../../handlers/files/columns";
import { createAdvice } from "../../handlers/files/page/advice";
import { createSuggestionOf, type SuggestedAction } from "../../handlers/files/review/suggestions";
import { evidenceOf, rowBatches } from "../../handlers/files/rows";
import { SAMPLE_RUN, sampleSources } from "../../local/sampleReport";
import * as naive from "./naive";

const sources = sampleSources({ accounts: 30, permissionSets: 12, users: 60, groups: 30, groupsAPair: 1 });
const evidence = evidenceOf(sources);
const rows = [...rowBatches(sources, 2_000, evidence)].flat();
const suggestionOf = createSuggestionOf(sources, evidence);

/** The user's other ways into the same account with the same permission set, by looking at every row. */
const otherWays = (row: Row) =>
  rows.filter(
    (other) =>
      other !== row &&
      other.UserId === row.UserId &&
      other.account === row.account &&
      other.PermissionSetArn === row.PermissionSetArn,
  );

/** @param wasGranted whether the report before did not have a grant */
function advise(wasGranted: (row: Row) => boolean = () => false) {
  const advice = createAdvice(sources, evidence, { reportedAt: "2026-11-13T20:00:12Z", has: wasGranted });
  // In batches that cut pairs in two.
  for (let at = 0; at < rows.length; at += 7) advice.add(rows.slice(at, at + 7));
  return { counts: advice.counts(), of: advice.of };
}

test("is what review.csv says of each grant", () => {
  const { of } = advise();
  let redundant = 0;
  for (const row of rows.filter(naive.isGrant)) {
    const ways = otherWays(row);
    if (ways.length > 0) redundant += 1;
    const suggested = suggestionOf(row, ways.length > 0 ? "X" : "");
    expect(of(row).action).toBe(suggested.action);
    expect(of(row).reason.replace(/the same role also through .*?\./, "the same role also through X.")).toBe(
      suggested.reason,
    );
  }
  expect(redundant).toBeGreaterThan(5);
});

test("of a group that nobody is in, or knows, there is something to see", () => {
  const { of } = advise();
  const nobody = rows.filter((row) => row.UserId === "");
  expect(new Set(nobody.map((row) => `${row.RowStatus} ${of(row).action}`))).toEqual(
    new Set(["EMPTY_GROUP REVIEW", "GROUP_NOT_FOUND INVESTIGATE"]),
  );
});

test("counts what is done, not lines: a membership is ended once, and only where all that it gives may go", () => {
  const { counts, of } = advise();
  const actionsOf = (row: Row) => of(row).action;
  const careful: SuggestedAction[] = ["KEEP", "INVESTIGATE", "REVIEW", "WAIT", "REMOVE"];
  const memberships = naive.groupBy(
    rows.filter((row) => row.Type === "GROUP" && row.UserId !== ""),
    (row) => `${row.GroupId} ${row.UserId}`,
  );
  const singles = rows.filter((row) => row.Type === "USER" || row.UserId === "");
  for (const action of careful) {
    const ended = [...memberships.values()].filter(
      (of) => careful.find((one) => of.map(actionsOf).includes(one)) === action,
    );
    expect(counts[action]).toEqual({
      actions: ended.length + singles.filter((row) => actionsOf(row) === action).length,
      memberships: ended.length,
      rows: rows.filter((row) => actionsOf(row) === action).length,
    });
  }
  expect(counts.REMOVE.actions).toBeGreaterThan(5);
  expect(counts.REMOVE.actions).toBeLessThan(counts.REMOVE.rows);
  expect(counts.REMOVE.rows).toBeLessThan(rows.filter(naive.isUnused).length);
});

test("nothing that was granted since the report before is to be removed", () => {
  const before = advise();
  const { counts, of } = advise(() => true);
  expect(counts.REMOVE.rows).toBe(0);
  expect(counts.WAIT.rows).toBe(before.counts.WAIT.rows + before.counts.REMOVE.rows);
  const waiting = rows.find((row) => before.of(row).action === "REMOVE")!;
  expect(of(waiting).reason).toContain("2026-11-13");
  expect(SAMPLE_RUN.newAccessDays).toBeGreaterThan(0);
});
