import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCaller } from "../../handlers/aws/aws";
import type { LoginPart } from "../../handlers/logins/source";
import { type Fault, type LocalAws, startLocalAws } from "../../local/aws";
import { generateOrganisation } from "../../local/generate";
import { runProduct } from "../../local/runReport";
import { historySource } from "../support/loginArchives";
import { isLong, series } from "../support/long";
import { login, many, oneGrant, organisationOf } from "../support/organisation";
import { runSliced } from "../support/slicedRun";

// Logins from CloudTrail Event history: Region by Region, page by page, and what is said where not all of it could be read.

const sample = `${__dirname}/../../local/organisations/sample.json`;
const HISTORY = { eventDataStore: "" };
/** Event history is read by quarters of a day: a window that begins with one is the same of every source. */
const ON_A_QUARTER = { now: "2026-11-20T06:00:00Z" };
const servers: LocalAws[] = [];

async function serve(organisation: Parameters<typeof startLocalAws>[0]["organisation"]): Promise<LocalAws> {
  const localAws = await startLocalAws({ organisation, throttle: false, rate: 1_000 });
  servers.push(localAws);
  return localAws;
}
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

const twoRegions = {
  Regions: [
    { RegionName: "eu-west-1", Status: "ACTIVE", AddedDate: "2023-11-14T00:00:00Z", IsPrimaryRegion: true },
    { RegionName: "us-east-1", Status: "ACTIVE", AddedDate: "2026-06-01T00:00:00Z", IsPrimaryRegion: false },
  ],
};

describe("a report of the sample organisation", () => {
  test("has the rows of one that asks CloudTrail Lake, in a window that both observe", async () => {
    const localAws = await serve(sample);
    const lake = await runProduct(localAws, { ...ON_A_QUARTER, lookbackDays: 60 });
    const history = await runProduct(localAws, { ...HISTORY, ...ON_A_QUARTER, lookbackDays: 60 });

    expect(history.manifest.sources.logins).toMatchObject({
      status: "read",
      observed: true,
      reason: null,
      queryId: null,
    });
    expect(history.csv).toBe(lake.csv);
    expect(history.files["unexplained_logins.csv"]).toEqual(lake.files["unexplained_logins.csv"]);
  });

  test("asks each Region for each event, and each page once, however the run is cut", async () => {
    const localAws = await serve(sample);
    const { manifest, files } = await runProduct(localAws, HISTORY);
    const { regions } = manifest.sources.logins;
    expect(regions.map(({ reason }) => reason)).toEqual([null, null]);
    const calls = localAws.stats().calls["cloudtrail:LookupEvents"]!;
    expect(manifest.sources.logins).toMatchObject({ calls: calls, pages: calls });
    expect(calls).toBeGreaterThanOrEqual(2 * regions.length);

    localAws.reset();
    const cut = await runSliced(localAws, () => 5, HISTORY);

    expect(cut.slices).toBeGreaterThan(5);
    expect(cut.files["credential_report.csv"]).toEqual(files["credential_report.csv"]);
    expect(localAws.stats().calls["cloudtrail:LookupEvents"]).toBe(calls);
  });

  test("begins a day later where the window is as long as events are kept, and is observed", async () => {
    const { manifest } = await runProduct(await serve(sample), { ...HISTORY, lookbackDays: 90 });
    expect(manifest.sources.logins).toMatchObject({ windowFrom: "2026-08-23T06:00:00Z", observed: true });
  });

  test("of a longer window is not observed: uses count, and nothing is reported as unused", async () => {
    const { manifest } = await runProduct(await serve(sample), { ...HISTORY, lookbackDays: 120 });
    expect(manifest.sources.logins).toMatchObject({
      observed: false,
      reason: expect.stringContaining("keeps events for 90 days: those before"),
    });
    expect(manifest.rows.byUsage.USED).toBeGreaterThan(0);
    expect(manifest.rows.byUsage.UNUSED_IN_WINDOW).toBeUndefined();
  });
});

