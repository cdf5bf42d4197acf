/**
 * The oracle: the report once more, as naively as it can be written. For every row it reads every record again.
 * It is written from the contract alone and shares nothing with `handlers/`: where the two differ, one of them is wrong.
 */
import type {
  AccessEntitlement,
  AccountAssignment,
  EventDataStore,
  GroupMembership,
  LoginEvent,
  Organisation,
  User,
} from "./organisation";

export interface OracleOptions {
  /** Days, 1–3653. */
  lookbackDays: number;
  /** Days, 0–365. */
  newAccessDays: number;
  /** The instant that the run takes for the present; by default it is AWS's own. */
  now?: string;
  /** The login source is left out. */
  noLogins?: boolean;
  /** Organizations may not be read. */
  organizationsDenied?: boolean;
  /** Account access manager may not be asked. */
  accountAccessDenied?: boolean;
  /** The listings of users and groups skip the first one each, who can only be found by an id that occurs. */
  listingsSkip?: boolean;
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
  "AccessType",
  "RoleArn",
  "AssignedAt",
] as const;

const SORTED_BY = [
  "account",
  "PermissionSetName",
  "PermissionSetArn",
  "RoleArn",
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

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * The report of one organisation.
 *
 * @example oracleReport(organisation, { lookbackDays: 90, newAccessDays: 14 }).rows[0].Usage
 */
export function oracleReport(served: Organisation, options: OracleOptions): OracleReport {
  const organisation = options.listingsSkip ? { ...served, Users: served.Users.filter(isSeen) } : served;
  const awsNow = Date.parse(organisation.Now);
  const now = Math.floor(Date.parse(options.now ?? organisation.Now) / 1000) * 1000;

  // What the login source can tell. It deletes by AWS's clock, and reading takes up to an hour.
  const store = organisation.EventDataStore;
  let windowStart = now - options.lookbackDays * DAY;
  const safeFrom = awsNow - (store?.RetentionPeriod ?? 0) * DAY + HOUR;
  if (safeFrom > windowStart && safeFrom <= windowStart + DAY && options.lookbackDays > 1) windowStart += DAY;
  const logins: LoginEvent[] = [];
  const notUnderstood: LoginEvent[] = [];
  const assignmentEvents: LoginEvent[] = [];
  let fullyObserved = false;
  let mostlyNowhere = false;
  if (!options.noLogins && store !== undefined && /^(ENABLED|.*_INGESTION)$/.test(store.Status)) {
    // One that was stopped has what came before.
    const stopped =
      store.Status === "STOPPED_INGESTION" ? Date.parse(store.UpdatedTimestamp ?? store.CreatedTimestamp) : now;
    const seen = new Set<string>();
    for (const event of organisation.Records) {
      if (isAssignmentEvent(event, windowStart, Math.min(now, stopped))) assignmentEvents.push(event);
      if (!isRoleLogin(event, windowStart, Math.min(now, stopped))) continue;
      if (event.eventID !== undefined && seen.has(event.eventID)) continue;
      if (event.eventID !== undefined) seen.add(event.eventID);
      if (isUnderstood(event)) logins.push(event);
      else notUnderstood.push(event);
    }
    const oldEnough = Date.parse(store.CreatedTimestamp) <= windowStart;
    const keepsEnough = safeFrom <= windowStart;
    const hasHappened = now < awsNow + HOUR / 12;
    const allKnown = logins.some(
      (event) => usersOf(event).length > 0 && isAccount(accountOf(event), true) && isSet(roleOf(event)),
    );
    const alwaysAlike = store.UpdatedTimestamp === undefined || Date.parse(store.UpdatedTimestamp) <= windowStart;
    // The instance is where the first event happened, in an organisation that does not say where.
    const ownRegion = store.EventDataStoreArn.split(":")[3];
    const named = organisation.Records.find(({ awsRegion }) => awsRegion !== undefined);
    const region = named?.awsRegion ?? ownRegion;
    const everywhere =
      store.MultiRegionEnabled === true || (store.MultiRegionEnabled === false && region === ownRegion);
    const goesOn = store.Status === "ENABLED";
    const everything = recordsEveryLogin(store);
    fullyObserved =
      oldEnough && keepsEnough && hasHappened && goesOn && alwaysAlike && everywhere && everything && allKnown;

    const all = [...logins, ...notUnderstood];
    const nowhere = all.filter((event) => !isAccount(accountOf(event), false) || !isSet(roleOf(event)));
    mostlyNowhere = nowhere.length * 10 > all.length;
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
      blank.PermissionSetDescription = whole(set.Description) || "DESCRIPTION NOT SET";
      blank.Type = assignment.PrincipalType;
      blank.AccessType = "PERMISSION_SET";
      const made = newestOf("CreateAccountAssignment", assignment);
      if (made !== undefined) blank.AssignedAt = printed(made);
      const ended = newestOf("DeleteAccountAssignment", assignment);

      addRows(blank, assignment.PrincipalType, assignment.PrincipalId, made, ended);
    }
  }

  const entitlements = entitlementsSeen(organisation, options);
  const roleOfEntitlement = ({ entitlement }: AccessEntitlement) => JSON.stringify(entitlement);
  for (const given of entitlements) {
    const { principal, roleArn, account } = given.entitlement.principalRole;
    // Given twice, by two applications for instance: the newest counts.
    const sameGiven = entitlements.filter((other) => roleOfEntitlement(other) === roleOfEntitlement(given));
    if (sameGiven[0] !== given) continue;
    const newest = Math.max(...sameGiven.map(({ createdAt }) => Date.parse(createdAt)));
    const blank = {} as Row;
    for (const column of COLUMNS) blank[column] = "";
    blank.account = account;
    blank.AccessType = "ACCOUNT_ROLE";
    blank.RoleArn = roleArn;
    blank.AssignedAt = printed(newest);
    const { userId, groupId } = principal.identityCenter as { userId?: string; groupId?: string };
    blank.Type = userId === undefined ? "GROUP" : "USER";
    addRows(blank, blank.Type, userId ?? groupId ?? "");
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

  const statesKnown = !options.organizationsDenied && organisation.Accounts.every(({ State }) => State !== undefined);
  // Without permission sets there is nothing of which a login could tell.
  const loginsMatter = organisation.Instance?.PermissionSetsEnabled !== false;
  const waysKnown = !options.accountAccessDenied;
  const allSeen = (fullyObserved || !loginsMatter) && statesKnown && !mostlyNowhere && waysKnown;
  return { rows, csv, status: allSeen ? "succeeded" : "degraded" };

  /** When the newest event of a name was about an assignment. */
  function newestOf(name: string, assignment: AccountAssignment): number | undefined {
    const times: number[] = [];
    for (const { eventName, eventTime, requestParameters: said } of assignmentEvents) {
      if (eventName !== name || said?.targetId !== assignment.AccountId) continue;
      if (said.permissionSetArn !== assignment.PermissionSetArn) continue;
      if (said.principalType !== assignment.PrincipalType) continue;
      if (bare(said.principalId ?? "") === bare(assignment.PrincipalId)) times.push(Date.parse(eventTime));
    }
    return times.sort((one, other) => other - one)[0];
  }

  /** The rows of one principal of an account's permission set or role. */
  function addRows(blank: Row, type: string, principalId: string, made?: number, ended?: number): void {
    // The account, and what it makes of a row that has no graver fault.
    let accountStatus = "";
    const account = organisation.Accounts.find((known) => known.Id === blank.account);
    if (options.organizationsDenied) {
      blank.AccountState = "UNKNOWN";
    } else if (account === undefined) {
      accountStatus = "ACCOUNT_NOT_IN_ORGANIZATION";
    } else {
      blank.AccountName = whole(account.Name);
      blank.AccountState = account.State ?? "UNKNOWN";
      if (account.State !== undefined && account.State !== "ACTIVE") accountStatus = "ACCOUNT_NOT_ACTIVE";
    }

    if (type === "USER") {
      rows.push(userRow({ ...blank, GroupName: "NOGROUP" }, principalId, undefined, accountStatus, made, ended));
      return;
    }

    const group = organisation.Groups.find((known) => known.GroupId === principalId);
    blank.GroupId = principalId;
    if (group === undefined) {
      rows.push({ ...blank, RowStatus: "GROUP_NOT_FOUND" });
      return;
    }
    blank.GroupName = whole(group.DisplayName);
    const memberships = organisation.GroupMemberships.filter((known) => known.GroupId === group.GroupId);
    for (const membership of memberships) {
      rows.push(userRow(blank, membership.MemberId.UserId, membership, accountStatus, made, ended));
    }
    if (memberships.length === 0) rows.push({ ...blank, RowStatus: "EMPTY_GROUP" });
  }

  /** The first user is seen only where somebody's grant names him. */
  function isSeen({ UserId }: User, number: number): boolean {
    return number > 0 || hasGrant(served, principals(), UserId);
  }

  /** Who is assigned, or given a role of an account that is asked about. */
  function principals(): string[] {
    const given = entitlementsSeen(served, options).map(({ entitlement }) => entitlement.principalRole.principal);
    const ids = given.map(({ identityCenter }) => Object.values(identityCenter)[0] as string);
    return [...served.AccountAssignments.map(({ PrincipalId }) => PrincipalId), ...ids];
  }

  /** @param byGrant where Organizations may not be read: whether somebody could be let into it; else anything is an account */
  function isAccount(id: string, byGrant: boolean): boolean {
    if (!options.organizationsDenied) return organisation.Accounts.some((account) => account.Id === id);
    const provisioned = [...organisation.AccountAssignments, ...(organisation.ProvisionedAccounts ?? [])];
    return !byGrant || provisioned.some(({ AccountId }) => AccountId === id);
  }

  function isSet(name: string): boolean {
    return organisation.PermissionSets.some((set) => set.Name === name);
  }

  /** A user's id, without what AWS puts in front of it, or not. */
  function bare(id: string): string {
    const [, prefix] = /^d-([0-9a-f]{10})$/.exec(organisation.IdentityStoreId) ?? [];
    // The digits of a store with a UUID are not known: none are a user's own.
    if (prefix === undefined) return id.length === 47 && id[10] === "-" ? id.slice(11) : id;
    return id.startsWith(`${prefix}-`) ? id.slice(11) : id;
  }

  /** Whose login it is: by id where the event has one, else by the name. */
  function isBy(event: LoginEvent, userId: string, user: User | undefined): boolean {
    const id = idOf(event);
    if (id !== "") return bare(id) === bare(userId);
    const name = event.userIdentity?.userName;
    if (!name || user?.UserName === undefined || !isSameName(name, user.UserName)) return false;
    // One login at least after the user was created: names are given anew.
    return logins
      .concat(notUnderstood)
      .some((other) => isOfSameName(event, other) && !madeAfter(user, Date.parse(other.eventTime)));
  }

  /** Those of the Identity Store whose login it is. */
  function usersOf(event: LoginEvent): User[] {
    return organisation.Users.filter((user) => isBy(event, user.UserId, user));
  }

  /** Why "no login" does not mean that there was none. */
  function mayHaveBeen(userId: string, user: User | undefined, account: string, role: string): boolean {
    const sameRole = logins.filter((event) => accountOf(event) === account && roleOf(event) === role);
    const couldBe = (event: LoginEvent): boolean => {
      const id = idOf(event);
      if (usersOf(event).length > 0) return false;
      // Nobody's id: of somebody who is gone, and maybe is this user, made anew since.
      if (id !== "") return user?.CreatedAt === undefined || madeAfter(user, Date.parse(event.eventTime));
      return true;
    };
    const mayBeTheirs = (event: LoginEvent): boolean => couldBe(event) || isBy(event, userId, user);
    return sameRole.some(couldBe) || notUnderstood.some(mayBeTheirs);
  }

  /** @param made and `ended`: when events tell that the assignment was, at the latest */
  function userRow(
    begun: Row,
    userId: string,
    membership: GroupMembership | undefined,
    accountStatus: string,
    made: number | undefined,
    ended: number | undefined,
  ): Row {
    const row = { ...begun };
    const user = organisation.Users.find((known) => known.UserId === userId);
    row.UserId = userId;
    row.Username = whole(user?.UserName);
    row.UserDisplayName = whole(user?.DisplayName);
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
      if (accountOf(event) !== row.account) continue;
      if (roleOf(event) !== row.PermissionSetName) continue;
      if (!isBy(event, userId, user)) continue;
      count += 1;
      const time = Date.parse(event.eventTime);
      if (idOf(event) === "" && madeAfter(user, time)) continue;
      const column = event.eventName === "Federate" ? "LastConsoleLogin" : "LastProgrammaticLogin";
      if (row[column] === "" || printed(time) > row[column]) row[column] = printed(time);
      if (time > last) last = time;
    }

    const isNew = (time: number | undefined) => time !== undefined && now - time < options.newAccessDays * DAY;
    const since = membership?.CreatedAt ?? user?.CreatedAt;
    if (row.AccessType === "ACCOUNT_ROLE") {
      // No event of account access manager is public.
      row.Usage = "UNKNOWN";
      row.LastLogin = "UNKNOWN";
      return row;
    }
    const tooNew = isNew(made) || isNew(ended) || isNew(since === undefined ? undefined : Date.parse(since));
    // Of a direct assignment its event tells the age, but where it was ended later, and made again without a trace.
    const eventTellsAge = membership === undefined && made !== undefined && (ended === undefined || ended <= made);
    const isAgeKnown = since !== undefined || tooNew || eventTellsAge;
    if (count > 0) {
      row.Usage = "USED";
      row.LastLogin = printed(last);
      row.DaysSinceLastLogin = String(Math.floor((now - last) / DAY));
      row.LoginsInWindow = String(count);
    } else if (!fullyObserved || !isAgeKnown || mayHaveBeen(userId, user, row.account, row.PermissionSetName)) {
      row.Usage = "UNKNOWN";
      row.LastLogin = "UNKNOWN";
    } else {
      row.Usage = tooNew ? "TOO_NEW" : "UNUSED_IN_WINDOW";
      row.LastLogin = "NO_LOGIN_PRESENT";
      row.LoginsInWindow = "0";
    }
    return row;
  }
}

