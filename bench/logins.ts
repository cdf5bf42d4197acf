import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { createDirectoryArchive } from "../cli/directoryArchive";
import { settings } from "../components/settings";
import { createCaller, inParallel } from "../handlers/aws/aws";
import { LONGEST_HARVEST_MS } from "../handlers/harvest";
import {
  archiveFileOf,
  createEventHistorySource,
  createHarvest,
  LOOKUPS_PER_SECOND,
  type LoginArchive,
  type NamedLogins,
  partText,
  QUARTER_MS,
  quartersBetween,
} from "../handlers/logins/logins";
import { startLocalAws } from "../local/aws";
import { heapFlags } from "../local/deployment/heapFlags";
import { useLocalAws } from "../local/runReport";
import { createHistoryCaller, OWNER, recordOf, wayOf } from "./madeHistory";
import type { ArchiveFigures } from "./readArchiveIn";

/** How much faster than AWS the local AWS is; the grant that the run is told of is as much larger. */
const RATE = 10;
/** Of the 20 a second that sso-admin grants; the same share of every other quota. */
const REQUESTS_PER_SECOND = 15;
const SHARE = REQUESTS_PER_SECOND / 20;
const PAGE = 50;
const DAY_MS = 86_400_000;
const WINDOW_DAYS = 90;
const LOGINS_A_DAY = 20;
const NOW = "2026-11-20T09:00:00Z";

/** Reading Event history, against the pace of its throttle. */
export async function* eventHistory(): AsyncGenerator<object> {
  for (const events of [20_000, 60_000]) yield readHistory(events);
}

/** How long it takes until the login archive has a window. PEOPLE=5000 runs the sizes up to that. */
export async function* harvest(): AsyncGenerator<object> {
  const most = Number(process.env.PEOPLE ?? Number.POSITIVE_INFINITY);
  for (const people of [500, 5_000, 20_000].filter((each) => each <= most)) yield harvested(people);
}

/** A report's read of a year from the login archive. */
export async function* loginArchive(): AsyncGenerator<object> {
  yield readYear(5_000);
}

/** In a directory of its own, which is gone afterwards. */
async function inDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** One that is empty, and keeps the names of what is written: a disk's speed does not follow the clock. */
function createMemoryArchive(): LoginArchive & { readonly names: ReadonlySet<string> } {
  const names = new Set<string>();
  return {
    names,
    place: "memory",
    read: async () => null, // nobody reads what it has written itself
    async write(region, fromMs) {
      names.add(`${region} ${fromMs}`);
      return true;
    },
  };
}

/** The whole window from Event history in two Regions, into an empty archive, against the time that its pages take at least. */
async function readHistory(count: number): Promise<object> {
  const regions = ["eu-west-1", "us-east-1"];
  const nowMs = Date.parse(NOW);
  const spacingMs = ((WINDOW_DAYS - 2) * DAY_MS) / count; // all of them within the window, which begins up to a day later
  const Records = Array.from({ length: count }, (_, index) => ({
    ...recordOf(index % 20 < 2 ? "Federate" : "GetRoleCredentials", (index * 31) % 500, index % 3),
    eventID: `event-${index}`,
    eventTime: new Date(Math.floor((nowMs - 1000 - index * spacingMs) / 1000) * 1000).toISOString(),
    awsRegion: regions[index % 2],
  }));
  const organisation = { Now: NOW, InstanceArn: OWNER.instanceArn, IdentityStoreId: OWNER.identityStoreId, Records };
  // Each name's own pages, and one at least: what no reader can do with fewer.
  const names = ["Federate", "GetRoleCredentials"];
  const fewest = regions.map((region) =>
    names.reduce((pages, name) => {
      const events = Records.filter((each) => each.awsRegion === region && each.eventName === name).length;
      return pages + Math.max(1, Math.ceil(events / PAGE));
    }, 2),
  );
  fewest[0]! += 1; // Regions that were removed, in the primary one
  const aws = await startLocalAws({ organisation: organisation as never, rate: RATE });
  const ending = new AbortController();
  try {
    useLocalAws(aws);
    const archive = createMemoryArchive();
    const keeping = {
      archive,
      earlierFiles: async () => [],
      readByMs: Number.POSITIVE_INFINITY,
    };
    const options = { ...OWNER, requestsPerSecond: REQUESTS_PER_SECOND, keeping };
    const source = createEventHistorySource({ region: regions[0]! }, options);
    const call = createCaller({ requestsPerSecond: REQUESTS_PER_SECOND, signal: ending.signal });
    const window = { from: new Date(nowMs - WINDOW_DAYS * DAY_MS).toISOString(), to: NOW };
    const grants = { "cloudtrail:LookupEvents": LOOKUPS_PER_SECOND * RATE };
    const startedMs = performance.now();
    const { value } = await call.stage(
      "logins",
      async (stage) => {
        const instance = { regions, primary: regions[0]!, refused: null };
        const { reading } = await source.begin(window, instance, stage);
        return source.goOn(reading, Number.POSITIVE_INFINITY, stage, () => {});
      },
      grants,
    );
    const readingSeconds = (performance.now() - startedMs) / 1000;
    if (!value.done || value.part.reason !== null) throw new Error(JSON.stringify(value).slice(0, 400));
    const read = value.part.lastLogins.reduce((sum, each) => sum + each.count, 0);
    if (read !== count) throw new Error(`${read} of ${count} events were read.`);
    const perSecond = LOOKUPS_PER_SECOND * SHARE * RATE;
    const boundSeconds = Math.max(...fewest) / perSecond;
    const { calls, throttled } = aws.stats();
    const pages = fewest.reduce((sum, each) => sum + each);
    const lookUps = calls["cloudtrail:LookupEvents"] ?? 0;
    return {
      events: count,
      regions: regions.length,
      pages,
      lookUps,
      lookUpsToPages: round(lookUps / pages),
      boundSeconds: round(boundSeconds),
      readingSeconds: round(readingSeconds),
      readingToBound: round(readingSeconds / boundSeconds),
      throttled: throttled["cloudtrail:LookupEvents"] ?? 0,
      files: archive.names.size,
    };
  } finally {
    ending.abort(new Error("The benchmark has ended."));
    await aws.close();
  }
}

