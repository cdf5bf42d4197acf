import { type Caller, type ClientOptions, SLICE_OVER, type Staged } from "../aws/aws";
import { messageOf, reportError } from "../errors";
import type { InstanceRegions, Logins, Progress, Settings } from "../model";
import { formatInstant } from "../times";
import { createAthenaSource } from "./athena";
import { createEventHistorySource, type LoginKeeping, NOTHING_KEPT } from "./eventHistory";
import type { EventsRead } from "./events";
import { createLakeSource } from "./lake";
import { assumedRole, withRole } from "./loginRole";
import type { Begun, LoginPart, LoginSource, LoginWindow } from "./source";

export {
  type ArchiveOwner,
  archiveFileName,
  archiveFileOf,
  isRegionName,
  type LoginArchive,
  partText,
} from "./archive";
export { createEventHistorySource, LOOKUPS_PER_SECOND, type LoginKeeping, NOTHING_KEPT } from "./eventHistory";
export { EVENT_SOURCE } from "./events";
export { createEvidence, type Evidence, type UnknownBecause } from "./evidence";
export { createHarvest, type Harvest, type HarvestedRegion } from "./harvest";
export type { ReadingEstimate } from "./historyRegion";
export type { NamedLogins } from "./part";
export { QUARTER_MS, quartersBetween } from "./quarters";
export type { LoginSource } from "./source";
export { loginTargets, withKnownTargets } from "./targets";

/** Whether logins are looked up in Event history, and so kept in the login archive. */
export function readsEventHistory({
  eventDataStore,
  trailTable,
}: Pick<Settings, "eventDataStore" | "trailTable">): boolean {
  return eventDataStore === "" && trailTable === "";
}

/** The login source that the settings name; `null` where logins are left out on request. */
export function createLoginSource(
  settings: LoginSettings,
  options: ClientOptions = {},
  keeping: LoginKeeping = NOTHING_KEPT,
): LoginSource | null {
  const { eventDataStore, instanceArn, identityStoreId, requestsPerSecond, loginRoleArn } = settings;
  if (eventDataStore === null) return null;
  const role = loginRoleArn === "" ? null : assumedRole(loginRoleArn, options);
  const inRole = role === null ? options : withCredentials(options, role);
  const kept = { instanceArn, identityStoreId, requestsPerSecond, keeping };
  const source = (
    readsEventHistory(settings)
      ? createEventHistorySource(inRole, kept)
      : eventDataStore !== ""
        ? createLakeSource(eventDataStore, inRole)
        : createAthenaSource(settings, inRole, options)
  ) as LoginSource;
  return role === null ? source : withRole(source, role);
}

/** How AWS is called for logins: in the role that the settings name, if they do. */
export function loginOptions({ loginRoleArn }: Pick<Settings, "loginRoleArn">): ClientOptions {
  return loginRoleArn === "" ? {} : withCredentials({}, assumedRole(loginRoleArn, {}));
}

/** The role's credentials are given, not found. */
function withCredentials({ profile: _, ...others }: ClientOptions, credentials: ClientOptions["credentials"]) {
  return { ...others, credentials };
}

/** What of the settings says where logins are read, and how. */
export type LoginSettings = Pick<
  Settings,
  | "eventDataStore"
  | "trailTable"
  | "trailWorkgroup"
  | "loginRoleArn"
  | "instanceArn"
  | "identityStoreId"
  | "requestsPerSecond"
>;

/** Logins that have been asked for, or why they could not be. Plain JSON: another process may finish them. */
export interface BegunLogins {
  readonly window: LoginWindow;
  readonly read: EventsRead;
  readonly begun: Begun<unknown> | null;
  /** `left-out` on request; `failed` where the source could not be asked. */
  readonly source: "begun" | "failed" | "left-out";
  /** Why nothing was begun. */
  readonly reason: string | null;
}

/** The window of a report. */
export function reportWindow({ now, lookbackDays }: Pick<Settings, "now" | "lookbackDays">): LoginWindow {
  const DAY_MS = 86_400_000;
  const toMs = Date.parse(now);
  return { from: formatInstant(toMs - lookbackDays * DAY_MS), to: formatInstant(toMs) };
}

