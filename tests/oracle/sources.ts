/** Arbitrary pasts and presents of one small organisation, as the collection gives them: ids repeat, names change. */
import fc, { type Arbitrary } from "fast-check";
import type { RowSources } from "../../handlers/files/rows";
import type { AssignmentEvent, Collection, LastLogin, Logins } from "../../handlers/model";
import { defaultSettings } from "../../local/defaultSettings";
import { noApplications, noEntitlements, plainInstance } from "../../local/plainInstance";
import { displayNames as anyDisplayNames, userNames as anyUserNames } from "./names";

// As they come from the edge, where AWS is read.
const displayNames = anyDisplayNames.map((name) => name.toWellFormed());
const userNames = anyUserNames.map((name) => name.toWellFormed());

const ACCOUNTS = ["000000000001", "111111111111", "999999999999"];
const SETS = ["AdministratorAccess", "=Formula", "ReadOnly"];
const GROUPS = ["group-a", "group-b", "group-c", "group-d", "group-e"];
const USERS = ["user-1", "user-2", "user-3", "user-4"];
const NOW = "2026-11-22T12:00:00Z";
const NOW_MS = Date.parse(NOW);
const DAY = 86_400_000;

const setArn = (index: number) => `arn:aws:sso:::permissionSet/ssoins-7223aaaabbbbcccc/ps-${index}`;

const age = fc.option(fc.integer({ min: 0, max: 40 * DAY }), { nil: null });

const principal = fc.oneof(
  fc.constantFrom(...GROUPS).map((id) => ["GROUP", id] as const),
  fc.constantFrom(...USERS).map((id) => ["USER", id] as const),
);

const users = fc.subarray(USERS).chain((ids) =>
  fc.tuple(
    ...ids.map((id) =>
      fc.record({
        id: fc.constant(id),
        name: userNames,
        displayName: displayNames,
        email: fc.constant(""),
        status: fc.constantFrom("ENABLED", "ENABLED", "DISABLED", ""),
        createdMs: age.map((ms) => (ms === null ? null : NOW_MS - ms)),
      }),
    ),
  ),
);

const groups = fc
  .subarray(GROUPS)
  .chain((ids) => fc.tuple(...ids.map((id) => fc.record({ id: fc.constant(id), name: displayNames }))));

const accounts = fc.option(
  fc.subarray(ACCOUNTS).chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.record({
          id: fc.constant(id),
          name: displayNames,
          state: fc.constantFrom("ACTIVE", "ACTIVE", "SUSPENDED", "UNKNOWN"),
        }),
      ),
    ),
  ),
  { nil: null, freq: 5 },
);

const login: Arbitrary<LastLogin> = fc.record({
  userId: fc.constantFrom(...USERS, "user-deleted"),
  userName: fc.constant(""),
  accountId: fc.constantFrom(...ACCOUNTS, "222222222222"),
  roleName: fc.constantFrom(...SETS, "Gone"),
  firstMs: fc.constant(NOW_MS - 90 * DAY),
  lastConsoleMs: fc.constant(null),
  lastProgrammaticMs: fc.integer({ min: 0, max: 90 }).map((days) => NOW_MS - days * DAY),
  count: fc.integer({ min: 1, max: 3 }),
});

const assignment: Arbitrary<AssignmentEvent> = fc.record({
  id: fc.nat({ max: 9_999 }).map(String),
  kind: fc.constantFrom("created" as const, "created" as const, "deleted" as const),
  atMs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 85 * DAY }).map((ms) => NOW_MS - ms) },
    { weight: 1, arbitrary: fc.constantFrom(NOW_MS + 1, Number.NaN, -1, NOW_MS) },
  ),
  accountId: fc.constantFrom(...ACCOUNTS),
  permissionSetArn: fc.constantFrom(...SETS.map((_, index) => setArn(index))),
  principalType: fc.constantFrom("GROUP" as const, "GROUP" as const, "USER" as const),
  principalId: fc.constantFrom(...GROUPS, ...USERS),
  by: fc.constantFrom("arn:aws:iam::111111111111:user/zoe", "=zoe", "max", ""),
});

