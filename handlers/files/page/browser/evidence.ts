import type { PageChanges, PageRun } from "../pageData";
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
  if (count === 0) return null;
  const left = count - first.length;
  return element(
    "section",
    { class: "given", id: "given", "aria-label": "Who assigned what is new" },
    element(
      "details",
      {},
      element("summary", {}, `Who assigned what is new: ${formatCounted(count, "assignment")}`),
      element(
        "div",
        { class: "text-table scrolled", tabindex: "0", role: "group", "aria-label": "Who assigned what is new" },
        textTable(
          ["Account", "Permission set", "To", "Assigned", "By", "New grants"],
          first.map(({ account, permissionSet, group, principal, at, by, rows }) => [
            account,
            permissionSet,
            group ? `group ${principal}` : principal,
            formatTime(at),
            by || "not told",
            formatCount(rows),
          ]),
        ),
      ),
      left > 0 ? element("p", {}, `And ${formatCount(left)} more: changes.csv has all of them.`) : null,
    ),
  );
}

/** Who had access between the two reports, as far as events tell; `null` where none does. */
export function givenBetween({ between: { first, count } }: PageChanges): HTMLElement | null {
  if (count === 0) return null;
  const left = count - first.length;
  return element(
    "details",
    { class: "given", id: "between" },
    element("summary", {}, `Given and taken again since the last report: ${formatCounted(count, "assignment")}`),
    textTable(
      ["Account", "Permission set", "To", "Assigned", "By", "Ended", "By"],
      first.map(({ account, permissionSet, group, principal, at, by, revokedAt, revokedBy }) => [
        account,
        permissionSet,
        group ? `group ${principal}` : principal,
        formatTime(at),
        by || "not told",
        formatTime(revokedAt),
        revokedBy || "not told",
      ]),
    ),
    left > 0 ? element("p", {}, `And ${formatCount(left)} more: changes.csv has all of them.`) : null,
  );
}
