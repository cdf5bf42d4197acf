import type { ObservedRegion } from "../model";
import { isRegionName } from "./archive";
import type { TrailRows } from "./athenaResults";
import type { TrailLayout } from "./athenaTable";
import { observedInDays } from "./observedDays";
import type { LoginPart, LoginWindow } from "./source";

/**
 * The Regions that are still to be read, once it is known from which ones the instance was removed: those of a table that has the files of each
 * Region apart. A name comes from an event: only what can be one gets into a statement.
 *
 * @param asked the Regions that were read; none for all
 */
export function regionsLeft(
  { region: place }: TrailLayout,
  asked: readonly string[],
  removedRegions: readonly string[],
): readonly string[] {
  if (place === null || "value" in place || asked.length === 0) return [];
  return removedRegions.filter((region) => isRegionName(region) && !asked.includes(region));
}

/** What was read, and what of it proves a day. */
interface ReadRegions extends Pick<TrailRows, "removedRegions" | "days"> {
  /** Those that were asked for; none for all. */
  readonly asked: readonly string[];
}

/** What was seen of each Region of the instance, those that it was removed from included; and why that may not be all. */
export function observedOf(
  window: LoginWindow,
  layout: TrailLayout,
  { asked, removedRegions, days }: ReadRegions,
): Pick<LoginPart, "regions" | "reason"> {
  const expected = [...new Set([...asked, ...removedRegions])].sort();
  const regions = expected.map((region): ObservedRegion => {
    const why = whyNotRead(region, layout, asked);
    if (why !== null) return { region, from: null, to: window.to, reason: why };
    const proved = new Set(days.filter((one) => one.region === region).map(({ day }) => day));
    return observedInDays(region, window, proved);
  });
  const reasons = regions.flatMap(({ region, reason }) => (reason === null ? [] : [`in ${region}, ${reason}`]));
  const hint =
    "(a day is proved by a read-only event: a trail of write events only has none, nor has a partition that was not added, that the projection does not reach, or whose files were deleted)";
  return { regions, reason: reasons.length === 0 ? null : `${reasons.join("; ")} ${hint}` };
}

/** Why a Region was not read at all: a clause; `null` where it was. */
function whyNotRead(region: string, { region: place }: TrailLayout, asked: readonly string[]): string | null {
  const wasAsked = asked.length === 0 || asked.includes(region);
  if (!asked.includes(region) && !isRegionName(region)) {
    return "a Region of the instance was removed, and the event does not tell which";
  }
  if (place === null) return null;
  if ("value" in place) {
    return place.value === region ? null : `nothing was read: the table has the files of ${place.value} alone`;
  }
  return wasAsked
    ? null
    : "nothing was read: that the instance was removed from there is told in another removed Region";
}
