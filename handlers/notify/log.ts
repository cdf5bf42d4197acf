import type { CallStatistics } from "../aws/aws";
import type { RunResult } from "../bucket/bucket";
import type { Progress } from "../model";

/** The namespace of the metrics that the handler writes to its log. */
export const metricNamespace = "CredentialReport";

/** The metrics' one dimension: two reports in one account are told apart by it. */
export const reportDimension = "Report";

/** How the watch, which `overdueAlarm` needs, tells how old the newest report is. */
export const ageMetric = "HoursSinceLastReport";

export interface Log {
  info(message: string, fields: object): void;
  /** With the error's name, message and chain of causes. */
  error(message: string, error: unknown, fields?: object): void;
  /** At most one line every ten seconds for each kind of work, and one when it is done. */
  readonly progress: Progress;
  /** Writes CloudWatch metrics. */
  metrics(values: Readonly<Record<string, number>>): void;
  /** The one summary line of a run that published, and its metrics. */
  finished(result: RunResult, statistics: CallStatistics, startedMs: number): void;
  /** The one summary line of a run that did not, and its metrics. */
  failed(error: unknown, statistics: CallStatistics, startedMs: number): void;
}

/** JSON lines on standard output, each with the run's id. Not `console`: Lambda would put words before the JSON. */
export function createLog(runId: string, reportName: string): Log {
  const EVERY_MS = 10_000;
  const lastMs: Record<string, number> = {};

  function write(level: string, message: string, fields: object): void {
    const line = { time: new Date().toISOString(), level, runId, message, ...fields };
    process.stdout.write(JSON.stringify(line) + "\n");
  }

  function metrics(values: Readonly<Record<string, number>>): void {
    process.stdout.write(metricsLine(reportName, values));
  }

  function error(message: string, thrown: unknown, fields: object = {}): void {
    const causes = [];
    for (let each = thrown; each instanceof Error && causes.length < 8; each = each.cause) {
      causes.push({ error: each.name, message: each.message, stack: each.stack });
    }
    write("ERROR", message, { causes, ...fields });
  }

  function effort({ calls, throttled }: CallStatistics, startedMs: number) {
    const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0);
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
    finished(result, statistics, startedMs) {
      const { byUsage, byRowStatus } = result;
      const orphans = ["GROUP_NOT_FOUND", "USER_NOT_FOUND", "ACCOUNT_NOT_IN_ORGANIZATION"];
      write("INFO", "finished", { ...result, ...statistics, seconds: (Date.now() - startedMs) / 1000 });
      metrics({
        Succeeded: 1,
        Degraded: result.status === "degraded" ? 1 : 0,
        Rows: result.rows,
        Grants: Object.values(byUsage).reduce((total, count) => total + count, 0),
        Unused: byUsage.UNUSED_IN_WINDOW ?? 0,
        Orphans: orphans.reduce((total, status) => total + (byRowStatus[status] ?? 0), 0),
        ...effort(statistics, startedMs),
      });
    },
    failed(thrown, statistics, startedMs) {
      error("failed", thrown, { ...statistics, seconds: (Date.now() - startedMs) / 1000 });
      metrics({ Failed: 1, ...effort(statistics, startedMs) });
    },
  };
}

/**
 * CloudWatch metrics as a log line in the embedded metric format, which CloudWatch Logs reads by itself.
 *
 * @param values metric name → value; names that end in `Seconds` or begin with `Hours` are durations, the others counts
 */
function metricsLine(reportName: string, values: Readonly<Record<string, number>>): string {
  const Metrics = Object.keys(values).map((Name) => ({
    Name,
    Unit: Name.endsWith("Seconds") ? "Seconds" : Name.startsWith("Hours") ? "None" : "Count",
  }));
  const directive = { Namespace: metricNamespace, Dimensions: [[reportDimension]], Metrics };
  const described = { _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] }, [reportDimension]: reportName };
  return JSON.stringify({ ...described, ...values }) + "\n";
}
