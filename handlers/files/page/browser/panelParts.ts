import type { PageColumn } from "../../columns";
import type { PageRow } from "../pageColumns";
import type { PageChanges, PageRun } from "../pageData";
import { type Command, consoleOf } from "./commands";
import { element } from "./dom";
import { formatCount, formatCounted } from "./format";
import { type Selection, type SelectionKind, selectionOf } from "./selection";
import { shownOf, titleOf } from "./shown";

/** More than anybody reads in a panel; the table shows them all. */
const ROWS_IN_PANEL = 200;

export interface PanelContext {
  readonly rows: readonly PageRow[];
  /** Whether these are all of the report. */
  readonly complete: boolean;
  readonly run: PageRun;
  readonly changes: PageChanges;
  /** Opens another panel. */
  open(selection: Selection): void;
  /** Shows rows in the table. */
  showInTable(selection: Selection): void;
}

export function accountAndRole(row: PageRow): string {
  return `${nameOf("account", row)} as ${nameOf("PermissionSetName", row)}`;
}

/** What stands first in the cell. */
export function nameOf(column: PageColumn, row: PageRow): string {
  return shownOf(column, row)[0] ?? "nobody";
}

/** The first row of each key. */
export function distinct(rows: readonly PageRow[], keyOf: (row: PageRow) => string): PageRow[] {
  return [...new Map(rows.map((row) => [keyOf(row), row] as const).reverse()).values()].reverse();
}

export type Parts = ReturnType<typeof panelParts>;

/** What panels are made of. */
export function panelParts(context: PanelContext) {
  const button = (text: string, selection: Selection) => {
    const made = element("button", { type: "button", class: "link", dir: "auto" }, text);
    made.addEventListener("click", () => context.open(selection));
    return made;
  };
  return {
    heading: (text: string) => element("h3", {}, text),

    facts: (row: PageRow, columns: readonly PageColumn[]) =>
      element(
        "dl",
        { class: "facts" },
        ...columns.flatMap((column) => {
          const lines = shownOf(column, row);
          if (lines.length === 0) return [];
          return [
            element("div", {}, element("dt", {}, titleOf(column)), element("dd", { dir: "auto" }, lines.join(" · "))),
          ];
        }),
      ),

    /** From a grant to all that it is made of. */
    links: (row: PageRow) =>
      element(
        "p",
        { class: "panel-links" },
        ...(row.UserId === "" ? [] : [button(`All of ${nameOf("Username", row)}`, selectionOf("person", row))]),
        button(`All in ${nameOf("account", row)}`, selectionOf("account", row)),
        button(`All with ${nameOf("PermissionSetName", row)}`, selectionOf("permission-set", row)),
        ...(row.GroupId === "" ? [] : [button(`All through ${nameOf("GroupName", row)}`, selectionOf("group", row))]),
      ),

    list: (rows: readonly PageRow[], kind: SelectionKind, textOf: (row: PageRow) => string) =>
      element(
        "ul",
        { class: "panel-list" },
        ...rows.slice(0, ROWS_IN_PANEL).map((row) => element("li", {}, button(textOf(row), selectionOf(kind, row)))),
        rows.length > ROWS_IN_PANEL ? element("li", {}, `and ${formatCount(rows.length - ROWS_IN_PANEL)} more`) : null,
      ),

    /** The first cell of each line leads to its grant. */
    table: (rows: readonly PageRow[], columns: readonly PageColumn[]) =>
      element(
        "div",
        { class: "text-table", tabindex: "0", role: "group", "aria-label": "Grants" },
        element(
          "table",
          {},
          element(
            "thead",
            {},
            element("tr", {}, ...columns.map((name) => element("th", { scope: "col" }, titleOf(name)))),
          ),
          element(
            "tbody",
            {},
            ...rows.slice(0, ROWS_IN_PANEL).map((row) =>
              element(
                "tr",
                {},
                ...columns.map((column, index) => {
                  const text = shownOf(column, row).join(" · ");
                  return index === 0
                    ? element("th", { scope: "row", dir: "auto" }, button(text || "nobody", selectionOf("grant", row)))
                    : element("td", { dir: "auto" }, text);
                }),
              ),
            ),
          ),
        ),
      ),

    inTable: (selection: Selection, rows: readonly PageRow[]) => {
      const more = rows.length > ROWS_IN_PANEL ? ` (${formatCount(ROWS_IN_PANEL)} of them are above)` : "";
      const show = element(
        "button",
        { type: "button" },
        `Show ${formatCounted(rows.length, "row")} in the table${more}`,
      );
      show.addEventListener("click", () => context.showInTable(selection));
      return element("p", {}, show);
    },

    commands: (commands: readonly Command[]) => {
      if (commands.length === 0) return null;
      const link = consoleOf(context.run);
      return element(
        "section",
        { class: "commands" },
        element("h3", {}, "Commands"),
        element(
          "p",
          { class: "quiet" },
          "For the AWS CLI, in a POSIX shell; this page runs nothing. Open sessions go on for up to 12 hours. If groups come from an external identity provider, end memberships there: they would be provisioned again.",
        ),
        ...commands.map(commandBlock),
        link === null
          ? null
          : element(
              "p",
              {},
              element(
                "a",
                { href: link, target: "_blank", rel: "noopener noreferrer" },
                "IAM Identity Center in the console",
              ),
            ),
      );
    },
  };
}

function commandBlock({ what, text }: Command): HTMLElement {
  const code = element("code", {}, text);
  const copy = element("button", { type: "button", "aria-label": `Copy: ${what}` }, "Copy");
  copy.addEventListener("click", () => {
    // Where the browser does not let a page write to the clipboard, the text is selected for the keyboard.
    const select = () => getSelection()?.selectAllChildren(code);
    const written = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    written.then(
      () => {
        copy.textContent = "Copied";
      },
      () => select(),
    );
  });
  return element(
    "div",
    { class: "command" },
    element("p", {}, what),
    element("pre", { tabindex: "0", role: "group", "aria-label": what }, code),
    copy,
  );
}
