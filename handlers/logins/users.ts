import type { LastLogin, User } from "../model";

/** Whom logins count for. */
export interface LoginUsers {
  /** What the forms of one user's id have in common: AWS writes them with and without the store's own ten digits in front. */
  keyOf(userId: string): string;
  /** The keys of the users whom a login counts for: by id, else by name. Empty where nobody has the name. */
  of(login: Pick<LastLogin, "userId" | "userName" | "lastConsoleMs" | "lastProgrammaticMs">): readonly string[];
  /** Whether the Identity Store knows this key. */
  isKnown(key: string): boolean;
}

/**
 * Names are compared in whatever case and in one Unicode form, and only with those of users who were there at the time: a name is
 * given anew once its user is gone.
 *
 * @param users everyone in the Identity Store
 * @param identityStoreId `d-` and ten digits, which AWS puts in front of its users' ids, or of another form
 */
export function createLoginUsers(users: readonly User[], identityStoreId: string): LoginUsers {
  const { max } = Math;
  const prefix = /^d-[0-9a-f]{10}$/.test(identityStoreId) ? `${identityStoreId.slice(2)}-` : "";
  const length = prefix.length;
  // A store whose id is a UUID has no digits of its own: whatever ten stand before a user's UUID are not the user's.
  const ANY_PREFIX = /^[0-9a-f]{10}-(?=[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$)/;
  const nobody: readonly string[] = [];
  const known = new Set<string>();
  const byName = new Map<string, User[]>();
  const keyOf = (id: string) =>
    length === 0 ? id.replace(ANY_PREFIX, "") : id.startsWith(prefix) ? id.slice(length) : id;
  const nameKey = (name: string) => name.normalize("NFC").toLowerCase();

  for (const user of users) {
    known.add(keyOf(user.id));
    if (user.name === "") continue;
    const named = byName.get(nameKey(user.name));
    if (named === undefined) byName.set(nameKey(user.name), [user]);
    else named.push(user);
  }
  return {
    keyOf,
    of({ userId, userName, lastConsoleMs, lastProgrammaticMs }) {
      if (userId !== "") return [keyOf(userId)];
      const named = byName.get(nameKey(userName));
      if (named === undefined) return nobody;
      const lastMs = max(lastConsoleMs ?? 0, lastProgrammaticMs ?? 0);
      return named.filter(({ createdMs }) => createdMs === null || createdMs <= lastMs).map(({ id }) => keyOf(id));
    },
    isKnown: (key) => known.has(key),
  };
}
