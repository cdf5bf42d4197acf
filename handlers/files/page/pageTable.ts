import { ORPHAN_STATUSES, type PageColumn, type Row } from "../columns";
import type { Advice } from "../review/review";
import { PAGE_COUNTS, PAGE_INSTANTS, PAGE_LISTS } from "./pageColumns";
import type { Gatherer, PageTable } from "./pageData";

/** As many rows as a browser sorts and filters without a pause. */
export const PAGE_ROW_LIMIT = 50_000;

/** What the page says of a row besides what the report has. */
export interface BesideRows {
  /** ARNs of the permission sets that count as administrator. */
  readonly administratorArns: readonly string[];
  /** Why they do, and what could not be read of these and others, by ARN: clauses. */
  readonly administratorReasons: Readonly<Record<string, string>>;
  /** Asked about the rows that are kept, once all rows are in. */
  readonly adviceOf: Advice["of"];
}

/**
 * The rows that the page holds: all of them up to the limit. A longer report keeps those that need attention, up to the limit:
 * unused administrator grants first, then orphaned ones, those of disabled users, unused ones.
 *
 * @param limit at least 1
 */
export function createPageTable(beside: BesideRows, limit: number): Gatherer<PageTable> {
  const administrators = new Set(beside.administratorArns);
  const orphaned = new Set(ORPHAN_STATUSES);
  /** By how much they need attention; within one, in the order of the report. */
  const kept: { position: number; row: Row }[][] = [[], [], [], [], []];
  const NO_ATTENTION = 4;
  let position = 0;
  let keptRows = 0;
  let arn = "";
  let administrator = false;

  return {
    add(batch) {
      for (const row of batch) {
        position += 1;
        if (row.PermissionSetArn !== arn) {
          arn = row.PermissionSetArn;
          administrator = administrators.has(arn);
        }
        const unused = row.Usage === "UNUSED_IN_WINDOW";
        const status = row.RowStatus;
        let level = NO_ATTENTION;
        if (unused && administrator) level = 0;
        else if (status !== "OK" && orphaned.has(status)) level = 1;
        else if (row.UserStatus === "DISABLED") level = 2;
        else if (unused) level = 3;
        if (keptRows === limit) {
          let least = NO_ATTENTION;
          while (kept[least]!.length === 0) least -= 1;
          if (least <= level) continue;
          kept[least]!.pop();
          keptRows -= 1;
        }
        kept[level]!.push({ position, row });
        keptRows += 1;
      }
    },
    result() {
      const complete = position <= limit;
      if (!complete) kept[NO_ATTENTION] = [];
      const rows = kept
        .flat()
        .sort((a, b) => a.position - b.position)
        .map(({ row }) => row);
      return { limit, complete, ...encodeRows(rows, administrators, beside) };
    },
  };
}

function encodeRows(
  rows: readonly Row[],
  administrators: ReadonlySet<string>,
  { administratorReasons, adviceOf }: BesideRows,
): Omit<PageTable, "limit" | "complete"> {
  const lists = {
    accounts: createList(PAGE_LISTS.accounts),
    permissionSets: createList(PAGE_LISTS.permissionSets),
    ways: createList(PAGE_LISTS.ways),
    users: createList(PAGE_LISTS.users),
    states: createList(PAGE_LISTS.states),
    advice: createList(PAGE_LISTS.advice),
  };
  const inOrder = Object.values(lists);
  const instants = PAGE_INSTANTS;
  const counts = PAGE_COUNTS;
  const LocalDate = Date;

  const encoded = rows.map((row) => {
    const numbers: number[] = [];
    const { action, reason } = adviceOf(row);
    for (const { columns, indices, entries } of inOrder) {
      const cells: string[] = [];
      for (const column of columns) {
        if (column === "Administrator") cells.push(administrators.has(row.PermissionSetArn) ? "true" : "");
        else if (column === "AdministratorReason") cells.push(administratorReasons[row.PermissionSetArn] ?? "");
        else if (column === "SuggestedAction") cells.push(action);
        else if (column === "Reason") cells.push(reason);
        else if (column === "LastLogin" && row.Usage === "USED") cells.push("");
        else cells.push(row[column]);
      }
      const key = cells.join("\u0000");
      let index = indices.get(key);
      if (index === undefined) {
        index = entries.push(cells) - 1;
        indices.set(key, index);
      }
      numbers.push(index);
    }
    for (const column of instants) numbers.push(row[column] === "" ? 0 : LocalDate.parse(row[column]) / 1000);
    for (const column of counts) numbers.push(row[column] === "" ? -1 : +row[column]);
    return numbers;
  });
  return {
    accounts: lists.accounts.entries,
    permissionSets: lists.permissionSets.entries,
    ways: lists.ways.entries,
    users: lists.users.entries,
    states: lists.states.entries,
    advice: lists.advice.entries,
    rows: encoded,
  };
}

/** The distinct values of these columns, each with its index. */
function createList(columns: readonly PageColumn[]) {
  return { columns, indices: new Map<string, number>(), entries: [] as string[][] };
}
