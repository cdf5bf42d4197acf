import type { PageColumn } from "../../columns";
import { PAGE_COLUMN_NAMES } from "../pageColumns";

/** Shown at first, in this order, with their least widths; the others can be added. */
export const SHOWN: Partial<Record<PageColumn, number>> = {
  Username: 184,
  Usage: 150,
  SuggestedAction: 104,
  account: 160,
  PermissionSetName: 166,
  GroupName: 134,
  LastLogin: 104,
  DaysSinceLastLogin: 72,
  Reason: 262,
  RowStatus: 115,
  LoginsInWindow: 80,
  AdministratorReason: 200,
};

/** Who, and the answer: they stay in view however far the table is scrolled. On a phone, those that fit, and narrower. */
const PINNED: readonly PageColumn[] = ["Username", "Usage", "SuggestedAction"];
const PINNED_ON_PHONES: Partial<Record<PageColumn, number>> = { Username: 136, Usage: 108 };

/** How wide a column is that stays in view, and its place among them; `null` for every other column. */
export function pinOf(column: PageColumn, narrow: boolean): { place: number; width: number } | null {
  const width = narrow ? PINNED_ON_PHONES[column] : SHOWN[column];
  const place = PINNED.indexOf(column);
  return width === undefined || place < 0 ? null : { place, width };
}

/** The page's columns in the order of the table: those that are shown at first, then the others as the CSV has them. */
export const TABLE_COLUMNS: readonly PageColumn[] = [
  ...(Object.keys(SHOWN) as PageColumn[]),
  ...PAGE_COLUMN_NAMES.filter((name) => SHOWN[name] === undefined),
];

/** Where each pinned column begins, in CSS pixels, by the widths of those before it. */
export function pinnedOffsets(widthOf: (column: PageColumn) => number): number[] {
  let left = 0;
  return PINNED.map((column) => {
    const offset = left;
    left += widthOf(column);
    return offset;
  });
}
