/**
 * What is drawn for a random organisation: indices and choices, which shrink well. `organisations.ts` makes the file of it.
 * Everything is right most of the time and odd now and then, so that joins really happen.
 */
import fc from "fast-check";
import { assignmentEventShapes } from "./assignmentEvents";
import { displayNames, permissionSetNames, userNames } from "./names";

/** In milliseconds. */
export const DAY = 86_400_000;

/** The first entry is what a failure shrinks to. */
function weighted<T>(...choices: [weight: number, value: T][]): fc.Arbitrary<T> {
  return fc.oneof(
    { withCrossShrink: true },
    ...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })),
  );
}

/** As many as may be, evenly: not the few that fast-check prefers. */
function several<T>(arbitrary: fc.Arbitrary<T>, minLength: number, maxLength: number): fc.Arbitrary<T[]> {
  return fc.array(arbitrary, { minLength, maxLength, size: "max" });
}

/** Some, and now and then none at all. */
function some<T>(arbitrary: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> {
  return fc.oneof(
    { weight: 15, arbitrary: several(arbitrary, 1, maxLength) },
    { weight: 1, arbitrary: several(arbitrary, 0, 0) },
  );
}

function maybe<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { freq: 6, nil: undefined });
}

/** One of a few things, by an index that is taken modulo their number; the first ones more often, so that choices meet. */
const index = fc.oneof({ weight: 2, arbitrary: fc.nat({ max: 2 }) }, { weight: 3, arbitrary: fc.nat({ max: 59 }) });

const accounts = fc.record({
  name: maybe(displayNames),
  state: weighted<string | undefined>(
    [40, "ACTIVE"],
    [2, "SUSPENDED"],
    [1, "PENDING_CLOSURE"],
    [1, "CLOSED"],
    [1, "PENDING_ACTIVATION"],
    [1, undefined],
  ),
  retiredStatus: weighted<string | undefined>([2, undefined], [1, "ACTIVE"], [1, "SUSPENDED"]),
});

const permissionSets = fc.record({
  name: permissionSetNames,
  description: fc.option(fc.oneof(displayNames, fc.constant("")), { nil: undefined }),
});

/** How old something is, told by what `newAccessDays` makes of it. */
const ages = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("old" as const), by: fc.integer({ min: 0, max: 900 * DAY }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("new" as const), by: fc.integer({ min: 0, max: DAY * 30 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("edge" as const), by: fc.constantFrom(0, -1, 1, -999, 1000, -1000, 400) }),
  },
  { weight: 2, arbitrary: fc.constant(undefined) },
);

const writtenAs = weighted<"Z" | "+02:00" | "+00:00">([6, "Z"], [1, "+02:00"], [1, "+00:00"]);

const emails = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constant([]) },
  {
    weight: 4,
    arbitrary: several(
      fc.record({
        value: fc.constantFrom(
          "alice@example.com",
          "a.liddell@example.org",
          '"odd, address"@example.com',
          "+x@example.com",
        ),
        primary: fc.constantFrom(undefined, true, false),
      }),
      1,
      3,
    ),
  },
);

const users = fc.record({
  name: fc.option(userNames, { freq: 12, nil: undefined }),
  displayName: maybe(displayNames),
  emails,
  status: weighted<string | undefined>([6, "ENABLED"], [2, "DISABLED"], [1, undefined]),
  /** With the 10-hex prefix of the store, without, or the id of the user before with another store's. */
  id: weighted<"prefixed" | "bare" | "twin">([3, "prefixed"], [2, "bare"], [1, "twin"]),
  age: ages,
  writtenAs,
});

const groups = fc.record({ name: maybe(displayNames) });

const memberships = fc.record({ group: index, user: index, age: ages, writtenAs });

const pairs = fc.record({ account: index, set: index });

const assignments = fc.record({ account: index, set: index, principal: index });

