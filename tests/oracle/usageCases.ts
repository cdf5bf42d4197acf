/** What was observed, and what that makes of `Usage`: see `caseParts.ts`. */
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
  memberSince,
  READ_ONLY,
  storeIs,
  UNKNOWN,
  UNUSED,
  USED,
  withoutCreatedAt,
  withRecords,
} from "./caseParts";

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
    "UNKNOWN: nobody says how old the access is",
    { Users: withoutCreatedAt(BASE.Users), GroupMemberships: withoutCreatedAt(BASE.GroupMemberships) },
    [{ ...UNUSED, ...UNKNOWN, MemberSince: "" }],
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
    "the store was stopped before anything happened",
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
  fixed("the store records one Region alone, where the instance is", storeIs({ MultiRegionEnabled: false }), [UNUSED]),
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
  fixed("the store keeps exactly the window, of which the first day is not read", storeIs({ RetentionPeriod: 90 }), [
    UNUSED,
  ]),
  fixed(
    "of a store that keeps exactly the window, a login on its first day does not count",
    { ...storeIs({ RetentionPeriod: 90 }), Records: [BOBS_LOGIN, login({ time: "2026-08-25T11:59:59Z" })] },
    [UNUSED],
  ),
  fixed(
    "the store keeps a day more than the window, and a login on its first day counts",
    { ...storeIs({ RetentionPeriod: 91 }), Records: [login({ time: "2026-08-24T12:00:00Z" })] },
    [
      {
        ...UNUSED,
        ...USED,
        LastLogin: "2026-08-24T12:00:00Z",
        LastConsoleLogin: "2026-08-24T12:00:00Z",
        DaysSinceLastLogin: "90",
      },
    ],
  ),
  fixed(
    "the store does not say of which Regions",
    storeIs({ MultiRegionEnabled: undefined }),
    [{ ...UNUSED, ...UNKNOWN }],
    { status: "degraded" },
  ),
  fixed(
    "the store does not say which events",
    storeIs({ AdvancedEventSelectors: undefined }),
    [{ ...UNUSED, ...UNKNOWN }],
    { status: "degraded" },
  ),
  fixed("the run looks back from an earlier present, and all is still kept", {}, [UNUSED], {
    now: "2026-11-21T12:00:00Z",
  }),
  fixed(
    "the run looks back from a present of which the store keeps less by now",
    storeIs({ RetentionPeriod: 100 }),
    [{ ...UNUSED, ...UNKNOWN }],
    { now: "2026-11-11T12:00:00Z", status: "degraded" },
  ),
  fixed("the run looks back from a present that has not come", {}, [{ ...UNUSED, ...UNKNOWN }], {
    now: "2026-11-22T13:00:00Z",
    status: "degraded",
  }),
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
    "a login of somebody with a grant who is gone from the Identity Store does not either",
    {
      AccountAssignments: [
        ...BASE.AccountAssignments,
        { AccountId: "888888888888", PermissionSetArn: READ_ONLY, PrincipalType: "USER", PrincipalId: GONE },
      ],
      Records: [login({ user: { userId: GONE }, account: "111111111111" })],
    },
    [
      { ...UNUSED, ...UNKNOWN },
      {
        ...UNUSED,
        ...UNKNOWN,
        ...{ account: "888888888888", AccountName: "Sandbox", Type: "USER", GroupId: "", GroupName: "NOGROUP" },
        ...{ Username: "", UserId: GONE, UserDisplayName: "", UserEmail: "", UserStatus: "", MemberSince: "" },
        RowStatus: "USER_NOT_FOUND",
      },
    ],
    { status: "degraded" },
  ),
  fixed(
    "nor do logins to accounts alone that the organization does not have, though Alice was there",
    { Records: [login({ account: "999999999999" }), login({ user: { userId: BOB }, account: "999999999999" })] },
    [{ ...UNUSED, ...UNKNOWN }],
    { status: "degraded" },
  ),
  fixed(
    "nor do logins with names alone that no permission set has",
    { Records: [login({ role: "ReadOnlyAccess" }), login({ user: { userId: BOB }, role: "ReadOnlyAccess" })] },
    [{ ...UNUSED, ...UNKNOWN }],
    { status: "degraded" },
  ),
  fixed(
    "a tenth of the logins may go to places that do not exist",
    { Records: [...Array(9).fill(BOBS_LOGIN), login({ user: { userId: BOB }, account: "999999999999" })] },
    [UNUSED],
  ),
  fixed(
    "more than a tenth may not",
    { Records: [...Array(8).fill(BOBS_LOGIN), login({ user: { userId: BOB }, role: "Gone" })] },
    [UNUSED],
    { status: "degraded" },
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
