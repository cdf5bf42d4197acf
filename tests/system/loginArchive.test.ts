import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { createCaller, createJournal } from "../../handlers/aws/aws";
import type { LoginKeeping, ReadingEstimate } from "../../handlers/logins/logins";
import type { LoginPart } from "../../handlers/logins/source";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { generateOrganisation } from "../../local/generate";
import { type ProductRun, runProduct } from "../../local/runReport";
import { createMemoryArchive, historySource } from "../support/loginArchives";
import { isLong, longTest, series } from "../support/long";
import { login, many, now, oneGrant, organisationOf, user } from "../support/organisation";
import { runSliced } from "../support/slicedRun";

// The login archive: what Event history has shown once is not looked up again, and a report from it is the one that looks up everything.

const HISTORY = { eventDataStore: "", lookbackDays: 60 };
const QUARTERS = 60 * 4;
const servers: LocalAws[] = [];

async function serve(organisation: Parameters<typeof startLocalAws>[0]["organisation"]): Promise<LocalAws> {
  const localAws = await startLocalAws({ organisation, throttle: false, rate: 1_000 });
  servers.push(localAws);
  return localAws;
}
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

const keepingIn = (
  archive: ReturnType<typeof createMemoryArchive>,
  more: Partial<LoginKeeping> = {},
): LoginKeeping => ({
  archive,
  earlierFiles: async () => [],
  readByMs: Number.POSITIVE_INFINITY,
  ...more,
});
const lookUps = (localAws: LocalAws) => localAws.stats().calls["cloudtrail:LookupEvents"] ?? 0;

/** What a report says of logins, in all of its files. */
const said = ({ csv, files, manifest }: ProductRun) => {
  const { calls, pages, archive, ...logins } = manifest.sources.logins;
  const { rows, warnings } = manifest;
  return { csv, unexplained: files["unexplained_logins.csv"]?.toString("utf8"), logins, rows, warnings };
};

/** An hour apart, back from the present, of three users in two accounts. */
const hourly = (count: number, more: object = {}) =>
  many(count, (hour) => {
    const eventTime = new Date(Date.parse(now) - hour * 3_600_000).toISOString().replace(".000Z", "Z");
    return login(hour % 2, hour % 3, hour % 3, {
      awsRegion: "eu-west-1",
      eventID: `event-${hour}`,
      eventTime,
      ...more,
    });
  });
/** Spread over nearly all of the window. A page of them has 50, and what is read in one go has 400 pages. */
const spread = (count: number, place: (index: number) => readonly [number, number, number]) =>
  many(count, (index) => {
    const ms = Date.parse(now) - 1000 * Math.floor((index * 59 * 86_400) / count);
    const eventTime = new Date(ms).toISOString().replace(".000Z", "Z");
    return login(...place(index), { awsRegion: "eu-west-1", eventID: `event-${index}`, eventTime });
  });
const organisation = organisationOf({ ...oneGrant, Records: hourly(60 * 24) } as never);
const sparse = organisationOf({ ...oneGrant, Records: hourly(20) } as never);

test("what stands in the archive is not looked up: only what is newer, once for each event", async () => {
  const localAws = await serve(sparse);
  const archive = createMemoryArchive();
  const first = await runProduct(localAws, HISTORY, undefined, keepingIn(archive));
  // Two login events, two of assignments, and that of removed Regions: where a page holds all, there is no other.
  expect(lookUps(localAws)).toBe(5);
  // The window begins at 12 h and ends at 9 h: all its quarters but the one that is not over.
  expect(archive.counts).toEqual({ read: QUARTERS - 1, written: QUARTERS - 1 });

  localAws.reset();
  const second = await runProduct(localAws, HISTORY, undefined, keepingIn(archive));

  expect(lookUps(localAws)).toBe(5);
  expect(archive.counts.written).toBe(QUARTERS - 1);
  expect(said(second)).toEqual(said(first));
  expect(second.manifest.sources.logins.archive).toHaveLength(QUARTERS - 1);
  expect(second.manifest.sources.logins.archive).toEqual(first.manifest.sources.logins.archive);
});

