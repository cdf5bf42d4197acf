import type { SliceAnswer } from "../../handlers/slice";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { type Container, captureLogs, jsonOf, startContainer } from "../support/container";
import { login, many, now, oneGrant, organisationOf } from "../support/organisation";

// The harvest: a run of its own kind that fills the login archive, out of the way of reports. Containers share a bucket, as Lambda's do.

const DAYS = 8;
const settings = { eventDataStore: "", lookbackDays: DAYS };
/** From 12 h eight days ago to 6 h of today: of the quarter that ended at 6 h, all is known by 9 h. */
const QUARTERS = DAYS * 4 - 1;

/** A hundred pages. */
const EVENTS = 5_000;
const Records = many(EVENTS, (index) => {
  const ms = Date.parse(now) - 1000 * Math.floor((index * (DAYS + 2) * 86_400) / EVENTS);
  const eventTime = new Date(ms).toISOString().replace(".000Z", "Z");
  const more = { awsRegion: "eu-west-1", eventID: `event-${index}`, eventTime };
  return login(index % 3, index % 2, index % 7, { ...more, eventName: index % 2 ? "Federate" : "GetRoleCredentials" });
});
const organisation = organisationOf({ ...oneGrant, Records } as never);

const logs = captureLogs();
let localAws: LocalAws;
let one: Container;
let other: Container;

beforeEach(async () => {
  logs.length = 0;
  localAws = await startLocalAws({ organisation, throttle: false, rate: 1000, missingKeyIs403: true });
  one = startContainer(localAws, {}, settings);
  other = startContainer(localAws, {}, settings);
});

let clock: jest.SpyInstance | undefined;
afterEach(async () => {
  clock?.mockRestore();
  await localAws.close();
});

const names = (folder: string) =>
  [...one.bucket.objects.keys()].filter((key) => key.startsWith(`credential_reports/${folder}`));
const lookUps = () => localAws.stats().calls["cloudtrail:LookupEvents"] ?? 0;
const ageSaid = () => logs.flatMap(({ HoursSinceLastArchived }) => HoursSinceLastArchived ?? []).at(-1);
const slow = (ms: number) => [{ operation: "cloudtrail:LookupEvents", kind: "slow", ms }] as never;

/** One slice. One that a busy machine was too late with is repeated, as the state machine does. */
async function sliceOf(container: Container, runId: string, remainingMs: number) {
  for (let late = 0; ; late++) {
    const asking = container.slice({ runId, request: { trigger: "harvest" } }, remainingMs);
    const answer: SliceAnswer | null = await asking.catch((error) => {
      if ((error as Error).name !== "OutOfTime" || late === 5) throw error;
      return null;
    });
    if (answer !== null) return { answer, late };
  }
}

/** Slice after slice, until it has ended. */
async function harvest(container: Container, runId: string, remainingMs = 900_000) {
  let late = 0;
  for (let slices = 1; ; slices++) {
    const one = await sliceOf(container, runId, remainingMs);
    late += one.late;
    if (one.answer.status !== "running") return { answer: one.answer, slices: slices + late, late };
  }
}

