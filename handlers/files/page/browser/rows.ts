import type { PageColumn } from "../../columns";
import { createCellFormatter } from "../../csv/cell";
import { PAGE_COLUMN_NAMES, PAGE_COUNTS, PAGE_INSTANTS, PAGE_LISTS, type PageRow } from "../pageColumns";
import type { PageTable } from "../pageData";
import { allShown } from "./shown";

/** The embedded rows as the report has them, cell by cell. */
export function decodeRows(table: PageTable): PageRow[] {
  const lists = Object.entries(PAGE_LISTS).map(([name, columns]) => ({
    columns,
    entries: table[name as keyof typeof PAGE_LISTS],
  }));
  const instants = new Map<number, string>([[0, ""]]);
  const instant = (seconds: number) => {
    let text = instants.get(seconds);
    if (text === undefined) {
      text = `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
      instants.set(seconds, text);
    }
    return text;
  };
  return table.rows.map((numbers) => {
    const row = {} as PageRow;
    let at = 0;
    for (const { columns, entries } of lists) {
      const cells = entries[numbers[at++]!]!;
      columns.forEach((column, index) => {
        row[column] = cells[index]!;
      });
    }
    for (const column of PAGE_INSTANTS) row[column] = instant(numbers[at++]!);
    for (const column of PAGE_COUNTS) {
      const count = numbers[at++]!;
      row[column] = count < 0 ? "" : String(count);
    }
    if (row.Usage === "USED") {
      const { LastConsoleLogin: console, LastProgrammaticLogin: programmatic } = row;
      row.LastLogin = console > programmatic ? console : programmatic;
    }
    return row;
  });
}

/** The distinct values of a column that is in one of the table's lists; of another, none. */
export function valuesOf(table: PageTable, column: PageColumn): string[] {
  for (const [name, columns] of Object.entries(PAGE_LISTS)) {
    const index = columns.indexOf(column);
    if (index >= 0) return [...new Set(table[name as keyof typeof PAGE_LISTS].map((cells) => cells[index]!))];
  }
  return [];
}

/** Of the download alone. */
const SHOWN_COLUMN = "Shown";
const formatCell = createCellFormatter();

/**
 * The rows as `credential_report.csv` has them, with the page's columns, and last what the table shows of each: "direct" for `NOGROUP`, say,
 * so that a word that was found on the page is found in the file.
 */
export function csvText(rows: readonly PageRow[]): string {
  const lines = rows.map((row) =>
    [...PAGE_COLUMN_NAMES.map((column) => row[column]), allShown(row)].map(formatCell).join(","),
  );
  return `${[[...PAGE_COLUMN_NAMES, SHOWN_COLUMN].join(","), ...lines].join("\r\n")}\r\n`;
}
