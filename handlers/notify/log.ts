import type { Effort } from "../aws/aws";
import type { RunResult } from "../bucket/bucket";
import { ORPHAN_STATUSES } from "../files/files";
import type { Progress } from "../model";
import { type MetricValues, metricsLine } from "./metrics";
import { unusedFiles } from "./notices";

export interface Log {
  info(message: string, fields: object): void;
  /** With the error's name, message and chain of causes. */
  error(message: string, error: unknown, fields?: object): void;
  /** At most one line every ten seconds for each kind of work, and one when it is done. */
  readonly progress: Progress;
  /** Writes CloudWatch metrics. */
  metrics(values: MetricValues): void;
  /** The one summary line of a run that published, and its metrics. */
  finished(result: RunResult, effort: Effort, startedMs: number): void;
  /** The one summary line of a run that did not, and its metrics. */
  failed(error: unknown, effort: Effort, startedMs: number): void;
}

/** JSON lines on standard output, each with the run's id. Not `console`: Lambda would put words before the JSON. */
export function createLog(runId: string, reportName: string): Log {
  const EVERY_MS = 10_000;
  const lastMs: Record<string, number> = {};

  function write(level: string, message: string, fields: object): void {
    const line = { time: new Date().toISOString(), level, runId, message, ...fields };
    process.stdout.write(JSON.stringify(line) + "\n");
  }

  function metrics(values: MetricValues): void {
    process.stdout.write(metricsLine(reportName, values));
  }

  function error(message: string, thrown: unknown, fields: object = {}): void {
    const causes = [];
    for (let each = thrown; each instanceof Error && causes.length < 8; each = each.cause) {
      causes.push({ error: each.name, message: each.message, stack: each.stack });
    }
    write("ERROR", message, { causes, ...fields });
  }

  const sum = (counts: Readonly<Record<string, number>>) =>
    Object.values(counts).reduce((total, count) => total + count, 0);

  function metricsOf({ calls, throttled }: Effort, startedMs: number) {
    return { DurationSeconds: (Date.now() - startedMs) / 1000, Calls: sum(calls), Throttles: sum(throttled) };
  }

  return {
    info: (message, fields) => write("INFO", message, fields),
    error,
    metrics,
    progress(what, done, total) {
      const nowMs = Date.now();
      if (done !== total && nowMs - (lastMs[what] ?? 0) < EVERY_MS) return;
      lastMs[what] = nowMs;
      write("INFO", "progress", { what, done, total });
    },
    finished(result, effort, startedMs) {
      const { byUsage, byRowStatus } = result;
      const { news: _, decisions: __, ...counts } = result; // told to people, in the message and the manifest
      write("INFO", "finished", { ...counts, ...effort, seconds: (Date.now() - startedMs) / 1000 });
      metrics({
        Succeeded: 1,
        Degraded: result.status === "degraded" ? 1 : 0,
        Rows: result.rows,
        Grants: sum(byUsage),
        Unused: byUsage.UNUSED_IN_WINDOW ?? 0,
        Orphans: ORPHAN_STATUSES.reduce((total, status) => total + (byRowStatus[status] ?? 0), 0),
        SheetsNotCarried: unusedFiles(result).length,
        ...metricsOf(effort, startedMs),
      });
    },
    failed(thrown, effort, startedMs) {
      error("failed", thrown, { ...effort, seconds: (Date.now() - startedMs) / 1000 });
      metrics({ Failed: 1, ...metricsOf(effort, startedMs) });
    },
  };
}
