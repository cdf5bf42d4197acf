import type { Selection } from "./selection";

/** What of the page is looked at, so that it can be linked, loaded again and gone back from. */
export interface View {
  /** A preset's id. */
  readonly preset: string;
  readonly search: string;
  /** What was typed or chosen in the filters, by column. */
  readonly filters: Readonly<Record<string, string>>;
  /** The rows that the table is narrowed to. */
  readonly only: Selection | null;
  /** What the panel shows. */
  readonly open: Selection | null;
}

export const FIRST_VIEW: View = { preset: "all", search: "", filters: {}, only: null, open: null };

const FILTER = "filter.";

/** The part of the address after `#`; what it holds may have been written by anybody. */
export function viewIn(hash: string): View {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const filters: Record<string, string> = {};
  for (const [name, value] of given) {
    if (name.startsWith(FILTER) && value !== "") filters[name.slice(FILTER.length)] = value;
  }
  const selection = (name: string): Selection | null => {
    const [kind, ...ids] = given.getAll(name);
    return kind === undefined ? null : { kind, ids };
  };
  return {
    preset: given.get("show") ?? FIRST_VIEW.preset,
    search: given.get("search") ?? "",
    filters,
    only: selection("only"),
    open: selection("open"),
  };
}

/** The address of a view: `#show=unused&open=person&open=9067…`; empty for the first one. */
export function hashOf({ preset, search, filters, only, open }: View): string {
  const parts = new URLSearchParams();
  if (preset !== FIRST_VIEW.preset) parts.append("show", preset);
  if (search !== "") parts.append("search", search);
  for (const [column, value] of Object.entries(filters)) if (value !== "") parts.append(FILTER + column, value);
  for (const [name, selection] of Object.entries({ only, open })) {
    if (selection !== null) for (const part of [selection.kind, ...selection.ids]) parts.append(name, part);
  }
  const text = parts.toString();
  return text === "" ? "" : `#${text}`;
}
