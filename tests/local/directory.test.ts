import {
  DescribeGroupCommand,
  DescribeUserCommand,
  ListGroupMembershipsCommand,
  ListGroupsCommand,
  ListUsersCommand,
} from "@aws-sdk/client-identitystore";
import { ListAccountsCommand, ListRootsCommand } from "@aws-sdk/client-organizations";
import {
  CreatePermissionSetCommand,
  DescribePermissionSetCommand,
  ListAccountAssignmentsCommand,
  ListAccountsForProvisionedPermissionSetCommand,
  ListInstancesCommand,
  ListManagedPoliciesInPermissionSetCommand,
  ListPermissionSetsCommand,
} from "@aws-sdk/client-sso-admin";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { failure, identityStoreId, instanceArn, many, permissionSetArn, start, stopAll } from "./support";

const InstanceArn = instanceArn;
const IdentityStoreId = identityStoreId;
const accountId = (index: number) => String(100_000_000_000 + index);
const parts = {
  Accounts: many(21, (index) => ({
    Id: accountId(index),
    Name: `a${index}`,
    State: "ACTIVE",
    JoinedTimestamp: "2025-01-02T03:04:05Z",
  })),
  PermissionSets: many(101, (index) => ({
    PermissionSetArn: permissionSetArn(index),
    Name: `set,${index}=`,
    ...(index > 0 && { Description: "a\nb" }),
    CreatedDate: "2025-01-02T03:04:05.678Z",
  })),
  Users: many(3, (index) => ({
    UserId: `user-${index}`,
    UserName: `u${index}`,
    CreatedAt: "2026-01-01T00:00:00+02:00",
  })),
  Groups: [{ GroupId: "group-0", DisplayName: "=1+1" }, { GroupId: "group-1" }],
  GroupMemberships: many(100, (index) => ({
    GroupId: "group-0",
    MembershipId: `m${index}`,
    MemberId: { UserId: `user-${index}` },
  })),
  AccountAssignments: [
    ...many(150, (index) => ({
      AccountId: accountId(0),
      PermissionSetArn: permissionSetArn(0),
      PrincipalType: "USER",
      PrincipalId: `user-${index}`,
    })),
    { AccountId: accountId(5), PermissionSetArn: permissionSetArn(0), PrincipalType: "GROUP", PrincipalId: "deleted" },
  ],
  ProvisionedAccounts: [{ AccountId: accountId(7), PermissionSetArn: permissionSetArn(0) }],
  ManagedPolicies: [
    { PermissionSetArn: permissionSetArn(0), AttachedManagedPolicies: [{ Name: "Billing", Arn: "arn:b" }] },
  ],
};

let local: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  local = await start(parts);
});
afterAll(stopAll);

