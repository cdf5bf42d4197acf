import { PassThrough } from "node:stream";
import { createProgressDisplay, NO_DISPLAY } from "../../cli/progressDisplay";

/** What a stream is given, by itself or as a terminal. */
function streamOf(isTTY: boolean, columns = 120) {
  const stream = new PassThrough();
  const terminal = {
    isTTY,
    columns,
    rows: 30,
    cursorTo() {},
    moveCursor() {},
    clearLine() {},
    clearScreenDown() {},
  };
  const written: string[] = [];
  stream.on("data", (text) => written.push(String(text)));
  return { stream: Object.assign(stream, terminal) as unknown as NodeJS.WriteStream, text: () => written.join("") };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test("without a terminal: plain lines, one at first, one every five seconds, one at the end", () => {
  const { stream, text } = streamOf(false);
  const { progress, stop } = createProgressDisplay(stream);
  for (let done = 1; done <= 120; done++) {
    progress("assignments", done, 120);
    if (done % 10 === 0) progress("users", done, null);
    jest.advanceTimersByTime(100);
  }
  stop();
  expect(
    text()
      .split("\n")
      .filter((line) => line.startsWith("assignments")),
  ).toEqual([
    "assignments: 1 of 120",
    "assignments: 51 of 120, the whole run: at least 7 s left",
    "assignments: 101 of 120, the whole run: at least 2 s left",
    "assignments: 120 of 120",
  ]);
  expect(text()).toMatch(/^users: 10$/m);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's control sequences
  expect(text()).not.toMatch(/\x1b/);
});

test("on a terminal: a bar for each kind of work, with count, rate and time left", () => {
  const { stream, text } = streamOf(true);
  const { progress, stop } = createProgressDisplay(stream);
  progress("assignments", 0, 100);
  progress("users", 0, null);
  jest.advanceTimersByTime(2_000);
  progress("assignments", 40, 100);
  progress("users", 300, null);
  jest.advanceTimersByTime(500);
  expect(text()).toMatch(/assignments\s+\S+ 40\/100 \| 20\/s \| 3 s left/);
  expect(text()).toMatch(/users\s+\S+ 300\/\? \| 150\/s \|/);
  jest.advanceTimersByTime(2_500);
  progress("assignments", 100, 100);
  jest.advanceTimersByTime(500);
  stop();
  expect(text()).toMatch(/assignments\s+\S+ 100\/100 \| 20\/s \| done/);
});

test("the whole run has a line of its own, with how long it takes at least", () => {
  const { stream, text } = streamOf(true);
  const { progress, expect: expectSeconds, stop } = createProgressDisplay(stream, {});
  progress("permission sets", 8, 8);
  expectSeconds(600);
  jest.advanceTimersByTime(10_500);
  stop();
  expect(text()).toMatch(/the whole run\s+10 s \| at least 9 min 50 s left/);
});

test("what nobody can count has a line while it is waited for", () => {
  const { stream, text } = streamOf(true);
  const { waiting, stop } = createProgressDisplay(stream, {});
  const end = waiting("the login source");
  jest.advanceTimersByTime(3_500);
  expect(text()).toMatch(/the login source\s+3 s/);
  end();
  jest.advanceTimersByTime(500);
  stop();
  expect(text()).toMatch(/the login source\s+4 s \| done/);

  const plain = streamOf(false);
  createProgressDisplay(plain.stream, {}).waiting("the login source");
  expect(plain.text()).toBe("the login source\n");
});

test.each([120, 79, 60, 45, 30])("on a terminal of %d columns the time left is not cut off", (columns) => {
  const { stream, text } = streamOf(true, columns);
  const { progress, stop } = createProgressDisplay(stream, {});
  progress("assignments", 0, 9000);
  jest.advanceTimersByTime(10_000);
  progress("assignments", 100, 9000);
  jest.advanceTimersByTime(500);
  stop();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's control sequences
  const lines = text().split(/\n|\x1b\[[^a-zA-Z]*[a-zA-Z]/);
  const shown = lines.filter((line) => line.includes("100/9000"));
  expect(shown.length).toBeGreaterThan(0);
  for (const line of shown) {
    expect(line).toContain("14 min 50 s left");
    if (columns >= 45) expect(line.trimEnd().length).toBeLessThanOrEqual(columns);
  }
});

test("a terminal that cannot move its cursor gets plain lines", () => {
  const { stream, text } = streamOf(true);
  const { progress, stop } = createProgressDisplay(stream, { TERM: "dumb" });
  progress("assignments", 120, 120);
  stop();
  expect(text()).toBe("assignments: 120 of 120\n");
});

test.each([false, true])(
  "a sentence stands in a line of its own, before and between what goes on (terminal: %s)",
  (isTTY) => {
    const { stream, text } = streamOf(isTTY);
    const { progress, say, stop } = createProgressDisplay(stream);
    say("Before anything.");
    progress("assignments", 1, 100);
    jest.advanceTimersByTime(500);
    say("While it goes on.");
    jest.advanceTimersByTime(500);
    progress("assignments", 100, 100);
    jest.advanceTimersByTime(500);
    stop();
    expect(text()).toMatch(/^Before anything\.\n/);
    expect(text()).toContain("While it goes on.\n");
  },
);

test("nothing is shown where nothing is to be", () => {
  const { progress, say, stop, waiting, expect: expectSeconds } = NO_DISPLAY;
  expectSeconds(1);
  waiting("something")();
  progress("assignments", 1, 100);
  say("A sentence.");
  stop();
});
