/**
 * One organisation, read from CloudTrail Lake, from Event history and from Athena over a trail's files: the same rows, which are the oracle's, who
 * knows none of the three.
 *
 * This shows that the sources agree on what the local AWS serves from one list of records; not that AWS records them alike.
 */

import fc from "fast-check";
import { cloudTrailTable } from "../../local/aws";
import { seedOf, series } from "../support/long";
import type { EventDataStore, LoginEvent, Organisation } from "./organisation";
import { type ReportCase, reportCases } from "./organisations";
import { productReport } from "./product";
import { oracleReport } from "./report";

const RUNS = series(10, 300); // three reports each
const SEED = seedOf(20_261_126);
const SHARES = Math.min(RUNS, 10);
/** In milliseconds. */
const TIME_LIMIT = 120_000 + RUNS * 1_000;
const DAY = 86_400_000;
const QUARTER = DAY / 4;
const REGIONS = ["ap-southeast-2", "eu-central-1", "us-east-1"];
const PRIMARY = "eu-central-1";

/** Whether the instance was removed from a Region, and when, as the window goes. */
type Removal = "none" | "within" | "before";
const removals = fc.constantFrom<Removal>("none", "within", "before");
const LAYOUTS = ["organization", "manual"] as const;

/**
 * Such that all three sources observe the window: it begins and ends where a quarter of a day does, is within what Event history keeps, the store has
 * had everything for years, and the trail proves each day in each Region. Where the instance was removed from a Region in the window, people
 * were there before; where it was before the window, nobody was.
 */
function observable(
  { organisation, options }: ReportCase,
  removal: Removal,
  layout: (typeof LAYOUTS)[number],
): ReportCase {
  const owner = (organisation as { OwnerAccountId?: string }).OwnerAccountId ?? "";
  const nowMs = Math.floor(Date.parse(organisation.Now) / QUARTER) * QUARTER;
  const Now = instant(nowMs);
  const lookbackDays = Math.min(options.lookbackDays, 88);
  const proofs: LoginEvent[] = [];
  for (let ms = Math.floor(nowMs / DAY) * DAY; ms > nowMs - (lookbackDays + 2) * DAY; ms -= DAY) {
    for (const awsRegion of REGIONS) proofs.push(proofOfDay(owner, awsRegion, ms));
  }
  const fromMs = nowMs - lookbackDays * DAY;
  const left = removal === "none" ? REGIONS : REGIONS.filter((region) => region !== "us-east-1");
  const removed: LoginEvent[] = [];
  if (removal === "within") removed.push(removalOf(owner, organisation.InstanceArn, fromMs + DAY / 2));
  if (removal === "before") removed.push(removalOf(owner, organisation.InstanceArn, fromMs - 1000));
  const places = organisation.Records.map((record) =>
    removal === "before" && record.awsRegion === "us-east-1" ? { ...record, awsRegion: PRIMARY } : record,
  );
  const place = { bucket: "trail", account: owner, region: "eu-central-1", organizationId: "o-a1b2c3d4e5" };
  const changed = {
    ...organisation,
    Now,
    Regions: left.map((RegionName) => ({
      RegionName,
      Status: "ACTIVE",
      AddedDate: "2020-01-01T00:00:00Z",
      IsPrimaryRegion: RegionName === PRIMARY,
    })),
    EventDataStore: storeOf(owner, nowMs),
    AthenaTables: [cloudTrailTable(layout, "logs.trail", place)],
    Records: [...places, ...proofs, ...removed],
  };
  return { organisation: changed as Organisation, options: { ...options, lookbackDays, now: Now, noLogins: false } };
}

