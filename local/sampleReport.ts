import {
  type ActionCounts,
  type Advice,
  createPage,
  type PageContext,
  type PageRun,
  type Row,
  type RowSources,
  rowBatches,
  type Suggestion,
} from "../handlers/files/files";
import type { Account, LastLogin, Membership, Pair, PermissionSet, Principal, User } from "../handlers/model";
import { defaultSettings } from "./defaultSettings";
import { noApplications, noEntitlements, plainInstance } from "./plainInstance";

export interface SampleSize {
  readonly accounts: number;
  readonly permissionSets: number;
  readonly users: number;
  readonly groups: number;
  /** Groups assigned to each pair of account and permission set. */
  readonly groupsAPair: number;
  readonly observed?: boolean;
}

const NOW = "2026-11-20T08:15:30Z";
const DAY_MS = 86_400_000;

/** Rows of an invented organisation, made by the product's own join; the same for the same size. */
export function sampleRows(size: SampleSize): Row[] {
  return [...rowBatches(sampleSources(size), 2_000)].flat();
}

/** What the rows are made of. */
export function sampleSources(size: SampleSize): RowSources {
  const random = createRandom(7);
  const pick = (count: number) => Math.floor(random() * count);
  const nowMs = Date.parse(NOW);
  const id = (kind: string, index: number) => `${kind}-${String(index).padStart(6, "0")}`;
  const users = range(size.users).map(
    (index): User => ({
      id: id("90670000", index),
      name: `${FIRST[index % FIRST.length]}.${LAST[Math.floor(index / FIRST.length) % LAST.length]}${index}@example.com`.toLowerCase(),
      displayName: `${FIRST[index % FIRST.length]} ${LAST[Math.floor(index / FIRST.length) % LAST.length]}`,
      email: `user${index}@example.com`,
      status: index % 41 === 7 ? "DISABLED" : "ENABLED",
      createdMs: nowMs - (20 + pick(900)) * DAY_MS,
    }),
  );
  const groups = range(size.groups).map((index) => ({
    id: id("g0670000", index),
    name: `${TEAMS[index % TEAMS.length]}-${["developers", "operators", "auditors", "leads"][Math.floor(index / TEAMS.length) % 4]}${index < 40 ? "" : index}`,
  }));
  const memberships: Record<string, Membership[]> = {};
  groups.forEach((group, index) => {
    const members = new Set(range(index % 13 === 5 ? 0 : 3 + pick(34)).map(() => pick(size.users)));
    memberships[group.id] = [...members].map((user) => ({
      userId: users[user]!.id,
      createdMs: nowMs - pick(400) * DAY_MS - 1,
    }));
  });
  const accounts = range(size.accounts).map(
    (index): Account => ({
      id: String(111_100_000_000 + index * 7_919),
      name: `${TEAMS[index % TEAMS.length]}-${["prod", "staging", "dev", "sandbox"][Math.floor(index / TEAMS.length) % 4]}${index < 48 ? "" : index}`,
      state: index % 29 === 11 ? "SUSPENDED" : "ACTIVE",
    }),
  );
  const permissionSets = range(size.permissionSets)
    .map(
      (index): PermissionSet => ({
        arn: `arn:aws:sso:::permissionSet/ssoins-1111222233334444/ps-${String(index).padStart(16, "0")}`,
        name: SETS[index] ?? `Custom${index}Access`,
        description: index % 3 === 0 ? "" : "What a team needs",
        administrator: index % 9 === 0,
      }),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const pairs: Pair[] = accounts.flatMap((account) => permissionSets.map((_, index): Pair => [account.id, index]));
  const lastLogins: LastLogin[] = [];
  const principals = pairs.map(([accountId, set]): Principal[] => {
    const assigned = new Set<string>();
    const habit = (Number(accountId) % 11) / 10;
    if (random() < 0.85)
      for (const _ of range(size.groupsAPair)) assigned.add(`GROUP ${groups[pick(size.groups)]!.id}`);
    if (random() < 0.25) assigned.add(`USER ${users[pick(size.users)]!.id}`);
    if (random() < 0.006) assigned.add("USER 90670000-deleted");
    if (random() < 0.006) assigned.add("GROUP g0670000-deleted");
    const given = [...assigned].map((text) => text.split(" ") as unknown as Principal);
    for (const [type, principal] of given) {
      for (const userId of type === "USER"
        ? [principal]
        : (memberships[principal] ?? []).map((member) => member.userId)) {
        if (random() > habit * (1 - set * 0.05)) continue;
        const lastMs = nowMs - Math.floor(random() ** 2 * 90 * DAY_MS);
        const console = random() < 0.6;
        lastLogins.push({
          userId,
          userName: "",
          accountId,
          roleName: permissionSets[set]!.name,
          firstMs: lastMs,
          lastConsoleMs: console ? lastMs : null,
          lastProgrammaticMs: console && random() < 0.5 ? null : lastMs,
          count: 1 + pick(60),
        });
      }
    }
    return given;
  });
  const observed = size.observed ?? true;
  return {
    settings: { ...defaultSettings, eventDataStore: null, now: NOW },
    instance: plainInstance,
    applications: noApplications,
    provisioning: { permissionSets, pairs, notes: [] },
    collection: {
      principals,
      users,
      groups,
      memberships,
      accounts: accounts.filter((_, index) => index % 37 !== 17),
      accountsRefused: null,
      entitlements: noEntitlements,
      notes: [],
      notUnderstood: [],
    },
    logins: {
      source: "read" as const,
      observed,
      reason: null,
      windowFrom: "",
      windowTo: "",
      observedFrom: null,
      regions: [],
      lastLogins: observed ? lastLogins : [],
      queryId: null,
      bytesScanned: null,
      unattributed: pairs
        .slice(20, 24)
        .map(([accountId, set]) => ({ accountId, roleName: permissionSets[set]!.name, count: 1 })),
      notUnderstood: [],
      assignments: [],
    },
  };
}

export const ADMINISTRATOR_REASON = "the AWS-managed policy AdministratorAccess";

export function administratorArns(rows: readonly Row[]): string[] {
  const arns = rows
    .filter(({ PermissionSetName: name }) => name.includes("Administrator"))
    .map((row) => row.PermissionSetArn);
  return [...new Set(arns)];
}

export const SAMPLE_RUN: PageRun = {
  runId: "5b1f9c52-7a1e-4f1e-9d8e-2f6f3f3f9a11",
  region: "eu-west-1",
  now: NOW,
  status: "succeeded",
  warnings: [],
  newAccessDays: defaultSettings.newAccessDays,
  observed: true,
  windowFrom: "2026-08-22T08:15:30Z",
  windowTo: NOW,
  windowDays: 90,
  observedFrom: "2025-01-08T00:00:00Z",
  regions: [{ region: "eu-west-1", from: "2025-01-08T00:00:00Z", to: NOW, reason: null }],
  notCovered: ["Sign-in elsewhere is left out."],
  accountsInOrganization: 42,
  settings: defaultSettings,
};

/** `report.html` of these rows, as a run would write it. */
export async function renderPage(rows: readonly Row[], context: Partial<PageContext> = {}): Promise<string> {
  const page = createPage({
    run: SAMPLE_RUN,
    advice: simpleAdvice(rows),
    trend: () => ({ points: [], reason: null, administrators: 0, decidedNotDone: 0 }),
    administratorArns: administratorArns(rows),
    administratorReasons: Object.fromEntries(administratorArns(rows).map((arn) => [arn, ADMINISTRATOR_REASON])),
    changes: () => ({
      since: "2026-11-13T20:00:12Z",
      reason: null,
      counts: {
        GRANTED: 118,
        REVOKED: 74,
        GRANTED_AND_REVOKED: 9,
        NOW_UNUSED: 203,
        USED_AGAIN: 31,
        STATUS_CHANGED: 12,
      },
      given: { first: [], count: 0 },
      between: { first: [], count: 0 },
    }),
    ...context,
  });
  let html = String(page.begin());
  for (let from = 0; from < rows.length; from += 2_000) html += String(await page.rows(rows.slice(from, from + 2_000)));
  return html + String(await page.end());
}

/** Not the product's: enough to tell the rows apart on the page, where `adviceOf` is what a test expects to see. */
export function adviceOf({ UserId, Usage, UserStatus }: Row): Suggestion {
  if (UserId === "") return { action: "REVIEW", reason: "The group has no members." };
  if (Usage === "UNUSED_IN_WINDOW") {
    return UserStatus === "DISABLED"
      ? { action: "REVIEW", reason: "No login in the last 90 days. The membership is used elsewhere." }
      : {
          action: "REMOVE",
          reason: "No login in the last 90 days. Nothing else that the group gives was used either.",
        };
  }
  if (Usage === "TOO_NEW") return { action: "WAIT", reason: "Not used yet: not reported as unused before 2026-12-01." };
  if (Usage === "UNKNOWN")
    return { action: "REVIEW", reason: "Somebody used this role, and the event does not say who." };
  return { action: "KEEP", reason: "Last used within a day." };
}

function simpleAdvice(rows: readonly Row[]): Advice {
  const count = (action: string) => rows.filter((row) => adviceOf(row).action === action).length;
  const countsOf = (action: string) => {
    const one = count(action);
    return { actions: one, memberships: 0, assignments: 0, rows: one };
  };
  const actions = ["REMOVE", "REVIEW", "INVESTIGATE", "WAIT", "KEEP"];
  return {
    of: adviceOf,
    counts: () => Object.fromEntries(actions.map((action) => [action, countsOf(action)])) as unknown as ActionCounts,
    removableRows: () => count("REMOVE"),
  };
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

/** mulberry32 */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const FIRST = ["Ana", "Bram", "Chidi", "Dana", "Elif", "Farid", "Grete", "Hana", "Ivo", "Jun", "Kofi", "Lena"];
const LAST = ["Okafor", "Silva", "Nowak", "Tanaka", "Berg", "Haddad", "Moreau", "Rossi", "Kim", "Novak", "Mensah"];
const TEAMS = [
  "payments",
  "search",
  "data",
  "platform",
  "mobile",
  "identity",
  "billing",
  "logistics",
  "web",
  "security",
];
const SETS = [
  "AdministratorAccess",
  "PowerUserAccess",
  "ReadOnlyAccess",
  "SecurityAudit",
  "Billing",
  "DatabaseOperator",
  "NetworkOperator",
  "SupportEngineer",
  "DataScientist",
  "BreakGlassAdministrator",
  "DeployPipeline",
  "ViewOnlyAccess",
];
