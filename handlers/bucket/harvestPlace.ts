import { formatInstant, parseInstant } from "../times";
import { isInProgress, RUNNING, type Running } from "./oneRun";
import type { SmallObjects } from "./smallObjects";

/** `harvest.json`: which harvest of logins is in progress, or was last. Like `running.json`, and apart from it. */
const NAME = "harvest.json";
/** How long the place of a harvest is kept after the end of its slice, so that the next slice finds it. */
const BETWEEN_SLICES_MS = 600_000;

/**
 * Makes this harvest the only one, or goes on with it; `null` where another is in progress. One that died holds the place until ten minutes after
 * the end of its slice.
 *
 * @param sliceEndMs when this slice will have ended for certain, milliseconds since 1970
 */
export async function takeHarvest(
  objects: SmallObjects,
  runId: string,
  attempt: string,
  sliceEndMs: number,
): Promise<{ readonly mine: Running; readonly startedMs: number; readonly before: string | null } | null> {
  const last = await objects.read<Running>(NAME, RUNNING);
  const isMine = last?.value.runId === runId && !last.value.ended;
  if (last !== null && !isMine && isInProgress(last.value)) return null;
  const nowMs = Date.now();
  const startedAt = isMine ? last.value.startedAt : formatInstant(nowMs);
  const mine: Running = { runId, attempt, startedAt, until: formatInstant(sliceEndMs + BETWEEN_SLICES_MS) };
  if (!(await objects.write(NAME, mine, last))) return null;
  const before = last !== null && !isMine && !last.value.ended ? last.value.runId : null;
  return { mine, startedMs: parseInstant(startedAt) ?? nowMs, before };
}

/** Gives the place back, if this attempt still has it. */
export async function endHarvest(objects: SmallObjects, { attempt }: Running): Promise<void> {
  const last = await objects.read<Running>(NAME, RUNNING);
  if (last?.value.attempt !== attempt) return;
  await objects.write(NAME, { ...last.value, until: formatInstant(Date.now()), ended: true }, last);
}
