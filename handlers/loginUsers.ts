import type { LastLogin, User } from "./model";

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
