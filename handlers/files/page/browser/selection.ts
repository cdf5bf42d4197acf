import { SORTED_BY } from "../../columns";
import type { PageRow } from "../pageColumns";

/** Rows that have something in common, by what it is and its ids. */
export interface Selection {
  readonly kind: string;
  readonly ids: readonly string[];
}

/** Which columns the ids are of. */
const COLUMNS_OF = {
  /** One row: what the report is sorted by tells each from every other, and of that the ids do. */
  grant: SORTED_BY.filter((column) => !/name$/i.test(column)),
  person: ["UserId"],
  account: ["account"],
  "permission-set": ["PermissionSetArn"],
  group: ["GroupId"],
  /** A cell of the heat map. */
  role: ["account", "PermissionSetArn", "RoleArn"],
  usage: ["Usage"],
} as const satisfies Record<string, readonly (keyof PageRow)[]>;

export type SelectionKind = keyof typeof COLUMNS_OF;

export function selectionOf(kind: SelectionKind, row: PageRow): Selection {
  return { kind, ids: COLUMNS_OF[kind].map((column) => row[column]) };
}

/** Grants that were last used so many days ago, both ends included. */
export function usedWithin(from: number, to: number): Selection {
  return { kind: "days", ids: [String(from), String(to)] };
}

/** Grants of whose use the report says this, such as `UNUSED_IN_WINDOW`. */
export function withUsage(usage: string): Selection {
  return { kind: "usage", ids: [usage] };
}

/** Changes since the report before, such as `GRANTED`; the page has none of their rows. */
export function changesOf(kind: string): Selection {
  return { kind: "changes", ids: [kind] };
}

/** Whether a row belongs to it; `null` where the page knows no such kind, since anybody may have written the address. */
export function belongsTo({ kind, ids }: Selection): ((row: PageRow) => boolean) | null {
  if (kind === "days") {
    const [from = "", to = ""] = ids;
    return ({ DaysSinceLastLogin: days }) => days !== "" && +days >= +from && +days <= +to;
  }
  if (!Object.hasOwn(COLUMNS_OF, kind)) return null;
  const columns = COLUMNS_OF[kind as keyof typeof COLUMNS_OF];
  if (ids.length !== columns.length) return null;
  return (row) => columns.every((column, index) => row[column] === ids[index]);
}
