import { createHash } from "node:crypto";
import { messageOf, reportError } from "../../errors";
import type { Settings } from "../../model";
import { formatInstant, parseInstant } from "../../times";
import { type Changes, isDamage, openChanges } from "../changes/changes";
import type { Bytes, EarlierReport, History } from "../destination";
import {
  type FileEntry,
  MANIFEST_VERSION,
  type Manifest,
  type Previous,
  type PreviousReport,
  sha256Of,
} from "../manifest";
import { REPORT_FILE } from "../names";
import { createDecidedOf, type Decisions } from "../review/review";

/**
 * Whether the newest whole report can be compared with the one being made.
 *
 * @param manifest that report's manifest; `null` where there is no earlier report
 * @param version the `manifestVersion` of the report being made
 */
export function previousReportOf(
  manifest: Omit<EarlierManifest, "files"> | null,
  manifestKey: string,
  settings: Settings,
  version: number,
): PreviousReport {
  if (manifest === null) {
    return { status: "none", reportedAt: null, manifestKey: null, usageCompared: false, reason: null };
  }
  const reportedAt = manifest.now;
  const earlier = manifest.settings;
  const cannot = (reason: string): PreviousReport => ({
    status: "other-version",
    reportedAt,
    manifestKey,
    usageCompared: false,
    reason,
  });
  if (manifest.manifestVersion !== version) {
    return cannot(`its manifest is of version ${manifest.manifestVersion}, this one of version ${version}`);
  }
  if (earlier.instanceArn !== settings.instanceArn) return cannot(`it is of another instance, ${earlier.instanceArn}`);
  if (reportedAt > settings.now) return cannot(`it is of ${reportedAt}, later than this one`);
  const differing =
    earlier.lookbackDays !== settings.lookbackDays
      ? `lookbackDays was ${earlier.lookbackDays} and is ${settings.lookbackDays}`
      : earlier.newAccessDays !== settings.newAccessDays
        ? `newAccessDays was ${earlier.newAccessDays} and is ${settings.newAccessDays}`
        : null;
  return {
    status: "compared",
    reportedAt,
    manifestKey,
    usageCompared: differing === null,
    reason: differing === null ? null : `Usage was not compared: ${differing}`,
  };
}

/** For where the earlier report's CSV turns out to have other columns: `openChanges` gave null. */
export function withOtherColumns(previous: PreviousReport): PreviousReport {
  return unreadable(previous, "it has other columns than this one");
}

/** For where the earlier report's CSV cannot be read. */
export function unreadable(previous: PreviousReport, reason: string): PreviousReport {
  return { ...previous, status: "other-version", usageCompared: false, reason };
}

/**
 * What a run takes over from the report before it. An earlier report that is missing or cannot be read does not keep
 * a new one from coming: the manifest says why there is no comparison, and so do its warnings.
 */
export async function readPrevious(
  history: History,
  settings: Settings,
  decisions: Decisions,
  administrators: readonly string[],
): Promise<{ previous: Previous; changes: Changes | null }> {
  const { newest, manifest, damage } = await readNewest();
  const { previousReport, changes } = await compareWith(newest, manifest);
  const previousManifest = newest && { key: newest.manifestKey, sha256: sha256Of(newest.manifest) };
  return {
    previous: {
      previousManifest,
      previousReport: damage === null ? previousReport : unreadable(previousReport, damage),
      notes: [],
    },
    changes,
  };

  async function readNewest(): Promise<Newest> {
    try {
      const newest = await history.newest();
      return { newest, manifest: newest && manifestIn(newest), damage: null };
    } catch (error) {
      if (!isDamage(error)) throw error;
      return { newest: null, manifest: null, damage: messageOf(error) };
    }
  }

  async function compareWith(newest: EarlierReport | null, manifest: EarlierManifest | null) {
    const previousReport = previousReportOf(manifest, newest?.manifestKey ?? "", settings, MANIFEST_VERSION);
    if (newest === null || manifest === null || previousReport.status !== "compared") {
      return { previousReport, changes: null };
    }
    try {
      const entry = entryIn(manifest, newest.manifestKey);
      const csv = () => asPublished(newest.open(REPORT_FILE), entry);
      // Once before anything is said on its strength: other files do not wait for the end of the comparison.
      for await (const _ of csv());
      const changes = await openChanges({
        reportedAt: previousReport.reportedAt ?? "",
        csv: csv(),
        sameSettings: previousReport.usageCompared,
        decidedOf: createDecidedOf(decisions),
        administrators,
      });
      return { previousReport: changes === null ? withOtherColumns(previousReport) : previousReport, changes };
    } catch (error) {
      if (!isDamage(error)) throw error;
      return { previousReport: unreadable(previousReport, messageOf(error)), changes: null };
    }
  }
}

type EarlierManifest = Pick<Manifest, "manifestVersion" | "now" | "settings" | "files">;

interface Newest {
  readonly newest: EarlierReport | null;
  readonly manifest: EarlierManifest | null;
  /** Why there is none though one should be there. */
  readonly damage: string | null;
}

function damaged(what: string): Error {
  return reportError("PreviousReportUnreadable", `${what} Check that report with \`npm run verify\`.`);
}

/** What the manifest says of its report's CSV. */
function entryIn({ files }: EarlierManifest, manifestKey: string): FileEntry {
  const entry = Array.isArray(files)
    ? files.find((file: Partial<FileEntry> | null) => file?.name === REPORT_FILE)
    : null;
  if (typeof entry?.bytes !== "number" || typeof entry.sha256 !== "string") {
    throw damaged(`${manifestKey} says neither size nor SHA-256 of ${REPORT_FILE}.`);
  }
  return entry;
}

/** A file's bytes, the last of which are an error where they are not those that the manifest vouches for. */
async function* asPublished(file: Bytes, { name, bytes, sha256 }: FileEntry): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash("sha256");
  let length = 0;
  for await (const piece of file) {
    hash.update(piece);
    length += piece.length;
    yield piece;
  }
  const found = hash.digest("hex");
  if (length === bytes && found === sha256) return;
  throw damaged(
    `${name} is not the file that its manifest names: expected ${bytes} bytes with SHA-256 ${sha256}, got ${length} with ${found}.`,
  );
}

function isInstant(value: unknown): boolean {
  const ms = typeof value === "string" ? parseInstant(value) : null;
  return ms !== null && formatInstant(ms) === value;
}

function manifestIn({ manifestKey, manifest }: EarlierReport): EarlierManifest {
  let value: Partial<EarlierManifest> | null = null;
  try {
    value = JSON.parse(manifest.toString("utf8"));
  } catch {
    // said below
  }
  // All that is said of it in the new manifest, which would else not be what its schema says.
  const { manifestVersion, now, settings } = value ?? {};
  if (typeof manifestVersion !== "number" || !isInstant(now) || typeof settings?.instanceArn !== "string") {
    throw damaged(`${manifestKey} is no manifest.`);
  }
  return value as EarlierManifest;
}
