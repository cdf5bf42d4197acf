import { Parser } from "@json2csv/plainjs";
import { createCellFormatter } from "./cell";

/** Turns batches of rows into CSV text. */
export interface CsvWriter {
  /** The header line. */
  header(): string;
  /** The lines of a batch, which may be empty. */
  lines(rows: readonly object[]): string;
}

/**
 * CSV by RFC 4180: comma, CRLF after every line, cells as `createCellFormatter` writes them.
 *
 * @param columns the rows' properties to write, in order; their values are strings
 */
export function createCsvWriter(columns: readonly string[]): CsvWriter {
  const formatCell = createCellFormatter();
  const parser = new Parser<object, object>({
    fields: [...columns],
    header: false,
    includeEmptyRows: true,
    eol: "\r\n",
    formatters: { string: formatCell },
  });
  return {
    header: () => columns.map(formatCell).join(",") + "\r\n",
    lines: (rows) => (rows.length === 0 ? "" : parser.parse(rows as object[]) + "\r\n"),
  };
}
