import type { ObservedRegion } from "../model";
import { formatInstant } from "../times";
import type { LoginWindow } from "./source";

/**
 * What is seen of a Region where each UTC day must be proved. The day on which the window ends needs no proof in its first hour: a trail
 * delivers its files minutes later, and no source has the newest events for certain.
 *
 * @param proved the days (`yyyy-MM-dd`) that are proved
 * @returns the newest days without a gap, and which days are not proved
 */
export function observedInDays(region: string, window: LoginWindow, proved: ReadonlySet<string>): ObservedRegion {
  const DAY_MS = 86_400_000;
  const NEW_MS = 3_600_000;
  const fromMs = Date.parse(window.from);
  const toMs = Date.parse(window.to);
  const missing: number[] = []; // newest first
  let seenFromMs: number | null = null;
  let seenToMs: number | null = null;
  let isOver = false; // the newest days without a gap were gone through
  for (let ms = toMs - (toMs % DAY_MS); ms > fromMs - DAY_MS; ms -= DAY_MS) {
    if (proved.has(new Date(ms).toISOString().slice(0, 10)) || (toMs - ms < NEW_MS && ms > fromMs)) {
      if (isOver) continue;
      seenToMs ??= Math.min(toMs, ms + DAY_MS - 1000);
      seenFromMs = Math.max(fromMs, ms);
    } else {
      missing.push(ms);
      isOver = seenToMs !== null;
    }
  }
  return {
    region,
    from: seenFromMs === null ? null : formatInstant(seenFromMs),
    to: seenToMs === null ? window.to : formatInstant(seenToMs),
    reason: missing.length === 0 ? null : `nothing proves that events were recorded ${daysIn(missing.reverse())}`,
  };
}

/** `on 2026-09-03 and from 2026-10-01 to 2026-10-05`: of many stretches, the first ones. */
function daysIn(days: readonly number[]): string {
  const DAY_MS = 86_400_000;
  const MOST = 3;
  const written = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const stretches: [number, number][] = [];
  for (const ms of days) {
    const last = stretches.at(-1);
    if (last !== undefined && ms - last[1] === DAY_MS) last[1] = ms;
    else stretches.push([ms, ms]);
  }
  const texts = stretches
    .slice(0, MOST)
    .map(([from, to]) => (from === to ? `on ${written(from)}` : `from ${written(from)} to ${written(to)}`));
  const others = days.length - stretches.slice(0, MOST).reduce((sum, [from, to]) => sum + 1 + (to - from) / DAY_MS, 0);
  return [...texts, ...(others > 0 ? [`on ${others} other days`] : [])].join(", ");
}
