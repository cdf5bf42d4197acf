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
  cellOf: unquoted(createCellFormatter()),
  gzipMembers: "one",
  settingsInPage: true,
};

/** Columns have only been added since, and at the end. */
const of01: Rules = {
  schema: schemaOf01,
  columns: {
    [REPORT_FILE]: COLUMNS.slice(0, 22),
    [REVIEW_FILE]: REVIEW_COLUMNS.slice(0, 30),
    [CHANGES_FILE]: CHANGE_COLUMNS.slice(0, 14),
    [UNEXPLAINED_LOGINS_FILE]: UNEXPLAINED_LOGIN_COLUMNS.slice(0, 11),
  },
  cellOf: (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text),
  gzipMembers: "many",
  settingsInPage: false,
};

/** Of a 0.2.0 before it knew account access manager: columns have only been added since. */
const beforeRoles: Rules = { ...now, columns: of01.columns };

/** @param manifest which may be anything */
export function rulesOf(manifest: unknown): Rules {
  const { programVersion, sources } = (manifest ?? {}) as Partial<Record<"programVersion" | "sources", unknown>>;
  if (typeof programVersion === "string" && programVersion.startsWith("0.1.")) return of01;
  return (sources as Partial<Manifest["sources"]> | undefined)?.accountAccess === undefined ? beforeRoles : now;
}

/** The files that every run writes, in every version so far; all others that a manifest names are checked too. */
export function requiredFiles({ sources, previousReport }: Manifest): string[] {
  return [
    REPORT_FILE,
    REVIEW_FILE,
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
