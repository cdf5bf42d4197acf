import { createRandom, type Random, stepThrough } from "./random";
import { emptyGroups, type Size } from "./size";

/** Who is assigned what: everything follows from indices, so nothing but the groups' sizes is held. */
export interface Structure {
  readonly size: Size;
  readonly random: Random;
  /** A thing is odd in a way of its own. */
  odd(what: string, index: number): boolean;
  userId(user: number): string;
  userName(user: number): string;
  groupId(group: number): string;
  accountId(account: number): string;
  permissionSetArn(permissionSet: number): string;
  permissionSetName(permissionSet: number): string;
  pair(pair: number): { accountId: string; permissionSet: number };
  /** The groups that a pair is assigned to; none for a pair that is only provisioned. */
  groupsOf(pair: number): number[];
  membersOf(group: number): number;
  member(group: number, position: number): number;
}

export const instanceId = "ssoins-6684a3f21c9e5b07";
export const instanceArn = `arn:aws:sso:::instance/${instanceId}`;
export const identityStoreId = "d-90677e13fa";

const surnames = [
  "Almeida",
  "Brandt",
  "Castro",
  "Dubois",
  "Eriksen",
  "Fischer",
  "Gallo",
  "Hansen",
  "Ibrahim",
  "Jansen",
];
const forenames = ["Anna", "Ben", "Clara", "David", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Luis"];
const permissionSetNames = ["ReadOnlyAccess", "PowerUserAccess", "SecurityAudit", "Billing", "Developer", "Support"];

export function fullName(random: Random, user: number): string {
  return `${random.pick("forename", user, forenames)} ${random.pick("surname", user, surnames)}`;
}

export function createStructure(size: Size): Structure {
  const { accounts, permissionSets, users, assignedGroups, pairs, oddRate } = size;
  const random = createRandom(size.seed);
  const pairStep = stepThrough(accounts * permissionSets);
  const userStep = stepThrough(users);
  const memberCounts = countMembers(size, random);
  const odd = (what: string, index: number) => random.chance(`odd ${what}`, index, oddRate);

  const accountId = (account: number) => String(100_000_000_007 + account * 7_919);
  return {
    size,
    random,
    odd,
    accountId,
    userId: (user) =>
      `${random.chance("prefixed", user, 0.3) ? `${identityStoreId.slice(2)}-` : ""}${random.uuid("user", user)}`,
    userName: (user) =>
      `${fullName(random, user).replace(" ", ".")}.${user}@example.com`[
        odd("case", user) ? "toString" : "toLowerCase"
      ](),
    groupId: (group) => random.uuid("group", group),
    permissionSetArn: (permissionSet) =>
      `arn:aws:sso:::permissionSet/${instanceId}/ps-${random.hex("permission set", permissionSet, 16)}`,
    permissionSetName(permissionSet) {
      if (permissionSet === 0) return "AdministratorAccess";
      const name = `${permissionSetNames[permissionSet % permissionSetNames.length]}-${permissionSet}`;
      return odd("permission set name", permissionSet) || permissionSet === 1 ? `a=b,${name}` : name;
    },
    pair(pair) {
      const place = (pair * pairStep) % (accounts * permissionSets);
      // An account outside the organisation takes the place of one inside: the number of pairs stays.
      const outside = odd("outside account", pair) ? String(900_000_000_000 + pair) : undefined;
      return { accountId: outside ?? accountId(place % accounts), permissionSet: Math.floor(place / accounts) };
    },
    groupsOf(pair) {
      if (pair >= assignedGroups) return odd("unassigned pair", pair) ? [] : [pair % assignedGroups];
      const groups: number[] = [];
      for (let group = pair; group < assignedGroups; group += pairs) groups.push(group);
      return groups;
    },
    membersOf: (group) => memberCounts[group] ?? 0,
    member: (group, position) => (random.integer("first member", group, users) + position * userStep) % users,
  };
}

/** Memberships are shared out unevenly, exactly, and to no group more than there are users. */
function countMembers({ groups, users, memberships, oddRate }: Size, random: Random): Uint32Array {
  const counts = new Uint32Array(groups);
  const filled = groups - emptyGroups(groups, oddRate);
  let weight = 0;
  for (let group = 0; group < filled; group++) weight += 1 + random.integer("group size", group, 9);
  let left = memberships;
  for (let group = 0; group < filled; group++) {
    const share = (memberships * (1 + random.integer("group size", group, 9))) / weight;
    counts[group] = Math.min(users, Math.floor(share));
    left -= counts[group]!;
  }
  for (let group = 0; left > 0; group = (group + 1) % filled) {
    const more = Math.min(users - counts[group]!, Math.max(1, Math.floor(left / filled)), left);
    counts[group] = counts[group]! + more;
    left -= more;
  }
  return counts;
}
