import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { type Caller, type ClientOptions, clientSettings, pagesOf, SLICE_OVER } from "../aws/aws";
import { messageOf } from "../errors";
import type { ObservedRegion, Progress } from "../model";
import { formatInstant } from "../times";
import { type LookedUpEvent, loginOf, removedRegionOf } from "./eventRecord";
import { EVENTS, LOGIN_EVENTS, type LoginEventName, REGION_REMOVED } from "./events";
import { type NamedLogins, partOf } from "./part";
import type { LoginPart, LoginSource, LoginWindow } from "./source";

const DAY_MS = 86_400_000;
/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html */
const KEPT_DAYS = 90;

/** What is looked up. */
export interface HistoryReading {
  readonly window: LoginWindow;
  readonly regions: readonly string[];
  readonly primary: string | null;
}

/** An event as the journal keeps it: when it was, in milliseconds since 1970, and, where it is a login, its id, user, account and role. */
type KeptEvent = readonly [atMs: number] | readonly [atMs: number, ...texts: string[]];

/**
 * CloudTrail Event history as the login source: what every account has without any set-up, in each Region of its own, for 90 days. Events are
 * looked up by name, newest first, at most 50 a page and 2 pages a second in a Region
 * (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html).
 */
export function createEventHistorySource(options: ClientOptions): LoginSource<HistoryReading> {
  const clients = new Map<string, CloudTrailClient>();

  function clientIn(region: string): CloudTrailClient {
    const client = clients.get(region) ?? new CloudTrailClient({ ...clientSettings(options), region });
    clients.set(region, client);
    return client;
  }

  /** Adds what a Region has to `logins`, and tells from when to when that is. */
  async function readRegion(
    region: string,
    { from, to }: LoginWindow,
    logins: ReturnType<typeof createSums>,
    call: Caller,
    progress: Progress,
  ): Promise<ObservedRegion> {
    if (region === "") {
      return {
        region,
        from: null,
        to,
        reason: "a Region of the instance was removed, and the event does not tell which",
      };
    }
    const oldestMs = oldestMsOf({ from, to });
    let count = 0;
    let expected = 0; // as many events as there seem to be, from the first page of each name on
    let nowMs: number | null = null; // by AWS's own clock, when the last page was read
    const onEvents = (name: LoginEventName, events: readonly KeptEvent[], awsNowMs: number | null) => {
      if (awsNowMs !== null) nowMs = Math.max(nowMs ?? 0, awsNowMs);
      logins.add(name, events);
      count += events.length;
      progress(`events in ${region}`, count, count < expected ? expected : null);
    };
    const look = createLookUp(clientIn(region), region, call, onEvents, (events) => {
      expected += events;
    });
    await Promise.all(LOGIN_EVENTS.map((name) => look(name, oldestMs, Date.parse(to))));
    // What was older by then was gone before it was read.
    if (nowMs === null) {
      const reason =
        "AWS's answers do not say what time it is (no Date header), so what Event history still had is not known";
      return { region, from: null, to, reason };
    }
    const keptFromMs = Math.max(oldestMs, nowMs - KEPT_DAYS * DAY_MS);
    const reason =
      keptFromMs > Date.parse(from)
        ? `CloudTrail Event history keeps events for ${KEPT_DAYS} days: those before ${formatInstant(keptFromMs)} are gone, and the window starts on ${from}`
        : null;
    return { region, from: formatInstant(keptFromMs), to, reason };
  }

  /** Where the instance was in the window, and is no more: people may have logged in there. "" for one whose name nobody knows. */
  async function removedRegions(region: string, window: LoginWindow, call: Caller): Promise<string[]> {
    const names: string[] = [];
    for await (const { items } of pagesOf(call, clientIn(region), {
      command: (NextToken) => lookUp(REGION_REMOVED, oldestMsOf(window), Date.parse(window.to), NextToken),
      list: "Events",
      itemOf: (event) => removedRegionOf(event),
      idOf: String,
      keptAs: `removed regions ${region}`,
    })) {
      for (const name of items) if (name !== null) names.push(name);
    }
    return names;
  }

  return {
    grants: { "cloudtrail:LookupEvents": 2 },

    async begin(asked, { regions, primary }) {
      const window = windowWithin(asked);
      const observedFrom = formatInstant(oldestMsOf(window));
      return { window, observedFrom, reason: null, queryId: null, reading: { window, regions, primary } };
    },

    async goOn({ window, regions: present, primary }, _untilMs, call, progress) {
      const logins = createSums();
      // Told in the primary Region; where AWS does not say which that is, in one of them.
      const places = primary === null ? present : [primary];
      const removed = await Promise.all(places.map((place) => removedRegions(place, window, call)));
      const regions = [...new Set([...present, ...removed.flat()])].sort();
      const observed = await Promise.all(
        regions.map((region) =>
          readRegion(region, window, logins, call, progress).catch((error): ObservedRegion => {
            call.throwIfEnded();
            if ((error as Error).name === SLICE_OVER) throw error;
            return {
              region,
              from: null,
              to: window.to,
              reason: `CloudTrail Event history could not be read there: ${messageOf(error)}`,
            };
          }),
        ),
      );
      const reasons = observed.flatMap(({ region, reason }) => (reason === null ? [] : [`in ${region}, ${reason}`]));
      const reason = reasons.length === 0 ? null : reasons.join("; ");
      const part: LoginPart = { ...partOf(logins.sums()), assignments: [], regions: observed, reason, bytesScanned: null };
      return { done: true, part };
    },

    async giveUp() {}, // nothing goes on in AWS that nobody reads
  };
}

