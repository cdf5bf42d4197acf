import { PROBES } from "../../cli/check/probes";
import { dispatch } from "../../cli/commands";
import { type Fault, type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import { useLocalAws } from "../../local/runReport";
import { policyOf } from "../rights/policyCheck";
import {
  accessApplication,
  account,
  applicationArn,
  daysAgo,
  entitlement,
  eventDataStoreArn,
  group,
  groupAssignment,
  login,
  many,
  membership,
  organisationOf,
  permissionSet,
  trailTable,
  user,
  userAssignment,
  userId,
} from "../support/organisation";

// `credential-report check` against the local AWS, in this process: what it says of each read where AWS answers, refuses, or answers in a
// form that nobody knows. Not shown: what AWS itself answers, which is what the command is for.

// At the pace of this local AWS, which has no quotas: at AWS's, each reading of Event history takes two seconds.
jest.mock("../../handlers/aws/aws", () => {
  const actual = jest.requireActual<typeof import("../../handlers/aws/aws")>("../../handlers/aws/aws");
  const createCaller: typeof actual.createCaller = (options) =>
    actual.createCaller({ ...options, requestsPerSecond: 10_000 });
  return { ...actual, createCaller };
});

const organisation = organisationOf({
  Accounts: [account(0), account(1)],
  PermissionSets: [permissionSet(0), permissionSet(1)],
  Users: [user(0), user(1)],
  Groups: [group(0)],
  GroupMemberships: [membership(0, 0)],
  AccountAssignments: [groupAssignment(0, 0, 0), userAssignment(1, 1, 1)],
  AccountAccessApplications: [accessApplication(0)],
  AccountAccessEntitlements: [entitlement(0, "Auditor", { userId: userId(0) })],
  Applications: [{ ApplicationArn: applicationArn(0), Name: "Assistant" }],
  Records: many(4, (index) => login(0, 0, 0, { eventTime: daysAgo((index + 1) / 10) })),
});

let localAws: LocalAws;

beforeAll(async () => {
  localAws = await startLocalAws({ organisation, throttle: false, rate: 1000 });
  useLocalAws(localAws);
});
beforeEach(() => localAws.reset());
afterAll(() => localAws.close());

async function check(...args: string[]) {
  const written = { out: "", err: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    jest.spyOn(process[name], "write").mockImplementation((text) => {
      written[name === "stdout" ? "out" : "err"] += text;
      return true;
    }),
  );
  try {
    const pace = ["--now", localAws.organisation.Now, "--requests-per-second", "200"];
    return { code: await dispatch(["check", ...pace, ...args]), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** With --json. */
async function found(...args: string[]) {
  const { code, out } = await check("--json", ...args);
  return { code, text: out, ...JSON.parse(out) };
}

const lake = ["--lake-id", eventDataStoreArn];
const outcomes = (reads: { call: string; outcome: string }[], outcome: string) =>
  [...new Set(reads.filter((read) => read.outcome === outcome).map(({ call }) => call))].sort();

/** The calls of the policy that docs/rights.md gives to who runs the report from a terminal. */
const ofPolicy = policyOf("terminal")
  .Statement.flatMap(({ Action }) => [Action].flat())
  .map((action) => action.replace(/^sso:/, "sso-admin:"));
const ofLake = ofPolicy.filter((call) => /^cloudtrail:(?!LookupEvents)/.test(call));

describe("where all is well", () => {
  test("each read that the terminal's policy allows is made, once for each Region and event, and exits with 0", async () => {
    const { code, reads, missing, oddities, logins } = await found();
    expect(outcomes(reads, "allowed")).toEqual(ofPolicy.filter((call) => !ofLake.includes(call)).sort());
    expect(reads.every(({ outcome }: { outcome: string }) => outcome === "allowed")).toBe(true);
    expect([code, missing, oddities, logins.failed]).toEqual([0, [], {}, null]);
    const { calls } = localAws.stats();
    for (const { call } of PROBES) expect([call, calls[call]]).toEqual([call, 1]);
    expect(calls["s3:PutObject"]).toBeUndefined();
  });

  test("with an event data store, its query is made over a day", async () => {
    const { code, reads, loginSource, window } = await found(...lake);
    const never = "cloudtrail:CancelQuery"; // of a query that nobody waits for
    expect(outcomes(reads, "allowed")).toEqual(
      ofPolicy.filter((call) => !/LookupEvents|CancelQuery/.test(call)).sort(),
    );
    expect(outcomes(reads, "allowed")).not.toContain(never);
    expect([code, loginSource, window.askedDays]).toEqual([0, "CloudTrail Lake", 90]);
  });

  test("with a table over a trail's files, its query is made over a day, of the instance that was found", async () => {
    const { code, reads, loginSource, logins, window } = await found("--trail-table", trailTable);
    const ofAthena = outcomes(reads, "allowed").filter((call) => call.startsWith("athena:"));
    expect(ofAthena).toEqual([
      "athena:GetQueryExecution",
      "athena:GetQueryResults",
      "athena:GetTableMetadata",
      "athena:GetWorkGroup",
      "athena:StartQueryExecution",
    ]);
    expect(outcomes(reads, "allowed")).not.toContain("cloudtrail:LookupEvents");
    expect([code, loginSource, logins.failed]).toEqual([0, "Athena, over a trail's files", null]);
    expect(window.observedDays).not.toBe(1); // a day was asked for, which says nothing of the others
  });

  test("it says how long a report would take, and what could be observed", async () => {
    const { window, estimate, events } = await found("--requests-per-second", "10");
    expect(window).toEqual({ askedDays: 90, observedDays: 90 });
    expect(estimate).toMatchObject({ pairs: 2, isLeast: false, assignmentSeconds: 1 });
    const perDay = events.seen.reduce((sum: number, each: { perDay: number | null }) => sum + (each.perDay ?? 0), 0);
    expect(perDay).toBe(4);
    expect(estimate.coveringSeconds).toBe(Math.ceil((4 * 90) / 50));
  });

  test("of a listing of many pages it reads the first, and says that there is more", async () => {
    const events = many(120, (index) => login(0, 0, 0, { eventTime: daysAgo((index + 1) / 240) }));
    const large = { ...organisation, PermissionSets: many(120, (index) => permissionSet(index)), Records: events };
    await localAws.serveOrganisation(large);
    const { code, estimate, events: seen } = await found();
    const { calls } = localAws.stats();
    await localAws.serveOrganisation(organisation);
    expect([calls["sso-admin:ListPermissionSets"], calls["cloudtrail:LookupEvents"]]).toEqual([1, 5]); // of each event's name
    expect([code, estimate.pairs, estimate.isLeast]).toEqual([0, 100, true]);
    // 50 events in 49 of 240 parts of a day.
    const ofLogins = seen.seen.find(({ event }: { event: string }) => event === "Federate");
    expect(ofLogins).toMatchObject({ events: 50, isCut: true, perDay: Math.round((50 * 240) / 49) });
  });

  test("nothing that it prints as JSON is an id, a name, an address or an ARN of the organisation", async () => {
    for (const args of [[], lake]) {
      const { text } = await found(...args);
      for (const value of valuesOf(organisation)) expect([value, text.includes(value)]).toEqual([value, false]);
    }
    localAws.inject([{ operation: "*", kind: "accessDenied" }]);
    expect((await check("--json")).out).not.toContain("arn:");
  });
});

describe("a read that is refused", () => {
  const calls = PROBES.map(({ call }) => call).filter((call) => call !== "sso-admin:ListInstances");

  test.each([...calls, "cloudtrail:LookupEvents"])(
    "%s: names the statement that is missing, and exits with 1",
    async (call) => {
      localAws.inject([{ operation: call, kind: "accessDenied" }]);
      const { code, reads, missing } = await found();
      expect(outcomes(reads, "refused")).toEqual([call]);
      expect(code).toBe(1);
      const action = call.replace(/^sso-admin:/, "sso:");
      const statement = policyOf("terminal").Statement.find(({ Action }) => [Action].flat().includes(action))!;
      expect(missing).toEqual([{ Sid: statement.Sid, Action: [action] }]);
      localAws.reset();
      localAws.inject([{ operation: call, kind: "accessDenied" }]);
      const { out } = await check();
      expect(out).toContain(`REFUSED    ${action}`);
      expect(out).toContain(`{"Sid":"${statement.Sid}","Effect":"Allow","Action":["${action}"]`);
    },
  );

  test.each(ofLake.filter((call) => !call.endsWith("CancelQuery")))("%s of an event data store", async (call) => {
    localAws.inject([{ operation: call, kind: "accessDenied" }]);
    const { code, reads, missing, logins } = await found(...lake);
    expect(outcomes(reads, "refused")).toEqual([call]);
    expect(missing).toEqual([{ Sid: "QueryLogins", Action: [call] }]);
    expect([code, logins.failed]).toEqual([1, "AccessDenied"]);
  });

  const ofAthena = ["GetWorkGroup", "GetTableMetadata", "StartQueryExecution", "GetQueryExecution", "GetQueryResults"];
  const whole = (sid: string) => policyOf("terminal-athena").Statement.find(({ Sid }) => Sid === sid)!;

  test.each(ofAthena.map((name) => `athena:${name}`))("%s of a table over a trail's files", async (call) => {
    localAws.inject([{ operation: call, kind: "accessDenied" }]);
    const { code, reads, missing, logins } = await found("--trail-table", trailTable);
    expect(outcomes(reads, "refused")).toEqual([call]);
    const Sid = call.endsWith("Metadata") ? "ReadTrailCatalog" : "QueryTrail";
    expect(missing).toEqual([{ Sid, Action: [call] }]);
    expect([code, logins.failed]).toEqual([1, "AccessDenied"]);
  });

  test.each<[string, Fault, string, [sid: string, actions: readonly string[]][]]>([
    [
      "the table in Glue",
      { operation: "athena:GetTableMetadata", kind: "glueDenied" },
      "TrailTableNotReadable",
      [["ReadTrailTable", ["glue:GetTable"]]],
    ],
    [
      "the trail's files",
      { operation: "athena:StartQueryExecution", kind: "queryRefused" },
      "QueryFailed",
      [
        ["FindTrailFiles", ["s3:GetBucketLocation", "s3:ListBucket"]],
        ["ReadTrailFiles", ["s3:GetObject"]],
      ],
    ],
    [
      "where results go",
      { operation: "athena:StartQueryExecution", kind: "resultsDenied" },
      "InvalidRequestException",
      [
        ["FindTrailResults", ["s3:GetBucketLocation"]],
        ["WriteTrailResults", ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"]],
      ],
    ],
  ])("what Athena asks for its caller: %s", async (_, fault, failed, statements) => {
    localAws.inject([fault]);
    const { code, missing, logins, text } = await found("--trail-table", trailTable);
    expect(missing).toEqual(statements.map(([Sid, Action]) => ({ Sid, Action })));
    expect([code, logins.failed, text.includes("arn:")]).toEqual([1, failed, false]);
    localAws.reset();
    localAws.inject([fault]);
    const { out } = await check("--trail-table", trailTable);
    for (const [Sid, Action] of statements) {
      const { Resource, Condition } = whole(Sid);
      expect(out).toContain(JSON.stringify({ Sid, Effect: "Allow", Action, Resource, Condition }));
    }
    expect(out).toContain("(docs/policies/terminal.json and terminal-athena.json have the whole):");
  });

  test("of everything: all that could be asked is named at once, the rest with why it could not", async () => {
    localAws.inject([
      { operation: "sso-admin:ListPermissionSets", kind: "accessDenied" },
      { operation: "identitystore:ListGroups", kind: "accessDenied" },
    ]);
    const { reads, missing } = await found();
    expect(outcomes(reads, "refused")).toEqual(["identitystore:ListGroups", "sso-admin:ListPermissionSets"]);
    expect(outcomes(reads, "not asked")).toHaveLength(8);
    expect(missing.map(({ Sid }: { Sid: string }) => Sid).sort()).toEqual(["ReadAssignments", "ReadIdentities"]);
  });
});

describe("what came and nobody knows is named, without its value, and exits with 3", () => {
  test.each<[string, Fault["kind"], string]>([
    [
      "sso-admin:ListAccountAssignments",
      "unknownKind",
      "AccountAssignments[].PrincipalType: APPLICATION, a kind that is not known",
    ],
    ["organizations:ListAccounts", "unknownState", "Accounts[].State: PARKED, a kind that is not known (2 times)"],
    ["organizations:ListAccounts", "withoutState", "Accounts[].State: missing (2 times)"],
    ["identitystore:ListUsers", "unknownState", "Users[].UserStatus: PARKED, a kind that is not known (2 times)"],
    [
      "identitystore:ListGroupMemberships",
      "unknownKind",
      "GroupMemberships[].MemberId.ApplicationId: a member that is not known",
    ],
    ["sso-admin:ListRegions", "unknownState", "Regions[].Status: PARKED, a kind that is not known"],
    ["sso-admin:ListPermissionSets", "withoutList", "PermissionSets: missing"],
    ["account-access:ListEntitlements", "withoutList", "entitlements: missing"],
    ["identitystore:ListUsers", "withoutId", "Users[].UserId: missing (2 times)"],
  ])("%s: %s", async (operation, kind, oddity) => {
    localAws.inject([{ operation, kind }]);
    const { code, oddities } = await found();
    expect(oddities[operation]).toEqual([oddity]);
    expect(code).toBe(3);
  });

  test("but what AWS says may be missing is named, and no fault", async () => {
    const [first, ...others] = organisation.Users!;
    const { UserStatus: _, CreatedAt: __, ...lacking } = first as Record<string, unknown>;
    await localAws.serveOrganisation({ ...organisation, Users: [lacking, ...others] } as OrganisationFile);
    const { code, oddities } = await found();
    await localAws.serveOrganisation(organisation);
    expect(oddities["identitystore:ListUsers"]).toEqual([
      "Users[].UserStatus: missing, as it may be",
      "Users[].CreatedAt: missing, as it may be",
    ]);
    expect(code).toBe(0);
  });

  test("events of another form, and fields that CloudTrail does not document", async () => {
    const odd = {
      ...login(0, 0, 0, { eventTime: daysAgo(0.1) }),
      somethingNew: "secret",
      userIdentity: { type: "Robot", arn: "arn:aws:x" },
    };
    await localAws.serveOrganisation({ ...organisation, Records: [...organisation.Records!, odd] } as OrganisationFile);
    const { code, events, text } = await found();
    await localAws.serveOrganisation(organisation);
    expect(code).toBe(3);
    expect(events.forms.unknownFields).toEqual(["Federate: somethingNew"]);
    const forms = Object.entries(events.forms.forms);
    expect(forms).toEqual(
      expect.arrayContaining([[expect.stringMatching(/^Federate: Robot, no user, account and role/), 1]]),
    );
    expect(text).not.toMatch(/secret|arn:/);
  });
});

test("without the instance's Regions, nothing counts as observed", async () => {
  localAws.inject([{ operation: "sso-admin:ListRegions", kind: "accessDenied" }]);
  expect((await found()).window).toEqual({ askedDays: 90, observedDays: 0 });
});

test("an instance that another account owns: its logins are not in this one's Event history", async () => {
  localAws.callers.set("AKIDEXAMPLE", "arn:aws:iam::999988887777:user/delegated");
  const { code, logins, window } = await found();
  localAws.callers.delete("AKIDEXAMPLE");
  expect([code, logins?.failed, window.observedDays]).toEqual([1, expect.any(String), 0]);
});

test("an instance without permission sets: what nobody can ask of it is no fault", async () => {
  const { PermissionSets: _, AccountAssignments: __, ...others } = organisation;
  await localAws.serveOrganisation({ ...others, Instance: { PermissionSetsEnabled: false } } as OrganisationFile);
  const { code, reads } = await found();
  await localAws.serveOrganisation(organisation);
  expect(outcomes(reads, "not asked")).toEqual([
    "sso-admin:DescribePermissionSet",
    "sso-admin:GetInlinePolicyForPermissionSet",
    "sso-admin:ListAccountAssignments",
    "sso-admin:ListAccountsForProvisionedPermissionSet",
    "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet",
    "sso-admin:ListManagedPoliciesInPermissionSet",
    "sso-admin:ListPermissionSets",
  ]);
  expect(code).toBe(0);
});

test("another account's Event history counts, where a role of that account reads it", async () => {
  const role = "arn:aws:iam::111122223333:role/read-logins";
  localAws.callers.set("AKIDEXAMPLE", "arn:aws:iam::999988887777:user/delegated");
  localAws.roles.set(role, {});
  const { logins } = await found("--login-role-arn", role);
  localAws.roles.delete(role);
  localAws.callers.delete("AKIDEXAMPLE");
  expect(logins.failed).toBeNull();
});

test("without credentials it says what to do, and nothing else", async () => {
  const { code, out, err } = await check("--profile", "nobody-has-this");
  expect([code, out]).toEqual([1, ""]);
  expect(err).toMatch(/^No credentials from the profile nobody-has-this: /);
});

/** Every id, name, address and ARN of an organisation file. */
function valuesOf(file: OrganisationFile): string[] {
  const lists = ["Accounts", "Users", "Groups", "PermissionSets", "AccountAccessEntitlements", "Applications"] as const;
  const texts = (value: unknown): string[] =>
    typeof value === "string"
      ? [value]
      : typeof value === "object" && value !== null
        ? Object.values(value).flatMap(texts)
        : [];
  const all = texts([eventDataStoreArn, file.InstanceArn, file.IdentityStoreId, ...lists.map((list) => file[list])]);
  return all.filter((text) => text.length > 3 && !/^[A-Z_]+$/.test(text) && !/^\d{4}-\d\d-\d\d/.test(text));
}