describe("sso-admin", () => {
  test("names the instance and the account that owns it", async () => {
    const { Instances } = await local.sso.send(new ListInstancesCommand({}));
    expect(Instances).toEqual([
      {
        ...{ InstanceArn, IdentityStoreId, OwnerAccountId: "111122223333", Status: "ACTIVE" },
        CreatedDate: new Date("2020-01-01T00:00:00Z"),
        PrimaryRegion: "us-east-1",
        Regions: [expect.objectContaining({ RegionName: "us-east-1", Status: "ACTIVE", IsPrimaryRegion: true })],
      },
    ]);
  });

  test("pages permission sets by at most 100", async () => {
    const first = await local.sso.send(new ListPermissionSetsCommand({ InstanceArn, MaxResults: 100 }));
    expect(first.PermissionSets).toHaveLength(100);
    const last = await local.sso.send(new ListPermissionSetsCommand({ InstanceArn, NextToken: first.NextToken }));
    expect(last.PermissionSets).toEqual([permissionSetArn(100)]);
    expect(last.NextToken).toBeUndefined();
  });

  test.each([101, 0])("refuses pages of %d", async (MaxResults) => {
    const error = await failure(local.sso.send(new ListPermissionSetsCommand({ InstanceArn, MaxResults })));
    expect(error.name).toBe("ValidationException");
    expect(error.message).toContain("'maxResults'");
  });

  test("gives a page that ends exactly at the limit no token", async () => {
    const page = await local.sso.send(new ListPermissionSetsCommand({ InstanceArn, MaxResults: 1 }));
    expect(page.NextToken).toBeDefined();
    const group = { IdentityStoreId, GroupId: "group-0", MaxResults: 100 };
    expect((await local.store.send(new ListGroupMembershipsCommand(group))).NextToken).toBeUndefined();
  });

  test("refuses a token that it did not give, and one of another listing", async () => {
    const { NextToken } = await local.sso.send(new ListPermissionSetsCommand({ InstanceArn, MaxResults: 1 }));
    for (const [PermissionSetArn, token] of [
      [permissionSetArn(0), NextToken],
      [permissionSetArn(0), "100"],
    ] as const) {
      const command = new ListAccountsForProvisionedPermissionSetCommand({
        InstanceArn,
        PermissionSetArn,
        NextToken: token,
      });
      expect((await failure(local.sso.send(command))).name).toBe("ValidationException");
    }
  });

  test("refuses another instance, another permission set and a missing member", async () => {
    const other = instanceArn.replace("0123", "ffff");
    const unknown = await failure(local.sso.send(new ListPermissionSetsCommand({ InstanceArn: other })));
    expect(unknown.name).toBe("ResourceNotFoundException");
    const describe = new DescribePermissionSetCommand({ InstanceArn, PermissionSetArn: permissionSetArn(999) });
    expect((await failure(local.sso.send(describe))).name).toBe("ResourceNotFoundException");
    const missing = await failure(local.sso.send(new ListPermissionSetsCommand({ InstanceArn: undefined })));
    expect(missing).toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining("must not be null"),
    });
  });

  test("describes a permission set with what the file has of it", async () => {
    const describe = (index: number) =>
      local.sso.send(new DescribePermissionSetCommand({ InstanceArn, PermissionSetArn: permissionSetArn(index) }));
    expect((await describe(0)).PermissionSet).toEqual({
      PermissionSetArn: permissionSetArn(0),
      Name: "set,0=",
      CreatedDate: new Date("2025-01-02T03:04:05.678Z"),
    });
    expect((await describe(1)).PermissionSet?.Description).toBe("a\nb");
  });

  test("derives provisioned accounts from the assignments, and knows those without any", async () => {
    const ask = { InstanceArn, PermissionSetArn: permissionSetArn(0) };
    const { AccountIds } = await local.sso.send(new ListAccountsForProvisionedPermissionSetCommand(ask));
    expect(AccountIds).toEqual([accountId(0), accountId(5), accountId(7)]);
    const none = { InstanceArn, PermissionSetArn: permissionSetArn(3) };
    expect((await local.sso.send(new ListAccountsForProvisionedPermissionSetCommand(none))).AccountIds).toEqual([]);
  });

  test("lists the assignments of one pair, page by page", async () => {
    const ask = { InstanceArn, PermissionSetArn: permissionSetArn(0), AccountId: accountId(0) };
    const first = await local.sso.send(new ListAccountAssignmentsCommand(ask));
    expect(first.AccountAssignments).toHaveLength(100);
    const last = await local.sso.send(new ListAccountAssignmentsCommand({ ...ask, NextToken: first.NextToken }));
    expect(last.AccountAssignments).toHaveLength(50);
    expect(last.AccountAssignments?.[49]).toEqual({
      AccountId: accountId(0),
      PermissionSetArn: permissionSetArn(0),
      PrincipalType: "USER",
      PrincipalId: "user-149",
    });
    const unassigned = await local.sso.send(new ListAccountAssignmentsCommand({ ...ask, AccountId: accountId(7) }));
    expect(unassigned.AccountAssignments).toEqual([]);
  });

  test("lists the managed policies", async () => {
    const ask = { InstanceArn, PermissionSetArn: permissionSetArn(0) };
    const { AttachedManagedPolicies } = await local.sso.send(new ListManagedPoliciesInPermissionSetCommand(ask));
    expect(AttachedManagedPolicies).toEqual([{ Name: "Billing", Arn: "arn:b" }]);
  });
});

