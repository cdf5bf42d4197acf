import { type LocalAws, type StoredObject, startLocalAws } from "../../local/aws";
import { BUCKET, type Container, captureLogs, jsonOf, startContainer } from "../support/container";
import { login, oneGrant, organisationOf } from "../support/organisation";
import { folderOf, publishedFolders } from "../support/published";

// Which runs write: one at a time, and each id once. Two containers share a bucket, as two of Lambda's do.

const organisation = organisationOf({ ...oneGrant, Records: [login(0, 0, 0)] });

const logs = captureLogs();
let localAws: LocalAws;
let one: Container;
let other: Container;

async function serve(): Promise<void> {
  localAws = await startLocalAws({ organisation, throttle: false, rate: 1000, missingKeyIs403: true });
}

/** Nothing was asked or written so far, except for these objects. */
function begin(objects: ReadonlyMap<string, StoredObject> = new Map()): void {
  localAws.reset();
  localAws.buckets.set(BUCKET, { objects: new Map(objects), uploads: new Map() });
  one = startContainer(localAws);
  other = startContainer(localAws);
}

beforeAll(serve);
beforeEach(() => begin());

let clock: jest.SpyInstance | undefined;

afterEach(() => clock?.mockRestore());
afterAll(() => localAws.close());

/** Resolves once the local AWS has been asked for `operation`. */
async function asked(operation: string): Promise<void> {
  while (!localAws.stats().calls[operation]) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Lets the clock of this process stand `ms` later than it is. */
function later(ms: number): void {
  const now = Date.now;
  clock = jest.spyOn(Date, "now").mockImplementation(() => now() + ms);
}

describe("a run while another is in progress", () => {
  const slow = { operation: "sso-admin:ListPermissionSets", kind: "slow", ms: 400, at: 1 } as const;

  test("ends at once, names the other, and does nothing but say so", async () => {
    localAws.inject([slow]);
    const first = one.run({ runId: "first" });
    await asked("sso-admin:ListPermissionSets");

    await expect(other.run({ runId: "second" })).rejects.toMatchObject({
      name: "AlreadyRunning",
      message: expect.stringMatching(/^Run first is in progress since 20.+Z, until 20.+Z at the latest: this one has/),
    });

    const { calls } = localAws.stats();
    for (const asking of Object.keys(calls).filter((name) => !name.startsWith("s3:"))) {
      expect([asking, calls[asking]]).toEqual([asking, 1]); // the first run's
    }
    expect(jsonOf(one.bucket, "status/second/failed")).toMatchObject({ runId: "second", error: "AlreadyRunning" });
    await expect(first).resolves.toMatchObject({ runId: "first", status: "succeeded", rows: 1 });
    await expect(other.run({ runId: "third" })).resolves.toMatchObject({ status: "succeeded" });
  });

  test("two attempts at one slice: the second goes on, and the first neither publishes nor makes the run look failed", async () => {
    localAws.inject([slow]);
    const first = one.run({ runId: "twin" });
    first.catch(() => {});
    await asked("sso-admin:ListPermissionSets");

    await expect(other.run({ runId: "twin" })).resolves.toMatchObject({ runId: "twin", rows: 1 });

    const [outcome] = await Promise.allSettled([first]);
    // It may find what the second has published; else it says that it was overtaken.
    if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ name: "TakenOver" });
    expect(jsonOf(one.bucket, "status/twin/failed")).toBeUndefined();
    expect(jsonOf(one.bucket, "status/twin/succeeded")).toMatchObject({ runId: "twin", rows: 1 });
    expect(publishedFolders(one.bucket)).toHaveLength(1);
  });

  test("that starts in the same instant: exactly one of them runs", async () => {
    const outcomes = await Promise.allSettled([one.run({ runId: "a" }), other.run({ runId: "b" })]);

    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const refused = outcomes.find(({ status }) => status === "rejected") as PromiseRejectedResult;
    expect(refused.reason).toMatchObject({ name: "AlreadyRunning" });
  });
});

describe("the place", () => {
  test("is given back by a run that fails", async () => {
    localAws.inject([{ operation: "sso-admin:ListPermissionSets", kind: "accessDenied" }]);
    await expect(one.run({ runId: "failing" })).rejects.toMatchObject({ name: "AccessDenied" });
    localAws.inject([]);

    await expect(other.run({ runId: "next" })).resolves.toMatchObject({ status: "succeeded" });
  });

  test("of a run that died is held until its time is over, and free then", async () => {
    const start = Date.now();
    localAws.inject([{ operation: "sso-admin:ListPermissionSets", kind: "slow", ms: 60_000 }]);
    one.run({ runId: "died" }, 600_000).catch(() => {}); // never answered again
    await asked("sso-admin:ListPermissionSets");
    localAws.inject([]);

    await expect(other.run({ runId: "second" })).rejects.toThrow("Run died is in progress");
    const until = Date.parse(jsonOf(one.bucket, "running.json").until);
    expect(until - start).toBeGreaterThan(1_198_000);
    expect(until - start).toBeLessThan(1_205_000);

    later(1_205_000);
    await expect(other.run({ runId: "third" })).resolves.toMatchObject({ status: "succeeded" });

    // Where the dead run will never be heard of.
    await localAws.close();
    await serve();
  });
});

