import type { RowSources } from "../handlers/files/files";
import type { Provisioning } from "../handlers/model";
import { defaultSettings } from "../local/defaultSettings";
import { noApplications, noEntitlements, plainInstance } from "../local/plainInstance";

/**
 * 5,000 rows for each account: 20 permission sets, each assigned to one of 100 groups of 250 members. Users, groups, members and
 * logins are as many however many rows there are, so that what grows with the rows can be seen.
 */
export function sourcesOf(accountCount: number): RowSources {
  const MEMBERS = 250;
  const PAIRS_WITH_LOGINS = 400;
  const range = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(index));
  const permissionSets: Provisioning["permissionSets"] = range(20, (index) => ({
    arn: `arn:aws:sso:::permissionSet/ssoins-7223aaaabbbbcccc/ps-${(1e15 + index).toString(16).padStart(16, "0")}`,
    name: `PermissionSet${String(index).padStart(2, "0")}`, // in order
    description: "What this permission set is for, in a sentence.",
    administrator: index === 0,
  }));
  const accounts = range(accountCount, (index) => ({
    id: String(100000000000 + index),
    name: `workload-${index}`,
    state: "ACTIVE",
  }));
  const users = range(5000, (index) => ({
    id: `906700aaaa-${String(index).padStart(8, "0")}-89ab-4cde-8f01-23456789abcd`,
    name: `person.${index}@example.com`,
    displayName: `Person ${index}`,
    email: `person.${index}@example.com`,
    status: "ENABLED",
    createdMs: 1.7e12,
  }));
  const groups = range(100, (index) => ({ id: `906700aaaa-group-${index}`, name: `Group ${index}` }));
  const memberships = Object.fromEntries(
    groups.map(({ id }, group) => [
      id,
      range(MEMBERS, (index) => ({ userId: users[(group * 37 + index) % users.length]!.id, createdMs: 1.75e12 })),
    ]),
  );
  const pairs: [string, number][] = accounts.flatMap(({ id }) =>
    permissionSets.map((_, set): [string, number] => [id, set]),
  );
  const principals = pairs.map((_, index): ["GROUP", string][] => [["GROUP", groups[index % groups.length]!.id]]);
  const lastLogins = pairs.slice(0, PAIRS_WITH_LOGINS).flatMap(([accountId, set], index) =>
    range(MEMBERS / 10, (each) => ({
      userId: users[((index % groups.length) * 37 + each * 10) % users.length]!.id,
      userName: "",
      accountId,
      roleName: permissionSets[set]!.name,
      firstMs: 1.7946e12,
      lastConsoleMs: 1.7946e12 + each,
      lastProgrammaticMs: null,
      count: 3,
    })),
  );
  return {
    settings: { ...defaultSettings, eventDataStore: null, now: "2026-11-20T09:00:00Z" },
    instance: plainInstance,
    applications: noApplications,
    provisioning: { permissionSets, pairs, notes: [] },
    collection: {
      principals,
      users,
      groups,
      memberships,
      accounts,
      accountsRefused: null,
      entitlements: noEntitlements,
      notes: [],
      notUnderstood: [],
    },
    logins: {
      source: "read" as const,
      observed: true,
      reason: null,
      windowFrom: "2026-08-22T09:00:00Z",
      windowTo: "2026-11-20T09:00:00Z",
      observedFrom: "2026-08-22T09:00:00Z",
      regions: [],
      queryId: null,
      bytesScanned: null,
      lastLogins,
      unattributed: [],
      notUnderstood: [],
      assignments: [],
    },
  };
}
