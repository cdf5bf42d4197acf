import { parse } from "csv-parse/sync";
import { createCaller, createMustBe } from "../../handlers/aws/aws";
import type { Row } from "../../handlers/files/files";
import { findAccessApplications } from "../../handlers/grants/entitlements";
import { type FaultKind, type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import { emptyHistory, type ProductRun, runProduct } from "../../local/runReport";
import {
  accessApplication,
  account,
  accountId,
  entitlement,
  group,
  groupAssignment,
  groupId,
  login,
  many,
  membership,
  organisationOf,
  permissionSet,
  user,
  userAssignment,
  userId,
} from "../support/organisation";

// What account access manager gives stands in every file of the report; where it could not be read, the report says that its list is not whole.

const management = { Arn: "arn:aws:organizations::111122223333:account/o-exampleorgid/200000000000" };
/** Both kinds of access, and a login that shows that the window was observed. */
const both: OrganisationFile = organisationOf({
  OwnerAccountId: "111122223333",
  Accounts: [account(0, management), account(1)],
  PermissionSets: [permissionSet(0)],
  Users: [user(0), user(1)],
  Groups: [group(0)],
  GroupMemberships: [membership(0, 0), membership(0, 1)],
  AccountAssignments: [userAssignment(0, 0, 0), groupAssignment(1, 0, 0)],
  AccountAccessApplications: [accessApplication(0)],
  AccountAccessEntitlements: [
    entitlement(0, "teams/Operator", { groupId: groupId(0) }),
    entitlement(1, "Deploy", { userId: userId(1) }),
  ],
  Records: [login(0, 0, 0)],
});

let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws({ organisation: both, throttle: false, rate: 100 });
});
afterAll(() => aws.close());
beforeEach(async () => {
  await aws.serveOrganisation(both);
  aws.reset();
});

const linesOf = (bytes: Buffer | undefined) =>
  parse(bytes ?? "", { columns: true, bom: true, record_delimiter: "\r\n" }) as Record<string, string>[];
const rolesIn = ({ csv }: ProductRun) =>
  (linesOf(Buffer.from(csv)) as Row[]).filter((row) => row.AccessType === "ACCOUNT_ROLE");
const callsOf = (operation: string) => aws.stats().calls[`account-access:${operation}`] ?? 0;

test("an organisation with both kinds has both in its rows, the manifest counts them, and one call an account was made", async () => {
  const run = await runProduct(aws);

  expect(
    rolesIn(run).map(({ account: id, RoleArn, Type, UserId, Usage }) => [id, RoleArn, Type, UserId, Usage]),
  ).toEqual([
    [accountId(0), `arn:aws:iam::${accountId(0)}:role/teams/Operator`, "GROUP", userId(0), "UNKNOWN"],
    [accountId(0), `arn:aws:iam::${accountId(0)}:role/teams/Operator`, "GROUP", userId(1), "UNKNOWN"],
    [accountId(1), `arn:aws:iam::${accountId(1)}:role/Deploy`, "USER", userId(1), "UNKNOWN"],
  ]);
  expect(run.manifest.status).toBe("succeeded");
  expect(run.manifest.sources.accountAccess).toEqual({
    ...{ status: "read", reason: null, applications: 1, roles: 2, entitlements: 2, calls: 3, pages: 3 },
  });
  expect([callsOf("ListApplications"), callsOf("ListEntitlements")]).toEqual([1, 2]);
});

