import { formatKeyInstant } from "../times";

/** Everything that the product writes is below this prefix of the bucket. */
export const REPORT_PREFIX = "credential_reports/";

/** `credential_reports/2026-11-20T081530Z-<runId>/`: sorts by time. */
export function runFolder(now: string, runId: string): string {
  return `${REPORT_PREFIX}${formatKeyInstant(now)}-${runId}/`;
}
