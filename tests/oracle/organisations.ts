/**
 * Random organisations for the oracle and the product to agree on: organisation files made of what `shapes.ts` draws.
 * Their events aim at grants that exist, and then hit, or miss by a detail.
 */
import type { Arbitrary } from "fast-check";
import { assignmentRecord } from "./assignmentEvents";
import { idsOf } from "./ids";
import type {
  AccessEntitlement,
  Account,
  AccountAssignment,
  EventDataStore,
  Group,
  GroupMembership,
  LoginEvent,
  Organisation,
  PermissionSet,
  User,
} from "./organisation";
import { type Grant, type Known, pick, present, recordOf, written } from "./records";
import type { OracleOptions } from "./report";
import { DAY, type Shape, shapes } from "./shapes";

export interface ReportCase {
  organisation: Organisation;
  options: OracleOptions;
}

/** Organisations and the settings of a run over each. */
export function reportCases(): Arbitrary<ReportCase> {
  return shapes.map((shape) => ({
    organisation: organisationOf(shape),
    options: {
      lookbackDays: shape.lookbackDays,
      newAccessDays: shape.newAccessDays,
      noLogins: shape.noLogins,
      // Without permission sets, only the accounts tell that it is an organization's instance.
      organizationsDenied: shape.organizationsDenied && shape.permissionSetsEnabled !== false,
      accountAccessDenied: shape.accountAccessDenied,
      now: new Date((shape.seconds + shape.runsAtHours * 3600) * 1000).toISOString(),
      listingsSkip: shape.listingsSkip,
    },
  }));
}

