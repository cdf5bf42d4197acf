/** Which login is whose, and what else stands in a row: see `caseParts.ts`. */
import {
  ALICE,
  aliceIs,
  BASE,
  BOB,
  BOBS_LOGIN,
  DIRECT,
  directly,
  type FixedCase,
  fixed,
  GONE,
  login,
  NOT_FOUND,
  READ_ONLY,
  READERS,
  SANDBOX,
  toNowhere,
  UNKNOWN,
  UNUSED,
  USED,
  WITHOUT_USER,
  withoutCreatedAt,
  withRecords,
} from "./caseParts";

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
    "an id without its prefix is the same id",
    [login({ user: { userId: "11111111-1111-4111-8111-111111111111" } })],
    { ...UNUSED, ...USED },
  ),
  withRecords(
    "an id with another store's prefix is another id",
    [login({ user: { userId: "1234567890-11111111-1111-4111-8111-111111111111" } })],
    UNUSED,
  ),
  fixed(
    "with a store whose id is a UUID, the ten digits before a user's are nobody's own",
    {
      IdentityStoreId: "77777777-7777-4777-8777-777777777777",
      Records: [BOBS_LOGIN, login({ user: { userId: "1234567890-11111111-1111-4111-8111-111111111111" } })],
    },
    [{ ...UNUSED, ...USED }],
  ),
  withRecords(
    "in old events the principal's id may be the user's",
    [login({ userIdentity: { type: "Unknown", principalId: ALICE, userName: "bob" } })],
    { ...UNUSED, ...USED },
  ),
  fixed(
    "a name in another Unicode form is the same name",
    {
      ...aliceIs({ UserName: "Zo\u00eb" }),
      Records: [BOBS_LOGIN, login({ user: { userName: "zoe\u0308" } })],
    },
    [{ ...UNUSED, ...USED, Username: "Zo\u00eb" }],
  ),
  fixed(
    "a name never counts for a user who was created after the event",
    {
      ...aliceIs({ CreatedAt: "2026-11-20T08:00:01Z" }),
      Records: [BOBS_LOGIN, login({ user: { userName: "alice@example.com" } })],
    },
    [{ ...UNUSED, ...UNKNOWN }],
  ),
  withRecords("a login by a name that nobody has may be anybody's", [login({ user: { userName: "alicia" } })], {
    ...UNUSED,
    ...UNKNOWN,
  }),
  fixed(
    "a login under an id that nobody has any more may be the user's, if the user was created after it",
    {
      ...aliceIs({ CreatedAt: "2026-11-20T08:00:01Z" }),
      Records: [BOBS_LOGIN, login({ user: { userId: GONE } })],
    },
    [{ ...UNUSED, ...UNKNOWN }],
  ),
  fixed(
    "and not, if the user was there before",
    {
      ...aliceIs({ CreatedAt: "2026-11-20T08:00:00Z" }),
      Records: [BOBS_LOGIN, login({ user: { userId: GONE } })],
    },
    [UNUSED],
  ),
  toNowhere(
    "a login of Alice that does not tell its role may have been to this one",
    [login({ eventName: "GetRoleCredentials", serviceEventDetails: null })],
    { ...UNUSED, ...UNKNOWN },
  ),
  toNowhere("so may one that tells it in another form", [login({ role: "AWSReservedSSO_ReadOnly_0123456789abcdef" })], {
    ...UNUSED,
    ...UNKNOWN,
  }),
  toNowhere("so may one that tells it so, cut", [login({ role: "AWSReservedSSO_ReadOnly_01234567" })], {
    ...UNUSED,
    ...UNKNOWN,
  }),
  toNowhere(
    "and one whose account is an ARN",
    [login({ account: "arn:aws:organizations::1:account/o-1/111111111111" })],
    {
      ...UNUSED,
      ...UNKNOWN,
    },
  ),
  toNowhere(
    "one of Bob's may not",
    [login({ user: { userId: BOB }, eventName: "GetRoleCredentials", serviceEventDetails: null })],
    UNUSED,
  ),
  toNowhere("one of nobody may be anybody's to anything", [login({ user: {}, role: "" })], { ...UNUSED, ...UNKNOWN }),
  withRecords("an event that stands twice counts once", [login({ eventID: "e-1" }), login({ eventID: "e-1" })], {
    ...UNUSED,
    ...USED,
  }),
  withRecords("an empty id is no id", [login({ user: { userId: "", userName: "alice@example.com" } })], {
    ...UNUSED,
    ...USED,
  }),
  withRecords("a failed login", [login({ errorCode: "AccessDenied" })], UNUSED),
  withRecords("an error code of null is none", [login({ errorCode: null })], { ...UNUSED, ...USED }),
  toNowhere("a role's name has a case", [login({ role: "readonly" })], UNUSED),
  withRecords("a login event without a user may be anybody's", [login({ user: {} })], { ...UNUSED, ...UNKNOWN }),
  withRecords("a login without an identity may be anybody's", [login({ userIdentity: null })], {
    ...UNUSED,
    ...UNKNOWN,
  }),
  toNowhere("a login of nobody into another account", [login({ user: {}, account: "222222222222" })], UNUSED),
  withRecords("a login of nobody, and one's own", [login({ user: {} }), login({})], { ...UNUSED, ...USED }),
  toNowhere("another account", [login({ account: "222222222222" })], UNUSED),
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
  fixed("GROUP_NOT_FOUND, before anything of the account", { Groups: [], GroupMemberships: [], Accounts: [SANDBOX] }, [
    { ...UNUSED, ...WITHOUT_USER, GroupName: "", AccountName: "", AccountState: "", RowStatus: "GROUP_NOT_FOUND" },
  ]),
  fixed("EMPTY_GROUP, before anything of the account", { GroupMemberships: [], Accounts: [SANDBOX] }, [
    { ...UNUSED, ...WITHOUT_USER, AccountName: "", AccountState: "", RowStatus: "EMPTY_GROUP" },
  ]),
  fixed(
    "USER_NOT_FOUND: a member, before anything of the account",
    {
      Accounts: [SANDBOX],
      GroupMemberships: BASE.GroupMemberships.map((membership) => ({ ...membership, MemberId: { UserId: GONE } })),
    },
    [{ ...UNUSED, ...NOT_FOUND, AccountName: "", AccountState: "" }],
  ),
  fixed("USER_NOT_FOUND: assigned directly, and nobody says since when", directly(GONE), [
    { ...UNUSED, ...UNKNOWN, ...DIRECT, ...NOT_FOUND },
  ]),
  fixed(
    "USER_NOT_FOUND: the logins are still found, by the id",
    { ...directly(GONE), Records: [BOBS_LOGIN, login({ user: { userId: GONE, userName: "gone@example.com" } })] },
    [{ ...UNUSED, ...DIRECT, ...USED, ...NOT_FOUND }],
  ),
  fixed(
    "ACCOUNT_NOT_IN_ORGANIZATION, before the user",
    { Accounts: [SANDBOX], ...aliceIs({ UserStatus: "DISABLED" }) },
    [
      {
        ...UNUSED,
        AccountName: "",
        AccountState: "",
        UserStatus: "DISABLED",
        RowStatus: "ACCOUNT_NOT_IN_ORGANIZATION",
      },
    ],
  ),
  ...["SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION"].map((State) =>
    fixed(
      `ACCOUNT_NOT_ACTIVE: ${State}, whatever the retired Status says, before the user`,
      {
        Accounts: [{ Id: "111111111111", Name: "Workloads", State, Status: "ACTIVE" }, SANDBOX],
        ...aliceIs({ UserStatus: "DISABLED" }),
      },
      [{ ...UNUSED, AccountState: State, UserStatus: "DISABLED", RowStatus: "ACCOUNT_NOT_ACTIVE" }],
    ),
  ),
  fixed(
    "an account whose state is missing",
    { Accounts: [{ Id: "111111111111", Status: "SUSPENDED" }, SANDBOX] },
    [{ ...UNUSED, AccountName: "", AccountState: "UNKNOWN" }],
    { status: "degraded" },
  ),
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
      Users: [{ UserId: ALICE, CreatedAt: "2023-05-01T08:00:00Z" }, { UserId: BOB }],
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
      ProvisionedAccounts: [{ PermissionSetArn: READ_ONLY, AccountId: "888888888888" }],
    },
    [UNUSED],
  ),
];
