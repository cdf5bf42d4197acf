/**
 * Small organisations with the rows that they must give, worked out by hand. The oracle is held against them, and the product.
 *
 * All of them vary one organisation: on 22 November 2026, noon, alice is a member of Readers, which may enter account 111111111111
 * with ReadOnly. Bob has entered account 999999999999 meanwhile: the window is observed. Window: from 24 August 2026, noon.
 */
import type { LoginEvent, Organisation } from "./organisation";
import type { OracleOptions, Row } from "./report";

export interface FixedCase {
  name: string;
  organisation: Organisation;
  options: OracleOptions;
  rows: Row[];
  status: "succeeded" | "degraded";
}

const ALICE = "906700aaaa-11111111-1111-4111-8111-111111111111";
const BOB = "906700aaaa-22222222-2222-4222-8222-222222222222";
const GONE = "906700aaaa-99999999-9999-4999-8999-999999999999";
const READERS = "33333333-3333-4333-8333-333333333333";
const READ_ONLY = "arn:aws:sso:::permissionSet/ssoins-7223aaaabbbbcccc/ps-1111222233334444";

const BOBS_LOGIN = login({ user: { userId: BOB }, account: "999999999999", time: "2026-10-01T00:00:00Z" });

const BASE: Organisation = {
  Now: "2026-11-22T12:00:00Z",
  InstanceArn: "arn:aws:sso:::instance/ssoins-7223aaaabbbbcccc",
  IdentityStoreId: "d-906700aaaa",
  Accounts: [{ Id: "111111111111", Name: "Workloads", State: "ACTIVE" }],
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
  EventDataStore: {
    EventDataStoreArn:
      "arn:aws:cloudtrail:eu-central-1:000000000042:eventdatastore/55555555-5555-4555-8555-555555555555",
    Status: "ENABLED",
    RetentionPeriod: 2557,
    CreatedTimestamp: "2024-01-01T00:00:00Z",
  },
  Records: [BOBS_LOGIN],
};

/** The one row of `BASE`. */
const UNUSED: Row = {
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
  LastConsoleLogin: "",
  LastProgrammaticLogin: "",
  DaysSinceLastLogin: "",
  LoginsInWindow: "0",
  Usage: "UNUSED_IN_WINDOW",
};

const UNKNOWN = { LastLogin: "UNKNOWN", LoginsInWindow: "", Usage: "UNKNOWN" };

/** The console, two days and four hours before the run. */
const USED = {
  LastLogin: "2026-11-20T08:00:00Z",
  LastConsoleLogin: "2026-11-20T08:00:00Z",
  DaysSinceLastLogin: "2",
  LoginsInWindow: "1",
  Usage: "USED",
};