/** From the deployment until nothing of the window is missing: a harvest every six hours, as long as one may take, on a simulated clock. */
async function harvested(people: number): Promise<object> {
  const startedMs = Date.parse("2026-11-20T00:00:00Z");
  const clock = { nowMs: startedMs };
  const archive = createMemoryArchive();
  const options = { ...OWNER, archive, lookbackDays: WINDOW_DAYS, requestsPerSecond: REQUESTS_PER_SECOND };
  const harvesting = createHarvest({ region: "eu-west-1" }, options);
  const { call, lookUps } = createHistoryCaller(clock, people * LOGINS_A_DAY, LOOKUPS_PER_SECOND * SHARE);
  const cpu = process.cpuUsage();
  let steps = 0;
  for (let executions = 1; ; executions++) {
    const beganMs = clock.nowMs;
    while (clock.nowMs - beganMs <= LONGEST_HARVEST_MS) {
      const done = await harvesting.step(["eu-west-1"], "eu-west-1", clock.nowMs, call);
      if (done.length > 0) {
        steps += 1;
        continue;
      }
      const { user, system } = process.cpuUsage(cpu);
      return {
        people,
        loginsADay: LOGINS_A_DAY,
        days: round((clock.nowMs - startedMs) / DAY_MS),
        daysOfReading: round(lookUps() / (LOOKUPS_PER_SECOND * SHARE) / 86_400),
        executions,
        steps,
        lookUps: lookUps(),
        quarters: archive.names.size,
        cpuSeconds: round((user + system) / 1e6),
      };
    }
    clock.nowMs = Math.max(clock.nowMs, startedMs + executions * QUARTER_MS);
  }
}

/** A report's read of 365 days, in a process of its own with the function's heap. */
function readYear(people: number): Promise<object> {
  return inDirectory(async (directory) => {
    const toMs = Date.parse("2026-11-20T06:00:00Z") - 1000; // with a quarter: nothing is looked up
    const fromMs = toMs + 1000 - 365 * DAY_MS;
    const archive = createDirectoryArchive(directory);
    const quarters = quartersBetween(fromMs, toMs);
    const sizes = await inParallel(quarters, 4, async (quarter) => {
      const logins = loginsOf(people, quarter);
      const events = { Federate: 0, GetRoleCredentials: logins.length * 2, RemoveRegion: 0 };
      const none = { assignments: [], removedRegions: [], records: [] };
      const counts = { ...events, CreateAccountAssignment: 0, DeleteAccountAssignment: 0 };
      const text = partText("eu-west-1", { fromMs: quarter, events: counts, logins, ...none }, OWNER);
      const bytes = await archiveFileOf(text);
      await archive.write("eu-west-1", quarter, bytes);
      return { bytes: bytes.length, characters: text.length, lines: logins.length };
    });
    const total = (member: keyof (typeof sizes)[number]) => sizes.reduce((sum, each) => sum + each[member], 0);
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...heapFlags(settings.memorySize.defaultValue),
      ...["--import", "tsx", resolve(__dirname, "readArchiveIn.ts"), directory, String(fromMs), String(toMs)],
    ]);
    const figures = JSON.parse(stdout) as ArchiveFigures;
    if (figures.files !== quarters.length) throw new Error(`${figures.files} of ${quarters.length} files were used.`);
    return {
      people,
      files: quarters.length,
      lines: total("lines"),
      megabytes: Math.round(total("bytes") / 1e6),
      megabytesUnzipped: Math.round(total("characters") / 1e6),
      seconds: round(figures.seconds),
      cpuSeconds: round(figures.cpuSeconds),
      peakMemoryMB: Math.round(figures.peakMemoryMB),
      combinations: figures.combinations,
    };
  });
}

/**
 * Twenty logins of each person on each working day, in the two quarters from 6 to 18 h, five ways each of which is used twice in a quarter. At other
 * times, of one person in fifty.
 */
function loginsOf(people: number, quarter: number): NamedLogins[] {
  const date = new Date(quarter);
  const isWork = date.getUTCDay() % 6 !== 0 && [6, 12].includes(date.getUTCHours());
  const logins: NamedLogins[] = [];
  for (let person = 0; person < people; person += isWork ? 1 : 50) {
    for (let way = 0; way < 5; way++) {
      const firstMs = quarter + 1000 * ((person * 7919 + way * 104_729 + date.getUTCDate() * 1_299_709) % 20_000);
      const times = { firstMs, lastConsoleMs: null, lastProgrammaticMs: firstMs + 1_500_000 };
      logins.push({ ...wayOf(person, way), principalId: "", userName: "", ...times, count: 2 });
    }
  }
  return logins;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
