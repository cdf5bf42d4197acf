import type { RowComponent } from "tabulator-tables";
import type { PageRow } from "../pageColumns";
import { type Selection, type SelectionKind, selectionOf } from "./selection";

/**
 * Lets the rows of a table be opened: by a click, on the row or on what one of its cells names, and from the keyboard by Enter, where the arrows lead
 * from row to row.
 *
 * @returns to be told of every row that is drawn
 */
export function openableRows(table: HTMLElement, open: (selection: Selection) => void): (row: RowComponent) => void {
  const rowOf = new WeakMap<Element, PageRow>();

  table.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element)) return;
    const row = rowOf.get(target.closest(".tabulator-row") ?? target);
    // A text that was marked is to be copied.
    if (row === undefined || getSelection()?.isCollapsed === false) return;
    const kind = target.closest<HTMLElement>("[data-opens]")?.dataset.opens ?? "grant";
    open(selectionOf(kind as SelectionKind, row));
  });
  table.addEventListener("keydown", (event) => {
    const { target, key } = event;
    const row = target instanceof HTMLElement ? rowOf.get(target) : undefined;
    if (row === undefined || !(target instanceof HTMLElement)) return;
    if (key === "Enter" || key === " ") {
      event.preventDefault();
      open(selectionOf("grant", row));
    }
    const next =
      key === "ArrowDown" ? target.nextElementSibling : key === "ArrowUp" ? target.previousElementSibling : null;
    if (next instanceof HTMLElement) {
      event.preventDefault();
      next.focus();
    }
  });

  return (row) => {
    const drawn = row.getElement();
    drawn.tabIndex = 0;
    rowOf.set(drawn, row.getData() as PageRow);
  };
}