describe("identitystore", () => {
  test("lists users and groups with their store", async () => {
    const { Users } = await local.store.send(new ListUsersCommand({ IdentityStoreId }));
    expect(Users?.[0]).toEqual({
      IdentityStoreId,
      UserId: "user-0",
      UserName: "u0",
      CreatedAt: new Date("2025-12-31T22:00:00Z"),
    });
    const { Groups } = await local.store.send(new ListGroupsCommand({ IdentityStoreId, MaxResults: 1 }));
    expect(Groups).toEqual([{ IdentityStoreId, GroupId: "group-0", DisplayName: "=1+1" }]);
  });

  test("describes users and groups by id, and says of whom it does not know that he is not found", async () => {
    const ask = { IdentityStoreId };
    const user = await local.store.send(new DescribeUserCommand({ ...ask, UserId: "user-0" }));
    expect(user).toMatchObject({ IdentityStoreId, UserId: "user-0", UserName: "u0" });
    const group = await local.store.send(new DescribeGroupCommand({ ...ask, GroupId: "group-0" }));
    expect(group).toMatchObject({ IdentityStoreId, GroupId: "group-0", DisplayName: "=1+1" });
    const name = "ResourceNotFoundException";
    const noUser = failure(local.store.send(new DescribeUserCommand({ ...ask, UserId: "group-0" })));
    expect(await noUser).toMatchObject({ name, ResourceType: "USER", ResourceId: "group-0" });
    const noGroup = failure(local.store.send(new DescribeGroupCommand({ ...ask, GroupId: "user-0" })));
    expect(await noGroup).toMatchObject({ name, ResourceType: "GROUP", ResourceId: "user-0" });
  });

  test("refuses pages of more than 100", async () => {
    for (const command of [
      new ListUsersCommand({ IdentityStoreId, MaxResults: 101 }),
      new ListGroupsCommand({ IdentityStoreId, MaxResults: 101 }),
      new ListGroupMembershipsCommand({ IdentityStoreId, GroupId: "group-0", MaxResults: 101 }),
    ]) {
      expect((await failure(local.store.send(command as ListUsersCommand))).name).toBe("ValidationException");
    }
  });

  test("knows empty groups, and neither deleted groups nor other stores", async () => {
    const empty = await local.store.send(new ListGroupMembershipsCommand({ IdentityStoreId, GroupId: "group-1" }));
    expect(empty.GroupMemberships).toEqual([]);
    const deleted = new ListGroupMembershipsCommand({ IdentityStoreId, GroupId: "deleted" });
    expect(await failure(local.store.send(deleted))).toMatchObject({
      name: "ResourceNotFoundException",
      ResourceType: "GROUP",
    });
    const other = new ListUsersCommand({ IdentityStoreId: "d-ffffffffff" });
    expect(await failure(local.store.send(other))).toMatchObject({
      name: "ResourceNotFoundException",
      ResourceType: "IDENTITY_STORE",
    });
  });
});

describe("organizations", () => {
  test("pages accounts by at most 20", async () => {
    const first = await local.organizations.send(new ListAccountsCommand({}));
    expect(first.Accounts).toHaveLength(20);
    const last = await local.organizations.send(new ListAccountsCommand({ NextToken: first.NextToken }));
    expect(last.Accounts).toEqual([
      { Id: accountId(20), Name: "a20", State: "ACTIVE", JoinedTimestamp: new Date("2025-01-02T03:04:05Z") },
    ]);
    const tooLarge = await failure(local.organizations.send(new ListAccountsCommand({ MaxResults: 21 })));
    expect(tooLarge).toMatchObject({ name: "InvalidInputException", Reason: "MAX_VALUE_EXCEEDED" });
    const wrongToken = await failure(local.organizations.send(new ListAccountsCommand({ NextToken: "20" })));
    expect(wrongToken).toMatchObject({ name: "InvalidInputException", Reason: "INVALID_NEXT_TOKEN" });
  });
});

test("sts tells who calls", async () => {
  const credentials = { accessKeyId: "AKIALOCAL", secretAccessKey: "x" };
  const sts = new STSClient({ endpoint: local.aws.url, region: "us-east-1", credentials });
  const identity = await sts.send(new GetCallerIdentityCommand({}));
  expect(identity).toMatchObject({
    Account: "111122223333",
    UserId: "AKIALOCAL",
    Arn: "arn:aws:iam::111122223333:user/local",
  });
  sts.destroy();
});

test("what is not implemented says so, with service and operation, and is not retried", async () => {
  const create = new CreatePermissionSetCommand({ InstanceArn, Name: "x" });
  expect(await failure(local.sso.send(create))).toMatchObject({
    status: 501,
    message: "The local AWS does not implement sso-admin CreatePermissionSet.",
  });
  expect((await failure(local.organizations.send(new ListRootsCommand({})))).message).toContain(
    "organizations ListRoots",
  );
  const filtered = new ListUsersCommand({
    IdentityStoreId,
    Filters: [{ AttributePath: "UserName", AttributeValue: "x" }],
  });
  expect((await failure(local.store.send(filtered))).message).toContain("identitystore ListUsers with Filters");
  const ec2 = { authorization: "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/ec2/aws4_request" };
  const other = await fetch(local.aws.url, { method: "POST", body: "Action=DescribeVpcs", headers: ec2 });
  expect([other.status, await other.text()]).toEqual([501, expect.stringContaining("ec2 DescribeVpcs")]);
  expect((await fetch(local.aws.url)).status).toBe(403);
});
