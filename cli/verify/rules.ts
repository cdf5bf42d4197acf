import {
  CHANGE_COLUMNS,
  CHANGES_FILE,
  COLUMNS,
  createCellFormatter,
  MACHINE_ROWS_FILE,
  type Manifest,
  PAGE_FILE,
  REPORT_FILE,
  REVIEW_COLUMNS,
  REVIEW_FILE,
  REVIEW_WORKBOOK,
  UNEXPLAINED_LOGIN_COLUMNS,
  UNEXPLAINED_LOGINS_FILE,
} from "../../handlers/files/files";
import schema from "../../handlers/files/manifest.schema.json";
import schemaOf01 from "./manifest-0.1.schema.json";

/** What a report is, to the version of the program that made it. */
export interface Rules {
  /** JSON Schema of its manifest. */
  readonly schema: object;
  /** Of its CSV files, by name. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** What a line of the sheet is about: a single grant, or what can be done. */
  readonly sheet: "grants" | "actions";
  /** How a text stands in a cell, quotes apart. */
  readonly cellOf: (text: string) => string;
  /** Of rows.jsonl.gz. */
  readonly gzipMembers: "one" | "many";
  /** Whether the page has all settings of the run, and not only those that it shows. */
  readonly settingsInPage: boolean;
}

const now: Rules = {
  schema,
  columns: {
    [REPORT_FILE]: COLUMNS,
    [REVIEW_FILE]: REVIEW_COLUMNS,
    [CHANGES_FILE]: CHANGE_COLUMNS,
    [UNEXPLAINED_LOGINS_FILE]: UNEXPLAINED_LOGIN_COLUMNS,
  },
  sheet: "actions",
  cellOf: unquoted(createCellFormatter()),
  gzipMembers: "one",
  settingsInPage: true,
};

const SHEET_OF_01 = [
  ...["Reviewer", "account", "AccountName", "PermissionSetName", "Administrator", "PrincipalType", "GroupName"],
  ...["Username", "UserDisplayName", "UserEmail", "RowStatus", "Usage", "LastLogin", "MemberSince", "RedundantWith"],
  ...[
    "SuggestedAction",
    "Reason",
    "Decision",
    "DecidedBy",
    "DecidedOn",
    "Comment",
    "DecisionStatus",
    "EarlierDecision",
  ],
  ...["InstanceArn", "IdentityStoreId", "PermissionSetArn", "PrincipalId", "UserId", "GrantKey", "GrantState"],
];

/** But for the sheet, columns have only been added since, and at the end. */
const of01: Rules = {
  schema: schemaOf01,
  columns: {
    [REPORT_FILE]: COLUMNS.slice(0, 22),
    [REVIEW_FILE]: SHEET_OF_01,
    [CHANGES_FILE]: CHANGE_COLUMNS.slice(0, 14),
    [UNEXPLAINED_LOGINS_FILE]: UNEXPLAINED_LOGIN_COLUMNS.slice(0, 11),
  },
  sheet: "grants",
  cellOf: (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text),
  gzipMembers: "many",
  settingsInPage: false,
};

/** @param manifest which may be anything */
export function rulesOf(manifest: unknown): Rules {
  const { programVersion } = (manifest ?? {}) as { readonly programVersion?: unknown };
  return typeof programVersion === "string" && programVersion.startsWith("0.1.") ? of01 : now;
}

/** The files that every run writes, in every version so far; all others that a manifest names are checked too. */
export function requiredFiles(manifest: Manifest): string[] {
  const { sources, previousReport } = manifest;
  return [
    REPORT_FILE,
    REVIEW_FILE,
    ...(rulesOf(manifest).sheet === "actions" ? [REVIEW_WORKBOOK] : []),
    MACHINE_ROWS_FILE,
    PAGE_FILE,
    ...(sources.logins.status === "read" ? [UNEXPLAINED_LOGINS_FILE] : []),
    ...(previousReport.status === "compared" ? [CHANGES_FILE] : []),
  ];
}

/** A formatted cell as a parser gives it. */
function unquoted(format: (text: string) => string): (text: string) => string {
  return (text) => {
    const cell = format(text);
    return cell.startsWith('"') ? cell.slice(1, -1).replace(/""/g, '"') : cell;
  };
}
