import type { LastLogin, NotUnderstoodLogin, UnattributedLogin } from "../model";
import type { LoginPart } from "./source";

/** Logins of one user to one account and role as a source's events name them: texts are empty where the event has none. */
export interface NamedLogins {
  /** `userIdentity.onBehalfOf.userId` */
  readonly userId: string;
  /** `userIdentity.principalId`, where there is no user id: in old events it may be the user's id. */
  readonly principalId: string;
  /** `userIdentity.userName`, where there is no user id. */
  readonly userName: string;
  readonly accountId: string;
  readonly roleName: string;
  /** The earliest of all, and the latest of each kind; milliseconds since 1970. */
  readonly firstMs: number;
  readonly lastConsoleMs: number | null;
  readonly lastProgrammaticMs: number | null;
  readonly count: number;
}

/**
 * What the logins that a source has read are evidence of. One that names its account or its role in no form that is known
 * is evidence of use all the same, though not of which.
 */
export function partOf(read: readonly NamedLogins[]): Pick<LoginPart, "lastLogins" | "unattributed" | "notUnderstood"> {
  const USER_ID = /^([0-9a-f]{10}-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
  const ACCOUNT_ID = /^\d{12}$/;
  // A permission set's name, not that of its role (`AWSReservedSSO_<name>_<16 digits>`), of whatever length.
  const PERMISSION_SET_NAME = /^(?!AWSReservedSSO_)[\w+=,.@-]{1,32}$/;
  const lastLogins: LastLogin[] = [];
  const unattributed: UnattributedLogin[] = [];
  const notUnderstood: NotUnderstoodLogin[] = [];
  const texts = new Map<string, string>();
  /** One string for all that are equal: each row of an answer has its own, and there may be more than a million rows. */
  const one = (text: string): string => {
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return known ?? text;
  };
  for (const named of read) {
    const { principalId, count, firstMs, lastConsoleMs, lastProgrammaticMs } = named;
    const userId = one(named.userId === "" && USER_ID.test(principalId) ? principalId : named.userId);
    const userName = userId === "" ? one(named.userName) : "";
    const accountId = one(named.accountId);
    const roleName = one(named.roleName);
    const login = { userId, userName, accountId, roleName, firstMs, lastConsoleMs, lastProgrammaticMs, count };
    if (!ACCOUNT_ID.test(accountId) || !PERMISSION_SET_NAME.test(roleName)) {
      notUnderstood.push(login);
    } else if (userId === "" && userName === "") {
      unattributed.push({ accountId, roleName, count });
    } else {
      lastLogins.push(login);
    }
  }
  return { lastLogins, unattributed, notUnderstood };
}