/**
 * Asks the source for the logins of a window, once in a run. A failure is a value; rejects where the slice is over or the run is ended.
 *
 * @param read `assignments` for their events alone
 */
export function beginLogins(
  source: LoginSource | null,
  window: LoginWindow,
  instance: InstanceRegions,
  call: Caller,
  read: EventsRead = "all",
): Promise<Staged<BegunLogins>> {
  async function begin(own: Caller): Promise<BegunLogins> {
    if (source === null) {
      return { window, read, begun: null, source: "left-out", reason: "the login source was left out on request" };
    }
    try {
      const begun = await own.once("logins", "begun", () => source.begin(window, instance, own, read));
      const unknownRegions =
        "the Regions of the Identity Center instance could not be read, so where people logged in is not known";
      const reason = instance.refused === null ? begun.reason : `${unknownRegions} (${instance.refused})`;
      return { window: begun.window, read, begun: { ...begun, reason }, source: "begun", reason: null };
    } catch (error) {
      own.throwIfEnded();
      if ((error as Error).name === SLICE_OVER) throw error;
      return { window, read, begun: null, source: "failed", reason: messageOf(error) }; // the next slice may have more luck
    }
  }

  return call.stage("begin logins", begin, source?.grants);
}

/**
 * Reads what was asked for to its end. A failure is a value; rejects where the slice is over or the run is ended.
 *
 * @param untilMs when the slice is over, milliseconds since 1970
 */
export function finishLogins(
  source: LoginSource | null,
  { window, read: events, begun, source: state, reason }: BegunLogins,
  untilMs: number,
  call: Caller,
  progress: Progress,
): Promise<Staged<Logins>> {
  const observation = {
    windowFrom: window.from,
    windowTo: window.to,
    observedFrom: begun?.observedFrom ?? null,
    queryId: begun?.queryId ?? null,
  };

  function failed(status: "failed" | "left-out", why: string | null): Logins {
    const nothing = {
      observed: false,
      regions: [],
      lastLogins: [],
      bytesScanned: null,
      unattributed: [],
      notUnderstood: [],
      assignments: [],
    };
    return { ...observation, ...nothing, source: status, reason: why };
  }

  function read({
    lastLogins,
    regions,
    bytesScanned,
    unattributed,
    notUnderstood,
    assignments,
    reason: partial,
    observedFrom = observation.observedFrom,
    archive,
    notes,
  }: LoginPart): Logins {
    const isSilent = lastLogins.length === 0 && events === "all";
    const silent = isSilent ? "no role login of anyone was seen in the window" : null;
    const why = begun?.reason ?? partial ?? silent;
    return {
      ...observation,
      observedFrom,
      source: "read",
      observed: why === null,
      reason: why,
      regions,
      lastLogins,
      bytesScanned,
      unattributed,
      notUnderstood,
      assignments,
      ...(archive && { archive }),
      ...(notes && { notes }),
    };
  }

  const FAILED = "logins failed";
  /** Kept: this is the last that a run reads, and whoever publishes it again must say the same. */
  function keepFailure(own: Caller, why: string): Logins {
    const logins = failed("failed", why);
    own.note(FAILED, [JSON.stringify(logins)]);
    return logins;
  }
  const work = async (own: Caller): Promise<Logins> => {
    const [before] = own.notes(FAILED);
    if (before !== undefined) return JSON.parse(before[0]!) as Logins;
    if (source === null) return failed("left-out", reason);
    if (begun === null) return state === "left-out" ? failed("left-out", reason) : keepFailure(own, reason ?? "");
    try {
      const continued = await source.goOn(begun.reading, untilMs, own, progress);
      if (continued.done) return read(continued.part);
      throw reportError(SLICE_OVER, `${continued.waiting}.`);
    } catch (error) {
      own.throwIfEnded();
      if ((error as Error).name === SLICE_OVER) throw error;
      await source.giveUp(begun.reading);
      return keepFailure(own, messageOf(error));
    }
  };
  return call.stage("read logins", work, source?.grants);
}

/** Ends what the source may still be doing, where nobody will finish it. Never rejects. */
export async function giveUpLogins(source: LoginSource | null, { begun }: BegunLogins): Promise<void> {
  if (source !== null && begun !== null) await source.giveUp(begun.reading);
}
