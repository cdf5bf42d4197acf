import {
  EditModule,
  FilterModule,
  FormatModule,
  ResizeColumnsModule,
  type RowComponent,
  SortModule,
  Tabulator,
} from "tabulator-tables";
import type { PageColumn } from "../../columns";
import type { PageRow } from "../pageColumns";
import type { PageTable } from "../pageData";
import type { Address } from "./address";
import { columnDefinitions } from "./columns";
import { closable, download, element } from "./dom";
import { formatCount, formatCounted } from "./format";
import { matchOf } from "./match";
import { openableRows } from "./openableRows";
import { titleOfSelection } from "./panels";
import { PRINTED_ROWS, paperTable } from "./paper";
import { type Preset, presetsOf } from "./presets";
import { onPrinting } from "./printing";
import { csvText } from "./rows";
import { belongsTo, type Selection } from "./selection";
import { textOfRow, titleOf } from "./shown";
import { pinnedOffsets, TABLE_COLUMNS } from "./tableColumns";
import { FIRST_VIEW, type View } from "./view";

Tabulator.registerModule([EditModule, FilterModule, FormatModule, ResizeColumnsModule, SortModule]);

const SEARCH_DELAY_MS = 150;

export interface GrantsTable {
  readonly section: HTMLElement;
  /** To be called once the section is in the document. */
  build(): void;
  /** Shows the rows of a view. */
  show(view: View): void;
  /** Brings the table into view, and a preset's button into focus. */
  reveal(preset: string): void;
}

/**
 * The table of all grants, or of those that need attention where there are too many for a page.
 *
 * @param rows those of `pageTable`
 * @param totalRows of the report
 */
