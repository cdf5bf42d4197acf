import { bySubject, type ColumnSubject, PAGE_COLUMNS, type PageColumn } from "../columns";

/** A row as the page shows it. */
export type PageRow = Record<PageColumn, string>;

export const PAGE_COLUMN_NAMES: readonly PageColumn[] = PAGE_COLUMNS.map(({ name }) => name);

/** They come before the others of their list, as they always did: a page's data stay the same, byte for byte. */
const FIRST: readonly PageColumn[] = ["UserId", "LoginsInWindow"];

const columns = bySubject(PAGE_COLUMNS).sort(
  (one, other) => Number(FIRST.includes(other.name)) - Number(FIRST.includes(one.name)),
);

/** Columns of instants, and of counts: a row of the page's data has a number for each. `LastLogin` follows from two of them. */
export const PAGE_INSTANTS = columns
  .filter((column) => column.kind === "instant")
  .map(({ name }) => name)
  .filter((name) => name !== "LastLogin");
export const PAGE_COUNTS = columns.filter((column) => column.kind === "count").map(({ name }) => name);

/** The lists of distinct values in the page's data, and the columns that the cells of each are of. */
export const PAGE_LISTS = {
  accounts: textsOf("account"),
  permissionSets: textsOf("permission set"),
  ways: textsOf("way"),
  users: textsOf("user"),
  states: textsOf("grant", "membership", "login"),
  advice: textsOf("advice"),
};

function textsOf(...subjects: ColumnSubject[]): PageColumn[] {
  const numbers: readonly PageColumn[] = [...PAGE_INSTANTS, ...PAGE_COUNTS];
  return columns.filter(({ name, of }) => subjects.includes(of) && !numbers.includes(name)).map(({ name }) => name);
}
