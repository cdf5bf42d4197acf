import { createEvidence, type Evidence } from "../logins/logins";
import type {
  Applications,
  Collection,
  InstanceFacts,
  Logins,
  Membership,
  PrincipalType,
  Provisioning,
  Settings,
  User,
} from "../model";
import { formatInstant } from "../times";
import type { Row } from "./columns";

/** What the rows are made of: what the stages before gave. */
export interface RowSources {
  readonly settings: Settings;
  readonly instance: InstanceFacts;
  /** What the report does not cover, and names. */
  readonly applications: Applications;
  readonly provisioning: Provisioning;
  readonly collection: Collection;
  readonly logins: Logins;
}

/** Who asked for the assignment by which a row's user, or group, is let in; empty where no event tells. */
export function assignedBy(evidence: Evidence, row: Row): string {
  return assignedOf(evidence, row)?.by ?? "";
}

/** When the assignment of a row that is gone was ended since an earlier report, and who asked for it; empty texts where no event tells. */
export function revokedBy(evidence: Evidence, row: Row, sinceMs: number) {
  const ended = assignedOf(evidence, row)?.ended ?? null;
  if (ended === null || ended.atMs <= sinceMs) return { revokedAt: "", revokedBy: "" };
  return { revokedAt: formatInstant(ended.atMs), revokedBy: ended.by };
}

function assignedOf({ assignedTo }: Evidence, row: Row) {
  const type = row.Type as PrincipalType;
  return assignedTo(row.account, row.PermissionSetArn, type, type === "USER" ? row.UserId : row.GroupId);
}

/** The permission sets that count as administrator. */
export function administratorArns({ provisioning }: RowSources): string[] {
  return provisioning.permissionSets.filter((set) => set.administrator).map((set) => set.arn);
}

/** Why they do, and what could not be read of these and others, by ARN. */
export function administratorReasons({ provisioning }: RowSources): Record<string, string> {
  return Object.fromEntries(
    provisioning.permissionSets.flatMap(({ arn, administratorReason: reason }) => (reason ? [[arn, reason]] : [])),
  );
}

/** What the logins say of the grants. It takes a second and more memory than all else: made once for all who ask it. */
export function evidenceOf({ settings, collection, logins }: RowSources): Evidence {
  return createEvidence(settings, collection, logins);
}

/**
 * The report's rows, in the order of `SORTED_BY`, in batches. Memory holds what was collected, one batch, and the members of groups that come
 * again.
 *
 * The loops use locals only: as a captured function this runs inside `with`, where every other name is looked up anew.
 *
 * @param batchSize rows a batch, at least 1
 * @param evidence of these sources, where it is there already
 */
