/** The namespace of the metrics that the handler writes to its log in the embedded metric format. */
export const metricNamespace = "CredentialReport";

/** The metrics' one dimension: two reports in one account are told apart by it. */
export const reportDimension = "Report";

/** How the watch, which `overdueAlarm` needs, tells how old the newest report is. */
export const ageMetric = "HoursSinceLastReport";
