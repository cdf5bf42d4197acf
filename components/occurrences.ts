export interface CalendarDay {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** How long gaps are compared: eight years hold two 29 February. What comes more rarely is followed to its second time. */
const comparedMinutes = 8 * 366 * 24 * 60;

/** The last year of a cron expression. */
export const lastYear = 2199;

/**
 * The next time a cron expression comes after `now` in a time zone; undefined where it never comes again. As EventBridge
 * Scheduler has it, a local time that daylight saving leaves out is skipped, and one that it repeats counts once.
 */
export function nextOccurrence(cron: Cron, timeZone: string, now: Date): Date | undefined {
  // A day earlier, since the zone's date may be behind UTC's.
  for (const local of localTimes(cron, Math.floor(now.getTime() / day) * day - day)) {
    const instant = inZone(local, timeZone);
    if (instant !== undefined && instant > now.getTime()) return new Date(instant);
  }
  return undefined;
}

/** The shortest time between two occurrences, in minutes; undefined where there are not two. */
export function shortestGapMinutes(cron: Cron): number | undefined {
  let shortest: number | undefined;
  for (const gap of gaps(cron)) {
    if (shortest === undefined || gap < shortest) shortest = gap;
  }
  return shortest;
}

/** The longest time between two occurrences, in hours, rounded up. The same on whatever day it is asked. */
export function longestGapHours(cron: Cron): number {
  let longest = 0;
  for (const gap of gaps(cron)) longest = Math.max(longest, gap);
  return Math.ceil(longest / 60);
}

function* gaps(cron: Cron): Generator<number> {
  // Not from today on: the period is an input of resources, and the same program must register the same inputs tomorrow.
  const firstYear = cron.years.find((year) => year >= 2024) ?? cron.years.at(-1)!;
  let first: number | undefined;
  let previous: number | undefined;
  for (const local of localTimes(cron, Date.UTC(firstYear, 0, 1))) {
    if (previous !== undefined) yield (local - previous) / minute;
    first ??= local;
    if (previous !== undefined && (local - first) / minute > comparedMinutes) return;
    previous = local;
  }
}

/** The expression's local times, written as if they were UTC, ascending. */
function* localTimes(cron: Cron, from: number): Generator<number> {
  const end = Date.UTC(cron.years.at(-1)! + 1, 0, 1);
  for (let start = from; start < end; start += day) {
    const date = new Date(start);
    const calendarDay = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
    if (!cron.years.includes(calendarDay.year) || !cron.months.includes(calendarDay.month) || !cron.isDay(calendarDay))
      continue;
    for (const hours of cron.hours) {
      for (const minutes of cron.minutes) yield start + (hours * 60 + minutes) * minute;
    }
  }
}

/** The instant of a zone's local time, the earlier one where there are two; undefined where daylight saving leaves it out. */
function inZone(local: number, timeZone: string): number | undefined {
  const candidates = [local - day, local + day].map((near) => local - offset(near, timeZone));
  return candidates.filter((instant) => instant + offset(instant, timeZone) === local).sort((a, b) => a - b)[0];
}

/** What a zone's clock is ahead of UTC at an instant, in milliseconds. */
function offset(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((each) => each.type === type)!.value);
  const shown = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return shown - Math.floor(instant / 1000) * 1000;
}

/** A cron expression's six fields as predicates and values. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: readonly number[];
  readonly years: readonly number[];
  readonly isDay: (date: CalendarDay) => boolean;
}
