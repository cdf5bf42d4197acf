import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadOrganisation } from "../../local/aws/organisation";
import { generateOrganisation, type OrganisationSize } from "../../local/generate";

const folder = mkdtempSync(join(tmpdir(), "generate-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Item = Record<string, string> & { MemberId: { UserId: string }; userIdentity: Record<string, unknown> };
const generate = async (size: OrganisationSize, name = "organisation.json") => {
  const file = join(folder, name);
  await generateOrganisation(size, file);
  return {
    file,
    text: readFileSync(file, "utf8"),
    json: JSON.parse(readFileSync(file, "utf8")) as Record<string, Item[]>,
  };
};
const distinct = (items: Item[], ...members: string[]) =>
  new Set(items.map((item) => members.map((member) => item[member]).join(" "))).size;

const size = {
  accounts: 200,
  permissionSets: 40,
  pairs: 4000,
  users: 2000,
  groups: 500,
  assignedGroups: 400,
  memberships: 10_000,
  userAssignments: 100,
  events: 3000,
  assignmentEvents: 500,
};

test("every number is met exactly", async () => {
  const { json, file } = await generate(size);
  const {
    Accounts,
    PermissionSets,
    Users,
    Groups,
    GroupMemberships,
    AccountAssignments,
    ProvisionedAccounts,
    Records,
  } = json;
  expect(distinct(Accounts!, "Id")).toBe(200);
  expect([distinct(PermissionSets!, "PermissionSetArn"), distinct(PermissionSets!, "Name")]).toEqual([40, 40]);
  expect([distinct(Users!, "UserId"), distinct(Users!, "UserName")]).toEqual([2000, 2000]);
  expect(distinct(Groups!, "GroupId")).toBe(500);
  expect(new Set(GroupMemberships!.map(({ GroupId, MemberId }) => `${GroupId} ${MemberId.UserId}`)).size).toBe(10_000);
  expect(GroupMemberships).toHaveLength(10_000);
  expect(distinct([...AccountAssignments!, ...ProvisionedAccounts!], "AccountId", "PermissionSetArn")).toBe(4000);
  expect(distinct(AccountAssignments!, "AccountId", "PermissionSetArn", "PrincipalId")).toBe(
    AccountAssignments!.length,
  );
  expect(AccountAssignments!.filter(({ PrincipalType }) => PrincipalType === "USER")).toHaveLength(100);
  const groups = new Set(Groups!.map(({ GroupId }) => GroupId));
  expect(new Set(AccountAssignments!.map(({ PrincipalId }) => PrincipalId).filter((id) => groups.has(id!))).size).toBe(
    400,
  );
  const logins = Records!.filter(({ eventName }) => /^(Federate|GetRoleCredentials)$/.test(eventName!));
  expect([logins.length, Records!.length]).toEqual([3000, 3501]); // another one removes a Region
  await loadOrganisation(file);
});

test("everything odd occurs, unless the rate is 0", async () => {
  const { json } = await generate({ ...size, oddRate: 0.05 });
  const {
    Accounts,
    PermissionSets,
    Users,
    Groups,
    GroupMemberships,
    AccountAssignments,
    ProvisionedAccounts,
    Records,
  } = json;
  const ids = (items: Item[], member: string) => new Set(items.map((item) => item[member]));
  const [users, groups, accounts] = [ids(Users!, "UserId"), ids(Groups!, "GroupId"), ids(Accounts!, "Id")];
  const members = ids(GroupMemberships!, "GroupId");
  const odd = {
    "deleted group": AccountAssignments!.some((one) => one.PrincipalType === "GROUP" && !groups.has(one.PrincipalId)),
    "deleted user": AccountAssignments!.some((one) => one.PrincipalType === "USER" && !users.has(one.PrincipalId)),
    "empty group": Groups!.some(({ GroupId }) => !members.has(GroupId)),
    "unknown member": GroupMemberships!.some(({ MemberId }) => !users.has(MemberId.UserId)),
    "outside account": AccountAssignments!.some(({ AccountId }) => !accounts.has(AccountId)),
    "account not active": Accounts!.some(({ State }) => State !== "ACTIVE"),
    "disabled user": Users!.some(({ UserStatus }) => UserStatus === "DISABLED"),
    "prefixed user id": Users!.some(({ UserId }) => UserId?.length === 47),
    "no description": PermissionSets!.some(({ Description }) => Description === undefined),
    "permission set name": PermissionSets!.some(({ Name }) => /[,=]/.test(Name!)),
    formula: [...Users!, ...Groups!].some(({ DisplayName }) => DisplayName?.startsWith("=")),
    "only provisioned": ProvisionedAccounts!.length > 0,
    "old event form": Records!.some(({ userIdentity }) => !userIdentity.onBehalfOf),
    "both event forms": Records!.some(({ userIdentity }) => userIdentity.onBehalfOf && userIdentity.userName),
    "failed event": Records!.some(({ errorCode }) => errorCode),
    application: Records!.some(
      ({ serviceEventDetails: details }) => details && !(details as unknown as Item).role_name,
    ),
    "failed assignment": Records!.some(({ errorCode, readOnly }) => errorCode && String(readOnly) === "false"),
  };
  expect(Object.entries(odd).filter(([, occurs]) => !occurs)).toEqual([]);
});

test("assignment events are of grants, in the order of time with the logins, and one removes a Region", async () => {
  const { json } = await generate(size);
  const { AccountAssignments, Records, Regions } = json;
  const times = Records!.map(({ eventTime }) => eventTime!);
  expect(times).toEqual([...times].sort());

  type Parameters = Record<"instanceArn" | "targetId" | "permissionSetArn" | "principalType" | "principalId", string>;
  const of = (name: string) =>
    Records!.flatMap(({ eventName, requestParameters }) =>
      eventName === name ? [requestParameters as unknown as Parameters] : [],
    );
  const grants = new Set(
    AccountAssignments!.map(({ AccountId, PermissionSetArn, PrincipalType, PrincipalId }) =>
      [AccountId, PermissionSetArn, PrincipalType, PrincipalId].join(" "),
    ),
  );
  const grantOf = (one: Parameters) =>
    [one.targetId, one.permissionSetArn, one.principalType, one.principalId].join(" ");
  const [created, deleted] = [of("CreateAccountAssignment"), of("DeleteAccountAssignment")];
  expect(created.length).toBeGreaterThan(deleted.length);
  expect(created.filter((one) => !grants.has(grantOf(one)))).toEqual([]);
  expect(deleted.length).toBeGreaterThan(20);
  expect(deleted.filter((one) => grants.has(grantOf(one))).length).toBeLessThan(5);
  for (const { instanceArn } of [...created, ...deleted]) expect(instanceArn).toBe(json.InstanceArn);

  expect(of("RemoveRegion")).toEqual([{ instanceArn: json.InstanceArn, regionName: "ap-southeast-2" }]);
  expect(Regions!.map(({ RegionName }) => RegionName)).toEqual(["us-east-1", "eu-west-1"]);
  const [removal] = Records!.filter(({ eventName }) => eventName === "RemoveRegion");
  const there = Records!.filter(({ awsRegion }) => awsRegion === "ap-southeast-2");
  expect(there.length).toBeGreaterThan(10);
  expect(there.filter(({ eventTime }) => eventTime! >= removal!.eventTime!)).toEqual([]);
});

test("the same seed gives the same bytes, another seed others", async () => {
  const small = { accounts: 3, permissionSets: 2, users: 5, groups: 2 };
  const { text } = await generate(small);
  expect((await generate(small, "again.json")).text).toBe(text);
  expect((await generate({ ...small, seed: 2 })).text).not.toBe(text);
});

test("numbers that cannot be met are refused", async () => {
  const small = { accounts: 3, permissionSets: 2, users: 5, groups: 2 };
  await expect(generate({ ...small, pairs: 7 })).rejects.toThrow(
    "pairs: expected an integer from 1 to 6 (accounts × permission sets), got 7",
  );
  await expect(generate({ ...small, memberships: 6 })).rejects.toThrow("memberships: expected an integer from 0 to 5");
  await expect(generate({ ...small, users: Number.NaN })).rejects.toThrow("users: expected an integer");
});