test("a quarter that ended less than an hour ago is read each time", async () => {
  const localAws = await serve({ ...sparse, Now: "2026-11-20T12:59:00Z" } as never);
  const archive = createMemoryArchive();
  await runProduct(localAws, HISTORY, undefined, keepingIn(archive));
  expect([...archive.files.keys()].sort().at(-1)).toContain("2026-11-20T000000Z");
  await localAws.serveOrganisation({ ...sparse, Now: "2026-11-20T13:00:00Z" } as never);
  await runProduct(localAws, HISTORY, undefined, keepingIn(archive));
  expect([...archive.files.keys()]).toContain("logins/eu-west-1/2026-11-20T060000Z.jsonl.gz");
});

longTest("many events take each page once, and are there in the next report", async () => {
  const events = 30_000;
  const pages = events / 50;
  const Records = spread(events, (index) => [index % 3, index % 2, index % 7]);
  const localAws = await serve(organisationOf({ ...oneGrant, Records } as never));
  const archive = createMemoryArchive();
  const first = await runProduct(localAws, HISTORY, undefined, keepingIn(archive));
  localAws.reset();
  const direct = await runProduct(localAws, HISTORY);
  expect(said(first)).toEqual(said(direct));
  // Where two listings or two batches meet, a page is read twice; and each batch looks for each of the five names.
  expect(lookUps(localAws)).toBeGreaterThanOrEqual(pages);
  expect(lookUps(localAws)).toBeLessThanOrEqual(pages * 1.06);

  localAws.reset();
  const second = await runProduct(localAws, HISTORY, undefined, keepingIn(archive));
  expect(said(second)).toEqual(said(first));
  expect(lookUps(localAws)).toBeLessThanOrEqual(5 + 2);
});

test("a run that is cut anywhere gives the same, and asks for each page once", async () => {
  const localAws = await serve(organisation);
  const whole = await runProduct(localAws, HISTORY, undefined, keepingIn(createMemoryArchive()));
  const calls = lookUps(localAws);
  localAws.reset();
  const archive = createMemoryArchive();
  const cut = await runSliced(localAws, () => 7, HISTORY, keepingIn(archive));
  expect(cut.slices).toBeGreaterThan(5);
  expect(cut.files["credential_report.csv"]?.toString("utf8")).toBe(whole.csv);
  expect(lookUps(localAws)).toBe(calls);
  expect(archive.counts.written).toBe(QUARTERS - 1);
});

