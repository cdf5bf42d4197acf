import { gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { directorySource } from "../../cli/verify/reportSource";
import { verifyReport } from "../../cli/verify/verifyReport";
import { type Fault, type FaultKind, type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import { runProduct } from "../../local/runReport";
import { sample } from "../support/long";
import {
  account,
  accountId,
  daysAgo,
  group,
  groupAssignment,
  groupId,
  login,
  many,
  membership,
  organisationOf,
  permissionSet,
  permissionSetArn,
  permissionSetName,
  user,
  userAssignment,
  userId,
} from "../support/organisation";
import { reportDirectory, said } from "../support/reportDirectory";
import { WITHOUT_ANSWER } from "./lanes";

// Answers that come with HTTP 200 and are none, kinds that nobody knows yet, and an organisation that changes while it is read.
// What AWS would answer in these cases is, but for "Filter is required", the local AWS's guess.

/** Set 0: members 0 and 1 of group 0; set 1: user 2 directly, group 1 without members, a group and a user who are gone. */
const organisation = organisationOf({
  Accounts: [account(0), account(1)],
  PermissionSets: [permissionSet(0), permissionSet(1)],
  Users: [user(0), user(1), user(2, { CreatedAt: daysAgo(1) })],
  Groups: [group(0), group(1)],
  GroupMemberships: [membership(0, 0), membership(0, 1)],
  AccountAssignments: [
    groupAssignment(0, 0, 0),
    groupAssignment(1, 1, 1),
    groupAssignment(1, 1, 9),
    userAssignment(1, 1, 2),
    userAssignment(1, 1, 9),
  ],
  // One explains a grant; the others show that the window was observed, whichever set is gone.
  Records: [login(0, 0, 0), ...many(20, () => login(1, 1, 0))],
});

const LISTINGS = [
  "sso-admin:ListPermissionSets",
  "sso-admin:ListManagedPoliciesInPermissionSet",
  "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet",
  "sso-admin:ListAccountsForProvisionedPermissionSet",
  "sso-admin:ListAccountAssignments",
  "identitystore:ListUsers",
  "identitystore:ListGroups",
  "identitystore:ListGroupMemberships",
  "organizations:ListAccounts",
];

const QUERYING = [
  "cloudtrail:GetEventDataStore",
  "cloudtrail:StartQuery",
  "cloudtrail:DescribeQuery",
  "cloudtrail:GetQueryResults",
];

/** By what they serve. */
const running = new Map<OrganisationFile, LocalAws>();
afterAll(async () => {
  for (const localAws of running.values()) await localAws.close();
});

/** What is said of every grant, in the report's order: group or user, row status, usage. */
async function reportOf(faults: readonly Fault[], served: OrganisationFile = organisation) {
  const localAws = running.get(served) ?? (await startLocalAws({ organisation: served, throttle: false, rate: 1000 }));
  running.set(served, localAws);
  localAws.reset();
  localAws.inject(faults);
  const { csv, manifest, files } = await runProduct(localAws);
  const rows = parse(csv, { columns: true }) as Record<string, string>[];
  const ofGrants = rows.map((row) => [row.UserId || row.GroupId, row.RowStatus, row.Usage]);
  const { calls } = localAws.stats();
  return { rows, said: ofGrants, files, calls, status: manifest.status, warnings: manifest.warnings };
}

const GROUP_0 = [
  [userId(0), "OK", "USED"],
  [userId(1), "OK", "UNUSED_IN_WINDOW"],
];
const SET_1 = [
  [groupId(9), "GROUP_NOT_FOUND", ""],
  [groupId(1), "EMPTY_GROUP", ""],
  [userId(9), "USER_NOT_FOUND", "UNKNOWN"], // nobody says since when
  [userId(2), "OK", "TOO_NEW"],
];
const ALL = [...GROUP_0, ...SET_1];

test("without faults", async () => {
  expect(await reportOf([])).toMatchObject({ said: ALL, status: "succeeded", warnings: [] });
});

describe("HTTP 200 without what was asked for", () => {
  test.each(WITHOUT_ANSWER)("%s, a few times at every listing, leaves no trace", async (kind) => {
    const { said, status, warnings, calls } = await reportOf(
      LISTINGS.map((operation) => ({ operation, kind, at: 1, times: 3 })),
    );
    expect({ said, status, warnings }).toEqual({ said: ALL, status: "succeeded", warnings: [] });
    expect(calls["identitystore:ListUsers"]).toBe(4);
  });

  const everyAnswer = WITHOUT_ANSWER.flatMap((kind, index) =>
    sample(LISTINGS, 9, index).map((operation) => [kind, operation] as const),
  );
  test.each(everyAnswer)("%s for ever at %s ends the run", async (kind, operation) => {
    await expect(reportOf([{ operation, kind }])).rejects.toMatchObject({
      name: "UnexpectedAnswer",
      message: expect.stringContaining(`${operation.replace(":", " ")} gave an answer that is not understood`),
    });
  });

  test.each(["sso-admin:DescribePermissionSet", "identitystore:DescribeUser", "identitystore:DescribeGroup"])(
    "of one thing: %s",
    async (operation) => {
      const unlisted: Fault[] = [{ operation: "identitystore:*", kind: "filterRequired" }];
      expect((await reportOf([...unlisted, { operation, kind: "emptyObject", at: 1 }])).said).toEqual(ALL);
      await expect(reportOf([...unlisted, { operation, kind: "emptyBody" }])).rejects.toMatchObject({
        name: "UnexpectedAnswer",
        message: expect.stringContaining(operation.replace(":", " ")),
      });
    },
  );

  test.each(["emptyBody", "errorInBody", "listOfNothing"] as const)("an inline policy: %s", async (kind) => {
    const operation = "sso-admin:GetInlinePolicyForPermissionSet";
    expect(await reportOf([{ operation, kind, at: 1 }])).toMatchObject({ said: ALL, warnings: [] });
    await expect(reportOf([{ operation, kind }])).rejects.toMatchObject({ name: "UnexpectedAnswer" });
  });

  test.each(QUERYING)(
    "%s, a few times, leaves no trace; for ever, no grant is reported as unused",
    async (operation) => {
      for (const kind of sample(["emptyBody", "emptyObject", "errorInBody"] as const, 3, QUERYING.indexOf(operation))) {
        const { said, status, warnings } = await reportOf([{ operation, kind, at: 1, times: 3 }]);
        expect({ said, status, warnings }).toEqual({ said: ALL, status: "succeeded", warnings: [] });
      }
      const { rows, status, warnings } = await reportOf([{ operation, kind: "emptyBody" }]);
      expect(new Set(rows.map(({ Usage }) => Usage))).toEqual(new Set(["UNKNOWN", ""]));
      expect({ status, warnings }).toEqual({
        status: "degraded",
        warnings: [expect.stringContaining(`${operation.replace(":", " ")} gave an answer that is not understood`)],
      });
    },
  );

  test("pages of logins without their list, or that lead back to the first, are not taken for all of them", async () => {
    const operation = "cloudtrail:GetQueryResults";
    expect(await reportOf([{ operation, kind: "withoutList", at: 1, times: 3 }])).toMatchObject({ warnings: [] });
    for (const kind of ["withoutList", "sameToken"] as const) {
      const { status, warnings } = await reportOf([{ operation, kind }]);
      expect({ status, warnings }).toEqual({
        status: "degraded",
        warnings: [expect.stringContaining("cloudtrail GetQueryResults gave an answer that is not understood")],
      });
    }
  });

  test.each(LISTINGS)("%s that leads back to its first page ends the run", async (operation) => {
    await expect(reportOf([{ operation, kind: "sameToken" }])).rejects.toMatchObject({
      name: "UnexpectedAnswer",
      message: expect.stringContaining("a NextToken that leads on"),
    });
  });
});

describe("an instance with nothing to report is said", () => {
  test("without permission sets", async () => {
    const { warnings } = await reportOf([], { ...organisation, PermissionSets: [], AccountAssignments: [] });
    expect(warnings).toContainEqual(expect.stringMatching(/The report is empty: .* has no permission sets/));
  });

  test("without assignments", async () => {
    const { warnings } = await reportOf([], { ...organisation, AccountAssignments: [] });
    expect(warnings).toContainEqual(expect.stringMatching(/The report is empty: no user and no group is assigned/));
  });
});

describe("an identity that is not understood ends the run, which names it", () => {
  test.each<[FaultKind, string, string]>([
    ["unknownKind", "sso-admin:ListAccountAssignments", 'PrincipalType: expected GROUP or USER, got "APPLICATION"'],
    ["unknownKind", "identitystore:ListGroupMemberships", "MemberId.UserId: expected an id, got nothing"],
    ["withoutId", "sso-admin:ListAccountAssignments", "PrincipalId: expected an id, got nothing"],
    ["withoutId", "identitystore:ListGroupMemberships", "MemberId.UserId: expected an id, got nothing"],
    ["withoutId", "identitystore:ListUsers", "Users.UserId: expected an id, got nothing"],
    ["withoutId", "identitystore:ListGroups", "Groups.GroupId: expected an id, got nothing"],
    ["withoutId", "organizations:ListAccounts", "Accounts.Id: expected an account id of 12 digits, got nothing"],
  ])("%s of %s", async (kind, operation, said) => {
    await expect(reportOf([{ operation, kind }])).rejects.toMatchObject({
      name: "UnexpectedAnswer",
      message: expect.stringMatching(new RegExp(`^${operation.replace(":", " ")} .*${said}`)),
    });
  });

  test.each(["ListGroupMemberships", "DescribeUser", "DescribeGroup"])(
    "%s that does not find the store's key says nothing about whom was asked for",
    async (operation) => {
      const faults: Fault[] = [{ operation: `identitystore:${operation}`, kind: "keyNotFound" }];
      await expect(reportOf(faults)).rejects.toMatchObject({
        name: "ResourceNotFoundException",
        message: expect.stringContaining(`identitystore ${operation}: the key with which the data is encrypted`),
      });
    },
  );
});

describe("a state that is not understood degrades the report, which says whose", () => {
  test.each<[FaultKind, string]>([
    ["withoutState", "got nothing"],
    ["unknownState", 'got "PARKED"'],
  ])("%s of accounts", async (kind, got) => {
    const { rows, said, status, warnings } = await reportOf([{ operation: "organizations:ListAccounts", kind }]);
    expect(new Set(rows.map(({ AccountState }) => AccountState))).toEqual(new Set(["UNKNOWN"]));
    expect({ said, status }).toEqual({ said: ALL, status: "degraded" });
    expect(warnings).toEqual([
      `State of accounts: expected ACTIVE or SUSPENDED or PENDING_CLOSURE or CLOSED or PENDING_ACTIVATION, ${got} (${accountId(0)}, ${accountId(1)}). It is taken for unknown.`,
    ]);
  });

  test("of users", async () => {
    const { rows, said, status, warnings } = await reportOf([
      { operation: "identitystore:ListUsers", kind: "unknownState" },
    ]);
    expect(new Set(rows.map(({ UserStatus }) => UserStatus))).toEqual(new Set([""]));
    expect({ said, status }).toEqual({ said: ALL, status: "degraded" });
    expect(warnings).toEqual([expect.stringMatching(/^UserStatus of users: .* got "PARKED" \(.*\)\. It is taken/)]);
  });

  test.each<FaultKind>(["dateInMilliseconds", "dateTooLarge"])("%s of memberships", async (kind) => {
    const { rows, status, warnings } = await reportOf([{ operation: "identitystore:ListGroupMemberships", kind }]);
    expect(new Set(rows.map(({ MemberSince }) => MemberSince))).toEqual(new Set([""]));
    // The age of the user does not stand in for a date that is there.
    const ofMembers = rows.filter(({ Type, UserId }) => Type === "GROUP" && UserId !== "");
    expect(ofMembers.map(({ Usage }) => Usage)).toEqual(["USED", "UNKNOWN"]);
    expect(status).toBe("degraded");
    expect(warnings).toEqual([
      expect.stringMatching(/^CreatedAt of memberships: expected an instant from 1970 to 9999/),
    ]);
  });
});

test("a date of the event data store that no report can name calls nobody unused", async () => {
  const { rows, status } = await reportOf([{ operation: "cloudtrail:GetEventDataStore", kind: "dateInMilliseconds" }]);
  expect(rows.filter(({ Usage }) => Usage === "UNUSED_IN_WINDOW" || Usage === "TOO_NEW")).toEqual([]);
  expect(status).toBe("degraded");
});

test("a date of another type, which the SDK does not read, ends the run", async () => {
  await expect(reportOf([{ operation: "identitystore:ListUsers", kind: "dateAsText" }])).rejects.toMatchObject({
    name: "UnexpectedAnswer",
    message: expect.stringMatching(
      /^identitystore ListUsers gave an answer that is not understood, 8 times in a row: .*\. Run/,
    ),
  });
});

describe("who came or went while the report was made", () => {
  test("users and groups whom the listing does not show are asked for by id, each once", async () => {
    const { said, status, warnings, calls, rows } = await reportOf([
      { operation: "identitystore:ListUsers", kind: "leftOut" },
      { operation: "identitystore:ListGroups", kind: "leftOut" },
    ]);
    expect({ said, status, warnings }).toEqual({ said: ALL, status: "succeeded", warnings: [] });
    expect(rows[0]).toMatchObject({ Username: "user-0000", GroupName: "group 0" });
    // Besides the one of each who is gone.
    expect(calls).toMatchObject({ "identitystore:DescribeUser": 2, "identitystore:DescribeGroup": 2 });
  });

  describe("a group that the listing does not show", () => {
    const ofGroup0 = { ...organisation, Groups: [group(0)], AccountAssignments: [groupAssignment(0, 0, 0)] };
    const unlisted: Fault = { operation: "identitystore:ListGroups", kind: "leftOut" };

    test("and that is gone once its members were read has none", async () => {
      const gone: Fault = { operation: "identitystore:DescribeGroup", kind: "notFound" };
      expect((await reportOf([unlisted, gone], ofGroup0)).said).toEqual([[groupId(0), "GROUP_NOT_FOUND", ""]]);
    });

    test("and that came once its members were asked for has them", async () => {
      const late: Fault = { operation: "identitystore:ListGroupMemberships", kind: "notFound", at: 1 };
      expect((await reportOf([unlisted, late], ofGroup0)).said).toEqual(GROUP_0);
    });
  });

  test("a store that lists by filter only, as with Active Directory, is read by id", async () => {
    const { said, status, warnings, calls } = await reportOf([
      { operation: "identitystore:*", kind: "filterRequired" },
    ]);
    expect({ said, status }).toEqual({ said: ALL, status: "succeeded" });
    expect(warnings).toEqual([expect.stringContaining("lists users and groups by filter only")]);
    expect(calls).toMatchObject({ "identitystore:DescribeUser": 4, "identitystore:DescribeGroup": 3 });
  });

  test.each([
    ["sso-admin:DescribePermissionSet", permissionSetArn(0)],
    ["sso-admin:ListManagedPoliciesInPermissionSet", permissionSetArn(0)],
    ["sso-admin:GetInlinePolicyForPermissionSet", permissionSetArn(0)],
    ["sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet", permissionSetArn(0)],
    ["sso-admin:ListAccountsForProvisionedPermissionSet", permissionSetArn(0)],
    ["sso-admin:ListAccountAssignments", `${permissionSetName(0)} (${permissionSetArn(0)})`],
  ])("a permission set that is deleted before %s is left out, and said", async (operation, named) => {
    // Enough logins to what is still there.
    const Records = [login(0, 0, 0), ...Array.from({ length: 10 }, () => login(1, 1, 0))];
    const fault: Fault = { operation, kind: "deleted", at: 1 };
    const { said, status, warnings, calls } = await reportOf([fault], { ...organisation, Records });
    expect({ said, status }).toEqual({ said: SET_1, status: "succeeded" });
    expect(warnings).toEqual([`The permission set ${named} was deleted while the report was made: it is left out.`]);
    expect(calls["sso-admin:ListPermissionSets"]).toBe(2);
  });

  test("one that is not found and is listed all the same ends the run, which says what to do", async () => {
    const faults: Fault[] = [{ operation: "sso-admin:ListAccountAssignments", kind: "notFound", at: 1 }];
    await expect(reportOf(faults)).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: expect.stringMatching(
        /ListAccountAssignments failed: .*which is listed all the same.*run the report again/,
      ),
    });
  });

  test("one that was deleted after some of its assignments were read is left out whole", async () => {
    const { said } = await reportOf([{ operation: "sso-admin:ListAccountAssignments", kind: "deleted", at: 2 }], {
      ...organisation,
      PermissionSets: [permissionSet(0)],
      AccountAssignments: [groupAssignment(0, 0, 0), groupAssignment(1, 0, 0)],
    });
    expect(said).toEqual([]);
  });
});

test("a name with half a surrogate pair in it is the same in every file, and the report verifies whole", async () => {
  const half = "half \ud83d of a pair";
  const { rows, files } = await reportOf([], {
    ...organisation,
    Accounts: [account(0, { Name: half })],
    PermissionSets: [permissionSet(0, { Description: half })],
    Users: [user(0, { UserName: half, DisplayName: half, Emails: [{ Value: half }] })],
    Groups: [group(0, { DisplayName: half })],
    GroupMemberships: [membership(0, 0)],
    AccountAssignments: [groupAssignment(0, 0, 0)],
  });

  const whole = "half \ufffd of a pair";
  const names = { Username: whole, UserDisplayName: whole, UserEmail: whole, GroupName: whole, AccountName: whole };
  expect(rows).toEqual([expect.objectContaining({ ...names, PermissionSetDescription: whole })]);
  const machineRows = gunzipSync(files["rows.jsonl.gz"]!).toString("utf8");
  expect(machineRows).toContain(JSON.stringify(whole));
  expect(machineRows).not.toContain("\\ud83d");
  const directory = reportDirectory(files);
  expect(said(await verifyReport(directorySource(directory.path, undefined)))).toEqual([]);
  directory.dispose();
});
