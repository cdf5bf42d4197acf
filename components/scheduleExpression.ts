import {
  type CalendarDay,
  type Cron,
  lastYear,
  longestGapHours,
  nextOccurrence,
  shortestGapMinutes,
} from "./occurrences";

/** An EventBridge Scheduler expression that repeats. */
export type ScheduleExpression =
  | { readonly kind: "rate"; readonly minutes: number }
  | ({ readonly kind: "cron" } & Cron);

const syntax = "https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html";
const fieldNames = ["minutes", "hours", "day of month", "month", "day of week", "year"] as const;
const monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/**
 * What is wrong with a schedule, undefined where nothing is. Stricter than AWS where AWS does not document what it takes, so
 * that a wrong expression never reaches it; and a report takes up to 15 minutes, so it starts at most once an hour.
 */
export function scheduleProblem(text: string, now = new Date()): string | undefined {
  try {
    const expression = parseSchedule(text);
    // A day earlier, since some zone's clock is behind UTC's.
    if (expression.kind === "cron" && !nextOccurrence(expression, "UTC", new Date(now.getTime() - 86_400_000)))
      return "it never comes again";
    const minutes = expression.kind === "rate" ? expression.minutes : shortestGapMinutes(expression);
    if (minutes === undefined) return "it never comes twice";
    return minutes < 60
      ? `it would start a report every ${minutes === 1 ? "minute" : `${minutes} minutes`}`
      : undefined;
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
}

/** The longest time between two reports of a right expression, in hours, rounded up. */
export function periodHours(text: string): number {
  const expression = parseSchedule(text);
  return expression.kind === "rate" ? Math.ceil(expression.minutes / 60) : longestGapHours(expression);
}

/** @throws ExpressionError */
export function parseSchedule(text: string): ScheduleExpression {
  const match = /^(cron|rate|at)\((.*)\)$/.exec(text);
  if (!match) throw new ExpressionError("it is not of the form cron(…) or rate(…)");
  const body = match[2]!;
  if (match[1] === "at") throw new ExpressionError("at(…) runs only once");
  return match[1] === "rate" ? parseRate(body) : parseCron(body);
}

class ExpressionError extends Error {}

function parseRate(body: string): ScheduleExpression {
  const match = /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(body);
  if (!match) throw new ExpressionError("a rate is a number and minutes, hours or days, such as rate(7 days)");
  const value = Number(match[1]);
  const unit = match[2] as "minute" | "hour" | "day";
  if ((value === 1) !== (match[3] === "")) {
    throw new ExpressionError(`a rate of ${value} is in ${value === 1 ? unit : `${unit}s`}`);
  }
  return { kind: "rate", minutes: value * { minute: 1, hour: 60, day: 1440 }[unit] };
}

function parseCron(body: string): ScheduleExpression {
  const fields = body.trim().split(/\s+/);
  if (fields.length !== 6) {
    throw new ExpressionError(`it has ${fields.length} fields instead of 6: ${fieldNames.join(", ")}`);
  }
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  for (const index of [0, 1, 3, 5]) {
    if (fields[index]!.includes("?")) {
      throw new ExpressionError(
        `the ${fieldNames[index]} field holds ?, which stands only for one of the two day fields`,
      );
    }
  }
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) {
    throw new ExpressionError("exactly one of the two day fields, day of month and day of week, is ?");
  }
  return {
    kind: "cron",
    minutes: values(minutes, "minutes", 0, 59),
    hours: values(hours, "hours", 0, 23),
    months: values(month, "month", 1, 12, monthNames),
    years: values(year, "year", 1970, lastYear),
    isDay: dayOfWeek === "?" ? dayOfMonthRule(dayOfMonth) : dayOfWeekRule(dayOfWeek),
  };
}

