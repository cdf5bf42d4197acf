import * as fc from "fast-check";
import { nextRun, periodHours, scheduleProblem } from "../../components/scheduleExpression";

// What is right and wrong follows https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html; AWS itself was not asked.

test.each([
  "cron(0 20 ? * SUN *)",
  "cron(0 20 ? * 1 *)",
  "cron(15 10 ? * MON-FRI *)",
  "cron(0 8 1 * ? *)",
  "cron(0 8 L * ? *)",
  "cron(0 8 15W * ? *)",
  "cron(0 8 ? * 2#1 *)",
  "cron(0 8 ? * FRI#2 *)",
  "cron(0 8 ? * 6L *)",
  "cron(0 8 ? * L *)",
  "cron(0 0/6 * * ? *)",
  "cron(0 */6 * * ? *)",
  "cron(0 8-18/2 ? JAN,JUL MON,WED 2026-2199)",
  "cron(0 6 29 2 ? *)",
  // The fifth Friday of a February: in 2036, and then in 2064.
  "cron(40 20 ? 2 6#5 *)",
  "cron(0 20 ? * SUN 2150-2160)",
  "cron(  0 6   1 * ? * )",
  "rate(7 days)",
  "rate(1 hour)",
  "rate(60 minutes)",
])("%s is taken", (expression) => {
  expect(scheduleProblem(expression)).toBeUndefined();
});

test.each([
  ["cron(0 20 * ? 7 *)", "the month field holds ?, which stands only for one of the two day fields"],
  ["cron(? 20 ? * SUN *)", "the minutes field holds ?"],
  ["cron(0 20 ? * SUN ?)", "the year field holds ?"],
  ["cron(0 20 * * SUN *)", "exactly one of the two day fields"],
  ["cron(0 20 ? * ? *)", "exactly one of the two day fields"],
  ["cron(0 20 1 * SUN *)", "exactly one of the two day fields"],
  ["cron(0 20 ? * SUN)", "it has 5 fields instead of 6: minutes, hours, day of month, month, day of week, year"],
  ["cron(0 0 20 ? * SUN *)", "it has 7 fields"],
  ["0 20 ? * SUN *", "not of the form cron(…) or rate(…)"],
  ["cron(0 20 ? * SUN *", "not of the form"],
  ["", "not of the form"],
  ["cron(60 20 ? * SUN *)", "the minutes field holds 60, outside 0–59"],
  ["cron(0 24 ? * SUN *)", "the hours field holds 24, outside 0–23"],
  ["cron(0 20 0 * ? *)", "the day of month field holds 0, outside 1–31"],
  ["cron(0 20 ? 13 SUN *)", "the month field holds 13, outside 1–12 and JAN–DEC"],
  ["cron(0 20 ? * 0 *)", "the day of week field holds 0, outside 1–7 and SUN–SAT"],
  ["cron(0 20 ? * 8 *)", "the day of week field holds 8, outside 1–7"],
  ["cron(0 20 ? * SUN 1969)", "the year field holds 1969, outside 1970–2199"],
  ["cron(0 20 ? * Sunday *)", 'the day of week field cannot be read at "Sunday"'],
  ["cron(0 20 ? * JAN *)", "the day of week field holds JAN"],
  ["cron(0 MON ? * SUN *)", "the hours field holds MON"],
  ["cron(0 20 ? * FRI-MON *)", "the range FRI-MON, which ends before it starts"],
  ["cron(0 20-8 ? * SUN *)", "the range 20-8, which ends before it starts"],
  ["cron(0 0/0 * * ? *)", "the step 0/0, outside 1–23"],
  ["cron(0 20,, ? * SUN *)", "the hours field cannot be read"],
  ["cron(0 20 L-3 * ? *)", "the day of month field holds L (the last day)"],
  ["cron(0 20 15W,L * ? *)", "the day of month field holds L (the last day)"],
  ["cron(0 20 ? * 3#1,6#3 *)", "one # alone"],
  ["cron(0 20 ? * 3#6 *)", "one # alone"],
  ["cron(0 20 31 2 ? *)", "it never comes again"],
  ["cron(0 20 ? * SUN 2020-2021)", "it never comes again"],
  ["cron(0 20 1 1 ? 2027)", "it never comes twice"],
  ["cron(* 20 ? * SUN *)", "it would start a report every minute"],
  ["cron(0/30 * * * ? *)", "it would start a report every 30 minutes"],
  ["cron(0,59 * * * ? *)", "it would start a report every minute"],
  ["rate(59 minutes)", "it would start a report every 59 minutes"],
  ["rate(7 weeks)", "a rate is a number and minutes, hours or days, such as rate(7 days)"],
  ["rate(0 days)", "a rate is a number"],
  ["rate(1 days)", "a rate of 1 is in day"],
  ["rate(7 day)", "a rate of 7 is in days"],
  ["at(2026-11-22T20:00:00)", "at(…) runs only once"],
])("%s is refused: %s", (expression, problem) => {
  expect(scheduleProblem(expression)).toContain(problem);
});

