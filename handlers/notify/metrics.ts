/**
 * CloudWatch metrics as a log line in the embedded metric format, which CloudWatch Logs reads by itself.
 *
 * @param values metric name → value; names that end in `Seconds` or `Hours` are durations, the others counts
 */
export function metricsLine(reportName: string, values: Readonly<Record<string, number>>): string {
  const Metrics = Object.keys(values).map((Name) => ({
    Name,
    Unit: Name.endsWith("Seconds") ? "Seconds" : Name.startsWith("Hours") ? "None" : "Count",
  }));
  const directive = { Namespace: "CredentialReport", Dimensions: [["Report"]], Metrics };
  return (
    JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] }, Report: reportName, ...values }) +
    "\n"
  );
}

/** The namespace of the metrics that the handler writes to its log in the embedded metric format. */
export const metricNamespace = "CredentialReport";

/** The metrics' one dimension: two reports in one account are told apart by it. */
export const reportDimension = "Report";

/** How the watch, which `overdueAlarm` needs, tells how old the newest report is. */
export const ageMetric = "HoursSinceLastReport";
