import { PassThrough } from "node:stream";
import { createProgressDisplay, NO_DISPLAY } from "../../cli/progressDisplay";

/** What a stream is given, by itself or as a terminal of 120 columns. */
function streamOf(isTTY: boolean) {
  const stream = new PassThrough();
  const terminal = {
    isTTY,
    columns: 120,
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
  ).toEqual(["assignments: 1 of 120", "assignments: 51 of 120", "assignments: 101 of 120", "assignments: 120 of 120"]);
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
  const { progress, say, stop } = NO_DISPLAY;
  progress("assignments", 1, 100);
  say("A sentence.");
  stop();
});
