import { reportError } from "../errors";
import { formatInstant, formatKeyInstant, INSTANT, parseInstant } from "../times";
import {
  publishedReport,
  publishedResult,
  type RunResult,
  recordedFailure,
  recordFailure,
  recordSuccess,
} from "./latest";
import { publishedRows, runFolder } from "./names";
import type { Running } from "./oneRun";
import type { SmallObject, SmallObjects } from "./smallObjects";
import { removeUnfinished, type WorkStore } from "./unfinished";

/** The name of what a run has failed with that nobody went on with. */
const ABANDONED = "Abandoned";

/**
 * What a run has published, announced if it was not: a run may die in between, or lose the answer to its last write. `null` where it has
 * published nothing.
 *
 * @param now the present of that run
 * @param onFound told of a report that is announced only now
 */
export async function announced(
  objects: SmallObjects,
  bucket: string,
  { runId, now }: { readonly runId: string; readonly now: string },
  onFound: (result: RunResult) => void,
): Promise<RunResult | null> {
  const before = await publishedResult(objects, runId);
  if (before !== null) return before;
  const folder = runFolder(now, runId);
  const result = await publishedReport(objects, folder, runId);
  if (result === null) return null;
  await recordSuccess(objects, result, publishedRows(bucket, folder, runId, now));
  onFound(result);
  return result;
}

/**
 * Says what became of a run that nobody goes on with, where nothing says it, and removes its parts. What it has published is announced already.
 *
 * @returns what it failed with; `null` where it did not, or where that was said before
 */
export async function settleAbandoned(
  objects: SmallObjects,
  work: WorkStore,
  { value: { runId, startedAt } }: SmallObject<Running>,
): Promise<Error | null> {
  const said = (await publishedResult(objects, runId)) ?? (await recordedFailure(objects, runId));
  const error = reportError(
    ABANDONED,
    `Run ${runId}, begun at ${startedAt}, published nothing and does not go on: its execution was stopped, timed out, or ended without a word. Look at the execution in Step Functions, then start a new run.`,
  );
  if (said === null) await recordFailure(objects, runId, error);
  await removeUnfinished(work);
  return said === null ? error : null;
}

/** Throws where others have gone on, since this run was taken for one that nobody goes on with: it would begin anew, at another present. */
export async function refuseAbandoned(objects: SmallObjects, runId: string): Promise<void> {
  if ((await recordedFailure(objects, runId)) !== ABANDONED) return;
  throw reportError(ABANDONED, `Run ${runId} was abandoned, and other runs have gone on since. Start a new run.`);
}

/**
 * Which run was the first to be started for an instant of the schedule: this one, or, where the schedule delivers twice, an earlier one.
 *
 * @param scheduledTime as EventBridge Scheduler gives it; "" where it gives none
 */
export async function firstScheduled(objects: SmallObjects, runId: string, scheduledTime: string): Promise<string> {
  if (scheduledTime === "") return runId;
  const atMs = parseInstant(scheduledTime);
  if (atMs === null) {
    throw reportError("BadEvent", `scheduledTime: expected ${INSTANT}, got ${JSON.stringify(scheduledTime)}.`);
  }
  const name = `status/scheduled/${formatKeyInstant(formatInstant(atMs))}`;
  if (await objects.write(name, { runId }, null)) return runId;
  const first = await objects.read<{ runId: string }>(name, { runId: "text" });
  return first?.value.runId ?? runId;
}