describe("what could not be read", () => {
  const organisation = organisationOf({
    ...oneGrant,
    ...twoRegions,
    Records: [login(0, 0, 0, { awsRegion: "eu-west-1" })],
  } as never);

  async function reportUnder(...faults: Fault[]) {
    const localAws = await serve(organisation);
    localAws.inject(faults);
    const { manifest, csv } = await runProduct(localAws, HISTORY);
    return { logins: manifest.sources.logins, status: manifest.status, csv };
  }

  test("nothing, without faults: both Regions are observed", async () => {
    const { logins, status } = await reportUnder();
    expect(status).toBe("succeeded");
    expect(logins.regions.map(({ region, reason }) => [region, reason])).toEqual([
      ["eu-west-1", null],
      ["us-east-1", null],
    ]);
  });

  test("one that may not be looked up: the report is degraded, and names the permission", async () => {
    const { logins, status } = await reportUnder({ operation: "cloudtrail:LookupEvents", kind: "accessDenied" });
    expect(status).toBe("degraded");
    expect(logins.reason).toContain("cloudtrail:LookupEvents");
    expect(logins).toMatchObject({ observed: false });
  });

  test.each(["regionDisabled", "optInRequired"] as const)(
    "one Region of two (%s): what the other saw counts, and nothing is reported as unused",
    async (kind) => {
      const { logins, status, csv } = await reportUnder({ operation: "cloudtrail:LookupEvents", kind, at: 1 });
      expect(status).toBe("degraded");
      const refused = logins.regions.filter(({ reason }) => reason !== null);
      expect(refused).toHaveLength(1);
      expect(logins.reason).toContain(`in ${refused[0]!.region}, CloudTrail Event history could not be read there`);
      expect(csv).not.toContain("UNUSED_IN_WINDOW");
    },
  );

  test("the Regions themselves: where people logged in is not known", async () => {
    const { logins, csv } = await reportUnder({ operation: "sso-admin:ListRegions", kind: "accessDenied" });
    expect(logins.reason).toContain("the Regions of the Identity Center instance could not be read");
    expect(csv).not.toContain("UNUSED_IN_WINDOW");
  });

  test("a list of Regions without one: it is not understood", async () => {
    const { logins, csv } = await reportUnder({ operation: "sso-admin:ListRegions", kind: "listOfNothing" });
    expect(logins).toMatchObject({ observed: false });
    expect(csv).not.toContain("UNUSED_IN_WINDOW");
  });

  test.each(["withoutRecord", "recordNotJson"] as const)(
    "records (%s): a use of nobody knows what, and nothing is reported as unused",
    async (kind) => {
      const { csv, logins } = await reportUnder({ operation: "cloudtrail:LookupEvents", kind });
      expect(logins.notUnderstood).toBe(1);
      expect(csv).not.toContain("UNUSED_IN_WINDOW");
    },
  );

  test("a token that is taken no more in the middle of a listing fails that Region", async () => {
    const Records = many(120, (index) => login(0, 0, 0, { awsRegion: "eu-west-1", eventID: `event-${index}` }));
    const localAws = await serve(organisationOf({ ...oneGrant, ...twoRegions, Records } as never));
    localAws.inject([{ operation: "cloudtrail:LookupEvents", kind: "expiredNextToken" }]);
    const { manifest } = await runProduct(localAws, HISTORY);
    expect(manifest.status).toBe("degraded");
    expect(manifest.sources.logins.reason).toContain("in eu-west-1, CloudTrail Event history could not be read there");
  });
});

// One a second leaves none of the seconds without an event at which one listing ends and another begins.
test.each([
  ["over 80 days", 691, "2026-08-25T09:00:00Z"],
  ["one a second", 1, "2026-11-20T06:00:00Z"],
])("many events, %s, are read in listings side by side, each event once", async (_, secondsApart, from) => {
  const EVENTS = isLong ? 10_000 : 5_000;
  const Records = many(EVENTS, (index) => {
    const eventTime = new Date(Date.parse("2026-11-20T08:59:00Z") - index * secondsApart * 1000);
    return login(index % 3, index % 2, index % 7, {
      ...{
        awsRegion: "eu-west-1",
        eventID: `event-${index}`,
        eventTime: eventTime.toISOString().replace(".000Z", "Z"),
      },
      eventName: index % 5 === 0 ? "GetRoleCredentials" : "Federate",
    });
  });
  const localAws = await serve(organisationOf({ ...oneGrant, Records } as never));
  localAws.inject([{ operation: "cloudtrail:LookupEvents", kind: "repeatedEvent" }]);
  const credentials = { AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
  Object.assign(process.env, { AWS_ENDPOINT_URL: localAws.url, ...credentials });
  const call = createCaller({ requestsPerSecond: 10_000, signal: new AbortController().signal });
  const source = historySource();
  const { reading } = await source.begin(
    { from, to: "2026-11-20T09:00:00Z" },
    { regions: ["eu-west-1"], primary: "eu-west-1", refused: null },
    call,
  );

  const continued = await source.goOn(reading, Number.POSITIVE_INFINITY, call, () => {});

  const { part } = continued as { part: LoginPart };
  expect(part.lastLogins.reduce((sum, { count }) => sum + count, 0)).toBe(EVENTS);
  expect(part.lastLogins).toHaveLength(42);
  const pages = EVENTS / 50;
  const { "cloudtrail:LookupEvents": calls = 0 } = localAws.stats().calls;
  // Where two listings meet, a page may be cut in two.
  expect(calls).toBeGreaterThanOrEqual(pages);
  expect(calls).toBeLessThanOrEqual(pages * 1.1 + 2 * 16);
});

// One of their Regions was removed in the window: logins there are found by the event that tells it.
test("random organisations: the same rows as from CloudTrail Lake", async () => {
  const folder = mkdtempSync(join(tmpdir(), "histories-"));
  try {
    for (let seed = 1; seed <= series(2, 60); seed++) {
      const path = `${folder}/${seed}.json`;
      await generateOrganisation(
        { accounts: 6, permissionSets: 4, users: 40, groups: 8, events: 400, oddRate: 0.1, seed },
        path,
      );
      const localAws = await serve(path);
      const lake = await runProduct(localAws, { ...ON_A_QUARTER, lookbackDays: 80 });
      const history = await runProduct(localAws, { ...HISTORY, ...ON_A_QUARTER, lookbackDays: 80 });
      expect({ seed, same: history.csv === lake.csv }).toEqual({ seed, same: true });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
