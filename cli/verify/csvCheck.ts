import { finished } from "node:stream/promises";
import { parse } from "csv-parse";
import { CHANGES_FILE, REPORT_FILE, REVIEW_FILE, SORTED_BY, UNEXPLAINED_LOGINS_FILE } from "../../handlers/files/files";
import { type ContentCheck, feed } from "./contentCheck";
import { createRowOrder } from "./rowOrder";
import { createSheetOrder } from "./sheetOrder";
import type { Problems } from "./verdict";

/** What the rows of a file are sorted by. */
const orders: Readonly<Record<string, readonly string[]>> = {
  [REPORT_FILE]: SORTED_BY,
  // Of version 0.1; later ones are in the order of `createSheetOrder`.
  [REVIEW_FILE]: SORTED_BY.map((column) => (column === "Type" ? "PrincipalType" : column)),
  [CHANGES_FILE]: SORTED_BY,
  [UNEXPLAINED_LOGINS_FILE]: ["account", "PermissionSetName", "Username", "UserId"],
};

/** A row of a CSV file. */
export interface CsvRow {
  /** The line on which it begins, counted from 1. */
  readonly line: number;
  /** A column's cell, as it stands there; empty where there is no such column. */
  cell(column: string): string;
}

/**
 * Checks a CSV file: RFC 4180 with CRLF, and for those that a report has, their header, the cells of each row and the rows' order.
 *
 * @param columns those that it must have; `undefined` for a file that is not known
 * @param onRow is given every row that has all its cells
 */
export function createCsvCheck(
  name: string,
  problems: Problems,
  columns: readonly string[] | undefined,
  onRow: (row: CsvRow) => void = () => {},
): ContentCheck {
  const order = orders[name] ?? [];
  const LONGEST_RECORD = 1024 * 1024;
  const parser = parse({
    record_delimiter: "\r\n",
    bom: name === REVIEW_FILE, // which goes through spreadsheets
    relax_column_count: true,
    max_record_size: LONGEST_RECORD,
    // Taken one by one as they are parsed: what is still in a stream's buffer would be lost where the file breaks off.
    on_record(record: string[]) {
      if (header === null) checkHeader(record);
      else checkRecord(record);
      // The parser's own count takes a CRLF within quotes for two.
      for (const cell of record) line += cell.includes("\n") ? cell.split("\n").length - 1 : 0;
      line++;
      return null;
    },
  });
  const placeIn = (column: string) => columns?.indexOf(column) ?? -1;
  // The sheet has a group's id among the principals': it is put behind the cells.
  const groupIdAt = name === REVIEW_FILE ? (columns?.length ?? -1) : placeIn("GroupId");
  const inOrder = createRowOrder(order.map((column) => (column === "GroupId" ? groupIdAt : placeIn(column))));
  const ofActions = name === REVIEW_FILE && columns?.includes("ActionKey") ? createSheetOrder(columns) : null;
  let header: readonly string[] | null = null;
  const places = new Map<string, number>();
  let rows = 0;
  /** The line on which the record at hand begins. */
  let line = 1;

  function checkHeader(cells: readonly string[]): void {
    header = cells;
    for (const [place, column] of cells.entries()) places.set(column, place);
    if (columns === undefined || cells.join("\n") === columns.join("\n")) return;
    const at = columns.findIndex((column, index) => cells[index] !== column);
    const difference =
      at === -1
        ? `has ${cells.length} columns`
        : `has ${JSON.stringify(cells[at] ?? "nothing")} for column ${at + 1}, expected ${JSON.stringify(columns[at])}`;
    problems.add(name, 1, `the header ${difference}; expected ${columns.length} columns`);
  }

  function checkRecord(cells: readonly string[]): void {
    rows++;
    if (cells.length !== header!.length) {
      problems.add(name, line, `has ${cells.length} cells, expected ${header!.length}`);
      return;
    }
    if (columns === undefined) return;
    const sortedBy = ofActions === null ? sortedByNames(cells) : ofActions(cells);
    if (sortedBy !== null) {
      problems.add(name, line, `belongs before the row above it: rows are sorted by ${sortedBy}`);
    }
    onRow({ line, cell: (column) => cells[places.get(column) ?? -1] ?? "" });
  }

  function sortedByNames(cells: readonly string[]): string | null {
    return inOrder(name === REVIEW_FILE ? [...cells, groupIdIn(cells)] : cells) ? null : order.join(", ");
  }

  function groupIdIn(cells: readonly string[]): string {
    return cells[placeIn("PrincipalType")] === "GROUP" ? (cells[placeIn("PrincipalId")] ?? "") : "";
  }

  async function read(): Promise<void> {
    await finished(parser.resume());
    if (header === null) problems.add(name, 1, "has no header");
  }

  return feed(
    parser,
    read,
    (error) => {
      // The parser's messages end in its own state.
      problems.add(name, line, `is no CSV from here on: ${error.message.split("\n")[0]!.slice(0, 200)}`);
    },
    () => rows,
  );
}