function organisationOf(shape: Shape): Organisation {
  const now = shape.seconds * 1000;
  const { hex, uuid, accountId } = idsOf(shape.salt);

  const owner = accountId(-1);
  const instanceId = `ssoins-${hex("instance", 0, 16)}`;
  const storePrefix = hex("identity store", 0, 10);
  const IdentityStoreId = shape.storeWithUuid ? uuid("identity store", 0) : `d-${storePrefix}`;
  const identityStoreArn = `arn:aws:identitystore::${owner}:identitystore/${IdentityStoreId}`;

  const created = (age: Shape["users"][number]["age"], form: Shape["users"][number]["writtenAs"]) => {
    if (age === undefined) return undefined;
    const boundary = now - shape.newAccessDays * DAY;
    if (age.kind === "old") return written(boundary - DAY - age.by, form);
    if (age.kind === "edge") return written(boundary + age.by, form);
    return written(now - (age.by % (shape.newAccessDays * DAY + 1)), form);
  };

  const padded = <T>(drawn: T[], upTo: number, filler: (number: number) => T) => {
    const all = [...drawn];
    while (all.length < upTo) all.push(filler(all.length));
    return all;
  };
  const pad = shape.padding;

  const Accounts: Account[] = padded(shape.accounts, pad.accounts, (number) => ({
    name: `Account ${number}`,
    state: "ACTIVE",
    retiredStatus: undefined,
  })).map(({ name, state, retiredStatus }, number) =>
    present({
      Id: accountId(number),
      Arn: `arn:aws:organizations::${owner}:account/o-${hex("organisation", 0, 10)}/${accountId(number)}`,
      Email: `account${number}@example.com`,
      Name: name,
      State: state,
      Status: retiredStatus,
      JoinedMethod: "CREATED",
      JoinedTimestamp: "2020-01-01T00:00:00Z",
    }),
  );

  const PermissionSets: PermissionSet[] = [];
  for (const { name, description } of padded(shape.permissionSets, pad.permissionSets, (number) => ({
    name: `Set${number}`,
    description: undefined,
  }))) {
    if (PermissionSets.some((known) => known.Name === name)) continue;
    PermissionSets.push(
      present({
        PermissionSetArn: `arn:aws:sso:::permissionSet/${instanceId}/ps-${hex("set", PermissionSets.length, 16)}`,
        Name: name,
        Description: description,
        CreatedDate: "2021-01-01T00:00:00Z",
        SessionDuration: "PT1H",
      }),
    );
  }

  const Users: User[] = [];
  padded(shape.users, pad.users, (number) => ({
    name: `user${number}@example.com`,
    displayName: `User ${number}`,
    emails: undefined,
    status: "ENABLED",
    id: "prefixed" as const,
    age: { kind: "old" as const, by: number * DAY },
    writtenAs: "Z" as const,
  })).forEach((user, number) => {
    const before = Users[number - 1]?.UserId ?? "";
    let UserId = uuid("user", number);
    if (user.id === "prefixed") UserId = `${storePrefix}-${UserId}`;
    const hasTwins = user.id === "twin" && !shape.storeWithUuid; // its ids are told apart by the UUID alone
    if (hasTwins && before.startsWith(storePrefix)) UserId = `0123456789${before.slice(10)}`;
    Users.push(
      present({
        UserId,
        IdentityStoreId,
        UserName: user.name,
        DisplayName: user.displayName,
        Emails: user.emails?.map(({ value, primary }) => present({ Value: value, Type: "work", Primary: primary })),
        UserStatus: user.status,
        CreatedAt: created(user.age, user.writtenAs),
      }),
    );
  });

  const Groups: Group[] = padded(shape.groups, pad.groups, (number) => ({ name: `Group ${number}` })).map(
    ({ name }, number) => present({ GroupId: uuid("group", number), IdentityStoreId, DisplayName: name }),
  );

  // Who is gone, but still assigned, a member, or in the records.
  const deletedUsers = [0, 1].map((number) => `${storePrefix}-${uuid("deleted user", number)}`);
  const deletedGroup = uuid("deleted group", 0);
  const unknownAccount = accountId(-2);

  const userIds = [...Users.map(({ UserId }) => UserId), ...deletedUsers];
  const GroupMemberships: GroupMembership[] = [];
  const join = (GroupId: string, UserId: string, CreatedAt: string | undefined) => {
    if (GroupMemberships.some((known) => known.GroupId === GroupId && known.MemberId.UserId === UserId)) return;
    const MembershipId = uuid("membership", GroupMemberships.length);
    GroupMemberships.push(present({ MembershipId, IdentityStoreId, GroupId, MemberId: { UserId }, CreatedAt }));
  };
  for (const { group, user, age, writtenAs: form } of shape.memberships) {
    // The last of several groups stays empty.
    const joined = Groups[group % Math.max(1, Math.min(Groups.length - 1, 5))];
    if (joined !== undefined) join(joined.GroupId, pick(userIds, user), created(age, form));
  }
  if (Groups[0] !== undefined) {
    // First those who exist, so that every page of users matters; then those who do not.
    for (let number = 0; number < pad.memberships; number += 1) {
      if (GroupMemberships.filter((known) => known.GroupId === Groups[0]?.GroupId).length >= pad.memberships) break;
      join(Groups[0].GroupId, userIds[number] ?? uuid("deleted user", number), "2022-02-02T02:02:02Z");
    }
  }

  const AccountAssignments: AccountAssignment[] = [];
  const assign = (
    AccountId: string,
    set: PermissionSet | undefined,
    principal: { PrincipalType: "GROUP" | "USER"; PrincipalId: string } | undefined,
  ) => {
    if (set === undefined || principal === undefined) return;
    const assignment = { AccountId, PermissionSetArn: set.PermissionSetArn, ...principal };
    if (!AccountAssignments.some((known) => JSON.stringify(known) === JSON.stringify(assignment))) {
      AccountAssignments.push(assignment);
    }
  };
  const user = (PrincipalId: string) => ({ PrincipalType: "USER" as const, PrincipalId });
  const group = (PrincipalId: string) => ({ PrincipalType: "GROUP" as const, PrincipalId });
  const accountIds = [...Accounts.map(({ Id }) => Id).slice(0, 4), unknownAccount];
  const groupPrincipals = Groups.slice(0, 4).map(({ GroupId }) => group(GroupId));
  const principals = [
    // Groups twice: they are how access is usually given.
    ...groupPrincipals,
    ...groupPrincipals,
    ...Users.slice(0, 6).map(({ UserId }) => user(UserId)),
    group(deletedGroup),
    user(deletedUsers[0] as string),
  ];
  for (const { account, set, principal } of shape.assignments) {
    if (PermissionSets.length > 0) {
      assign(pick(accountIds, account), pick(PermissionSets.slice(0, 4), set), pick(principals, principal));
    }
  }
  // What was made to fill pages is assigned too: a page that gets lost is then a row that is wrong.
  const [firstSet] = PermissionSets;
  const anyone = user(userIds[0] as string);
  if (pad.accounts > 0) for (const { Id } of Accounts) assign(Id, firstSet, anyone);
  if (pad.users > 0) for (const { UserId } of Users) assign(pick(accountIds, 0), firstSet, user(UserId));
  if (pad.groups > 0) for (const { GroupId } of Groups) assign(pick(accountIds, 0), firstSet, group(GroupId));
  if (pad.memberships > 0) assign(pick(accountIds, 0), firstSet, groupPrincipals[0]);
  if (pad.permissionSets > 0) for (const set of PermissionSets) assign(pick(accountIds, 0), set, anyone);
  for (let number = 0; number < pad.provisionedAccounts; number += 1) {
    const ofSet = AccountAssignments.filter((known) => known.PermissionSetArn === firstSet?.PermissionSetArn);
    if (new Set(ofSet.map(({ AccountId }) => AccountId)).size >= pad.provisionedAccounts) break;
    assign(Accounts[number]?.Id ?? accountId(1000 + number), firstSet, anyone);
  }
  const lastSet = PermissionSets.at(-1);
  for (let number = 0; number < pad.assignments; number += 1) {
    const ofPair = AccountAssignments.filter(
      (known) => known.PermissionSetArn === lastSet?.PermissionSetArn && known.AccountId === pick(accountIds, 0),
    );
    if (ofPair.length >= pad.assignments) break;
    assign(pick(accountIds, 0), lastSet, user(userIds[number] ?? uuid("deleted user", number)));
  }

  const ProvisionedAccounts = shape.emptyProvisioned.flatMap(({ account, set }) => {
    const provisioned = PermissionSets[set % Math.max(1, PermissionSets.length)];
    if (provisioned === undefined) return [];
    return [{ PermissionSetArn: provisioned.PermissionSetArn, AccountId: pick(accountIds, account) }];
  });

  const isWithoutSets = shape.permissionSetsEnabled === false;
  if (isWithoutSets) for (const list of [PermissionSets, AccountAssignments, ProvisionedAccounts]) list.length = 0;

  const AccountAccessApplications = Array.from({ length: shape.accessApplications }, (_, number) => ({
    applicationArn: `arn:aws:account-access:eu-central-1:${owner}:application/app-${hex("access application", number, 16)}`,
    createdAt: "2026-08-20T07:00:00Z",
    updatedAt: "2026-08-20T07:00:00Z",
  }));
  const AccountAccessEntitlements: AccessEntitlement[] = [];
  const entitle = (account: string, role: string, principal: (typeof principals)[number], at: number, by: number) => {
    const application = AccountAccessApplications[by % Math.max(1, AccountAccessApplications.length)];
    if (application === undefined) return;
    const { PrincipalType, PrincipalId } = principal;
    const identityCenter = PrincipalType === "USER" ? { userId: PrincipalId } : { groupId: PrincipalId };
    AccountAccessEntitlements.push({
      applicationArn: application.applicationArn,
      entitlementId: uuid("entitlement", AccountAccessEntitlements.length),
      createdAt: written(now - at * DAY, "Z"),
      entitlement: {
        principalRole: { principal: { identityCenter }, roleArn: `arn:aws:iam::${account}:role/${role}`, account },
      },
    });
  };
  const roleNames = ["Operator", "teams/ops/Deploy", "a,=b", "AdministratorAccess", "x".repeat(64)];
  for (const { account, role, principal, age, application } of shape.entitlements) {
    entitle(pick(accountIds, account), pick(roleNames, role), pick(principals, principal), age, application);
  }
  for (let number = 0; number < pad.entitlements; number += 1) {
    entitle(pick(accountIds, 0), `Role${number}`, pick(principals, number), number, 0);
  }

  // Every (user, account, set) that somebody may log in to.
  const grants: Grant[] = [];
  for (const { AccountId, PermissionSetArn, PrincipalId } of AccountAssignments.slice(0, 60)) {
    const set = PermissionSets.find((known) => known.PermissionSetArn === PermissionSetArn)?.Name ?? "";
    const members = GroupMemberships.filter((known) => known.GroupId === PrincipalId).map(
      ({ MemberId }) => MemberId.UserId,
    );
    const isGroup = Groups.some((known) => known.GroupId === PrincipalId) || PrincipalId === deletedGroup;
    for (const userId of isGroup ? members.slice(0, 12) : [PrincipalId]) {
      grants.push({ userId, account: AccountId, set });
    }
  }
  if (grants.length === 0) grants.push({ userId: userIds[0] as string, account: unknownAccount, set: "ReadOnly" });

  const start = now - shape.lookbackDays * DAY;
  const known: Known = {
    ids: idsOf(shape.salt),
    owner,
    storePrefix,
    PermissionSets,
    Users,
    userIds,
    deletedUsers,
    accountIds,
  };
  const Records: LoginEvent[] = shape.events.flatMap((event, number) => {
    const { from, by } = event.time;
    let time = now - (by % (shape.lookbackDays * 86_400)) * 1000;
    if (from === "start") time = start + by * 1000;
    if (from === "now") time = now + by * 1000;
    const record = recordOf(event, pick(grants, event.grant), time, number, known);
    return event.twice ? [record, record] : [record];
  });
  const InstanceArn = `arn:aws:sso:::instance/${instanceId}`;
  const aim = { ids: known.ids, owner, storePrefix, instanceArn: InstanceArn, now, start };
  shape.assignmentEvents.forEach((event, number) => {
    if (AccountAssignments.length === 0) return;
    const assignment = pick(AccountAssignments, event.assignment);
    const record = assignmentRecord(event, assignment, number, { ...aim, newAccessDays: shape.newAccessDays });
    Records.push(...(event.twice ? [record, record] : [record]));
  });
  const [witness] = Users;
  const [witnessed] = Accounts;
  for (let number = 0; witness && witnessed && firstSet && number < shape.witnesses; number += 1) {
    const grant = { userId: witness.UserId, account: witnessed.Id, set: firstSet.Name };
    const plain = {
      who: "id",
      role: "of the grant",
      error: "none",
      name: "Federate",
      source: "sso.amazonaws.com",
    } as const;
    const event = {
      ...plain,
      grant: 0,
      time: { from: "inside", by: 0 } as const,
      twice: false,
      region: "us-east-1" as const,
      other: 0,
    };
    Records.push(recordOf(event, grant, now - number * 1000, 10_000 + number, known));
  }
  for (let number = 0; number < pad.logins; number += 1) {
    const grant = pick(grants, number);
    Records.push({
      userIdentity: { type: "IdentityCenterUser", onBehalfOf: { userId: grant.userId, identityStoreArn } },
      eventTime: written(now - (number % (shape.lookbackDays * 86_400)) * 1000, "Z"),
      eventSource: "sso.amazonaws.com",
      eventName: number % 3 === 0 ? "Federate" : "GetRoleCredentials",
      awsRegion: "eu-central-1",
      eventID: uuid("padded event", number),
      // Most are logins to roles that are no longer assigned: each is a result row of its own.
      serviceEventDetails: {
        role_name: grant.set,
        account_id: number < grants.length ? grant.account : accountId(number),
      },
    });
  }

  return present({
    Now: new Date(now + shape.milliseconds).toISOString(),
    InstanceArn,
    IdentityStoreId,
    Accounts,
    PermissionSets,
    Users,
    Groups,
    GroupMemberships,
    AccountAssignments,
    ProvisionedAccounts: ProvisionedAccounts.length > 0 ? ProvisionedAccounts : undefined,
    Instance:
      shape.permissionSetsEnabled === undefined ? undefined : { PermissionSetsEnabled: shape.permissionSetsEnabled },
    OwnerAccountId: owner,
    AccountAccessApplications,
    AccountAccessEntitlements,
    EventDataStore: storeOf(),
    Records,
  });

  /** What the store says of what it records: all logins at first, then in a way of which that cannot be known. */
  function conditionsOf(by: number): Pick<EventDataStore, "MultiRegionEnabled" | "AdvancedEventSelectors"> {
    const management = { Field: "eventCategory", Equals: ["Management"] };
    const selecting = (...FieldSelectors: Record<string, unknown>[]) => ({
      MultiRegionEnabled: true,
      AdvancedEventSelectors: [{ FieldSelectors }],
    });
    return pick(
      [
        selecting(management),
        selecting(management, { Field: "eventSource", NotEquals: ["kms.amazonaws.com"] }),
        selecting(management, { Field: "eventName", Equals: ["Federate", "GetRoleCredentials", "CreateToken"] }),
        selecting(management, { Field: "eventName", Equals: ["Federate"] }),
        selecting(management, { Field: "eventName", NotEquals: ["GetRoleCredentials"] }),
        selecting(management, { Field: "readOnly", Equals: ["false"] }),
        selecting(management, { Field: "eventSource", Matches: ["sso.*"] }),
        selecting({ ...management, Unless: ["Insight"] }),
        selecting(management, { Field: "eventSource" }),
        selecting({ Field: "eventCategory", Equals: ["Data"] }),
        selecting(),
        { MultiRegionEnabled: true, AdvancedEventSelectors: [] },
        { MultiRegionEnabled: true },
        { ...selecting(management), MultiRegionEnabled: false },
        { ...selecting(management), MultiRegionEnabled: undefined },
      ],
      by,
    );
  }

  function storeOf(): EventDataStore | undefined {
    const { kind, by } = shape.store;
    if (kind === "not there") return undefined;
    const statuses = [
      "STOPPED_INGESTION",
      "PENDING_DELETION",
      "STARTING_INGESTION",
      "STOPPING_INGESTION",
      "CREATED",
      "THAWING",
    ];
    return {
      EventDataStoreArn: `arn:aws:cloudtrail:eu-central-1:${owner}:eventdatastore/${uuid("event data store", 0)}`,
      Name: "logins",
      Status: kind === "not enabled" ? pick(statuses, by) : "ENABLED",
      // AWS keeps 7 to 3,653 days.
      RetentionPeriod: kind === "keeps" ? Math.min(3653, Math.max(7, shape.lookbackDays + by)) : 3653,
      CreatedTimestamp: new Date(kind === "created" ? start + by : start - 400 * DAY).toISOString(),
      ...conditionsOf(kind === "conditions" ? by : 0),
      OrganizationEnabled: false,
    };
  }
}
