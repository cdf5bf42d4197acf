/** How far a kind of work is. */
export interface Work {
  readonly done: number;
  /** `null` where it is not known. */
  readonly total: number | null;
  /** A second, of late. */
  readonly rate: number;
  /** `null` where it cannot be told. */
  readonly leftSeconds: number | null;
}

export interface Works {
  /** Notes how far a kind of work is. */
  at(what: string, done: number, total: number | null, nowMs: number): Work;
  /** Notes how long the run takes at least from now on, before its longest work has begun. */
  expect(seconds: number, nowMs: number): void;
  /** How long the whole run takes at least, by what is known of its works; `null` where nothing is. */
  leftSeconds(nowMs: number): number | null;
}

/** Reckons the time that is left of works that go on side by side. */
export function createWorks(): Works {
  // Long enough that a pause does not show, short enough that what an earlier process has read soon counts no more.
  const WINDOW_MS = 30_000;
  const LONGEST_WORK = "assignments";
  const samples = new Map<string, [atMs: number, done: number][]>();
  const works = new Map<string, Work>();
  let expectedMs: number | null = null;

  return {
    at(what, done, total, nowMs) {
      const ofWork = samples.get(what) ?? [];
      samples.set(what, ofWork);
      ofWork.push([nowMs, done]);
      while (ofWork.length > 2 && nowMs - ofWork[1]![0] > WINDOW_MS) ofWork.shift();
      const [sinceMs, before] = ofWork[0]!;
      const rate = nowMs > sinceMs ? (1000 * (done - before)) / (nowMs - sinceMs) : 0;
      const leftSeconds = total === null || rate <= 0 ? null : Math.ceil(Math.max(0, total - done) / rate);
      const work = { done, total, rate, leftSeconds };
      works.set(what, work);
      if (what === LONGEST_WORK && (rate > 0 || done === total)) expectedMs = null;
      return work;
    },
    expect(seconds, nowMs) {
      expectedMs = nowMs + 1000 * seconds;
    },
    leftSeconds(nowMs) {
      const lefts = [...works.values()].flatMap(({ leftSeconds }) => (leftSeconds ? [leftSeconds] : []));
      if (expectedMs !== null && expectedMs > nowMs) lefts.push(Math.ceil((expectedMs - nowMs) / 1000));
      return lefts.length === 0 ? null : Math.max(...lefts);
    },
  };
}

/** `45 s`, `4 min 10 s`, `1 h 12 min` */
export function durationWords(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`;
}