/** What account access manager gives; the last number tells the application. */
const entitlements = fc.record({ account: index, role: index, principal: index, age: index, application: index });

const eventTimes = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({ from: fc.constant("inside" as const), by: fc.nat({ max: 3653 * 86_400 - 1 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      from: fc.constant("start" as const),
      by: fc.constantFrom(0, 1, -1, 86_400, 86_399, -86_400),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      from: fc.constant("now" as const),
      by: fc.constantFrom(0, -1, 1, -86_400, -86_399, 86_400),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ from: fc.constant("start" as const), by: fc.integer({ min: -400 * 86_400, max: -1 }) }),
  },
);

const events = fc.record({
  grant: index,
  name: weighted<string>(
    [6, "Federate"],
    [6, "GetRoleCredentials"],
    [1, "UserAuthentication"],
    [1, "federate"],
    [1, "ListApplications"],
  ),
  source: weighted<string>([24, "sso.amazonaws.com"], [1, "signin.amazonaws.com"], [1, "sts.amazonaws.com"]),
  /** How the record says who it was. */
  who: weighted<Who>(
    [8, "id"],
    [3, "id, type Unknown"],
    [5, "name"],
    [2, "NAME"],
    [2, "name, lower case"],
    [1, "name, type IdentityCenterUser"],
    [2, "both"],
    [2, "id and another's name"],
    [2, "deleted id and present name"],
    [1, "deleted id"],
    [1, "id without its prefix"],
    [1, "empty id and name"],
    [1, "null id and name"],
    [1, "store without id, and name"],
    [1, "unknown name"],
    [1, "empty name"],
    [2, "nobody"],
    [1, "no identity"],
    [2, "id as the principal's"],
    [1, "another's id as the principal's, and name"],
    [2, "name in another Unicode form"],
  ),
  /** What the record says of the role. */
  role: weighted<RoleDetails>(
    [24, "of the grant"],
    [2, "with more details"],
    [1, "application"],
    [1, "without name"],
    [1, "without account"],
    [2, "empty name"],
    [2, "empty account"],
    [1, "null"],
    [1, "missing"],
    [1, "name in another case"],
    [1, "another set"],
    [1, "another account"],
    [1, "unknown set"],
    [1, "unknown account"],
    [1, "name of the role"],
    [1, "name of the role, cut"],
    [1, "ARN of the account"],
  ),
  error: weighted<"none" | "null" | "code" | "code and message" | "message only">(
    [14, "none"],
    [3, "null"],
    [1, "code"],
    [1, "code and message"],
    [1, "message only"],
  ),
  time: eventTimes,
  /** Whether the record stands there a second time. */
  twice: weighted([12, false], [1, true]),
  region: fc.constantFrom("eu-central-1", "us-east-1", "ap-southeast-2"),
  other: index,
});

export type Who =
  | "id"
  | "id, type Unknown"
  | "name"
  | "NAME"
  | "name, lower case"
  | "name, type IdentityCenterUser"
  | "both"
  | "id and another's name"
  | "deleted id and present name"
  | "deleted id"
  | "id without its prefix"
  | "empty id and name"
  | "null id and name"
  | "store without id, and name"
  | "unknown name"
  | "empty name"
  | "nobody"
  | "no identity"
  | "id as the principal's"
  | "another's id as the principal's, and name"
  | "name in another Unicode form";

export type RoleDetails =
  | "of the grant"
  | "with more details"
  | "application"
  | "without name"
  | "without account"
  | "empty name"
  | "empty account"
  | "null"
  | "missing"
  | "name in another case"
  | "another set"
  | "another account"
  | "unknown set"
  | "unknown account"
  | "name of the role"
  | "name of the role, cut"
  | "ARN of the account";

