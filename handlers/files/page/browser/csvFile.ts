import { createCellFormatter } from "../../csv/cell";
import { PAGE_COLUMN_NAMES, type PageRow } from "../pageColumns";

const formatCell = createCellFormatter();

/** The rows as `credential_report.csv` has them, with the page's columns. */
export function csvText(rows: readonly PageRow[]): string {
  const lines = rows.map((row) => PAGE_COLUMN_NAMES.map((column) => formatCell(row[column])).join(","));
  return `${[PAGE_COLUMN_NAMES.join(","), ...lines].join("\r\n")}\r\n`;
}
