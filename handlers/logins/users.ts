import type { LastLogin, User } from "../model";

/** A user of the Identity Store, with their key. */
export interface KnownUser {
  readonly user: User;
  readonly key: string;
}

/** Whom logins count for. */
export interface LoginUsers {
  /** The users of the Identity Store by their ids. */
  readonly byId: ReadonlyMap<string, KnownUser>;
  /** What the forms of one user's id have in common: AWS writes them with and without the store's own ten digits in front. */
  keyOf(userId: string): string;
  /** The keys of the users whom a login counts for: by id, else by name. Empty where nobody has the name. */
  of(login: Pick<LastLogin, "userId" | "userName" | "lastConsoleMs" | "lastProgrammaticMs">): readonly string[];
  /** Whether the Identity Store knows this key. */
  isKnown(key: string): boolean;
  /** When the user with this key was created; `null` where that is not known, or nobody has the key. */
  createdMsOf(key: string): number | null;
  /** The user with this key, where no other has it: by it alone the user is told. */
  onlyUserOf(key: string): User | undefined;
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
  const byId = new Map<string, KnownUser>();
  const byKey = new Map<string, KnownUser>();
  /** Keys that several users have. */
  const shared = new Set<string>();
  /** Made when the first login comes that has a name only, which few have. */
  let byName: Map<string, KnownUser[]> | null = null;
  const keyIn = (id: string) =>
    length === 0 ? id.replace(ANY_PREFIX, "") : id.startsWith(prefix) ? id.slice(length) : id;
  /** A known user's key is always the same string: to make it anew takes memory for each login and row, and time to find it in a map. */
  const keyOf = (id: string) => byId.get(id)?.key ?? keyIn(id);
  const nameKey = (name: string) => name.normalize("NFC").toLowerCase();

  for (const user of users) {
    const key = keyIn(user.id);
    const before = byKey.get(key);
    if (before !== undefined) shared.add(key);
    const known = { user, key: before?.key ?? key };
    byId.set(user.id, known);
    byKey.set(known.key, known);
  }

  const named = (name: string): readonly KnownUser[] | undefined => {
    if (byName === null) {
      byName = new Map();
      for (const { id, name: own } of users) {
        if (own === "") continue;
        const others = byName.get(nameKey(own));
        if (others === undefined) byName.set(nameKey(own), [byId.get(id)!]);
        else others.push(byId.get(id)!);
      }
    }
    return byName.get(nameKey(name));
  };

  return {
    byId,
    keyOf,
    of({ userId, userName, lastConsoleMs, lastProgrammaticMs }) {
      if (userId !== "") return [keyOf(userId)];
      const lastMs = max(lastConsoleMs ?? 0, lastProgrammaticMs ?? 0);
      const then = named(userName)?.filter(({ user }) => user.createdMs === null || user.createdMs <= lastMs);
      return then?.map(({ key }) => key) ?? nobody;
    },
    isKnown: (key) => byKey.has(key),
    createdMsOf: (key) => byKey.get(key)?.user.createdMs ?? null,
    onlyUserOf: (key) => (shared.has(key) ? undefined : byKey.get(key)?.user),
  };
}
