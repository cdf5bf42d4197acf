import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { type ClientOptions, clientSettings } from "../aws/aws";
import type { ArchiveFile } from "../model";
import { formatInstant } from "../times";
import type { ArchiveOwner, LoginArchive } from "./archive";
import { ASSIGNMENT_EVENTS, type EventName, type EventsRead, LOGIN_EVENTS, REGION_REMOVED } from "./events";
import { KEPT_DAYS, type ReadingEstimate, type ReadRegion, readRegion } from "./historyRegion";
import { partOf } from "./part";
import { createWindowSums } from "./quarterSums";
import { quarterFrom, quarterOf } from "./quarters";
import type { LoginPart, LoginSource, LoginWindow } from "./source";

const DAY_MS = 86_400_000;

/** What is looked up. */
export interface HistoryReading {
  readonly window: LoginWindow;
  readonly regions: readonly string[];
  readonly primary: string | null;
  readonly read: EventsRead;
}

/** Where what is read is kept, and how long may be read; looked at whenever a reading goes on. */
export interface LoginKeeping {
  /** `null` where nothing is kept. */
  readonly archive: LoginArchive | null;
  /** The files of the archive that the newest report has used. */
  readonly earlierFiles: () => Promise<readonly ArchiveFile[]>;
  /** When the run must have read all, milliseconds since 1970; `Infinity` for no end. */
  readonly readByMs: number;
  /** Told in each Region, once the first pages are there, how long it takes to read what is not in the archive. */
  readonly onEstimate?: (estimate: ReadingEstimate) => void;
}

/** Nothing is kept, and there is no end. */
export const NOTHING_KEPT: LoginKeeping = {
  archive: null,
  earlierFiles: async () => [],
  readByMs: Number.POSITIVE_INFINITY,
};

export interface HistoryOptions extends ArchiveOwner {
  /** See `Settings.requestsPerSecond`. */
  readonly requestsPerSecond: number;
  readonly keeping: LoginKeeping;
}

/** What AWS grants: pages a second in each Region. */
export const LOOKUPS_PER_SECOND = 2;

/**
 * CloudTrail Event history as the login source: what every account has without any set-up, in each Region of its own, for 90 days. Events are
 * looked up by name, newest first, at most 50 a page and 2 pages a second in a Region
 * (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html). What was read once lies in the login archive.
 */
export function createEventHistorySource(options: ClientOptions, kept: HistoryOptions): LoginSource<HistoryReading> {
  const clients = new Map<string, CloudTrailClient>();

  function clientIn(region: string): CloudTrailClient {
    const client = clients.get(region) ?? new CloudTrailClient({ ...clientSettings(options), region });
    clients.set(region, client);
    return client;
  }

  return {
    grants: { "cloudtrail:LookupEvents": LOOKUPS_PER_SECOND },

    async begin(asked, { regions, primary }, _call, read = "all") {
      const wholeQuarters = { from: formatInstant(quarterOf(Date.parse(asked.from))), to: asked.to };
      const window = read === "all" ? windowWithin(asked) : wholeQuarters;
      const oldestMs = Math.max(Date.parse(window.from), quarterFrom(Date.parse(window.to) - KEPT_DAYS * DAY_MS));
      const observedFrom = formatInstant(oldestMs);
      return { window, observedFrom, reason: null, queryId: null, reading: { window, regions, primary, read } };
    },

    async goOn({ window, regions: present, primary, read: events }, _untilMs, call, progress) {
      const sums = createWindowSums();
      const { requestsPerSecond, instanceArn, identityStoreId } = kept;
      // What is read of some events alone covers nothing.
      const { archive, earlierFiles, readByMs, onEstimate } =
        events === "all" ? kept.keeping : { ...NOTHING_KEPT, readByMs: kept.keeping.readByMs };
      const earlier = await call.once("login archive", "earlier", earlierFiles);
      const hashes = Object.fromEntries(earlier.map(({ region, from, sha256 }) => [`${region} ${from}`, sha256]));

      async function read(region: string): Promise<ReadRegion> {
        const names = events === "all" ? namesIn(region, present, primary) : ASSIGNMENT_EVENTS;
        const pagesPerSecond = LOOKUPS_PER_SECOND * Math.min(1, requestsPerSecond / 20);
        const owner = { instanceArn, identityStoreId };
        const reading = {
          region,
          names,
          window,
          owner,
          archive,
          earlier: hashes,
          pagesPerSecond,
          readByMs,
          onEstimate,
        };
        return readRegion(clientIn(region), reading, sums, call, progress);
      }

      const done = new Map<string, ReadRegion>();
      // A Region that the instance was removed from is known once the events are read that tell it.
      for (let next = [...present]; next.length > 0; ) {
        const regions = await Promise.all(next.map(read));
        for (const each of regions) done.set(each.observed.region, each);
        next = [...new Set(regions.flatMap(({ removedRegions }) => removedRegions))].filter((name) => !done.has(name));
        const nameless = "a Region of the instance was removed, and the event does not tell which";
        if (next.includes("")) done.set("", notRead("", window, nameless));
        next = next.filter((name) => name !== "");
      }
      const all = [...done.values()].sort((a, b) => (a.observed.region < b.observed.region ? -1 : 1));
      const regions = all.map(({ observed }) => observed);
      const reasons = regions.flatMap(({ region, reason }) => (reason === null ? [] : [`in ${region}, ${reason}`]));
      const part: LoginPart = {
        ...partOf(sums.logins()),
        assignments: sums.assignments(),
        regions,
        reason: reasons.length === 0 ? null : reasons.join("; "),
        bytesScanned: null,
        observedFrom: latestFrom(regions),
        archive: all.flatMap(({ files }) => files),
        notes: all.flatMap(({ notes }) => notes),
      };
      return { done: true, part };
    },

    async giveUp() {}, // nothing goes on in AWS that nobody reads
  };
}

/** The events that are read in a Region. That the instance was removed from one is told in the primary Region; where AWS does not say which that is, in one of them. */
export function namesIn(region: string, present: readonly string[], primary: string | null): readonly EventName[] {
  const tells = primary === null ? present.includes(region) : region === primary;
  return [...LOGIN_EVENTS, ...ASSIGNMENT_EVENTS, ...(tells ? [REGION_REMOVED] : [])] as EventName[];
}

function notRead(region: string, { to }: LoginWindow, reason: string): ReadRegion {
  return { observed: { region, from: null, to, reason }, files: [], notes: [], removedRegions: [] };
}

/** From when on every Region was seen; `null` where one was not. */
function latestFrom(regions: LoginPart["regions"]): string | null {
  const froms = regions.map(({ from }) => from);
  return froms.reduce(
    (latest, from) => (latest === null || from === null ? null : from > latest ? from : latest),
    froms[0] ?? null,
  );
}

/**
 * The window, beginning with a quarter of a day. One as long as events are kept begins up to a day later: the oldest are deleted while the
 * newest are read. A longer one stays, and is observed as far as the login archive reaches.
 */
export function windowWithin({ from, to }: LoginWindow): LoginWindow {
  const fromMs = quarterFrom(Date.parse(from));
  const toMs = Date.parse(to);
  const days = (toMs - Date.parse(from)) / DAY_MS;
  const isAsLong = days > KEPT_DAYS - 1 && days <= KEPT_DAYS;
  const laterMs = quarterOf(toMs - (KEPT_DAYS - 1) * DAY_MS);
  return { from: formatInstant(isAsLong ? Math.max(fromMs, laterMs) : fromMs), to };
}