test("they stand in the sheet, for review, with what would be taken away, and keep a membership from being called needless", async () => {
  const { files } = await runProduct(aws);

  const sheet = linesOf(files["review.csv"]);
  const line = (key: string) => sheet.find(({ ActionKey }) => ActionKey === key)!;
  const roleArn = (accountIndex: number, role: string) => `arn:aws:iam::${accountId(accountIndex)}:role/${role}`;
  const ofGroup = line(`ENTITLEMENT/${accountId(0)}/${groupId(0)}/${roleArn(0, "teams/Operator")}`);
  expect(ofGroup).toMatchObject({
    ...{ Action: "END_ENTITLEMENT", SuggestedAction: "REVIEW", Administrator: "", UserId: "" },
    ...{ AccessType: "ACCOUNT_ROLE", RoleArn: roleArn(0, "teams/Operator"), AssignedAt: "2026-11-17T09:00:00Z" },
    ActionState: "OK UNKNOWN ASSIGNED 2026-11-17T09:00:00Z",
  });
  expect(ofGroup.Gives).toMatch(/: role teams\/Operator$/);
  expect(ofGroup.Reason).toMatch(/gives the role teams\/Operator, .* takes it from every member of the group; /);
  const direct = line(`ENTITLEMENT/${accountId(1)}/${userId(1)}/${roleArn(1, "Deploy")}`);
  expect(direct).toMatchObject({ Action: "END_ENTITLEMENT", SuggestedAction: "REVIEW", PrincipalType: "USER" });
  expect(direct.Reason).toMatch(/gives the role Deploy, .* takes it from this user alone\./);
  // The group's permission set was not used by anybody, but its role may have been.
  const membership = line(`MEMBERSHIP/${groupId(0)}/${userId(0)}`);
  expect(membership).toMatchObject({ Usage: "UNKNOWN", SuggestedAction: "REVIEW", Administrator: "" });
  expect(membership.Gives).toContain(": role teams/Operator");
});

test("an organisation that does not use it costs one call", async () => {
  await aws.serveOrganisation({ ...both, AccountAccessApplications: [], AccountAccessEntitlements: [] });
  const run = await runProduct(aws);
  expect([rolesIn(run), callsOf("ListApplications"), callsOf("ListEntitlements")]).toEqual([[], 1, 0]);
  expect(run.manifest).toMatchObject({
    status: "succeeded",
    sources: { accountAccess: { status: "read", applications: 0 } },
  });
});

test("the plan of a run says how many calls it takes to ask for every account, also where nobody is given anything", async () => {
  await aws.serveOrganisation({
    ...both,
    AccountAccessEntitlements: [],
    Accounts: many(70, (index) => account(index)),
  });
  const estimates: object[] = [];
  const onEstimate = async (estimate: object) => void estimates.push(estimate);
  await runProduct(aws, {}, emptyHistory, undefined, { onEstimate });
  expect(estimates).toEqual([{ pairs: 2, calls: 72, entitlementCalls: 70, seconds: 1 }]);
  expect(callsOf("ListEntitlements")).toBe(70);
});

test("pages with tokens are read to their end", async () => {
  const many250 = many(250, (index) => entitlement(0, `Role${index}`, { userId: userId(0) }));
  await aws.serveOrganisation({ ...both, AccountAccessEntitlements: many250 });
  const run = await runProduct(aws);
  expect([rolesIn(run).length, callsOf("ListEntitlements")]).toEqual([250, 4]);
});

test.each<[operation: string, kind: FaultKind, reason: RegExp]>([
  [
    "ListApplications",
    "accessDenied",
    /account-access ListApplications was refused.*account access manager's own delegated administrator/,
  ],
  ["ListApplications", "html403", /a web page came/],
  ["ListApplications", "html200", /a web page came/],
  ["ListApplications", "internalError", /failed 8 times in a row/],
  ["ListApplications", "drop", /no whole answer after 8 attempts/],
  ["ListApplications", "emptyObject", /applications: expected a list, got nothing/],
  ["ListApplications", "emptyBody", /expected a JSON object/],
  ["ListEntitlements", "accessDenied", /account-access ListEntitlements was refused/],
  ["ListEntitlements", "unavailable", /failed 8 times in a row/],
  ["ListEntitlements", "withoutList", /entitlements: expected a list/],
  ["ListEntitlements", "listOfNothing", /request id/],
  ["ListEntitlements", "unknownKind", /entitlements.entitlement: expected one member, principalRole, got/],
  ["ListEntitlements", "withoutId", /identityCenter: expected one member, userId or groupId, got "no member"/],
])(
  "%s that fails with %s is not read: the report is degraded, and says that its list is not complete",
  async (operation, kind, reason) => {
    aws.inject([{ operation: `account-access:${operation}`, kind }]);
    const run = await runProduct(aws);
    aws.inject([]);

    expect(run.manifest.status).toBe("degraded");
    expect(run.manifest.sources.accountAccess.status).toBe("failed");
    expect(run.manifest.sources.accountAccess.reason).toMatch(reason);
    expect(run.manifest.warnings.join()).toContain("The list of ways into accounts is not complete");
    expect(rolesIn(run)).toEqual([]);
  },
);

