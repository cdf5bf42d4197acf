/** The namespace of the metrics that the handler writes to its log in the embedded metric format. */
export const metricNamespace = "CredentialReport";

/** The metrics' one dimension: two reports in one account are told apart by it. */
export const reportDimension = "Report";

/** The metrics, and their units in CloudWatch. */
const METRICS = {
  Succeeded: "Count",
  Degraded: "Count",
  Failed: "Count",
  Rows: "Count",
  Grants: "Count",
  Unused: "Count",
  Orphans: "Count",
  DurationSeconds: "Seconds",
  Calls: "Count",
  Throttles: "Count",
  /** Files of `decisions/` of which nothing was carried. */
  SheetsNotCarried: "Count",
  /** How the watch, which `overdueAlarm` needs, tells how old the newest report is. CloudWatch has no hours. */
  HoursSinceLastReport: "None",
  /** How old the newest quarter of a day is that the login archive has. */
  HoursSinceLastArchived: "None",
} as const;

export type Metric = keyof typeof METRICS;

export type MetricValues = Readonly<Partial<Record<Metric, number>>>;

/** CloudWatch metrics as a log line in the embedded metric format, which CloudWatch Logs reads by itself. */
export function metricsLine(reportName: string, values: MetricValues): string {
  const Metrics = (Object.keys(values) as Metric[]).map((Name) => ({ Name, Unit: METRICS[Name] }));
  const directive = { Namespace: metricNamespace, Dimensions: [[reportDimension]], Metrics };
  const _aws = { Timestamp: Date.now(), CloudWatchMetrics: [directive] };
  return JSON.stringify({ _aws, [reportDimension]: reportName, ...values }) + "\n";
}
