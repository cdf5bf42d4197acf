import { COLUMNS, type Row } from "../../handlers/files/columns";
import { createCsvWriter } from "../../handlers/files/csv/writer";
import { type RowSources, rowBatches } from "../../handlers/files/rows";
import type { AssignmentEvent, LastLogin, UnattributedLogin } from "../../handlers/model";
import { defaultSettings } from "../../local/defaultSettings";
import { noApplications, noEntitlements, plainInstance } from "../../local/plainInstance";

export const NOW = "2026-11-22T12:00:00Z";
export const ADMINISTRATOR_SET = "arn:aws:sso:::permissionSet/ssoins-7223aaaabbbbcccc/ps-1111111111111111";
export const READ_SET = "arn:aws:sso:::permissionSet/ssoins-7223aaaabbbbcccc/ps-2222222222222222";

const emptyRow = Object.fromEntries(COLUMNS.map((column) => [column, ""])) as Row;

/** A row as good as any: Alice, through the group Readers, used. */
export function rowWith(values: Partial<Row> = {}): Row {
  return {
    ...emptyRow,
    account: "111111111111",
    PermissionSetArn: READ_SET,
    PermissionSetName: "ReadOnly",
    PermissionSetDescription: "DESCRIPTION NOT SET",
    Type: "GROUP",
    GroupId: "readers",
    GroupName: "Readers",
    Username: "alice",
    UserId: "u-alice",
    LastLogin: "2026-11-20T08:15:30Z",
    AccountName: "workload",
    AccountState: "ACTIVE",
    UserDisplayName: "Alice",
    UserEmail: "alice@example.com",
    UserStatus: "ENABLED",
    RowStatus: "OK",
    MemberSince: "2025-01-01T00:00:00Z",
    LastConsoleLogin: "2026-11-20T08:15:30Z",
    DaysSinceLastLogin: "2",
    LoginsInWindow: "3",
    Usage: "USED",
    AccessType: "PERMISSION_SET",
    ...values,
  };
}

type SmallLogin = Partial<LastLogin> & { accountId: string; roleName: string };

export interface SmallOrganisation {
  /** `[account, set]` → principals; the set is `0` for AdministratorAccess, `1` for ReadOnly. */
  pairs?: [account: string, set: 0 | 1, principals: (readonly ["GROUP" | "USER", string])[]][];
  users?: { id: string; name: string; status?: string; createdMs?: number | null }[];
  groups?: { id: string; name: string; members: string[]; createdMs?: number | null }[];
  accounts?: { id: string; name: string; state: string }[] | null;
  lastLogins?: SmallLogin[];
  unattributed?: UnattributedLogin[];
  notUnderstood?: SmallLogin[];
  assignments?: Partial<AssignmentEvent>[];
  /** `[account, role ARN, principals, assigned at]`: what account access manager gives. */
  roles?: [account: string, roleArn: string, principals: (readonly ["GROUP" | "USER", string])[], createdMs?: number][];
  observed?: boolean;
  source?: "read" | "failed";
}