describe("a clock that was ahead once", () => {
  const hour = 3_600_000;
  const inHours = (hours: number) => new Date(Date.now() + hours * hour).toISOString().replace(/\.\d+/, "");
  const put = (name: string, value: object) => {
    const body = [Buffer.from(JSON.stringify(value))];
    one.bucket.objects.set(`credential_reports/${name}`, {
      ...someObject(),
      body,
      size: body[0]!.length,
      checksums: {},
    });
  };
  const someObject = () => one.bucket.objects.values().next().value!;
  let afterRun: ReadonlyMap<string, StoredObject>;
  beforeAll(async () => {
    begin();
    await one.run({ runId: "before" });
    afterRun = one.bucket.objects;
  });
  beforeEach(() => begin(afterRun));

  test("does not hold the place: no run lasts as long as it says", async () => {
    put("running.json", { runId: "ahead", attempt: "a", startedAt: inHours(48), until: inHours(48.25) });
    await expect(one.run({ runId: "next" })).resolves.toMatchObject({ status: "succeeded" });
  });

  test("but a run that may be in progress does", async () => {
    put("running.json", { runId: "other", attempt: "a", startedAt: inHours(0), until: inHours(0.25) });
    await expect(one.run({ runId: "next" })).rejects.toThrow("Run other is in progress");
  });

  test("does not silence the watch: it fails, says which object and what to do, and is counted", async () => {
    const finishedAt = inHours(48);
    put("latest.json", { ...jsonOf(one.bucket, "latest.json"), finishedAt });

    await expect(one.watch()).rejects.toMatchObject({
      name: "ClockWasAhead",
      message: expect.stringMatching(
        `^credential_reports/latest.json says "${finishedAt}", expected an instant before 2.*Start a report: it replaces`,
      ),
    });
    expect(logs.at(-1)).toMatchObject({ Failed: 1 });

    await one.run({ runId: "next" });
    await expect(one.watch()).resolves.toMatchObject({ hoursSinceLastReport: expect.closeTo(0, 1) });
  });

  test("nor where there never was a report", async () => {
    one.bucket.objects.delete("credential_reports/latest.json");
    put("watch.json", { since: inHours(1) });
    await expect(one.watch()).rejects.toThrow(
      /watch\.json says .* Delete the object: the next watch writes it anew\.$/,
    );
  });

  test("by seconds, as two containers' clocks may differ, is no news", async () => {
    put("latest.json", { ...jsonOf(one.bucket, "latest.json"), finishedAt: inHours(30 / 3600) });
    await expect(one.watch()).resolves.toMatchObject({ status: "watched", hoursSinceLastReport: 0 });
  });
});

describe("a repeated run id", () => {
  test("gives the earlier result, and writes and asks nothing", async () => {
    const result = await one.run({ runId: "same" });
    const objects = new Map(one.bucket.objects);
    localAws.reset();

    expect(await other.run({ runId: "same" })).toEqual(result);

    expect(localAws.stats().calls).toEqual({ "s3:GetObject": 2 }); // the result, and whose place it is
    expect(one.bucket.objects).toEqual(objects);
  });

  test("of a run that failed runs again", async () => {
    localAws.inject([{ operation: "identitystore:ListUsers", kind: "accessDenied" }]);
    await expect(one.run({ runId: "again" })).rejects.toThrow("identitystore ListUsers");
    localAws.inject([]);

    await expect(one.run({ runId: "again" })).resolves.toMatchObject({ runId: "again", rows: 1 });
  });

  test("that is not given is Lambda's own for the request", async () => {
    expect((await one.run({ runId: "" })).runId).toMatch(/^request-\d+$/);
  });

  test.each(["a".repeat(81), "a/b", "a b", "ä"])("%j is none: it could not be part of a key", async (runId) => {
    await expect(one.run({ runId })).rejects.toMatchObject({ name: "BadEvent" });
    // Its failure stands under the invocation's own id.
    const keys = [...localAws.buckets.get(BUCKET)!.objects.keys()];
    expect(keys).toEqual([expect.stringMatching(/^credential_reports\/status\/request-\d+\/failed$/)]);
  });
});

