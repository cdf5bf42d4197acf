/** What the events of assignments tell, and what that makes of `Usage`: see `caseParts.ts`. On 8 November, noon, access was 14 days old. */
import {
  ALICE,
  aliceIs,
  BASE,
  BOBS_LOGIN,
  DIRECT,
  directly,
  type FixedCase,
  fixed,
  GONE,
  login,
  memberSince,
  NOT_FOUND,
  READ_ONLY,
  READERS,
  UNKNOWN,
  UNUSED,
  USED,
  WITHOUT_USER,
  withoutCreatedAt,
} from "./caseParts";
import type { AssignmentParameters, LoginEvent, Organisation } from "./organisation";

const OLD = "2026-10-01T09:00:00Z";
const NEW = "2026-11-20T09:00:00Z";
let events = 0;

/** That Readers was assigned, unless it says otherwise. */
function assigned(
  eventTime: string,
  { eventName = "CreateAccountAssignment", ...said }: AssignmentParameters & { eventName?: string } = {},
): LoginEvent {
  return {
    eventID: `assignment-event-${++events}`,
    eventTime,
    eventSource: "sso.amazonaws.com",
    eventName,
    userIdentity: { type: "AssumedRole", arn: "arn:aws:sts::000000000042:assumed-role/Administrators/admin" },
    requestParameters: {
      targetId: "111111111111",
      targetType: "AWS_ACCOUNT",
      permissionSetArn: READ_ONLY,
      principalType: "GROUP",
      principalId: READERS,
      ...said,
    },
  };
}

const ended = (eventTime: string, said: AssignmentParameters = {}) =>
  assigned(eventTime, { eventName: "DeleteAccountAssignment", ...said });
const toAlice = { principalType: "USER", principalId: ALICE };

function withEvents(
  name: string,
  Records: LoginEvent[],
  row: FixedCase["rows"][number],
  changes: Partial<Organisation> = {},
  options: Parameters<typeof fixed>[3] = {},
): FixedCase {
  return fixed(name, { ...changes, Records: [BOBS_LOGIN, ...Records] }, [row], options);
}

const nobodyHasDates = {
  Users: withoutCreatedAt(BASE.Users),
  GroupMemberships: withoutCreatedAt(BASE.GroupMemberships),
};

