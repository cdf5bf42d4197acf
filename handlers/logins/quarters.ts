/**
 * Event history is read, and its archive kept, by quarters of UTC days: 00, 06, 12 and 18 h. A quarter is named by its first instant, in
 * milliseconds since 1970, and ends before the next one's.
 */
export const QUARTER_MS = 21_600_000;

/** The quarter that an instant is in. */
export function quarterOf(ms: number): number {
  return Math.floor(ms / QUARTER_MS) * QUARTER_MS;
}

/** The first quarter that begins at an instant or after it. */
export function quarterFrom(ms: number): number {
  return Math.ceil(ms / QUARTER_MS) * QUARTER_MS;
}

/** The quarters from one on, up to an instant that is within the last of them; in their order. */
export function quartersBetween(fromMs: number, toMs: number): number[] {
  const first = quarterOf(fromMs);
  return Array.from(
    { length: Math.max(0, (quarterOf(toMs) - first) / QUARTER_MS + 1) },
    (_, n) => first + n * QUARTER_MS,
  );
}
