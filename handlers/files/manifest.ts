import { createHash } from "node:crypto";
import { version } from "../../package.json";
import type { Effort } from "../aws/aws";
import { reportError } from "../errors";
import { loginTargets } from "../logins/logins";
import type { Logins, ReadAgain, RunStatus, Settings, Trend } from "../model";
import { formatInstant } from "../times";
import type { News } from "./changes/changes";
import {
  entitlementWarnings,
  instanceNotes,
  type ManifestAccountAccess,
  type ManifestInstance,
  manifestAccountAccess,
  manifestInstance,
} from "./manifestWays";
import type { NotCovered } from "./notCovered";
import { countPeople, type PeopleCounts } from "./people";
import type { DecisionFile, Outcome } from "./review/review";
import type { RowSources } from "./rows";

/** The version of what a manifest and the files that it names look like: handlers/files/manifest.schema.json. */
export const MANIFEST_VERSION = 1;

/** Where a run ran, and as whom. */
export interface RunOrigin {
  /** 12 digits; the account whose credentials were used. */
  readonly account: string;
  readonly region: string;
  /** ARN of the function, or of the identity that ran it from a terminal. */
  readonly caller: string;
}

/** What a run knows of itself. */
export interface RunFacts extends RunOrigin {
  readonly runId: string;
  /** `schedule`, `automation`, `manual` or `terminal`. */
  readonly trigger: string;
  /** Why the run was made, as the caller said; may be empty. */
  readonly note: string;
  /** When the run really began, milliseconds since 1970. */
  readonly startedMs: number;
  /** When all was read, and writing began. */
  readonly finishedMs: number;
  /** The figures of the reports before; left out where nobody asked. */
  readonly trend?: Trend;
  /** What all of the reading took, and of it the reading of logins. */
  readonly effort: Effort;
  readonly loginsEffort: Effort;
}

export interface RowCounts {
  total: number;
  readonly byRowStatus: Record<string, number>;
  /** Of the rows that name a user. */
  readonly byUsage: Record<string, number>;
}

export interface FileEntry {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Records of a CSV file, without its header, or lines of a JSON Lines file. Not of other files. */
  readonly rows?: number;
}

/** A manifest that stood there when this run began: each names the one before it, so that none can be changed or taken out unseen. */
export interface ManifestLink {
  /** In the bucket, or the path of the file. */
  readonly key: string;
  /** Of the manifest's bytes. */
  readonly sha256: string;
}

/** What the manifest says of the report that this one was compared with. */
export interface PreviousReport {
  /** `compared`: there is a `changes.csv`. `none`: there was no earlier report. `other-version`: it cannot be compared. */
  readonly status: "none" | "other-version" | "compared";
  /** The present of the earlier run. */
  readonly reportedAt: string | null;
  readonly manifestKey: string | null;
  /** Whether usage was compared, too: not where the two reports have other windows. */
  readonly usageCompared: boolean;
  /** Whether the roles that account access manager gives were compared, too: not where one of the two reports could not read them. */
  readonly rolesCompared: boolean;
  /** Why something was not compared, for people. */
  readonly reason: string | null;
}

/** What a run took over from earlier ones. */
export interface Previous {
  /** The newest report's manifest; `null` where there is no report. */
  readonly previousManifest: ManifestLink | null;
  readonly previousReport: PreviousReport;
  /** What of it could not be used, for people. Does not make the report degraded. */
  readonly notes: readonly string[];
}

/** What became of the decisions that people have returned. */
export interface DecidedFacts extends Outcome {
  /** Why it is not known which files there are, for people; `null` where it is. */
  readonly problem: string | null;
  readonly files: readonly (DecisionFile & Outcome)[];
}

/** What a source was asked. */
export interface SourceEffort {
  /** Calls, retries included. */
  readonly calls: number;
  /** Pages of answers. */
  readonly pages: number;
}

