import { createEvidence, type Evidence } from "../logins/logins";
import type { Collection, Logins, Membership, Provisioning, Settings, User } from "../model";
import type { Row } from "./columns";

/** What the rows are made of: what the stages before gave. */
export interface RowSources {
  readonly settings: Settings;
  readonly provisioning: Provisioning;
  readonly collection: Collection;
  readonly logins: Logins;
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
  const nowMs = Date.parse(settings.now);
  const newAfterMs = nowMs - settings.newAccessDays * DAY_MS;
  const { byId: users, keyOf } = evidence.users;
  const { consoleMs, programmaticMs, count: loginCount } = evidence.logins;

  const byName = (a: { name: string; id: string }, b: { name: string; id: string }) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
  const groups = new Map(collection.groups.map((group) => [group.id, group]));
  const accounts =
    collection.accounts === null ? null : new Map(collection.accounts.map((account) => [account.id, account]));
  const missingUser = (id: string): User => ({ id, name: "", displayName: "", email: "", status: "", createdMs: null });

  /** Group → the last pair that it is assigned to. */
  const lastPair = new Map<string, number>();
  collection.principals.forEach((ofPair, index) => {
    for (const [type, id] of ofPair) if (type === "GROUP") lastPair.set(id, index);
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
  const sortPrincipals = (principals: Collection["principals"][number]) => {
    const sorted = principals.map(([type, id]) => {
      const name = (type === "GROUP" ? groups.get(id)?.name : users.get(id)?.user.name) ?? "";
      return { type, id, name };
    });
    return sorted.sort((a, b) => (a.type < b.type ? -1 : a.type > b.type ? 1 : byName(a, b)));
  };

  let batch: Row[] = [];
  for (let index = 0; index < provisioning.pairs.length; index++) {
    const [accountId, permissionSetIndex] = provisioning.pairs[index]!;
    const permissionSet = provisioning.permissionSets[permissionSetIndex]!;
    const account = accounts?.get(accountId);
    const accountState = accounts === null ? "UNKNOWN" : (account?.state ?? "");
    const accountStatus =
      accounts === null || account?.state === "ACTIVE" || account?.state === "UNKNOWN"
        ? ""
        : account === undefined
          ? "ACCOUNT_NOT_IN_ORGANIZATION"
          : "ACCOUNT_NOT_ACTIVE";
    const ofRole = evidence.ofRole(accountId, permissionSet.name);
    const roleLogins = ofRole.logins;

    /** A row of this pair; without a user, its usage columns stay empty. */
    const rowOf = (
      type: string,
      groupId: string,
      groupName: string,
      status: string,
      user: User | null,
      key: string,
      sinceMs: number | null,
      memberSince: string,
    ): Row => {
      const row: Row = {
        account: accountId,
        PermissionSetArn: permissionSet.arn,
        PermissionSetName: permissionSet.name,
        PermissionSetDescription: permissionSet.description || "DESCRIPTION NOT SET",
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
      } else if (ofRole.unknownBecause(key, user.createdMs, sinceMs) !== null) {
        row.LastLogin = "UNKNOWN";
        row.Usage = "UNKNOWN";
      } else {
        row.LastLogin = "NO_LOGIN_PRESENT";
        row.LoginsInWindow = "0";
        row.Usage = sinceMs! > newAfterMs ? "TOO_NEW" : "UNUSED_IN_WINDOW";
      }
      return row;
    };

    for (const { type, id, name } of sortPrincipals(collection.principals[index]!)) {
      if (type === "USER") {
        const user = users.get(id)?.user;
        batch.push(
          rowOf(
            type,
            "",
            "NOGROUP",
            user ? "" : "USER_NOT_FOUND",
            user ?? missingUser(id),
            keyOf(id),
            user?.createdMs ?? null,
            "",
          ),
        );
      } else {
        const memberships = collection.memberships[id];
        if (memberships === undefined || (memberships.length === 0 && !groups.has(id))) {
          batch.push(rowOf(type, id, name, "GROUP_NOT_FOUND", null, "", null, ""));
        } else if (memberships.length === 0) {
          batch.push(rowOf(type, id, name, "EMPTY_GROUP", null, "", null, ""));
        } else {
          for (const { user, key, known, sinceMs, memberSince } of membersOf(id, memberships)) {
            batch.push(rowOf(type, id, name, known ? "" : "USER_NOT_FOUND", user, key, sinceMs, memberSince));
            if (batch.length >= batchSize) {
              yield batch;
              batch = [];
            }
          }
          if (lastPair.get(id) === index) sortedMembers.delete(id);
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