function instant(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

/** A read that a trail records, of a service that has nothing to do with logins. */
function proofOfDay(owner: string, awsRegion: string, ms: number): LoginEvent {
  return {
    eventVersion: "1.11",
    userIdentity: { type: "AWSService", invokedBy: "config.amazonaws.com" },
    eventTime: instant(ms),
    eventSource: "ec2.amazonaws.com",
    eventName: "DescribeRegions",
    awsRegion,
    requestParameters: null,
    responseElements: null,
    eventID: `${awsRegion} ${ms}`,
    readOnly: true,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: owner,
    eventCategory: "Management",
  } as unknown as LoginEvent;
}

/** As CloudTrail records it, in the primary Region. */
function removalOf(owner: string, instanceArn: string, ms: number): LoginEvent {
  return {
    ...proofOfDay(owner, PRIMARY, ms),
    eventSource: "sso.amazonaws.com",
    eventName: "RemoveRegion",
    eventID: `removal ${ms}`,
    readOnly: false,
    requestParameters: { instanceArn, regionName: "us-east-1" },
  } as unknown as LoginEvent;
}

function storeOf(owner: string, nowMs: number): EventDataStore {
  const FieldSelectors = [{ Field: "eventCategory", Equals: ["Management"] }];
  return {
    EventDataStoreArn: `arn:aws:cloudtrail:eu-central-1:${owner}:eventdatastore/0f3c9f3e-6b1d-4c56-9a8e-1d2f3a4b5c6d`,
    Name: "logins",
    Status: "ENABLED",
    RetentionPeriod: 3653,
    CreatedTimestamp: instant(nowMs - 1_000 * DAY),
    MultiRegionEnabled: true,
    AdvancedEventSelectors: [{ FieldSelectors }],
    OrganizationEnabled: false,
  } as EventDataStore;
}

test(
  `Lake, Event history and Athena give the same rows, on ${RUNS} random organisations in three Regions`,
  async () => {
    const usages = new Map<string, number>();
    const cases = fc.tuple(reportCases(), removals, fc.constantFrom(...LAYOUTS));
    let removed = 0;
    const agree = async ([drawn, removal, layout]: [ReportCase, Removal, (typeof LAYOUTS)[number]]) => {
      const { organisation, options } = observable(drawn, removal, layout);
      const oracle = oracleReport(organisation, options);

      const lake = await productReport(organisation, options);
      const history = await productReport(organisation, options, { eventDataStore: "" });
      const athena = await productReport(organisation, options, { eventDataStore: "", trailTable: "logs.trail" });

      for (const product of [lake, history, athena]) {
        const { warnings } = product;
        expect({ status: product.status, warnings }).toEqual({ status: oracle.status, warnings });
        expect(product.csv.split("\r\n")).toEqual(oracle.csv.split("\r\n"));
      }
      const inRemoved = organisation.Records.some(
        ({ awsRegion, eventSource }) => awsRegion === "us-east-1" && eventSource === "sso.amazonaws.com",
      );
      if (removal === "within" && inRemoved) removed += 1;
      for (const { Usage } of oracle.rows) usages.set(Usage, (usages.get(Usage) ?? 0) + 1);
    };
    const shares = Array.from({ length: SHARES }, (_, share) =>
      fc.assert(fc.asyncProperty(cases, agree), {
        seed: SEED + share,
        numRuns: Math.ceil(RUNS / SHARES),
        interruptAfterTimeLimit: TIME_LIMIT,
        markInterruptAsFailure: true,
      }),
    );
    for (const outcome of await Promise.allSettled(shares)) {
      if (outcome.status === "rejected") throw outcome.reason;
    }
    // Otherwise nothing was compared that matters.
    expect(removed).toBeGreaterThan(RUNS / 10);
    for (const usage of ["USED", "UNKNOWN", "TOO_NEW", "UNUSED_IN_WINDOW"]) {
      expect({ usage, rows: usages.get(usage) ?? 0 }).toEqual({ usage, rows: expect.any(Number) });
      expect(usages.get(usage) ?? 0).toBeGreaterThan(RUNS / 10);
    }
  },
  TIME_LIMIT + 30_000,
);
