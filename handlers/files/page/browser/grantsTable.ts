import {
  DownloadModule,
  EditModule,
  ExportModule,
  FilterModule,
  FormatModule,
  PrintModule,
  ResizeColumnsModule,
  type RowComponent,
  SortModule,
  Tabulator,
} from "tabulator-tables";
import type { PageColumn } from "../../columns";
import { PAGE_COLUMN_NAMES, type PageRow } from "../pageColumns";
import type { PageTable } from "../pageData";
import { columnDefinitions, titleOf } from "./columns";
import { element } from "./dom";
import { formatCount, formatCounted } from "./format";
import { type Preset, presetsOf } from "./presets";
import { csvText, decodeRows } from "./rows";

Tabulator.registerModule([
  DownloadModule,
  EditModule,
  ExportModule,
  FilterModule,
  FormatModule,
  PrintModule,
  ResizeColumnsModule,
  SortModule,
]);

/** More rows than anybody reads on paper; the CSV has them all. */
const PRINTED_ROWS = 500;
const SEARCH_DELAY_MS = 150;

export interface GrantsTable {
  readonly section: HTMLElement;
  /** To be called once the section is in the document. */
  build(): void;
  /** Shows the rows of a preset, and the table. */
  showPreset(id: string): void;
}

/**
 * The table of all grants, or of those that need attention where there are too many for a page.
 *
 * @param totalRows of the report
 */
export function grantsTable(pageTable: PageTable, totalRows: number, runId: string): GrantsTable {
  const rows = decodeRows(pageTable);
  const texts = new WeakMap<PageRow, string>();
  const host = element("div", { id: "grants-table", "aria-label": "Grants" });
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
  const download = element("button", { type: "button", class: "primary", id: "download" }, "Download CSV");
  const reset = element("button", { type: "button", id: "reset" }, "Reset");
  const columnList = element("div", { class: "menu" });
  const presets = presetsOf(pageTable.complete);
  const presetButtons = presets.map((preset) => presetButton(preset));
  let preset = presets[0]!;
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
      element("details", { class: "columns" }, element("summary", {}, "Columns"), columnList),
      reset,
      download,
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
    button.addEventListener("click", () => choose(of));
    return button;
  }

  function choose(chosen: Preset): void {
    preset = chosen;
    for (const button of presetButtons)
      button.setAttribute("aria-pressed", String(button.dataset.preset === chosen.id));
    filter();
  }

  /** All that a row says, made once it is searched for the first time. */
  function textOf(row: PageRow): string {
    let text = texts.get(row);
    if (text === undefined) {
      text = PAGE_COLUMN_NAMES.map((column) => row[column])
        .join("\n")
        .toLowerCase();
      texts.set(row, text);
    }
    return text;
  }

  /** Preset and free text together; the filters of the columns come on top. */
  function filter(): void {
    const words = search.value
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "");
    table?.setFilter((row: PageRow) => {
      if (!preset.matches(row)) return false;
      if (words.length === 0) return true;
      const text = textOf(row);
      return words.every((word) => text.includes(word));
    });
  }

  function showCounts(shown: readonly RowComponent[]): void {
    const people = new Set<string>();
    const accounts = new Set<string>();
    let unused = 0;
    let unknown = 0;
    for (const component of shown) {
      const row = component.getData() as PageRow;
      accounts.add(row.account);
      if (row.UserId !== "") people.add(row.UserId);
      if (row.Usage === "UNUSED_IN_WINDOW") unused += 1;
      if (row.Usage === "UNKNOWN") unknown += 1;
    }
    counts.textContent = [
      `${formatCount(shown.length)} of ${formatCounted(rows.length, "row")}${pageTable.complete ? "" : " in this page"}`,
      formatCounted(people.size, "user"),
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
      data: rows,
      columns: columnDefinitions(rows),
      layout: "fitColumns",
      height: "min(72vh, 860px)",
      rowHeight: 48,
      headerFilterLiveFilterDelay: SEARCH_DELAY_MS,
      placeholder: element(
        "div",
        { role: "row", class: "tabulator-placeholder-contents" },
        element("span", { role: "gridcell" }, "No grant matches."),
      ),
      printAsHtml: true,
      printStyled: false,
      printRowRange: () => made.getRows("active").slice(0, PRINTED_ROWS),
    });
    made.on("dataFiltered", (_, shown) => showCounts(shown));
    made.on("tableBuilt", () => {
      table = made;
      nameRoles();
      columnList.append(...PAGE_COLUMN_NAMES.map((column) => columnToggle(made, column)));
      filter();
    });
  }

  /** Tabulator's scrolled element can be focused but has no role, which a grid's child must have. */
  function nameRoles(): void {
    host.removeAttribute("aria-owns");
    host.querySelector(".tabulator-tableholder")?.setAttribute("role", "rowgroup");
    host.querySelector(".tabulator-table")?.setAttribute("role", "presentation");
  }

  function columnToggle(of: Tabulator, column: PageColumn): HTMLElement {
    const box = element("input", { type: "checkbox" });
    const shown = of.getColumn(column);
    box.checked = shown.isVisible();
    box.addEventListener("change", () => {
      if (box.checked) shown.show();
      else {
        of.setHeaderFilterValue(column, "");
        shown.hide();
      }
    });
    return element("label", {}, box, titleOf(column));
  }

  let typing: ReturnType<typeof setTimeout> | undefined;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(filter, SEARCH_DELAY_MS);
  });
  reset.addEventListener("click", () => {
    search.value = "";
    table?.clearHeaderFilter();
    table?.clearSort();
    choose(presets[0]!);
    search.focus();
  });
  download.addEventListener("click", () => {
    const shown = table?.getRows("active").map((row) => row.getData() as PageRow) ?? [];
    table?.download((_list, _options, give) => give(csvText(shown), "text/csv"), `grants-${runId}.csv`);
  });

  return {
    section,
    build,
    showPreset(id) {
      choose(presets.find((known) => known.id === id)!);
      section.scrollIntoView();
      section.querySelector<HTMLElement>(`[data-preset="${id}"]`)?.focus({ preventScroll: true });
    },
  };
}