test("a schedule is refused once its last time is past", () => {
  const expression = "cron(0 20 ? * SUN 2026)";
  expect(scheduleProblem(expression, new Date("2026-12-27T19:00:00Z"))).toBeUndefined();
  expect(scheduleProblem(expression, new Date("2026-12-29T00:00:00Z"))).toBe("it never comes again");
});

test("a schedule of any text is taken or refused, never a crash", () => {
  const field = fc.stringMatching(/^[0-9A-Z*?,/#LW-]{1,6}$/);
  const cron = fc.array(field, { minLength: 5, maxLength: 7 }).map((fields) => `cron(${fields.join(" ")})`);
  fc.assert(
    fc.property(fc.oneof(cron, fc.string()), (expression) => {
      expect(["string", "undefined"]).toContain(typeof scheduleProblem(expression));
    }),
    { numRuns: 300 },
  );
});

const saturday = "2026-11-21T12:00:00Z";

test.each([
  ["cron(0 20 ? * SUN *)", "UTC", saturday, "2026-11-22T20:00:00Z"],
  ["cron(0 20 ? * SUN *)", "Europe/Berlin", saturday, "2026-11-22T19:00:00Z"],
  ["cron(0 20 ? * SUN *)", "Pacific/Kiritimati", saturday, "2026-11-22T06:00:00Z"],
  ["cron(0 1 ? * SUN *)", "Pacific/Kiritimati", saturday, "2026-11-28T11:00:00Z"],
  ["cron(0 23 ? * SAT *)", "Pacific/Pago_Pago", "2026-11-22T08:00:00Z", "2026-11-22T10:00:00Z"],
  ["cron(30 6 ? * MON-FRI *)", "Asia/Kolkata", saturday, "2026-11-23T01:00:00Z"],
  ["cron(0 20 ? * SUN *)", "UTC", "2026-11-22T20:00:00Z", "2026-11-29T20:00:00Z"],
  ["cron(0 8 L * ? *)", "UTC", "2028-02-01T00:00:00Z", "2028-02-29T08:00:00Z"],
  ["cron(0 8 ? * L *)", "UTC", "2026-11-22T00:00:00Z", "2026-11-28T08:00:00Z"],
  ["cron(0 8 ? * 6L *)", "UTC", saturday, "2026-11-27T08:00:00Z"],
  ["cron(0 8 ? * 2#1 *)", "UTC", saturday, "2026-12-07T08:00:00Z"],
  ["cron(0 8 ? * MON#5 *)", "UTC", saturday, "2026-11-30T08:00:00Z"],
  // 15 November 2026 is a Sunday, 15 August 2026 a Saturday, 1 August 2026 a Saturday, 31 January 2027 a Sunday.
  ["cron(0 8 15W * ? *)", "UTC", "2026-11-01T00:00:00Z", "2026-11-16T08:00:00Z"],
  ["cron(0 8 15W * ? *)", "UTC", "2026-08-01T00:00:00Z", "2026-08-14T08:00:00Z"],
  ["cron(0 8 1W * ? *)", "UTC", "2026-07-31T09:00:00Z", "2026-08-03T08:00:00Z"],
  ["cron(0 8 31W * ? *)", "UTC", "2027-01-01T00:00:00Z", "2027-01-29T08:00:00Z"],
  ["cron(0 6 29 2 ? *)", "UTC", saturday, "2028-02-29T06:00:00Z"],
  // Clocks go from 2:00 to 3:00 on 28 March 2027 in Berlin: 2:30 is skipped. They go back at 3:00 on 25 October 2026: 2:30 runs once.
  ["cron(30 2 * * ? *)", "Europe/Berlin", "2027-03-27T12:00:00Z", "2027-03-29T00:30:00Z"],
  ["cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"],
  ["cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"],
  ["cron(40 20 ? 2 6#5 *)", "UTC", saturday, "2036-02-29T20:40:00Z"],
  ["cron(0 20 ? * SUN 2020-2021)", "UTC", saturday, "never: the schedule has ended"],
  ["rate(7 days)", "UTC", saturday, "rate(7 days), counted from the schedule's creation"],
])("%s in %s after %s comes next at %s", (expression, timeZone, now, next) => {
  expect(nextRun(expression, timeZone, true, new Date(now))).toBe(next);
});

test("a disabled schedule has no next run", () => {
  expect(nextRun("cron(0 20 ? * SUN *)", "UTC", false, new Date(saturday))).toBe("never: scheduleEnabled is false");
});

test.each([
  ["cron(0 20 ? * SUN *)", 168],
  ["cron(0 20 ? * MON,THU *)", 96],
  ["cron(0 6 ? * MON-FRI *)", 72],
  ["cron(0 6 1 * ? *)", 31 * 24],
  ["cron(0 6 1 1,4,7,10 ? *)", 92 * 24],
  ["cron(0 6 * * ? *)", 24],
  ["cron(0 6 29 2 ? *)", (4 * 365 + 1) * 24],
  ["cron(0 6 ? * SUN 2030-2031)", 168],
  ["cron(40 20 ? 2 6#5 *)", (28 * 365 + 7) * 24],
  ["rate(7 days)", 168],
  ["rate(90 minutes)", 2],
])("%s comes at least every %i hours", (expression, hours) => {
  expect(periodHours(expression)).toBe(hours);
});
