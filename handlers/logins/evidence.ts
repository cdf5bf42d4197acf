import type { Collection, Logins, Settings } from "../model";
import { createLoginUsers, type LoginUsers } from "./users";

/** Logins of one user to one account and role, by id and by name together; -1 for none of a kind. */
export interface JoinedLogin {
  consoleMs: number;
  programmaticMs: number;
  count: number;
}

/** Why nobody can say that a grant without a login of its own was not used: the first that applies. */
export type UnknownBecause =
  | "NOT_OBSERVED"
  | "USER_NOT_NAMED"
  | "NAME_OF_NOBODY"
  | "USER_MADE_ANEW"
  | "EVENT_NOT_UNDERSTOOD"
  | "AGE_NOT_KNOWN";

/** What the logins say of one account and role. */
export interface RoleEvidence {
  /** By the user's key. */
  readonly logins: ReadonlyMap<string, JoinedLogin> | undefined;
  /** Somebody used the role who may be any user created after this instant: -Infinity for everybody, Infinity for nobody. */
  readonly maybeCreatedAfterMs: number;
  /**
   * For a user without a login of their own; `null` where that means that there was none.
   *
   * @param key of the user: `LoginUsers.keyOf`
   * @param createdMs when the user was created; `null` where that is not known
   * @param sinceMs since when the user has the grant, as far as that is known
   */
  unknownBecause(key: string, createdMs: number | null, sinceMs: number | null): UnknownBecause | null;
}

export interface Evidence {
  readonly users: LoginUsers;
  ofRole(accountId: string, roleName: string): RoleEvidence;
}

/** What is known of a role's use beside its users' own logins. */
interface OtherUse {
  userNotNamed: boolean;
  nameOfNobody: boolean;
  /** The earliest login of an id that nobody has any more. */
  strangerMs: number;
}

/** Joins the logins of the window to roles and users, once for all grants. */
export function createEvidence(
  { identityStoreId }: Settings,
  { users: everyone }: Collection,
  logins: Logins,
): Evidence {
  const NEVER = Number.POSITIVE_INFINITY;
  const observed = logins.observed;
  const users = createLoginUsers(everyone, identityStoreId);
  const createdByKey = new Map(everyone.map(({ id, createdMs }) => [users.keyOf(id), createdMs]));
  const joined = new Map<string, Map<string, JoinedLogin>>();
  const otherUse = new Map<string, OtherUse>();
  const roleKey = (accountId: string, roleName: string) => accountId + "\n" + roleName;

  const otherUseOf = (role: string): OtherUse => {
    let use = otherUse.get(role);
    if (use === undefined) {
      use = { userNotNamed: false, nameOfNobody: false, strangerMs: NEVER };
      otherUse.set(role, use);
    }
    return use;
  };

  const add = (role: string, key: string, consoleMs: number, programmaticMs: number, count: number): void => {
    let byUser = joined.get(role);
    if (byUser === undefined) {
      byUser = new Map();
      joined.set(role, byUser);
    }
    const login = byUser.get(key);
    if (login === undefined) {
      byUser.set(key, { consoleMs, programmaticMs, count });
    } else {
      if (consoleMs > login.consoleMs) login.consoleMs = consoleMs;
      if (programmaticMs > login.programmaticMs) login.programmaticMs = programmaticMs;
      login.count += count;
    }
  };

  for (const login of logins.lastLogins) {
    const role = roleKey(login.accountId, login.roleName);
    const byName = login.userId === "";
    const keys = users.of(login);
    if (keys.length === 0) otherUseOf(role).nameOfNobody = true;
    for (const key of keys) {
      if (!users.isKnown(key)) {
        const use = otherUseOf(role);
        if (login.firstMs < use.strangerMs) use.strangerMs = login.firstMs;
      }
      // A name may have been another's before this user was created.
      const createdMs = (byName && createdByKey.get(key)) || 0;
      const seen = (ms: number | null) => (ms !== null && ms >= createdMs ? ms : -1);
      add(role, key, seen(login.lastConsoleMs), seen(login.lastProgrammaticMs), login.count);
    }
  }
  for (const { accountId, roleName } of logins.unattributed)
    otherUseOf(roleKey(accountId, roleName)).userNotNamed = true;

  // Logins that tell no role: of these users, of somebody (nobody knows who), and the earliest of an id that nobody has any more.
  const unclearUsers = new Set<string>();
  let unclearForAll = false;
  let unclearStrangerMs = NEVER;
  for (const login of logins.notUnderstood) {
    const keys = users.of(login);
    if (keys.length === 0) unclearForAll = true;
    for (const key of keys) {
      unclearUsers.add(key);
      if (!users.isKnown(key) && login.firstMs < unclearStrangerMs) unclearStrangerMs = login.firstMs;
    }
  }
  const isYoungerThan = (createdMs: number | null, ms: number) => ms < NEVER && (createdMs === null || createdMs > ms);

  return {
    users,
    ofRole(accountId, roleName) {
      const role = roleKey(accountId, roleName);
      const use = otherUse.get(role);
      const byAnybody = use !== undefined && (use.userNotNamed || use.nameOfNobody);
      return {
        logins: joined.get(role),
        maybeCreatedAfterMs: byAnybody ? Number.NEGATIVE_INFINITY : (use?.strangerMs ?? NEVER),
        unknownBecause(key, createdMs, sinceMs) {
          if (!observed) return "NOT_OBSERVED";
          if (use !== undefined) {
            if (use.userNotNamed) return "USER_NOT_NAMED";
            if (use.nameOfNobody) return "NAME_OF_NOBODY";
            if (isYoungerThan(createdMs, use.strangerMs)) return "USER_MADE_ANEW";
          }
          if (unclearForAll || unclearUsers.has(key) || isYoungerThan(createdMs, unclearStrangerMs)) {
            return "EVENT_NOT_UNDERSTOOD";
          }
          return sinceMs === null ? "AGE_NOT_KNOWN" : null;
        },
      };
    },
  };
}
