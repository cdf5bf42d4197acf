import { MultiBar, type SingleBar } from "cli-progress";
import type { Progress } from "../handlers/model";

export interface ProgressDisplay {
  readonly progress: Progress;
  /** Shows a sentence, which stays. */
  say(sentence: string): void;
  stop(): void;
}

/** Shows nothing. */
export const NO_DISPLAY: ProgressDisplay = { progress() {}, say() {}, stop() {} };

/** Bars with count, rate and time left on a terminal; else a plain line every few seconds and when a kind of work is done. */
export function createProgressDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? bars(stream) : lines(stream);
}

function bars(stream: NodeJS.WriteStream): ProgressDisplay {
  const multi = new MultiBar({
    stream,
    format: "{what} {bar} {value}/{of} | {rate}/s | {left}",
    hideCursor: true,
    barsize: 24,
  });
  const shown = new Map<string, { bar: SingleBar; startedMs: number }>();
  return {
    progress(what, done, total) {
      let each = shown.get(what);
      if (each === undefined) {
        each = {
          bar: multi.create(total ?? 0, 0, { what: what.padEnd(18), of: "?", rate: "–", left: "" }),
          startedMs: Date.now(),
        };
        shown.set(what, each);
      }
      const seconds = (Date.now() - each.startedMs) / 1000;
      const rate = seconds > 0 ? done / seconds : 0;
      const left =
        total === null || rate === 0 ? "" : done >= total ? "done" : `${Math.ceil((total - done) / rate)} s left`;
      each.bar.setTotal(total ?? done);
      each.bar.update(done, { of: total ?? "?", rate: rate.toFixed(rate < 10 ? 1 : 0), left });
    },
    say(sentence) {
      // Above the bars; before the first, nothing is drawn yet.
      if (shown.size > 0) multi.log(`${sentence}\n`);
      else stream.write(`${sentence}\n`);
    },
    stop: () => multi.stop(),
  };
}

function lines(stream: NodeJS.WriteStream): ProgressDisplay {
  const EVERY_MS = 5_000;
  const lastMs = new Map<string, number>();
  return {
    progress(what, done, total) {
      const nowMs = Date.now();
      if (done !== total && nowMs - (lastMs.get(what) ?? nowMs - EVERY_MS) < EVERY_MS) return;
      lastMs.set(what, nowMs);
      stream.write(total === null ? `${what}: ${done}\n` : `${what}: ${done} of ${total}\n`);
    },
    say: (sentence) => void stream.write(`${sentence}\n`),
    stop() {},
  };
}
