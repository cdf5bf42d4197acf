import {
  MACHINE_COLUMNS,
  MACHINE_ROWS_FILE,
  type Manifest,
  REPORT_FILE,
  REVIEW_FILE,
  SORTED_BY,
} from "../../handlers/files/files";
import { createActionsCheck } from "./actionsCheck";
import type { CsvRow } from "./csvCheck";
import type { JsonRow } from "./jsonLinesCheck";
import { createPairs, type Side } from "./pairs";
import type { Rules } from "./rules";
import type { Problems } from "./verdict";

/** Takes the rows of the three files that have all of them, and holds them against each other and against the manifest. */
export interface RowsCheck {
  report(row: CsvRow): void;
  machine(row: JsonRow): void;
  review(row: CsvRow): void;
  /** The sides of a file in its comparisons; none for a file that is in none. */
  sidesOf(name: string): readonly Pick<Side<never>, "room" | "end">[];
  /** Once all three are read. */
  end(): void;
}

/** By which a line of the sheet is about the grant of a row; the second name is the sheet's. */
const OF_THE_GRANT = SORTED_BY.filter((column) => column !== "GroupId").map(
  (column) => [column, column === "Type" ? "PrincipalType" : column] as const,
);

/** What the sheet has of the report besides. */
const IN_THE_SHEET = ["AccountName", "UserDisplayName", "UserEmail", "RowStatus", "Usage", "LastLogin", "MemberSince"];

const GRANT_KEYS = OF_THE_GRANT.map(([column]) => column);
const SHEET_COLUMNS = [...GRANT_KEYS, ...IN_THE_SHEET];
const nameInSheet = new Map<string, string>(OF_THE_GRANT);

export function createRowsCheck(manifest: Manifest, rules: Rules, problems: Problems): RowsCheck {
  const { settings, now } = manifest;
  const columns = rules.columns[REPORT_FILE]!;
  const counts = new Set(MACHINE_COLUMNS.filter(({ kind }) => kind === "count").map(({ name }) => name as string));
  const ofRun = { ReportTime: now, LookbackDays: settings.lookbackDays };
  const ofStore = { InstanceArn: settings.instanceArn, IdentityStoreId: settings.identityStoreId };

  const machine = createPairs<CsvRow, JsonRow>(
    (row, { line, values }) => {
      const said = (column: string) => {
        const value = values[column] ?? null;
        if (value === null) return column === "LastLogin" ? wordForNoLogin(row.cell("Usage")) : "";
        const isRight = counts.has(column) ? Number.isInteger(value) : typeof value === "string";
        return isRight ? rules.cellOf(wellFormed(String(value))) : JSON.stringify(value);
      };
      return compare(MACHINE_ROWS_FILE, line, row, SORTED_BY, columns, said);
    },
    (rows, lines) =>
      problems.add(MACHINE_ROWS_FILE, null, `has ${lines} rows that can be read, ${REPORT_FILE} has ${rows}`),
  );

  const actions = rules.sheet === "actions" ? createActionsCheck(manifest, problems) : null;

  const grants = createPairs<CsvRow, CsvRow>(
    (row, { line, cell }) => {
      const said = (column: string) => cell(nameInSheet.get(column) ?? column);
      if (!compare(REVIEW_FILE, line, row, GRANT_KEYS, SHEET_COLUMNS, said)) return false;
      const expected = { ...ofStore, ...idsOf(row, cell("Administrator")) };
      for (const [column, value] of Object.entries(expected)) {
        if (cell(column) !== value) {
          problems.add(REVIEW_FILE, line, `has ${show(cell(column))} for ${column}, expected ${show(value)}`);
        }
      }
      return true;
    },
    (rows, lines) =>
      problems.add(
        REVIEW_FILE,
        null,
        `has ${lines} rows that can be read, ${REPORT_FILE} has ${rows} that name a user`,
      ),
  );

  /** @returns whether the two are of one grant; what else differs is a problem, and no reason to stop */
  function compare(
    file: string,
    line: number,
    row: CsvRow,
    keys: readonly string[],
    compared: readonly string[],
    said: (column: string) => string,
  ): boolean {
    const where = `line ${row.line} of ${REPORT_FILE}`;
    const other = keys.find((column) => said(column) !== row.cell(column));
    if (other !== undefined) {
      const what = `${other} is ${show(said(other))}, there ${show(row.cell(other))}`;
      problems.add(file, line, `is about another grant than ${where}, so neither is compared from here on: ${what}`);
      return false;
    }
    const differing = compared.filter((column) => said(column) !== row.cell(column));
    if (differing.length > 0) {
      const what = differing.map((column) => `${column} is ${show(said(column))}, there ${show(row.cell(column))}`);
      problems.add(file, line, `differs from ${where}: ${what.join("; ")}`);
    }
    return true;
  }

  const sides: Readonly<Record<string, ReturnType<RowsCheck["sidesOf"]>>> = {
    [REPORT_FILE]: actions === null ? [machine.left, grants.left] : [machine.left, actions.side],
    [MACHINE_ROWS_FILE]: [machine.right],
    [REVIEW_FILE]: actions === null ? [grants.right] : [actions.side],
  };

  return {
    report(row) {
      machine.left.add(row);
      if (actions !== null) actions.report(row);
      // Of version 0.1, which had a line for each grant of a user.
      else if (row.cell("UserId") !== "") grants.left.add(row);
    },
    machine(row) {
      for (const [column, expected] of Object.entries(ofRun)) {
        const value = row.values[column];
        if (value !== expected) {
          const what = `${show(value)} for ${column}, the manifest says ${show(expected)}`;
          problems.add(MACHINE_ROWS_FILE, row.line, `has ${what}`);
        }
      }
      machine.right.add(row);
    },
    review: (row) => (actions === null ? grants.right.add(row) : actions.review(row)),
    sidesOf: (name) => sides[name] ?? [],
    end: () => actions?.end(),
  };
}

/** What follows in the sheet from the report's row: docs/review.md. */
function idsOf({ cell }: CsvRow, administrator: string): Record<string, string> {
  const set = cell("PermissionSetArn");
  const setId = set.slice(set.lastIndexOf("/") + 1);
  const since = cell("MemberSince");
  const state = [cell("RowStatus"), cell("Usage"), administrator === "yes" ? "ADMINISTRATOR" : "", since];
  return {
    PrincipalId: cell("Type") === "GROUP" ? cell("GroupId") : cell("UserId"),
    GrantKey: [cell("account"), setId, cell("Type"), cell("GroupId"), cell("UserId")].join("/"),
    GrantState: state.filter((word) => word !== "").join(" "),
  };
}

/** Rows for machines have a time or null; the CSV says why there is none. */
function wordForNoLogin(usage: string): string {
  if (usage === "UNKNOWN") return "UNKNOWN";
  return usage === "" ? "" : "NO_LOGIN_PRESENT";
}

/** A half of a surrogate pair, which JSON can have and UTF-8 cannot. */
function wellFormed(text: string): string {
  return /\p{Surrogate}/u.test(text) ? Buffer.from(text).toString() : text;
}

function show(value: unknown): string {
  const text = JSON.stringify(value ?? "nothing");
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