/** Resolves once the local AWS has been asked for `operation`. */
async function asked(operation: string): Promise<void> {
  while (!localAws.stats().calls[operation]) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("fills the archive, leaves nothing else behind, and the next report looks up what is newer alone", async () => {
  const { answer } = await harvest(one, "first");

  expect(answer).toEqual({ runId: "first", status: "harvested", because: "nothing is missing" });
  expect(names("logins/eu-west-1/")).toHaveLength(QUARTERS);
  expect(names("work/")).toEqual([]);
  expect(jsonOf(one.bucket, "harvest.json")).toMatchObject({ runId: "first", ended: true });
  expect(ageSaid()).toBeCloseTo(3, 1);

  const before = lookUps();
  const { manifestKey } = await one.run();
  const { sources } = jsonOf(one.bucket, manifestKey.slice("credential_reports/".length));
  // The window of the report begins at 12 h: 31 quarters of the archive, and one that is not over.
  expect(sources.logins).toMatchObject({ observed: true, calls: lookUps() - before });
  expect(sources.logins.archive).toHaveLength(QUARTERS);
  expect(lookUps() - before).toBe(5);

  // And a harvest after it has nothing to do.
  localAws.reset();
  expect((await harvest(one, "second")).answer).toMatchObject({ because: "nothing is missing" });
  expect(lookUps()).toBe(0);
});

test("a watch tells how old the newest report is, and goes on as a harvest", async () => {
  const watched = await one.watch();
  expect(watched).toMatchObject({ status: "watched", hoursSinceLastReport: 0 });
  expect(names("logins/eu-west-1/")).toHaveLength(QUARTERS);
});

test("with another login source there is none", async () => {
  const lake = startContainer(localAws, {}, { lookbackDays: DAYS });
  expect((await harvest(lake, "first")).answer).toMatchObject({ because: "logins do not come from Event history" });
  expect(names("logins/")).toEqual([]);
});

test("goes on from slice to slice, and asks for no page twice", async () => {
  await harvest(one, "whole");
  const calls = lookUps();
  for (const key of names("logins/")) one.bucket.objects.delete(key);
  localAws.reset();
  localAws.inject(slow(50));

  const { answer, slices, late } = await harvest(one, "cut", 2_400);

  expect(answer).toMatchObject({ because: "nothing is missing" });
  expect(slices).toBeGreaterThan(1);
  expect(lookUps()).toBeGreaterThanOrEqual(calls);
  expect(lookUps()).toBeLessThanOrEqual(calls * (1 + late));
  expect(names("logins/")).toHaveLength(QUARTERS);
  expect(names("work/")).toEqual([]);
});

test("ends at once where a report is being made, and asks for no event", async () => {
  localAws.inject([{ operation: "sso-admin:ListPermissionSets", kind: "slow", ms: 600, at: 1 }]);
  const report = one.run({ runId: "report" });
  await asked("sso-admin:ListPermissionSets");
  expect((await harvest(other, "harvest")).answer).toMatchObject({ because: "a report is being made" });
  expect(lookUps()).toBe(0);
  expect(jsonOf(one.bucket, "harvest.json")).toMatchObject({ runId: "harvest", ended: true });
  await report;
});

test("stops when a report has begun, loses nothing, and takes nothing of it", async () => {
  localAws.inject(slow(150));
  const harvesting = harvest(one, "harvest", 1_500);
  await asked("cloudtrail:LookupEvents");
  const report = other.run({ runId: "report" });
  const { answer } = await harvesting;
  localAws.inject([]);
  expect(answer).toMatchObject({ because: "a report is being made" });
  expect(jsonOf(one.bucket, "harvest.json")).toMatchObject({ ended: true });
  expect(names("work/harvest/")).toEqual([]);

  const result = await report;
  const { sources } = jsonOf(one.bucket, result.manifestKey.slice("credential_reports/".length));
  expect(sources.logins.observed).toBe(true);
  expect(names("logins/")).toHaveLength(QUARTERS);
});

test("of two, one goes on", async () => {
  localAws.inject(slow(40));
  const first = harvest(one, "first");
  await asked("cloudtrail:LookupEvents");
  expect((await harvest(other, "second")).answer).toMatchObject({ because: "another harvest is in progress" });
  expect((await first).answer).toMatchObject({ because: "nothing is missing" });
});

test("the place of one that died is free ten minutes after its slice", async () => {
  localAws.inject(slow(50));
  expect((await sliceOf(one, "dead", 2_400)).answer).toMatchObject({ status: "running" });
  expect(names("work/dead/")).not.toEqual([]);
  expect((await harvest(other, "next")).answer).toMatchObject({ because: "another harvest is in progress" });

  const real = Date.now;
  clock = jest.spyOn(Date, "now").mockImplementation(() => real() + 11 * 60_000);
  localAws.inject([]);
  expect((await harvest(other, "next")).answer).toMatchObject({ because: "nothing is missing" });
  expect(names("work/")).toEqual([]);
});

test("a clock of this machine that is days ahead changes nothing: what is over is AWS's to say", async () => {
  const real = Date.now;
  clock = jest.spyOn(Date, "now").mockImplementation(() => real() + 5 * 86_400_000);
  await harvest(one, "first");
  expect(names("logins/")).toHaveLength(QUARTERS);
});

test.each([
  ["ahead", 5 * 86_400_000],
  ["back", -5 * 86_400_000],
])(
  "a clock of this machine that jumps days %s while it goes on loses nothing, and nothing is missing after the next",
  async (_, jumpMs) => {
    const real = Date.now;
    clock = jest.spyOn(Date, "now").mockImplementation(() => real() + (lookUps() >= 40 ? jumpMs : 0));

    const { answer } = await harvest(one, "first");
    expect(lookUps()).toBeGreaterThan(60); // so that it has jumped while it went on
    expect(answer.status).toBe("harvested");
    // The second has no reason to wait for the place of the first.
    expect((await harvest(other, "second")).answer).toMatchObject({ because: "nothing is missing" });

    expect(names("logins/")).toHaveLength(QUARTERS);
    expect(names("work/")).toEqual([]);
    expect(ageSaid()).toBeCloseTo(3, 1);
  },
);

test("a look-up that is refused ends it, and frees its place", async () => {
  localAws.inject([{ operation: "cloudtrail:LookupEvents", kind: "accessDenied" }]);
  expect((await harvest(one, "first")).answer).toMatchObject({ status: "failed", error: "AccessDenied" });
  expect(jsonOf(one.bucket, "harvest.json")).toMatchObject({ ended: true });
  expect(names("work/")).toEqual([]);
  localAws.inject([]);
  expect((await harvest(one, "second")).answer).toMatchObject({ because: "nothing is missing" });
});

test("a file that cannot be used is said once, stays, and is not read again and again", async () => {
  await harvest(one, "first");
  const [key] = names("logins/");
  const object = one.bucket.objects.get(key!)!;
  one.bucket.objects.set(key!, { ...object, body: [Buffer.from("damaged")], size: 7, checksums: {} });
  localAws.reset();
  expect((await harvest(one, "second")).answer).toMatchObject({ because: "nothing is missing" });
  expect(lookUps()).toBe(0);
  expect(logs.filter(({ message }) => message === "not usable")).toHaveLength(1);
});
