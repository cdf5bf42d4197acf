import type { GivenGrant, PageChanges, PageRun } from "../pageData";
import { element, textTable } from "./dom";
import { formatCount, formatCounted, formatTime } from "./format";

/** From when to when which Region was seen; where all of them were, for the whole window, in one line. */
export function observedRegions({ regions, observedFrom }: PageRun): (Node | string)[] {
  const since = (from: string | null) => (from === null ? "not known" : formatTime(from));
  if (regions.length === 0) return [since(observedFrom)];
  const whole = regions.every(({ reason, from }) => reason === null && from === regions[0]!.from);
  if (whole) return [`${since(regions[0]!.from)}, in ${regions.map(({ region }) => region).join(", ")}`];
  return [
    element(
      "ul",
      { class: "regions" },
      ...regions.map(({ region, from, to, reason }) => {
        const seen = from === null ? "nothing seen" : `${formatTime(from)} to ${formatTime(to)}`;
        return element("li", {}, `${region || "a removed Region"}: ${seen}${reason === null ? "" : ` (${reason})`}`);
      }),
    ),
  ];
}

/** Who assigned what is new since the report before, as far as events tell; `null` where none does. */
export function givenGrants({ given: { first, count } }: PageChanges): HTMLElement | null {
  return assignments(
    "given",
    "Who assigned the new access",
    count,
    ["Account", "Permission set or role", "To", "Assigned", "Assigned by", "New grants"],
    first.map((given) => [...assigned(given), formatCount(given.rows)]),
  );
}

/** Who had access between the two reports, as far as events tell; `null` where none does. */
export function givenBetween({ between: { first, count } }: PageChanges): HTMLElement | null {
  return assignments(
    "between",
    "Given and taken away again since the last report",
    count,
    ["Account", "Permission set", "To", "Assigned", "Assigned by", "Ended", "Ended by"],
    first.map((given) => [...assigned(given), formatTime(given.revokedAt), given.revokedBy || "not recorded"]),
  );
}

function assigned({ account, permissionSet, group, principal, at, by }: Omit<GivenGrant, "rows">): string[] {
  return [account, permissionSet, group ? `group ${principal}` : principal, formatTime(at), by || "not recorded"];
}

/** A list to be opened, of the first of them. */
function assignments(
  id: string,
  title: string,
  count: number,
  headers: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLElement | null {
  if (count === 0) return null;
  const left = count - rows.length;
  return element(
    "section",
    { class: "given", id, "aria-label": title },
    element(
      "details",
      {},
      element("summary", {}, `${title}: ${formatCounted(count, "assignment")}`),
      element(
        "div",
        { class: "text-table scrolled", tabindex: "0", role: "group", "aria-label": title },
        textTable(headers, rows),
      ),
      left > 0 ? element("p", {}, `And ${formatCount(left)} more: changes.csv has all of them.`) : null,
    ),
  );
}
