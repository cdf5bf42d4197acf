import {
  DescribeGroupCommand,
  DescribeUserCommand,
  ListGroupMembershipsCommand,
  ListGroupsCommand,
  ListUsersCommand,
} from "@aws-sdk/client-identitystore";
import { ListAccountsCommand } from "@aws-sdk/client-organizations";
import {
  DescribeInstanceCommand,
  DescribePermissionSetCommand,
  GetInlinePolicyForPermissionSetCommand,
  ListAccountAssignmentsCommand,
  ListAccountsForProvisionedPermissionSetCommand,
  ListApplicationAccessScopesCommand,
  ListApplicationsCommand,
  ListCustomerManagedPolicyReferencesInPermissionSetCommand,
  ListInstancesCommand,
  ListManagedPoliciesInPermissionSetCommand,
  ListPermissionSetsCommand,
  ListRegionsCommand,
} from "@aws-sdk/client-sso-admin";
import {
  ACCOUNT_ACCESS_REGIONS,
  type Clients,
  listAccessApplications,
  listAccountEntitlements,
} from "../../handlers/aws/aws";

/** What earlier answers gave, for later questions. Stays in this process. */
export interface Found {
  /** Of the credentials. */
  readonly account: string;
  /** In which Identity Center is asked. */
  readonly region: string;
  instanceArn: string;
  identityStoreId: string;
  ownerAccountId?: string;
  /** `false` where roles are given by account access manager alone. */
  permissionSetsEnabled?: boolean;
  regions?: string[];
  primaryRegion?: string;
  permissionSets?: number;
  /** Whether there are more of them than a page has. */
  morePermissionSets?: boolean;
  permissionSetArn?: string;
  accountsOfSet?: number;
  moreAccountsOfSet?: boolean;
  accountOfSet?: string;
  userId?: string;
  groupId?: string;
  users?: number;
  groups?: number;
  /** Of the organization. */
  accountId?: string;
  accessApplicationArn?: string;
  applicationArn?: string;
}

type ClientName = "ssoAdmin" | "identityStore" | "organizations" | "accountAccess";

/** One read of a report. */
export interface Probe {
  /** `sso-admin:ListUsers` */
  readonly call: string;
  readonly client: ClientName;
  /** The question, of one page; or why it cannot be asked: a clause. */
  readonly command: (found: Found) => object | string;
  /** Takes from the answer what later questions need. */
  readonly take?: (answer: never, found: Found) => void;
}

const MaxResults = 100;
/** The most that AWS gives. */
const SCOPES_A_PAGE = 10;
/** Why account access manager was not asked. */
export const NOT_OFFERED = "account access manager is not offered in this Region";

/** Makes a probe whose answer is of this command's type. */
function probe<Command extends object, Answer>(
  client: ClientName,
  call: string,
  command: (found: Found) => Command | string,
  take?: (answer: Answer, found: Found) => void,
): Probe {
  return { call, client, command, take: take as Probe["take"] };
}

const needs = <Value, Command>(value: Value | undefined, what: string, command: (value: Value) => Command) =>
  value === undefined || (value as unknown) === "" ? what : command(value);

const NO_INSTANCE = "no instance is known";
const NO_SET = "no permission set is known";
const SETS_DISABLED = "the instance has no permission sets";

const OF_A_SET = {
  DescribePermissionSet: DescribePermissionSetCommand,
  GetInlinePolicyForPermissionSet: GetInlinePolicyForPermissionSetCommand,
  ListManagedPoliciesInPermissionSet: ListManagedPoliciesInPermissionSetCommand,
  ListCustomerManagedPolicyReferencesInPermissionSet: ListCustomerManagedPolicyReferencesInPermissionSetCommand,
} as const;

