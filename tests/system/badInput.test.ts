import { parse } from "csv-parse/sync";
import type { RunResult } from "../../handlers/announce";
import { type Fault, type LocalAwsOptions, type OrganisationFile, startLocalAws } from "../../local/aws";
import { type Container, captureLogs, jsonOf, startContainer, textOf } from "../support/container";
import {
  account,
  accountId,
  eventDataStore,
  eventDataStoreArn,
  group,
  groupAssignment,
  groupId,
  login,
  membership,
  organisationOf,
  permissionSet,
  permissionSetArn,
  user,
  userAssignment,
  userId,
} from "../support/organisation";
import { folderOf, publishedFolders } from "../support/published";

// What is wrong, missing or strange in what a run is given, and what it makes of it: none crashes the run but where the design
// says so, and none loses a row.

type Row = Record<string, string>;

const logs = captureLogs();
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Alice, in group 0 and by herself, may enter account 0 with set 0, and did; Bob may too, and did not. */
const parts = {
  Accounts: [account(0)],
  PermissionSets: [permissionSet(0)],
  Users: [user(0, { UserName: "alice" }), user(1, { UserName: "bob" })],
  Groups: [group(0)],
  GroupMemberships: [membership(0, 0), membership(0, 1)],
  AccountAssignments: [groupAssignment(0, 0, 0)],
  Records: [login(0, 0, 0)],
} satisfies Partial<OrganisationFile>;
const organisation = organisationOf(parts);

async function containerOf(
  served: OrganisationFile,
  options: Partial<LocalAwsOptions> = {},
  environment: Record<string, string> = {},
): Promise<Container> {
  const localAws = await startLocalAws({
    organisation: served,
    throttle: false,
    rate: 1000,
    missingKeyIs403: true,
    ...options,
  });
  closing.push(() => localAws.close());
  return startContainer(localAws, environment);
}

async function report(
  served: OrganisationFile,
  options: Partial<LocalAwsOptions> = {},
  environment: Record<string, string> = {},
): Promise<{ result: RunResult; rows: Row[]; csv: string }> {
  const container = await containerOf(served, options, environment);
  const result = await container.run();
  const csv = textOf(container.bucket, `${folderOf(result)}/credential_report.csv`)!;
  return { result, csv, rows: parse(csv, { columns: true, record_delimiter: "\r\n" }) as Row[] };
}

const column = (rows: Row[], name: string) => rows.map((row) => row[name]);

describe("an endpoint that cannot be reached", () => {
  test("fails the run, which says which call, what was got and what to check", async () => {
    const container = await containerOf(organisation, {}, { AWS_ENDPOINT_URL: "http://127.0.0.1:1" });

    await expect(container.run()).rejects.toMatchObject({
      name: "Unreachable",
      message: expect.stringMatching(
        /^s3 GetObject: no whole answer after 8 attempts \(.*ECONNREFUSED 127\.0\.0\.1:1\)\. Check the Region, the endpoint/,
      ),
    });
    expect(logs.find(({ level }) => level === "ERROR")).toMatchObject({ message: "failed" });
  });

  test("of a name that does not exist", async () => {
    const container = await containerOf(organisation, {}, { AWS_ENDPOINT_URL: "http://no-such-host.invalid" });
    await expect(container.run()).rejects.toMatchObject({ name: "Unreachable" });
  });
});

