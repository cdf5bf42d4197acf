import { createCellFormatter } from "../../csv/cell";
import { CSV_COLUMNS, type PageRow } from "./rows";

const formatCell = createCellFormatter();

/** The rows as `credential_report.csv` has them, with the page's columns. */
export function csvText(rows: readonly PageRow[]): string {
  const lines = rows.map((row) => CSV_COLUMNS.map((column) => formatCell(row[column])).join(","));
  return `${[CSV_COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
}
