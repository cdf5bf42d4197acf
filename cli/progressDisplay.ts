import { MultiBar, type SingleBar } from "cli-progress";
import type { Progress } from "../handlers/model";
import { createWorks, durationWords, type Work, type Works } from "./timeLeft";

export interface ProgressDisplay {
  readonly progress: Progress;
  /** Shows that something is waited for of which nobody knows how far it is, until what it gives is called. */
  waiting(what: string): () => void;
  /** Says how long the run takes at least from now on, seconds. */
  expect(seconds: number): void;
  /** Shows a sentence, which stays. */
  say(sentence: string): void;
  stop(): void;
}

/** Shows nothing. */
export const NO_DISPLAY: ProgressDisplay = { progress() {}, waiting: () => () => {}, expect() {}, say() {}, stop() {} };

/**
 * On a terminal, a line for each kind of work, with count, rate and time left, and one for the whole run, which are drawn again and again.
 * Else, and on a terminal that cannot move its cursor, a plain line every few seconds and when a kind of work is done.
 */
export function createProgressDisplay(
  stream: NodeJS.WriteStream,
  { TERM }: NodeJS.ProcessEnv = process.env,
): ProgressDisplay {
  return stream.isTTY && TERM !== "dumb" ? bars(stream) : lines(stream);
}

function bars(stream: NodeJS.WriteStream): ProgressDisplay {
  const NAME = 18;
  const BAR = 24;
  const COUNTS = 40; // of digits, rate and time left
  const columns = stream.columns || 80;
  const barsize = Math.min(BAR, columns - NAME - COUNTS);
  // A line that does not fit is cut at its end, where the time left stands: first the bar goes, then the rate.
  const format =
    barsize >= 8
      ? "{what} {bar} {value}/{of} | {rate}/s | {left}"
      : columns >= 50
        ? "{what} {value}/{of} | {rate}/s | {left}"
        : "{what} {value}/{of} | {left}";
  const multi = new MultiBar({ stream, format, hideCursor: true, barsize: Math.max(1, barsize) });
  const works = createWorks();
  const shown = new Map<string, SingleBar>();
  const startedMs = Date.now();
  let whole: SingleBar | undefined;
  const timers = new Set<NodeJS.Timeout>();

  function every(draw: () => void): NodeJS.Timeout {
    const timer = setInterval(draw, 1_000).unref();
    timers.add(timer);
    return timer;
  }

  function drawWhole(): void {
    const left = works.leftSeconds(Date.now());
    const words = left === null ? "" : ` | at least ${durationWords(left)} left`;
    whole?.update(0, { words: `${durationWords((Date.now() - startedMs) / 1000)}${words}` });
  }

  function barOf(what: string, own?: string): SingleBar {
    if (whole === undefined) {
      const options = { format: `${"the whole run".padEnd(NAME)} {words}` };
      whole = multi.create(1, 0, { words: "" }, options);
      every(drawWhole);
    }
    let bar = shown.get(what);
    if (bar === undefined) {
      const payload = { what: columns >= 50 ? what.padEnd(NAME) : what, of: "?", rate: "–", left: "", words: "" };
      bar = multi.create(1, 0, payload, own === undefined ? {} : { format: own });
      shown.set(what, bar);
    }
    return bar;
  }

  return {
    progress(what, done, total) {
      const work = works.at(what, done, total, Date.now());
      const { rate } = work;
      const bar = barOf(what);
      bar.setTotal(total ?? Math.max(1, done));
      bar.update(done, { of: total ?? "?", rate: rate.toFixed(rate < 10 ? 1 : 0), left: leftOf(work) });
      drawWhole();
    },
    waiting(what) {
      const sinceMs = Date.now();
      const bar = barOf(what, "{what} {words}");
      const draw = (end: string) => bar.update(0, { words: `${durationWords((Date.now() - sinceMs) / 1000)}${end}` });
      draw("");
      const drawing = every(() => draw(""));
      return () => {
        clearInterval(drawing);
        draw(" | done");
      };
    },
    expect: (seconds) => works.expect(seconds, Date.now()),
    say(sentence) {
      // Above the bars; before the first, nothing is drawn yet.
      if (whole !== undefined) multi.log(`${sentence}\n`);
      else stream.write(`${sentence}\n`);
    },
    stop() {
      for (const timer of timers) clearInterval(timer);
      multi.stop();
    },
  };
}

function leftOf({ done, total, leftSeconds }: Work): string {
  if (total !== null && done >= total) return "done";
  return leftSeconds === null ? "" : `${durationWords(leftSeconds)} left`;
}

function lines(stream: NodeJS.WriteStream): ProgressDisplay {
  const EVERY_MS = 5_000;
  const works = createWorks();
  const lastMs = new Map<string, number>();
  return {
    progress(what, done, total) {
      const nowMs = Date.now();
      works.at(what, done, total, nowMs);
      if (done !== total && nowMs - (lastMs.get(what) ?? nowMs - EVERY_MS) < EVERY_MS) return;
      lastMs.set(what, nowMs);
      stream.write(`${what}: ${done}${total === null ? "" : ` of ${total}`}${wholeLeft(works, done, total, nowMs)}\n`);
    },
    waiting(what) {
      stream.write(`${what}\n`);
      return () => {};
    },
    expect: (seconds) => works.expect(seconds, Date.now()),
    say: (sentence) => void stream.write(`${sentence}\n`),
    stop() {},
  };
}

/** Said in the lines of work that goes on for a while. */
function wholeLeft(works: Works, done: number, total: number | null, nowMs: number): string {
  const left = total === null || done >= total ? null : works.leftSeconds(nowMs);
  return left === null ? "" : `, the whole run: at least ${durationWords(left)} left`;
}
