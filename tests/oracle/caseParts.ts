/**
 * Small organisations with the rows that they must give, worked out by hand. The oracle is held against them, and the product.
 *
 * All of them vary one organisation: on 22 November 2026, noon, alice is a member of Readers, which may enter account 111111111111
 * with ReadOnly. Bob, whom nothing lets in any more, has entered account 888888888888 with it meanwhile: the window is observed. Window: from 24 August 2026, noon.
 */
import type { LoginEvent, Organisation } from "./organisation";
import { COLUMNS, type OracleOptions, type Row } from "./report";

export interface FixedCase {
  name: string;
  organisation: Organisation;
  options: OracleOptions;
  rows: Row[];
  status: "succeeded" | "degraded";
}

export const ALICE = "906700aaaa-11111111-1111-4111-8111-111111111111";
export const BOB = "906700aaaa-22222222-2222-4222-8222-222222222222";
export const GONE = "906700aaaa-99999999-9999-4999-8999-999999999999";
export const READERS = "33333333-3333-4333-8333-333333333333";
export const READ_ONLY = "arn:aws:sso:::permissionSet/ssoins-7223aaaabbbbcccc/ps-1111222233334444";

export const BOBS_LOGIN = login({ user: { userId: BOB }, account: "888888888888", time: "2026-10-01T00:00:00Z" });

/** Where Bob went: without it, the window is not observed. */
export const SANDBOX = { Id: "888888888888", Name: "Sandbox", State: "ACTIVE" };

export const BASE: Organisation = {
  Now: "2026-11-22T12:00:00Z",
  InstanceArn: "arn:aws:sso:::instance/ssoins-7223aaaabbbbcccc",
  IdentityStoreId: "d-906700aaaa",
  Accounts: [{ Id: "111111111111", Name: "Workloads", State: "ACTIVE" }, SANDBOX],
  PermissionSets: [{ PermissionSetArn: READ_ONLY, Name: "ReadOnly", Description: "Look, do not touch" }],
  Users: [
    {
      UserId: ALICE,
      UserName: "alice@example.com",
      DisplayName: "Alice Liddell",
      Emails: [
        { Value: "alice@example.org", Type: "home" },
        { Value: "alice@example.com", Type: "work", Primary: true },
      ],
      UserStatus: "ENABLED",
      CreatedAt: "2023-05-01T08:00:00Z",
    },
    { UserId: BOB, UserName: "bob", UserStatus: "ENABLED" },
  ],
  Groups: [{ GroupId: READERS, DisplayName: "Readers" }],
  GroupMemberships: [
    {
      MembershipId: "44444444-4444-4444-8444-444444444444",
      GroupId: READERS,
      MemberId: { UserId: ALICE },
      CreatedAt: "2026-01-10T09:30:00Z",
    },
  ],
  AccountAssignments: [
    { AccountId: "111111111111", PermissionSetArn: READ_ONLY, PrincipalType: "GROUP", PrincipalId: READERS },
  ],
  ProvisionedAccounts: [{ AccountId: "888888888888", PermissionSetArn: READ_ONLY }],
  EventDataStore: {
    EventDataStoreArn:
      "arn:aws:cloudtrail:eu-central-1:000000000042:eventdatastore/55555555-5555-4555-8555-555555555555",
    Status: "ENABLED",
    AdvancedEventSelectors: [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] }],
    MultiRegionEnabled: true,
    RetentionPeriod: 2557,
    CreatedTimestamp: "2024-01-01T00:00:00Z",
  },
  Records: [BOBS_LOGIN],
};

/** The one row of `BASE`. */
export const UNUSED: Row = {
  ...(Object.fromEntries(COLUMNS.map((column) => [column, ""])) as Row),
  account: "111111111111",
  PermissionSetArn: "arn:aws:sso:::permissionSet/ssoins-7223aaaabbbbcccc/ps-1111222233334444",
  PermissionSetName: "ReadOnly",
  PermissionSetDescription: "Look, do not touch",
  Type: "GROUP",
  GroupId: "33333333-3333-4333-8333-333333333333",
  GroupName: "Readers",
  Username: "alice@example.com",
  UserId: "906700aaaa-11111111-1111-4111-8111-111111111111",
  LastLogin: "NO_LOGIN_PRESENT",
  AccountName: "Workloads",
  AccountState: "ACTIVE",
  UserDisplayName: "Alice Liddell",
  UserEmail: "alice@example.com",
  UserStatus: "ENABLED",
  RowStatus: "OK",
  MemberSince: "2026-01-10T09:30:00Z",
  LoginsInWindow: "0",
  Usage: "UNUSED_IN_WINDOW",
  AccessType: "PERMISSION_SET",
};

