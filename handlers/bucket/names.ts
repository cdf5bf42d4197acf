import { MACHINE_ROWS_FILE } from "../files/files";
import { formatKeyInstant, parseInstant } from "../times";

/** Everything that the product writes is below this prefix of the bucket. */
export const REPORT_PREFIX = "credential_reports/";

/** Below it, the newest report's page: always at this address, a copy that is replaced. */
export const LATEST_PAGE = "latest/report.html";

/** `credential_reports/2026-11-20T081530Z-<runId>/`: sorts by time. */
export function runFolder(now: string, runId: string): string {
  return `${REPORT_PREFIX}${formatKeyInstant(now)}-${runId}/`;
}

/** `credential_reports/work/<runId>/`: what an unfinished run has read. */
export function workFolder(runId: string): string {
  return `${REPORT_PREFIX}work/${runId}/`;
}

/**
 * Where the bucket locks what is written to it, what is no evidence is locked for a day, the shortest that S3 takes. `REPORTS_LOCKED` says so:
 * the headers take s3:PutObjectRetention.
 */
export function shortLock(): { ObjectLockMode?: "GOVERNANCE"; ObjectLockRetainUntilDate?: Date } {
  if (process.env.REPORTS_LOCKED !== "true") return {};
  return { ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate: new Date(Date.now() + 86_400_000) };
}

/** The present of the run that wrote this key in its folder, milliseconds since 1970; `null` where it is no such key. */
export function presentIn(key: string): number | null {
  if (!key.startsWith(REPORT_PREFIX)) return null;
  const match = /^(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\dZ)-/.exec(key.slice(REPORT_PREFIX.length));
  return match && parseInstant(`${match[1]}:${match[2]}:${match[3]}`);
}

/**
 * The object that shows the rows of a published report to Athena: a text file with the address of `rows.jsonl.gz`, in the `dt=`
 * partition of the report's day, as S3 Inventory has them (SymlinkTextInputFormat). To be written after the manifest: until
 * then no table sees the rows.
 *
 * @param folder of the run, with its trailing slash: `runFolder`
 */
export function publishedRows(
  bucket: string,
  folder: string,
  runId: string,
  now: string,
): { key: string; body: string } {
  return {
    key: `${REPORT_PREFIX}rows/dt=${now.slice(0, 10)}/${runId}.txt`,
    body: `s3://${bucket}/${folder}${MACHINE_ROWS_FILE}\n`,
  };
}
