import type { Manifest } from "./manifest";
import type { Settings } from "./model";

/** What the manifest says of the report that this one was compared with. */
export interface PreviousReport {
  /** `compared`: there is a `changes.csv`. `none`: there was no earlier report. `other-version`: it cannot be compared. */
  readonly status: "none" | "other-version" | "compared";
  /** The present of the earlier run. */
  readonly reportedAt: string | null;
  readonly manifestKey: string | null;
  /** Whether usage was compared, too: not where the two reports have other windows. */
  readonly usageCompared: boolean;
  /** Why something was not compared, for people. */
  readonly reason: string | null;
}

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