/** Every read that a report makes of Identity Center, account access manager and Organizations, each once, in an order in which each has what it asks about. */
export const PROBES: readonly Probe[] = [
  probe(
    "ssoAdmin",
    "sso-admin:ListInstances",
    ({ instanceArn, identityStoreId }) =>
      instanceArn !== "" && identityStoreId !== ""
        ? "instance and identity store are given"
        : new ListInstancesCommand({ MaxResults }),
    (answer: { Instances?: { InstanceArn?: string; IdentityStoreId?: string; OwnerAccountId?: string }[] }, found) => {
      const one = answer.Instances?.find(({ InstanceArn }) => ["", InstanceArn].includes(found.instanceArn));
      found.instanceArn ||= one?.InstanceArn ?? "";
      found.identityStoreId ||= one?.IdentityStoreId ?? "";
      if (one?.OwnerAccountId) found.ownerAccountId = one.OwnerAccountId;
    },
  ),
  probe(
    "ssoAdmin",
    "sso-admin:DescribeInstance",
    ({ instanceArn }) => needs(instanceArn, NO_INSTANCE, (InstanceArn) => new DescribeInstanceCommand({ InstanceArn })),
    (answer: { OwnerAccountId?: string; PermissionSetsEnabled?: boolean }, found) => {
      if (answer.OwnerAccountId) found.ownerAccountId = answer.OwnerAccountId;
      found.permissionSetsEnabled = answer.PermissionSetsEnabled;
    },
  ),
  probe(
    "ssoAdmin",
    "sso-admin:ListRegions",
    ({ instanceArn }) =>
      needs(instanceArn, NO_INSTANCE, (InstanceArn) => new ListRegionsCommand({ InstanceArn, MaxResults })),
    (answer: { Regions?: { RegionName?: string; IsPrimaryRegion?: boolean }[] }, found) => {
      found.regions = (answer.Regions ?? []).flatMap(({ RegionName }) => RegionName ?? []).sort();
      found.primaryRegion = answer.Regions?.find(({ IsPrimaryRegion }) => IsPrimaryRegion)?.RegionName;
    },
  ),
  probe(
    "ssoAdmin",
    "sso-admin:ListPermissionSets",
    ({ instanceArn, permissionSetsEnabled }) =>
      permissionSetsEnabled === false
        ? SETS_DISABLED
        : needs(instanceArn, NO_INSTANCE, (InstanceArn) => new ListPermissionSetsCommand({ InstanceArn, MaxResults })),
    (answer: { PermissionSets?: string[] }, found) => {
      found.permissionSets = answer.PermissionSets?.length ?? 0;
      found.permissionSetArn = answer.PermissionSets?.[0];
    },
  ),
  ...Object.entries(OF_A_SET).map(([operation, Command]) =>
    probe("ssoAdmin", `sso-admin:${operation}`, ({ instanceArn: InstanceArn, permissionSetArn }) =>
      needs(permissionSetArn, NO_SET, (PermissionSetArn) => {
        const pageSize = operation.startsWith("List") ? { MaxResults } : {};
        return new Command({ InstanceArn, PermissionSetArn, ...pageSize });
      }),
    ),
  ),
  probe(
    "ssoAdmin",
    "sso-admin:ListAccountsForProvisionedPermissionSet",
    ({ instanceArn: InstanceArn, permissionSetArn }) =>
      needs(
        permissionSetArn,
        NO_SET,
        (PermissionSetArn) =>
          new ListAccountsForProvisionedPermissionSetCommand({ InstanceArn, PermissionSetArn, MaxResults }),
      ),
    (answer: { AccountIds?: string[] }, found) => {
      found.accountsOfSet = answer.AccountIds?.length ?? 0;
      found.accountOfSet = answer.AccountIds?.[0];
    },
  ),
  probe(
    "ssoAdmin",
    "sso-admin:ListAccountAssignments",
    ({ instanceArn: InstanceArn, permissionSetArn, accountOfSet, account }) =>
      needs(
        permissionSetArn,
        NO_SET,
        (PermissionSetArn) =>
          // Where the set is provisioned nowhere, an empty list is the answer, and the right is tried all the same.
          new ListAccountAssignmentsCommand({
            InstanceArn,
            PermissionSetArn,
            AccountId: accountOfSet ?? account,
            MaxResults,
          }),
      ),
  ),
  probe(
    "identityStore",
    "identitystore:ListUsers",
    ({ identityStoreId }) =>
      needs(identityStoreId, NO_INSTANCE, (IdentityStoreId) => new ListUsersCommand({ IdentityStoreId, MaxResults })),
    (answer: { Users?: { UserId?: string }[] }, found) => {
      found.users = answer.Users?.length ?? 0;
      found.userId = answer.Users?.[0]?.UserId;
    },
  ),
  probe(
    "identityStore",
    "identitystore:ListGroups",
    ({ identityStoreId }) =>
      needs(identityStoreId, NO_INSTANCE, (IdentityStoreId) => new ListGroupsCommand({ IdentityStoreId, MaxResults })),
    (answer: { Groups?: { GroupId?: string }[] }, found) => {
      found.groups = answer.Groups?.length ?? 0;
      found.groupId = answer.Groups?.[0]?.GroupId;
    },
  ),
  probe("identityStore", "identitystore:DescribeUser", ({ identityStoreId: IdentityStoreId, userId }) =>
    needs(userId, "no user is known", (UserId) => new DescribeUserCommand({ IdentityStoreId, UserId })),
  ),
  probe("identityStore", "identitystore:DescribeGroup", ({ identityStoreId: IdentityStoreId, groupId }) =>
    needs(groupId, "no group is known", (GroupId) => new DescribeGroupCommand({ IdentityStoreId, GroupId })),
  ),
  probe("identityStore", "identitystore:ListGroupMemberships", ({ identityStoreId: IdentityStoreId, groupId }) =>
    needs(
      groupId,
      "no group is known",
      (GroupId) => new ListGroupMembershipsCommand({ IdentityStoreId, GroupId, MaxResults }),
    ),
  ),
  probe(
    "organizations",
    "organizations:ListAccounts",
    () => new ListAccountsCommand({ MaxResults: 20 }),
    (answer: { Accounts?: { Id?: string }[] }, found) => {
      found.accountId = answer.Accounts?.[0]?.Id;
    },
  ),
  probe(
    "accountAccess",
    "account-access:ListApplications",
    ({ region }) => (ACCOUNT_ACCESS_REGIONS.includes(region) ? listAccessApplications(undefined) : NOT_OFFERED),
    ({ applications }: { applications?: unknown }, found) => {
      const [one] = Array.isArray(applications) ? applications : [];
      if (typeof one?.applicationArn === "string") found.accessApplicationArn = one.applicationArn;
    },
  ),
  probe("accountAccess", "account-access:ListEntitlements", ({ accessApplicationArn, accountId, account }) =>
    needs(accessApplicationArn, "no application of account access manager is known", (arn) =>
      listAccountEntitlements(arn, accountId ?? account, undefined),
    ),
  ),
  probe(
    "ssoAdmin",
    "sso-admin:ListApplications",
    ({ instanceArn }) =>
      needs(instanceArn, NO_INSTANCE, (InstanceArn) => new ListApplicationsCommand({ InstanceArn, MaxResults })),
    (
      { Applications = [] }: { Applications?: { ApplicationArn?: string; ApplicationProviderArn?: string }[] },
      found,
    ) => {
      // AWS does not tell the scopes of its own applications, whatever the policy says.
      const own = Applications.find((one) => one.ApplicationProviderArn?.endsWith("/custom"));
      found.applicationArn = (own ?? Applications[0])?.ApplicationArn;
    },
  ),
  probe("ssoAdmin", "sso-admin:ListApplicationAccessScopes", ({ applicationArn }) =>
    needs(
      applicationArn,
      "no application is known",
      (ApplicationArn) => new ListApplicationAccessScopesCommand({ ApplicationArn, MaxResults: SCOPES_A_PAGE }),
    ),
  ),
];

/** The clients that they are asked with. */
export type ProbeClients = Pick<Clients, ClientName>;