/** What account access manager gives: only of accounts that somebody knows, since it is asked account by account. */
function entitlementsSeen(organisation: Organisation, options: OracleOptions): AccessEntitlement[] {
  const provisioned = [...organisation.AccountAssignments, ...(organisation.ProvisionedAccounts ?? [])];
  const accounts = provisioned.map(({ AccountId }) => AccountId);
  if (!options.organizationsDenied) accounts.push(...organisation.Accounts.map(({ Id }) => Id));
  const entitlements = options.accountAccessDenied ? [] : (organisation.AccountAccessEntitlements ?? []);
  return entitlements.filter(({ entitlement }) => accounts.includes(entitlement.principalRole.account));
}

/** Whether one of the principals, whom something is given, is the user or a group that has the user for a member. */
function hasGrant({ GroupMemberships, Groups }: Organisation, principals: string[], userId: string): boolean {
  return principals.some(
    (principal) =>
      principal === userId ||
      (Groups.some(({ GroupId }) => GroupId === principal) &&
        GroupMemberships.some(({ GroupId, MemberId }) => GroupId === principal && MemberId.UserId === userId)),
  );
}

/** Whether one of the store's selectors lets both kinds of logins through, by conditions all of which are understood. */
function recordsEveryLogin({ AdvancedEventSelectors = [] }: EventDataStore): boolean {
  for (const { FieldSelectors } of AdvancedEventSelectors) {
    let conditionsThatLetThemThrough = 0;
    let management = false;
    for (const condition of FieldSelectors) {
      const wanted: string[] =
        {
          eventCategory: ["Management"],
          eventSource: ["sso.amazonaws.com"],
          eventName: ["Federate", "GetRoleCredentials"],
        }[String(condition.Field)] ?? [];
      const members = Object.keys(condition).sort().join();
      const values = (condition.Equals ?? condition.NotEquals ?? []) as string[];
      const meant = wanted.filter((value) => values.includes(value)).length;
      if (members === "Equals,Field" && wanted.length > 0 && meant === wanted.length) conditionsThatLetThemThrough += 1;
      if (members === "Field,NotEquals" && wanted.length > 0 && meant === 0) conditionsThatLetThemThrough += 1;
      if (condition.Field === "eventCategory") management = true;
    }
    if (management && conditionsThatLetThemThrough === FieldSelectors.length) return true;
  }
  return false;
}