describe("AccessDenied names the call and the missing permission", () => {
  const denied = (operation: string): Fault[] => [{ operation, kind: "accessDenied" }];

  test.each([
    ["sso-admin:ListPermissionSets", "sso:ListPermissionSets"],
    ["sso-admin:DescribePermissionSet", "sso:DescribePermissionSet"],
    ["sso-admin:ListManagedPoliciesInPermissionSet", "sso:ListManagedPoliciesInPermissionSet"],
    ["sso-admin:ListAccountsForProvisionedPermissionSet", "sso:ListAccountsForProvisionedPermissionSet"],
    ["sso-admin:ListAccountAssignments", "sso:ListAccountAssignments"],
    ["identitystore:ListUsers", "identitystore:ListUsers"],
    ["identitystore:ListGroups", "identitystore:ListGroups"],
    ["identitystore:ListGroupMemberships", "identitystore:ListGroupMemberships"],
    ["s3:PutObject", "s3:PutObject"],
  ])("%s fails the run", async (operation, permission) => {
    const container = await containerOf(organisation, { faults: denied(operation) });

    await expect(container.run({ runId: "denied" })).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringMatching(new RegExp(`^${operation.replace(":", " ")} was refused .* needs ${permission};`)),
    });
    expect(publishedFolders(container.bucket)).toEqual([]);
    if (operation.startsWith("s3")) return;
    expect(jsonOf(container.bucket, "status/denied/failed")).toMatchObject({ error: "AccessDenied" });
  });

  test("s3:GetObject fails the second run: the first finds nothing to read anyway", async () => {
    const container = await containerOf(organisation, { faults: denied("s3:GetObject") });
    await container.run();

    await expect(container.run()).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringMatching(/^s3 GetObject was refused for s3:.*running\.json, .* needs s3:GetObject/),
    });
  });

  test.each(["GetEventDataStore", "StartQuery", "DescribeQuery", "GetQueryResults"])(
    "cloudtrail:%s makes every usage UNKNOWN",
    async (operation) => {
      const { result, rows } = await report(organisation, { faults: denied(`cloudtrail:${operation}`) });

      expect(result.status).toBe("degraded");
      expect(result.warnings).toEqual([
        expect.stringMatching(new RegExp(`cloudtrail ${operation} was refused .* needs cloudtrail:${operation};`)),
      ]);
      expect(column(rows, "Usage")).toEqual(["UNKNOWN", "UNKNOWN"]);
      expect(column(rows, "LastLogin")).toEqual(["UNKNOWN", "UNKNOWN"]);
    },
  );

  test("organizations:ListAccounts makes every AccountState UNKNOWN", async () => {
    const { result, rows } = await report(organisation, { faults: denied("organizations:ListAccounts") });

    expect(result.status).toBe("degraded");
    expect(result.warnings).toEqual([
      expect.stringMatching(/AccountState is UNKNOWN: organizations ListAccounts .* needs organizations:ListAccounts;/),
    ]);
    expect(column(rows, "AccountState")).toEqual(["UNKNOWN", "UNKNOWN"]);
    expect(column(rows, "AccountName")).toEqual(["", ""]);
    expect(column(rows, "RowStatus")).toEqual(["OK", "OK"]);
    expect(column(rows, "Usage")).toEqual(["USED", "UNUSED_IN_WINDOW"]);
  });
});

