import { reportError } from "./errors";
import type { SmallObjects } from "./objects";
import { formatInstant } from "./times";

const NAME = "running.json";

interface Running {
  readonly runId: string;
  readonly startedAt: string;
  /** When the place is free at the latest. */
  readonly until: string;
}

/** Thrown, by name, where another run is in progress. */
export const ALREADY_RUNNING = "AlreadyRunning";

/**
 * Makes this run the only one in progress, by a conditional write; throws `AlreadyRunning` where another is. A run that died
 * holds the place until the time at which Lambda would have ended it.
 *
 * @param untilMs when this run will have ended for certain, milliseconds since 1970
 */
export async function enter(objects: SmallObjects, runId: string, untilMs: number): Promise<void> {
  const running = await objects.read(NAME);
  const other = running?.value as unknown as Running | undefined;
  const taken = other !== undefined && Date.parse(other.until) > Date.now();
  const mine: Running = { runId, startedAt: formatInstant(Date.now()), until: formatInstant(untilMs) };
  if (taken || !(await objects.write(NAME, mine, running))) {
    const who = taken
      ? `Run ${other.runId} is in progress since ${other.startedAt}, until ${other.until} at the latest`
      : "Another run has just started";
    throw reportError(
      ALREADY_RUNNING,
      `${who}: this one has done nothing. Wait for that report, or start again later.`,
    );
  }
}

/** Gives the place back, if this run has it. */
export async function leave(objects: SmallObjects, runId: string): Promise<void> {
  const running = await objects.read(NAME);
  if (running?.value.runId !== runId) return;
  await objects.write(NAME, { ...running.value, until: formatInstant(Date.now()) }, running);
}