/** `manifest.json`: what was published, from what, and how it can be checked. Written last. */
export interface Manifest {
  readonly manifestVersion: typeof MANIFEST_VERSION;
  readonly programVersion: string;
  readonly runId: string;
  readonly account: string;
  readonly region: string;
  readonly caller: string;
  readonly trigger: string;
  readonly note: string;
  readonly status: RunStatus;
  /** Why the status is not `succeeded`, for people. */
  readonly warnings: readonly string[];
  readonly now: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly settings: Omit<Settings, "now">;
  readonly instance: ManifestInstance;
  /** Access to accounts that the report leaves out. */
  readonly notCovered: readonly NotCovered[];
  readonly sources: {
    readonly identityCenter: SourceEffort & {
      readonly status: "read";
      readonly permissionSets: number;
      readonly pairs: number;
      /** `null` where reading was short. Not in manifests of version 0.1. */
      readonly readAgain?: ReadAgain | null;
    };
    readonly accountAccess: SourceEffort & ManifestAccountAccess;
    readonly identityStore: SourceEffort & { readonly status: "read"; readonly users: number; readonly groups: number };
    readonly organizations: SourceEffort & { readonly status: "read" | "failed"; readonly accounts: number };
    readonly logins: SourceEffort &
      Omit<Logins, "source" | "lastLogins" | "unattributed" | "notUnderstood" | "assignments" | "notes"> & {
        readonly status: Logins["source"];
        /** Rows of the query: users, accounts and roles with a login. */
        readonly rows: number;
        /** Accounts and roles with logins that name no user. */
        readonly unattributed: number;
        /** Users, accounts and roles of logins whose account or role has no form that is known. */
        readonly notUnderstood: number;
        /** Events of assignments that were made or ended. */
        readonly assignments: number;
      };
  };
  /** Calls by `service:Operation`, retries included, and how many of them AWS throttled. */
  readonly calls: Record<string, number>;
  readonly throttled: Record<string, number>;
  readonly rows: RowCounts;
  /** For the lines of later reports. Not in manifests of version 0.1. */
  readonly figures?: PeopleCounts;
  readonly files: readonly FileEntry[];
  readonly decisions: DecidedFacts;
  /** `null` where the report was compared with none. */
  readonly news: News | null;
  readonly previousReport: PreviousReport;
  readonly previousManifest: ManifestLink | null;
}

/** Where a function runs, by the ARN with which Lambda invoked it: `arn:<partition>:lambda:<region>:<account>:function:<name>`. */
export function originOf(invokedFunctionArn: string): RunOrigin {
  const [, , , region, account] = invokedFunctionArn.split(":");
  if (!region || !account) {
    throw reportError("UnexpectedAnswer", `Lambda gave ${JSON.stringify(invokedFunctionArn)} for the function's ARN.`);
  }
  return { account, region, caller: invokedFunctionArn };
}