const stores = fc.oneof(
  { weight: 24, arbitrary: fc.constant({ kind: "whole" as const, by: 0 }) },
  // Milliseconds after the window's start: at and before it the store is old enough.
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("created" as const),
      by: fc.constantFrom(0, 0, 1, -1, 1000, 3_600_000),
    }),
  },
  // Days more than the window.
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("keeps" as const), by: fc.constantFrom(0, -1, 1, -30) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("not enabled" as const), by: fc.nat({ max: 5 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("conditions" as const), by: fc.nat({ max: 14 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: "not there" as const, by: 0 }) },
);

/** Up to how many of each are made: where AWS's pages end, and one more. */
const padding = fc.record({
  accounts: weighted([24, 0], [1, 20], [1, 21], [1, 40]),
  users: weighted([36, 0], [1, 100], [1, 101], [1, 200]),
  groups: weighted([36, 0], [1, 100], [1, 101]),
  memberships: weighted([36, 0], [1, 100], [1, 101], [1, 200]),
  permissionSets: weighted([60, 0], [1, 100], [1, 101]),
  provisionedAccounts: weighted([120, 0], [1, 100], [1, 101]),
  assignments: weighted([60, 0], [1, 100], [1, 101]),
  logins: weighted([150, 0], [1, 1000], [1, 1001]),
  entitlements: weighted([60, 0], [1, 100], [1, 101]),
});

/** What a random organisation is made of. */
export const shapes = fc.record({
  seconds: fc.integer({
    min: Date.parse("2025-08-01T00:00:00Z") / 1000,
    max: Date.parse("2028-03-01T00:00:00Z") / 1000,
  }),
  /** By how many hours the present that the run is told is off AWS's own. */
  runsAtHours: weighted([30, 0], [1, -2], [1, -24], [1, -960], [1, 1], [1, 720]),
  milliseconds: weighted([3, 0], [1, 1], [1, 500], [1, 999]),
  lookbackDays: weighted([6, 90], [1, 1], [1, 2], [2, 7], [2, 30], [2, 365], [1, 3653]),
  newAccessDays: weighted([6, 14], [2, 0], [2, 1], [1, 30], [1, 365]),
  noLogins: weighted([20, false], [1, true]),
  organizationsDenied: weighted([20, false], [1, true]),
  listingsSkip: weighted([8, false], [1, true]),
  /** Logins that show that the window was observed, and beside which few strange ones do not count. */
  witnesses: weighted([2, 0], [5, 60]),
  /** Mixed into every id, so that ids sort in any order. */
  salt: fc.nat({ max: 999 }),
  /** Whether the identity store's id is a UUID. */
  storeWithUuid: weighted([6, false], [1, true]),
  accounts: some(accounts, 4),
  permissionSets: some(permissionSets, 3),
  users: some(users, 6),
  groups: some(groups, 4),
  memberships: some(memberships, 12),
  assignments: some(assignments, 10),
  // One or two alone show what it takes for a window to count as observed.
  events: fc.oneof(
    { weight: 6, arbitrary: some(events, 18) },
    // One odd role in ten degrades a report: some are without.
    {
      weight: 4,
      arbitrary: some(
        events.map((event) => ({ ...event, role: "of the grant" as RoleDetails })),
        18,
      ),
    },
    { weight: 2, arbitrary: several(events, 1, 2) },
  ),
  assignmentEvents: fc.oneof(
    { weight: 1, arbitrary: several(assignmentEventShapes, 0, 0) },
    { weight: 2, arbitrary: several(assignmentEventShapes, 1, 20) },
  ),
  emptyProvisioned: fc.oneof(
    { weight: 3, arbitrary: several(pairs, 0, 0) },
    { weight: 1, arbitrary: several(pairs, 1, 3) },
  ),
  /** Account access manager: how many applications it has, and what it gives. */
  accessApplications: weighted([2, 1], [2, 0], [1, 2]),
  entitlements: some(entitlements, 8),
  accountAccessDenied: weighted([20, false], [1, true]),
  permissionSetsEnabled: weighted<boolean | undefined>([20, undefined], [4, true], [1, false]),
  store: stores,
  padding,
});

export type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;
