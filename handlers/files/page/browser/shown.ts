import { PAGE_COLUMNS, type PageColumn } from "../../columns";
import { PAGE_COLUMN_NAMES, type PageRow } from "../pageColumns";
import { REASONS } from "./match";

const COLUMNS = new Map(PAGE_COLUMNS.map((column) => [column.name as PageColumn, column]));
const NO_LOGIN: Readonly<Record<string, string>> = { NO_LOGIN_PRESENT: "none", UNKNOWN: "unknown" };
const NOTHING: readonly string[] = [];

export function definitionOf(column: PageColumn) {
  return COLUMNS.get(column)!;
}

export function titleOf(column: PageColumn): string {
  return definitionOf(column).title;
}

/**
 * THE function for what a cell shows: its lines, none of them empty; nothing where the cell is empty. Cells, the search, the filters, the
 * download and the panels all ask it, so that whatever can be read in the table can be found by it.
 */
export function shownOf(column: PageColumn, row: PageRow): readonly string[] {
  const value = row[column];
  switch (column) {
    case "account":
      return row.AccountName === "" ? [value] : [row.AccountName, value];
    case "Username":
      if (row.UserId === "") return NOTHING;
      if (value === "") return [row.UserId, "no such user"];
      return row.UserDisplayName === "" ? [value] : [value, row.UserDisplayName];
    case "PermissionSetName":
      if (row.AccessType === "ACCOUNT_ROLE") {
        return [row.RoleArn.slice(row.RoleArn.indexOf("/") + 1), "role of the account"];
      }
      return row.Administrator === "" ? [value] : [value, "administrator"];
    case "GroupName":
      if (row.Type === "USER") return ["direct"];
      return value === "" ? [row.GroupId, "no such group"] : [value];
    case "Administrator":
      return value === "" ? NOTHING : ["administrator"];
    case "LastLogin":
      if (row.Usage !== "USED") return value === "" ? NOTHING : [NO_LOGIN[value] ?? value];
      break;
    default:
  }
  if (value === "") return NOTHING;
  const { kind } = definitionOf(column);
  if (kind === "instant") return [value.slice(0, 10), `${value.slice(11, 19)} UTC`];
  return [kind === "word" ? wordsOf(value) : value];
}

/** What the page says for a word of the report: `unused in window` for `UNUSED_IN_WINDOW`. */
export function wordsOf(value: string): string {
  return value === "OK" ? value : value.toLowerCase().replaceAll("_", " ");
}

/** What one cell can be found by, in lower case: what it shows, and what the report has for it. */
export function textOfCell(column: PageColumn, row: PageRow): string {
  const shown = shownOf(column, row).join("\n");
  const value = row[column];
  return (value === "" || value === shown ? shown : `${shown}\n${value}`).toLowerCase();
}

/** What a row can be found by, in lower case. */
export function textOfRow(row: PageRow): string {
  let text = "";
  for (const column of PAGE_COLUMN_NAMES) {
    const cell = column === "Reason" ? "" : textOfCell(column, row);
    if (cell !== "") text += `${cell}\n`;
  }
  return text + REASONS + textOfCell("Reason", row);
}

/** All that a row shows, for the download. */
export function allShown(row: PageRow): string {
  return PAGE_COLUMN_NAMES.map((column) => shownOf(column, row).join(" · "))
    .filter((text) => text !== "")
    .join(" | ");
}
