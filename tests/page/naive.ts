import type { Row } from "../../handlers/files/columns";

/** The page's definitions once more, each as one filter over all rows. */
export const isGrant = (row: Row) => row.UserId !== "";
export const isUnused = (row: Row) => row.Usage === "UNUSED_IN_WINDOW";
export const isUnknown = (row: Row) => row.Usage === "UNKNOWN";
export const isTooNew = (row: Row) => row.Usage === "TOO_NEW";
export const isUsed = (row: Row) => row.Usage === "USED";
export const isOrphaned = (row: Row) =>
  ["GROUP_NOT_FOUND", "USER_NOT_FOUND", "ACCOUNT_NOT_IN_ORGANIZATION"].includes(row.RowStatus);
export const isDisabled = (row: Row) => row.UserStatus === "DISABLED";
export const isEmptyGroup = (row: Row) => row.RowStatus === "EMPTY_GROUP";

export function distinct(values: readonly string[]): number {
  return new Set(values).size;
}

/** `1,234`, as the page writes counts. */
export function counted(count: number): string {
  return count.toLocaleString("en");
}

export function groupBy<Key, Item>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
