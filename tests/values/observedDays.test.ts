import { observedInDays } from "../../handlers/logins/observedDays";

const window = { from: "2026-11-10T09:00:00Z", to: "2026-11-15T09:00:00Z" };
const days = (...numbers: number[]) => new Set(numbers.map((number) => `2026-11-${number}`));
const seen = (proved: ReadonlySet<string>, within = window) => observedInDays("eu-west-1", within, proved);

test("a Region of which each day is proved is observed", () => {
  expect(seen(days(10, 11, 12, 13, 14, 15))).toEqual({ region: "eu-west-1", ...window, reason: null });
});

test.each([
  ["the first", days(11, 12, 13, 14, 15), "2026-11-11T00:00:00Z", window.to, "on 2026-11-10"],
  ["one in the middle", days(10, 11, 13, 14, 15), "2026-11-13T00:00:00Z", window.to, "on 2026-11-12"],
  ["the last", days(10, 11, 12, 13, 14), window.from, "2026-11-14T23:59:59Z", "on 2026-11-15"],
  [
    "several",
    days(12, 15),
    "2026-11-15T00:00:00Z",
    window.to,
    "from 2026-11-10 to 2026-11-11, from 2026-11-13 to 2026-11-14",
  ],
  ["all", days(), null, window.to, "from 2026-11-10 to 2026-11-15"],
])("without %s, the newest days without a gap are", (_, proved, from, to, missing) => {
  const reason = `nothing proves that events were recorded ${missing}`;
  expect(seen(proved)).toEqual({ region: "eu-west-1", from, to, reason });
});

test("of many gaps the first are named, and the others counted", () => {
  const long = { from: "2026-11-01T00:00:00Z", to: "2026-11-20T09:00:00Z" };
  const odd = new Set([3, 5, 7, 9, 11].map((day) => `2026-11-${String(day).padStart(2, "0")}`));
  expect(seen(odd, long).reason).toBe(
    "nothing proves that events were recorded from 2026-11-01 to 2026-11-02, on 2026-11-04, on 2026-11-06, on 11 other days",
  );
});

test("a day needs no proof in its first hour, where it is the last", () => {
  const within = { from: window.from, to: "2026-11-15T00:59:59Z" };
  expect(seen(days(10, 11, 12, 13, 14), within).reason).toBeNull();
  expect(seen(days(10, 11, 12, 13, 14), { ...within, to: "2026-11-15T01:00:00Z" }).reason).toMatch(/on 2026-11-15$/);
  const short = { from: "2026-11-15T00:10:00Z", to: "2026-11-15T00:50:00Z" };
  expect(seen(days(), short).from).toBeNull();
});

test("a window that begins and ends with a day has these days alone", () => {
  const within = { from: "2026-11-11T00:00:00Z", to: "2026-11-12T23:59:59Z" };
  expect(seen(days(11, 12), within)).toEqual({ region: "eu-west-1", ...within, reason: null });
});
