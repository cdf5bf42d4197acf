/** The report as files: what is in them, in which order they are written, and the manifest that makes them a report. */
export { CHANGE_COLUMNS } from "./changes/changes";
export {
  COLUMNS,
  type Column,
  type ColumnKind,
  MACHINE_COLUMNS,
  ORPHAN_STATUSES,
  PAGE_COLUMNS,
  type PageColumn,
  type Row,
  SORTED_BY,
} from "./columns";
export { createCellFormatter } from "./csv/csv";
export type { Bytes, History, Sink, SinkFile } from "./destination";
export {
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
  DECISIONS_FILE,
  MACHINE_ROWS_FILE,
  MANIFEST_FILE,
  PAGE_FILE,
  REPORT_FILE,
  REPORT_FILES,
  REVIEW_FILE,
  UNEXPLAINED_LOGINS_FILE,
} from "./names";
export { notCoveredText } from "./notCovered";
export { createAdvice, createPage, pageAssets } from "./page/page";
export { archivedLogins } from "./previous/previous";
export { type Published, publish } from "./publish";
export { REVIEW_COLUMNS } from "./review/review";
export { evidenceOf, type RowSources, rowBatches } from "./rows";
export { readTrend } from "./trend/trend";
export { UNEXPLAINED_LOGIN_COLUMNS } from "./unexplainedLogins";
