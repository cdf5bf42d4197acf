/** Telling people and machines: the log, its metrics, and messages to a topic. */
export { ageMetric, createLog, type Log, metricNamespace, reportDimension } from "./log";
export { failedNotice, logsUrl, type Notice, type NoticeContext, publishedNotice, tellTopic } from "./notices";
