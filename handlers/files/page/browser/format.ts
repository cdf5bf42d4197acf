const numbers = new Intl.NumberFormat("en");

/** `40,000` */
export function formatCount(count: number): string {
  return numbers.format(count);
}

/** `1 grant`, `2,000 grants` */
export function formatCounted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `12 %`; never 0 % or 100 % for what is not quite none or all. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return "–";
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 1) return "< 1 %";
  if (percent > 99 && percent < 100) return "> 99 %";
  return `${Math.round(percent)} %`;
}

/** `2026-11-20 08:15 UTC` */
export function formatTime(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}

/** `2026-11-20` */
export function formatDay(instant: string): string {
  return instant.slice(0, 10);
}

/** The text's beginning, and `…` where it is longer; the rest has to be shown elsewhere. */
export function shorten(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}

/** A name beside something else: whichever way it is written, it leaves the other where it stands. */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}
