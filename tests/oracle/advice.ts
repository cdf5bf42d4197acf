/** What the page says of each row, and counts, against the lines of review.csv. */
import { parse } from "csv-parse/sync";
import { textOfCell } from "../../cli/verify/cellText";

const ACTIONS = ["KEEP", "REMOVE", "REVIEW", "WAIT", "INVESTIGATE"];

type Cells = Record<string, string>;

interface Shown {
  readonly actions: Record<string, { actions: number; memberships: number; assignments: number; rows: number }>;
  readonly removableRows: number;
  readonly table: { readonly rows: readonly number[][]; readonly advice: readonly [action: string, reason: string][] };
}

const rowsOf = (csv: string): Cells[] =>
  (parse(csv, { columns: true, bom: true }) as Cells[]).map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, textOfCell(cell)])),
  );

/** The line that takes a row away, and the line of its group's assignment, if there is one. */
function linesOf(row: Cells, lines: readonly Cells[]): { own: Cells; assignment: Cells | undefined } {
  const ofPrincipal = (id: string) =>
    lines.find(
      (line) =>
        line.Action !== "END_MEMBERSHIP" &&
        line.account === row.account &&
        line.PermissionSetArn === row.PermissionSetArn &&
        line.RoleArn === row.RoleArn &&
        line.PrincipalId === id,
    );
  const isMember = row.Type === "GROUP" && row.UserId !== "";
  const other = ofPrincipal(row.Type === "GROUP" ? row.GroupId! : row.UserId!);
  if (!isMember) return { own: other!, assignment: undefined };
  const isOwn = ({ Action, PrincipalId, UserId }: Cells) =>
    Action === "END_MEMBERSHIP" && PrincipalId === row.GroupId && UserId === row.UserId;
  return { own: lines.find(isOwn)!, assignment: other };
}

/**
 * The page has as many actions as the sheet has lines, and each row says what its line says.
 *
 * @returns how much could have been wrong: lines that say REMOVE
 */
export function expectAdviceOf(files: Readonly<Record<string, Buffer>>): { removals: number } {
  let removals = 0;
  const page = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(String(files["report.html"]))!;
  const shown = JSON.parse(page[1]!) as Shown;
  const lines = rowsOf(String(files["review.csv"]));
  const rows = rowsOf(String(files["credential_report.csv"]));

  const adviceAt = shown.table.rows.map((numbers) => shown.table.advice[numbers[5]!]!);
  const expected = rows.map((row) => {
    const { own, assignment } = linesOf(row, lines);
    const isOfGroup = own.SuggestedAction !== "REMOVE" && assignment?.SuggestedAction === "REMOVE";
    return { action: isOfGroup ? "REVIEW" : own.SuggestedAction!, reason: own.Reason!, isOfGroup };
  });
  expect(adviceAt.map(([action]) => action)).toEqual(expected.map(({ action }) => action));
  for (const [at, [, reason]] of adviceAt.entries()) expect(reason).toContain(expected[at]!.reason);

  for (const action of ACTIONS) {
    const suggested = lines.filter(({ SuggestedAction }) => SuggestedAction === action);
    expect(shown.actions[action]).toEqual({
      actions: suggested.length,
      memberships: suggested.filter(({ Action }) => Action === "END_MEMBERSHIP").length,
      assignments: suggested.filter(({ Action }) => Action === "REMOVE_ASSIGNMENT").length,
      rows: expected.filter((row) => row.action === action).length,
    });
    if (action === "REMOVE") removals += suggested.length;
  }
  expect(shown.removableRows).toBe(expected.filter(({ action, isOfGroup }) => action === "REMOVE" || isOfGroup).length);
  return { removals };
}
