import { type Column, ROW_COLUMNS, type RowColumn } from "../../handlers/files/files";

/** A row as the page has it: the report's columns, and whether the permission set is an administrator's (`true`, `false`). */
export type WhoRow = Readonly<Record<RowColumn, string>>;

/** Which grants are asked for. Of each list, one must match; an empty one is not asked. */
export interface Wanted {
  readonly account: readonly string[];
  readonly user: readonly string[];
  readonly group: readonly string[];
  readonly permissionSet: readonly string[];
  readonly administrator: boolean;
  readonly unused: boolean;
}

/** Of each list: the columns that have a text in them, and the one that is it. */
const COLUMNS_OF: Readonly<Record<string, readonly [within: readonly Column[], whole: Column]>> = {
  account: [["account", "AccountName"], "account"],
  user: [["Username", "UserDisplayName", "UserEmail"], "UserId"],
  group: [["GroupName"], "GroupId"],
  permissionSet: [["PermissionSetName", "RoleArn"], "PermissionSetArn"],
};

/** Makes the function that says whether a row is asked for. */
export function matcher(wanted: Wanted): (row: WhoRow) => boolean {
  const texts = Object.entries(COLUMNS_OF).flatMap(([list, columns]) => {
    const given = wanted[list as "account"].map((text) => text.toLowerCase());
    return given.length === 0 ? [] : [{ given, within: columns[0], whole: columns[1] }];
  });
  return (row) =>
    (!wanted.administrator || row.Administrator === "true") &&
    (!wanted.unused || row.Usage === "UNUSED_IN_WINDOW") &&
    texts.every(({ given, within, whole }) =>
      given.some(
        (text) =>
          row[whole].toLowerCase() === text || within.some((column) => row[column].toLowerCase().includes(text)),
      ),
    );
}

/**
 * The row that a line of `rows.jsonl.gz` is of, its values as the CSV has them.
 *
 * @returns `null` where the line lacks what every report has had
 */
export function rowOf(line: string): WhoRow | null {
  const values = JSON.parse(line) as Readonly<Record<string, unknown>>;
  if (typeof values !== "object" || values === null) return null;
  // Of a role that account access manager gives, nobody knows.
  const isRole = values.AccessType === "ACCOUNT_ROLE" && values.Administrator === null;
  if (typeof values.Administrator !== "boolean" && !isRole) return null;
  if (typeof values.account !== "string" || values.Usage === undefined) return null;
  const cells = ROW_COLUMNS.map(({ name }) => [name, String(values[name] ?? "")] as const);
  const row = Object.fromEntries(cells) as Record<RowColumn, string>;
  if (row.Usage !== "USED" && row.Usage !== "")
    row.LastLogin = row.Usage === "UNKNOWN" ? "UNKNOWN" : "NO_LOGIN_PRESENT";
  return row;
}
