import type { Evidence } from "../logins/logins";
import type { LastLogin, UnattributedLogin, User } from "../model";
import type { Row } from "./columns";
import { createCsvWriter } from "./csv/csv";
import { UNEXPLAINED_LOGINS_FILE } from "./names";
import { evidenceOf, type RowSources } from "./rows";

/** Why no grant explains a login: the first that applies. */
export type UnexplainedReason =
  | "NOT_UNDERSTOOD"
  | "NO_USER_NAMED"
  | "USER_NOT_IN_IDENTITY_STORE"
  | "ACCOUNT_NOT_IN_ORGANIZATION"
  | "ROLE_OF_ENTITLEMENT"
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

/** The logins of one user to one account and role that no grant explains. */
interface Unexplained {
  userId: string;
  userName: string;
  readonly user: User | undefined;
  consoleMs: number;
  programmaticMs: number;
  count: number;
  readonly reason: UnexplainedReason;
}

/**
 * `unexplained_logins.csv`: the logins of the window that no grant of the report explains, one line for each user, account and
 * role. `null` where the login source was not read: an empty file would say that there are none.
 *
 * A login by a name that several users have counts, as in the report, for each of them: a grant of any explains it.
 */
export function createUnexplainedLogins(sources: RowSources, evidence: Evidence = evidenceOf(sources)) {
  const { provisioning, collection, logins } = sources;
  const LINES_A_PIECE = 2_000;
  const writer = createCsvWriter(UNEXPLAINED_LOGIN_COLUMNS);
  const { users, places } = evidence;
  const { keyOf } = users;
  const accounts =
    collection.accounts === null ? null : new Map(collection.accounts.map((account) => [account.id, account]));
  const roleNames = new Set(provisioning.permissionSets.map((set) => set.name));
  /** Of the roles that account access manager gives: account and name. */
  const givenRoles = new Set(
    collection.entitlements.roles.map(
      ({ accountId, roleArn }) => `${accountId} ${roleArn.slice(roleArn.lastIndexOf("/") + 1)}`,
    ),
  );
  const { floor, max } = Math;
  const LocalDate = Date;
  let count = 0;
  if (logins.source !== "read") return null;

  /** For each of the evidence's logins, whether its user has a grant of the role, and of the account. */
  const granted = new Uint8Array(evidence.logins.count.length);
  const inAccount = new Uint8Array(granted.length);
  /** The account that goes by, and its users, where there are logins to it. */
  let account = "";
  let ofAccount: ReadonlyMap<string, ReadonlyMap<string, number>> | undefined;
  let roleName = "";
  let ofRole: ReadonlyMap<string, number> | undefined;
  const seen = new Set<string>();

  const finishAccount = (): void => {
    for (const ofEach of ofAccount?.values() ?? []) {
      for (const [key, place] of ofEach) if (seen.has(key)) inAccount[place] = 1;
    }
    seen.clear();
  };

  const toInstant = (ms: number) =>
    ms < 0 ? "" : `${new LocalDate(floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;

  const reasonOf = (login: LastLogin, keys: readonly string[]): UnexplainedReason => {
    if (login.userId === "" && login.userName === "") return "NO_USER_NAMED";
    if (!keys.some(users.isKnown)) return "USER_NOT_IN_IDENTITY_STORE";
    if (accounts !== null && !accounts.has(login.accountId)) return "ACCOUNT_NOT_IN_ORGANIZATION";
    if (!roleNames.has(login.roleName)) {
      return givenRoles.has(`${login.accountId} ${login.roleName}`)
        ? "ROLE_OF_ENTITLEMENT"
        : "PERMISSION_SET_NOT_FOUND";
    }
    const own = places.get(login.accountId)?.get(login.roleName);
    return keys.some((key) => inAccount[own?.get(key) ?? -1] === 1) ? "ROLE_NOT_ASSIGNED" : "ACCOUNT_NOT_ASSIGNED";
  };

  /** By account and role, both in order, the logins that no grant explains: those that are understood, the others, those of nobody. */
  const byRole = (): [account: string, [role: string, RoleLogins][]][] => {
    const found = new Map<string, Map<string, RoleLogins>>();
    const of = (accountId: string, role: string): RoleLogins => {
      const inFound = found.get(accountId) ?? new Map<string, RoleLogins>();
      found.set(accountId, inFound);
      const roleLogins = inFound.get(role) ?? { understood: [], notUnderstood: [], unattributed: null };
      inFound.set(role, roleLogins);
      return roleLogins;
    };
    for (const login of logins.lastLogins) {
      const own = places.get(login.accountId)?.get(login.roleName);
      if (users.of(login).some((key) => granted[own?.get(key) ?? -1] === 1)) continue;
      of(login.accountId, login.roleName).understood.push(login);
    }
    for (const login of logins.notUnderstood) of(login.accountId, login.roleName).notUnderstood.push(login);
    for (const login of logins.unattributed) of(login.accountId, login.roleName).unattributed = login;
    const inOrder = <Value>(map: Map<string, Value>) => [...map].sort(([one], [other]) => (one < other ? -1 : 1));
    return inOrder(found).map(([accountId, roles]) => [accountId, inOrder(roles)]);
  };

  /** One for each user, in order. */
  const unexplainedIn = ({ understood, notUnderstood, unattributed }: RoleLogins): Unexplained[] => {
    const all: Unexplained[] = [];
    const add = (ofUsers: readonly LastLogin[], isUnderstood: boolean): void => {
      const known = new Map<string, Unexplained>();
      for (const login of ofUsers) {
        const keys = users.of(login);
        const user = keys.length === 1 ? users.onlyUserOf(keys[0]!) : undefined;
        const userId = user?.id ?? login.userId;
        const userName = user?.name ?? login.userName;
        const who = keys.length === 1 ? keys[0]! : `name ${userName.normalize("NFC").toLowerCase()}`;
        let unexplained = known.get(who);
        if (unexplained === undefined) {
          const reason = isUnderstood ? reasonOf(login, keys) : "NOT_UNDERSTOOD";
          unexplained = { userId, userName, user, consoleMs: -1, programmaticMs: -1, count: 0, reason };
          known.set(who, unexplained);
          all.push(unexplained);
        }
        // Of several spellings, always the same one: the query's answer has no order.
        if (userName < unexplained.userName) unexplained.userName = userName;
        if (userId < unexplained.userId) unexplained.userId = userId;
        unexplained.consoleMs = max(unexplained.consoleMs, login.lastConsoleMs ?? -1);
        unexplained.programmaticMs = max(unexplained.programmaticMs, login.lastProgrammaticMs ?? -1);
        unexplained.count += login.count;
      }
    };
    add(understood, true);
    add(notUnderstood, false);
    if (unattributed !== null) {
      const nobody = { userId: "", userName: "", user: undefined, consoleMs: -1, programmaticMs: -1 };
      all.push({ ...nobody, count: unattributed.count, reason: "NO_USER_NAMED" });
    }
    return all.sort((one, other) => {
      if (one.userName !== other.userName) return one.userName < other.userName ? -1 : 1;
      return one.userId < other.userId ? -1 : one.userId > other.userId ? 1 : 0;
    });
  };

  return {
    name: UNEXPLAINED_LOGINS_FILE,
    contentType: "text/csv; charset=utf-8",
    begin: () => writer.header(),
    rows(batch: readonly Row[]): string {
      for (const row of batch) {
        if (row.account !== account) {
          finishAccount();
          account = row.account;
          ofAccount = places.get(account);
          roleName = row.PermissionSetName;
          ofRole = ofAccount?.get(roleName);
        }
        if (ofAccount === undefined || row.UserId === "") continue;
        if (row.PermissionSetName !== roleName) {
          roleName = row.PermissionSetName;
          ofRole = ofAccount.get(roleName);
        }
        const key = keyOf(row.UserId);
        seen.add(key);
        const place = ofRole?.get(key);
        if (place !== undefined) granted[place] = 1;
      }
      return "";
    },
    *end(): Generator<string, void, undefined> {
      finishAccount();
      let lines: Record<(typeof UNEXPLAINED_LOGIN_COLUMNS)[number], string>[] = [];
      for (const [accountId, roles] of byRole()) {
        for (const [role, ofEach] of roles) {
          for (const login of unexplainedIn(ofEach)) {
            lines.push({
              account: accountId,
              AccountName: accounts?.get(accountId)?.name ?? "",
              PermissionSetName: role,
              Username: login.userName,
              UserId: login.userId,
              UserDisplayName: login.user?.displayName ?? "",
              LastLogin: toInstant(max(login.consoleMs, login.programmaticMs)),
              LastConsoleLogin: toInstant(login.consoleMs),
              LastProgrammaticLogin: toInstant(login.programmaticMs),
              LoginsInWindow: String(login.count),
              Reason: login.reason,
            });
            if (lines.length < LINES_A_PIECE) continue;
            count += lines.length;
            yield writer.lines(lines);
            lines = [];
          }
        }
      }
      count += lines.length;
      yield writer.lines(lines);
    },
    recordCount: () => count,
  };
}

/** The logins to one account and role that no grant explains. */
interface RoleLogins {
  readonly understood: LastLogin[];
  readonly notUnderstood: LastLogin[];
  unattributed: UnattributedLogin | null;
}
