import { createHash } from "node:crypto";
import { messageOf, reportError } from "../../errors";
import type { ArchiveFile, Entitlements, Settings } from "../../model";
import { formatInstant, parseInstant } from "../../times";
import {
  type Changes,
  type GrantedAndRevoked,
  isDamage,
  openChanges,
  type PreviousRows,
  type RevokedBy,
} from "../changes/changes";
import type { Row } from "../columns";
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
  manifest: Omit<EarlierManifest, "files" | "sources"> | null,
  manifestKey: string,
  settings: Settings,
  version: number,
): PreviousReport {
  if (manifest === null) {
    const nothing = { usageCompared: false, rolesCompared: false };
    return { status: "none", reportedAt: null, manifestKey: null, ...nothing, reason: null };
  }
  const reportedAt = manifest.now;
  const earlier = manifest.settings;
  const cannot = (reason: string): PreviousReport => ({
    status: "other-version",
    reportedAt,
    manifestKey,
    usageCompared: false,
    rolesCompared: false,
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
    rolesCompared: true,
    reason: differing === null ? null : `Usage was not compared: ${differing}`,
  };
}

/**
 * The same, where one of the two reports does not have what account access manager gives: then nothing of it was granted or revoked.
 *
 * @param now whether this report has it
 */
export function withoutRoles(
  previous: PreviousReport,
  manifest: Pick<EarlierManifest, "sources"> | null,
  now: Pick<Entitlements, "status" | "roles">,
): PreviousReport {
  const was = manifest?.sources?.accountAccess?.status;
  const isKnown = (status: string | undefined) => status === "read" || status === "not-offered";
  if (previous.status !== "compared" || (isKnown(was) && isKnown(now.status))) return previous;
  // An earlier version did not look, and now there is nothing to compare.
  const isNothing = was === undefined && now.status !== "failed" && now.roles.length === 0;
  if (isNothing) return { ...previous, rolesCompared: false };
  const which = isKnown(now.status) ? "the report before" : "this report";
  const why = `The roles that account access manager gives were not compared: ${which} does not have them`;
  const others = previous.reason === null ? "" : `${previous.reason.replace(/\.?$/, ".")} `;
  return { ...previous, rolesCompared: false, reason: others + why };
}

/** For where the earlier report's CSV turns out to have other columns: `openChanges` gave null. */
export function withOtherColumns(previous: PreviousReport): PreviousReport {
  return unreadable(previous, "it has other columns than this one");
}

/** For where the earlier report's CSV cannot be read. */
export function unreadable(previous: PreviousReport, reason: string): PreviousReport {
  return { ...previous, status: "other-version", usageCompared: false, rolesCompared: false, reason };
}

/** What a report is compared with the report before it by. */
export interface TakenOver extends Required<Pick<PreviousRows, "administrators">>, Pick<PreviousRows, "assignedBy"> {
  readonly settings: Settings;
  /** What account access manager gives. */
  readonly roles: Pick<Entitlements, "status" | "roles">;
  readonly decisions: Decisions;
  /** See `PreviousRows.revokedBy`, as far as it was since an instant, milliseconds since 1970. */
  readonly revokedBy?: (row: Row, sinceMs: number) => ReturnType<RevokedBy>;
  /** What was given and taken since the earlier report, and is in neither of the two: see `sinceReport`. */
  readonly between?: (reportedAt: string, csv: () => Bytes) => Promise<readonly GrantedAndRevoked[]>;
}

/**
 * What a run takes over from the report before it. An earlier report that is missing or cannot be read does not keep
 * a new one from coming: the manifest says why there is no comparison, and so do its warnings.
 */
export async function readPrevious(
  history: History,
  { settings, roles, decisions, administrators, assignedBy, revokedBy, between }: TakenOver,
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
    const comparable = previousReportOf(manifest, newest?.manifestKey ?? "", settings, MANIFEST_VERSION);
    const previousReport = withoutRoles(comparable, manifest, roles);
    if (newest === null || manifest === null || previousReport.status !== "compared") {
      return { previousReport, changes: null };
    }
    try {
      const entry = entryIn(manifest, newest.manifestKey);
      const csv = () => asPublished(newest.open(REPORT_FILE), entry);
      // Once before anything is said on its strength: other files do not wait for the end of the comparison.
      for await (const _ of csv());
      const reportedAt = previousReport.reportedAt ?? "";
      const sinceMs = Date.parse(reportedAt);
      const changes = await openChanges({
        reportedAt,
        csv: csv(),
        sameSettings: previousReport.usageCompared,
        ...(assignedBy !== undefined && { assignedBy }),
        ...(revokedBy !== undefined && { revokedBy: (row) => revokedBy(row, sinceMs) }),
        between: (await between?.(reportedAt, csv)) ?? [],
        rolesRead: previousReport.rolesCompared,
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

/**
 * The files of the login archive that the newest report has used: from then on, what stands under their names is used only where it has the
 * same bytes. None where that report cannot be read, which its successor says.
 */
export async function archivedLogins(history: History): Promise<readonly ArchiveFile[]> {
  try {
    const newest = await history.newest();
    if (newest === null) return [];
    const files: unknown = (manifestIn(newest) as Partial<Manifest>).sources?.logins?.archive;
    const isText = (value: unknown) => typeof value === "string";
    const isFile = (file: ArchiveFile | null) => [file?.region, file?.from, file?.sha256].every(isText);
    return Array.isArray(files) ? (files as ArchiveFile[]).filter(isFile) : [];
  } catch (error) {
    if (isDamage(error)) return [];
    throw error;
  }
}

type EarlierManifest = Pick<Manifest, "manifestVersion" | "now" | "settings" | "files"> & {
  readonly sources?: { readonly accountAccess?: Partial<Manifest["sources"]["accountAccess"]> };
};

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
