import { cloudTrailTable, type OrganisationFile } from "../../local/aws";

// The pieces of organisation files, by number; a test says only what matters to it.

export const now = "2026-11-20T09:00:00Z";
export const instanceArn = "arn:aws:sso:::instance/ssoins-0123456789abcdef";
export const identityStoreId = "d-9067012345";
export const storeId = "0f1e2d3c-4b5a-4697-8877-665544332211";
export const eventDataStoreArn = `arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/${storeId}`;

/** Keeps more than any window, since long ago. */
export const eventDataStore = {
  EventDataStoreArn: eventDataStoreArn,
  Status: "ENABLED",
  AdvancedEventSelectors: [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] }],
  MultiRegionEnabled: true,
  RetentionPeriod: 2557,
  CreatedTimestamp: "2023-01-01T00:00:00Z",
};

/** Over the files of an organization's trail, with a partition for each account, Region and day. */
export const trailTable = "security.cloudtrail_logs";
const AthenaTables = [
  cloudTrailTable("organization", trailTable, {
    ...{ bucket: "trail", account: "111122223333", region: "eu-west-1", organizationId: "o-a1b2c3d4e5" },
  }),
];

/** An organisation with an event data store and a table over its trail's files, and nothing else but what is given. */
export function organisationOf(parts: Partial<OrganisationFile>): OrganisationFile {
  return {
    Now: now,
    InstanceArn: instanceArn,
    IdentityStoreId: identityStoreId,
    EventDataStore: eventDataStore,
    AthenaTables,
    ...parts,
  };
}

export function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

export const daysAgo = (days: number) => new Date(Date.parse(now) - days * 86_400_000).toISOString();

const uuid = (kind: string, index: number) => `${kind}0000000-0000-4000-8000-${String(index).padStart(12, "0")}`;

export const accountId = (index: number) => String(200_000_000_000 + index);
export const permissionSetArn = (index: number) =>
  `arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-${String(index).padStart(16, "0")}`;
export const permissionSetName = (index: number) => `Set-${String(index).padStart(4, "0")}`;
export const userId = (index: number) => uuid("a", index);
export const userName = (index: number) => `user-${String(index).padStart(4, "0")}`;
export const groupId = (index: number) => uuid("b", index);

export const account = (index: number, more: object = {}) => ({
  Id: accountId(index),
  Name: `account ${index}`,
  State: "ACTIVE",
  ...more,
});

export const permissionSet = (index: number, more: object = {}) => ({
  PermissionSetArn: permissionSetArn(index),
  Name: permissionSetName(index),
  Description: `what set ${index} is for`,
  ...more,
});

export const user = (index: number, more: object = {}) => ({
  UserId: userId(index),
  UserName: userName(index),
  DisplayName: `User ${index}`,
  UserStatus: "ENABLED",
  CreatedAt: daysAgo(500),
  ...more,
});

export const group = (index: number, more: object = {}) => ({
  GroupId: groupId(index),
  DisplayName: `group ${index}`,
  ...more,
});

export const membership = (group: number, user: number, more: object = {}) => ({
  MembershipId: uuid("c", group * 10_000 + user),
  GroupId: groupId(group),
  MemberId: { UserId: userId(user) },
  CreatedAt: daysAgo(300),
  ...more,
});

export const userAssignment = (account: number, permissionSet: number, user: number) => ({
  AccountId: accountId(account),
  PermissionSetArn: permissionSetArn(permissionSet),
  PrincipalType: "USER",
  PrincipalId: userId(user),
});

export const groupAssignment = (account: number, permissionSet: number, group: number) => ({
  AccountId: accountId(account),
  PermissionSetArn: permissionSetArn(permissionSet),
  PrincipalType: "GROUP",
  PrincipalId: groupId(group),
});

export const accessApplication = (index: number) => ({
  applicationArn: `arn:aws:account-access:eu-west-1:111122223333:application/app-${String(index).padStart(16, "0")}`,
  createdAt: "2026-08-20T07:00:00Z",
  updatedAt: "2026-08-20T07:00:00Z",
});

/** What account access manager gives: a role of an account, to a user or group; `more` replaces members. */
export const entitlement = (
  account: number,
  role: string,
  identityCenter: { userId: string } | { groupId: string },
  more: object = {},
) => ({
  applicationArn: accessApplication(0).applicationArn,
  entitlementId: `ent-${account}-${role.replaceAll("/", "-")}-${Object.values(identityCenter)[0]}`,
  createdAt: daysAgo(3),
  entitlement: {
    principalRole: {
      principal: { identityCenter },
      roleArn: `arn:aws:iam::${accountId(account)}:role/${role}`,
      account: accountId(account),
    },
  },
  ...more,
});

export const applicationArn = (index: number) =>
  `arn:aws:sso::111122223333:application/ssoins-0123456789abcdef/apl-${String(index).padStart(16, "0")}`;

/** A login as CloudTrail has recorded it since July 2025, ten days ago from the console; `more` replaces members. */
export const login = (account: number, permissionSet: number, user: number, more: object = {}) => ({
  eventTime: daysAgo(10),
  eventSource: "sso.amazonaws.com",
  eventName: "Federate",
  userIdentity: { type: "IdentityCenterUser", onBehalfOf: { userId: userId(user) } },
  serviceEventDetails: { role_name: permissionSetName(permissionSet), account_id: accountId(account) },
  ...more,
});

/** One user with one grant, unused unless `Records` say otherwise. */
export const oneGrant = {
  Accounts: [account(0)],
  PermissionSets: [permissionSet(0)],
  Users: [user(0)],
  AccountAssignments: [userAssignment(0, 0, 0)],
};
