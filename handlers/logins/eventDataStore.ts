import type { GetEventDataStoreResponse } from "@aws-sdk/client-cloudtrail";
import { daysBetween, END_OF_9999_MS, formatInstant } from "../times";
import { EVENT_SOURCE, LOGIN_EVENTS } from "./events";
import type { Begun, LoginWindow } from "./source";

/** As GetEventDataStore answers, with the selectors as they stand in the answer. */
export type StoreProperties = Partial<Omit<GetEventDataStoreResponse, "AdvancedEventSelectors">> & {
  readonly AdvancedEventSelectors?: unknown;
};

const DAY_MS = 86_400_000;

type Observed = Pick<Begun<unknown>, "window" | "observedFrom" | "reason"> & {
  /** The one Region whose events the store has; `null` where it has those of all. */
  readonly onlyRegion: string | null;
  /** Until when it can know anything. */
  readonly observedTo: string;
};

/**
 * What an event data store with these properties can have seen of a window: it knows nothing from before it was created, nor from before
 * its retention period, nor of what has not happened. What its properties do not say, or say in a way that is not understood, counts as
 * not fulfilled. The reasons are in docs/adr/0009-observed-window.md.
 *
 * @param asked the window that is to be read; the one that can be read may begin a day later
 * @param awsNowMs AWS's clock, by which it deletes events; `null` where its answers do not tell
 */
export function observedBy(store: StoreProperties, asked: LoginWindow, awsNowMs: number | null): Observed {
  const storeRegion = /^arn:[\w-]+:cloudtrail:([a-z0-9-]+):/.exec(store.EventDataStoreArn ?? "")?.[1] ?? null;
  const onlyRegion = store.MultiRegionEnabled === false ? storeRegion : null;
  const createdMs = store.CreatedTimestamp?.getTime() ?? Number.NaN;
  // How it was set up before its last change, nobody says: it may have kept less, or left logins out.
  const changedMs = store.UpdatedTimestamp?.getTime() ?? Number.NaN;
  const keptDays = store.RetentionPeriod ?? 0;
  const isInstant = (ms: number) => ms >= 0 && ms < END_OF_9999_MS;
  if (!isInstant(createdMs) || !isInstant(changedMs) || !Number.isInteger(keptDays) || keptDays < 1) {
    const reason = "the event data store does not say since when, or for how long, it keeps events";
    return { window: asked, observedFrom: null, observedTo: asked.to, onlyRegion, reason };
  }
  if (awsNowMs === null) {
    const reason =
      "AWS's answers do not say what time it is (no Date header), so what the store still keeps is not known";
    return { window: asked, observedFrom: null, observedTo: asked.to, onlyRegion, reason };
  }
  const keptFromMs = awsNowMs - keptDays * DAY_MS;
  const window = windowWithin(asked, keptFromMs);
  const fromMs = Date.parse(window.from);
  const isStopped = store.Status !== "ENABLED";
  return {
    window,
    // The last change of one that was stopped was that it was stopped.
    observedFrom: formatInstant(Math.max(createdMs, keptFromMs, fromMs, isStopped ? 0 : changedMs)),
    observedTo: isStopped ? formatInstant(Math.max(fromMs, Math.min(changedMs, Date.parse(window.to)))) : window.to,
    onlyRegion,
    reason: whyNotObserved(),
  };

  function whyNotObserved(): string | null {
    const SKEW_MS = 5 * 60_000; // requests that are dated further off are refused by AWS, so a clock may be as wrong as that
    const toMs = Date.parse(window.to);
    const windowDays = daysBetween(window.from, window.to);
    if (toMs > awsNowMs! + SKEW_MS) {
      return `the window ends on ${window.to}, which has not come: AWS's clock says ${formatInstant(awsNowMs!)}`;
    }
    if (isStopped) {
      return `the event data store is ${store.Status}, since ${formatInstant(changedMs)} or later: what it has is used, and it has nothing of what came after it was stopped. Start its ingestion under CloudTrail → Lake → Event data stores`;
    }
    if (createdMs > fromMs) {
      return `the event data store was created on ${formatInstant(createdMs)}, after the window's start ${window.from}`;
    }
    if (keptDays < windowDays) {
      return `the event data store keeps events for ${keptDays} days, less than the window's ${windowDays}`;
    }
    if (keptFromMs > fromMs) {
      return `the event data store keeps events for ${keptDays} days: by AWS's clock, those before ${formatInstant(keptFromMs)} are deleted, and the window starts on ${window.from}`;
    }
    if (changedMs > fromMs) {
      return `the event data store was last changed on ${formatInstant(changedMs)}, after the window's start ${window.from}: what it kept before is not known. A shorter lookbackDays is observed in full`;
    }
    if (store.MultiRegionEnabled === undefined) {
      return "the event data store does not say whether it records all Regions (MultiRegionEnabled is missing)";
    }
    if (store.MultiRegionEnabled !== true && onlyRegion === null) {
      return "the event data store records its own Region alone, and does not say which that is";
    }
    const selectors = store.AdvancedEventSelectors;
    if (!Array.isArray(selectors) || selectors.length === 0) {
      return "the event data store does not say which events it records (AdvancedEventSelectors is missing or empty)";
    }
    if (!recordsLogins(selectors)) {
      return "the event data store's event selectors may leave logins out (it must record all management events of sso.amazonaws.com)";
    }
    return null;
  }
}

