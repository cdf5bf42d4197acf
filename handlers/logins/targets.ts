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
  const users = createLoginUsers(everyone, identityStoreId);
  const roleNames = new Set(permissionSets.map(({ name }) => name));
  // Where Organizations may not be read, the accounts with a grant are known all the same.
  const accountIds = new Set(accounts === null ? pairs.map(([id]) => id) : accounts.map(({ id }) => id));
  const missing = new Map<string, number>();
  let someKnown = false;
  let count = 0;
  let toNowhere = 0;

  const named = (kind: string, name: string) => `${kind} ${name === "" ? "(none)" : name}`;
  const see = (login: { accountId: string; roleName: string; count: number }): boolean => {
    count += login.count;
    const account = accounts === null || accountIds.has(login.accountId) ? "" : named("account", login.accountId);
    const role = roleNames.has(login.roleName) ? "" : named("permission set", login.roleName);
    if (account === "" && role === "") return accountIds.has(login.accountId);
    toNowhere += login.count;
    for (const what of [account, role]) if (what !== "") missing.set(what, (missing.get(what) ?? 0) + login.count);
    return false;
  };
  for (const login of logins.lastLogins) {
    if (see(login) && !someKnown) someKnown = users.of(login).some(users.isKnown);
  }
  for (const login of logins.unattributed) see(login);
  for (const login of logins.notUnderstood) see(login);
  const nowhere = [...missing].sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1)).map(([what]) => what);
  return { someKnown, count, toNowhere, nowhere };
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
