import { fullName, instanceId, type Structure } from "./structure";

/** The arrays of an organisation file but for the events, one object after the other. */

export const now = Date.parse("2026-11-20T09:00:00Z");
const day = 86_400_000;

export function daysAgo(days: number): string {
  return new Date(now - days * day).toISOString().replace(".000Z", "Z");
}

const awkward = [
  '=HYPERLINK("https://example.com","{}")',
  "+{}",
  "@{}",
  'The "{}", Ltd.',
  "{}\nsecond line",
  "Ünïcode {} 名前",
  "{}, 'quoted'",
];

function awkwardly({ random, odd }: Structure, what: string, index: number, name: string): string {
  return odd(`${what} name`, index) ? random.pick(`${what} name`, index, awkward).replace("{}", name) : name;
}

export function* accounts(structure: Structure) {
  const { size, odd, random, accountId } = structure;
  for (let account = 0; account < size.accounts; account++) {
    const Id = accountId(account);
    yield {
      Id,
      Arn: `arn:aws:organizations::${accountId(0)}:account/o-a1b2c3d4e5/${Id}`,
      Email: `aws+${account}@example.com`,
      Name: awkwardly(structure, "account", account, `account-${account}`),
      State: odd("account state", account)
        ? random.pick("account state", account, ["SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION"])
        : "ACTIVE",
      JoinedMethod: account === 0 ? "INVITED" : "CREATED",
      JoinedTimestamp: daysAgo(400 + random.integer("account age", account, 2000)),
    };
  }
}

/** The two in which people act; the first one is the primary. */
export function* regions(_: Structure) {
  yield { RegionName: "us-east-1", Status: "ACTIVE", AddedDate: daysAgo(1500), IsPrimaryRegion: true };
  yield { RegionName: "eu-west-1", Status: "ACTIVE", AddedDate: daysAgo(200), IsPrimaryRegion: false };
}

export function* permissionSets(structure: Structure) {
  const { size, odd, permissionSetArn, permissionSetName } = structure;
  for (let permissionSet = 0; permissionSet < size.permissionSets; permissionSet++) {
    const Name = permissionSetName(permissionSet);
    const described = permissionSet !== 1 && !odd("permission set description", permissionSet);
    yield {
      Name,
      PermissionSetArn: permissionSetArn(permissionSet),
      ...(described && { Description: awkwardly(structure, "permission set", permissionSet, `What ${Name} is for`) }),
      CreatedDate: daysAgo(1500),
      SessionDuration: "PT8H",
    };
  }
}

export function* managedPolicies({ permissionSetArn }: Structure) {
  const policy = { Name: "AdministratorAccess", Arn: "arn:aws:iam::aws:policy/AdministratorAccess" };
  yield { PermissionSetArn: permissionSetArn(0), AttachedManagedPolicies: [policy] };
}

export function* users(structure: Structure) {
  const { size, odd, random, userId, userName } = structure;
  for (let user = 0; user < size.users; user++) {
    const UserName = userName(user);
    yield {
      UserId: userId(user),
      UserName,
      DisplayName: awkwardly(structure, "user", user, fullName(random, user)),
      ...(!odd("no e-mail", user) && { Emails: [{ Value: UserName.toLowerCase(), Type: "work", Primary: true }] }),
      UserStatus: odd("disabled", user) ? "DISABLED" : "ENABLED",
      ...(!odd("no creation time", user) && { CreatedAt: daysAgo(1 + random.integer("user age", user, 900)) }),
    };
  }
}

export function* groups(structure: Structure) {
  const { size, random, groupId } = structure;
  for (let group = 0; group < size.groups; group++) {
    yield {
      GroupId: groupId(group),
      DisplayName: awkwardly(structure, "group", group, `Group ${group}`),
      CreatedAt: daysAgo(900 + random.integer("group age", group, 500)),
    };
  }
}

export function* memberships({ size, random, odd, groupId, membersOf, member, userId }: Structure) {
  let index = 0;
  for (let group = 0; group < size.groups; group++) {
    for (let position = 0; position < membersOf(group); position++, index++) {
      const deleted = odd("deleted member", index);
      const UserId = deleted ? random.uuid("deleted user", index) : userId(member(group, position));
      yield {
        MembershipId: random.uuid("membership", index),
        GroupId: groupId(group),
        MemberId: { UserId },
        ...(!odd("no membership time", index) && { CreatedAt: daysAgo(random.integer("membership age", index, 800)) }),
      };
    }
  }
}

export function* accountAssignments(structure: Structure) {
  const { size, random, odd, pair, groupsOf, groupId, permissionSetArn, userId } = structure;
  const { pairs, userAssignments } = size;
  let direct = 0;
  for (let index = 0; index < pairs; index++) {
    const { accountId, permissionSet } = pair(index);
    const assigned = { AccountId: accountId, PermissionSetArn: permissionSetArn(permissionSet) };
    const toGroups = groupsOf(index);
    for (const group of toGroups) yield { ...assigned, PrincipalType: "GROUP", PrincipalId: groupId(group) };
    if (toGroups.length > 0 && odd("deleted group", index)) {
      yield { ...assigned, PrincipalType: "GROUP", PrincipalId: random.uuid("deleted group", index) };
    }
    for (const first = direct; direct * pairs < (index + 1) * userAssignments && direct < userAssignments; direct++) {
      const deleted = odd("deleted assignee", direct);
      const user = (index * 31 + (direct - first)) % size.users;
      yield {
        ...assigned,
        PrincipalType: "USER",
        PrincipalId: deleted ? random.uuid("deleted assignee", direct) : userId(user),
      };
    }
  }
}

/** Pairs without any assignment. */
export function* provisionedAccounts({ size, pair, groupsOf, permissionSetArn }: Structure) {
  for (let index = 0; index < size.pairs; index++) {
    if (groupsOf(index).length > 0) continue;
    const { accountId, permissionSet } = pair(index);
    yield { PermissionSetArn: permissionSetArn(permissionSet), AccountId: accountId };
  }
}

export function applicationArn(ownerAccountId: string): string {
  return `arn:aws:sso::${ownerAccountId}:application/${instanceId}/apl-3f9c2b7a61d0e845`;
}
