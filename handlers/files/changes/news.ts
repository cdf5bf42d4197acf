import { ORPHAN_STATUSES, type Row } from "../columns";
import type { ChangeKind } from "./changeColumns";

/** How many, and the first of them, for people. */
export interface Named {
  readonly count: number;
  readonly named: readonly string[];
}

/** What people want to know of a report first. */
export interface News {
  /** Grants of an administrator's permission set that the report before did not have. */
  readonly newAdministrators: Named;
  /** Rows whose user, group or account is gone since. */
  readonly newOrphans: Named;
  /** Lines of `changes.csv` by kind; without those of usage where that was not compared. */
  readonly changes: Readonly<Record<string, number>>;
}

/**
 * Picks the news from the changes as they are found.
 *
 * @param administrators ARNs of the permission sets that count as administrator
 */
export function createNews(administrators: readonly string[]) {
  const NAMED = 10;
  const isAdministrator = new Set(administrators);
  const isOrphan = new Set(ORPHAN_STATUSES);
  const newAdministrators = { count: 0, named: [] as string[] };
  const newOrphans = { count: 0, named: [] as string[] };

  const nameOf = ({ Username, UserId, GroupName, GroupId, Type, account, AccountName, PermissionSetName }: Row) => {
    const group = Type === "GROUP" ? `group ${GroupName || GroupId}` : "";
    const who = UserId === "" ? group : Username || UserId;
    const through = UserId !== "" && group !== "" ? `, through ${group}` : "";
    return `${who}: ${PermissionSetName} in ${AccountName ? `${AccountName} (${account})` : account}${through}`;
  };

  function add(to: { count: number; named: string[] }, row: Row): void {
    to.count++;
    if (to.named.length < NAMED) to.named.push(nameOf(row));
  }

  return {
    /** @param is the row as it is now; `null` where it is gone */
    see(kind: ChangeKind, is: Row | null): void {
      if (is === null || (kind !== "GRANTED" && kind !== "STATUS_CHANGED")) return;
      if (kind === "GRANTED" && is.UserId !== "" && isAdministrator.has(is.PermissionSetArn))
        add(newAdministrators, is);
      if (isOrphan.has(is.RowStatus)) add(newOrphans, is);
    },
    newAdministrators: newAdministrators as Named,
    newOrphans: newOrphans as Named,
  };
}
