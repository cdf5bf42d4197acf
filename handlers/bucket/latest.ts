import { messageOf, reportError } from "../errors";
import {
  type DecidedFacts,
  MANIFEST_FILE,
  type Manifest,
  type News,
  PAGE_FILE,
  REPORT_FILE,
  sha256Of,
} from "../files/files";
import type { RunStatus } from "../model";
import { formatInstant, parseInstant } from "../times";
import { hoursSince, isBelievable, LONGEST_RUN_SECONDS } from "./clocks";
import { LATEST_PAGE, presentIn, REPORT_PREFIX } from "./names";
import type { Shape, SmallObjects } from "./smallObjects";

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
  /** What people want to know first; `null` where the report was compared with none, left out by runs that did not tell. */
  readonly news?: News | null;
  /** What became of the decisions that people have returned; left out by runs that did not tell. */
  readonly decisions?: DecidedFacts;
}

const RESULT: Shape<RunResult> = {
  runId: "text",
  status: "text",
  reportKey: "key",
  manifestKey: "key",
  manifestSha256: "text, or left out", // of runs of version 0.1
  rows: "count",
  byUsage: "counts",
  byRowStatus: "counts",
  warnings: "texts",
  finishedAt: "instant",
  news: "object or null, or left out",
  decisions: "object or null, or left out",
};

/** What a result is made of. */
type Summary = Pick<Manifest, "runId" | "status" | "rows" | "warnings" | "finishedAt"> &
  Partial<Pick<Manifest, "news" | "decisions">>;

const SUMMARY: Shape<Summary> = {
  runId: "text",
  status: "text",
  rows: "object",
  warnings: "texts",
  finishedAt: "instant",
  news: "object or null, or left out",
  decisions: "object or null, or left out",
};

/** Thrown, by name, where a report is published and could not be announced. */
export const NOT_ANNOUNCED = "NotAnnounced";

export function resultOf(
  { manifest, manifestSha256 }: { readonly manifest: Summary; readonly manifestSha256: string },
  folder: string,
): RunResult {
  const { runId, status, rows, warnings, finishedAt, news, decisions } = manifest;
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
    ...(news !== undefined && { news }),
    ...(decisions !== undefined && { decisions }),
  };
}

/** What a run of this id has published and announced; `null` if nothing. */
export async function publishedResult(objects: SmallObjects, runId: string): Promise<RunResult | null> {
  const status = await objects.read(`status/${runId}/succeeded`, RESULT);
  return status === null ? null : status.value;
}

/**
 * What a run has published, announced or not; `null` if nothing.
 *
 * @param folder of the run, with its trailing slash: `runFolder`
 */
export async function publishedReport(objects: SmallObjects, folder: string, runId: string): Promise<RunResult | null> {
  const found = await objects.read(folder.slice(REPORT_PREFIX.length) + MANIFEST_FILE, SUMMARY);
  if (found === null || found.value.runId !== runId) return null;
  return resultOf({ manifest: found.value, manifestSha256: sha256Of(Buffer.from(found.text, "utf8")) }, folder);
}

/**
 * After publishing: `latest.json`, unless it names a later report (one that is believed: a run may have begun after this one, but not
 * after this one's end), the rows for Athena, then the status object for the runbook.
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
      const latest = await objects.read<{ reportKey: string | null }>("latest.json", { reportKey: "key or null" });
      const newest = latest?.value.reportKey ?? "";
      const ownMs = presentIn(reportKey) ?? 0;
      if (isBelievable(presentIn(newest), ownMs, 1000 * LONGEST_RUN_SECONDS) && newest >= reportKey) {
        if (newest === reportKey) await copyPage(objects, reportKey, runId);
        break;
      }
      if (await objects.write("latest.json", { runId, reportKey, manifestKey, finishedAt }, latest)) {
        await copyPage(objects, reportKey, runId);
        break;
      }
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
      NOT_ANNOUNCED,
      `The report is published at ${reportKey}, but could not be announced. ${messageOf(error)}`,
      error,
    );
  }
}

/** The newest page, at an address that stays. It names its run, as does the object. */
async function copyPage(objects: SmallObjects, reportKey: string, runId: string): Promise<void> {
  const page = reportKey.slice(REPORT_PREFIX.length).replace(REPORT_FILE, PAGE_FILE);
  await objects.copy(page, LATEST_PAGE, "text/html; charset=utf-8", { runid: runId }).catch((error) => {
    // S3 copies up to 5 GB at once. A larger page is opened where it is: it is not worth failing an announced report.
    if ((error as Error).name !== "InvalidRequest") throw error;
  });
}

/** The name of the error that a run is said to have failed with; `null` where nothing says that it failed. */
export async function recordedFailure(objects: SmallObjects, runId: string): Promise<string | null> {
  const failed = await objects.read<{ error: string }>(`status/${runId}/failed`, { error: "text" });
  return failed?.value.error ?? null;
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
 * a schedule that never fires is seen too. Throws `ClockWasAhead` where that lies ahead: an age below nothing would keep the overdue
 * alarm silent until that day, while a watch that fails sets off both alarms.
 */
export async function hoursSinceLastReport(objects: SmallObjects): Promise<number> {
  const nowMs = Date.now();

  function age(name: string, instant: string, advice: string): number {
    const hours = hoursSince(parseInstant(instant), nowMs);
    if (hours !== null) return hours;
    throw reportError(
      "ClockWasAhead",
      `${REPORT_PREFIX}${name} says ${JSON.stringify(instant)}, expected an instant before ${formatInstant(nowMs)}: a clock was ahead when it was written, or is behind now. ${advice}`,
    );
  }

  const latest = await objects.read<{ finishedAt: string | null }>("latest.json", { finishedAt: "instant or null" });
  if (latest !== null && latest.value.finishedAt !== null)
    return age("latest.json", latest.value.finishedAt, "Start a report: it replaces the object.");
  const first = await objects.read<{ since: string }>("watch.json", { since: "instant" });
  if (first !== null) return age("watch.json", first.value.since, "Delete the object: the next watch writes it anew.");
  await objects.write("watch.json", { since: formatInstant(nowMs) }, null);
  return 0;
}
