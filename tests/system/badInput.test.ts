import type { Fault, OrganisationFile } from "../../local/aws";
import { captureLogs, jsonOf } from "../support/container";
import {
  accountId,
  groupAssignment,
  groupId,
  login,
  membership,
  organisationOf,
  permissionSet,
  permissionSetArn,
  userAssignment,
  userId,
} from "../support/organisation";
import { publishedFolders } from "../support/published";
import { aliceAndBob, column, type Row, useReports } from "./reports";

// What is wrong, missing or strange in what a run is given, and what it makes of it: none crashes the run but where the design
// says so, and none loses a row.

const logs = captureLogs();
const { containerOf, report } = useReports();
const organisation = organisationOf(aliceAndBob);

describe("an endpoint that cannot be reached", () => {
  test("fails the run, which says which call, what was got and what to check", async () => {
    const container = await containerOf(organisation, [], { AWS_ENDPOINT_URL: "http://127.0.0.1:1" });

    await expect(container.run()).rejects.toMatchObject({
      name: "Unreachable",
      message: expect.stringMatching(
        /^s3 GetObject: no whole answer after 8 attempts \(.*ECONNREFUSED 127\.0\.0\.1:1\)\. Check the Region, the endpoint/,
      ),
    });
    expect(logs.find(({ level }) => level === "ERROR")).toMatchObject({ message: "failed" });
  });

  test("of a name that does not exist", async () => {
    const container = await containerOf(organisation, [], { AWS_ENDPOINT_URL: "http://no-such-host.invalid" });
    await expect(container.run()).rejects.toMatchObject({ name: "Unreachable" });
  });
});

