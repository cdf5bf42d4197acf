import { type Caller, createCaller } from "../../handlers/aws/aws";
import { archiveFileName, createHarvest } from "../../handlers/logins/logins";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { createMemoryArchive } from "../support/loginArchives";
import { identityStoreId, instanceArn, now, organisationOf } from "../support/organisation";

// A harvest's own steps: what it writes, and in which Regions it looks.

const OLDEST = Date.parse("2026-08-22T12:00:00Z");
const removal = {
  eventTime: "2026-11-15T12:00:00Z",
  eventSource: "sso.amazonaws.com",
  eventName: "RemoveRegion",
  awsRegion: "eu-west-1",
  requestParameters: { instanceArn, regionName: "us-east-1" },
};

let aws: LocalAws;
const ending = new AbortController();
beforeAll(async () => {
  aws = await startLocalAws({ organisation: organisationOf({ Records: [removal] }), throttle: false, rate: 1000 });
  Object.assign(process.env, { AWS_ENDPOINT_URL: aws.url, AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "a" });
});
afterAll(async () => {
  ending.abort(new Error("The tests are over."));
  await aws.close();
});

/** One step, of which the pages come so many hours after it was begun. */
async function stepIn(hours: number, files: ReadonlyMap<string, Buffer> = new Map()) {
  const archive = createMemoryArchive(new Map(files));
  const owner = { instanceArn, identityStoreId };
  const harvest = createHarvest({}, { ...owner, archive, lookbackDays: 90, requestsPerSecond: 10_000 });
  const call = createCaller({ requestsPerSecond: 10_000, signal: ending.signal });
  const awsNowMs = () => Date.parse(now) + hours * 3_600_000;
  const timed = Object.assign((...given: Parameters<Caller>) => call(...given), call, { awsNowMs }) as Caller;
  const steps = await harvest.step(["eu-west-1"], "eu-west-1", Date.parse(now), timed);
  return { archive, regions: steps.map(({ region }) => region) };
}

test("a Region that the instance was removed from is harvested as soon as its event was read", async () => {
  const { regions, archive } = await stepIn(0);
  expect(regions).toEqual(["eu-west-1", "us-east-1"]);

  // So it is where the event is read from the archive.
  const ofPrimary = [...archive.files].filter(([name]) => name.includes("eu-west-1"));
  expect((await stepIn(0, new Map(ofPrimary))).regions).toEqual(["us-east-1"]);
});

test("a quarter that was partly gone before it was read is not written", async () => {
  const has = async (hours: number) => (await stepIn(hours)).archive.files.has(archiveFileName("eu-west-1", OLDEST));
  expect([await has(3), await has(4)]).toEqual([true, false]);
});