/** A login within the window; an application's `Federate`, which names no role and no account, is none. */
function isRoleLogin(event: LoginEvent, from: number, to: number): boolean {
  if (event.eventSource !== "sso.amazonaws.com") return false;
  if (event.eventName !== "Federate" && event.eventName !== "GetRoleCredentials") return false;
  if (event.errorCode) return false;
  if (event.eventName === "Federate" && accountOf(event) === "" && roleOf(event) === "") return false;
  const time = Date.parse(event.eventTime);
  return from <= time && time <= to;
}

/** An assignment that was made or ended within the window. */
function isAssignmentEvent({ eventSource, eventName, errorCode, eventTime }: LoginEvent, from: number, to: number) {
  if (eventSource !== "sso.amazonaws.com" || errorCode) return false;
  if (eventName !== "CreateAccountAssignment" && eventName !== "DeleteAccountAssignment") return false;
  return from <= Date.parse(eventTime) && Date.parse(eventTime) <= to;
}

/** Whether account and role are in the form that AWS gives them. */
function isUnderstood(event: LoginEvent): boolean {
  if (roleOf(event).startsWith("AWSReservedSSO_")) return false; // the role of a permission set, in an account
  return /^[0-9]{12}$/.test(accountOf(event)) && /^[A-Za-z0-9_+=,.@-]{1,32}$/.test(roleOf(event));
}

