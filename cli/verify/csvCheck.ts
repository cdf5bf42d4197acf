import { finished } from "node:stream/promises";
import { parse } from "csv-parse";
import {
  CHANGE_COLUMNS,
  CHANGES_FILE,
  COLUMNS,
  REPORT_FILE,
  REVIEW_COLUMNS,
  REVIEW_FILE,
  SORTED_BY,
  UNEXPLAINED_LOGIN_COLUMNS,
  UNEXPLAINED_LOGINS_FILE,
} from "../../handlers/files/files";
import { type ContentCheck, feed } from "./contentCheck";
import { createRowOrder } from "./rowOrder";
import type { Problems } from "./verdict";

interface CsvForm {
  readonly columns: readonly string[];
  /** What the rows are sorted by. */
  readonly order: readonly string[];
}

const forms: Readonly<Record<string, CsvForm>> = {
  [REPORT_FILE]: { columns: COLUMNS, order: SORTED_BY },
  [REVIEW_FILE]: {
    columns: REVIEW_COLUMNS,
    order: SORTED_BY.map((column) => (column === "Type" ? "PrincipalType" : column)),
  },
  [CHANGES_FILE]: { columns: CHANGE_COLUMNS, order: SORTED_BY },
  [UNEXPLAINED_LOGINS_FILE]: {
    columns: UNEXPLAINED_LOGIN_COLUMNS,
    order: ["account", "PermissionSetName", "Username", "UserId"],
  },
};

/**
 * Checks a CSV file: RFC 4180 with CRLF, and for those that a report has, their header, the cells of each row and the rows' order.
 *
 * @param onRecord is given every record that is no header and has all its cells
 */
export function createCsvCheck(
  name: string,
  problems: Problems,
  onRecord: (value: (column: string) => string) => void = () => {},
): ContentCheck {
  const form = forms[name];
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
  const inOrder = createRowOrder((form?.order ?? []).map((column) => form!.columns.indexOf(column)));
  let header: readonly string[] | null = null;
  let rows = 0;
  /** The line on which the record at hand begins. */
  let line = 1;

  function checkHeader(cells: readonly string[]): void {
    header = cells;
    if (form === undefined || cells.join("\n") === form.columns.join("\n")) return;
    const at = form.columns.findIndex((column, index) => cells[index] !== column);
    const difference =
      at === -1
        ? `has ${cells.length} columns`
        : `has ${JSON.stringify(cells[at] ?? "nothing")} for column ${at + 1}, expected ${JSON.stringify(form.columns[at])}`;
    problems.add(name, 1, `the header ${difference}; expected ${form.columns.length} columns`);
  }

  function checkRecord(cells: readonly string[]): void {
    rows++;
    if (cells.length !== header!.length) {
      problems.add(name, line, `has ${cells.length} cells, expected ${header!.length}`);
      return;
    }
    if (form === undefined) return;
    if (!inOrder(cells)) {
      problems.add(name, line, `belongs before the row above it: rows are sorted by ${form.order.join(", ")}`);
    }
    onRecord((column) => cells[header!.indexOf(column)] ?? "");
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
