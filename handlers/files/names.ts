/** The report itself, in its run's folder. */
export const REPORT_FILE = "credential_report.csv";

/** What makes the files beside it a report; written last. */
export const MANIFEST_FILE = "manifest.json";

/** What changed since the report before. */
export const CHANGES_FILE = "changes.csv";

/** The access-review sheet. */
export const REVIEW_FILE = "review.csv";

/** The same as a workbook; where it has more lines than one takes, `review-2.xlsx` … follow. */
export const REVIEW_WORKBOOK = "review.xlsx";

/** Of each reviewer's own workbook. */
export const REVIEW_FOLDER = "review/";

/** Logins that no grant explains. */
export const UNEXPLAINED_LOGINS_FILE = "unexplained_logins.csv";

/** The rows for Athena and other programs. */
export const MACHINE_ROWS_FILE = "rows.jsonl.gz";

/** The page. */
export const PAGE_FILE = "report.html";

/** Where returned sheets are put, below the report prefix of the bucket, or of the directory. */
export const DECISIONS_FOLDER = "decisions/";

/** Whether a file there is a returned sheet, and not one that a system or a spreadsheet leaves beside others. */
export function isReturnedSheet(name: string): boolean {
  return name !== "" && !name.endsWith("/") && !/(^|\/)(\.|~\$|thumbs\.db$)/i.test(name);
}

/** Every file that a report can have, the manifest included: what a place that holds one report at a time may replace and delete. */
export const REPORT_FILES: readonly string[] = [
  REPORT_FILE,
  CHANGES_FILE,
  REVIEW_FILE,
  REVIEW_WORKBOOK,
  UNEXPLAINED_LOGINS_FILE,
  MACHINE_ROWS_FILE,
  PAGE_FILE,
  MANIFEST_FILE,
];

/** Whether a report can have a file of this name besides. */
export function isWorkbookOfReport(name: string): boolean {
  return /^(review-\d+|review\/[A-Za-z0-9][A-Za-z0-9._-]*)\.xlsx$/.test(name);
}
