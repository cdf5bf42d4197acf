/** The report bucket: where everything lies, how it is written and read, and which run may write. */
export { LONGEST_RUN_SECONDS, LONGEST_SLICE_SECONDS } from "./clocks";
export { announced, firstScheduled, refuseAbandoned, settleAbandoned } from "./earlierRuns";
export { endHarvest, takeHarvest } from "./harvestPlace";
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
export { createS3LoginArchive } from "./loginArchive";
export { LATEST_PAGE, presentIn, publishedRows, REPORT_PREFIX, runFolder, workFolder } from "./names";
export {
  ALREADY_RUNNING,
  abandonedRun,
  beginRun,
  closeRun,
  endRun,
  isRunInProgress,
  lastRun,
  type Running,
  unendedRun,
} from "./oneRun";
export { type Refusal, refusalOf } from "./reading";
export { createRunningStatus, type RunPlan } from "./runningStatus";
export { createS3Sink } from "./sink";
export { createSmallObjects, type SmallObject, type SmallObjects } from "./smallObjects";
export {
  openUnfinished,
  removeUnfinished,
  TAKEN_OVER,
  type Unfinished,
  unfinishedHead,
  type WorkStore,
} from "./unfinished";
export { createS3Work } from "./work";
