import { createLoginUsers } from "../logins/logins";
import type { LastLogin, User } from "../model";
import type { Row } from "./columns";
import { createCsvWriter } from "./csv/csv";
import { UNEXPLAINED_LOGINS_FILE } from "./names";
import type { RowSources } from "./rows";

/** Why no grant explains a login: the first that applies. */
export type UnexplainedReason =
  | "NOT_UNDERSTOOD"
  | "NO_USER_NAMED"
  | "USER_NOT_IN_IDENTITY_STORE"
  | "ACCOUNT_NOT_IN_ORGANIZATION"
  | "PERMISSION_SET_NOT_FOUND"
  | "ACCOUNT_NOT_ASSIGNED"
  | "ROLE_NOT_ASSIGNED";

export const UNEXPLAINED_LOGIN_COLUMNS = [
  "account",
  "AccountName",
  "PermissionSetName",
  "Username",
  "UserId",
  "UserDisplayName",
  "LastLogin",
  "LastConsoleLogin",
  "LastProgrammaticLogin",
  "LoginsInWindow",
  "Reason",
] as const;

/** The logins of one user to one account and role, and what the report said of them. */
interface Unexplained {
  readonly accountId: string;
  readonly roleName: string;
  userId: string;
  userName: string;
  readonly user: User | undefined;
  readonly inIdentityStore: boolean;
  /** Whether account and role have forms that are known. */
  readonly understood: boolean;
  consoleMs: number;
  programmaticMs: number;
  count: number;
  explained: boolean;
  inAccount: boolean;
}

/**
 * `unexplained_logins.csv`: the logins of the window that no grant of the report explains, one line for each user, account and
 * role. `null` where the login source was not read: an empty file would say that there are none.
 *
 * A login by a name that several users have counts, as in the report, for each of them: a grant of any explains it.
 */
export function createUnexplainedLogins({ settings, provisioning, collection, logins }: RowSources) {
  const writer = createCsvWriter(UNEXPLAINED_LOGIN_COLUMNS);
  const loginUsers = createLoginUsers(collection.users, settings.identityStoreId);
  const { keyOf } = loginUsers;
  /** Those whose key no other has: by it alone the user is told. */
  const users = new Map<string, User | undefined>();
  for (const user of collection.users) users.set(keyOf(user.id), users.has(keyOf(user.id)) ? undefined : user);
  const accounts =
    collection.accounts === null ? null : new Map(collection.accounts.map((account) => [account.id, account]));
  const roleNames = new Set(provisioning.permissionSets.map((set) => set.name));
  const all = new Map<string, Unexplained>();
  /** Account id → user id → that user's logins to the account. */
  const byAccount = new Map<string, Map<string, Unexplained[]>>();
  const { floor, max } = Math;
  const LocalDate = Date;
  let count = 0;
  if (logins.source !== "read") return null;

  const toInstant = (ms: number) =>
    ms < 0 ? "" : `${new LocalDate(floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;

  const index = (unexplained: Unexplained, keys: readonly string[]): void => {
    let ofAccount = byAccount.get(unexplained.accountId);
    if (ofAccount === undefined) {
      ofAccount = new Map();
      byAccount.set(unexplained.accountId, ofAccount);
    }
    for (const key of keys) {
      const ofUser = ofAccount.get(key);
      if (ofUser === undefined) ofAccount.set(key, [unexplained]);
      else ofUser.push(unexplained);
    }
  };

  const nothing = { consoleMs: -1, programmaticMs: -1, count: 0, explained: false, inAccount: false };

  const addUnattributed = (): void => {
    const nobody = { userId: "", userName: "", user: undefined, inIdentityStore: false, understood: true };
    for (const login of logins.unattributed) {
      all.set([login.accountId, login.roleName, "", ""].join("\n"), { ...nothing, ...login, ...nobody });
    }
  };

  const addLogins = (ofUsers: readonly LastLogin[], understood: boolean): void => {
    for (const login of ofUsers) {
      const { accountId, roleName } = login;
      const keys = loginUsers.of(login);
      const user = keys.length === 1 ? users.get(keys[0]!) : undefined;
      const userId = user?.id ?? login.userId;
      const userName = user?.name ?? login.userName;
      const who = keys.length === 1 ? keys[0]! : `name ${userName.normalize("NFC").toLowerCase()}`;
      const key = [understood, accountId, roleName, who].join("\n");
      let known = all.get(key);
      if (known === undefined) {
        const inIdentityStore = keys.some(loginUsers.isKnown);
        known = { accountId, roleName, userId, userName, user, inIdentityStore, understood, ...nothing };
        all.set(key, known);
        if (understood) index(known, keys);
      }
      // Of several spellings, always the same one: the query's answer has no order.
      if (userName < known.userName) known.userName = userName;
      if (userId < known.userId) known.userId = userId;
      known.consoleMs = max(known.consoleMs, login.lastConsoleMs ?? -1);
      known.programmaticMs = max(known.programmaticMs, login.lastProgrammaticMs ?? -1);
      known.count += login.count;
    }
  };

  const reasonOf = (login: Unexplained): UnexplainedReason => {
    const { accountId, roleName, inIdentityStore, inAccount } = login;
    if (!login.understood) return "NOT_UNDERSTOOD";
    if (login.userId === "" && login.userName === "") return "NO_USER_NAMED";
    if (!inIdentityStore) return "USER_NOT_IN_IDENTITY_STORE";
    if (accounts !== null && !accounts.has(accountId)) return "ACCOUNT_NOT_IN_ORGANIZATION";
    if (!roleNames.has(roleName)) return "PERMISSION_SET_NOT_FOUND";
    return inAccount ? "ROLE_NOT_ASSIGNED" : "ACCOUNT_NOT_ASSIGNED";
  };

  addLogins(logins.lastLogins, true);
  addLogins(logins.notUnderstood, false);
  addUnattributed();
  return {
    name: UNEXPLAINED_LOGINS_FILE,
    contentType: "text/csv; charset=utf-8",
    begin: () => writer.header(),
    rows(batch: readonly Row[]): string {
      let account = "";
      let ofAccount: Map<string, Unexplained[]> | undefined;
      for (const row of batch) {
        if (row.account !== account) {
          account = row.account;
          ofAccount = byAccount.get(account);
        }
        const ofUser = ofAccount && row.UserId !== "" && ofAccount.get(keyOf(row.UserId));
        if (!ofUser) continue;
        for (const login of ofUser) {
          login.inAccount = true;
          if (login.roleName === row.PermissionSetName) login.explained = true;
        }
      }
      return "";
    },
    end(): string {
      const keys = ["accountId", "roleName", "userName", "userId"] as const;
      const unexplained = [...all.values()].filter((login) => !login.explained);
      unexplained.sort((one, other) => {
        for (const key of keys) {
          if (one[key] !== other[key]) return one[key] < other[key] ? -1 : 1;
        }
        return 0;
      });
      const lines = unexplained.map((login) => ({
        account: login.accountId,
        AccountName: accounts?.get(login.accountId)?.name ?? "",
        PermissionSetName: login.roleName,
        Username: login.userName,
        UserId: login.userId,
        UserDisplayName: login.user?.displayName ?? "",
        LastLogin: toInstant(max(login.consoleMs, login.programmaticMs)),
        LastConsoleLogin: toInstant(login.consoleMs),
        LastProgrammaticLogin: toInstant(login.programmaticMs),
        LoginsInWindow: String(login.count),
        Reason: reasonOf(login),
      }));
      count = lines.length;
      return writer.lines(lines);
    },
    recordCount: () => count,
  };
}