export const UNKNOWN = { LastLogin: "UNKNOWN", LoginsInWindow: "", Usage: "UNKNOWN" };

/** The console, two days and four hours before the run. */
export const USED = {
  LastLogin: "2026-11-20T08:00:00Z",
  LastConsoleLogin: "2026-11-20T08:00:00Z",
  DaysSinceLastLogin: "2",
  LoginsInWindow: "1",
  Usage: "USED",
};

export const WITHOUT_USER = {
  Username: "",
  UserId: "",
  LastLogin: "",
  UserDisplayName: "",
  UserEmail: "",
  UserStatus: "",
  MemberSince: "",
  LoginsInWindow: "",
  Usage: "",
};

export const NOT_FOUND = {
  Username: "",
  UserId: "906700aaaa-99999999-9999-4999-8999-999999999999",
  UserDisplayName: "",
  UserEmail: "",
  UserStatus: "",
  RowStatus: "USER_NOT_FOUND",
};

export const DIRECT = { Type: "USER", GroupId: "", GroupName: "NOGROUP", MemberSince: "" };

/** One case: what differs from `BASE`, and the rows. */
export function fixed(
  name: string,
  changes: Partial<Organisation>,
  rows: Row[],
  { status = "succeeded", ...options }: Partial<OracleOptions> & { status?: FixedCase["status"] } = {},
): FixedCase {
  const settings = { lookbackDays: 90, newAccessDays: 14, ...options };
  return { name, organisation: { ...BASE, ...changes }, options: settings, rows, status };
}

/** A case whose records are Bob's and these. */
export function withRecords(name: string, records: LoginEvent[], ...rows: Row[]): FixedCase {
  return fixed(name, { Records: [BOBS_LOGIN, ...records] }, rows);
}

/** The same, and many of the logins go to places that do not exist. */
export function toNowhere(name: string, records: LoginEvent[], ...rows: Row[]): FixedCase {
  return { ...withRecords(name, records, ...rows), status: "degraded" };
}

export function login({
  user = { userId: ALICE },
  account = "111111111111",
  role = "ReadOnly",
  time = "2026-11-20T08:00:00Z",
  eventName = "Federate",
  ...others
}: {
  user?: { userId?: string; userName?: string; type?: string };
  account?: string;
  role?: string;
  time?: string;
} & Partial<LoginEvent>): LoginEvent {
  const { userId, userName, type = userId === undefined ? "Unknown" : "IdentityCenterUser" } = user;
  return {
    eventTime: time,
    eventSource: "sso.amazonaws.com",
    eventName,
    userIdentity: {
      type,
      ...(userName === undefined ? {} : { userName }),
      ...(userId === undefined ? {} : { onBehalfOf: { userId } }),
    },
    serviceEventDetails: { role_name: role, account_id: account },
    ...others,
  };
}

export function directly(PrincipalId: string) {
  return {
    AccountAssignments: [
      { AccountId: "111111111111", PermissionSetArn: READ_ONLY, PrincipalType: "USER" as const, PrincipalId },
    ],
  };
}

export function aliceIs(changes: object) {
  return { Users: BASE.Users.map((user) => (user.UserId === ALICE ? { ...user, ...changes } : user)) };
}

export function withoutCreatedAt<T extends { CreatedAt?: string }>(entities: T[]): T[] {
  return entities.map(({ CreatedAt: _, ...kept }) => kept as T);
}

export function memberSince(CreatedAt: string) {
  return { GroupMemberships: BASE.GroupMemberships.map((membership) => ({ ...membership, CreatedAt })) };
}

export function storeIs(changes: object) {
  const store = BASE.EventDataStore;
  return { EventDataStore: store && { ...store, ...changes } };
}