/** What a run collects of an organisation that a test spells out. */
export function sourcesOf(small: SmallOrganisation): RowSources {
  const pairs = small.pairs ?? [];
  const long = Date.parse("2025-01-01T00:00:00Z");
  return {
    settings: { ...defaultSettings, now: NOW },
    instance: plainInstance,
    applications: noApplications,
    provisioning: {
      permissionSets: [
        { arn: ADMINISTRATOR_SET, name: "AdministratorAccess", description: "", administrator: true },
        { arn: READ_SET, name: "ReadOnly", description: "Reads", administrator: false },
      ],
      pairs: pairs.map(([account, set]) => [account, set]),
      notes: [],
    },
    collection: {
      principals: pairs.map(([, , principals]) => principals),
      users: (small.users ?? []).map(({ id, name, status = "ENABLED", createdMs = long }) => ({
        id,
        name,
        displayName: name,
        email: "",
        status,
        createdMs,
      })),
      groups: (small.groups ?? []).map(({ id, name }) => ({ id, name })),
      memberships: Object.fromEntries(
        (small.groups ?? []).map(({ id, members, createdMs = long }) => [
          id,
          members.map((userId) => ({ userId, createdMs })),
        ]),
      ),
      accounts:
        small.accounts === undefined ? [{ id: "111111111111", name: "workload", state: "ACTIVE" }] : small.accounts,
      accountsRefused: null,
      entitlements: {
        ...noEntitlements,
        roles: (small.roles ?? []).map(([account, roleArn, principals, createdMs = long]) => ({
          accountId: account,
          roleArn,
          principals: principals.map(([type, id]) => [type, id, createdMs] as const),
        })),
      },
      notes: [],
      notUnderstood: [],
    },
    logins: {
      source: small.source ?? "read",
      observed: small.observed ?? true,
      reason: null,
      windowFrom: "2026-08-24T12:00:00Z",
      windowTo: NOW,
      observedFrom: null,
      regions: [],
      lastLogins: (small.lastLogins ?? []).map(wholeLogin),
      queryId: null,
      bytesScanned: null,
      unattributed: small.unattributed ?? [],
      notUnderstood: (small.notUnderstood ?? []).map(wholeLogin),
      assignments: (small.assignments ?? []).map(wholeAssignment),
    },
  };
}

/** That Zoë assigned the group Readers the permission set ReadOnly on 20 November, unless it says otherwise. */
function wholeAssignment(event: Partial<AssignmentEvent>, index: number): AssignmentEvent {
  return {
    id: `assignment-${index}`,
    kind: "created",
    atMs: Date.parse("2026-11-20T08:15:30Z"),
    accountId: "111111111111",
    permissionSetArn: READ_SET,
    principalType: "GROUP",
    principalId: "g-readers",
    by: "arn:aws:iam::111122223333:user/zoe",
    ...event,
  };
}

/** From the console on 20 November, once, unless it says otherwise. */
function wholeLogin(login: SmallLogin): LastLogin {
  const lastMs = Date.parse("2026-11-20T08:15:30Z");
  const once = { firstMs: lastMs, lastConsoleMs: lastMs, lastProgrammaticMs: null, count: 1 };
  return { userId: "", userName: "", ...once, ...login };
}

export const allRows = (sources: RowSources): Row[] => [...rowBatches(sources, 1000)].flat();

/** The report's CSV, in chunks. */
export async function* csvOf(rows: readonly Row[], chunkBytes = 1000): AsyncGenerator<Buffer> {
  const writer = createCsvWriter(COLUMNS);
  yield* chunksOf(writer.header() + writer.lines(rows), chunkBytes);
}

export async function* chunksOf(text: string | Buffer, chunkBytes = 1000): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

/** Names of all kinds, and grants of several ways, one of them used. */
export const oddNames: SmallOrganisation = {
  pairs: [
    ["111111111111", 0, [["GROUP", "g-odd"]]],
    [
      "111111111111",
      1,
      [
        ["GROUP", "g-readers"],
        ["USER", "u-alice"],
      ],
    ],
    ["222222222222", 1, [["GROUP", "g-readers"]]],
  ],
  users: [
    { id: "u-alice", name: "alice" },
    { id: "u-bob", name: 'bob "the, builder"\r\nof two lines' },
    { id: "u-carol", name: "=carol" },
    { id: "u-dave", name: "'=dave" },
    { id: "u-erin", name: "'plain" },
  ],
  groups: [
    { id: "g-readers", name: "Readers", members: ["u-alice", "u-bob", "u-carol", "u-dave", "u-erin"] },
    { id: "g-odd", name: "+Odd", members: ["u-alice"] },
  ],
  accounts: [
    { id: "111111111111", name: "one", state: "ACTIVE" },
    { id: "222222222222", name: "two", state: "ACTIVE" },
  ],
  lastLogins: [{ userId: "u-alice", accountId: "111111111111", roleName: "ReadOnly" }],
};
