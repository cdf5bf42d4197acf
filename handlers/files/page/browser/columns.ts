import type { CellComponent, ColumnDefinition } from "tabulator-tables";
import type { ColumnKind, PageColumn } from "../../columns";
import type { PageRow } from "../pageColumns";
import type { PageTable } from "../pageData";
import { element } from "./dom";
import { matchOf, matchOfCount, matchOfInstant } from "./match";
import { valuesOf } from "./rows";
import type { SelectionKind } from "./selection";
import { definitionOf, shownOf, textOfCell, titleOf, wordsOf } from "./shown";
import { pinOf, SHOWN, TABLE_COLUMNS } from "./tableColumns";

const PLACEHOLDERS: Readonly<Record<ColumnKind, string>> = {
  text: "Filter",
  word: "Filter",
  flag: "Filter",
  count: ">60",
  instant: "2026-11",
};

/**
 * The table's columns: every one of the CSV.
 *
 * @param narrow whether the screen is a phone's
 */
export function columnDefinitions(table: PageTable, narrow: boolean): ColumnDefinition[] {
  return TABLE_COLUMNS.map((column): ColumnDefinition => {
    const { title, kind } = definitionOf(column);
    const pin = pinOf(column, narrow);
    const numeric = kind === "count";
    // Columns with few values are filtered by choosing one.
    const chosen = kind === "word" || kind === "flag";
    return {
      field: column,
      title,
      titleFormatter: () => element("button", { type: "button", class: "sort-button" }, title),
      visible: SHOWN[column] !== undefined,
      ...(pin === null ? {} : { width: pin.width }),
      minWidth: pin === null ? (SHOWN[column] ?? 150) : 80,
      widthGrow: column === "Reason" ? 3 : column === "account" || column === "GroupName" ? 2 : 1,
      cssClass: pin === null ? (numeric ? "numeric" : undefined) : `pinned pinned-${pin.place}`,
      formatter: (cell) => formatCell(column, cell),
      sorter: numeric ? byNumber : byText,
      headerFilter: chosen ? chooser(column, table) : "input",
      headerFilterParams: { elementAttributes: { "aria-label": `Filter ${title}` } },
      headerFilterPlaceholder: PLACEHOLDERS[kind],
      headerFilterFunc: chosen ? "=" : filterOf(column, kind),
    };
  });
}

/** Finds by what the cell shows and by what the report has for it; numbers and instants by comparison, too. */
function filterOf(column: PageColumn, kind: ColumnKind): ColumnDefinition["headerFilterFunc"] {
  // Asked once a row: what was typed is looked at once.
  let typed = "";
  let matches: (row: PageRow) => boolean = () => true;
  return (text: string, _, row: PageRow) => {
    if (text !== typed) {
      typed = text;
      const compare = kind === "count" ? matchOfCount(text) : kind === "instant" ? matchOfInstant(text) : null;
      const match = matchOf(text) ?? (() => true);
      matches = compare === null ? (of) => match(textOfCell(column, of)) : (of) => compare(of[column]);
    }
    return matches(row);
  };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An empty cell counts less than 0. */
function byNumber(a: string, b: string): number {
  return (a === "" ? -1 : +a) - (b === "" ? -1 : +b);
}

/** A filter of the values that the column has. */
function chooser(column: PageColumn, table: PageTable): ColumnDefinition["headerFilter"] {
  return ((_cell, _onRendered, success) => {
    const values = valuesOf(table, column)
      .filter((value) => value !== "")
      .sort();
    const shownFor = (value: string) => (column === "Administrator" ? "administrator" : wordsOf(value));
    const select = element(
      "select",
      { "aria-label": `Filter ${titleOf(column)}` },
      element("option", { value: "" }, "All"),
      ...values.map((value) => element("option", { value }, shownFor(value))),
    );
    select.addEventListener("change", () => success(select.value));
    return select;
  }) as Exclude<ColumnDefinition["headerFilter"], string | boolean | undefined>;
}

/** How a cell looks; what it says is `shownOf`'s. Everything is a text node: no value is ever read as HTML. */
function formatCell(column: PageColumn, cell: CellComponent): HTMLElement {
  const row = cell.getData() as PageRow;
  const [first = "", second = ""] = shownOf(column, row);
  if (first === "") return element("span", {});
  if (column === "Usage") return element("span", { class: `usage usage-${row.Usage}` }, first);
  if (column === "SuggestedAction") return element("span", { class: `action action-${row.SuggestedAction}` }, first);
  if (column === "Reason") return element("span", { class: "cell reason", title: first }, first);
  const tone = toneOf(column, row);
  return element(
    "span",
    { class: `cell lines ${tone}`, title: second === "" ? first : `${first} (${second})` },
    element("span", { dir: "auto", ...opens(column, row) }, first),
    second === ""
      ? null
      : element(
          "span",
          {
            dir: "auto",
            class: second === "administrator" && column === "PermissionSetName" ? "chip chip-administrator" : "quiet",
          },
          second,
        ),
  );
}

/** What a click on the cell's text opens, where that is something other than the row. */
const OPENS: Partial<Record<PageColumn, SelectionKind>> = {
  account: "account",
  PermissionSetName: "permission-set",
  GroupName: "group",
  Username: "person",
};

function opens(column: PageColumn, row: PageRow): Record<string, string> {
  const isOfNothing =
    (column === "GroupName" && row.GroupId === "") ||
    (column === "PermissionSetName" && row.AccessType === "ACCOUNT_ROLE");
  const kind = isOfNothing ? undefined : OPENS[column];
  return kind === undefined ? {} : { class: "opens", "data-opens": kind };
}

function toneOf(column: PageColumn, row: PageRow): string {
  if (column === "RowStatus") return row.RowStatus === "OK" ? "quiet" : "status";
  if (column === "GroupName") return row.Type === "USER" ? "quiet" : "";
  return column === "LastLogin" && row.Usage !== "USED" ? "quiet" : "";
}
