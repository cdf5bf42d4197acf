import { type Caller, type Clients, mergeEfforts } from "./aws/aws";
import { reportError } from "./errors";
import { type History, type Published, publish, type RunFacts, type Sink } from "./files/files";
import { collect, readProvisioning } from "./grants/grants";
import {
  beginLogins,
  finishLogins,
  giveUpLogins,
  type LoginSource,
  loginTargets,
  withKnownTargets,
} from "./logins/logins";
import type { Progress, Provisioning, Settings } from "./model";
import { runSettings } from "./settings";

export interface RunOptions {
  readonly settings: Settings;
  readonly facts: Omit<RunFacts, "effort" | "loginsEffort" | "finishedMs">;
  readonly clients: Clients;
  /** `null` where logins are left out. */
  readonly loginSource: LoginSource | null;
  readonly call: Caller;
  /** What stands already where `sink` writes. */
  readonly history: History;
  readonly sink: Sink;
  readonly progress: Progress;
  /** When the run must have ended, milliseconds since 1970; `Infinity` where nothing ends it. */
  readonly deadlineMs: number;
}

/** One run: the stages in their order, the logins being looked for while the rest is collected. */
export async function runReport({
  settings,
  facts,
  clients,
  loginSource,
  call,
  history,
  sink,
  progress,
  deadlineMs,
}: RunOptions): Promise<Published> {
  const PUBLISHING_MS = 90_000; // what joining and uploading a million rows takes, threefold
  const before = call.effort();
  const beginning = beginLogins(loginSource, settings, call);
  try {
    const provisioning = await readProvisioning(settings, clients, call, progress);
    refuseIfTooLong(provisioning.value, settings, deadlineMs - PUBLISHING_MS - Date.now());
    const collection = await collect(settings, provisioning.value, clients, call, progress);
    const begun = await beginning;
    const logins = await finishLogins(loginSource, begun.value, deadlineMs - PUBLISHING_MS, call, progress);

    const loginsEffort = mergeEfforts(begun.effort, logins.effort);
    const effort = mergeEfforts(before, provisioning.effort, collection.effort, loginsEffort);
    const targets = loginTargets(settings, provisioning.value, collection.value, logins.value);
    const sources = {
      settings,
      provisioning: provisioning.value,
      collection: collection.value,
      logins: withKnownTargets(logins.value, targets),
    };
    return await publish(sources, { ...facts, effort, loginsEffort, finishedMs: Date.now() }, history, sink, progress);
  } catch (error) {
    await giveUpLogins(loginSource, (await beginning).value);
    throw error;
  }
}

/** Ends a run that cannot finish as soon as the number of pairs is known, rather than after burning its time. */
function refuseIfTooLong({ pairs }: Provisioning, { requestsPerSecond }: Settings, leftMs: number): void {
  const neededMs = (1000 * pairs.length) / requestsPerSecond;
  if (neededMs <= leftMs) return;
  const minutes = (ms: number) => `${(ms / 60_000).toFixed(1)} minutes`;
  const fits = Math.ceil((1000 * pairs.length) / Math.max(1, leftMs));
  const most = runSettings.requestsPerSecond.max;
  const advice =
    fits <= most
      ? `Set requestsPerSecond to ${fits} or more (${most} at most, shared with everyone else's sso-admin calls).`
      : "Run it from a terminal (`npm run report`), where nothing limits its time.";
  throw reportError(
    "TooLargeForOneRun",
    `The report needs ${pairs.length} ListAccountAssignments calls, one for each account and permission set: ${minutes(neededMs)} at ${requestsPerSecond} a second, and ${minutes(Math.max(0, leftMs))} of this run are left for it. ${advice}`,
  );
}
