import type { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { type Caller, inParallel, SLICE_OVER } from "../aws/aws";
import { messageOf, reportError } from "../errors";
import type { ArchiveFile, ObservedRegion, Progress } from "../model";
import { formatInstant } from "../times";
import {
  type ArchiveOwner,
  archiveFileOf,
  hashOf,
  type LoginArchive,
  partOfFile,
  partOfText,
  partText,
  type QuarterPart,
} from "./archive";
import type { EventName } from "./events";
import { type Batch, openSpan, PAGE_EVENTS } from "./historyBatch";
import type { WindowSums } from "./quarterSums";
import { QUARTER_MS, quarterFrom, quartersBetween } from "./quarters";
import type { LoginWindow } from "./source";

const DAY_MS = 86_400_000;
/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html */
export const KEPT_DAYS = 90;
/** An event may come late; once its quarter is in the archive, it is looked for no more. */
export const SETTLED_AFTER_MS = 3_600_000;

/** What the reader of a Region is given. */
export interface RegionReading {
  readonly region: string;
  readonly names: readonly EventName[];
  /** Begins where a quarter does. */
  readonly window: LoginWindow;
  readonly owner: ArchiveOwner;
  /** `null` where nothing is kept. */
  readonly archive: LoginArchive | null;
  /** The SHA-256 of the files that the report before has used, by `<region> <first instant>`. */
  readonly earlier: Readonly<Record<string, string>>;
  /** Of the look-ups, how many pages a second. */
  readonly pagesPerSecond: number;
  /** When the reading must have ended, milliseconds since 1970. */
  readonly readByMs: number;
  /** Told once the first pages are there, where there is more to read than these. */
  readonly onEstimate?: ((estimate: ReadingEstimate) => void) | undefined;
}

/** How long it takes to look up what is not in the archive; all about. */
export interface ReadingEstimate {
  readonly region: string;
  readonly hours: number;
  /** Events that come in a day, and that can be read in one. */
  readonly eventsADay: number;
  readonly readADay: number;
}

/** What was read of a Region. */
export interface ReadRegion {
  readonly observed: ObservedRegion;
  /** Those of the archive that were used. */
  readonly files: readonly ArchiveFile[];
  /** What of the archive was not used, and why: sentences. */
  readonly notes: readonly string[];
  readonly removedRegions: readonly string[];
}

/** What became of a quarter in this run, as the journal notes it. */
type Outcome = "archived" | "missing" | "read" | "not whole";

/**
 * Reads what a Region has: from the archive what stands there, from Event history what does not, the newest first; and writes to the archive what
 * it has read to its end. What is settled of a quarter is noted in the journal, and its pages are dropped from there.
 */
export async function readRegion(
  client: CloudTrailClient,
  reading: RegionReading,
  sums: WindowSums,
  call: Caller,
  progress: Progress,
): Promise<ReadRegion> {
  const { region, names, window, owner, archive, earlier } = reading;
  const [fromMs, toMs] = [Date.parse(window.from), Date.parse(window.to)];
  const kind = `quarters ${region}`;
  const settled = new Map<number, readonly string[]>();
  for (const noted of call.notes(kind)) settled.set(Number(noted[0]), noted.slice(1));
  const quarters = quartersBetween(fromMs, toMs);
  /** Those of which all is known. */
  const covered = new Set<number>();
  const removed = new Set<string>();
  const files: ArchiveFile[] = [];
  const notes: string[] = [];
  const isWhole = (quarter: number) => quarter + QUARTER_MS <= toMs + 1000;

  /** What is settled holds in every later slice. */
  function settle(quarter: number, outcome: Outcome, text: string): void {
    call.note(kind, [String(quarter), outcome, text]);
  }

  function take(part: QuarterPart): void {
    sums.add(part);
    for (const name of part.removedRegions) removed.add(name);
  }

  function takeFile(quarter: number, sha256: string, part: QuarterPart): void {
    take(part);
    covered.add(quarter);
    files.push({ region, from: formatInstant(quarter), sha256 });
  }

  /** What the archive has of a quarter; or why that is not used, "" where there is nothing. */
  async function fromArchive(quarter: number): Promise<{ sha256: string; part: QuarterPart } | { missing: string }> {
    if (archive === null || !isWhole(quarter)) return { missing: "" };
    const from = formatInstant(quarter);
    const expected = earlier[`${region} ${from}`];
    const not = (why: string) => ({ missing: `The login archive's file of ${region} from ${from} ${why}` });
    let bytes: Buffer | null;
    try {
      bytes = await archive.read(region, quarter);
    } catch (error) {
      if ((error as Error).name !== "AccessDenied") throw error;
      return not(`may not be read, and was not used: ${messageOf(error)}`);
    }
    if (bytes === null)
      return expected === undefined ? { missing: "" } : not("is gone since the report before this one.");
    const sha256 = hashOf(bytes);
    if (expected !== undefined && sha256 !== expected) {
      return not(
        `is not the one that the report before this one has used (its SHA-256 is ${sha256}), and was not used.`,
      );
    }
    const read = await partOfFile(bytes, region, quarter, owner, names);
    return "part" in read ? { sha256, part: read.part } : not(`${read.unusable}, and was not used.`);
  }

  /** A quarter of which an earlier slice has noted what became of it. */
  async function takeSettled(quarter: number, [outcome, text = ""]: readonly string[]): Promise<void> {
    if (outcome === "archived") {
      const bytes = (await archive?.read(region, quarter)) ?? null;
      const read = bytes !== null && hashOf(bytes) === text && (await partOfFile(bytes, region, quarter, owner, names));
      if (read && "part" in read) return takeFile(quarter, text, read.part);
      throw reportError(
        "LoginArchiveChanged",
        `The login archive's file of ${region} from ${formatInstant(quarter)} was changed while this run was in progress.`,
      );
    }
    const read = partOfText(text, region, quarter, owner, names);
    if (!("part" in read)) throw reportError("DamagedWork", `What was read of ${region} ${read.unusable}.`);
    take(read.part);
    if (outcome === "read") covered.add(quarter);
  }

  /** Why nothing more is read in this run; what is said once holds, since whoever publishes the report again must say the same. */
  const ending = `reading ended ${region}`;
  let ended = call.notes(ending)[0]?.[0] ?? null;
  function end(reason: string): void {
    ended ??= reason;
    call.note(ending, [ended]);
  }

  const noClock = `no clock ${region}`;
  let clockSaid = call.notes(noClock).length === 0;

  const missing: number[] = [];
  async function takeKnown(quarter: number): Promise<void> {
    const noted = settled.get(quarter);
    if (noted !== undefined && noted[0] !== "missing") return takeSettled(quarter, noted);
    if (noted === undefined) {
      if (ended !== null) return;
      const found = await fromArchive(quarter);
      settle(
        quarter,
        ...(("part" in found ? ["archived", found.sha256] : ["missing", found.missing]) as [Outcome, string]),
      );
      if ("part" in found) return takeFile(quarter, found.sha256, found.part);
      if (found.missing !== "") notes.push(found.missing);
    }
    missing.push(quarter);
  }

  /** Writes what was read of a quarter, and notes what a later slice needs of it. */
  async function keep(quarter: number, { sums: batch, firstReadMs, lastReadMs }: Batch): Promise<void> {
    const part = batch.part(quarter);
    const text = partText(region, part, owner);
    const isSettled = firstReadMs !== null && quarter + QUARTER_MS + SETTLED_AFTER_MS <= firstReadMs;
    // What was older by then was gone before it was read.
    const isThere = lastReadMs !== null && quarter >= lastReadMs - KEPT_DAYS * DAY_MS;
    if (archive !== null && isWhole(quarter) && isSettled && isThere) {
      const bytes = await archiveFileOf(text);
      const written = await archive.write(region, quarter, bytes).catch((error) => {
        if ((error as Error).name !== "AccessDenied") throw error;
        return false;
      });
      if (written) {
        const sha256 = hashOf(bytes);
        settle(quarter, "archived", sha256);
        return takeFile(quarter, sha256, part);
      }
    }
    settle(quarter, isThere ? "read" : "not whole", text);
    take(part);
    if (isThere) covered.add(quarter);
  }

  async function readMissing(): Promise<void> {
    const clock = await call.once("clock", region, async () => call.awsNowMs());
    const keptFromMs = quarterFrom((clock ?? toMs) - KEPT_DAYS * DAY_MS);
    const rest = missing.filter((quarter) => quarter >= keptFromMs).sort((a, b) => a - b);
    let count = 0;
    for (let number = 0; rest.length > 0; number++) {
      const newest = rest.at(-1)!;
      let oldest = rest.length - 1;
      while (oldest > 0 && rest[oldest - 1] === rest[oldest]! - QUARTER_MS) oldest--;
      const spanFromMs = rest[oldest]!;
      const spanToMs = Math.min(toMs, newest + QUARTER_MS - 1000);
      const span = { region, names, fromMs: spanFromMs, toMs: spanToMs };
      const opened = await openSpan(client, span, owner.instanceArn, call);
      // As dense as here everywhere.
      const pagesLeft = (opened.pagesFrom(spanFromMs) * rest.length) / (rest.length - oldest);
      const hours = pagesLeft / reading.pagesPerSecond / 3600;
      const estimate = {
        ...{ region, hours },
        eventsADay: Math.round((pagesLeft * PAGE_EVENTS * 4) / rest.length),
        readADay: Math.round(reading.pagesPerSecond * PAGE_EVENTS * 86_400),
      };
      if (number === 0 && pagesLeft > names.length) reading.onEstimate?.(estimate);
      if (number > 0) {
        const late = await call.once(
          "too long",
          `${region} ${spanToMs}`,
          async () => Date.now() + hours * 3_600_000 > reading.readByMs,
        );
        if (late) return end(laterSentence(estimate, clock ?? toMs));
      }
      const expected = count + Math.round(pagesLeft * PAGE_EVENTS);
      const batch = await opened.readBatch((events) => {
        count += events;
        progress(`events in ${region}`, count, pagesLeft > 2 * names.length && count < expected ? expected : null);
      });
      if (batch.lastReadMs === null && clockSaid) call.note(noClock, []);
      clockSaid &&= batch.lastReadMs !== null;
      const done = rest.splice(rest.findIndex((quarter) => quarter >= batch.fromMs));
      await eachOf(done, (quarter) => keep(quarter, batch));
      for (const each of batch.kinds) call.drop(each);
    }
  }

  // What had been missing before it was read is said in the slices after it, too.
  for (const [, outcome, why = ""] of call.notes(kind)) if (outcome === "missing" && why !== "") notes.push(why);
  try {
    await eachOf(quarters, takeKnown);
    if (ended === null) await readMissing();
  } catch (error) {
    call.throwIfEnded();
    if ((error as Error).name === SLICE_OVER) throw error;
    end(`CloudTrail Event history could not be read there: ${messageOf(error)}`);
  }

  let fromCoveredMs: number | null = null;
  for (const quarter of [...quarters].reverse()) {
    if (!covered.has(quarter)) break;
    fromCoveredMs = quarter;
  }
  const from = fromCoveredMs === null ? null : formatInstant(fromCoveredMs);
  const reason = fromCoveredMs === fromMs ? null : (ended ?? (clockSaid ? whyNot(window, from) : NO_CLOCK));
  files.sort((a, b) => (a.from < b.from ? -1 : 1));
  const observed = { region, from, to: window.to, reason };
  return { observed, files, notes: notes.sort(), removedRegions: [...removed].sort() };
}

const NO_CLOCK =
  "AWS's answers do not say what time it is (no Date header), so what Event history still had is not known";

/** Does all, some at a time, and throws the first failure once nothing is under way any more: what was done until then holds. */
async function eachOf(quarters: readonly number[], work: (quarter: number) => Promise<void>): Promise<void> {
  const AT_A_TIME = 16;
  const failures: unknown[] = [];
  await inParallel(quarters, AT_A_TIME, async (quarter) => {
    if (failures.length === 0) await work(quarter).catch((error) => failures.push(error));
  });
  if (failures.length > 0) throw failures[0];
}

function whyNot({ from }: LoginWindow, coveredFrom: string | null): string {
  const before = coveredFrom === null ? "older ones" : `those before ${coveredFrom}`;
  return `CloudTrail Event history keeps events for ${KEPT_DAYS} days: ${before} are gone, or not in the login archive, and the window starts on ${from}`;
}

/** Why the rest was not read in this run, and when it will have been. */
export function laterSentence({ hours, eventsADay, readADay }: ReadingEstimate, nowMs: number): string {
  const HOURS_TO_COVER = 7 * 24;
  const much = `to read the rest of Event history takes about ${Math.ceil(hours)} hours, longer than this run has`;
  if (eventsADay > readADay || hours > HOURS_TO_COVER) {
    return `${much}: there are about ${eventsADay} events a day, and ${readADay} can be read in one. Set trailTable instead`;
  }
  const by = formatInstant(nowMs + hours * 3_600_000 * 1.2);
  return `${much}: the harvest goes on with it, and will have it by about ${by}`;
}
