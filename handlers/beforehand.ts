import { type Changes, openChanges } from "./changes";
import { type Decisions, noDecisions, readDecisions } from "./decisions";
import { messageOf, reportError } from "./errors";
import { REPORT_FILE } from "./fileNames";
import type { EarlierReport, History } from "./history";
import { type Beforehand, linkTo, MANIFEST_VERSION, type Manifest } from "./manifest";
import type { Settings } from "./model";
import { previousReportOf, unreadable, withOtherColumns } from "./previousReport";

/**
 * What a run takes over from the report before it and from people. An earlier report that is missing or cannot be read does not keep
 * a new one from coming: the manifest says why there is no comparison, and a warning says so where even its manifest is gone.
 */
export async function readBeforehand(
  history: History,
  settings: Settings,
): Promise<{ beforehand: Beforehand; changes: Changes | null; decisions: Decisions }> {
  const decisions = await history.decisions().then(readDecisions, noDecisions);
  const { newest, manifest, damage } = await readNewest();
  const { previousReport, changes } = await compareWith(newest, manifest);
  const previousManifest = newest === null ? null : linkTo(newest.manifestKey, newest.manifest);
  const notes = damage === null ? decisions.warnings : [...decisions.warnings, damageNote(damage)];
  return {
    beforehand: {
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
