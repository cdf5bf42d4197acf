import type { Progress } from "../model";
import { formatInstant } from "../times";
import type { SmallObjects } from "./smallObjects";

/** What a run takes at least, as `status/<runId>/running` says it. */
export interface RunPlan {
  readonly pairs: number;
  readonly calls: number;
  /** Of the calls, those that ask account access manager. */
  readonly entitlementCalls: number;
  readonly minutes: number;
  readonly slices: number;
  /** At list prices. */
  readonly costUSD: number;
}

/** Where a run stands, for who asks while it goes on: `status/<runId>/running`. Never a reason for the run to fail. */
export interface RunningStatus {
  readonly progress: Progress;
  planned(plan: RunPlan): Promise<void>;
  /** Writes where the run stands. */
  write(): Promise<void>;
}

/**
 * @param startedMs of the run's first slice, milliseconds since 1970
 * @param slice which one this is, from 1 on
 * @param onProgress told, too
 */
export function createRunningStatus(
  objects: SmallObjects,
  run: { readonly runId: string; readonly startedMs: number; readonly slice: number },
  onProgress: Progress,
  onError: (error: unknown) => void,
): RunningStatus {
  const { runId, startedMs, slice } = run;
  const done: Record<string, { readonly done: number; readonly total: number | null }> = {};
  let plan: RunPlan | null = null;

  async function write(): Promise<void> {
    const times = { startedAt: formatInstant(startedMs), at: formatInstant(Date.now()) };
    await objects
      .write(`status/${runId}/running`, { runId, status: "running", ...times, slice, plan, done })
      .catch(onError);
  }

  return {
    progress(what, count, total) {
      done[what] = { done: count, total };
      onProgress(what, count, total);
    },
    planned(given) {
      plan = given;
      return write();
    },
    write,
  };
}
