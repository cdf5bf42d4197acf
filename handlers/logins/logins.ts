import type { Caller, ClientOptions, Staged } from "../aws/aws";
import { messageOf } from "../errors";
import type { Logins, Progress, Settings } from "../model";
import { formatInstant } from "../times";
import { createLakeSource } from "./lake";
import type { Begun, LoginPart, LoginSource, LoginWindow } from "./source";

export { createEvidence, type Evidence, type UnknownBecause } from "./evidence";
export type { LoginSource } from "./source";
export { loginTargets, withKnownTargets } from "./targets";
export { createLoginUsers } from "./users";

/** The login source that the settings name; `null` where logins are left out on request. */
export function createLoginSource(
  { eventDataStore }: Pick<Settings, "eventDataStore">,
  options: ClientOptions = {},
): LoginSource | null {
  return eventDataStore === null ? null : (createLakeSource(eventDataStore, options) as LoginSource);
}

/** Logins that have been asked for, or why they could not be. Plain JSON: another process may finish them. */
export interface BegunLogins {
  readonly window: LoginWindow;
  readonly begun: Begun<unknown> | null;
  /** `left-out` on request; `failed` where the source could not be asked. */
  readonly source: "begun" | "failed" | "left-out";
  /** Why nothing was begun. */
  readonly reason: string | null;
}

/** Asks the source for the logins of the window. Never rejects: a failure is a value. */
export function beginLogins(
  source: LoginSource | null,
  settings: Settings,
  call: Caller,
): Promise<Staged<BegunLogins>> {
  const DAY_MS = 86_400_000;
  const toMs = Date.parse(settings.now);
  const window = { from: formatInstant(toMs - settings.lookbackDays * DAY_MS), to: formatInstant(toMs) };
  return call.stage(async (own): Promise<BegunLogins> => {
    if (source === null) {
      return { window, begun: null, source: "left-out", reason: "the login source was left out on request" };
    }
    try {
      const begun = await source.begin(window, own);
      return { window: begun.window, begun, source: "begun", reason: null };
    } catch (error) {
      return { window, begun: null, source: "failed", reason: messageOf(error) };
    }
  }, source?.grants);
}

/**
 * Reads what was asked for to its end. Never rejects but when the run is ended: a failure is a value.
 *
 * @param untilMs the instant (milliseconds since 1970) at which an unfinished reading is given up and counts as failed
 */
export function finishLogins(
  source: LoginSource | null,
  { window, begun, source: state, reason }: BegunLogins,
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
    const nothing = { observed: false, lastLogins: [], bytesScanned: null, unattributed: [], notUnderstood: [] };
    return { ...observation, ...nothing, source: status, reason: why };
  }

  function read({ lastLogins, bytesScanned, unattributed, notUnderstood, reason: partial }: LoginPart): Logins {
    const silent = lastLogins.length === 0 ? "no role login of anyone was seen in the window" : null;
    const why = begun?.reason ?? partial ?? silent;
    return {
      ...observation,
      source: "read",
      observed: why === null,
      reason: why,
      lastLogins,
      bytesScanned,
      unattributed,
      notUnderstood,
    };
  }

  return call.stage(async (own) => {
    if (source === null || begun === null) return failed(state === "left-out" ? "left-out" : "failed", reason);
    try {
      const continued = await source.goOn(begun.reading, untilMs, own, progress);
      if (continued.done) return read(continued.part);
      await source.giveUp(continued.reading);
      return failed("failed", `${continued.waiting} when the report had to be written; it was cancelled.`);
    } catch (error) {
      own.throwIfEnded();
      await source.giveUp(begun.reading);
      return failed("failed", messageOf(error));
    }
  }, source?.grants);
}

/** Ends what the source may still be doing, where nobody will finish it. Never rejects. */
export async function giveUpLogins(source: LoginSource | null, { begun }: BegunLogins): Promise<void> {
  if (source !== null && begun !== null) await source.giveUp(begun.reading);
}
