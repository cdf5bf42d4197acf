import type { Collection, Logins, Provisioning, Settings } from "../model";
import { createLoginUsers } from "./users";

/** Where the logins of the window went, as far as the organization knows the places. */
export interface LoginTargets {
  /** Whether some login has a user of the store, an account of the organization and a permission set's name, all three. */
  readonly someKnown: boolean;
  /** Logins in all, and those to an account or a permission set that does not exist. */
  readonly count: number;
  readonly toNowhere: number;
  /** What these name, those with the most logins first. */
  readonly nowhere: readonly string[];
}

export function loginTargets(
  { identityStoreId }: Settings,
  { permissionSets, pairs }: Provisioning,
  { users: everyone, accounts }: Collection,
  logins: Logins,
): LoginTargets {
  const roleNames = new Set(permissionSets.map(({ name }) => name));
  // Where Organizations may not be read, the accounts with a grant are known all the same.
  const accountIds = new Set(accounts === null ? pairs.map(([id]) => id) : accounts.map(({ id }) => id));
  const noAccounts = new Map<string, number>();
  const noRoles = new Map<string, number>();
  let count = 0;
  let toNowhere = 0;

  for (const ofKind of [logins.lastLogins, logins.unattributed, logins.notUnderstood]) {
    for (const login of ofKind) {
      const noAccount = accounts !== null && !accountIds.has(login.accountId);
      const noRole = !roleNames.has(login.roleName);
      count += login.count;
      if (noAccount) noAccounts.set(login.accountId, (noAccounts.get(login.accountId) ?? 0) + login.count);
      if (noRole) noRoles.set(login.roleName, (noRoles.get(login.roleName) ?? 0) + login.count);
      if (noAccount || noRole) toNowhere += login.count;
    }
  }
  const named = (kind: string, missing: ReadonlyMap<string, number>) =>
    [...missing].map(([name, times]): [string, number] => [`${kind} ${name === "" ? "(none)" : name}`, times]);
  const nowhere = [...named("account", noAccounts), ...named("permission set", noRoles)]
    .sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1))
    .map(([what]) => what);
  return {
    // Asked once a run, and takes a table of all users: nothing is made of them before.
    get someKnown() {
      const users = createLoginUsers(everyone, identityStoreId);
      return logins.lastLogins.some(
        (login) =>
          roleNames.has(login.roleName) && accountIds.has(login.accountId) && users.of(login).some(users.isKnown),
      );
    },
    count,
    toNowhere,
    nowhere,
  };
}

/**
 * The logins, not observed where none of them has a user, an account and a permission set that are all known: whoever reads a form
 * that the events no longer have sees nobody log in, as everybody did who joined on the user name when AWS took it out of the
 * events in July 2025. Whether the grant still stands does not matter.
 */
export function withKnownTargets(logins: Logins, targets: LoginTargets): Logins {
  if (!logins.observed || targets.someKnown) return logins;
  const reason =
    "none of the logins in the window has a user of the Identity Store, an account of the organization and the name of a permission set";
  return { ...logins, observed: false, reason };
}
