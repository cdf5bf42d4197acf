import type { PageColumn } from "../../columns";
import type { PageRow } from "../pageColumns";
import { element } from "./dom";
import { shownOf, titleOf } from "./shown";

/** More rows than anybody reads on paper; the CSV has them all. */
export const PRINTED_ROWS = 500;

/** How much of a sheet's width a column gets beside the others: at least its longest word; names and sentences more than numbers. */
const WIDTHS: Partial<Record<PageColumn, number>> = {
  account: 15,
  PermissionSetName: 15,
  GroupName: 12,
  Username: 16,
  LastLogin: 11,
  DaysSinceLastLogin: 6,
  LoginsInWindow: 7,
  RowStatus: 8,
  Usage: 10,
  SuggestedAction: 11,
  Reason: 22,
  AdministratorReason: 15,
};
const OTHER_WIDTH = 10;

/**
 * A plain table for paper: as wide as the sheet whatever names it holds, since every column has its share and a name without a space is broken
 * anywhere.
 */
export function paperTable(columns: readonly PageColumn[], rows: readonly PageRow[]): HTMLElement {
  const widths = columns.map((column) => WIDTHS[column] ?? OTHER_WIDTH);
  const whole = widths.reduce((sum, width) => sum + width, 0);
  const shares = widths.map((width) => {
    const share = element("col");
    share.style.width = `${(100 * width) / whole}%`;
    return share;
  });
  return element(
    "table",
    { class: "paper" },
    element("colgroup", {}, ...shares),
    element(
      "thead",
      {},
      element("tr", {}, ...columns.map((column) => element("th", { scope: "col" }, titleOf(column)))),
    ),
    element(
      "tbody",
      {},
      ...rows.map((row) => element("tr", {}, ...columns.map((column) => paperCell(shownOf(column, row))))),
    ),
  );
}

function paperCell([first = "", second = ""]: readonly string[]): HTMLElement {
  return element(
    "td",
    {},
    element("span", { dir: "auto" }, first),
    second === "" ? null : element("span", { dir: "auto", class: "quiet" }, second),
  );
}
