/**
 * The oracle: the report once more, as naively as it can be written. For every row it reads every record again.
 * It is written from the contract alone and shares nothing with `handlers/`: where the two differ, one of them is wrong.
 */
import type { GroupMembership, LoginEvent, Organisation, User } from "./organisation";

export interface OracleOptions {
  /** Days, 1–3653. */
  lookbackDays: number;
  /** Days, 0–365. */
  newAccessDays: number;
  /** The login source is left out. */
  noLogins?: boolean;
  /** Organizations may not be read. */
  organizationsDenied?: boolean;
}

export const COLUMNS = [
  "account",
  "PermissionSetArn",
  "PermissionSetName",
  "PermissionSetDescription",
  "Type",
  "GroupId",
  "GroupName",
  "Username",
  "UserId",
  "LastLogin",
  "AccountName",
  "AccountState",
  "UserDisplayName",
  "UserEmail",
  "UserStatus",
  "RowStatus",
  "MemberSince",
  "LastConsoleLogin",
  "LastProgrammaticLogin",
  "DaysSinceLastLogin",
  "LoginsInWindow",
  "Usage",
] as const;

const SORTED_BY = [
  "account",
  "PermissionSetName",
  "PermissionSetArn",
  "Type",
  "GroupName",
  "GroupId",
  "Username",
  "UserId",
] as const;

export type Row = Record<(typeof COLUMNS)[number], string>;

export interface OracleReport {
  /** Sorted; the values as they are, without what the CSV adds for spreadsheets. */
  rows: Row[];
  csv: string;
  status: "succeeded" | "degraded";
}

const DAY = 86_400_000;

/**
 * The report of one organisation.
 *
 * @example oracleReport(organisation, { lookbackDays: 90, newAccessDays: 14 }).rows[0].Usage
 */
export function oracleReport(organisation: Organisation, options: OracleOptions): OracleReport {
  const now = Math.floor(Date.parse(organisation.Now) / 1000) * 1000;
  const windowStart = now - options.lookbackDays * DAY;

  // What the login source can tell.
  const store = organisation.EventDataStore;
  const logins: LoginEvent[] = [];
  const loginsOfNobody: LoginEvent[] = [];
  let fullyObserved = false;
  if (!options.noLogins && store !== undefined && store.Status === "ENABLED") {
    for (const event of organisation.Records) {
      if (!isRoleLogin(event, windowStart, now)) continue;
      if (event.userIdentity?.onBehalfOf?.userId || event.userIdentity?.userName) logins.push(event);
      else loginsOfNobody.push(event);
    }
    const oldEnough = Date.parse(store.CreatedTimestamp) <= windowStart;
    const keepsEnough = store.RetentionPeriod >= options.lookbackDays;
    const ofSomebodyKnown = logins.some((event) =>
      knownUsers(organisation).some(({ id, user }) => isBy(event, id, user)),
    );
    const alwaysAlike = store.UpdatedTimestamp === undefined || Date.parse(store.UpdatedTimestamp) <= windowStart;
    const everywhere = store.MultiRegionEnabled !== false;
    fullyObserved = oldEnough && keepsEnough && alwaysAlike && everywhere && ofSomebodyKnown;
  }

  const rows: Row[] = [];
  for (const set of organisation.PermissionSets) {
    for (const assignment of organisation.AccountAssignments) {
      if (assignment.PermissionSetArn !== set.PermissionSetArn) continue;

      const blank = {} as Row;
      for (const column of COLUMNS) blank[column] = "";
      blank.account = assignment.AccountId;
      blank.PermissionSetArn = set.PermissionSetArn;
      blank.PermissionSetName = set.Name;
      blank.PermissionSetDescription = set.Description || "DESCRIPTION NOT SET";
      blank.Type = assignment.PrincipalType;

      // The account, and what it makes of a row that has no graver fault.
      let accountStatus = "";
      const account = organisation.Accounts.find((known) => known.Id === assignment.AccountId);
      if (options.organizationsDenied) {
        blank.AccountState = "UNKNOWN";
      } else if (account === undefined) {
        accountStatus = "ACCOUNT_NOT_IN_ORGANIZATION";
      } else {
        blank.AccountName = account.Name ?? "";
        blank.AccountState = account.State ?? "UNKNOWN";
        if (account.State !== undefined && account.State !== "ACTIVE") accountStatus = "ACCOUNT_NOT_ACTIVE";
      }

      if (assignment.PrincipalType === "USER") {
        rows.push(userRow({ ...blank, GroupName: "NOGROUP" }, assignment.PrincipalId, undefined, accountStatus));
        continue;
      }

      const group = organisation.Groups.find((known) => known.GroupId === assignment.PrincipalId);
      blank.GroupId = assignment.PrincipalId;
      if (group === undefined) {
        rows.push({ ...blank, RowStatus: "GROUP_NOT_FOUND" });
        continue;
      }
      blank.GroupName = group.DisplayName ?? "";
      const memberships = organisation.GroupMemberships.filter((known) => known.GroupId === group.GroupId);
      for (const membership of memberships) {
        rows.push(userRow(blank, membership.MemberId.UserId, membership, accountStatus));
      }
      if (memberships.length === 0) rows.push({ ...blank, RowStatus: "EMPTY_GROUP" });
    }
  }

  rows.sort((one, other) => {
    for (const column of SORTED_BY) {
      if (one[column] < other[column]) return -1;
      if (one[column] > other[column]) return 1;
    }
    return 0;
  });

  let csv = `${COLUMNS.join(",")}\r\n`;
  for (const row of rows) {
    csv += `${COLUMNS.map((column) => cell(row[column])).join(",")}\r\n`;
  }

  return { rows, csv, status: fullyObserved && !options.organizationsDenied ? "succeeded" : "degraded" };

  /** Whether somebody, and nobody knows who, logged in to this account with this role. */
  function somebodyUsed(account: string, role: string): boolean {
    return loginsOfNobody.some(
      (event) => event.serviceEventDetails?.account_id === account && event.serviceEventDetails.role_name === role,
    );
  }

  function userRow(begun: Row, userId: string, membership: GroupMembership | undefined, accountStatus: string): Row {
    const row = { ...begun };
    const user = organisation.Users.find((known) => known.UserId === userId);
    row.UserId = userId;
    row.Username = user?.UserName ?? "";
    row.UserDisplayName = user?.DisplayName ?? "";
    row.UserEmail = emailOf(user);
    row.UserStatus = user?.UserStatus ?? "";
    row.MemberSince = membership?.CreatedAt === undefined ? "" : printed(Date.parse(membership.CreatedAt));

    if (user === undefined) row.RowStatus = "USER_NOT_FOUND";
    else if (accountStatus !== "") row.RowStatus = accountStatus;
    else if (user.UserStatus === "DISABLED") row.RowStatus = "USER_DISABLED";
    else row.RowStatus = "OK";

    let count = 0;
    let last = Number.NEGATIVE_INFINITY;
    for (const event of logins) {
      if (event.serviceEventDetails?.account_id !== row.account) continue;
      if (event.serviceEventDetails?.role_name !== row.PermissionSetName) continue;
      if (!isBy(event, userId, user)) continue;
      const time = Date.parse(event.eventTime);
      const column = event.eventName === "Federate" ? "LastConsoleLogin" : "LastProgrammaticLogin";
      if (row[column] === "" || printed(time) > row[column]) row[column] = printed(time);
      if (time > last) last = time;
      count += 1;
    }

    const since = membership?.CreatedAt ?? user?.CreatedAt;
    if (count > 0) {
      row.Usage = "USED";
      row.LastLogin = printed(last);
      row.DaysSinceLastLogin = String(Math.floor((now - last) / DAY));
      row.LoginsInWindow = String(count);
    } else if (!fullyObserved || somebodyUsed(row.account, row.PermissionSetName)) {
      row.Usage = "UNKNOWN";
      row.LastLogin = "UNKNOWN";
    } else {
      const tooNew = since !== undefined && now - Date.parse(since) < options.newAccessDays * DAY;
      row.Usage = tooNew ? "TOO_NEW" : "UNUSED_IN_WINDOW";
      row.LastLogin = "NO_LOGIN_PRESENT";
      row.LoginsInWindow = "0";
    }
    return row;
  }
}