export const ASSIGNMENT_CASES: FixedCase[] = [
  withEvents("TOO_NEW: an old member, but a new assignment", [assigned(NEW)], {
    ...{ ...UNUSED, Usage: "TOO_NEW" },
    AssignedAt: NEW,
  }),
  withEvents("TOO_NEW: assigned a second less than 14 days ago", [assigned("2026-11-08T12:00:01Z")], {
    ...{ ...UNUSED, Usage: "TOO_NEW" },
    AssignedAt: "2026-11-08T12:00:01Z",
  }),
  withEvents("UNUSED_IN_WINDOW: assigned exactly 14 days ago", [assigned("2026-11-08T12:00:00Z")], {
    ...UNUSED,
    AssignedAt: "2026-11-08T12:00:00Z",
  }),
  withEvents("UNUSED_IN_WINDOW: an old assignment", [assigned(OLD)], { ...UNUSED, AssignedAt: OLD }),
  withEvents(
    "TOO_NEW: a new member, and an old assignment makes it no older",
    [assigned(OLD)],
    { ...UNUSED, MemberSince: NEW, Usage: "TOO_NEW", AssignedAt: OLD },
    memberSince(NEW),
  ),
  withEvents("USED comes before: a new assignment that was used", [assigned(NEW), login({})], {
    ...{ ...UNUSED, ...USED },
    AssignedAt: NEW,
  }),
  withEvents(
    "UNKNOWN comes before: a new assignment, and the role was used by nobody knows whom",
    [assigned(NEW), login({ user: {} })],
    { ...UNUSED, ...UNKNOWN, AssignedAt: NEW },
  ),
  withEvents(
    "UNUSED_IN_WINDOW: newAccessDays 0, however new the assignment",
    [assigned("2026-11-22T12:00:00Z")],
    { ...UNUSED, AssignedAt: "2026-11-22T12:00:00Z" },
    {},
    { newAccessDays: 0 },
  ),
  withEvents(
    "the newest of several counts, in any order",
    [assigned(OLD), assigned(NEW), assigned("2026-09-01T00:00:00Z")],
    {
      ...{ ...UNUSED, Usage: "TOO_NEW" },
      AssignedAt: NEW,
    },
  ),
  withEvents(
    "deleted and made again: the newest creation counts",
    [assigned(OLD), ended("2026-11-19T09:00:00Z"), assigned(NEW)],
    {
      ...{ ...UNUSED, Usage: "TOO_NEW" },
      AssignedAt: NEW,
    },
  ),
  withEvents(
    "TOO_NEW: ended lately, and there all the same: made again, which was not seen",
    [assigned(OLD), ended(NEW)],
    { ...UNUSED, Usage: "TOO_NEW", AssignedAt: OLD },
  ),
  withEvents("TOO_NEW: ended lately, and no creation was seen at all", [ended(NEW)], { ...UNUSED, Usage: "TOO_NEW" }),
  withEvents("UNUSED_IN_WINDOW: ended long ago, and the membership is old", [ended(OLD)], UNUSED),
  withEvents("an event after the present does not count", [assigned("2026-11-22T12:00:01Z")], UNUSED),
  withEvents("nor one before the window", [assigned("2026-08-24T11:59:59Z")], UNUSED),
  withEvents("one at the window's beginning does", [assigned("2026-08-24T12:00:00Z")], {
    ...UNUSED,
    AssignedAt: "2026-08-24T12:00:00Z",
  }),
  withEvents(
    "nor do those of another account, permission set, group, type or service, or that failed",
    [
      assigned(NEW, { targetId: "888888888888" }),
      assigned(NEW, { permissionSetArn: READ_ONLY.replace("4444", "5555") }),
      assigned(NEW, { principalId: "33333333-3333-4333-8333-333333333334" }),
      assigned(NEW, { principalType: "USER" }),
      assigned(NEW, toAlice),
      { ...assigned(NEW), eventSource: "signin.amazonaws.com" },
      { ...assigned(NEW), errorCode: "AccessDenied" },
    ],
    UNUSED,
  ),
  withEvents(
    "of a direct assignment, whose user is old",
    [assigned(NEW, toAlice)],
    { ...UNUSED, ...DIRECT, Usage: "TOO_NEW", AssignedAt: NEW },
    directly(ALICE),
  ),
  withEvents(
    "a user's id without its prefix is the same",
    [assigned(NEW, { ...toAlice, principalId: ALICE.slice(11) })],
    { ...UNUSED, ...DIRECT, Usage: "TOO_NEW", AssignedAt: NEW },
    directly(ALICE),
  ),
  withEvents(
    "TOO_NEW: a new user, and an old assignment makes it no older",
    [assigned(OLD, toAlice)],
    { ...UNUSED, ...DIRECT, Usage: "TOO_NEW", AssignedAt: OLD },
    { ...directly(ALICE), ...aliceIs({ CreatedAt: NEW }) },
  ),
  withEvents(
    "UNUSED_IN_WINDOW: a direct assignment of a user without a date is as old as its event",
    [assigned(OLD, toAlice)],
    { ...UNUSED, ...DIRECT, AssignedAt: OLD },
    { ...directly(ALICE), ...nobodyHasDates },
  ),
  withEvents(
    "TOO_NEW: the same, as new as its event",
    [assigned(NEW, toAlice)],
    { ...UNUSED, ...DIRECT, Usage: "TOO_NEW", AssignedAt: NEW },
    { ...directly(ALICE), ...nobodyHasDates },
  ),
  withEvents(
    "UNKNOWN: the same, ended later, and made again nobody knows when",
    [assigned("2026-09-01T00:00:00Z", toAlice), ended(OLD, toAlice)],
    { ...UNUSED, ...DIRECT, ...UNKNOWN, AssignedAt: "2026-09-01T00:00:00Z" },
    { ...directly(ALICE), ...nobodyHasDates },
  ),
  withEvents(
    "UNUSED_IN_WINDOW: a direct assignment of a user who is gone is as old as its event",
    [assigned(OLD, { ...toAlice, principalId: GONE })],
    { ...UNUSED, ...DIRECT, ...NOT_FOUND, AssignedAt: OLD },
    directly(GONE),
  ),
  withEvents(
    "TOO_NEW: a membership of unknown age in a group that was assigned lately",
    [assigned(NEW)],
    { ...UNUSED, MemberSince: "", Usage: "TOO_NEW", AssignedAt: NEW },
    nobodyHasDates,
  ),
  withEvents(
    "UNKNOWN: a membership of unknown age in a group that was assigned long ago may be from yesterday",
    [assigned(OLD)],
    { ...UNUSED, ...UNKNOWN, MemberSince: "", AssignedAt: OLD },
    nobodyHasDates,
  ),
  withEvents(
    "UNKNOWN: nothing of the window was observed, however new the assignment",
    [assigned(NEW)],
    { ...UNUSED, ...UNKNOWN, AssignedAt: NEW },
    { EventDataStore: { ...BASE.EventDataStore!, RetentionPeriod: 30 } },
    { status: "degraded" },
  ),
  withEvents(
    "an empty group has its assignment's time, too",
    [assigned(NEW)],
    { ...UNUSED, ...WITHOUT_USER, RowStatus: "EMPTY_GROUP", AssignedAt: NEW },
    { GroupMemberships: [] },
  ),
  fixed(
    "the login source is left out: nothing is known of assignments",
    { Records: [BOBS_LOGIN, assigned(NEW)] },
    [{ ...UNUSED, ...UNKNOWN }],
    { noLogins: true, status: "degraded" },
  ),
];