/**
 * The window, beginning a day later where it is as long as events are kept: the oldest are deleted while the newest are read. A longer one
 * stays, and is not observed.
 */
function windowWithin(asked: LoginWindow): LoginWindow {
  const days = (Date.parse(asked.to) - Date.parse(asked.from)) / DAY_MS;
  if (days <= KEPT_DAYS - 1 || days > KEPT_DAYS) return asked;
  return { ...asked, from: formatInstant(Date.parse(asked.to) - (KEPT_DAYS - 1) * DAY_MS) };
}

/** Never before what Event history can still have. */
function oldestMsOf({ from, to }: LoginWindow): number {
  return Math.max(Date.parse(from), Date.parse(to) - KEPT_DAYS * DAY_MS);
}

function lookUp(name: string, fromMs: number, toMs: number, NextToken: string | undefined): LookupEventsCommand {
  const LookupAttributes = [{ AttributeKey: "EventName" as const, AttributeValue: name }];
  const window = { StartTime: new Date(fromMs), EndTime: new Date(toMs) };
  return new LookupEventsCommand({ ...window, LookupAttributes, MaxResults: 50, NextToken });
}

/** Reads the events of one name from one instant to another, both within, in a Region. */
function createLookUp(
  client: CloudTrailClient,
  region: string,
  call: Caller,
  onEvents: (name: LoginEventName, events: readonly KeptEvent[], awsNowMs: number | null) => void,
  /** Told once for each name how many there seem to be. */
  onExpected: (events: number) => void,
) {
  const LISTINGS = 16; // side by side: a page may take seconds to come, and two a second are granted
  const PAGES_A_LISTING = 20; // fewer are not worth a listing of their own

  function pages(name: LoginEventName, fromMs: number, toMs: number) {
    return pagesOf(call, client, {
      command: (NextToken) => lookUp(name, fromMs, toMs, NextToken),
      list: "Events",
      itemOf: (event) => keptEvent(event, name, fromMs),
      idOf: String,
      keptAs: `events ${region} ${name} ${fromMs} ${toMs}`,
      figureOf: () => call.awsNowMs(),
    });
  }

  async function readAll(name: LoginEventName, fromMs: number, toMs: number): Promise<void> {
    for await (const { items, figure } of pages(name, fromMs, toMs)) onEvents(name, items, figure);
  }

  return async (name: LoginEventName, fromMs: number, toMs: number): Promise<void> => {
    let downToMs = fromMs; // how far the listing that begins with the newest goes itself
    let others: Promise<unknown> = Promise.resolve();
    let isFirst = true;
    for await (const { items, next, figure } of pages(name, fromMs, toMs)) {
      onEvents(name, items, figure);
      const oldestMs = items.reduce((oldest, [atMs]) => Math.min(oldest, atMs), toMs);
      if (isFirst && next !== null) {
        isFirst = false;
        // As many events as in this page are expected in every stretch of time as long as it.
        const pagesLeft = (oldestMs - fromMs) / Math.max(1000, toMs - oldestMs);
        onExpected(Math.round((1 + pagesLeft) * items.length));
        const listings = Math.min(LISTINGS, 1 + Math.floor(pagesLeft / PAGES_A_LISTING));
        const bounds = Array.from(
          { length: listings + 1 },
          (_, index) => fromMs + 1000 * Math.round((index * (oldestMs - fromMs)) / listings / 1000),
        );
        downToMs = bounds[listings - 1]!;
        others = Promise.all(
          bounds.slice(0, listings - 1).map((from, index) => readAll(name, from, bounds[index + 1]! - 1000)),
        );
        others.catch(() => {}); // waited for below
      }
      if (oldestMs < downToMs) break;
    }
    await others;
  };
}

function keptEvent(event: LookedUpEvent, name: LoginEventName, unknownMs: number): KeptEvent {
  const found = loginOf(event, name, unknownMs);
  if (found === null) return [event.EventTime?.getTime() ?? unknownMs];
  const { id, atMs, login } = found;
  return [atMs, id, login.userId, login.principalId, login.userName, login.accountId, login.roleName];
}

/** Logins of one user to one account and role, summed up; each event counts once, however often it is delivered. */
function createSums() {
  const seen = new Set<string>();
  const sums = new Map<string, { -readonly [Key in keyof NamedLogins]: NamedLogins[Key] }>();
  const later = (one: number | null, other: number) => Math.max(one ?? 0, other);

  function addOne(name: LoginEventName, [atMs, id = "", ...who]: KeptEvent): void {
    if (who.length === 0 || seen.has(id)) return;
    seen.add(id);
    const key = who.join("\n");
    let sum = sums.get(key);
    if (sum === undefined) {
      const [userId = "", principalId = "", userName = "", accountId = "", roleName = ""] = who;
      const none = { firstMs: atMs, lastConsoleMs: null, lastProgrammaticMs: null, count: 0 };
      sum = { userId, principalId, userName, accountId, roleName, ...none };
      sums.set(key, sum);
    }
    const last = EVENTS[name] === "console" ? "lastConsoleMs" : "lastProgrammaticMs";
    sum[last] = later(sum[last], atMs);
    sum.firstMs = Math.min(sum.firstMs, atMs);
    sum.count += 1;
  }

  return {
    add(name: LoginEventName, events: readonly KeptEvent[]): void {
      for (const event of events) addOne(name, event);
    },
    sums: (): NamedLogins[] => [...sums.values()],
  };
}
