import type { Gatherer, HeatMap, NamedCounts, Ranking, UsageCounts } from "./pageData";

/** As many as a person can take in at once, and the page can draw legibly. */
export const HEAT_MAP_ACCOUNTS = 30;
export const HEAT_MAP_PERMISSION_SETS = 20;
export const RANKED = 12;

interface AccountCounts extends NamedCounts {
  readonly cells: Map<string, UsageCounts>;
}

/**
 * Accounts × permission sets. As the rows come account by account, only the cells of the accounts that would be shown so far
 * are kept: memory holds the permission sets and a few accounts, not every pair.
 */
export function createHeatMap(): Gatherer<{ heatMap: HeatMap; permissionSets: Ranking<NamedCounts> }> {
  const accountsShown = HEAT_MAP_ACCOUNTS;
  const permissionSetsShown = HEAT_MAP_PERMISSION_SETS;
  const ranked = RANKED;
  const noCounts = (): UsageCounts => ({ grants: 0, used: 0, unused: 0, tooNew: 0, unknown: 0 });
  const addTo = (sum: UsageCounts, counts: UsageCounts) => {
    sum.grants += counts.grants;
    sum.used += counts.used;
    sum.unused += counts.unused;
    sum.tooNew += counts.tooNew;
    sum.unknown += counts.unknown;
  };
  /** Unused first; where nothing is known to be unused, what is unknown. */
  const byUnused = (a: NamedCounts, b: NamedCounts) =>
    b.unused - a.unused || b.unknown - a.unknown || b.grants - a.grants || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

  const permissionSets = new Map<string, NamedCounts>();
  const shown: AccountCounts[] = [];
  const otherAccounts = { count: 0, ...noCounts() };
  let account: AccountCounts | null = null;
  let arn = "";
  let permissionSet: NamedCounts | null = null;
  let cell: UsageCounts | null = null;

  const finishAccount = () => {
    if (account === null) return;
    for (const counts of account.cells.values()) addTo(account, counts);
    if (account.grants === 0) return;
    shown.push(account);
    shown.sort(byUnused);
    if (shown.length <= accountsShown) return;
    addTo(otherAccounts, shown.pop()!);
    otherAccounts.count += 1;
  };

  return {
    add(batch) {
      for (const row of batch) {
        const usage = row.Usage;
        if (usage === "" || row.AccessType === "ACCOUNT_ROLE") continue; // it shows permission sets
        if (account === null || row.account !== account.id) {
          finishAccount();
          account = { id: row.account, name: row.AccountName, cells: new Map(), ...noCounts() };
          arn = "";
        }
        if (row.PermissionSetArn !== arn) {
          arn = row.PermissionSetArn;
          permissionSet = permissionSets.get(arn) ?? { id: arn, name: row.PermissionSetName, ...noCounts() };
          permissionSets.set(arn, permissionSet);
          cell = noCounts();
          account.cells.set(arn, cell);
        }
        const total = permissionSet!;
        const counts = cell!;
        total.grants += 1;
        counts.grants += 1;
        if (usage === "USED") {
          total.used += 1;
          counts.used += 1;
        } else if (usage === "UNUSED_IN_WINDOW") {
          total.unused += 1;
          counts.unused += 1;
        } else if (usage === "TOO_NEW") {
          total.tooNew += 1;
          counts.tooNew += 1;
        } else {
          total.unknown += 1;
          counts.unknown += 1;
        }
      }
    },
    result() {
      finishAccount();
      account = null;
      const sorted = [...permissionSets.values()].sort(byUnused);
      const columns = sorted.slice(0, permissionSetsShown);
      const otherPermissionSets = { count: sorted.length - columns.length, ...noCounts() };
      for (const counts of sorted.slice(permissionSetsShown)) addTo(otherPermissionSets, counts);
      const cells: HeatMap["cells"][number][] = [];
      shown.forEach((row, rowIndex) => {
        columns.forEach((column, columnIndex) => {
          const counts = row.cells.get(column.id);
          if (counts !== undefined) cells.push({ account: rowIndex, permissionSet: columnIndex, ...counts });
        });
      });
      const accounts = shown.map(({ cells: _, ...counts }) => counts);
      const unused = sorted.filter((counts) => counts.unused > 0);
      return {
        heatMap: { accounts, permissionSets: columns, otherAccounts, otherPermissionSets, cells },
        permissionSets: { first: unused.slice(0, ranked), withUnused: unused.length },
      };
    },
  };
}
