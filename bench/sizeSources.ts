import type { RowSources } from "../handlers/files/files";
import type { Collection, LastLogin, Membership, Principal, Provisioning, User } from "../handlers/model";
import { sourcesOf } from "./sources";

/** What the largest organizations have of one thing or another: as many as stand in the names. */
export const SIZES = [
  "100 groups × the same 1,000 users in one pair",
  "6 groups × the same 200,000 users in one pair",
  "200,000 users in 100 groups of one pair, all of whom logged in",
  "1,000,000 login rows over 10,000 roles",
  "7,000 accounts, 140,000 pairs, 200,000 users, 1,000,000 memberships, 1,300,000 login rows",
  "1,000,000 rows",
  "10,000,000 rows",
] as const;

export type Size = (typeof SIZES)[number];

/** @param rowsTo divides the number of accounts, users, groups or logins, for tests; 1 for the size as it is named */
export function sourcesOfSize(size: Size, rowsTo = 1): RowSources {
  const few = (count: number) => Math.ceil(count / rowsTo);
  switch (size) {
    case "100 groups × the same 1,000 users in one pair":
      return made({ accounts: 1, sets: 1, users: few(1_000), groups: 100, members: few(1_000), groupsAPair: 100 });
    case "6 groups × the same 200,000 users in one pair":
      return made({ accounts: 1, sets: 1, users: few(200_000), groups: 6, members: few(200_000), groupsAPair: 6 });
    case "200,000 users in 100 groups of one pair, all of whom logged in":
      return made({
        ...{ accounts: 1, sets: 1, users: few(200_000), groups: 100, members: few(2_000), groupsAPair: 100 },
        logins: few(200_000),
      });
    case "1,000,000 login rows over 10,000 roles":
      // Half of them by users who have a grant of the role.
      return made({
        ...{ accounts: few(500), sets: 20, users: 5_000, groups: 100, members: 50, groupsAPair: 1 },
        logins: few(500) * 20 * 100,
      });
    case "7,000 accounts, 140,000 pairs, 200,000 users, 1,000,000 memberships, 1,300,000 login rows":
      // A group for each role, as large organizations have it, as far as the quota of groups goes.
      return made({
        ...{ accounts: few(7_000), sets: 20, users: few(200_000), groups: few(100_000), members: 10, groupsAPair: 1 },
        logins: few(1_300_000),
      });
    case "1,000,000 rows":
      return sourcesOf(few(200));
    case "10,000,000 rows":
      return sourcesOf(few(2_000));
  }
}

interface Shape {
  readonly accounts: number;
  /** Permission sets, each of which is provisioned to each account. */
  readonly sets: number;
  readonly users: number;
  readonly groups: number;
  readonly members: number;
  readonly groupsAPair: number;
  /** Login rows, over all pairs in turn; each pair's first of the members of its first group, then by the users after them. */
  readonly logins?: number;
}

function made({ accounts, sets, users, groups, members, groupsAPair, logins = 0 }: Shape): RowSources {
  const base = sourcesOf(1);
  const everyone: User[] = [];
  for (let index = 0; index < users; index++) {
    const name = `person.${index}@example.com`;
    const id = `906700aaaa-${String(index).padStart(8, "0")}-89ab-4cde-8f01-23456789abcd`;
    everyone.push({
      id,
      name,
      displayName: `Person ${index}`,
      email: name,
      status: "ENABLED",
      createdMs: 1.7e12 + index,
    });
  }
  const groupIds: string[] = [];
  const memberships: Record<string, Membership[]> = {};
  for (let group = 0; group < groups; group++) {
    const id = `906700aaaa-${String(group).padStart(8, "0")}-4567-4cde-8f01-23456789abcd`;
    groupIds.push(id);
    const ofGroup: Membership[] = [];
    for (let member = 0; member < members; member++) {
      // A string of its own, as each answer of AWS has.
      const userId = Buffer.from(everyone[(group * members + member) % users]!.id).toString();
      ofGroup.push({ userId, createdMs: 1.75e12 + 1000 * (group * members + member) });
    }
    memberships[id] = ofGroup;
  }
  const accountIds: string[] = [];
  for (let account = 0; account < accounts; account++) accountIds.push(String(100000000000 + account));
  const pairs: Provisioning["pairs"][number][] = [];
  const principals: Principal[][] = [];
  for (const id of accountIds) {
    for (let set = 0; set < sets; set++) {
      const ofPair: Principal[] = [];
      for (let each = 0; each < groupsAPair; each++) {
        ofPair.push(["GROUP", groupIds[(pairs.length * groupsAPair + each) % groups]!]);
      }
      principals.push(ofPair);
      pairs.push([id, set]);
    }
  }
  const lastLogins: LastLogin[] = [];
  for (let index = 0; index < logins; index++) {
    const pair = index % pairs.length;
    const user = everyone[(((pair * groupsAPair) % groups) * members + Math.floor(index / pairs.length)) % users]!;
    const [accountId, set] = pairs[pair]!;
    lastLogins.push({
      userId: user.id,
      userName: "",
      accountId,
      roleName: base.provisioning.permissionSets[set]!.name,
      firstMs: 1.79e12,
      lastConsoleMs: index % 3 === 0 ? null : 1.7946e12 + 1000 * (index % 86_400),
      lastProgrammaticMs: index % 3 === 0 ? 1.7945e12 + 1000 * (index % 86_400) : null,
      count: 1 + (index % 9),
    });
  }
  const collection: Collection = {
    ...base.collection,
    principals,
    users: everyone,
    groups: groupIds.map((id, index) => ({ id, name: `Group ${index}` })),
    memberships,
    accounts: accountIds.map((id, index) => ({ id, name: `workload-${index}`, state: "ACTIVE" })),
  };
  return {
    ...base,
    provisioning: { ...base.provisioning, pairs },
    collection,
    logins: { ...base.logins, lastLogins },
  };
}
