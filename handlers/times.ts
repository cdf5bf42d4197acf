/** `2026-11-20T08:15:30Z`: UTC, cut to whole seconds. */
export function formatInstant(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19) + "Z";
}

/** `2026-11-20T081530Z`: an instant as part of an object key; sorts by time. */
export function formatKeyInstant(instant: string): string {
  return instant.replaceAll(":", "");
}

/** How many days there are from one instant to another, rounded. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/** What a four-digit year can say ends before this instant. */
export const END_OF_9999_MS = 253_402_300_800_000;

/** What `parseInstant` takes, in the words of an error message. */
export const INSTANT =
  "an instant in ISO 8601 with its zone, like 2026-11-20T09:00:00Z or 2026-11-20T10:00:00+01:00, of a day that exists";

/**
 * An instant as people and environments give it: ISO 8601 with its zone, such as `2026-11-20T09:00:00Z` or `2026-11-20T10:00+01:00`, from 1970 to 9999.
 * `Date.parse` is not enough: to it `2026-11-31…` is the first of December, and `1` a day in 2001.
 *
 * @returns milliseconds since 1970; `null` where the text is none, or names a day or a time that does not exist
 */
export function parseInstant(text: string): number | null {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d(\.\d+)?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i.exec(text);
  if (match === null) return null;
  const [, day = "", minute = "", second = ":00", , zone = ""] = match;
  const atZero = Date.parse(`${day}T${minute}${second}Z`);
  if (Number.isNaN(atZero) || new Date(atZero).toISOString().slice(0, 16) !== `${day}T${minute}`) return null;
  const ms = Date.parse(`${day}T${minute}${second}${zone.toUpperCase()}`);
  return ms >= 0 && ms < END_OF_9999_MS ? ms : null;
}