/** Who is in the Identity Store, and who has a grant without being there. */
function knownUsers({ Users, AccountAssignments, Groups, GroupMemberships }: Organisation) {
  const ids = Users.map(({ UserId }) => UserId);
  for (const { PrincipalType, PrincipalId } of AccountAssignments) {
    if (PrincipalType === "USER") ids.push(PrincipalId);
    if (PrincipalType === "GROUP" && Groups.some(({ GroupId }) => GroupId === PrincipalId)) {
      for (const { GroupId, MemberId } of GroupMemberships) if (GroupId === PrincipalId) ids.push(MemberId.UserId);
    }
  }
  return ids.map((id) => ({ id, user: Users.find(({ UserId }) => UserId === id) }));
}

/** A login into some role, within the window. What names no role and account is none. */
function isRoleLogin(event: LoginEvent, from: number, to: number): boolean {
  if (event.eventSource !== "sso.amazonaws.com") return false;
  if (event.eventName !== "Federate" && event.eventName !== "GetRoleCredentials") return false;
  if (event.errorCode) return false;
  if (!event.serviceEventDetails?.role_name) return false;
  if (!event.serviceEventDetails?.account_id) return false;
  const time = Date.parse(event.eventTime);
  return from <= time && time <= to;
}

/** Whose login it is: by id where the event has one, else by the name, which a user who is gone no longer has. */
function isBy(event: LoginEvent, userId: string, user: User | undefined): boolean {
  const id = event.userIdentity?.onBehalfOf?.userId;
  if (id) return id === userId;
  const name = event.userIdentity?.userName;
  if (!name || user?.UserName === undefined) return false;
  return name.toLowerCase() === user.UserName.toLowerCase();
}

function emailOf(user: User | undefined): string {
  const emails = user?.Emails ?? [];
  const chosen = emails.find((email) => email.Primary === true) ?? emails[0];
  return chosen?.Value ?? "";
}

/** `2026-11-20T08:15:30Z`; what is smaller than a second is cut off. */
function printed(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

export function cell(value: string): string {
  const text = guarded(value);
  for (const special of ['"', ",", "\r", "\n"]) {
    if (text.includes(special)) return `"${text.replaceAll('"', '""')}"`;
  }
  return text;
}

/** With a `'` before each character with which a spreadsheet might begin a formula, and before a control character that comes first. */
export function guarded(value: string): string {
  const characters = [...value];
  const written = [...characters];
  for (const [at, character] of characters.entries()) {
    let before = at;
    while (characters[before - 1] === "'") before--;
    if (before === 0 && /\p{Cc}/u.test(character)) written[before] = `'${written[before]}`;
    if (!"=+-@＝＋－＠".includes(character)) continue;
    const guard = before;
    while (/["\p{Zs}\p{Cf}]/u.test(characters[before - 1] ?? "")) before--;
    if (before > 0 && !/[,;\p{Cc}\p{Zl}\p{Zp}]/u.test(characters[before - 1]!)) continue;
    written[guard] = `'${written[guard]}`;
  }
  return written.join("");
}
