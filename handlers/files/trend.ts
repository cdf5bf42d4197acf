import { messageOf, reportError } from "../errors";
import type { Settings, Trend, TrendPoint } from "../model";
import { formatInstant, parseInstant } from "../times";
import { ORPHAN_STATUSES } from "./columns";
import type { History } from "./destination";
import { type Manifest, type ManifestLink, sha256Of } from "./manifest";

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

function pointOf({ now, rows, sources, figures, ...others }: Manifest): TrendPoint {
  const { decisions } = others as Partial<Manifest>; // not in manifests of version 0.1
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
    decidedNotDone: decisions?.stillThere ?? null,
  };
}
