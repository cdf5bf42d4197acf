import { messageOf, reportError } from "../../errors";
import type { Settings } from "../../model";
import { type Changes, openChanges } from "../changes/changes";
import type { EarlierReport, History } from "../destination";
import { linkTo, MANIFEST_VERSION, type Manifest, type Previous, type PreviousReport } from "../manifest";
import { REPORT_FILE } from "../names";
import { type Decisions, noDecisions, readDecisions } from "../review/review";

/**
 * Whether the newest whole report can be compared with the one being made.
 *
 * @param manifest that report's manifest; `null` where there is no earlier report
 * @param version the `manifestVersion` of the report being made
 */
export function previousReportOf(
  manifest: Pick<Manifest, "manifestVersion" | "now" | "settings"> | null,
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
 * What a run takes over from the report before it and from people. An earlier report that is missing or cannot be read does not keep
 * a new one from coming: the manifest says why there is no comparison, and a warning says so where even its manifest is gone.
 */
export async function readPrevious(
  history: History,
  settings: Settings,
): Promise<{ previous: Previous; changes: Changes | null; decisions: Decisions }> {
  const decisions = await history.decisions().then(readDecisions, noDecisions);
  const { newest, manifest, damage } = await readNewest();
  const { previousReport, changes } = await compareWith(newest, manifest);
  const previousManifest = newest === null ? null : linkTo(newest.manifestKey, newest.manifest);
  const notes = damage === null ? decisions.warnings : [...decisions.warnings, damageNote(damage)];
  return {
    previous: {
      previousManifest,
      previousReport: damage === null ? previousReport : unreadable(previousReport, damage),
      notes,
    },
    changes,
    decisions,
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
    if (newest === null || previousReport.status !== "compared") return { previousReport, changes: null };
    try {
      const changes = await openChanges({
        reportedAt: previousReport.reportedAt ?? "",
        csv: newest.open(REPORT_FILE),
        sameSettings: previousReport.usageCompared,
      });
      return { previousReport: changes === null ? withOtherColumns(previousReport) : previousReport, changes };
    } catch (error) {
      if (!isDamage(error)) throw error;
      return { previousReport: unreadable(previousReport, messageOf(error)), changes: null };
    }
  }
}

type EarlierManifest = Pick<Manifest, "manifestVersion" | "now" | "settings">;

interface Newest {
  readonly newest: EarlierReport | null;
  readonly manifest: EarlierManifest | null;
  /** Why there is none though one should be there. */
  readonly damage: string | null;
}

function damageNote(damage: string): string {
  return `The newest report could not be read, so this one is linked to none and compared with none: ${damage}`;
}

function isDamage(error: unknown): boolean {
  const { name, code } = error as NodeJS.ErrnoException;
  return name === "FileGone" || name === "PreviousReportUnreadable" || code === "ENOENT";
}

function manifestIn({ manifestKey, manifest }: EarlierReport): EarlierManifest {
  let value: Partial<EarlierManifest> | null = null;
  try {
    value = JSON.parse(manifest.toString("utf8"));
  } catch {
    // said below
  }
  if (typeof value?.manifestVersion !== "number" || typeof value.now !== "string" || !value.settings) {
    throw reportError(
      "PreviousReportUnreadable",
      `${manifestKey} is no manifest. Check that report with \`npm run verify\`.`,
    );
  }
  return value as EarlierManifest;
}
