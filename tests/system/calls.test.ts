import { type OrganisationFile, startLocalAws } from "../../local/aws";
import { runProduct } from "../../local/runReport";
import { isLong, sample } from "../support/long";
import {
  account,
  accountId,
  group,
  groupAssignment,
  login,
  many,
  membership,
  organisationOf,
  permissionSet,
  permissionSetArn,
  user,
  userAssignment,
} from "../support/organisation";

// How often a faultless run asks AWS, by the local AWS's count: no call more than the pages that there are.

const ALL_PAGES_OF_100 = [
  [0, 1],
  [1, 1],
  [99, 1],
  [100, 1],
  [101, 2],
  [200, 2],
  [201, 3],
] as const;
/** What else a run meets of these is in the organisation of known sizes. */
const PAGES_OF_100 = ALL_PAGES_OF_100.filter(([count]) => isLong || [0, 100].includes(count));

async function callsOf(parts: Partial<OrganisationFile>, faults: LocalFaults = []): Promise<Record<string, number>> {
  const localAws = await startLocalAws({ organisation: organisationOf(parts), throttle: false, rate: 1000, faults });
  try {
    await runProduct(localAws);
    return { ...localAws.stats().calls };
  } finally {
    await localAws.close();
  }
}
type LocalFaults = NonNullable<Parameters<typeof startLocalAws>[0]["faults"]>;

/** One grant through a group: what varies is added to it. */
const oneMembership = {
  Accounts: [account(0)],
  PermissionSets: [permissionSet(0)],
  Users: [user(0)],
  Groups: [group(0)],
  GroupMemberships: [membership(0, 0)],
  AccountAssignments: [groupAssignment(0, 0, 0)],
};

test("a run calls these operations, and no other", async () => {
  const calls = await callsOf({ ...oneMembership, Records: [login(0, 0, 0)] });
  const { "cloudtrail:DescribeQuery": polls, ...others } = calls;

  expect(polls).toBeGreaterThanOrEqual(1);
  expect(others).toEqual({
    "sso-admin:ListPermissionSets": 1,
    "sso-admin:ListRegions": 1,
    "sso-admin:DescribeInstance": 1,
    "sso-admin:ListApplications": 1,
    "account-access:ListApplications": 1,
    "sso-admin:DescribePermissionSet": 1,
    "sso-admin:ListManagedPoliciesInPermissionSet": 1,
    "sso-admin:GetInlinePolicyForPermissionSet": 1,
    "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet": 1,
    "sso-admin:ListAccountsForProvisionedPermissionSet": 1,
    "sso-admin:ListAccountAssignments": 1,
    "identitystore:ListUsers": 1,
    "identitystore:ListGroups": 1,
    "identitystore:ListGroupMemberships": 1,
    "organizations:ListAccounts": 1,
    "cloudtrail:GetEventDataStore": 1,
    "cloudtrail:StartQuery": 1,
    "cloudtrail:GetQueryResults": 1,
  });
});

test("an organisation of known sizes", async () => {
  // 101 permission sets; set 0 in 101 accounts, sets 1 and 2 in two, the others in none: 105 pairs. The pair (0, 0) has 101
  // principals, of which 3 are groups: with 100, 101 and 0 members. A fourth group is not assigned.
  const calls = await callsOf({
    Accounts: many(41, (index) => account(index)),
    PermissionSets: many(101, (index) => permissionSet(index)),
    Users: many(201, (index) => user(index)),
    Groups: many(100, (index) => group(index)),
    GroupMemberships: [
      ...many(100, (index) => membership(0, index)),
      ...many(101, (index) => membership(1, index)),
      ...many(150, (index) => membership(3, index)),
    ],
    AccountAssignments: [
      ...many(3, (index) => groupAssignment(0, 0, index)),
      ...many(98, (index) => userAssignment(0, 0, index)),
      ...many(100, (index) => userAssignment(index + 1, 0, 0)),
      ...[1, 2].flatMap((set) => [groupAssignment(0, set, 0), groupAssignment(1, set, 1)]),
    ],
    Records: many(2_001, (index) => login(index, 0, 0)),
  });

  expect(calls).toEqual({
    "sso-admin:ListPermissionSets": 2,
    "sso-admin:ListRegions": 1,
    "sso-admin:DescribeInstance": 1,
    "sso-admin:ListApplications": 1,
    "account-access:ListApplications": 1,
    "sso-admin:DescribePermissionSet": 101,
    "sso-admin:ListManagedPoliciesInPermissionSet": 101,
    "sso-admin:GetInlinePolicyForPermissionSet": 101,
    "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet": 101,
    "sso-admin:ListAccountsForProvisionedPermissionSet": 101 + 1,
    "sso-admin:ListAccountAssignments": 105 + 1,
    "identitystore:ListUsers": 3,
    "identitystore:ListGroups": 1,
    "identitystore:ListGroupMemberships": 1 + 2 + 1,
    "organizations:ListAccounts": 3,
    "cloudtrail:GetEventDataStore": 1,
    "cloudtrail:StartQuery": 1,
    "cloudtrail:DescribeQuery": calls["cloudtrail:DescribeQuery"],
    "cloudtrail:GetQueryResults": 3,
  });
});