/** A user or group that is given a permission set in the last ten days, and loses it within as many. */
const stay: Arbitrary<AssignmentEvent[]> = fc
  .record({ made: assignment, ago: fc.integer({ min: 0, max: 10 * DAY }), for: fc.integer({ min: 0, max: 10 * DAY }) })
  .map(({ made, ago, for: lasted }) => [
    { ...made, id: `made ${made.id}`, kind: "created", atMs: NOW_MS - ago - lasted },
    { ...made, id: `ended ${made.id}`, kind: "deleted", atMs: NOW_MS - ago, by: "=ender" },
  ]);

/** What one run collected. */
export const rowSources: Arbitrary<RowSources> = fc
  .record({
    pairs: fc.subarray(ACCOUNTS.flatMap((account) => SETS.map((_, set) => [account, set] as const))),
    principals: fc.array(fc.uniqueArray(principal, { selector: String, maxLength: 8 }), { minLength: 9, maxLength: 9 }),
    users,
    groups,
    memberships: fc.tuple(
      ...GROUPS.map(() =>
        fc.uniqueArray(fc.record({ userId: fc.constantFrom(...USERS), age }), {
          selector: (m) => m.userId,
          maxLength: 4,
        }),
      ),
    ),
    /** `[account, role]` that account access manager gives, and to whom. */
    roles: fc.subarray(ACCOUNTS.flatMap((account) => ["Deploy", "ops/Read"].map((role) => [account, role] as const))),
    given: fc.array(fc.uniqueArray(principal, { selector: String, minLength: 1, maxLength: 3 }), {
      minLength: 6,
      maxLength: 6,
    }),
    accounts,
    administrator: fc.boolean(),
    lastLogins: fc.uniqueArray(login, {
      selector: (each) => JSON.stringify([each.userId, each.accountId, each.roleName]),
      maxLength: 12,
    }),
    unattributed: fc.array(
      fc.record({ accountId: fc.constantFrom(...ACCOUNTS), roleName: fc.constantFrom(...SETS), count: fc.constant(1) }),
      { maxLength: 1 },
    ),
    observed: fc.boolean(),
    assignments: fc.uniqueArray(assignment, { selector: ({ id }) => id, maxLength: 30 }),
    stays: fc.uniqueArray(stay, { selector: ([made]) => made!.id, maxLength: 4 }),
  })
  .map((drawn) => {
    const sorted = [...drawn.pairs].sort(([a, x], [b, y]) =>
      a !== b ? (a < b ? -1 : 1) : SETS[x]! < SETS[y]! ? -1 : 1,
    );
    const memberships: Record<string, { userId: string; createdMs: number | null }[]> = {};
    for (const { id } of drawn.groups) {
      memberships[id] = drawn.memberships[GROUPS.indexOf(id)]!.map(({ userId, age: ms }) => ({
        userId,
        createdMs: ms === null ? null : NOW_MS - ms,
      }));
    }
    const collection: Collection = {
      principals: sorted.map((_, index) => drawn.principals[index]!),
      users: drawn.users,
      groups: drawn.groups,
      memberships,
      accounts: drawn.accounts,
      accountsRefused: drawn.accounts === null ? "AccessDenied" : null,
      entitlements: {
        ...noEntitlements,
        roles: drawn.roles
          .map(([accountId, role], index) => ({
            accountId,
            roleArn: `arn:aws:iam::${accountId}:role/${role}`,
            principals: drawn.given[index]!.map(([type, id]) => [type, id, NOW_MS - 30 * DAY] as const),
          }))
          .sort((one, other) => (one.accountId + one.roleArn < other.accountId + other.roleArn ? -1 : 1)),
      },
      notes: [],
      notUnderstood: [],
    };
    const logins: Logins = {
      source: "read",
      observed: drawn.observed,
      reason: drawn.observed ? null : "the event data store is younger than the window",
      windowFrom: "2026-08-24T12:00:00Z",
      windowTo: NOW,
      observedFrom: "2026-08-24T12:00:00Z",
      regions: [],
      lastLogins: drawn.lastLogins,
      queryId: "query",
      bytesScanned: 1,
      unattributed: drawn.unattributed,
      notUnderstood: [],
      assignments: [...drawn.stays.flat(), ...drawn.assignments],
    };
    const permissionSets = SETS.map((name, index) => ({
      arn: setArn(index),
      name,
      description: "",
      administrator: index === 0 && drawn.administrator,
    }));
    return {
      settings: { ...defaultSettings, now: NOW },
      instance: plainInstance,
      applications: noApplications,
      provisioning: { permissionSets, pairs: sorted, notes: [] },
      collection,
      logins,
    };
  });
