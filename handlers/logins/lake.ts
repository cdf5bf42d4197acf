import {
  CancelQueryCommand,
  type CloudTrailClient,
  DescribeQueryCommand,
  GetEventDataStoreCommand,
  StartQueryCommand,
} from "@aws-sdk/client-cloudtrail";
import type { Caller } from "../aws/aws";
import { messageOf, reportError } from "../errors";
import type { Logins, Progress, Settings } from "../model";
import { parseEventDataStore } from "../settings";
import { formatInstant } from "../times";
import { recordsLogins } from "./eventSelectors";
import { loginQuery, readLogins } from "./lakeQuery";

/** A login query that has been started, or why none could be. Plain JSON: another process may fetch it. */
export interface StartedLogins {
  readonly windowFrom: string;
  readonly windowTo: string;
  readonly observedFrom: string | null;
  readonly queryId: string | null;
  /** `left-out` on request; `failed` with its reason where the source could not be asked. */
  readonly source: "started" | "failed" | "left-out";
  /** Why the window is known not to be fully observed, before any login is seen. */
  readonly reason: string | null;
}

const DAY_MS = 86_400_000;

/** Asks the event data store for the logins of the window. Never throws but when the run is ended: a failure is a value. */
export async function startLogins(
  settings: Settings,
  cloudTrail: CloudTrailClient,
  call: Caller,
): Promise<StartedLogins> {
  const toMs = Date.parse(settings.now);
  const fromMs = toMs - settings.lookbackDays * DAY_MS;
  const window = { windowFrom: formatInstant(fromMs), windowTo: formatInstant(toMs) };
  const none = { ...window, observedFrom: null, queryId: null };
  const EventDataStore = settings.eventDataStore;
  if (EventDataStore === null)
    return { ...none, source: "left-out", reason: "the login source was left out on request" };
  try {
    const store = await call("cloudtrail", "GetEventDataStore", (abortSignal) =>
      cloudTrail.send(new GetEventDataStoreCommand({ EventDataStore }), { abortSignal }),
    );
    if (store.Status !== "ENABLED") {
      throw reportError(
        "EventDataStoreNotEnabled",
        `The event data store ${EventDataStore} is ${store.Status}, not ENABLED: it records no logins. Start its ingestion under CloudTrail → Lake → Event data stores.`,
      );
    }
    // The store knows nothing from before it was created, nor from before its retention period.
    const createdMs = store.CreatedTimestamp?.getTime() ?? null;
    const keptFromMs = store.RetentionPeriod === undefined ? null : toMs - store.RetentionPeriod * DAY_MS;
    // How it was set up before its last change, nobody says: it may have kept less, or left logins out.
    const changedMs = store.UpdatedTimestamp?.getTime() ?? 0;
    let reason: string | null = null;
    if (createdMs === null || keptFromMs === null) {
      reason = "the event data store does not say since when, or for how long, it keeps events";
    } else if (createdMs > fromMs) {
      reason = `the event data store was created on ${formatInstant(createdMs)}, after the window's start ${window.windowFrom}`;
    } else if (keptFromMs > fromMs) {
      reason = `the event data store keeps events for ${store.RetentionPeriod} days, less than the window's ${settings.lookbackDays}`;
    } else if (changedMs > fromMs) {
      reason = `the event data store was last changed on ${formatInstant(changedMs)}, after the window's start ${window.windowFrom}: what it kept before is not known. A shorter lookbackDays is observed in full`;
    } else if (store.MultiRegionEnabled === false) {
      reason =
        "the event data store records its own Region alone, and Identity Center may be entered through others (make it a multi-Region store)";
    } else if (!recordsLogins(store.AdvancedEventSelectors)) {
      reason =
        "the event data store's event selectors may leave logins out (it must record all management events of sso.amazonaws.com)";
    }
    const observedFrom =
      createdMs === null || keptFromMs === null
        ? null
        : formatInstant(Math.max(createdMs, keptFromMs, changedMs, fromMs));
    const QueryStatement = loginQuery(parseEventDataStore(EventDataStore)?.id ?? EventDataStore, fromMs, toMs);
    const started = await call("cloudtrail", "StartQuery", (abortSignal) =>
      cloudTrail.send(new StartQueryCommand({ QueryStatement }), { abortSignal }),
    );
    if (!started.QueryId) throw reportError("UnexpectedAnswer", "cloudtrail StartQuery gave no query id.");
    return { ...window, observedFrom, queryId: started.QueryId, source: "started", reason };
  } catch (error) {
    return { ...none, source: "failed", reason: messageOf(error) };
  }
}

/**
 * Waits for a started query and reads all of its rows. Never throws but when the run is ended: a failure is a value.
 *
 * @param giveUpMs the instant (milliseconds since 1970) at which an unfinished query is cancelled and counts as failed
 */
export async function fetchLogins(
  started: StartedLogins,
  giveUpMs: number,
  cloudTrail: CloudTrailClient,
  call: Caller,
  progress: Progress,
): Promise<Logins> {
  const FIRST_POLL_MS = 100;
  const LONGEST_POLL_MS = 5_000;
  const { windowFrom, windowTo, observedFrom, queryId } = started;
  const window = { windowFrom, windowTo, observedFrom, queryId };
  const nothing = { ...window, observed: false, lastLogins: [], bytesScanned: null, unattributed: [] };

  async function waitUntilFinished(QueryId: string): Promise<number | null> {
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(LONGEST_POLL_MS, pollMs * 1.6)) {
      const query = await call("cloudtrail", "DescribeQuery", (abortSignal) =>
        cloudTrail.send(new DescribeQueryCommand({ QueryId }), { abortSignal }),
      );
      const status = query.QueryStatus;
      if (status === "FINISHED") return query.QueryStatistics?.BytesScanned ?? null;
      if (status !== "QUEUED" && status !== "RUNNING") {
        const said = query.ErrorMessage ? `: ${query.ErrorMessage}` : "";
        throw reportError(
          "QueryFailed",
          `The login query ${QueryId} ended as ${status}${said}. What it may have found is not used.`,
        );
      }
      if (Date.now() + pollMs > giveUpMs) {
        throw reportError(
          "QueryTooSlow",
          `The login query ${QueryId} was still ${status} when the report had to be written; it was cancelled.`,
        );
      }
      await call.sleep(pollMs);
    }
  }

  if (started.source !== "started" || queryId === null) {
    return { ...nothing, source: started.source === "left-out" ? "left-out" : "failed", reason: started.reason };
  }
  try {
    const bytesScanned = await waitUntilFinished(queryId);
    const { lastLogins, unattributed } = await readLogins(queryId, cloudTrail, call, progress);
    const silent = lastLogins.length === 0 ? "no role login of anyone was seen in the window" : null;
    const reason = started.reason ?? silent;
    return { ...window, source: "read", observed: reason === null, reason, lastLogins, bytesScanned, unattributed };
  } catch (error) {
    call.throwIfEnded();
    await cancelLogins(started, cloudTrail);
    return { ...nothing, source: "failed", reason: messageOf(error) };
  }
}

/** Ends a query that nobody will fetch, also when the run has been ended: one attempt, a second at most, no error. */
export async function cancelLogins(started: StartedLogins, cloudTrail: CloudTrailClient): Promise<void> {
  if (started.queryId === null) return;
  try {
    await cloudTrail.send(new CancelQueryCommand({ QueryId: started.queryId }), {
      abortSignal: AbortSignal.timeout(800),
    });
  } catch {
    // It had ended already, or AWS ends it within the hour.
  }
}
