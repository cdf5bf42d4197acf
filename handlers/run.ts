import {
  accountAccessPerSecond,
  type Caller,
  type Clients,
  type KeptJournal,
  mergeEfforts,
  SLICE_OVER,
} from "./aws/aws";
import type { RunPlan, Unfinished } from "./bucket/bucket";
import { reportError } from "./errors";
import {
  createWorkbooks,
  type History,
  type Published,
  publish,
  type RunFacts,
  readDecisions,
  readTrend,
  type Sink,
} from "./files/files";
import {
  accountsToAsk,
  collect,
  readApplications,
  readInstance,
  readOrganization,
  readProvisioning,
  requireOrganizationInstance,
  withNetworkControls,
} from "./grants/grants";
import {
  beginLogins,
  finishLogins,
  giveUpLogins,
  type LoginSource,
  loginTargets,
  reportWindow,
  withKnownTargets,
} from "./logins/logins";
import { byBothClocks, readMeanwhile } from "./meanwhile";
import type { Organization, Progress, Provisioning, Settings } from "./model";

export interface RunOptions {
  readonly settings: Settings;
  readonly facts: Omit<RunFacts, "effort" | "loginsEffort" | "finishedMs" | "trend">;
  readonly clients: Clients;
  /** `null` where logins are left out. */
  readonly loginSource: LoginSource | null;
  /** With the run's journal, where the run is more than one slice. */
  readonly call: Caller;
  /** What stands already where `sink` writes. */
  readonly history: History;
  readonly sink: Sink;
  readonly progress: Progress;
  /** When the slice is over for what waits, milliseconds since 1970; `Infinity` where nothing ends it. */
  readonly untilMs: number;
  /** Told as soon as the pairs are known. */
  readonly onEstimate?: (estimate: Estimate) => Promise<void>;
  /** Keeps what was read: done before the first file is written, since another attempt must write the same bytes. */
  readonly keep?: () => Promise<void>;
  /** Whether this slice may begin to write files, once everything is read. */
  readonly mayPublish?: () => boolean;
  /** Whether nobody will go on with the run after this error. By default nobody will. */
  readonly isFinal?: (error: unknown) => boolean;
}

/** What a run takes at least, whatever else it finds. */
export interface Estimate {
  /** Of account and permission set. */
  readonly pairs: number;
  /** Of the slowest kinds: one ListAccountAssignments a pair, and beside them one ListEntitlements an account. */
  readonly calls: number;
  /** Of `calls`, those that ask account access manager: none where it has no application. */
  readonly entitlementCalls: number;
  /** At the pace of the settings. */
  readonly seconds: number;
}

/**
 * One run, or what is left of it: the stages in their order, the logins being looked for while the rest is collected. Rejects with `SliceOver`
 * where another slice has to go on.
 */
export async function runReport(options: RunOptions): Promise<Published> {
  const { settings, clients, loginSource, call, history, sink, progress, untilMs, isFinal = () => true } = options;
  const before = await call.once("run", "effort before", async () => call.effort());
  const instance = await readInstance(settings, clients, call);
  const began = await call.once("run", "began", async () => byBothClocks(call));
  const beginning = beginLogins(loginSource, reportWindow(settings), instance.value, call);
  beginning.catch(() => {}); // it is waited for below, and may have failed before
  try {
    const [provisioning, organization] = await Promise.all([
      readProvisioning(settings, instance.value, clients, call, progress),
      readOrganization(clients, call),
    ]);
    requireOrganizationInstance(settings, instance.value, organization.value);
    await options.onEstimate?.(estimateOf(provisioning.value, organization.value, settings));
    const collection = await collect(settings, provisioning.value, organization.value, clients, call, progress);
    const applications = await readApplications(settings, clients, call, progress);
    const begun = await beginning;
    const logins = await finishLogins(loginSource, begun.value, untilMs, call, progress);
    const read = await readMeanwhile(
      { provisioning: provisioning.value, collection: collection.value, logins: logins.value },
      began,
      { settings, instance: instance.value, clients, loginSource, call, progress, untilMs, isFinal },
    );

    const facts = await call.once("run", "facts", async () => {
      const loginsEffort = mergeEfforts(begun.effort, logins.effort, ...read.loginsEfforts);
      const stages = [instance, provisioning, organization, collection, applications].map((stage) => stage.effort);
      const effort = mergeEfforts(before, ...stages, begun.effort, logins.effort, ...read.efforts);
      // Once for the run: another attempt that publishes must find the same lines.
      const trend = await readTrend(history, settings);
      return { ...options.facts, effort, loginsEffort, finishedMs: Date.now(), trend };
    });
    const decisions = await call.once("run", "decisions", () => readDecisions(history, createWorkbooks()));
    await options.keep?.();
    if (options.mayPublish?.() === false)
      throw reportError(SLICE_OVER, "Everything is read; the next slice publishes.");
    const targets = loginTargets(settings, read.provisioning, read.collection, read.logins);
    const sources = {
      settings,
      instance: instance.value,
      applications: applications.value,
      provisioning: read.provisioning,
      collection: read.collection,
      logins: withKnownTargets(read.logins, targets),
    };
    return await publish(sources, facts, decisions, history, sink, progress);
  } catch (error) {
    const isEnd = isFinal(error) && (error as Error).name !== SLICE_OVER;
    const begun = await beginning.catch(() => null);
    if (isEnd && begun !== null) await giveUpLogins(loginSource, begun.value);
    throw withNetworkControls(error, instance.value);
  }
}