test("a throttle, a lost answer and an empty page change nothing", async () => {
  const { csv } = await runProduct(aws);
  for (const kind of ["throttle", "dropAfter", "truncate", "emptyPage"] as const) {
    aws.inject([{ operation: "account-access:*", kind, times: 2 }]);
    expect((await runProduct(aws)).csv).toBe(csv);
  }
  aws.inject([]);
});

test("a date that is not understood is left empty, and said", async () => {
  aws.inject([{ operation: "account-access:ListEntitlements", kind: "dateInMilliseconds" }]);
  const run = await runProduct(aws);
  aws.inject([]);
  expect(rolesIn(run).map(({ AssignedAt }) => AssignedAt)).toEqual(["", "", ""]);
  expect(run.manifest.status).toBe("degraded");
  expect(run.manifest.warnings.join()).toContain("createdAt of entitlements: expected an instant");
});

describe("where it is not offered", () => {
  test("a Region that is not among its Regions is not asked, and the report is whole", async () => {
    const Regions = [{ RegionName: "af-south-1", Status: "ACTIVE", IsPrimaryRegion: true }];
    await aws.serveOrganisation({ ...both, Regions });
    const run = await runProduct(aws);
    expect([run.manifest.status, callsOf("ListApplications")]).toEqual(["succeeded", 0]);
    expect(run.manifest.sources.accountAccess).toMatchObject({
      status: "not-offered",
      reason: expect.stringContaining("af-south-1"),
    });
  });

  test.each([
    ["ENOTFOUND", "not-offered"],
    ["ECONNREFUSED", "failed"],
    ["EAI_AGAIN", "failed"],
  ])("a host of which the network says %s is %s", async (code, status) => {
    const call = createCaller({ requestsPerSecond: 10_000, signal: new AbortController().signal });
    const client = {
      config: { serviceId: "Account Access", region: async () => "eu-west-1" },
      send: () =>
        Promise.reject(Object.assign(new Error(code), { code, hostname: "account-access.eu-west-1.api.aws" })),
      destroy() {},
    };
    expect(await findAccessApplications(client, call, createMustBe())).toMatchObject({ status, applications: [] });
  });
});

describe("an instance without permission sets", () => {
  const without = {
    ...both,
    PermissionSets: [],
    AccountAssignments: [],
    Records: [],
    Instance: { PermissionSetsEnabled: false },
  };

  test("is asked for none, and its report consists of roles", async () => {
    await aws.serveOrganisation(without);
    const run = await runProduct(aws);
    expect(aws.stats().calls["sso-admin:ListPermissionSets"]).toBeUndefined();
    expect(run.manifest.status).toBe("succeeded");
    expect(run.manifest.warnings[0]).toMatch(
      /^Permission sets are not enabled for this instance: the report consists of/,
    );
    expect(rolesIn(run)).toHaveLength(3);
    expect(run.manifest.instance.permissionSetsEnabled).toBe(false);
  });

  test("ends the run where it is an account's own", async () => {
    await aws.serveOrganisation({
      ...without,
      Accounts: [account(0, { Arn: management.Arn.replace("111122223333", "444455556666") })],
    });
    await expect(runProduct(aws)).rejects.toMatchObject({
      name: "AccountInstance",
      message: expect.stringMatching(
        /it belongs to account 111122223333, and not to the organization's management account 444455556666/,
      ),
    });
  });

  test("ends the run where there is no organization", async () => {
    await aws.serveOrganisation(without);
    aws.inject([{ operation: "organizations:ListAccounts", kind: "notInOrganization" }]);
    await expect(runProduct(aws)).rejects.toMatchObject({ name: "AccountInstance" });
    aws.inject([]);
  });
});

