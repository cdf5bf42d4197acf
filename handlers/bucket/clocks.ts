/** A clock that was ahead once must not decide what happens until its day has come: what it wrote is not believed. */

/** How much the clocks of two containers may differ. */
const CLOCKS_DIFFER_MS = 60_000;
/** How long a slice of a run can last: the longest that Lambda lets a function run. */
export const LONGEST_SLICE_SECONDS = 900;
/** How long a run can last: the time-out of its execution. */
export const LONGEST_RUN_SECONDS = 86_400;

/**
 * Whether an instant that another run wrote may lie as far ahead of `nowMs` as it does. One that is none (`null`) is not believed.
 *
 * @param aheadMs how far ahead it may lie by clocks that are right
 */
export function isBelievable(ms: number | null, nowMs: number, aheadMs: number): ms is number {
  return ms !== null && ms <= nowMs + aheadMs + CLOCKS_DIFFER_MS;
}

/**
 * How many hours ago something happened.
 *
 * @returns `null` where it has not happened yet, or `ms` is no instant
 */
export function hoursSince(ms: number | null, nowMs: number): number | null {
  if (ms === null || ms > nowMs + CLOCKS_DIFFER_MS) return null;
  return Math.max(0, nowMs - ms) / 3_600_000;
}