export interface SliceOptions extends Omit<RunOptions, "keep" | "mayPublish"> {
  readonly journal: KeptJournal;
  readonly unfinished: Unfinished<unknown>;
  /** Files are not begun later than this, unless the slice had nothing else to do; milliseconds since 1970. */
  readonly publishUntilMs: number;
  /** How often what was read is kept, at least, in milliseconds: as much is lost where the process is killed. By default, once a minute. */
  readonly keepEveryMs?: number;
  /** Ends the run where what was read can no longer be kept. */
  readonly end: (reason: unknown) => void;
}

/**
 * One slice of a run: until `untilMs`, and at most the answers that are then on their way.
 *
 * @returns `null` where another slice has to go on
 */
export async function runSlice({
  journal,
  unfinished,
  publishUntilMs,
  keepEveryMs = 60_000,
  end,
  ...options
}: SliceOptions): Promise<Published | null> {
  const LOOK_EVERY_MS = Math.min(2_000, keepEveryMs);
  const KEEP_AT_CHARACTERS = 16_000_000; // a part is held whole while it is written
  const { untilMs } = options;
  const { keep } = unfinished;
  const mayPublish = () => Date.now() <= publishUntilMs || !journal.hasRead();
  let keptMs = Date.now();

  const looking = setInterval(() => {
    const nowMs = Date.now();
    if (nowMs - keptMs < keepEveryMs && journal.size() < KEEP_AT_CHARACTERS) return;
    keptMs = nowMs;
    keep().catch(end);
  }, LOOK_EVERY_MS);
  // A timer takes 24 days at most, and no end needs none.
  const over = Number.isFinite(untilMs) ? setTimeout(journal.end, Math.max(0, untilMs - Date.now())) : undefined;
  try {
    return await runReport({ ...options, keep, mayPublish });
  } catch (error) {
    journal.end();
    if ((error as Error).name !== SLICE_OVER) {
      await keep().catch(() => {}); // why the slice failed matters more
      throw error;
    }
    await journal.settled();
    await keep();
    return null;
  } finally {
    clearInterval(looking);
    clearTimeout(over);
  }
}

/**
 * What an estimate means for a run of the function.
 *
 * @param sliceMs how long a slice may last, milliseconds
 * @param memoryMiB of the function
 */
export function planOf(
  { pairs, calls, entitlementCalls, seconds }: Estimate,
  sliceMs: number,
  memoryMiB: number,
): RunPlan {
  // List prices in us-east-1, 2026-11: https://aws.amazon.com/lambda/pricing/ and https://aws.amazon.com/step-functions/pricing/
  const USD_A_GB_SECOND = 0.0000166667;
  const USD_A_TRANSITION = 0.000025;
  const slices = Math.max(1, Math.ceil((1000 * seconds) / (0.85 * sliceMs)));
  const costUSD = seconds * (memoryMiB / 1024) * USD_A_GB_SECOND + (2 * slices + 2) * USD_A_TRANSITION;
  return {
    pairs,
    calls,
    entitlementCalls,
    minutes: Math.ceil(seconds / 60),
    slices,
    costUSD: Number(costUSD.toFixed(4)),
  };
}

/** By what is known once the pairs, the accounts and account access manager's applications are. */
export function estimateOf(
  provisioning: Pick<Provisioning, "pairs">,
  organization: Pick<Organization, "accounts" | "accountAccess">,
  { requestsPerSecond }: Pick<Settings, "requestsPerSecond">,
): Estimate {
  const pairs = provisioning.pairs.length;
  const accounts = accountsToAsk(organization, provisioning).length;
  const entitlementCalls = organization.accountAccess.applications.length * accounts;
  // Two quotas, asked side by side.
  const seconds = Math.ceil(
    Math.max(pairs / requestsPerSecond, entitlementCalls / accountAccessPerSecond(requestsPerSecond)),
  );
  return { pairs, calls: pairs + entitlementCalls, entitlementCalls, seconds };
}
