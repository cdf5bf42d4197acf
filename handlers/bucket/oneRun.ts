import { randomUUID } from "node:crypto";
import { reportError } from "../errors";
import { formatInstant, parseInstant } from "../times";
import { isBelievable } from "./clocks";
import type { Shape, SmallObject, SmallObjects } from "./smallObjects";

const NAME = "running.json";

/** The run that has the place, or had it last. */
export interface Running {
  readonly runId: string;
  /** Its present, and so where its report is; a run of version 0.1 did not say. */
  readonly now?: string;
  /** Tells two deliveries of one event apart, which have one run id. */
  readonly attempt: string;
  readonly startedAt: string;
  /** When the place is free at the latest. */
  readonly until: string;
}

const RUNNING: Shape<Required<Running>> = {
  runId: "text",
  now: "instant, or left out",
  attempt: "text",
  startedAt: "instant",
  until: "instant",
};

/** Thrown, by name, where another run is in progress. */
export const ALREADY_RUNNING = "AlreadyRunning";

/** Which run had the place last, `null` where none ever had it; throws `AlreadyRunning` where one has it. */
export async function lastRun(objects: SmallObjects): Promise<SmallObject<Running> | null> {
  const last = await objects.read<Running>(NAME, RUNNING);
  if (last === null) return null;
  const nowMs = Date.now();
  const untilMs = parseInstant(last.value.until);
  if (isBelievable(untilMs, nowMs) && untilMs > nowMs) throw alreadyRunning(last.value);
  return last;
}

/**
 * Makes this run the only one in progress, by a conditional write; throws `AlreadyRunning` where another is. A run that died
 * holds the place until the time at which Lambda would have ended it; further ahead than a run can last, that time is not believed.
 *
 * @param last as `lastRun` gave it
 * @param untilMs when this run will have ended for certain, milliseconds since 1970
 * @returns what `endRun` takes
 */
export async function beginRun(
  objects: SmallObjects,
  last: SmallObject<Running> | null,
  runId: string,
  now: string,
  untilMs: number,
): Promise<Running> {
  const startedAt = formatInstant(Date.now());
  const mine: Running = { runId, now, attempt: randomUUID(), startedAt, until: formatInstant(untilMs) };
  if (await objects.write(NAME, mine, last)) return mine;
  await lastRun(objects);
  throw alreadyRunning(null);
}

function alreadyRunning(other: Running | null): Error {
  const who =
    other === null
      ? "Another run has just started"
      : `Run ${other.runId} is in progress since ${other.startedAt}, until ${other.until} at the latest`;
  return reportError(ALREADY_RUNNING, `${who}: this one has done nothing. Wait for that report, or start again later.`);
}

/** Gives the place back, if this run still has it. */
export async function endRun(objects: SmallObjects, mine: Running): Promise<void> {
  const running = await objects.read<Running>(NAME, RUNNING);
  if (running?.value.attempt !== mine.attempt) return;
  await objects.write(NAME, { ...mine, until: formatInstant(Date.now()) }, running);
}
