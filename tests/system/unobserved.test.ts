import type { Settings } from "../../handlers/model";
import type { OrganisationFile } from "../../local/aws";
import { captureLogs } from "../support/container";
import { eventDataStore, eventDataStoreArn, login, organisationOf } from "../support/organisation";
import { aliceAndBob, column, useReports } from "./reports";

// What the login source may have missed, and what lies about it: no grant is reported as unused on the strength of that.

captureLogs();
const { report } = useReports();
const organisation = organisationOf(aliceAndBob);
const twoRegions = {
  Regions: ["eu-west-1", "us-east-1"].map((RegionName, index) => ({
    ...{ RegionName, Status: "ACTIVE", AddedDate: "2024-05-01T00:00:00Z", IsPrimaryRegion: index === 0 },
  })),
};

describe("an event data store", () => {
  const unknown = "99999999-4b5a-4697-8877-665544332211";
  const elsewhere = eventDataStoreArn.replace("eu-west-1", "us-east-2");

  test.each<[string, OrganisationFile, Partial<Settings>, RegExp]>([
    ["that is not there", organisation, { eventDataStore: unknown }, new RegExp(`EventDataStoreNotFound.*${unknown}`)],
    ["of another Region", organisation, { eventDataStore: elsewhere }, /EventDataStoreNotFound.*us-east-2/],
    [
      "whose ingestion is stopped",
      { ...organisation, EventDataStore: { ...eventDataStore, Status: "STOPPED_INGESTION" } },
      {},
      /is STOPPED_INGESTION, since 2023-01-01T00:00:00Z or later: what it has is used, .* Start its ingestion/,
    ],
    [
      "that is being deleted",
      { ...organisation, EventDataStore: { ...eventDataStore, Status: "PENDING_DELETION" } },
      {},
      /is PENDING_DELETION, not ENABLED/,
    ],
    [
      "that is younger than the window",
      { ...organisation, EventDataStore: { ...eventDataStore, CreatedTimestamp: "2026-11-01T00:00:00Z" } },
      {},
      /was created on 2026-11-01T00:00:00Z, after the window's start 2026-08-22T09:00:00Z/,
    ],
    [
      "that keeps less than the window",
      { ...organisation, EventDataStore: { ...eventDataStore, RetentionPeriod: 30 } },
      {},
      /keeps events for 30 days, less than the window's 90/,
    ],
    [
      "that was changed within the window",
      { ...organisation, EventDataStore: { ...eventDataStore, UpdatedTimestamp: "2026-11-01T00:00:00Z" } },
      {},
      /was last changed on 2026-11-01T00:00:00Z, after the window's start .* A shorter lookbackDays is observed in full/,
    ],
    [
      "of one Region alone",
      { ...organisation, ...twoRegions, EventDataStore: { ...eventDataStore, MultiRegionEnabled: false } },
      {},
      /in us-east-1, the event data store records eu-west-1 alone, its own Region/,
    ],
    [
      "of a status that nobody knows",
      { ...organisation, EventDataStore: { ...eventDataStore, Status: "THAWING" } },
      {},
      /has the status "THAWING", which is not understood: whether it records logins is not known/,
    ],
    [
      "that does not say of which Regions",
      { ...organisation, EventDataStore: { ...eventDataStore, MultiRegionEnabled: undefined } },
      {},
      /MultiRegionEnabled is missing/,
    ],
    [
      "that does not say which events",
      { ...organisation, EventDataStore: { ...eventDataStore, AdvancedEventSelectors: undefined } },
      {},
      /AdvancedEventSelectors is missing/,
    ],
    [
      "with an operator that the SDK does not know",
      {
        ...organisation,
        EventDataStore: {
          ...eventDataStore,
          AdvancedEventSelectors: [
            { FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"], Unless: ["Insight"] }] },
          ],
        },
      },
      {},
      /event selectors may leave logins out/,
    ],
    [
      "that keeps less of an earlier window by now",
      { ...organisation, EventDataStore: { ...eventDataStore, RetentionPeriod: 100 } },
      { now: "2026-11-01T09:00:00Z" },
      /by AWS's clock, those before 2026-08-12T09:.* are deleted, and the window starts on 2026-08-03T09:00:00Z/,
    ],
    [
      "asked for a window that has not happened",
      organisation,
      { now: "2026-11-20T10:00:00Z" },
      /the window ends on 2026-11-20T10:00:00Z, which has not come: AWS's clock says 2026-11-20T09:0/,
    ],
    [
      "that records data events alone",
      {
        ...organisation,
        EventDataStore: {
          ...eventDataStore,
          AdvancedEventSelectors: [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["Data"] }] }],
        },
      },
      {},
      /event selectors may leave logins out/,
    ],
  ])("%s: no grant is reported as unused, and the warning says why", async (_, served, settings, why) => {
    const { result, rows } = await report(served, [], settings);

    expect(result.status).toBe("degraded");
    expect(result.warnings).toEqual([expect.stringMatching(why)]);
    expect(column(rows, "Username")).toEqual(["alice", "bob"]);
    expect(column(rows, "Usage")[1]).toBe("UNKNOWN");
  });
});

