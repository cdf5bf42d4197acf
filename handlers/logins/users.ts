import type { Collection, LastLogin, Logins, User } from "../model";

/** The ids of the users whom a login counts for, as the report joins them: by id, else by name in whatever case. */
export type UsersOf = (login: LastLogin) => readonly string[];

/** @param users everyone in the Identity Store */
export function createUsersOf(users: readonly User[]): UsersOf {
  const nobody: readonly string[] = [];
  const idsByName = new Map<string, string[]>();
  for (const { id, name } of users) {
    if (name === "") continue;
    const ids = idsByName.get(name.toLowerCase());
    if (ids === undefined) idsByName.set(name.toLowerCase(), [id]);
    else ids.push(id);
  }
  return ({ userId, userName }) => (userId !== "" ? [userId] : (idsByName.get(userName.toLowerCase()) ?? nobody));
}

/**
 * The logins, not observed if all of them are strangers': whoever reads users in a form that the events no longer have sees nobody log
 * in, as everybody did who joined on the user name when AWS took it out of the events in July 2025. Known is who is in the Identity
 * Store or has a grant.
 */
export function withKnownUsers(logins: Logins, { users, principals, memberships }: Collection): Logins {
  if (!logins.observed) return logins;
  const seen = new Set<string>();
  const usersOf = createUsersOf(users);
  for (const login of logins.lastLogins) for (const id of usersOf(login)) seen.add(id);
  const isSomebodySeen =
    users.some(({ id }) => seen.has(id)) ||
    principals.some((ofPair) => ofPair.some(([type, id]) => type === "USER" && seen.has(id))) ||
    Object.values(memberships).some((members) => members.some(({ userId }) => seen.has(userId)));
  if (isSomebodySeen) return logins;
  const reason = "none of the logins in the window is of anyone in the Identity Store or with a grant";
  return { ...logins, observed: false, reason };
}
