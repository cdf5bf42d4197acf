import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { type Caller, type ClientOptions, clientSettings, type Grants, inParallel } from "../aws/aws";
import { formatInstant } from "../times";
import { type ArchiveOwner, archiveFileOf, isRegionName, type LoginArchive, partOfFile, partText } from "./archive";
import { LOOKUPS_PER_SECOND, namesIn } from "./eventHistory";
import type { EventName } from "./events";
import { openSpan, PAGE_EVENTS } from "./historyBatch";
import { KEPT_DAYS, SETTLED_AFTER_MS } from "./historyRegion";
import { QUARTER_MS, quarterFrom, quarterOf, quartersBetween } from "./quarters";

/** What a harvest works on. */
export interface HarvestOptions extends ArchiveOwner {
  readonly archive: LoginArchive;
  /** See `Settings`; no more than 90 are harvested. */
  readonly lookbackDays: number;
  readonly requestsPerSecond: number;
}

/** What a harvest has done in one step, of one Region. */
export interface HarvestedRegion {
  readonly region: string;
  /** Quarters of days: written to the archive, and still missing. */
  readonly written: number;
  readonly missing: number;
  /** How long it would take to read these, at the share of the quota; about. */
  readonly hoursLeft: number;
  /** Events a day, and how many can be read in one; about. */
  readonly eventsADay: number;
  readonly readADay: number;
}

/** Reads from Event history what the login archive lacks, the newest first. */
export interface Harvest {
  readonly grants: Grants;
  /**
   * One step: the newest quarters that are missing in each Region, as many as are read together. What stands once is not looked at again.
   *
   * @param regions of the instance
   * @param nowMs by AWS's clock, milliseconds since 1970
   * @returns none where nothing is missing any more
   */
  step(regions: readonly string[], primary: string | null, nowMs: number, call: Caller): Promise<HarvestedRegion[]>;
  /** How many hours ago the newest quarter ended that the archive has of each Region; at most a week. */
  hoursBehind(regions: readonly string[], nowMs: number): Promise<number>;
  /** What of the archive cannot be used, and is in the way: sentences. */
  problems(): readonly string[];
}

export function createHarvest(options: ClientOptions, given: HarvestOptions): Harvest {
  const DAY_MS = 86_400_000;
  const AT_A_TIME = 16;
  const { archive, lookbackDays, requestsPerSecond } = given;
  const clients = new Map<string, CloudTrailClient>();
  /** By Region: what is known to stand. */
  const standing = new Map<string, Set<number>>();
  const removed = new Set<string>();
  const problems: string[] = [];

  function clientIn(region: string): CloudTrailClient {
    const client = clients.get(region) ?? new CloudTrailClient({ ...clientSettings(options), region });
    clients.set(region, client);
    return client;
  }

  function standingIn(region: string): Set<number> {
    const known = standing.get(region) ?? new Set<number>();
    standing.set(region, known);
    return known;
  }

  /** Whether something stands there; what cannot be used stays, and is looked up by each report. */
  async function look(region: string, quarter: number, names: readonly EventName[]): Promise<boolean> {
    const bytes = await archive.read(region, quarter);
    if (bytes === null) return false;
    const read = await partOfFile(bytes, region, quarter, given, names);
    if ("part" in read) for (const each of read.part.removedRegions) removed.add(each);
    else problems.push(`The login archive's file of ${region} from ${formatInstant(quarter)} ${read.unusable}.`);
    return true;
  }

  async function missingIn(region: string, names: readonly EventName[], nowMs: number): Promise<number[]> {
    const days = Math.min(lookbackDays, KEPT_DAYS);
    const lastMs = quarterOf(nowMs - SETTLED_AFTER_MS) - QUARTER_MS;
    const known = standingIn(region);
    const unknown = quartersBetween(quarterFrom(nowMs - days * DAY_MS), lastMs).filter(
      (quarter) => !known.has(quarter),
    );
    const missing: number[] = [];
    await inParallel(unknown, AT_A_TIME, async (quarter) => {
      if (await look(region, quarter, names)) known.add(quarter);
      else missing.push(quarter);
    });
    return missing.sort((a, b) => a - b);
  }

  async function stepIn(
    region: string,
    names: readonly EventName[],
    nowMs: number,
    call: Caller,
  ): Promise<HarvestedRegion | null> {
    const missing = await call.once("missing", region, () => missingIn(region, names, nowMs));
    if (missing.length === 0) return null;
    let first = missing.length - 1;
    while (first > 0 && missing[first - 1] === missing[first]! - QUARTER_MS) first--;
    const [fromMs, toMs] = [missing[first]!, missing.at(-1)! + QUARTER_MS - 1000];
    const opened = await openSpan(clientIn(region), { region, names, fromMs, toMs }, given.instanceArn, call);
    const pages = opened.pagesFrom(fromMs) / (missing.length - first); // a quarter
    const batch = await opened.readBatch(() => {});
    const read = missing.filter((quarter) => quarter >= batch.fromMs);
    const known = standingIn(region);
    let written = 0;
    await inParallel(read, AT_A_TIME, async (quarter) => {
      known.add(quarter); // what was gone before it was read never comes back
      if (batch.lastReadMs === null || quarter < batch.lastReadMs - KEPT_DAYS * DAY_MS) return;
      const part = batch.sums.part(quarter);
      for (const each of part.removedRegions) removed.add(each);
      if (await archive.write(region, quarter, await archiveFileOf(partText(region, part, given)))) written += 1;
    });
    const left = missing.length - read.length;
    const pagesPerSecond = LOOKUPS_PER_SECOND * Math.min(1, requestsPerSecond / 20);
    return {
      region,
      written,
      missing: left,
      hoursLeft: (left * pages) / pagesPerSecond / 3600,
      eventsADay: Math.round(4 * pages * PAGE_EVENTS),
      readADay: Math.round(pagesPerSecond * PAGE_EVENTS * 86_400),
    };
  }

  return {
    grants: { "cloudtrail:LookupEvents": LOOKUPS_PER_SECOND },

    async step(regions, primary, nowMs, call) {
      const steps: HarvestedRegion[] = [];
      const done = new Set<string>();
      for (let next = [...regions]; next.length > 0; ) {
        const found = await Promise.all(
          next.map((region) => stepIn(region, namesIn(region, regions, primary), nowMs, call)),
        );
        for (const one of found) if (one !== null) steps.push(one);
        for (const region of next) done.add(region);
        next = [...removed].filter((region) => isRegionName(region) && !done.has(region));
      }
      return steps;
    },

    async hoursBehind(regions, nowMs) {
      const WEEK_HOURS = 168;
      const behind = regions.map(async (region) => {
        const known = standingIn(region);
        for (let quarter = quarterOf(nowMs) - QUARTER_MS; quarter > nowMs - 7 * DAY_MS; quarter -= QUARTER_MS) {
          if (known.has(quarter) || (await archive.read(region, quarter)) !== null) {
            return (nowMs - quarter - QUARTER_MS) / 3_600_000;
          }
        }
        return WEEK_HOURS;
      });
      return Math.max(0, ...(await Promise.all(behind)));
    },

    problems: () => problems,
  };
}
