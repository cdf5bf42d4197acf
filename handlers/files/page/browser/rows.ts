import { COLUMNS } from "../../../model";
import { createCellFormatter } from "../../csv/cell";
import type { PageTable } from "../pageData";

/** The report's columns in their order, and `Administrator`, which the page adds. */
export const CSV_COLUMNS = [...COLUMNS, "Administrator"] as const;

export type CsvColumn = (typeof CSV_COLUMNS)[number];
export type PageRow = Record<CsvColumn, string>;

/** The embedded rows as the report has them, cell by cell. */
export function decodeRows(table: PageTable): PageRow[] {
  const instants = new Map<number, string>([[0, ""]]);
  const instant = (seconds: number) => {
    let text = instants.get(seconds);
    if (text === undefined) {
      text = `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
      instants.set(seconds, text);
    }
    return text;
  };
  const count = (number: number) => (number < 0 ? "" : String(number));
  return table.rows.map((cells) => {
    const [account, set, way, user, state, memberSince, lastConsole, lastProgrammatic, logins, days] =
      cells as number[];
    const [accountId = "", accountName = "", accountState = ""] = table.accounts[account!]!;
    const [arn = "", name = "", description = "", administrator = ""] = table.permissionSets[set!]!;
    const [type = "", groupId = "", groupName = ""] = table.ways[way!]!;
    const [userId = "", username = "", displayName = "", email = "", userStatus = ""] = table.users[user!]!;
    const [rowStatus = "", usage = "", noLogin = ""] = table.states[state!]!;
    return {
      account: accountId,
      PermissionSetArn: arn,
      PermissionSetName: name,
      PermissionSetDescription: description,
      Type: type,
      GroupId: groupId,
      GroupName: groupName,
      Username: username,
      UserId: userId,
      LastLogin: usage === "USED" ? instant(Math.max(lastConsole!, lastProgrammatic!)) : noLogin,
      AccountName: accountName,
      AccountState: accountState,
      UserDisplayName: displayName,
      UserEmail: email,
      UserStatus: userStatus,
      RowStatus: rowStatus,
      MemberSince: instant(memberSince!),
      LastConsoleLogin: instant(lastConsole!),
      LastProgrammaticLogin: instant(lastProgrammatic!),
      DaysSinceLastLogin: count(days!),
      LoginsInWindow: count(logins!),
      Usage: usage,
      Administrator: administrator,
    };
  });
}

const formatCell = createCellFormatter();

/** The rows as `credential_report.csv` has them, with the page's columns. */
export function csvText(rows: readonly PageRow[]): string {
  const lines = rows.map((row) => CSV_COLUMNS.map((column) => formatCell(row[column])).join(","));
  return `${[CSV_COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
}