describe("an event data store", () => {
  const unknown = "99999999-4b5a-4697-8877-665544332211";
  const elsewhere = eventDataStoreArn.replace("eu-west-1", "us-east-2");

  test.each<[string, OrganisationFile, Record<string, string>, RegExp]>([
    [
      "that is not there",
      organisation,
      { EVENT_DATA_STORE: unknown },
      new RegExp(`EventDataStoreNotFound.*${unknown}`),
    ],
    ["of another Region", organisation, { EVENT_DATA_STORE: elsewhere }, /EventDataStoreNotFound.*us-east-2/],
    [
      "whose ingestion is stopped",
      { ...organisation, EventDataStore: { ...eventDataStore, Status: "STOPPED_INGESTION" } },
      {},
      /is STOPPED_INGESTION, not ENABLED: it records no logins\. Start its ingestion/,
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
      { ...organisation, EventDataStore: { ...eventDataStore, MultiRegionEnabled: false } },
      {},
      /records its own Region alone/,
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
  ])("%s: nobody is called unused, and the warning says why", async (_, served, environment, why) => {
    const { result, rows } = await report(served, {}, environment);

    expect(result.status).toBe("degraded");
    expect(result.warnings).toEqual([expect.stringMatching(why)]);
    expect(column(rows, "Username")).toEqual(["alice", "bob"]);
    expect(column(rows, "Usage")[1]).toBe("UNKNOWN");
  });
});

test("logins that are all of strangers: nobody is called unused, and the warning says why", async () => {
  const Records = [login(0, 0, 7), login(0, 0, 8)];
  const { result, rows } = await report({ ...organisation, Records });

  expect(result).toMatchObject({
    status: "degraded",
    warnings: [expect.stringMatching(/none of the logins .* is of anyone/)],
  });
  expect(column(rows, "Usage")).toEqual(["UNKNOWN", "UNKNOWN"]);
});

test.each([
  ["queryFailed", "ended as FAILED: Query execution failed: an internal error occurred."],
  ["queryCancelled", "ended as CANCELLED: Query was cancelled."],
  ["queryTimedOut", "ended as TIMED_OUT: Query exceeded the time limit of one hour."],
] as const)("%s: the query's own message is in the manifest, and what it found is not used", async (kind, message) => {
  const { result, rows } = await report(organisation, { faults: [{ operation: "cloudtrail:StartQuery", kind }] });

  expect(result.warnings).toEqual([expect.stringContaining(message)]);
  expect(column(rows, "Usage")).toEqual(["UNKNOWN", "UNKNOWN"]);
});

describe("what no longer exists is a row that says so", () => {
  test.each<[string, Partial<OrganisationFile>, Row[]]>([
    [
      "a user",
      { AccountAssignments: [userAssignment(0, 0, 7)] },
      [{ Type: "USER", Username: "", UserId: userId(7), RowStatus: "USER_NOT_FOUND", Usage: "UNUSED_IN_WINDOW" }],
    ],
    [
      "a user who had logged in",
      { AccountAssignments: [userAssignment(0, 0, 7)], Records: [login(0, 0, 7)] },
      [{ Username: "", UserId: userId(7), RowStatus: "USER_NOT_FOUND", Usage: "USED" }],
    ],
    [
      "a group",
      { AccountAssignments: [groupAssignment(0, 0, 7)] },
      [{ Type: "GROUP", GroupId: groupId(7), GroupName: "", UserId: "", RowStatus: "GROUP_NOT_FOUND", Usage: "" }],
    ],
    [
      "an account",
      { AccountAssignments: [userAssignment(7, 0, 0)] },
      [
        {
          account: accountId(7),
          AccountName: "",
          AccountState: "",
          Username: "alice",
          RowStatus: "ACCOUNT_NOT_IN_ORGANIZATION",
        },
      ],
    ],
    [
      "a member of a group",
      { GroupMemberships: [membership(0, 0), membership(0, 7)] },
      [
        { UserId: userId(7), Username: "", RowStatus: "USER_NOT_FOUND", Usage: "UNUSED_IN_WINDOW" },
        { UserId: userId(0), Username: "alice", RowStatus: "OK", Usage: "USED" },
      ],
    ],
  ])("%s", async (_, odd, expected) => {
    const { result, rows } = await report(organisationOf({ ...parts, ...odd }));

    expect(result.status).toBe("succeeded");
    expect(rows).toEqual(expected.map((row) => expect.objectContaining(row)));
  });
});

describe("a login changes nothing but the row that it is of", () => {
  test.each([
    ["of an unknown user", login(0, 0, 7)],
    ["of an unknown user name", login(0, 0, 7, { userIdentity: { type: "Unknown", userName: "mallory" } })],
    ["to an unknown account", login(7, 0, 1)],
    ["with an unknown role", login(0, 7, 1)],
    ["to an application", login(0, 0, 1, { serviceEventDetails: { app_instance_id: "ssoins-app" } })],
    ["without any details", login(0, 0, 1, { serviceEventDetails: null })],
  ])("%s", async (_, strange) => {
    const usual = await report(organisation);
    const { result, csv } = await report(organisationOf({ ...parts, Records: [...parts.Records, strange] }));

    expect(result.status).toBe("succeeded");
    expect(csv).toBe(usual.csv);
  });

  test("but where it names nobody, nobody who may have been it is called unused", async () => {
    const nameless = login(0, 0, 0, { userIdentity: { type: "Unknown" } });
    const { result, rows } = await report(organisationOf({ ...parts, Records: [...parts.Records, nameless] }));

    expect(column(rows, "Usage")).toEqual(["USED", "UNKNOWN"]);
    expect(result.warnings).toEqual([expect.stringMatching(/^1 login.* no user/)]);
  });
});

describe("an organisation with little in it", () => {
  const header = /^account,PermissionSetArn,[^\r\n]+,Usage\r\n$/;

  test("nothing at all: a report that is the header alone", async () => {
    const { result, csv } = await report(organisationOf({}));

    expect(csv).toMatch(header);
    expect(result).toMatchObject({ rows: 0, byRowStatus: {}, byUsage: {} });
    // Nobody logged in anywhere: that nobody is listed as unused is no proof that the source saw anything.
    expect(result.warnings).toEqual([expect.stringContaining("no role login of anyone was seen in the window")]);
  });

  test("people, and no access", async () => {
    const { result, csv } = await report(organisationOf({ ...parts, PermissionSets: [], AccountAssignments: [] }));

    expect(csv).toMatch(header);
    expect(result.status).toBe("succeeded");
  });

  test("a permission set that is provisioned, and assigned to nobody", async () => {
    const ProvisionedAccounts = [{ PermissionSetArn: permissionSetArn(0), AccountId: accountId(0) }];
    const { csv } = await report(organisationOf({ ...parts, AccountAssignments: [], ProvisionedAccounts }));

    expect(csv).toMatch(header);
  });

  test("a group without members: one row", async () => {
    const { rows } = await report(organisationOf({ ...parts, GroupMemberships: [] }));

    expect(rows).toEqual([expect.objectContaining({ RowStatus: "EMPTY_GROUP", GroupName: "group 0", Usage: "" })]);
  });

  test.each([undefined, ""])("a permission set whose description is %j", async (Description) => {
    const { rows } = await report(organisationOf({ ...parts, PermissionSets: [permissionSet(0, { Description })] }));

    expect(column(rows, "PermissionSetDescription")).toEqual(["DESCRIPTION NOT SET", "DESCRIPTION NOT SET"]);
  });

  test("a user of whom the Identity Store says nothing but the id", async () => {
    const { rows } = await report(organisationOf({ ...parts, Users: [parts.Users[0]!, { UserId: userId(1) }] }));

    expect(rows[0]).toMatchObject({
      UserId: userId(1),
      Username: "",
      UserDisplayName: "",
      UserEmail: "",
      UserStatus: "",
    });
    expect(rows[0]).toMatchObject({ RowStatus: "OK", Usage: "UNUSED_IN_WINDOW" });
  });
});

describe("settings that cannot be", () => {
  test.each([
    ["a variable that is missing", { INSTANCE_ARN: "" }, {}, /INSTANCE_ARN is not set\. Deploy the stack again/],
    [
      "a number that is none",
      { LOOKBACK_DAYS: "ninety" },
      {},
      /lookbackDays: expected an integer from 1 to 3653, got "ninety"/,
    ],
    [
      "days that are given for the run",
      {},
      { lookbackDays: 4000 },
      /lookbackDays: expected an integer from 1 to 3653, got "4000"/,
    ],
    ["a present that is no time", { CREDENTIAL_REPORT_NOW: "today" }, {}, /CREDENTIAL_REPORT_NOW.*"today"/],
  ])("%s", async (_, environment, event, message) => {
    const container = await containerOf(organisation, {}, environment as Record<string, string>);

    await expect(container.run({ runId: "bad", ...event })).rejects.toThrow(message);
    expect(jsonOf(container.bucket, "status/bad/failed")).toMatchObject({ status: "failed" });
    expect(jsonOf(container.bucket, "running.json")).toBeUndefined(); // no place was taken
  });

  test("an instance that is not there", async () => {
    const INSTANCE_ARN = "arn:aws:sso:::instance/ssoins-ffffffffffffffff";
    const container = await containerOf(organisation, {}, { INSTANCE_ARN });

    await expect(container.run()).rejects.toThrow("sso-admin ListPermissionSets failed: ResourceNotFoundException");
  });

  test("more pairs than the function's time allows: it says so at once, and how many requests a second would do", async () => {
    const AccountAssignments = Array.from({ length: 90 }, (_, index) => userAssignment(index, 0, 0));
    const container = await containerOf(
      organisationOf({ ...parts, AccountAssignments }),
      {},
      { REQUESTS_PER_SECOND: "5" },
    );
    // 15 s are kept back to end, 90 s to publish: 12 s are left for 18 s of calls.
    const started = Date.now();

    await expect(container.run({}, 15_000 + 90_000 + 12_000)).rejects.toMatchObject({
      name: "TooLargeForOneRun",
      message: expect.stringMatching(
        /needs 90 ListAccountAssignments calls.* 0\.3 minutes at 5 a second, and 0\.[12] minutes.* Set requestsPerSecond to (8|9|10) or more/,
      ),
    });
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(container.localAws.stats().calls["sso-admin:ListAccountAssignments"]).toBeUndefined();
  });
});