describe("pages", () => {
  test.each(
    sample(
      [
        [20, 1],
        [19, 1],
        [21, 2],
        [0, 1],
        [40, 2],
        [41, 3],
      ] as const,
      3,
    ),
  )("%d accounts of the organisation are %d", async (count, pages) => {
    const calls = await callsOf({ ...oneMembership, Accounts: many(count, (index) => account(index)) });
    expect(calls["organizations:ListAccounts"]).toBe(pages);
  });

  test.each(PAGES_OF_100)("%d users and groups are %d", async (count, pages) => {
    const calls = await callsOf({
      Users: many(count, (index) => user(index)),
      Groups: many(count, (index) => group(index)),
    });
    expect(calls["identitystore:ListUsers"]).toBe(pages);
    expect(calls["identitystore:ListGroups"]).toBe(pages);
    expect(calls["identitystore:ListGroupMemberships"]).toBeUndefined();
  });

  test.each(PAGES_OF_100)("%d members of an assigned group are %d", async (count, pages) => {
    const GroupMemberships = many(count, (index) => membership(0, index));
    const calls = await callsOf({ ...oneMembership, GroupMemberships });
    expect(calls["identitystore:ListGroupMemberships"]).toBe(pages);
  });

  test.each(PAGES_OF_100)("%d accounts of a permission set are %d, and a call for each pair", async (count, pages) => {
    const ProvisionedAccounts = many(count, (index) => ({
      PermissionSetArn: permissionSetArn(0),
      AccountId: accountId(index),
    }));
    const calls = await callsOf({ ...oneMembership, AccountAssignments: [], ProvisionedAccounts });
    expect(calls["sso-admin:ListAccountsForProvisionedPermissionSet"]).toBe(pages);
    expect(calls["sso-admin:ListAccountAssignments"] ?? 0).toBe(count);
  });

  test.each(PAGES_OF_100.slice(1))("%d principals of a pair are %d", async (count, pages) => {
    const AccountAssignments = many(count, (index) => userAssignment(0, 0, index));
    const calls = await callsOf({ ...oneMembership, AccountAssignments });
    expect(calls["sso-admin:ListAccountAssignments"]).toBe(pages);
  });

  test.each(PAGES_OF_100)(
    "%d permission sets are %d, and four calls and an account listing for each",
    async (count, pages) => {
      const PermissionSets = many(count, (index) => permissionSet(index));
      const calls = await callsOf({ PermissionSets });
      expect(calls["sso-admin:ListPermissionSets"]).toBe(pages);
      expect(calls["sso-admin:DescribePermissionSet"] ?? 0).toBe(count);
      expect(calls["sso-admin:ListManagedPoliciesInPermissionSet"] ?? 0).toBe(count);
      expect(calls["sso-admin:GetInlinePolicyForPermissionSet"] ?? 0).toBe(count);
      expect(calls["sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet"] ?? 0).toBe(count);
      expect(calls["sso-admin:ListAccountsForProvisionedPermissionSet"] ?? 0).toBe(count);
    },
  );

  test.each(
    sample(
      [
        [0, 1],
        [999, 1],
        [2_000, 2],
        [1_000, 1],
        [1_001, 2],
        [2_001, 3],
      ] as const,
      3,
    ),
  )("%d rows of the login query are %d, whatever the number of events", async (count, pages) => {
    const Records = many(count, (index) => [login(index, 0, 0), login(index, 0, 0)]).flat();
    const calls = await callsOf({ ...oneMembership, Records });
    expect(calls["cloudtrail:GetQueryResults"]).toBe(pages);
    expect(calls["cloudtrail:StartQuery"]).toBe(1);
  });
});

test("a group with several assignments is listed once, and one that does not exist is asked for once", async () => {
  const AccountAssignments = many(5, (index) => [groupAssignment(index, 0, 0), groupAssignment(index, 0, 9)]).flat();
  const calls = await callsOf({ ...oneMembership, AccountAssignments });
  expect(calls["identitystore:ListGroupMemberships"]).toBe(2);
});

test("a query that runs for two seconds is polled a few times, at growing intervals", async () => {
  const calls = await callsOf(oneMembership, [{ operation: "cloudtrail:StartQuery", kind: "queryQueued", ms: 2_000 }]);
  expect(calls["cloudtrail:DescribeQuery"]).toBeGreaterThan(3);
  expect(calls["cloudtrail:DescribeQuery"]).toBeLessThanOrEqual(8);
});

test("without the login source CloudTrail is not asked at all", async () => {
  const localAws = await startLocalAws({ organisation: organisationOf(oneMembership), throttle: false });
  await runProduct(localAws, { eventDataStore: null });
  expect(Object.keys(localAws.stats().calls).filter((name) => name.startsWith("cloudtrail"))).toEqual([]);
  await localAws.close();
});
