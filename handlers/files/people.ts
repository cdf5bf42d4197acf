import type { RowSources } from "./rows";

/** How many people have a grant, and how many an administrator's. */
export interface PeopleCounts {
  /** Users that exist and have a grant, disabled ones included. */
  readonly people: number;
  /** Those of them with a grant of a permission set that counts as administrator. */
  readonly administrators: number;
}

/** Counts people by assignments and memberships, without a look at the rows. */
export function countPeople({ provisioning, collection }: RowSources): PeopleCounts {
  const groups = new Set<string>();
  const administratorGroups = new Set<string>();
  const users = new Set<string>();
  const administratorUsers = new Set<string>();
  provisioning.pairs.forEach(([, permissionSet], index) => {
    const isAdministrator = provisioning.permissionSets[permissionSet]!.administrator;
    for (const [type, id] of collection.principals[index]!) {
      (type === "GROUP" ? groups : users).add(id);
      if (isAdministrator) (type === "GROUP" ? administratorGroups : administratorUsers).add(id);
    }
  });
  // Whether such a role is an administrator's cannot be seen from here.
  for (const { principals } of collection.entitlements.roles) {
    for (const [type, id] of principals) (type === "GROUP" ? groups : users).add(id);
  }
  const existing = new Set(collection.users.map(({ id }) => id));
  const count = (direct: Set<string>, through: Set<string>): number => {
    for (const group of through) for (const { userId } of collection.memberships[group] ?? []) direct.add(userId);
    let found = 0;
    for (const id of direct) if (existing.has(id)) found += 1;
    return found;
  };
  return { people: count(users, groups), administrators: count(administratorUsers, administratorGroups) };
}