const WITHOUT_USER = {
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

const NOT_FOUND = {
  Username: "",
  UserId: "906700aaaa-99999999-9999-4999-8999-999999999999",
  UserDisplayName: "",
  UserEmail: "",
  UserStatus: "",
  RowStatus: "USER_NOT_FOUND",
};

const DIRECT = { Type: "USER", GroupId: "", GroupName: "NOGROUP", MemberSince: "" };

/** One case: what differs from `BASE`, and the rows. */
function fixed(
  name: string,
  changes: Partial<Organisation>,
  rows: Row[],
  { status = "succeeded", ...options }: Partial<OracleOptions> & { status?: FixedCase["status"] } = {},
): FixedCase {
  const settings = { lookbackDays: 90, newAccessDays: 14, ...options };
  return { name, organisation: { ...BASE, ...changes }, options: settings, rows, status };
}

/** A case whose records are Bob's and these. */
function withRecords(name: string, records: LoginEvent[], ...rows: Row[]): FixedCase {
  return fixed(name, { Records: [BOBS_LOGIN, ...records] }, rows);
}

function login({
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

function directly(PrincipalId: string) {
  return {
    AccountAssignments: [
      { AccountId: "111111111111", PermissionSetArn: READ_ONLY, PrincipalType: "USER" as const, PrincipalId },
    ],
  };
}

function aliceIs(changes: object) {
  return { Users: BASE.Users.map((user) => (user.UserId === ALICE ? { ...user, ...changes } : user)) };
}

function withoutCreatedAt<T extends { CreatedAt?: string }>(entities: T[]): T[] {
  return entities.map(({ CreatedAt: _, ...kept }) => kept as T);
}

function memberSince(CreatedAt: string) {
  return { GroupMemberships: BASE.GroupMemberships.map((membership) => ({ ...membership, CreatedAt })) };
}

function storeIs(changes: object) {
  const store = BASE.EventDataStore;
  return { EventDataStore: store && { ...store, ...changes } };
}

export const USAGE_CASES: FixedCase[] = [
  fixed("UNUSED_IN_WINDOW: observed, and no login", {}, [UNUSED]),
  withRecords("USED: a console login", [login({})], { ...UNUSED, ...USED }),
  withRecords("USED: a programmatic login", [login({ eventName: "GetRoleCredentials" })], {
    ...UNUSED,
    ...USED,
    LastConsoleLogin: "",
    LastProgrammaticLogin: "2026-11-20T08:00:00Z",
  }),
  withRecords(
    "USED: several logins, in any order",
    [
      login({ time: "2026-11-01T10:00:00Z" }),
      login({ time: "2026-11-10T10:00:00Z", eventName: "GetRoleCredentials" }),
      login({ time: "2026-10-01T10:00:00Z", eventName: "GetRoleCredentials" }),
      login({ time: "2026-09-01T10:00:00Z" }),
    ],
    {
      ...UNUSED,
      LastLogin: "2026-11-10T10:00:00Z",
      LastConsoleLogin: "2026-11-01T10:00:00Z",
      LastProgrammaticLogin: "2026-11-10T10:00:00Z",
      DaysSinceLastLogin: "12",
      LoginsInWindow: "4",
      Usage: "USED",
    },
  ),
  withRecords("USED comes before TOO_NEW: a login at this moment", [login({ time: "2026-11-22T12:00:00Z" })], {
    ...UNUSED,
    LastLogin: "2026-11-22T12:00:00Z",
    LastConsoleLogin: "2026-11-22T12:00:00Z",
    DaysSinceLastLogin: "0",
    LoginsInWindow: "1",
    Usage: "USED",
  }),
  withRecords("USED: on the first second of the window", [login({ time: "2026-08-24T12:00:00Z" })], {
    ...UNUSED,
    LastLogin: "2026-08-24T12:00:00Z",
    LastConsoleLogin: "2026-08-24T12:00:00Z",
    DaysSinceLastLogin: "90",
    LoginsInWindow: "1",
    Usage: "USED",
  }),
  withRecords(
    "UNUSED_IN_WINDOW: a second before the window, and a second after now",
    [login({ time: "2026-08-24T11:59:59Z" }), login({ time: "2026-11-22T12:00:01Z" })],
    UNUSED,
  ),
  fixed(
    "the run's present is cut to whole seconds",
    {
      Now: "2026-11-22T12:00:00.999Z",
      Records: [BOBS_LOGIN, login({ time: "2026-08-24T12:00:00Z" }), login({ time: "2026-11-22T12:00:01Z" })],
    },
    [
      {
        ...UNUSED,
        LastLogin: "2026-08-24T12:00:00Z",
        LastConsoleLogin: "2026-08-24T12:00:00Z",
        DaysSinceLastLogin: "90",
        LoginsInWindow: "1",
        Usage: "USED",
      },
    ],
  ),
  fixed("TOO_NEW: a member for a second less than 14 days", memberSince("2026-11-08T12:00:01Z"), [
    { ...UNUSED, MemberSince: "2026-11-08T12:00:01Z", Usage: "TOO_NEW" },
  ]),
  fixed("UNUSED_IN_WINDOW: a member for exactly 14 days", memberSince("2026-11-08T12:00:00Z"), [
    { ...UNUSED, MemberSince: "2026-11-08T12:00:00Z" },
  ]),
  fixed("TOO_NEW: by a millisecond, which is not printed", memberSince("2026-11-08T13:00:00.001+01:00"), [
    { ...UNUSED, MemberSince: "2026-11-08T12:00:00Z", Usage: "TOO_NEW" },
  ]),
  fixed("UNUSED_IN_WINDOW: an old member, though a new user", aliceIs({ CreatedAt: "2026-11-21T00:00:00Z" }), [UNUSED]),
  fixed(
    "TOO_NEW: when the membership does not say since when, the user's age counts",
    {
      ...aliceIs({ CreatedAt: "2026-11-21T00:00:00Z" }),
      GroupMemberships: withoutCreatedAt(BASE.GroupMemberships),
    },
    [{ ...UNUSED, MemberSince: "", Usage: "TOO_NEW" }],
  ),
  fixed(
    "TOO_NEW: for a direct assignment the user's age counts",
    { ...aliceIs({ CreatedAt: "2026-11-21T00:00:00Z" }), ...directly(ALICE) },
    [{ ...UNUSED, ...DIRECT, Usage: "TOO_NEW" }],
  ),
  fixed(
    "UNUSED_IN_WINDOW: nobody says how old the access is",
    { Users: withoutCreatedAt(BASE.Users), GroupMemberships: withoutCreatedAt(BASE.GroupMemberships) },
    [{ ...UNUSED, MemberSince: "" }],
  ),
  fixed(
    "UNUSED_IN_WINDOW: newAccessDays 0",
    memberSince("2026-11-22T11:59:59Z"),
    [{ ...UNUSED, MemberSince: "2026-11-22T11:59:59Z" }],
    { newAccessDays: 0 },
  ),
];

export const COVERAGE_CASES: FixedCase[] = [
  fixed("the login source is left out", { Records: [BOBS_LOGIN, login({})] }, [{ ...UNUSED, ...UNKNOWN }], {
    noLogins: true,
    status: "degraded",
  }),
  fixed(
    "the store is not enabled: nothing of it is believed",
    { ...storeIs({ Status: "STOPPED_INGESTION" }), Records: [BOBS_LOGIN, login({})] },
    [{ ...UNUSED, ...UNKNOWN }],
    { status: "degraded" },
  ),
  fixed(
    "the store was changed a second after the window's start",
    storeIs({ UpdatedTimestamp: "2026-08-24T12:00:01Z" }),
    [{ ...UNUSED, ...UNKNOWN }],
    { status: "degraded" },
  ),
  fixed("the store was changed at the window's start", storeIs({ UpdatedTimestamp: "2026-08-24T12:00:00Z" }), [UNUSED]),
  fixed("the store records one Region alone", storeIs({ MultiRegionEnabled: false }), [{ ...UNUSED, ...UNKNOWN }], {
    status: "degraded",
  }),
  fixed(
    "the store is not there",
    { EventDataStore: undefined, Records: [BOBS_LOGIN, login({})] },
    [{ ...UNUSED, ...UNKNOWN }],
    { status: "degraded" },
  ),
  fixed(
    "the store is younger than the window",
    storeIs({ CreatedTimestamp: "2026-08-24T12:00:00.001Z" }),
    [{ ...UNUSED, ...UNKNOWN }],
    { status: "degraded" },
  ),
  fixed("the store is exactly as old as the window", storeIs({ CreatedTimestamp: "2026-08-24T12:00:00Z" }), [UNUSED]),
  fixed(
    "the store is younger than the window, but saw a login",
    { ...storeIs({ CreatedTimestamp: "2026-11-01T00:00:00Z" }), Records: [login({})] },
    [{ ...UNUSED, ...USED }],
    { status: "degraded" },
  ),
  fixed("the store keeps less than the window", storeIs({ RetentionPeriod: 89 }), [{ ...UNUSED, ...UNKNOWN }], {
    status: "degraded",
  }),
  fixed("the store keeps exactly the window", storeIs({ RetentionPeriod: 90 }), [UNUSED]),
  fixed("no event of anyone", { Records: [] }, [{ ...UNUSED, ...UNKNOWN }], { status: "degraded" }),
  fixed(
    "no role login of anyone: failed, of an application, elsewhere, too early, too late, of nobody",
    {
      Records: [
        login({ user: { userId: BOB }, errorCode: "AccessDenied" }),
        login({ user: { userId: BOB }, serviceEventDetails: { application_arn: "arn:aws:sso::1:application/a/b" } }),
        login({ user: { userId: BOB }, serviceEventDetails: null }),
        login({ user: { userId: BOB }, role: "" }),
        login({ user: { userId: BOB }, account: "" }),
        login({ user: { userId: BOB }, eventSource: "signin.amazonaws.com" }),
        login({ user: { userId: BOB }, eventName: "UserAuthentication" }),
        login({ user: { userId: BOB }, time: "2026-08-24T11:59:59Z" }),
        login({ user: { userId: BOB }, time: "2026-11-22T12:00:01Z" }),
        login({ user: {} }),
        login({ user: { userName: "" } }),
        login({ userIdentity: null }),
      ],
    },
    [{ ...UNUSED, ...UNKNOWN }],
    { status: "degraded" },
  ),
  fixed(
    "logins of strangers alone do not show that anybody would have been seen",
    { Records: [login({ user: { userName: "stranger" } }), login({ user: { userId: GONE } })] },
    [{ ...UNUSED, ...UNKNOWN }],
    { status: "degraded" },
  ),
  fixed(
    "a login of somebody with a grant who is gone from the Identity Store does",
    {
      AccountAssignments: [
        ...BASE.AccountAssignments,
        { AccountId: "222222222222", PermissionSetArn: READ_ONLY, PrincipalType: "USER", PrincipalId: GONE },
      ],
      Accounts: [...BASE.Accounts, { Id: "222222222222", Name: "Other", State: "ACTIVE" }],
      Records: [login({ user: { userId: GONE }, account: "999999999999" })],
    },
    [
      UNUSED,
      {
        ...UNUSED,
        ...{ account: "222222222222", AccountName: "Other", Type: "USER", GroupId: "", GroupName: "NOGROUP" },
        ...{ Username: "", UserId: GONE, UserDisplayName: "", UserEmail: "", UserStatus: "", MemberSince: "" },
        RowStatus: "USER_NOT_FOUND",
      },
    ],
  ),
  fixed(
    "UNKNOWN comes before TOO_NEW",
    { ...memberSince("2026-11-21T00:00:00Z"), Records: [] },
    [{ ...UNUSED, ...UNKNOWN, MemberSince: "2026-11-21T00:00:00Z" }],
    { status: "degraded" },
  ),
  fixed("Organizations may not be read", {}, [{ ...UNUSED, AccountName: "", AccountState: "UNKNOWN" }], {
    organizationsDenied: true,
    status: "degraded",
  }),
];

export const JOIN_CASES: FixedCase[] = [
  withRecords("the old form: by name, whatever its case", [login({ user: { userName: "ALICE@example.COM" } })], {
    ...UNUSED,
    ...USED,
  }),
  withRecords(
    "a name under the current type",
    [login({ user: { userName: "alice@example.com", type: "IdentityCenterUser" } })],
    {
      ...UNUSED,
      ...USED,
    },
  ),
  withRecords("an id under the old type", [login({ user: { userId: ALICE, type: "Unknown" } })], {
    ...UNUSED,
    ...USED,
  }),
  withRecords("both fields: the id decides", [login({ user: { userId: ALICE, userName: "bob" } })], {
    ...UNUSED,
    ...USED,
  }),
  withRecords(
    "a deleted user's id never falls back to a name that was given to somebody else",
    [login({ user: { userId: GONE, userName: "alice@example.com" } })],
    UNUSED,
  ),
  withRecords(
    "an id without its prefix is another id",
    [login({ user: { userId: "11111111-1111-4111-8111-111111111111" } })],
    UNUSED,
  ),
  withRecords("an empty id is no id", [login({ user: { userId: "", userName: "alice@example.com" } })], {
    ...UNUSED,
    ...USED,
  }),
  withRecords("a failed login", [login({ errorCode: "AccessDenied" })], UNUSED),
  withRecords("an error code of null is none", [login({ errorCode: null })], { ...UNUSED, ...USED }),
  withRecords("a role's name has a case", [login({ role: "readonly" })], UNUSED),
  withRecords("a login that names nobody may be anybody's", [login({ user: {} })], { ...UNUSED, ...UNKNOWN }),
  withRecords("a login without an identity may be anybody's", [login({ userIdentity: null })], {
    ...UNUSED,
    ...UNKNOWN,
  }),
  withRecords("a login of nobody into another account", [login({ user: {}, account: "222222222222" })], UNUSED),
  withRecords("a login of nobody, and one's own", [login({ user: {} }), login({})], { ...UNUSED, ...USED }),
  withRecords("another account", [login({ account: "222222222222" })], UNUSED),
  fixed(
    "a login by name counts for everyone of that name; the other's own logins do not",
    {
      Users: [...BASE.Users, { UserId: GONE, UserName: "Alice@Example.com" }],
      GroupMemberships: [...BASE.GroupMemberships, { MembershipId: "6", GroupId: READERS, MemberId: { UserId: GONE } }],
      Records: [
        login({ user: { userName: "alice@example.com" } }),
        login({ time: "2026-11-21T13:00:00Z", eventName: "GetRoleCredentials" }),
      ],
    },
    [
      // "A" comes before "a".
      {
        ...UNUSED,
        ...USED,
        Username: "Alice@Example.com",
        UserId: "906700aaaa-99999999-9999-4999-8999-999999999999",
        UserDisplayName: "",
        UserEmail: "",
        UserStatus: "",
        MemberSince: "",
      },
      {
        ...UNUSED,
        LastLogin: "2026-11-21T13:00:00Z",
        LastConsoleLogin: "2026-11-20T08:00:00Z",
        LastProgrammaticLogin: "2026-11-21T13:00:00Z",
        DaysSinceLastLogin: "0",
        LoginsInWindow: "2",
        Usage: "USED",
      },
    ],
  ),
  fixed(
    "every grant of one role to one user shows the same logins",
    {
      Groups: [...BASE.Groups, { GroupId: "77777777-7777-4777-8777-777777777777", DisplayName: "Auditors" }],
      GroupMemberships: [
        ...BASE.GroupMemberships,
        {
          MembershipId: "7",
          GroupId: "77777777-7777-4777-8777-777777777777",
          MemberId: { UserId: ALICE },
          CreatedAt: "2026-11-20T07:00:00Z",
        },
      ],
      AccountAssignments: [
        ...directly(ALICE).AccountAssignments,
        ...BASE.AccountAssignments,
        {
          AccountId: "111111111111",
          PermissionSetArn: READ_ONLY,
          PrincipalType: "GROUP",
          PrincipalId: "77777777-7777-4777-8777-777777777777",
        },
      ],
      Records: [login({})],
    },
    [
      {
        ...UNUSED,
        ...USED,
        GroupId: "77777777-7777-4777-8777-777777777777",
        GroupName: "Auditors",
        MemberSince: "2026-11-20T07:00:00Z",
      },
      { ...UNUSED, ...USED },
      { ...UNUSED, ...USED, ...DIRECT },
    ],
  ),
];

export const ROW_STATUS_CASES: FixedCase[] = [
  fixed("GROUP_NOT_FOUND, before anything of the account", { Groups: [], GroupMemberships: [], Accounts: [] }, [
    { ...UNUSED, ...WITHOUT_USER, GroupName: "", AccountName: "", AccountState: "", RowStatus: "GROUP_NOT_FOUND" },
  ]),
  fixed("EMPTY_GROUP, before anything of the account", { GroupMemberships: [], Accounts: [] }, [
    { ...UNUSED, ...WITHOUT_USER, AccountName: "", AccountState: "", RowStatus: "EMPTY_GROUP" },
  ]),
  fixed(
    "USER_NOT_FOUND: a member, before anything of the account",
    {
      Accounts: [],
      GroupMemberships: BASE.GroupMemberships.map((membership) => ({ ...membership, MemberId: { UserId: GONE } })),
    },
    [{ ...UNUSED, ...NOT_FOUND, AccountName: "", AccountState: "" }],
  ),
  fixed("USER_NOT_FOUND: assigned directly", directly(GONE), [{ ...UNUSED, ...DIRECT, ...NOT_FOUND }]),
  fixed(
    "USER_NOT_FOUND: the logins are still found, by the id",
    { ...directly(GONE), Records: [login({ user: { userId: GONE, userName: "gone@example.com" } })] },
    [{ ...UNUSED, ...DIRECT, ...USED, ...NOT_FOUND }],
  ),
  fixed("ACCOUNT_NOT_IN_ORGANIZATION, before the user", { Accounts: [], ...aliceIs({ UserStatus: "DISABLED" }) }, [
    {
      ...UNUSED,
      AccountName: "",
      AccountState: "",
      UserStatus: "DISABLED",
      RowStatus: "ACCOUNT_NOT_IN_ORGANIZATION",
    },
  ]),
  ...["SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION"].map((State) =>
    fixed(
      `ACCOUNT_NOT_ACTIVE: ${State}, whatever the retired Status says, before the user`,
      {
        Accounts: [{ Id: "111111111111", Name: "Workloads", State, Status: "ACTIVE" }],
        ...aliceIs({ UserStatus: "DISABLED" }),
      },
      [{ ...UNUSED, AccountState: State, UserStatus: "DISABLED", RowStatus: "ACCOUNT_NOT_ACTIVE" }],
    ),
  ),
  fixed("an account whose state is missing", { Accounts: [{ Id: "111111111111", Status: "SUSPENDED" }] }, [
    { ...UNUSED, AccountName: "", AccountState: "UNKNOWN" },
  ]),
  fixed("USER_DISABLED, and used all the same", { ...aliceIs({ UserStatus: "DISABLED" }), Records: [login({})] }, [
    { ...UNUSED, ...USED, UserStatus: "DISABLED", RowStatus: "USER_DISABLED" },
  ]),
  fixed(
    "Organizations may not be read: no account status",
    {
      Accounts: [{ Id: "111111111111", Name: "Workloads", State: "SUSPENDED" }],
      ...aliceIs({ UserStatus: "DISABLED" }),
    },
    [{ ...UNUSED, AccountName: "", AccountState: "UNKNOWN", UserStatus: "DISABLED", RowStatus: "USER_DISABLED" }],
    { organizationsDenied: true, status: "degraded" },
  ),
];

export const FIELD_CASES: FixedCase[] = [
  fixed(
    "an empty organisation",
    {
      Accounts: [],
      PermissionSets: [],
      Users: [],
      Groups: [],
      GroupMemberships: [],
      AccountAssignments: [],
    },
    [],
    { status: "degraded" },
  ),
  fixed(
    "what may be missing is empty",
    {
      PermissionSets: [{ PermissionSetArn: READ_ONLY, Name: "ReadOnly" }],
      Users: [{ UserId: ALICE }, { UserId: BOB }],
      Groups: [{ GroupId: READERS }],
      GroupMemberships: withoutCreatedAt(BASE.GroupMemberships),
    },
    [
      {
        ...UNUSED,
        PermissionSetDescription: "DESCRIPTION NOT SET",
        GroupName: "",
        Username: "",
        UserDisplayName: "",
        UserEmail: "",
        UserStatus: "",
        MemberSince: "",
      },
    ],
  ),
  fixed(
    "an empty description",
    {
      PermissionSets: [{ PermissionSetArn: READ_ONLY, Name: "ReadOnly", Description: "" }],
    },
    [{ ...UNUSED, PermissionSetDescription: "DESCRIPTION NOT SET" }],
  ),
  fixed(
    "no primary e-mail: the first",
    aliceIs({
      Emails: [{ Value: "first@example.com", Primary: false }, { Value: "second@example.com" }],
    }),
    [{ ...UNUSED, UserEmail: "first@example.com" }],
  ),
  fixed("no e-mail at all", aliceIs({ Emails: [] }), [{ ...UNUSED, UserEmail: "" }]),
  fixed(
    "a provisioned permission set without assignment gives no row",
    {
      ProvisionedAccounts: [{ PermissionSetArn: READ_ONLY, AccountId: "222222222222" }],
    },
    [UNUSED],
  ),
];
