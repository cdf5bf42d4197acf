import type { Collection, Logins, Settings } from "../model";
import { type AssignedTo, createAssignedTo } from "./assigned";
import { type EndedAssignment, findEndedAssignments } from "./endedAssignments";
import { createLoginUsers, type LoginUsers } from "./users";

/**
 * Logins of one user to one account and role each, by id and by name together: column by column, since there may be more than a million,
 * and an object for each takes four times as much memory.
 */
export interface JoinedLogins {
  /** Milliseconds since 1970; -1 for none of a kind. */
  readonly consoleMs: readonly number[];
  readonly programmaticMs: readonly number[];
  readonly count: readonly number[];
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
  /** By the user's key: the place of their logins in `Evidence.logins`. */
  readonly logins: ReadonlyMap<string, number> | undefined;
  /** Somebody used the role who may be any user created after this instant: -Infinity for everybody, Infinity for nobody. */
  readonly maybeCreatedAfterMs: number;
  /**
   * For a user without a login of their own; `null` where that means that there was none.
   *
   * @param key of the user: `LoginUsers.keyOf`
   * @param createdMs when the user was created; `null` where that is not known
   * @param sinceMs since when the user has the grant at the earliest; `null` where that is not known
   */
  unknownBecause(key: string, createdMs: number | null, sinceMs: number | null): UnknownBecause | null;
}

export interface Evidence {
  readonly users: LoginUsers;
  readonly logins: JoinedLogins;
  /** By account, role and the user's key: the place of their logins in `logins`. */
  readonly places: ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, number>>>;
  ofRole(accountId: string, roleName: string): RoleEvidence;
  /** What the events tell of an assignment: asked once a way, not once a row. */
  readonly assignedTo: AssignedTo;
  /** Each time that an assignment was made and ended in the window, whether it is there now or not. */
  readonly endedAssignments: readonly EndedAssignment[];
}

/** What is known of a role's use beside its users' own logins. */
interface OtherUse {
  userNotNamed: boolean;
  nameOfNobody: boolean;
  /** The earliest login of an id that nobody has any more. */
  strangerMs: number;
}

/** Joins the logins of the window to accounts, users and roles, once for all that asks for them. */
export function createEvidence(
  { identityStoreId, now }: Settings,
  { users: everyone, readAgain }: Collection,
  logins: Logins,
): Evidence {
  const NEVER = Number.POSITIVE_INFINITY;
  const { max } = Math;
  const observed = logins.observed;
  const nowMs = Date.parse(now);
  const users = createLoginUsers(everyone, identityStoreId);
  const consoleMs: number[] = [];
  const programmaticMs: number[] = [];
  const counts: number[] = [];
  const places = new Map<string, Map<string, Map<string, number>>>();
  const otherUse = new Map<string, Map<string, OtherUse>>();

  const otherUseOf = (accountId: string, roleName: string): OtherUse => {
    const ofAccount = otherUse.get(accountId) ?? new Map<string, OtherUse>();
    otherUse.set(accountId, ofAccount);
    const use = ofAccount.get(roleName) ?? { userNotNamed: false, nameOfNobody: false, strangerMs: NEVER };
    ofAccount.set(roleName, use);
    return use;
  };

  /** The place of the user's logins to the role, made where there is none yet. */
  const placeOf = (accountId: string, roleName: string, key: string): number => {
    let ofAccount = places.get(accountId);
    if (ofAccount === undefined) {
      ofAccount = new Map();
      places.set(accountId, ofAccount);
    }
    let ofRole = ofAccount.get(roleName);
    if (ofRole === undefined) {
      ofRole = new Map();
      ofAccount.set(roleName, ofRole);
    }
    let place = ofRole.get(key);
    if (place === undefined) {
      place = counts.push(0) - 1;
      consoleMs.push(-1);
      programmaticMs.push(-1);
      ofRole.set(key, place);
    }
    return place;
  };

  for (const login of logins.lastLogins) {
    const { accountId, roleName } = login;
    const byName = login.userId === "";
    const keys = users.of(login);
    if (keys.length === 0) otherUseOf(accountId, roleName).nameOfNobody = true;
    for (const key of keys) {
      if (!users.isKnown(key)) {
        const use = otherUseOf(accountId, roleName);
        if (login.firstMs < use.strangerMs) use.strangerMs = login.firstMs;
      }
      // A name may have been another's before this user was created.
      const createdMs = (byName && users.createdMsOf(key)) || 0;
      const seen = (ms: number | null) => (ms !== null && ms >= createdMs ? ms : -1);
      const place = placeOf(accountId, roleName, key);
      consoleMs[place] = max(consoleMs[place]!, seen(login.lastConsoleMs));
      programmaticMs[place] = max(programmaticMs[place]!, seen(login.lastProgrammaticMs));
      counts[place]! += login.count;
    }
  }
  for (const { accountId, roleName } of logins.unattributed) otherUseOf(accountId, roleName).userNotNamed = true;

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
    logins: { consoleMs, programmaticMs, count: counts },
    places,
    assignedTo: createAssignedTo(logins.assignments, users.keyOf, max(nowMs, Date.parse(readAgain?.to ?? now))),
    // What ended since is the next report's, which begins at this one's present.
    endedAssignments: findEndedAssignments(logins.assignments, users.keyOf, nowMs),
    ofRole(accountId, roleName) {
      const use = otherUse.get(accountId)?.get(roleName);
      const byAnybody = use !== undefined && (use.userNotNamed || use.nameOfNobody);
      return {
        logins: places.get(accountId)?.get(roleName),
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
