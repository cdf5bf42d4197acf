import { ORPHAN_STATUSES } from "../columns";
import type { DayBucket, Figures, Gatherer } from "./pageData";

/** The figures on top of the page and the days since last use. Memory holds the ids of the people that have access. */
export function createFigures(
  administratorArns: readonly string[],
  windowDays: number,
): Gatherer<{ figures: Figures; daysSinceLastUse: DayBucket[] }> {
  const administrators = new Set(administratorArns);
  const orphaned = new Set(ORPHAN_STATUSES);
  const people = new Set<string>();
  const disabledUsers = new Set<string>();
  const emptyGroups = new Set<string>();
  const figures: Figures = {
    rows: 0,
    grants: 0,
    used: 0,
    unused: 0,
    tooNew: 0,
    unknown: 0,
    people: 0,
    accounts: 0,
    accountsOutside: 0,
    administratorGrants: 0,
    unusedAdministratorGrants: 0,
    unknownAdministratorGrants: 0,
    orphaned: 0,
    disabledUsers: 0,
    disabledUserGrants: 0,
    emptyGroups: 0,
    accountRoles: 0,
    emptyGroupRows: 0,
  };
  const buckets = dayBuckets(windowDays);
  let account = "";
  let arn = "";
  let administrator = false;

  return {
    add(batch) {
      figures.rows += batch.length;
      for (const row of batch) {
        if (row.account !== account) {
          account = row.account;
          figures.accounts += 1;
          // Where a row has another status, too, the account's has no place; the state is empty for no other account.
          if (row.AccountState === "") figures.accountsOutside += 1;
        }
        const status = row.RowStatus;
        if (status !== "OK" && orphaned.has(status)) figures.orphaned += 1;
        if (row.UserId === "") {
          if (status === "EMPTY_GROUP") {
            emptyGroups.add(row.GroupId);
            figures.emptyGroupRows += 1;
          }
          continue;
        }
        if (status !== "USER_NOT_FOUND") people.add(row.UserId);
        if (row.UserStatus === "DISABLED") {
          disabledUsers.add(row.UserId);
          figures.disabledUserGrants += 1;
        }
        if (row.PermissionSetArn !== arn) {
          arn = row.PermissionSetArn;
          administrator = administrators.has(arn);
        }
        figures.grants += 1;
        if (row.AccessType === "ACCOUNT_ROLE") figures.accountRoles += 1;
        if (administrator) figures.administratorGrants += 1;
        const usage = row.Usage;
        if (usage === "USED") {
          figures.used += 1;
          const days = +row.DaysSinceLastLogin;
          for (const bucket of buckets) {
            if (days <= bucket.to) {
              bucket.grants += 1;
              break;
            }
          }
        } else if (usage === "UNUSED_IN_WINDOW") {
          figures.unused += 1;
          if (administrator) figures.unusedAdministratorGrants += 1;
        } else if (usage === "TOO_NEW") {
          figures.tooNew += 1;
        } else {
          figures.unknown += 1;
          if (administrator) figures.unknownAdministratorGrants += 1;
        }
      }
    },
    result() {
      figures.people = people.size;
      figures.disabledUsers = disabledUsers.size;
      figures.emptyGroups = emptyGroups.size;
      return { figures, daysSinceLastUse: buckets };
    },
  };
}

/** Narrow where use is recent, wide where it is long ago; the last one ends with the window. */
function dayBuckets(windowDays: number): DayBucket[] {
  const buckets: DayBucket[] = [];
  let from = 0;
  for (const to of [0, 7, 14, 30, 60, 90, 180, 365]) {
    if (from <= windowDays) buckets.push({ from, to: Math.min(to, windowDays), grants: 0 });
    from = to + 1;
  }
  if (from <= windowDays) buckets.push({ from, to: windowDays, grants: 0 });
  return buckets;
}