describe("a run that published and could not announce it", () => {
  const unannounced = { operation: "s3:PutObject", kind: "internalError", key: "latest.json" } as const;
  const LATER = "2026-11-27T09:00:00Z";
  let published: string;
  let afterRuns: ReadonlyMap<string, StoredObject>;

  /** As far as others see, the run has failed. */
  beforeAll(async () => {
    begin();
    await one.run({ runId: "before" });
    localAws.inject([unannounced]);
    await expect(one.run({ runId: "cut-off" })).rejects.toMatchObject({ name: "NotAnnounced" });
    published = publishedFolders(one.bucket).find((folder) => folder.endsWith("cut-off"))!;
    expect(jsonOf(one.bucket, "latest.json").runId).toBe("before");
    afterRuns = one.bucket.objects;
  });
  beforeEach(() => begin(afterRuns));

  const shownToAthena = () => [...one.bucket.objects.keys()].filter((key) => /rows\/.*cut-off/.test(key));

  test("is announced when it is started again, whatever the present is by then, and not made again", async () => {
    const again = startContainer(localAws, { CREDENTIAL_REPORT_NOW: LATER });

    const result = await again.run({ runId: "cut-off" });

    expect(result).toMatchObject({
      runId: "cut-off",
      rows: 1,
      manifestKey: `credential_reports/${published}/manifest.json`,
    });
    expect(Object.keys(localAws.stats().calls).sort()).toEqual(["s3:CopyObject", "s3:GetObject", "s3:PutObject"]);
    expect(publishedFolders(one.bucket)).toHaveLength(2);
    expect(jsonOf(one.bucket, "latest.json")).toMatchObject({ runId: "cut-off", manifestKey: result.manifestKey });
    expect(jsonOf(one.bucket, "status/cut-off/succeeded")).toEqual(result);
    expect(shownToAthena()).toEqual(["credential_reports/rows/dt=2026-11-20/cut-off.txt"]);
  });

  test("is announced by the next run of another id, which goes on from it: the chain does not fork", async () => {
    const next = await startContainer(localAws, { CREDENTIAL_REPORT_NOW: LATER }).run({ runId: "next" });

    expect(jsonOf(one.bucket, "status/cut-off/succeeded")).toMatchObject({ runId: "cut-off" });
    expect(shownToAthena()).toHaveLength(1);
    const manifest = jsonOf(one.bucket, `${folderOf(next)}/manifest.json`);
    expect(manifest.previousManifest.key).toBe(`credential_reports/${published}/manifest.json`);
    expect(await other.run({ runId: "cut-off" })).toMatchObject({ runId: "cut-off" });
    expect(publishedFolders(one.bucket)).toHaveLength(3);
    expect(jsonOf(one.bucket, "latest.json").runId).toBe("next");
  });

  test("stays the last one as long as it cannot be announced", async () => {
    localAws.inject([unannounced]);
    for (const runId of ["cut-off", "next"]) {
      await expect(other.run({ runId })).rejects.toMatchObject({ name: "NotAnnounced" });
    }
    expect(publishedFolders(one.bucket)).toHaveLength(2);
    localAws.inject([]);
    expect(await other.run({ runId: "cut-off" })).toMatchObject({ runId: "cut-off" });
  });
});

test("a run whose manifest was lost on the way and is not there fails, and runs again under its id", async () => {
  localAws.inject([{ operation: "s3:PutObject", kind: "drop", key: "manifest.json" }]);
  await expect(one.run({ runId: "lost" })).rejects.toMatchObject({ name: "Unreachable" });
  localAws.inject([]);

  expect(await other.run({ runId: "lost" })).toMatchObject({ runId: "lost", rows: 1 });
  expect(publishedFolders(one.bucket)).toHaveLength(1);
});

test("what succeeded is never said to have failed, though its result cannot be read at first", async () => {
  const result = await one.run({ runId: "same" });
  localAws.inject([{ operation: "s3:GetObject", kind: "drop", key: "/succeeded", times: 8 }]);

  await expect(other.run({ runId: "same" })).rejects.toMatchObject({ name: "Unreachable" });

  expect(jsonOf(one.bucket, "status/same/failed")).toBeUndefined();
  expect(await other.run({ runId: "same" })).toEqual(result);
});

describe("the watch", () => {
  const hour = 3_600_000;

  test("tells how old the newest report is, and starts none", async () => {
    await one.run();
    later(30 * hour);
    localAws.reset();

    const { hoursSinceLastReport } = await one.watch();

    expect(hoursSinceLastReport).toBeCloseTo(30, 1);
    expect(localAws.stats().calls).toEqual({ "s3:GetObject": 2 }); // the place of a run, and the newest report
    expect(logs.at(-1)).toMatchObject({ HoursSinceLastReport: hoursSinceLastReport, Report: "test" });
  });

  test("counts from the first watch where there never was a report", async () => {
    expect(await one.watch()).toMatchObject({ status: "watched", hoursSinceLastReport: 0 });
    later(200 * hour);

    expect((await one.watch()).hoursSinceLastReport).toBeCloseTo(200, 1);
  });

  test("does not mind a run in progress, and is none", async () => {
    localAws.inject([{ operation: "sso-admin:ListPermissionSets", kind: "slow", ms: 200, at: 1 }]);
    const running = one.run();
    await asked("sso-admin:ListPermissionSets");

    await expect(other.watch()).resolves.toMatchObject({ status: "watched", hoursSinceLastReport: 0 });
    await expect(running).resolves.toMatchObject({ status: "succeeded" });
  });

  test("that fails leaves no status object", async () => {
    localAws.inject([{ operation: "s3:GetObject", kind: "expiredToken" }]);

    await expect(one.watch()).rejects.toMatchObject({ name: "CredentialsRefused" });
    expect([...one.bucket.objects.keys()]).toEqual([]);
  });
});