describe("AccessDenied names the call and the missing permission", () => {
  const denied = (operation: string): Fault[] => [{ operation, kind: "accessDenied" }];

  test.each([
    ["sso-admin:ListPermissionSets", "sso:ListPermissionSets"],
    ["sso-admin:DescribePermissionSet", "sso:DescribePermissionSet"],
    ["sso-admin:ListManagedPoliciesInPermissionSet", "sso:ListManagedPoliciesInPermissionSet"],
    ["sso-admin:GetInlinePolicyForPermissionSet", "sso:GetInlinePolicyForPermissionSet"],
    [
      "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet",
      "sso:ListCustomerManagedPolicyReferencesInPermissionSet",
    ],
    ["sso-admin:ListAccountsForProvisionedPermissionSet", "sso:ListAccountsForProvisionedPermissionSet"],
    ["sso-admin:ListAccountAssignments", "sso:ListAccountAssignments"],
    ["identitystore:ListUsers", "identitystore:ListUsers"],
    ["identitystore:ListGroups", "identitystore:ListGroups"],
    ["identitystore:ListGroupMemberships", "identitystore:ListGroupMemberships"],
    ["s3:PutObject", "s3:PutObject"],
  ])("%s fails the run", async (operation, permission) => {
    const container = await containerOf(organisation, denied(operation));

    await expect(container.run({ runId: "denied" })).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringMatching(
        new RegExp(`^${operation.replace(":", " ")} was refused .* needs ${permission}[;.]`),
      ),
    });
    expect(publishedFolders(container.bucket)).toEqual([]);
    if (operation.startsWith("s3")) return;
    expect(jsonOf(container.bucket, "status/denied/failed")).toMatchObject({ error: "AccessDenied" });
  });

  test("s3:GetObject fails the first run before it publishes, although it has nothing to read, and the second at once", async () => {
    const container = await containerOf(organisation, denied("s3:GetObject"));
    await expect(container.run()).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringMatching(/^s3 GetObject was refused for s3:.*latest\.json, .* needs s3:GetObject/),
    });
    expect(publishedFolders(container.bucket)).toEqual([]);

    await expect(container.run()).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringMatching(/^s3 GetObject was refused for s3:.*running\.json, .* needs s3:GetObject/),
    });
  });

  test.each(["GetEventDataStore", "StartQuery", "DescribeQuery", "GetQueryResults"])(
    "cloudtrail:%s makes every usage UNKNOWN",
    async (operation) => {
      const { result, rows } = await report(organisation, denied(`cloudtrail:${operation}`));

      expect(result.status).toBe("degraded");
      expect(result.warnings).toEqual([
        expect.stringMatching(new RegExp(`cloudtrail ${operation} was refused .* needs cloudtrail:${operation};`)),
      ]);
      expect(column(rows, "Usage")).toEqual(["UNKNOWN", "UNKNOWN"]);
      expect(column(rows, "LastLogin")).toEqual(["UNKNOWN", "UNKNOWN"]);
    },
  );

  test("organizations:ListAccounts makes every AccountState UNKNOWN", async () => {
    const { result, rows } = await report(organisation, denied("organizations:ListAccounts"));

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

describe("what no longer exists is a row that says so", () => {
  test.each<[string, Partial<OrganisationFile>, Row[]]>([
    [
      "a user",
      { AccountAssignments: [userAssignment(0, 0, 7)] },
      [{ Type: "USER", Username: "", UserId: userId(7), RowStatus: "USER_NOT_FOUND", Usage: "UNKNOWN" }],
    ],
    [
      "a user who had logged in",
      { AccountAssignments: [userAssignment(0, 0, 7)], Records: [login(0, 0, 7), login(0, 0, 0)] },
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
    const { result, rows } = await report(organisationOf({ ...aliceAndBob, ...odd }));

    expect(result.status).toBe("succeeded");
    expect(rows).toEqual(expected.map((row) => expect.objectContaining(row)));
  });
});

describe("an organisation with little in it", () => {
  const header = /^account,PermissionSetArn,[^\r\n]+,AssignedAt\r\n$/;

  test("nothing at all: a report that is the header alone", async () => {
    const { result, csv } = await report(organisationOf({}));

    expect(csv).toMatch(header);
    expect(result).toMatchObject({ rows: 0, byRowStatus: {}, byUsage: {} });
    // Nobody logged in anywhere: that nobody is listed as unused is no proof that the source saw anything.
    expect(result.warnings).toEqual([
      expect.stringContaining("no role login of anyone was seen in the window"),
      expect.stringContaining("the Identity Center instance has no permission sets"),
    ]);
  });

  test("people, and no access", async () => {
    const { result, csv } = await report(
      organisationOf({ ...aliceAndBob, PermissionSets: [], AccountAssignments: [] }),
    );

    expect(csv).toMatch(header);
    // Whoever logs in somewhere has a permission set: without any, the wrong instance was read, or the wrong events.
    expect(result.status).toBe("degraded");
  });

  test("a permission set that is provisioned, and assigned to nobody", async () => {
    const ProvisionedAccounts = [{ PermissionSetArn: permissionSetArn(0), AccountId: accountId(0) }];
    const { csv } = await report(organisationOf({ ...aliceAndBob, AccountAssignments: [], ProvisionedAccounts }));

    expect(csv).toMatch(header);
  });

  test("a group without members: one row", async () => {
    const { rows } = await report(organisationOf({ ...aliceAndBob, GroupMemberships: [] }));

    expect(rows).toEqual([expect.objectContaining({ RowStatus: "EMPTY_GROUP", GroupName: "group 0", Usage: "" })]);
  });

  test.each([undefined, ""])("a permission set whose description is %j", async (Description) => {
    const { rows } = await report(
      organisationOf({ ...aliceAndBob, PermissionSets: [permissionSet(0, { Description })] }),
    );

    expect(column(rows, "PermissionSetDescription")).toEqual(["DESCRIPTION NOT SET", "DESCRIPTION NOT SET"]);
  });

  test("a user of whom the Identity Store says nothing but the id", async () => {
    const { rows } = await report(
      organisationOf({ ...aliceAndBob, Users: [aliceAndBob.Users[0]!, { UserId: userId(1) }] }),
    );

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
    ["settings that are missing", { REPORT_SETTINGS: "" }, {}, /REPORT_SETTINGS is not set\. Deploy the stack again/],
    [
      "settings that are none",
      { REPORT_SETTINGS: '{"lookbackDays":90}' },
      {},
      /REPORT_SETTINGS does not hold the settings of a report\. Deploy the stack again/,
    ],
    [
      "days that are given for the run",
      {},
      { lookbackDays: 4000 },
      /lookbackDays: expected a whole number of days from 1 to 3653, got 4000\./,
    ],
    ["a present that is no time", { CREDENTIAL_REPORT_NOW: "today" }, {}, /CREDENTIAL_REPORT_NOW.*"today"/],
  ])("%s", async (_, environment, event, message) => {
    const container = await containerOf(organisation, [], environment as Record<string, string>);

    await expect(container.run({ runId: "bad", ...event })).rejects.toThrow(message);
    expect(jsonOf(container.bucket, "status/bad/failed")).toMatchObject({ status: "failed" });
    expect(jsonOf(container.bucket, "running.json")).toBeUndefined(); // no place was taken
  });

  test("an instance that is not there", async () => {
    const instanceArn = "arn:aws:sso:::instance/ssoins-ffffffffffffffff";
    const container = await containerOf(organisation, [], {}, { instanceArn });

    await expect(container.run()).rejects.toThrow("sso-admin ListPermissionSets failed: ResourceNotFoundException");
  });
});
