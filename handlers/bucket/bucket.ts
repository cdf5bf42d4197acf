/** The report bucket: where everything lies, how it is written and read, and which run may write. */
export { LONGEST_RUN_SECONDS } from "./clocks";
export { createS3History } from "./history";
export {
  hoursSinceLastReport,
  NOT_ANNOUNCED,
  publishedReport,
  publishedResult,
  type RunResult,
  recordFailure,
  recordSuccess,
  resultOf,
} from "./latest";
export { presentIn, publishedRows, REPORT_PREFIX, runFolder } from "./names";
export { ALREADY_RUNNING, beginRun, endRun, lastRun } from "./oneRun";
export { type Refusal, refusalOf } from "./reading";
export { createS3Sink } from "./sink";
export { createSmallObjects, type SmallObjects } from "./smallObjects";
