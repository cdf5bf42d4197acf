import type { Row } from "../../model";
import type { Gatherer, PageTable } from "./pageData";

/** As many rows as a browser sorts and filters without a pause. */
export const PAGE_ROW_LIMIT = 50_000;

/**
 * The rows that the page holds: all of them up to the limit. A longer report keeps those that need attention, up to the limit:
 * unused administrator grants first, then orphaned ones, those of disabled users, unused ones.
 *
 * @param limit at least 1
 */
export function createPageTable(administratorArns: readonly string[], limit: number): Gatherer<PageTable> {
  const administrators = new Set(administratorArns);
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
        else if (
          status === "GROUP_NOT_FOUND" ||
          status === "USER_NOT_FOUND" ||
          status === "ACCOUNT_NOT_IN_ORGANIZATION"
        )
          level = 1;
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
      return { limit, complete, ...encodeRows(rows, administrators) };
    },
  };
}

function encodeRows(rows: readonly Row[], administrators: ReadonlySet<string>): Omit<PageTable, "limit" | "complete"> {
  /** Gives each distinct list of cells its index. */
  const createIndex = () => {
    const indices = new Map<string, number>();
    const entries: string[][] = [];
    const indexOf = (cells: string[]) => {
      const key = cells.join("\u0000");
      let index = indices.get(key);
      if (index === undefined) {
        index = entries.push(cells) - 1;
        indices.set(key, index);
      }
      return index;
    };
    return { entries, indexOf };
  };
  const accounts = createIndex();
  const permissionSets = createIndex();
  const ways = createIndex();
  const users = createIndex();
  const states = createIndex();
  const LocalDate = Date;
  const seconds = (instant: string) => (instant === "" ? 0 : LocalDate.parse(instant) / 1000);
  const count = (cell: string) => (cell === "" ? -1 : +cell);

  const encoded = rows.map((row) => [
    accounts.indexOf([row.account, row.AccountName, row.AccountState]),
    permissionSets.indexOf([
      row.PermissionSetArn,
      row.PermissionSetName,
      row.PermissionSetDescription,
      administrators.has(row.PermissionSetArn) ? "true" : "",
    ]),
    ways.indexOf([row.Type, row.GroupId, row.GroupName]),
    users.indexOf([row.UserId, row.Username, row.UserDisplayName, row.UserEmail, row.UserStatus]),
    states.indexOf([row.RowStatus, row.Usage, row.Usage === "USED" ? "" : row.LastLogin]),
    seconds(row.MemberSince),
    seconds(row.LastConsoleLogin),
    seconds(row.LastProgrammaticLogin),
    count(row.LoginsInWindow),
    count(row.DaysSinceLastLogin),
  ]);
  return {
    accounts: accounts.entries,
    permissionSets: permissionSets.entries,
    ways: ways.entries,
    users: users.entries,
    states: states.entries,
    rows: encoded,
  };
}
