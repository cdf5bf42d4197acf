/** The report as files: what is in them, in which order they are written, and the manifest that makes them a report. */
export { CHANGE_COLUMNS, CHANGE_KINDS, type News } from "./changes/changes";
export {
  COLUMNS,
  type Column,
  type ColumnKind,
  MACHINE_COLUMNS,
  ORPHAN_STATUSES,
  ROW_COLUMNS,
  type Row,
  type RowColumn,
  SORTED_BY,
} from "./columns";
export { createCellFormatter, createCsvReader } from "./csv/csv";
export type { Bytes, History, ReturnedSheet, Sink, SinkFile } from "./destination";
export {
  type DecidedFacts,
  type FileEntry,
  MANIFEST_VERSION,
  type Manifest,
  type ManifestLink,
  originOf,
  type RunFacts,
  type RunOrigin,
  sha256Of,
} from "./manifest";
export {
  CHANGES_FILE,
  DECISIONS_FOLDER,
  isReturnedSheet,
  isWorkbookOfReport,
  MACHINE_ROWS_FILE,
  MANIFEST_FILE,
  PAGE_FILE,
  REPORT_FILE,
  REPORT_FILES,
  REVIEW_FILE,
  REVIEW_FOLDER,
  REVIEW_WORKBOOK,
  UNEXPLAINED_LOGINS_FILE,
} from "./names";
export { notCoveredText } from "./notCovered";
export {
  type ActionCounts,
  createPage,
  type PageContext,
  type PageRun,
  pageAssets,
} from "./page/page";
export { archivedLogins } from "./previous/previous";
export { type Published, publish } from "./publish";
export {
  type Advice,
  createReview,
  createWorkbooks,
  type Decisions,
  NO_DECISIONS,
  REVIEW_COLUMNS,
  readDecisions,
  readSheet,
  type Suggestion,
  workerText,
} from "./review/review";
export { evidenceOf, type RowSources, rowBatches } from "./rows";
export { readTrend } from "./trend";
export { UNEXPLAINED_LOGIN_COLUMNS } from "./unexplainedLogins";