test("an event data store that was stopped: what it has seen is USED, and no grant is reported as unused", async () => {
  const stopped = { ...eventDataStore, Status: "STOPPED_INGESTION", UpdatedTimestamp: "2026-11-19T00:00:00Z" };
  const { result, rows } = await report({ ...organisation, EventDataStore: stopped });

  expect(result).toMatchObject({
    status: "degraded",
    warnings: [expect.stringMatching(/is STOPPED_INGESTION, since 2026-11-19/)],
  });
  expect(column(rows, "Usage")).toEqual(["USED", "UNKNOWN"]);
});

test("an event data store of one Region observes an instance that is there alone", async () => {
  const { result, rows } = await report({
    ...organisation,
    EventDataStore: { ...eventDataStore, MultiRegionEnabled: false },
  });

  expect(result.status).toBe("succeeded");
  expect(column(rows, "Usage")).toEqual(["USED", "UNUSED_IN_WINDOW"]);
});

test("answers that do not say what time it is: no grant is reported as unused, and the warning says why", async () => {
  const { result, rows } = await report(organisation, [{ operation: "*", kind: "noDate" }]);

  expect(result).toMatchObject({ status: "degraded", warnings: [expect.stringMatching(/no Date header/)] });
  expect(column(rows, "Usage")).toEqual(["USED", "UNKNOWN"]);
});

test("a store that keeps exactly as long as the window: what is named is the window that was read", async () => {
  const EventDataStore = { ...eventDataStore, RetentionPeriod: 90 };
  const Records = [login(0, 0, 0), login(0, 0, 1, { eventTime: "2026-08-23T08:59:59Z" })];
  const { result, rows, file } = await report({ ...organisation, EventDataStore, Records });

  expect(result.status).toBe("succeeded");
  expect(column(rows, "Usage")).toEqual(["USED", "UNUSED_IN_WINDOW"]);
  expect(JSON.parse(file("manifest.json")).sources.logins.windowFrom).toBe("2026-08-23T09:00:00Z");
  expect(file("review.csv")).toContain("No login in the last 89 days.");
  expect(file("report.html")).toContain('"windowDays":89');
});

test("logins that are all of strangers: no grant is reported as unused, and the warning says why", async () => {
  const Records = [login(0, 0, 7), login(0, 0, 8)];
  const { result, rows } = await report({ ...organisation, Records });

  expect(result).toMatchObject({
    status: "degraded",
    warnings: [
      expect.stringMatching(/none of the logins .* has a user of the Identity Store, an account .* a permission set/),
    ],
  });
  expect(column(rows, "Usage")).toEqual(["UNKNOWN", "UNKNOWN"]);
});