export function* rowBatches(
  sources: RowSources,
  batchSize: number,
  evidence: Evidence = evidenceOf(sources),
): Generator<Row[], void, undefined> {
  const { settings, provisioning, collection } = sources;
  const { floor, max } = Math;
  const LocalDate = Date;
  const noMilliseconds = /\.000Z$/;
  // By replacing: a string that is put together keeps its parts, which is three times the memory.
  const toInstant = (ms: number) => new LocalDate(floor(ms / 1000) * 1000).toISOString().replace(noMilliseconds, "Z");
  const DAY_MS = 86_400_000;
  const NEVER = Number.NEGATIVE_INFINITY;
  const nowMs = Date.parse(settings.now);
  const newAfterMs = nowMs - settings.newAccessDays * DAY_MS;
  const { byId: users, keyOf } = evidence.users;
  const { consoleMs, programmaticMs, count: loginCount } = evidence.logins;
  const { assignedTo } = evidence;

  const byName = (a: { name: string; id: string }, b: { name: string; id: string }) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
  const groups = new Map(collection.groups.map((group) => [group.id, group]));
  const accounts =
    collection.accounts === null ? null : new Map(collection.accounts.map((account) => [account.id, account]));
  const missingUser = (id: string): User => ({ id, name: "", displayName: "", email: "", status: "", createdMs: null });

  const { pairs } = provisioning;
  const { roles } = collection.entitlements;
  /** The order of the report: an account's roles come before its pairs, since they have no permission set's name. A role's index is negative. */
  const order: number[] = [];
  for (let pair = 0, role = 0; pair < pairs.length || role < roles.length; ) {
    const isRole = role < roles.length && (pair >= pairs.length || roles[role]!.accountId <= pairs[pair]![0]);
    order.push(isRole ? -1 - role++ : pair++);
  }

  /** Group → the last pair or role that it is assigned to, by its place in the order. */
  const lastPair = new Map<string, number>();
  order.forEach((index, place) => {
    const principals = index < 0 ? roles[-1 - index]!.principals : collection.principals[index]!;
    for (const [type, id] of principals) if (type === "GROUP") lastPair.set(id, place);
  });

  /** A group's members in the order of the report, sorted once however many accounts the group enters. */
  const sortedMembers = new Map<
    string,
    { user: User; key: string; known: boolean; sinceMs: number | null; memberSince: string }[]
  >();
  const membersOf = (groupId: string, memberships: readonly Membership[]) => {
    let members = sortedMembers.get(groupId);
    if (members === undefined) {
      members = memberships.map(({ userId, createdMs, ageNotKnown }) => {
        const found = users.get(userId);
        const user = found?.user ?? null;
        const memberSince = createdMs === null ? "" : toInstant(createdMs);
        const key = found?.key ?? keyOf(userId);
        const sinceMs = ageNotKnown ? null : (createdMs ?? user?.createdMs ?? null);
        return { user: user ?? missingUser(userId), key, known: user !== null, sinceMs, memberSince };
      });
      members.sort((a, b) => byName(a.user, b.user));
      sortedMembers.set(groupId, members);
    }
    return members;
  };

  /** The principals of a pair in the order of the report. */
  const sortPrincipals = (
    principals: readonly (readonly [type: PrincipalType, id: string, givenMs?: number | null])[],
  ) => {
    const sorted = principals.map(([type, id, givenMs = null]) => {
      const name = (type === "GROUP" ? groups.get(id)?.name : users.get(id)?.user.name) ?? "";
      return { type, id, name, givenMs };
    });
    return sorted.sort((a, b) => (a.type < b.type ? -1 : a.type > b.type ? 1 : byName(a, b)));
  };

  let batch: Row[] = [];
  for (let place = 0; place < order.length; place++) {
    const index = order[place]!;
    const role = index < 0 ? roles[-1 - index]! : null;
    const accountId = role === null ? pairs[index]![0] : role.accountId;
    const permissionSet = role === null ? provisioning.permissionSets[pairs[index]![1]]! : null;
    const account = accounts?.get(accountId);
    const accountState = accounts === null ? "UNKNOWN" : (account?.state ?? "");
    const accountStatus =
      accounts === null || account?.state === "ACTIVE" || account?.state === "UNKNOWN"
        ? ""
        : account === undefined
          ? "ACCOUNT_NOT_IN_ORGANIZATION"
          : "ACCOUNT_NOT_ACTIVE";
    // No event of account access manager is public: nobody knows who has used it.
    const ofRole = permissionSet === null ? null : evidence.ofRole(accountId, permissionSet.name);
    const roleLogins = ofRole?.logins;

    /** A row of this pair or role; without a user, its usage columns stay empty. */
    const rowOf = (
      type: string,
      groupId: string,
      groupName: string,
      status: string,
      user: User | null,
      key: string,
      sinceMs: number | null,
      memberSince: string,
      assignedAt: string,
    ): Row => {
      const row: Row = {
        account: accountId,
        PermissionSetArn: permissionSet?.arn ?? "",
        PermissionSetName: permissionSet?.name ?? "",
        PermissionSetDescription: permissionSet === null ? "" : permissionSet.description || "DESCRIPTION NOT SET",
        Type: type,
        GroupId: groupId,
        GroupName: groupName,
        Username: "",
        UserId: "",
        LastLogin: "",
        AccountName: account?.name ?? "",
        AccountState: accountState,
        UserDisplayName: "",
        UserEmail: "",
        UserStatus: "",
        RowStatus: status || accountStatus || (user?.status === "DISABLED" ? "USER_DISABLED" : "OK"),
        MemberSince: memberSince,
        LastConsoleLogin: "",
        LastProgrammaticLogin: "",
        DaysSinceLastLogin: "",
        LoginsInWindow: "",
        Usage: "",
        AccessType: role === null ? "PERMISSION_SET" : "ACCOUNT_ROLE",
        RoleArn: role?.roleArn ?? "",
        AssignedAt: assignedAt,
      };
      if (user === null) return row;
      row.Username = user.name;
      row.UserId = user.id;
      row.UserDisplayName = user.displayName;
      row.UserEmail = user.email;
      row.UserStatus = user.status;
      const login = roleLogins?.get(key);
      if (login !== undefined) {
        const consoleAt = consoleMs[login]!;
        const programmaticAt = programmaticMs[login]!;
        const lastMs = max(consoleAt, programmaticAt);
        row.LastLogin = toInstant(lastMs);
        if (consoleAt >= 0) row.LastConsoleLogin = consoleAt === lastMs ? row.LastLogin : toInstant(consoleAt);
        if (programmaticAt >= 0) {
          row.LastProgrammaticLogin = programmaticAt === lastMs ? row.LastLogin : toInstant(programmaticAt);
        }
        row.DaysSinceLastLogin = `${floor((nowMs - lastMs) / DAY_MS)}`;
        row.LoginsInWindow = `${loginCount[login]}`;
        row.Usage = "USED";
      } else if (ofRole === null || ofRole.unknownBecause(key, user.createdMs, sinceMs) !== null) {
        row.LastLogin = "UNKNOWN";
        row.Usage = "UNKNOWN";
      } else {
        row.LastLogin = "NO_LOGIN_PRESENT";
        row.LoginsInWindow = "0";
        row.Usage = sinceMs! > newAfterMs ? "TOO_NEW" : "UNUSED_IN_WINDOW";
      }
      return row;
    };

    for (const { type, id, name, givenMs } of sortPrincipals(role?.principals ?? collection.principals[index]!)) {
      const assigned = role === null ? assignedTo(accountId, permissionSet!.arn, type, id) : undefined;
      const assignedMs = role === null ? (assigned?.atMs ?? null) : givenMs;
      const assignedAt = assignedMs === null ? "" : toInstant(assignedMs);
      const notBeforeMs = assigned?.notBeforeMs ?? NEVER;
      /** Of a grant that neither user nor membership tells: an old assignment of a group says nothing of when somebody joined it. */
      const byAssignmentMs =
        notBeforeMs > newAfterMs || (type === "USER" && assignedMs === notBeforeMs) ? notBeforeMs : null;
      if (type === "USER") {
        const user = users.get(id)?.user;
        const createdMs = user?.createdMs ?? null;
        batch.push(
          rowOf(
            type,
            "",
            "NOGROUP",
            user ? "" : "USER_NOT_FOUND",
            user ?? missingUser(id),
            keyOf(id),
            createdMs === null ? byAssignmentMs : max(createdMs, notBeforeMs),
            "",
            assignedAt,
          ),
        );
      } else {
        const memberships = collection.memberships[id];
        if (memberships === undefined || (memberships.length === 0 && !groups.has(id))) {
          batch.push(rowOf(type, id, name, "GROUP_NOT_FOUND", null, "", null, "", assignedAt));
        } else if (memberships.length === 0) {
          batch.push(rowOf(type, id, name, "EMPTY_GROUP", null, "", null, "", assignedAt));
        } else {
          for (const { user, key, known, sinceMs, memberSince } of membersOf(id, memberships)) {
            const earliestMs = sinceMs === null ? byAssignmentMs : max(sinceMs, notBeforeMs);
            const status = known ? "" : "USER_NOT_FOUND";
            batch.push(rowOf(type, id, name, status, user, key, earliestMs, memberSince, assignedAt));
            if (batch.length >= batchSize) {
              yield batch;
              batch = [];
            }
          }
          if (lastPair.get(id) === place) sortedMembers.delete(id);
        }
      }
      if (batch.length >= batchSize) {
        yield batch;
        batch = [];
      }
    }
  }
  if (batch.length > 0) yield batch;
}