function accountOf(event: LoginEvent): string {
  return event.serviceEventDetails?.account_id ?? "";
}

function roleOf(event: LoginEvent): string {
  return event.serviceEventDetails?.role_name ?? "";
}

/** The user's id: in old events the principal's may be it. Empty for none. */
function idOf({ userIdentity }: LoginEvent): string {
  const id = userIdentity?.onBehalfOf?.userId;
  if (id) return id;
  const principal = userIdentity?.principalId ?? "";
  return /^([0-9a-f]{10}-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(principal) ? principal : "";
}

function isSameName(one: string, other: string): boolean {
  return one.normalize("NFC").toLowerCase() === other.normalize("NFC").toLowerCase();
}

/** Whether two events tell of the same name, written alike, in the same place. */
function isOfSameName(one: LoginEvent, other: LoginEvent): boolean {
  return (
    idOf(other) === "" &&
    one.userIdentity?.userName === other.userIdentity?.userName &&
    one.userIdentity?.principalId === other.userIdentity?.principalId &&
    accountOf(one) === accountOf(other) &&
    roleOf(one) === roleOf(other)
  );
}

function madeAfter(user: User | undefined, time: number): boolean {
  return user?.CreatedAt !== undefined && Date.parse(user.CreatedAt) > time;
}

/** Without half surrogate pairs, which no file in UTF-8 can hold. */
function whole(text: string | undefined): string {
  return (text ?? "").replace(/\p{Surrogate}/gu, "\u{fffd}");
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
