import type { CellComponent, ColumnDefinition } from "tabulator-tables";
import { PAGE_COLUMNS, type PageColumn } from "../../columns";
import type { PageRow } from "../pageColumns";
import { element } from "./dom";

export function titleOf(column: PageColumn): string {
  return PAGE_COLUMNS.find(({ name }) => name === column)!.title;
}

/** Shown at first, with their least widths; the others can be added. */
const SHOWN: Partial<Record<PageColumn, number>> = {
  account: 140,
  PermissionSetName: 145,
  GroupName: 130,
  Username: 160,
  LastLogin: 110,
  DaysSinceLastLogin: 85,
  LoginsInWindow: 95,
  RowStatus: 115,
  Usage: 150,
};

/** Columns whose cell also shows, and whose filter also finds, another column's value. */
const SECOND_LINES: Partial<Record<PageColumn, PageColumn>> = {
  account: "AccountName",
  PermissionSetName: "RoleArn",
  Username: "UserDisplayName",
};

/** The table's columns: every one of the CSV, in its order. */
export function columnDefinitions(rows: readonly PageRow[]): ColumnDefinition[] {
  return PAGE_COLUMNS.map(({ name: column, title, kind }): ColumnDefinition => {
    const secondLine = SECOND_LINES[column];
    const numeric = kind === "count";
    // Columns with few values are filtered by choosing one.
    const chosen = kind === "word" || kind === "flag";
    return {
      field: column,
      title,
      titleFormatter: () => element("button", { type: "button", class: "sort-button" }, title),
      visible: SHOWN[column] !== undefined,
      print: SHOWN[column] !== undefined,
      minWidth: SHOWN[column] ?? 150,
      widthGrow: column === "account" || column === "Username" || column === "GroupName" ? 2 : 1,
      cssClass: numeric ? "numeric" : undefined,
      formatter: (cell) => formatCell(column, cell),
      sorter: numeric ? byNumber : byText,
      headerFilter: chosen ? chooser(column, rows) : "input",
      headerFilterParams: { elementAttributes: { "aria-label": `Filter ${title}` } },
      headerFilterPlaceholder: "Filter",
      headerFilterFunc: chosen
        ? "="
        : (text: string, _, row: PageRow) =>
            row[column].toLowerCase().includes(text.toLowerCase()) ||
            (secondLine !== undefined && row[secondLine].toLowerCase().includes(text.toLowerCase())),
    };
  });
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An empty cell counts less than 0. */
function byNumber(a: string, b: string): number {
  return (a === "" ? -1 : +a) - (b === "" ? -1 : +b);
}

/** A filter of the values that the column has. */
function chooser(column: PageColumn, rows: readonly PageRow[]): ColumnDefinition["headerFilter"] {
  return ((_cell, _onRendered, success) => {
    const values = [...new Set(rows.map((row) => row[column]))].filter((value) => value !== "").sort();
    const select = element(
      "select",
      { "aria-label": `Filter ${titleOf(column)}` },
      element("option", { value: "" }, "All"),
      ...values.map((value) => element("option", { value }, wordsOf(value))),
    );
    select.addEventListener("change", () => success(select.value));
    return select;
  }) as Exclude<ColumnDefinition["headerFilter"], string | boolean | undefined>;
}

/** What a cell shows. Everything is a text node: no value is ever read as HTML. */
function formatCell(column: PageColumn, cell: CellComponent): HTMLElement {
  const row = cell.getData() as PageRow;
  const value = row[column];
  switch (column) {
    case "account":
      return lines(row.AccountName || value, row.AccountName === "" ? "" : value);
    case "Username":
      return lines(
        value || row.UserId,
        row.UserDisplayName || (value === "" && row.UserId !== "" ? "no such user" : ""),
      );
    case "PermissionSetName":
      return row.AccessType === "ACCOUNT_ROLE"
        ? lines(row.RoleArn.slice(row.RoleArn.indexOf("/") + 1), "role of the account")
        : lines(value, row.Administrator === "true" ? "administrator" : "", "chip chip-administrator");
    case "GroupName":
      return row.Type === "USER"
        ? element("span", { class: "cell quiet" }, "direct")
        : lines(value || row.GroupId, value === "" ? "no such group" : "");
    case "Usage":
      return value === "" ? element("span", {}) : element("span", { class: `usage usage-${value}` }, wordsOf(value));
    case "RowStatus":
      return element("span", { class: value === "OK" ? "cell quiet" : "cell status" }, wordsOf(value));
    case "LastLogin":
      if (row.Usage !== "USED") return element("span", { class: "cell quiet", title: value }, NO_LOGIN[value] ?? value);
      return lines(value.slice(0, 10), `${value.slice(11, 19)} UTC`);
    default:
      return element("span", { class: "cell", title: value }, value);
  }
}

const NO_LOGIN: Readonly<Record<string, string>> = { NO_LOGIN_PRESENT: "none", UNKNOWN: "unknown" };

function lines(first: string, second: string, secondClass = "quiet"): HTMLElement {
  return element(
    "span",
    { class: "cell lines", title: second === "" ? first : `${first} (${second})` },
    element("span", {}, first),
    second === "" ? null : element("span", { class: secondClass }, second),
  );
}

/** `UNUSED_IN_WINDOW` → `unused in window` */
function wordsOf(value: string): string {
  return value === "OK" ? value : value.toLowerCase().replaceAll("_", " ");
}
