/** Telling people and machines: the log, its metrics, and messages to a topic. */
export { createLog, type Log } from "./log";
export { type Metric, metricNamespace, reportDimension } from "./metrics";
export {
  failedNotice,
  logPlace,
  type Notice,
  type NoticeContext,
  publishedNotice,
  tellTopic,
  unusedFiles,
} from "./notices";
