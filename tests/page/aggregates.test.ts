import type { Row } from "../../handlers/files/columns";
import { createFigures } from "../../handlers/files/page/figures";
import { createGroupRanking } from "../../handlers/files/page/groupRanking";
import { createHeatMap } from "../../handlers/files/page/heatMap";
import type { Gatherer } from "../../handlers/files/page/pageData";
import { createPageTable } from "../../handlers/files/page/pageTable";
import { administratorArns, adviceOf, sampleRows } from "../../local/sampleReport";
import { ADMINISTRATOR_SET, allRows, sourcesOf } from "../support/reportRows";
import * as naive from "./naive";

const rows = sampleRows({ accounts: 45, permissionSets: 26, users: 120, groups: 60, groupsAPair: 1 });
const administrators = new Set(administratorArns(rows));
const beside = { administratorArns: [...administrators], administratorReasons: {}, adviceOf };
const isAdministrator = (row: Row) => administrators.has(row.PermissionSetArn);

/** In batches that cut accounts, permission sets and groups in two. */
function gather<Result>(gatherer: Gatherer<Result>, from: readonly Row[] = rows): Result {
  for (let index = 0; index < from.length; index += 7) gatherer.add(from.slice(index, index + 7));
  return gatherer.result();
}

test("the sample has every case that is counted", () => {
  for (const is of [
    naive.isUnused,
    naive.isUnknown,
    naive.isTooNew,
    naive.isUsed,
    naive.isOrphaned,
    naive.isDisabled,
  ]) {
    expect(rows.filter(is).length).toBeGreaterThan(5);
  }
  expect(rows.filter(naive.isEmptyGroup).length).toBeGreaterThan(5);
  expect(rows.some((row) => naive.isDisabled(row) && row.RowStatus !== "USER_DISABLED")).toBe(true);
  expect(rows.some((row) => row.RowStatus === "GROUP_NOT_FOUND")).toBe(true);
});

test("figures are the counts over all rows", () => {
  const { figures } = gather(createFigures([...administrators], 90));
  const grants = rows.filter(naive.isGrant);

  expect(figures).toEqual({
    rows: rows.length,
    grants: grants.length,
    used: grants.filter(naive.isUsed).length,
    unused: grants.filter(naive.isUnused).length,
    tooNew: grants.filter(naive.isTooNew).length,
    unknown: grants.filter(naive.isUnknown).length,
    people: naive.distinct(grants.filter((row) => row.RowStatus !== "USER_NOT_FOUND").map((row) => row.UserId)),
    accounts: naive.distinct(rows.map((row) => row.account)),
    accountsOutside: naive.distinct(rows.filter((row) => row.AccountState === "").map((row) => row.account)),
    administratorGrants: grants.filter(isAdministrator).length,
    unusedAdministratorGrants: grants.filter((row) => naive.isUnused(row) && isAdministrator(row)).length,
    unknownAdministratorGrants: grants.filter((row) => naive.isUnknown(row) && isAdministrator(row)).length,
    orphaned: rows.filter(naive.isOrphaned).length,
    disabledUsers: naive.distinct(rows.filter(naive.isDisabled).map((row) => row.UserId)),
    disabledUserGrants: rows.filter(naive.isDisabled).length,
    emptyGroupRows: rows.filter(naive.isEmptyGroup).length,
    emptyGroups: naive.distinct(rows.filter(naive.isEmptyGroup).map((row) => row.GroupId)),
    accountRoles: 0,
  });
});

test("roles of accounts count as grants, in a group once each, and as no permission set and no administrator", () => {
  const members = ["u-1", "u-2"];
  const withRoles = allRows(
    sourcesOf({
      pairs: [["111111111111", 0, [["GROUP", "g-1"]]]],
      users: members.map((id) => ({ id, name: id })),
      groups: [{ id: "g-1", name: "Ops", members }],
      roles: ["A", "B"].map((role) => ["222222222222", `arn:aws:iam::222222222222:role/${role}`, [["GROUP", "g-1"]]]),
    }),
  );
  const administratorSets = [ADMINISTRATOR_SET];

  const { figures } = gather(createFigures(administratorSets, 90), withRoles);
  expect(figures).toMatchObject({ grants: 6, accountRoles: 4, unknown: 4, unused: 2, administratorGrants: 2 });
  // The account with the pair comes first, so that the roles of the other are the last of the group.
  expect(gather(createGroupRanking(), withRoles).first).toMatchObject([{ id: "g-1", members: 2, grants: 6 }]);
  const { heatMap } = gather(createHeatMap(), withRoles);
  expect(heatMap.permissionSets.map(({ id, grants }) => [id, grants])).toEqual([[ADMINISTRATOR_SET, 2]]);
  expect(heatMap.accounts).toMatchObject([{ grants: 2 }]);
});

test("a disabled user is one where another RowStatus hides it, too", () => {
  const suspended = rows.filter((row) => row.RowStatus === "ACCOUNT_NOT_ACTIVE");
  const disabled = naive.distinct(suspended.filter(naive.isDisabled).map((row) => row.UserId));

  expect(disabled).toBeGreaterThan(0);
  expect(gather(createFigures([], 90), suspended).figures.disabledUsers).toBe(disabled);
});