/** In lower-case hexadecimal, as everywhere. */
export function sha256Of(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Whether all that the report says was observed, and what its readers have to know, for people. */
export function statusOf(
  sources: RowSources,
  { notes, previousReport }: Previous,
): { status: RunStatus; warnings: string[] } {
  const { instance, provisioning, collection, logins } = sources;
  const unobserved: string[] = [];
  // Without permission sets there is nothing of which a login could tell.
  if (!logins.observed && instance.permissionSetsEnabled !== false) {
    unobserved.push(`Where no login was seen, Usage is UNKNOWN: ${logins.reason}.`);
  }
  unobserved.push(...entitlementWarnings(collection.entitlements));
  if (collection.accounts === null) unobserved.push(`AccountState is UNKNOWN: ${collection.accountsRefused}`);
  unobserved.push(...collection.notUnderstood, ...nowhereWarning(sources));
  const beside = [
    ...instanceNotes(instance),
    ...provisioning.notes,
    ...collection.notes,
    ...emptyWarning(sources),
    ...unclearWarnings(logins),
    ...(logins.notes ?? []),
  ];
  return {
    status: unobserved.length > 0 ? "degraded" : "succeeded",
    warnings: [...unobserved, ...beside, ...notes, ...notCompared(previousReport)],
  };
}

/** An empty report is the truth about a new instance, and a sign that the wrong one was read everywhere else. */
function emptyWarning({ instance, provisioning, collection }: RowSources): string[] {
  if (collection.entitlements.roles.length > 0) return [];
  if (provisioning.permissionSets.length === 0) {
    const enabled = instance.permissionSetsEnabled !== false;
    return [
      enabled
        ? "The report is empty: the Identity Center instance has no permission sets. See whether it is the right one."
        : "The report is empty: account access manager gives nobody a role. See whether the Identity Center instance is the right one.",
    ];
  }
  if (collection.principals.some((ofPair) => ofPair.length > 0)) return [];
  return [
    "The report is empty: no user and no group is assigned to any account. See whether the Identity Center instance is the right one.",
  ];
}

/** Where many logins go to places that do not exist, events or listings may have changed their form. */
function nowhereWarning({ settings, provisioning, collection, logins }: RowSources): string[] {
  const MOST = 0.1;
  const NAMED = 5;
  const { count, toNowhere, nowhere } = loginTargets(settings, provisioning, collection, logins);
  if (toNowhere <= count * MOST) return [];
  const more = nowhere.length > NAMED ? ` and ${nowhere.length - NAMED} more` : "";
  const named = nowhere.slice(0, NAMED).join(", ") + more;
  return [
    `${toNowhere} of the ${count} logins in the window name an account or a permission set that does not exist: ${named}. If they should, the logins of those who have them cannot be found: see unexplained_logins.csv.`,
  ];
}

function unclearWarnings({ unattributed, notUnderstood }: Logins): string[] {
  const counted = (logins: readonly { count: number }[], one: string, several: string) => {
    const count = logins.reduce((total, login) => total + login.count, 0);
    return `${count} ${count === 1 ? one : several}`;
  };
  const warnings: string[] = [];
  if (unattributed.length > 0) {
    warnings.push(
      `${counted(unattributed, "login names", "logins name")} no user. Grants of the account and role that show no other login are UNKNOWN: unexplained_logins.csv lists them.`,
    );
  }
  if (notUnderstood.length > 0) {
    const whose = notUnderstood.every(({ userId }) => userId !== "") ? "Their users' grants" : "Grants";
    warnings.push(
      `${counted(notUnderstood, "login does not tell its account or its permission set", "logins do not tell their account or their permission set")}. ${whose} that show no other login are UNKNOWN: unexplained_logins.csv lists them.`,
    );
  }
  return warnings;
}

/** What was not compared, and why, for people; nothing where all was, or where there is no earlier report. */
function notCompared({ status, reportedAt, manifestKey, reason }: PreviousReport): string[] {
  if (reason === null) return [];
  const why = reason.replace(/\.?$/, ".");
  if (status === "compared") return [why];
  return manifestKey === null
    ? [`The newest report could not be read, so this one is linked to none and compared with none: ${why}`]
    : [`There is no changes.csv: the report before this one, of ${reportedAt}, was not compared with, since ${why}`];
}

export function manifestOf(
  sources: RowSources,
  facts: RunFacts,
  rows: RowCounts,
  files: FileEntry[],
  { decisions, news, notCovered }: Pick<Manifest, "decisions" | "news" | "notCovered">,
  previous: Previous,
): Manifest {
  const { settings, instance, provisioning, collection, logins } = sources;
  const { status, warnings } = statusOf(sources, previous);
  const { source, lastLogins, unattributed, notUnderstood, assignments, notes: _said, ...observation } = logins;
  const { now, ...settingsButNow } = settings;
  return {
    manifestVersion: MANIFEST_VERSION,
    programVersion: version,
    runId: facts.runId,
    account: facts.account,
    region: facts.region,
    caller: facts.caller,
    trigger: facts.trigger,
    note: facts.note,
    status,
    warnings,
    now,
    startedAt: formatInstant(facts.startedMs),
    finishedAt: formatInstant(facts.finishedMs),
    settings: settingsButNow,
    instance: manifestInstance(instance),
    notCovered,
    sources: {
      identityCenter: {
        status: "read",
        ...effortOf(facts.effort, "sso-admin:"),
        permissionSets: provisioning.permissionSets.length,
        pairs: provisioning.pairs.length,
        readAgain: collection.readAgain ?? null,
      },
      accountAccess: {
        ...manifestAccountAccess(collection.entitlements),
        ...effortOf(facts.effort, "account-access:"),
      },
      identityStore: {
        status: "read",
        ...effortOf(facts.effort, "identitystore:"),
        users: collection.users.length,
        groups: collection.groups.length,
      },
      organizations: {
        status: collection.accounts === null ? "failed" : "read",
        ...effortOf(facts.effort, "organizations:"),
        accounts: collection.accounts?.length ?? 0,
      },
      logins: {
        status: source,
        ...effortOf(facts.loginsEffort, ""),
        ...observation,
        rows: lastLogins.length,
        unattributed: unattributed.length,
        notUnderstood: notUnderstood.length,
        assignments: assignments.length,
      },
    },
    calls: sorted(facts.effort.calls),
    throttled: sorted(facts.effort.throttled),
    rows: { total: rows.total, byRowStatus: sorted(rows.byRowStatus), byUsage: sorted(rows.byUsage) },
    figures: countPeople(sources),
    files,
    decisions,
    news,
    previousReport: previous.previousReport,
    previousManifest: previous.previousManifest,
  };
}

/** @param service with its colon, as the names of calls begin; empty for all of them */
function effortOf({ calls, answered }: Effort, service: string): SourceEffort {
  let made = 0;
  let pages = 0;
  for (const [name, count] of Object.entries(calls)) if (name.startsWith(service)) made += count;
  for (const [name, count] of Object.entries(answered)) {
    if (name.startsWith(service) && /:(List|LookupEvents|GetQueryResults)/.test(name)) pages += count;
  }
  return { calls: made, pages };
}

/** The same counts, their keys in order, so that the same run gives the same bytes. */
function sorted(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