test.each([
  ["queryFailed", "ended as FAILED: Query execution failed: an internal error occurred."],
  ["queryCancelled", "ended as CANCELLED: Query was canceled."],
  ["queryTimedOut", "ended as TIMED_OUT: Query exceeded the time limit of one hour."],
] as const)("%s: the query's own message is in the manifest, and what it found is not used", async (kind, message) => {
  const { result, rows } = await report(organisation, [{ operation: "cloudtrail:StartQuery", kind }]);

  expect(result.warnings).toEqual([expect.stringContaining(message)]);
  expect(column(rows, "Usage")).toEqual(["UNKNOWN", "UNKNOWN"]);
});

describe("a login changes nothing but the row that it is of", () => {
  let usual: Awaited<ReturnType<typeof report>>;
  beforeAll(async () => {
    usual = await report(organisation);
  });

  test.each([
    ["of an unknown user", login(0, 0, 7)],
    ["to an application", login(0, 0, 1, { serviceEventDetails: { app_instance_id: "ssoins-app" } })],
    ["to an application, without any details", login(0, 0, 1, { serviceEventDetails: null })],
  ])("%s", async (_, strange) => {
    const { result, csv } = await report(
      organisationOf({ ...aliceAndBob, Records: [...aliceAndBob.Records, strange] }),
    );

    expect(result.status).toBe("succeeded");
    expect(csv).toBe(usual.csv);
  });

  test.each([
    ["to an unknown account", login(7, 0, 1), "account 200000000007"],
    ["with an unknown role", login(0, 7, 1), "permission set Set-0007"],
    [
      "without either",
      login(0, 0, 0, { eventName: "GetRoleCredentials", serviceEventDetails: null }),
      "account (none), permission set (none)",
    ],
  ])("%s, which degrades the report where there are many such", async (_, strange, named) => {
    const { result, csv } = await report(
      organisationOf({ ...aliceAndBob, Records: [...aliceAndBob.Records, strange] }),
    );

    expect(csv).toBe(usual.csv);
    expect(result.status).toBe("degraded");
    expect(result.warnings[0]).toContain(
      `1 of the 2 logins in the window name an account or a permission set that does not exist: ${named}.`,
    );
  });

  test("but under a name that nobody has, no grant of anybody who may have had it is reported as unused", async () => {
    const mallory = login(0, 0, 7, { userIdentity: { type: "Unknown", userName: "mallory" } });
    const { result, rows } = await report(
      organisationOf({ ...aliceAndBob, Records: [...aliceAndBob.Records, mallory] }),
    );

    expect(column(rows, "Usage")).toEqual(["USED", "UNKNOWN"]);
    expect(result.status).toBe("succeeded");
  });

  test("nor anybody of whom the event does not say where to", async () => {
    const credentials = login(0, 0, 1, { eventName: "GetRoleCredentials", serviceEventDetails: null });
    const { result, rows } = await report(
      organisationOf({ ...aliceAndBob, Records: [...aliceAndBob.Records, credentials] }),
    );

    expect(column(rows, "Usage")).toEqual(["USED", "UNKNOWN"]);
    expect(result.warnings).toEqual([
      expect.stringMatching(/^1 of the 2 logins .* does not exist/),
      expect.stringMatching(/^1 login does not tell its account or its permission set. Their users' grants/),
    ]);
  });

  test("but where it has no user, no grant of anybody who may have been it is reported as unused", async () => {
    const nameless = login(0, 0, 0, { userIdentity: { type: "Unknown" } });
    const { result, rows } = await report(
      organisationOf({ ...aliceAndBob, Records: [...aliceAndBob.Records, nameless] }),
    );

    expect(column(rows, "Usage")).toEqual(["USED", "UNKNOWN"]);
    expect(result.warnings).toEqual([expect.stringMatching(/^1 login.* no user/)]);
  });
});