/**
 * The window, beginning a day later where its first hours are deleted while they are read: a query takes up to an hour. Where more
 * than a day is gone, the window stays, and is not observed.
 */
function windowWithin(window: LoginWindow, keptFromMs: number): LoginWindow {
  const READING_MS = 3_600_000;
  const fromMs = Date.parse(window.from);
  const safeFromMs = keptFromMs + READING_MS;
  const laterMs = fromMs + DAY_MS;
  if (safeFromMs <= fromMs || safeFromMs > laterMs || laterMs >= Date.parse(window.to)) return window;
  return { ...window, from: formatInstant(laterMs) };
}

/**
 * Whether an event data store with these selectors records every login to a role: the management events `Federate` and
 * `GetRoleCredentials` of `sso.amazonaws.com`. One selector that admits them is enough, since selectors are alternatives and
 * the fields of one are conditions together (CloudTrail, AdvancedEventSelector). Conditions that are not understood count as
 * not admitting: then no grant is reported as unused.
 *
 * @param selectors as they stand in the answer to GetEventDataStore, which may say more than the SDK knows
 */
export function recordsLogins(selectors: readonly unknown[]): boolean {
  /** What the two events have in each field that a condition may be about. */
  const LOGINS: Readonly<Record<string, readonly string[]>> = {
    eventCategory: ["Management"],
    eventSource: [EVENT_SOURCE],
    eventName: LOGIN_EVENTS,
    eventType: ["AwsServiceEvent", "AwsApiCall"],
  };

  const isNames = (value: unknown): value is readonly string[] =>
    Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string");

  /** A member that is null says nothing. */
  const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
    Object.fromEntries(Object.entries(value ?? {}).filter(([, member]) => member !== null));

  function admitsLogins(condition: unknown): boolean {
    const { Field, ...operators } = membersOf(condition);
    const values = Object.hasOwn(LOGINS, String(Field)) ? LOGINS[String(Field)]! : [];
    const { Equals, NotEquals, ...others } = operators;
    if (values.length === 0 || Object.keys(others).length > 0) return false;
    if (Equals === undefined && NotEquals === undefined) return false;
    const includesAll = Equals === undefined || (isNames(Equals) && values.every((value) => Equals.includes(value)));
    const excludesNone =
      NotEquals === undefined || (isNames(NotEquals) && !values.some((value) => NotEquals.includes(value)));
    return includesAll && excludesNone;
  }

  return selectors.some((selector) => {
    const { Name, FieldSelectors, ...others } = membersOf(selector);
    if (!Array.isArray(FieldSelectors) || Object.keys(others).length > 0) return false;
    const ofCategory = FieldSelectors.some((condition) => membersOf(condition).Field === "eventCategory");
    return ofCategory && FieldSelectors.every(admitsLogins);
  });
}
