/** The report bucket: where everything lies, how it is written and read, and which run may write. */
export { createS3History } from "./history";
export {
  hoursSinceLastReport,
  publishedResult,
  type RunResult,
  recordFailure,
  recordSuccess,
  resultOf,
} from "./latest";
export { publishedRows, REPORT_PREFIX, runFolder } from "./names";
export { ALREADY_RUNNING, beginRun, endRun } from "./oneRun";
export { type Refusal, refusalOf } from "./reading";
export { createS3Sink } from "./sink";
export { createSmallObjects, type SmallObjects } from "./smallObjects";
