/** `2026-11-20T08:15:30Z`: UTC, cut to whole seconds. */
export function formatInstant(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19) + "Z";
}

/** `2026-11-20T081530Z`: an instant as part of an object key; sorts by time. */
export function formatKeyInstant(instant: string): string {
  return instant.replaceAll(":", "");
}