describe("a file of the archive that is not what it should be", () => {
  const victim = "logins/eu-west-1/2026-10-30T060000Z.jsonl.gz";
  const edited = (bytes: Buffer, change: (text: string) => string) =>
    gzipSync(change(gunzipSync(bytes).toString("utf8")));

  let localAws: LocalAws;
  let first: ProductRun;
  let written: ReadonlyMap<string, Buffer>;
  beforeAll(async () => {
    localAws = await startLocalAws({ organisation, throttle: false, rate: 1_000 });
    const archive = createMemoryArchive();
    first = await runProduct(localAws, HISTORY, undefined, keepingIn(archive));
    written = archive.files;
  });
  afterAll(() => localAws.close());

  test.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
    ["is cut short", (bytes) => bytes.subarray(0, 100), /is damaged or cut short/],
    [
      "is of another instance",
      (bytes) => edited(bytes, (t) => t.replace("ssoins-0", "ssoins-9")),
      /of another instanceArn/,
    ],
    [
      "is of an older format",
      (bytes) => edited(bytes, (t) => t.replace('"format":1', '"format":0')),
      /has the format 0/,
    ],
    ["was forged", (bytes) => edited(bytes, (t) => t.replace(/"login".*\n/, "")), /lines after its first/],
  ])("%s: it is said and not used, and looked up instead", async (_, change, why) => {
    const archive = createMemoryArchive(new Map(written));
    const good = archive.files.get(victim)!;
    archive.files.set(victim, change(good));
    localAws.reset();

    const second = await runProduct(localAws, HISTORY, undefined, keepingIn(archive));

    const { warnings, ...same } = said(second);
    expect(same).toEqual({ ...said(first), warnings: undefined });
    expect(warnings).toEqual([
      ...first.manifest.warnings,
      expect.stringMatching(new RegExp(`eu-west-1 from 2026-10-30T06:00:00Z .*${why.source}`)),
    ]);
    expect(lookUps(localAws)).toBe(10);
    expect(archive.files.get(victim)).toEqual(change(good));
  });

  test("has other bytes than the report before has used: the same, though it is whole", async () => {
    const archive = createMemoryArchive(new Map(written));
    const used = first.manifest.sources.logins.archive!;
    const forged = archive.files.get(victim)!;
    // Somebody says that nothing happened.
    const nothing = edited(forged, (text) => {
      const head = JSON.parse(text.split("\n")[0]!);
      return `${JSON.stringify({ ...head, lines: 0 })}\n`;
    });
    archive.files.set(victim, nothing);

    const trusted = await runProduct(localAws, HISTORY, undefined, keepingIn(archive));
    expect(said(trusted)).not.toEqual(said(first)); // before a manifest has vouched for it, nothing shows it
    const second = await runProduct(
      localAws,
      HISTORY,
      undefined,
      keepingIn(archive, { earlierFiles: async () => used }),
    );

    expect(second.csv).toBe(first.csv);
    expect(second.manifest.warnings.join()).toMatch(
      /2026-10-30T06:00:00Z is not the one that the report before this one has used/,
    );
    expect(second.manifest.sources.logins.archive).toHaveLength(QUARTERS - 2);
  });

  test("is gone, though the report before has used it: it is said, and written again", async () => {
    const archive = createMemoryArchive(new Map(written));
    const used = first.manifest.sources.logins.archive!;
    archive.files.delete(victim);
    const keeping = keepingIn(archive, { earlierFiles: async () => used });
    const second = await runProduct(localAws, HISTORY, undefined, keeping);
    expect(second.manifest.warnings.join()).toMatch(/is gone since the report before this one/);
    expect(second.manifest.sources.logins.archive).toEqual(used);
  });
});

test("a window beyond 90 days is observed as far as the archive reaches", async () => {
  const archive = createMemoryArchive();
  const localAws = await serve({ ...organisation, Now: "2026-09-20T09:00:00Z" } as never);
  await runProduct(localAws, { ...HISTORY, lookbackDays: 80 }, undefined, keepingIn(archive));
  await localAws.serveOrganisation(organisation);
  const long = await runProduct(localAws, { ...HISTORY, lookbackDays: 120 }, undefined, keepingIn(archive));
  expect(long.manifest.sources.logins).toMatchObject({
    observed: true,
    reason: null,
    observedFrom: "2026-07-23T12:00:00Z",
  });
  const longer = await runProduct(localAws, { ...HISTORY, lookbackDays: 150 }, undefined, keepingIn(archive));
  expect(longer.manifest.sources.logins).toMatchObject({ observed: false, observedFrom: "2026-07-02T12:00:00Z" });
  expect(longer.manifest.sources.logins.reason).toContain("those before 2026-07-02T12:00:00Z are gone");
});

