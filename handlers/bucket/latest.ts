import { messageOf, reportError } from "../errors";
import { MANIFEST_FILE, type Published, REPORT_FILE } from "../files/files";
import type { RunStatus } from "../model";
import { formatInstant } from "../times";
import { REPORT_PREFIX } from "./names";
import type { SmallObjects } from "./smallObjects";

/** What a run that published gives its caller. */
export interface RunResult {
  readonly runId: string;
  readonly status: RunStatus;
  readonly reportKey: string;
  readonly manifestKey: string;
  /** Of the manifest's bytes: kept where nobody who can write to the bucket can change it, it shows whether the report is still this one. */
  readonly manifestSha256: string;
  readonly rows: number;
  readonly byUsage: Readonly<Record<string, number>>;
  readonly byRowStatus: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
  readonly finishedAt: string;
}

export function resultOf({ manifest, manifestSha256 }: Published, folder: string): RunResult {
  const { runId, status, rows, warnings, finishedAt } = manifest;
  return {
    runId,
    status,
    reportKey: folder + REPORT_FILE,
    manifestKey: folder + MANIFEST_FILE,
    manifestSha256,
    rows: rows.total,
    byUsage: rows.byUsage,
    byRowStatus: rows.byRowStatus,
    warnings,
    finishedAt,
  };
}

/** What a run of this id has published before; `null` if nothing. */
export async function publishedResult(objects: SmallObjects, runId: string): Promise<RunResult | null> {
  const status = await objects.read(`status/${runId}/succeeded`);
  return status === null ? null : (status.value as unknown as RunResult);
}

/**
 * After publishing: `latest.json`, unless it names a later report, the rows for Athena, then the status object for the runbook.
 *
 * @param shown where the rows of the report are shown to Athena: see `publishedRows`
 */
export async function recordSuccess(
  objects: SmallObjects,
  result: RunResult,
  shown: { readonly key: string; readonly body: string },
): Promise<void> {
  const { runId, status, reportKey, manifestKey, manifestSha256, rows, finishedAt } = result;
  try {
    // Runs may end in another order than they began, and at the same time.
    for (let tries = 1; ; tries++) {
      const latest = await objects.read("latest.json");
      if (latest !== null && String(latest.value.reportKey) >= reportKey) break;
      if (await objects.write("latest.json", { runId, reportKey, manifestKey, finishedAt }, latest)) break;
      if (tries >= 5) throw reportError("LatestContended", "latest.json was changed by others five times in a row.");
    }
    await objects.write(shown.key.slice(REPORT_PREFIX.length), shown.body);
    const metadata = {
      ...{ runid: runId, status, reportkey: reportKey, manifestsha256: manifestSha256 },
      rows: String(rows),
    };
    await objects.write(`status/${runId}/succeeded`, result, undefined, metadata);
  } catch (error) {
    throw reportError(
      "NotAnnounced",
      `The report is published at ${reportKey}, but could not be announced. ${messageOf(error)}`,
      error,
    );
  }
}

/** @returns the key of the status object */
export async function recordFailure(objects: SmallObjects, runId: string, error: unknown): Promise<string> {
  const name = error instanceof Error ? error.name : "Error";
  // Object metadata travels as HTTP headers: printable ASCII only.
  const message = `${name}: ${messageOf(error)}`.replace(/[^\x20-\x7e]+/g, " ").slice(0, 1000);
  const body = { runId, status: "failed", error: name, message: messageOf(error) };
  const status = `status/${runId}/failed`;
  await objects.write(status, body, undefined, { runid: runId, status: "failed", message });
  return REPORT_PREFIX + status;
}

/**
 * How many hours ago the newest report was finished. Before the first report: since the first watch, which leaves a note, so that
 * a schedule that never fires is seen too.
 */
export async function hoursSinceLastReport(objects: SmallObjects): Promise<number> {
  const latest = await objects.read("latest.json");
  if (latest !== null) return hoursSince(latest.value.finishedAt);
  const first = await objects.read("watch.json");
  if (first !== null) return hoursSince(first.value.since);
  await objects.write("watch.json", { since: formatInstant(Date.now()) }, null);
  return 0;
}

function hoursSince(instant: unknown): number {
  return (Date.now() - Date.parse(String(instant))) / 3_600_000;
}
