/** What a column tells something of, in the order of the machine rows: what rows have in common comes first. */
const SUBJECTS = [
  "run",
  "account",
  "permission set",
  "way", // from account and permission set to the user: a group, or a direct assignment
  "user",
  "grant",
  "membership",
  "login",
  "advice",
] as const;

export type ColumnSubject = (typeof SUBJECTS)[number];

export type ColumnKind =
  | "text" // an id, or what people wrote
  | "word" // one of few, in capitals: AWS's or the report's own
  | "instant" // `2026-11-20T08:15:30Z`
  | "count" // a whole number, in decimal
  | "flag"; // true or not

interface ColumnDefinition {
  /** As the header of the CSV has it. */
  readonly name: string;
  /** What people read on the page. */
  readonly title: string;
  readonly kind: ColumnKind;
  readonly of: ColumnSubject;
}

/**
 * THE table of the report's columns, in the order of `credential_report.csv`. New ones come last: the first ten are those of the
 * AWS sample that this replaces, and programs count on the places of all. Headers, machine rows, the Glue table and the page
 * follow from it, or are held against it by a test. Any cell may be empty.
 */
const REPORT_COLUMNS = [
  { name: "account", title: "Account", kind: "text", of: "account" },
  { name: "PermissionSetArn", title: "Permission set ARN", kind: "text", of: "permission set" },
  { name: "PermissionSetName", title: "Permission set", kind: "text", of: "permission set" },
  { name: "PermissionSetDescription", title: "Description", kind: "text", of: "permission set" },
  { name: "Type", title: "Type", kind: "word", of: "way" },
  { name: "GroupId", title: "Group id", kind: "text", of: "way" },
  { name: "GroupName", title: "Through group", kind: "text", of: "way" },
  { name: "Username", title: "User", kind: "text", of: "user" },
  { name: "UserId", title: "User id", kind: "text", of: "user" },
  // The one cell that may be an instant or a word: `Usage` tells which.
  { name: "LastLogin", title: "Last login", kind: "instant", of: "login" },
  { name: "AccountName", title: "Account name", kind: "text", of: "account" },
  { name: "AccountState", title: "Account state", kind: "word", of: "account" },
  { name: "UserDisplayName", title: "Display name", kind: "text", of: "user" },
  { name: "UserEmail", title: "E-mail", kind: "text", of: "user" },
  { name: "UserStatus", title: "User status", kind: "word", of: "user" },
  { name: "RowStatus", title: "Status", kind: "word", of: "grant" },
  { name: "MemberSince", title: "Member since", kind: "instant", of: "membership" },
  { name: "LastConsoleLogin", title: "Last console login", kind: "instant", of: "login" },
  { name: "LastProgrammaticLogin", title: "Last programmatic login", kind: "instant", of: "login" },
  { name: "DaysSinceLastLogin", title: "Days", kind: "count", of: "login" },
  { name: "LoginsInWindow", title: "Logins", kind: "count", of: "login" },
  { name: "Usage", title: "Usage", kind: "word", of: "grant" },
  // Of a role that account access manager gives, the columns of the permission set are empty.
  { name: "AccessType", title: "Access", kind: "word", of: "permission set" },
  { name: "RoleArn", title: "Role ARN", kind: "text", of: "permission set" },
  { name: "AssignedAt", title: "Assigned", kind: "instant", of: "grant" },
] as const satisfies readonly ColumnDefinition[];

/** Whether the permission set counts as administrator: of the page and of the machine rows. Of a role nobody knows what it may. */
const ADMINISTRATOR_COLUMN = {
  name: "Administrator",
  title: "Administrator",
  kind: "flag",
  of: "permission set",
} as const satisfies ColumnDefinition;

/** Why the permission set counts as administrator, and what of it could not be read: of the page alone. */
const REASON_COLUMN = {
  name: "AdministratorReason",
  title: "Administrator rights",
  kind: "text",
  of: "permission set",
} as const satisfies ColumnDefinition;

/** What to do about the row, and why, by the rules of `review.csv`: of the page alone. */
const ADVICE_COLUMNS = [
  { name: "SuggestedAction", title: "Suggested action", kind: "word", of: "advice" },
  { name: "Reason", title: "Reason", kind: "text", of: "advice" },
] as const satisfies readonly ColumnDefinition[];

/** What tells the runs apart whose machine rows stand in one table. */
const RUN_COLUMNS = [
  { name: "RunId", title: "Run id", kind: "text", of: "run" },
  { name: "ReportTime", title: "Report time", kind: "instant", of: "run" },
  { name: "LookbackDays", title: "Lookback days", kind: "count", of: "run" },
] as const satisfies readonly ColumnDefinition[];

export type Column = (typeof REPORT_COLUMNS)[number]["name"];

/** One line of the report, raw: not yet escaped for spreadsheets. */
export type Row = Record<Column, string>;

/** The columns' names, in the order of the CSV. */
export const COLUMNS: readonly Column[] = REPORT_COLUMNS.map(({ name }) => name);

/** The order of the report's rows, by code units. */
export const SORTED_BY = [
  "account",
  "PermissionSetName",
  "PermissionSetArn",
  "RoleArn",
  "Type",
  "GroupName",
  "GroupId",
  "Username",
  "UserId",
] as const satisfies readonly Column[];

/** What `rows.jsonl.gz` has of a row, in the order of the CSV. */
export const ROW_COLUMNS = [...REPORT_COLUMNS, ADMINISTRATOR_COLUMN];

export type RowColumn = (typeof ROW_COLUMNS)[number]["name"];

/** The page's columns: those, why it is an administrator's, and what to do about it. */
export const PAGE_COLUMNS = [...ROW_COLUMNS, REASON_COLUMN, ...ADVICE_COLUMNS];

export type PageColumn = (typeof PAGE_COLUMNS)[number]["name"];

/** Columns in the order of their subjects, within one as they were. */
export function bySubject<Definition extends ColumnDefinition>(columns: readonly Definition[]): Definition[] {
  return SUBJECTS.flatMap((subject) => columns.filter((column) => column.of === subject));
}

/** The columns of `rows.jsonl.gz`, in their order. */
export const MACHINE_COLUMNS: readonly ColumnDefinition[] = bySubject([...RUN_COLUMNS, ...ROW_COLUMNS]);

/** Values of `RowStatus` that say that the group, the user or the account is not there any more. */
export const ORPHAN_STATUSES: readonly string[] = ["GROUP_NOT_FOUND", "USER_NOT_FOUND", "ACCOUNT_NOT_IN_ORGANIZATION"];