export function grantsTable(
  rows: readonly PageRow[],
  pageTable: PageTable,
  totalRows: number,
  runId: string,
  address: Address,
): GrantsTable {
  const texts = new WeakMap<PageRow, string>();
  const host = element("div", { id: "grants-table", "aria-label": "Grants" });
  const openable = openableRows(host, (selection) => address.go({ open: selection }));
  const search = element("input", {
    type: "search",
    id: "search",
    placeholder: "Search everything",
    "aria-label": "Search all columns",
    autocomplete: "off",
    spellcheck: "false",
  });
  const counts = element("p", { class: "counts", role: "status" });
  const printNote = element("p", { class: "print-only" });
  const downloadButton = element("button", { type: "button", class: "primary", id: "download" }, "Download CSV");
  const reset = element("button", { type: "button", id: "reset" }, "Reset");
  const columnList = element("div", { class: "menu" });
  const presets = presetsOf(pageTable.complete);
  const presetButtons = presets.map((preset) => presetButton(preset));
  const only = element("span", { class: "only", hidden: "" });
  let preset = presets[0]!;
  let onlyThese: ((row: PageRow) => boolean) | null = null;
  /** Whether the table has another filter than those of its columns. */
  let filtered = false;
  /** While a view is shown, the filters say what the view said before. */
  let showing = false;
  let table: Tabulator | null = null;

  const section = element(
    "section",
    { id: "grants", "aria-labelledby": "grants-title" },
    element("h2", { id: "grants-title" }, pageTable.complete ? "All grants" : "Grants that need attention"),
    pageTable.complete ? null : element("p", { class: "limit-note" }, limitNote()),
    element("div", { class: "presets", role: "group", "aria-label": "Presets" }, ...presetButtons),
    element(
      "div",
      { class: "toolbar" },
      search,
      only,
      closable(element("details", { class: "columns" }, element("summary", {}, "Columns"), columnList)),
      reset,
      downloadButton,
    ),
    counts,
    printNote,
    host,
  );

  function limitNote(): string {
    return `The report has ${formatCount(totalRows)} rows, more than the ${formatCount(pageTable.limit)} that a page can hold. The figures and pictures above count all of them; this table holds the ${formatCount(rows.length)} that need attention most: unused administrator grants, then orphaned grants, those of disabled users, and unused grants. All rows are in credential_report.csv.`;
  }

  function presetButton(of: Preset): HTMLButtonElement {
    const count = rows.reduce((sum, row) => sum + (of.matches(row) ? 1 : 0), 0);
    const button = element(
      "button",
      { type: "button", "aria-pressed": String(of.id === "all"), "data-preset": of.id },
      of.label,
      " ",
      element("span", { class: "count" }, formatCount(count)),
    );
    button.addEventListener("click", () => address.go({ preset: of.id }));
    return button;
  }

  function show(view: View): void {
    preset = presets.find(({ id }) => id === view.preset) ?? presets[0]!;
    for (const button of presetButtons)
      button.setAttribute("aria-pressed", String(button.dataset.preset === preset.id));
    search.value = view.search;
    onlyThese = view.only && belongsTo(view.only);
    showOnly(view.only);
    if (table === null) return;
    showing = true;
    const present = filtersOf(table);
    for (const column of TABLE_COLUMNS) {
      const value = view.filters[column] ?? "";
      if (value === (present[column] ?? "")) continue;
      if (value !== "") showColumn(table, column);
      table.setHeaderFilterValue(column, value);
    }
    showing = false;
    filter();
  }

  /** What the table is narrowed to, which is not seen in any filter. */
  function showOnly(selection: Selection | null): void {
    const first = onlyThese && rows.find(onlyThese);
    only.hidden = selection === null;
    if (selection === null) return;
    const end = element("button", { type: "button", class: "link" }, "show all");
    end.addEventListener("click", () => address.go({ only: null }));
    only.replaceChildren(element("span", { dir: "auto" }, first ? titleOfSelection(selection, first) : "nothing"), end);
  }

  function filtersOf(of: Tabulator): Record<string, string> {
    return Object.fromEntries(of.getHeaderFilters().map(({ field, value }) => [field, String(value)]));
  }

  function showColumn(of: Tabulator, column: PageColumn): void {
    of.getColumn(column).show();
    const box = columnList.querySelector<HTMLInputElement>(`[data-column="${column}"]`);
    if (box !== null) box.checked = true;
  }

  /** What a row can be found by, made once it is searched for the first time. */
  function textOf(row: PageRow): string {
    let text = texts.get(row);
    if (text === undefined) {
      text = textOfRow(row);
      texts.set(row, text);
    }
    return text;
  }

  /** Preset and free text together; the filters of the columns come on top. */
  function filter(): void {
    const match = matchOf(search.value);
    const these = onlyThese;
    const isAll = preset === presets[0] && match === null && these === null;
    if (isAll && !filtered) return; // the table shows them already
    filtered = !isAll;
    table?.setFilter(
      (row: PageRow) => preset.matches(row) && (these === null || these(row)) && (match === null || match(textOf(row))),
    );
  }

  function showCounts(shown: readonly RowComponent[]): void {
    const people = new Set<string>();
    const gone = new Set<string>();
    const accounts = new Set<string>();
    let unused = 0;
    let unknown = 0;
    for (const component of shown) {
      const row = component.getData() as PageRow;
      accounts.add(row.account);
      if (row.RowStatus === "USER_NOT_FOUND") gone.add(row.UserId);
      else if (row.UserId !== "") people.add(row.UserId);
      if (row.Usage === "UNUSED_IN_WINDOW") unused += 1;
      if (row.Usage === "UNKNOWN") unknown += 1;
    }
    counts.textContent = [
      `${formatCount(shown.length)} of ${formatCounted(rows.length, "row")}${pageTable.complete ? "" : " in this page"}`,
      people.size === 1 ? "1 person" : `${formatCount(people.size)} people`,
      ...(gone.size === 0 ? [] : [formatCounted(gone.size, "user id") + " without a user"]),
      formatCounted(accounts.size, "account"),
      `${formatCount(unused)} unused`,
      `${formatCount(unknown)} unknown`,
    ].join(" · ");
    printNote.textContent =
      shown.length > PRINTED_ROWS
        ? `Printed: the first ${formatCount(PRINTED_ROWS)} of ${formatCounted(shown.length, "row")} that were shown. All are in the CSV.`
        : "";
  }

  function build(): void {
    const made: Tabulator = new Tabulator(host, {
      data: [...rows],
      columns: columnDefinitions(pageTable, matchMedia("(max-width: 700px)").matches),
      layout: "fitColumns",
      height: "clamp(340px, 72vh, 860px)",
      rowHeight: 48,
      headerFilterLiveFilterDelay: SEARCH_DELAY_MS,
      rowFormatter: openable,
      placeholder: element(
        "div",
        { role: "row", class: "tabulator-placeholder-contents" },
        element("span", { role: "gridcell" }, "No grant matches."),
      ),
    });
    made.on("dataFiltered", (_, shown) => {
      showCounts(shown);
      if (!showing && table !== null) address.amend({ filters: filtersOf(made) });
    });
    made.on("columnResized", () => pin(made));
    made.on("tableBuilt", () => {
      table = made;
      nameRoles();
      columnList.append(...TABLE_COLUMNS.map((column) => columnToggle(made, column)));
      pin(made);
      show(address.view);
    });
  }

  /** Tabulator's scrolled element can be focused but has no role, which a grid's child must have. */
  function nameRoles(): void {
    host.removeAttribute("aria-owns");
    host.querySelector(".tabulator-tableholder")?.setAttribute("role", "rowgroup");
    host.querySelector(".tabulator-table")?.setAttribute("role", "presentation");
  }

  /** Tells the style sheet where the columns begin that stay in view. */
  function pin(of: Tabulator): void {
    const widthOf = (column: PageColumn) => {
      const pinned = of.getColumn(column);
      return pinned.isVisible() ? pinned.getWidth() : 0;
    };
    pinnedOffsets(widthOf).forEach((offset, index) => {
      host.style.setProperty(`--pinned-${index}`, `${offset}px`);
    });
  }

  const shownRows = () => table?.getRows("active").map((row) => row.getData() as PageRow) ?? [];

  /** Paper has a table of its own: the grid shows only the rows that are in view. */
  function onPaper(printing: boolean): void {
    section.querySelector(".paper")?.remove();
    if (!printing) return;
    const columns = TABLE_COLUMNS.filter((column) => table?.getColumn(column).isVisible());
    section.append(paperTable(columns, shownRows().slice(0, PRINTED_ROWS)));
  }
  onPrinting(onPaper);

  function columnToggle(of: Tabulator, column: PageColumn): HTMLElement {
    const box = element("input", { type: "checkbox", "data-column": column });
    const shown = of.getColumn(column);
    box.checked = shown.isVisible();
    box.addEventListener("change", () => {
      if (box.checked) shown.show();
      else {
        of.setHeaderFilterValue(column, "");
        shown.hide();
      }
      pin(of);
    });
    return element("label", {}, box, titleOf(column));
  }

  let typing: ReturnType<typeof setTimeout> | undefined;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      address.amend({ search: search.value });
      filter();
    }, SEARCH_DELAY_MS);
  });
  reset.addEventListener("click", () => {
    clearTimeout(typing);
    table?.clearSort();
    search.value = "";
    address.go({ ...FIRST_VIEW, open: null });
    show(address.view);
    search.focus();
  });
  downloadButton.addEventListener("click", () => download(`grants-${runId}.csv`, "text/csv", csvText(shownRows())));

  return {
    section,
    build,
    show,
    reveal(id) {
      section.scrollIntoView();
      section.querySelector<HTMLElement>(`[data-preset="${id}"]`)?.focus({ preventScroll: true });
    },
  };
}