test("what takes longer than the run has is left to the harvest: the newest part counts, and nothing is reported as unused", async () => {
  const events = isLong ? 30_000 : 24_000;
  const pages = events / 50;
  const Records = spread(events, (index) => [0, 0, index % 3]);
  const localAws = await serve(
    organisationOf({ ...oneGrant, Users: many(3, (index) => user(index)), Records } as never),
  );
  const archive = createMemoryArchive();
  const estimates: ReadingEstimate[] = [];
  const hurried = keepingIn(archive, { readByMs: Date.now(), onEstimate: (estimate) => estimates.push(estimate) });
  const first = await runProduct(localAws, HISTORY, undefined, hurried);

  const { observed, reason } = first.manifest.sources.logins;
  expect({ observed, reason }).toEqual({
    observed: false,
    reason: expect.stringMatching(
      /^in eu-west-1, .*the harvest goes on with it, and will have it by about 2026-11-20T09:/,
    ),
  });
  expect(first.manifest.rows.byUsage).toEqual({ USED: 1 });
  expect(lookUps(localAws)).toBeLessThan(450);
  // At 2 pages of 50 a second.
  expect(estimates).toEqual([
    {
      region: "eu-west-1",
      hours: expect.closeTo(pages / 2 / 3600, 2),
      eventsADay: expect.any(Number),
      readADay: 8_640_000,
    },
  ]);
  // So it stays in each slice of such a run.
  const cut = await runSliced(localAws, () => 30, HISTORY, keepingIn(createMemoryArchive(), { readByMs: Date.now() }));
  expect(cut.slices).toBeGreaterThan(3);
  expect(cut.files["credential_report.csv"]?.toString("utf8")).toBe(first.csv);
  localAws.reset();
  // Whoever comes next, goes on.
  const second = await runProduct(localAws, HISTORY, undefined, keepingIn(archive));
  expect(second.manifest.sources.logins.observed).toBe(true);
  expect(lookUps(localAws)).toBeLessThan(pages - 400 + 60);
});

test("a Region that failed stays so when it is published again, and what was settled before counts", async () => {
  const localAws = await serve(organisation);
  const archive = createMemoryArchive();
  await runProduct(localAws, HISTORY, undefined, keepingIn(archive));
  for (const name of [...archive.files.keys()].slice(0, 100)) archive.files.delete(name);
  const journal = createJournal();
  const call = createCaller({ requestsPerSecond: 10_000, signal: new AbortController().signal, journal });
  const source = historySource({ archive });
  const window = { from: "2026-09-21T12:00:00Z", to: now };
  const { reading } = await source.begin(window, { regions: ["eu-west-1"], primary: "eu-west-1", refused: null }, call);
  localAws.inject([{ operation: "cloudtrail:LookupEvents", kind: "accessDenied" }]);
  const first = await source.goOn(reading, Number.POSITIVE_INFINITY, call, () => {});
  localAws.inject([]);

  const next = createJournal();
  next.remember(journal.take());
  const again = createCaller({ requestsPerSecond: 10_000, signal: new AbortController().signal, journal: next });
  const second = await historySource({ archive }).goOn(reading, Number.POSITIVE_INFINITY, again, () => {});

  expect(second).toEqual(first);
  const { part } = first as { part: LoginPart };
  expect(part.lastLogins.length).toBeGreaterThan(0);
  expect(part.reason).toContain("could not be read there");
});

test("a token that expires in the middle loses nothing of what was read before", async () => {
  const localAws = await serve(organisation);
  localAws.inject([{ operation: "cloudtrail:LookupEvents", kind: "expiredNextToken" }]);
  const archive = createMemoryArchive();
  const { manifest } = await runProduct(localAws, HISTORY, undefined, keepingIn(archive));
  expect(manifest.status).toBe("degraded");
  localAws.inject([]);
  const { manifest: next } = await runProduct(localAws, HISTORY, undefined, keepingIn(archive));
  expect(next.sources.logins.observed).toBe(true);
});

test("random organisations: a report from the archive is the one that looks up everything", async () => {
  const folder = mkdtempSync(join(tmpdir(), "archives-"));
  const odd = { oddRate: 0.2, accounts: 5, permissionSets: 4, users: 30, groups: 8, events: 300 };
  try {
    for (let seed = 1; seed <= series(3, 60); seed++) {
      const path = `${folder}/${seed}.json`;
      await generateOrganisation({ ...odd, assignmentEvents: 60, seed }, path);
      const localAws = await serve(path);
      const settings = { eventDataStore: "", lookbackDays: 40 + (seed % 45) };
      const direct = await runProduct(localAws, settings);
      const archive = createMemoryArchive();
      const first = await runProduct(localAws, settings, undefined, keepingIn(archive));
      const from = await runProduct(localAws, settings, undefined, keepingIn(archive));
      expect({ seed, ...said(first) }).toEqual({ seed, ...said(direct) });
      expect({ seed, ...said(from) }).toEqual({ seed, ...said(direct) });
      expect(from.manifest.sources.logins.archive!.length).toBeGreaterThan(100);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
