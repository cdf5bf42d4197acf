/** The report itself, in its run's folder. */
export const REPORT_FILE = "credential_report.csv";

/** What makes the files beside it a report; written last. */
export const MANIFEST_FILE = "manifest.json";