test.each([1, 7, 45, 90, 400, 3653])(
  "days since last use: buckets of %d days hold each used grant once",
  (windowDays) => {
    const { daysSinceLastUse } = gather(createFigures([], windowDays));
    const used = rows.filter((row) => naive.isUsed(row) && Number(row.DaysSinceLastLogin) <= windowDays);

    expect(daysSinceLastUse.at(-1)!.to).toBe(windowDays);
    for (const { from, to, grants } of daysSinceLastUse) {
      const within = ({ DaysSinceLastLogin: days }: Row) => Number(days) >= from && Number(days) <= to;
      expect(grants).toBe(used.filter(within).length);
    }
    expect(daysSinceLastUse.reduce((sum, { grants }) => sum + grants, 0)).toBe(used.length);
  },
);

test("the heat map shows those with the most unused grants, counts the others, and loses none", () => {
  const { heatMap, permissionSets } = gather(createHeatMap());
  const grants = rows.filter(naive.isGrant);
  const unusedOf = (of: readonly Row[]) => of.filter(naive.isUnused).length;
  const byAccount = naive.groupBy(grants, (row) => row.account);
  const mostUnused = [...byAccount.values()].map(unusedOf).sort((a, b) => b - a);

  expect(byAccount.size).toBeGreaterThan(30);
  expect(heatMap.accounts.map(({ unused }) => unused)).toEqual(mostUnused.slice(0, 30));
  for (const { id, ...counts } of heatMap.accounts) {
    const of = byAccount.get(id)!;
    expect(counts).toMatchObject({
      grants: of.length,
      unused: unusedOf(of),
      unknown: of.filter(naive.isUnknown).length,
    });
  }
  const shown = heatMap.accounts.reduce((sum, { grants: count }) => sum + count, 0);
  expect(heatMap.otherAccounts.count).toBe(byAccount.size - 30);
  expect(shown + heatMap.otherAccounts.grants).toBe(grants.length);
  expect(heatMap.permissionSets).toHaveLength(20);
  const shownSets = heatMap.permissionSets.reduce((sum, { grants: count }) => sum + count, 0);
  expect(shownSets + heatMap.otherPermissionSets.grants).toBe(grants.length);
  for (const { account, permissionSet, ...counts } of heatMap.cells) {
    const of = byAccount
      .get(heatMap.accounts[account]!.id)!
      .filter((row) => row.PermissionSetArn === heatMap.permissionSets[permissionSet]!.id);
    expect(counts).toEqual({
      grants: of.length,
      used: of.filter(naive.isUsed).length,
      unused: unusedOf(of),
      tooNew: of.filter(naive.isTooNew).length,
      unknown: of.filter(naive.isUnknown).length,
    });
  }
  const bySet = naive.groupBy(grants, (row) => row.PermissionSetArn);
  expect(permissionSets.withUnused).toBe([...bySet.values()].filter((of) => unusedOf(of) > 0).length);
  expect(permissionSets.first.map(({ unused }) => unused)).toEqual(
    [...bySet.values()]
      .map(unusedOf)
      .sort((a, b) => b - a)
      .slice(0, 12),
  );
});

test("a group's members are counted once, however many accounts it enters", () => {
  const ranking = gather(createGroupRanking());
  const byGroup = naive.groupBy(
    rows.filter((row) => naive.isGrant(row) && row.GroupId !== ""),
    (row) => row.GroupId,
  );
  const unused = [...byGroup.values()].map((of) => of.filter(naive.isUnused).length);

  expect(ranking.first.map((group) => group.unused)).toEqual(unused.sort((a, b) => b - a).slice(0, 12));
  for (const { id, members, usedBy, grants } of ranking.first) {
    const of = byGroup.get(id)!;
    expect(grants).toBe(of.length);
    expect(members).toBe(naive.distinct(of.map((row) => row.UserId)));
    expect(usedBy).toBe(naive.distinct(of.filter(naive.isUsed).map((row) => row.UserId)));
  }
});

test("a page that is too small for all rows holds those that need attention, in the order of the report", () => {
  const needsAttention = rows.filter((row) => naive.isUnused(row) || naive.isOrphaned(row) || naive.isDisabled(row));
  const first = rows.filter(
    (row) => (naive.isUnused(row) && isAdministrator(row)) || naive.isOrphaned(row) || naive.isDisabled(row),
  );
  const limit = first.length + 10;
  expect(needsAttention.length).toBeGreaterThan(limit);
  const others = needsAttention.filter((row) => !first.includes(row)).slice(0, 10);

  const table = gather(createPageTable(beside, limit));

  expect(table.complete).toBe(false);
  const expected = rows.filter((row) => first.includes(row) || others.includes(row));
  const keys = table.rows.map(([account, set, way, user]) =>
    [table.accounts[account!]![0], table.permissionSets[set!]![0], table.ways[way!]![1], table.users[user!]![0]].join(),
  );
  expect(keys).toEqual(expected.map((row) => [row.account, row.PermissionSetArn, row.GroupId, row.UserId].join()));
});

test("a page that is too small for all rows does not fill up with rows that need no attention", () => {
  const table = gather(createPageTable(beside, rows.length - 1));

  expect(table.complete).toBe(false);
  expect(table.rows).toHaveLength(
    rows.filter((row) => naive.isUnused(row) || naive.isOrphaned(row) || naive.isDisabled(row)).length,
  );
});

test.each([0, 1])("the limit itself is not too many rows (%d more)", (more) => {
  const few = rows.slice(0, 100 + more);
  const table = gather(createPageTable({ ...beside, administratorArns: [] }, 100), few);

  expect(table.complete).toBe(more === 0);
  if (more === 0) expect(table.rows).toHaveLength(100);
});
