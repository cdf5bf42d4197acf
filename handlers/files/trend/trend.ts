import { messageOf, reportError } from "../../errors";
import type { Settings } from "../../model";
import { formatInstant, parseInstant } from "../../times";
import { ORPHAN_STATUSES } from "../columns";
import type { History } from "../destination";
import { type Manifest, type ManifestLink, sha256Of } from "../manifest";

/** The figures of one report. `null` where its manifest does not say, or where what is unused was not observed. */
export interface TrendPoint {
  /** The report's present. */
  readonly now: string;
  readonly people: number | null;
  readonly grants: number;
  readonly unused: number | null;
  /** People with an administrator grant. */
  readonly administrators: number | null;
  readonly orphaned: number;
  /** Decisions to revoke that are not carried out. */
  readonly decidedNotDone: number | null;
}

/** The figures of the reports before this one, the oldest first. */
export interface Trend {
  readonly points: readonly TrendPoint[];
  /** Why there are none though there should be: a clause without full stop; `null` where nothing failed. */
  readonly reason: string | null;
}

/** Of weekly reports, more than a year. */
const MOST_REPORTS = 60;

/**
 * Follows the chain of manifests back from the newest one, each of which names the one before it with its hash. It ends where a manifest is not kept
 * any more. A chain that cannot be read never keeps a report from coming.
 */
export async function readTrend(history: History, settings: Settings): Promise<Trend> {
  const points: TrendPoint[] = [];
  try {
    const newest = await history.newest();
    let manifest: Buffer | null = newest?.manifest ?? null;
    for (let read = 0; manifest !== null && read < MOST_REPORTS; read++) {
      const value = JSON.parse(manifest.toString("utf8")) as Manifest;
      // Of another instance, or of a clock that was ahead: no part of this line.
      if (value.settings.instanceArn === settings.instanceArn && value.now < settings.now) points.push(pointOf(value));
      const link: ManifestLink | null = value.previousManifest;
      manifest = link === null ? null : await history.manifestAt(link.key);
      if (manifest !== null && link !== null && sha256Of(manifest) !== link.sha256) {
        throw reportError("PreviousReportUnreadable", `${link.key} is not the manifest that the one after it names`);
      }
    }
    return { points: points.reverse(), reason: null };
  } catch (error) {
    return { points: [], reason: messageOf(error).replace(/\.$/, "") };
  }
}

function pointOf({ now, rows, sources, figures }: Manifest): TrendPoint {
  const ms = parseInstant(now);
  if (ms === null || formatInstant(ms) !== now)
    throw reportError("PreviousReportUnreadable", "a manifest has no present");
  const counts = (of: Readonly<Record<string, number>>, names: readonly string[]) =>
    names.reduce((sum, name) => sum + (of[name] ?? 0), 0);
  return {
    now,
    people: figures?.people ?? null,
    grants: counts(rows.byUsage, Object.keys(rows.byUsage)),
    unused: sources.logins.observed ? (rows.byUsage.UNUSED_IN_WINDOW ?? 0) : null,
    administrators: figures?.administrators ?? null,
    orphaned: counts(rows.byRowStatus, ORPHAN_STATUSES),
    decidedNotDone: figures?.decidedNotDone ?? null,
  };
}
