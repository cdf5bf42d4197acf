import { randomUUID } from "node:crypto";
import { reportError } from "../errors";
import { formatInstant, parseInstant } from "../times";
import { isBelievable } from "./clocks";
import type { SmallObjects } from "./smallObjects";

const NAME = "running.json";

export interface Running {
  readonly runId: string;
  /** Tells two deliveries of one event apart, which have one run id. */
  readonly attempt: string;
  readonly startedAt: string;
  /** When the place is free at the latest. */
  readonly until: string;
}

/** Thrown, by name, where another run is in progress. */
export const ALREADY_RUNNING = "AlreadyRunning";

/**
 * Makes this run the only one in progress, by a conditional write; throws `AlreadyRunning` where another is. A run that died
 * holds the place until the time at which Lambda would have ended it; further ahead than a run can last, that time is not believed.
 *
 * @param untilMs when this run will have ended for certain, milliseconds since 1970
 * @returns what `endRun` takes
 */
export async function beginRun(objects: SmallObjects, runId: string, untilMs: number): Promise<Running> {
  let running = await objects.read(NAME);
  const inProgress = () => {
    const other = running?.value as unknown as Running | undefined;
    if (other === undefined) return null;
    const nowMs = Date.now();
    const untilMs = parseInstant(String(other.until));
    return isBelievable(untilMs, nowMs) && untilMs > nowMs ? other : null;
  };
  const attempt = randomUUID();
  const mine: Running = { runId, attempt, startedAt: formatInstant(Date.now()), until: formatInstant(untilMs) };
  if (inProgress() === null && (await objects.write(NAME, mine, running))) return mine;
  running = await objects.read(NAME);
  const other = inProgress();
  const who =
    other === null
      ? "Another run has just started"
      : `Run ${other.runId} is in progress since ${other.startedAt}, until ${other.until} at the latest`;
  throw reportError(ALREADY_RUNNING, `${who}: this one has done nothing. Wait for that report, or start again later.`);
}

/** Gives the place back, if this run still has it. */
export async function endRun(objects: SmallObjects, mine: Running): Promise<void> {
  const running = await objects.read(NAME);
  if (running?.value.attempt !== mine.attempt) return;
  await objects.write(NAME, { ...mine, until: formatInstant(Date.now()) }, running);
}
