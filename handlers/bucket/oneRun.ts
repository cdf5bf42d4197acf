import { randomUUID } from "node:crypto";
import { reportError } from "../errors";
import { formatInstant, parseInstant } from "../times";
import { isBelievable, LONGEST_SLICE_SECONDS } from "./clocks";
import type { Shape, SmallObject, SmallObjects } from "./smallObjects";

const NAME = "running.json";
/** How long the place of a run is kept after the end of its slice, so that the next slice finds it. */
const BETWEEN_SLICES_MS = 600_000;

/** The run that has the place, or had it last. */
export interface Running {
  readonly runId: string;
  /** Its present, and so where its report is; a run of version 0.1 did not say. */
  readonly now?: string;
  /** Tells two attempts at one slice apart, which have one run id. */
  readonly attempt: string;
  readonly startedAt: string;
  /** When the place is free at the latest. */
  readonly until: string;
  /** The run has given the place back; what is left of it is in order. */
  readonly ended?: true;
}

export const RUNNING: Shape<Required<Running>> = {
  runId: "text",
  now: "instant, or left out",
  attempt: "text",
  startedAt: "instant",
  until: "instant",
  ended: "true, or left out",
};

/** Thrown, by name, where another run is in progress. */
export const ALREADY_RUNNING = "AlreadyRunning";

/**
 * Which run had the place last, `null` where none ever had it; throws `AlreadyRunning` where another than this one has it.
 *
 * @param runId of the run that asks; its own earlier slices are not in its way
 */
export async function lastRun(objects: SmallObjects, runId: string): Promise<SmallObject<Running> | null> {
  const last = await objects.read<Running>(NAME, RUNNING);
  if (last === null || last.value.runId === runId) return last;
  if (isInProgress(last.value)) throw alreadyRunning(last.value);
  return last;
}

/** A run that died or was stopped, and whose place is free: nobody has said what became of it. `null` where there is none. */
export async function abandonedRun(objects: SmallObjects): Promise<SmallObject<Running> | null> {
  const last = await objects.read<Running>(NAME, RUNNING);
  return last === null || last.value.ended || isInProgress(last.value) ? null : last;
}

/** This run, where it has, or had last, the place and has not given it back. */
export async function unendedRun(objects: SmallObjects, runId: string): Promise<Running | null> {
  const last = await objects.read<Running>(NAME, RUNNING);
  return last !== null && last.value.runId === runId && !last.value.ended ? last.value : null;
}

/** Whether some run has the place. */
export async function isRunInProgress(objects: SmallObjects): Promise<boolean> {
  const last = await objects.read<Running>(NAME, RUNNING);
  return last !== null && isInProgress(last.value);
}

export function isInProgress({ ended, until }: Running): boolean {
  const nowMs = Date.now();
  const untilMs = parseInstant(until);
  if (ended) return false;
  return isBelievable(untilMs, nowMs, 1000 * LONGEST_SLICE_SECONDS + BETWEEN_SLICES_MS) && untilMs > nowMs;
}

/**
 * Makes this run the only one in progress, by a conditional write; throws `AlreadyRunning` where another is. Each slice renews it. A run that
 * died holds the place until ten minutes after the end of its slice; further ahead than that can be, the time is not believed.
 *
 * @param last as `lastRun` gave it
 * @param sliceEndMs when this slice will have ended for certain, milliseconds since 1970
 * @returns what `endRun` takes
 */
export async function beginRun(
  objects: SmallObjects,
  last: SmallObject<Running> | null,
  runId: string,
  now: string,
  sliceEndMs: number,
): Promise<Running> {
  const startedAt = last?.value.runId === runId ? last.value.startedAt : formatInstant(Date.now());
  const until = formatInstant(sliceEndMs + BETWEEN_SLICES_MS);
  const mine: Running = { runId, now, attempt: randomUUID(), startedAt, until };
  if (await objects.write(NAME, mine, last)) return mine;
  await lastRun(objects, runId);
  throw alreadyRunning(null);
}

function alreadyRunning(other: Running | null): Error {
  const who =
    other === null
      ? "Another run has just started"
      : `Run ${other.runId} is in progress since ${other.startedAt}, until ${other.until} at the latest`;
  return reportError(ALREADY_RUNNING, `${who}: this one has done nothing. Wait for that report, or start again later.`);
}

/** Gives the place back, if this attempt still has it. */
export async function endRun(objects: SmallObjects, mine: Running): Promise<void> {
  const running = await objects.read<Running>(NAME, RUNNING);
  if (running?.value.attempt !== mine.attempt) return;
  await closeRun(objects, running);
}

/** Says that this run has ended, unless something was written there in the meantime. */
export async function closeRun(objects: SmallObjects, running: SmallObject<Running>): Promise<void> {
  await objects.write(NAME, { ...running.value, until: formatInstant(Date.now()), ended: true }, running);
}