test("what AWS says of the instance arrives in the manifest, network controls too, which the SDK drops", async () => {
  const NetworkConfigurationDetails = { VpceAccessRequired: true, AllowedVpceIds: ["vpce-0123456789abcdef0"] };
  const KmsKeyArn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
  const Instance = {
    NetworkConfigurationDetails,
    EncryptionConfigurationDetails: { KeyType: "CUSTOMER_MANAGED_KEY", KmsKeyArn, EncryptionStatus: "ENABLED" },
  };
  const Regions = [
    { RegionName: "eu-west-1", Status: "ACTIVE", IsPrimaryRegion: true, AddedDate: "2020-01-01T00:00:00Z" },
    { RegionName: "us-east-1", Status: "ADDING", IsPrimaryRegion: false },
  ];
  await aws.serveOrganisation({ ...both, Instance, Regions });
  const { manifest } = await runProduct(aws);
  expect(manifest.instance).toEqual({
    ownerAccount: "111122223333",
    primaryRegion: "eu-west-1",
    regions: [
      { region: "eu-west-1", status: "ACTIVE", addedAt: "2020-01-01T00:00:00Z" },
      { region: "us-east-1", status: "ADDING", addedAt: null },
    ],
    permissionSetsEnabled: true,
    encryption: { keyType: "CUSTOMER_MANAGED_KEY", keyArn: KmsKeyArn, status: "ENABLED" },
    networkControls: NetworkConfigurationDetails,
    reason: null,
  });

  aws.inject([{ operation: "sso-admin:ListPermissionSets", kind: "accessDenied" }]);
  await expect(runProduct(aws)).rejects.toThrow(/This instance has network controls \(\{"VpceAccessRequired":true/);
  aws.inject([{ operation: "sso-admin:DescribeInstance", kind: "accessDenied" }]);
  const undescribed = (await runProduct(aws)).manifest;
  aws.inject([]);
  expect(undescribed.status).toBe("succeeded");
  expect(undescribed.instance).toMatchObject({
    ownerAccount: null,
    reason: expect.stringContaining("sso:DescribeInstance"),
  });
  expect(undescribed.warnings.join()).toContain(
    "What kind of instance it is could not be read: sso-admin DescribeInstance",
  );
});

test("a role is neither granted nor revoked where one of the two reports could not read any", async () => {
  const history = ({ files }: ProductRun) => ({
    newest: async () => ({
      manifestKey: "before/manifest.json",
      manifest: files["manifest.json"]!,
      open: async function* (name: string) {
        yield files[name]!;
      },
    }),
    manifestAt: async () => null,
    decisions: async () => [],
  });
  const whole = await runProduct(aws);
  await aws.serveOrganisation({
    ...both,
    AccountAccessEntitlements: [entitlement(1, "Deploy", { userId: userId(1) })],
  });
  const changed = await runProduct(aws, {}, history(whole));
  expect(linesOf(changed.files["changes.csv"]).map(({ Change, RoleArn, UserId }) => [Change, RoleArn, UserId])).toEqual(
    [
      ["REVOKED", `arn:aws:iam::${accountId(0)}:role/teams/Operator`, userId(0)],
      ["REVOKED", `arn:aws:iam::${accountId(0)}:role/teams/Operator`, userId(1)],
    ],
  );

  aws.inject([{ operation: "account-access:*", kind: "accessDenied" }]);
  const unread = await runProduct(aws, {}, history(whole));
  aws.inject([]);
  const again = await runProduct(aws, {}, history(unread));
  for (const [{ files, manifest }, which] of [
    [unread, "this report"],
    [again, "the report before"],
  ] as const) {
    expect(linesOf(files["changes.csv"])).toEqual([]);
    expect(manifest.previousReport.rolesCompared).toBe(false);
    expect(manifest.warnings.join()).toContain(
      `account access manager gives were not compared: ${which} does not have them`,
    );
  }
});

test("a login with the name of such a role, of which no permission set is, is unexplained", async () => {
  const details = { role_name: "Deploy", account_id: accountId(1) };
  await aws.serveOrganisation({
    ...both,
    Records: [...many(12, () => login(0, 0, 0)), login(1, 0, 1, { serviceEventDetails: details })],
  });
  const { files } = await runProduct(aws);
  expect(linesOf(files["unexplained_logins.csv"])).toMatchObject([
    { PermissionSetName: "Deploy", Reason: "ROLE_OF_ENTITLEMENT" },
  ]);
});