/** The values of a list of numbers, names, ranges and steps, ascending. */
function values(text: string, field: string, min: number, max: number, names: readonly string[] = []): number[] {
  const found = new Set<number>();
  for (const item of text.split(",")) {
    const match = /^(\*|[A-Z]{3}|\d{1,4})(?:-([A-Z]{3}|\d{1,4}))?(?:\/(\d{1,4}))?$/.exec(item);
    if (!match || (match[1] === "*" && match[2] !== undefined)) {
      throw new ExpressionError(`the ${field} field cannot be read at ${JSON.stringify(item)}; the syntax: ${syntax}`);
    }
    const one = (name: string): number => {
      const value = /^\d/.test(name) ? Number(name) : names.indexOf(name) < 0 ? Number.NaN : names.indexOf(name) + 1;
      if (value >= min && value <= max) return value;
      throw new ExpressionError(
        `the ${field} field holds ${name}, outside ${min}–${max}${names.length ? ` and ${names[0]}–${names.at(-1)}` : ""}`,
      );
    };
    const first = match[1] === "*" ? min : one(match[1]!);
    const step = match[3] === undefined ? 1 : Number(match[3]);
    const last = match[2] !== undefined ? one(match[2]) : match[1] === "*" || match[3] !== undefined ? max : first;
    if (last < first)
      throw new ExpressionError(`the ${field} field holds the range ${item}, which ends before it starts`);
    if (step < 1 || step > max)
      throw new ExpressionError(`the ${field} field holds the step ${item}, outside 1–${max}`);
    for (let value = first; value <= last; value += step) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

function dayOfMonthRule(text: string): Cron["isDay"] {
  if (text === "L") return (date) => date.day === lastDay(date);
  const nearest = /^(\d{1,2})W$/.exec(text);
  if (nearest) {
    const [target] = values(nearest[1]!, "day of month", 1, 31);
    return (date) => date.day === nearestWeekday(date, target!);
  }
  if (/[LW]/.test(text)) {
    throw new ExpressionError(
      "the day of month field holds L (the last day) or a day and W (the weekday nearest to it) alone, such as 15W",
    );
  }
  const days = values(text, "day of month", 1, 31);
  return (date) => days.includes(date.day);
}

function dayOfWeekRule(text: string): Cron["isDay"] {
  const ordinal = /^([A-Z]{3}|\d)#([1-5])$/.exec(text);
  if (ordinal) {
    const [weekday] = values(ordinal[1]!, "day of week", 1, 7, dayNames);
    return (date) => weekdayOf(date) === weekday && Math.ceil(date.day / 7) === Number(ordinal[2]);
  }
  if (text.includes("#")) {
    throw new ExpressionError(
      "the day of week field holds one # alone, a day and which of the month's it is (1–5), such as 2#1",
    );
  }
  if (text === "L") return (date) => weekdayOf(date) === 7;
  const last = /^([A-Z]{3}|\d)L$/.exec(text);
  if (last) {
    const [weekday] = values(last[1]!, "day of week", 1, 7, dayNames);
    return (date) => weekdayOf(date) === weekday && date.day > lastDay(date) - 7;
  }
  const days = values(text, "day of week", 1, 7, dayNames);
  return (date) => days.includes(weekdayOf(date));
}

/** 1 is Sunday, 7 is Saturday. */
function weekdayOf({ year, month, day }: CalendarDay): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

function lastDay({ year, month }: CalendarDay): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The Monday to Friday nearest to a day, within its month. */
function nearestWeekday(date: CalendarDay, target: number): number | undefined {
  const last = lastDay(date);
  if (target > last) return undefined;
  const weekday = weekdayOf({ ...date, day: target });
  if (weekday === 7) return target === 1 ? 3 : target - 1;
  if (weekday === 1) return target === last ? target - 2 : target + 1;
  return target;
}

/** When a schedule comes next, in words where it has no time. */
export function nextRun(expression: string, timeZone: string, enabled: boolean, now: Date): string {
  if (!enabled) return "never: scheduleEnabled is false";
  const schedule = parseSchedule(expression);
  if (schedule.kind === "rate") return `${expression}, counted from the schedule's creation`;
  const next = nextOccurrence(schedule, timeZone, now);
  return next === undefined ? "never: the schedule has ended" : next.toISOString().replace(".000Z", "Z");
}
