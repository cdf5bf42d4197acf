import type { Caller, Clients } from "./aws/aws";
import { reportError } from "./errors";
import { type History, type Manifest, publish, type RunFacts, type Sink } from "./files/files";
import { collect, readProvisioning } from "./grants/grants";
import { cancelLogins, fetchLogins, startLogins } from "./logins/lake";
import { withKnownUsers } from "./logins/users";
import type { Progress, Provisioning, Settings } from "./model";

export interface RunOptions {
  readonly settings: Settings;
  readonly facts: Omit<RunFacts, "statistics">;
  readonly clients: Clients;
  readonly call: Caller;
  /** What stands already where `sink` writes. */
  readonly history: History;
  readonly sink: Sink;
  readonly progress: Progress;
  /** When the run must have ended, milliseconds since 1970; `Infinity` where nothing ends it. */
  readonly deadlineMs: number;
}

/** One run: the four stages, the login query under way while the rest is collected. */
export async function runReport({
  settings,
  facts,
  clients,
  call,
  history,
  sink,
  progress,
  deadlineMs,
}: RunOptions): Promise<Manifest> {
  const PUBLISHING_MS = 90_000; // what joining and uploading a million rows takes, threefold
  const starting = startLogins(settings, clients.cloudTrail, call);
  let provisioning: Provisioning;
  try {
    provisioning = await readProvisioning(settings, clients.ssoAdmin, call, progress);
    refuseIfTooLong(provisioning, settings, deadlineMs - PUBLISHING_MS - Date.now());
    const collection = await collect(settings, provisioning, clients, call, progress);
    const read = await fetchLogins(await starting, deadlineMs - PUBLISHING_MS, clients.cloudTrail, call, progress);
    const logins = withKnownUsers(read, collection);
    const sources = { settings, provisioning, collection, logins };
    return await publish(sources, { ...facts, statistics: call.statistics }, history, sink, progress);
  } catch (error) {
    await cancelLogins(await starting, clients.cloudTrail);
    throw error;
  }
}

/** Ends a run that cannot finish as soon as the number of pairs is known, rather than after burning its time. */
function refuseIfTooLong({ pairs }: Provisioning, { requestsPerSecond }: Settings, leftMs: number): void {
  const neededMs = (1000 * pairs.length) / requestsPerSecond;
  if (neededMs <= leftMs) return;
  const minutes = (ms: number) => `${(ms / 60_000).toFixed(1)} minutes`;
  const fits = Math.ceil((1000 * pairs.length) / Math.max(1, leftMs));
  const advice =
    fits <= 20
      ? `Set requestsPerSecond to ${fits} or more (20 at most, shared with everyone else's sso-admin calls).`
      : "Run it from a terminal (`npm run report`), where nothing limits its time.";
  throw reportError(
    "TooLargeForOneRun",
    `The report needs ${pairs.length} ListAccountAssignments calls, one for each account and permission set: ${minutes(neededMs)} at ${requestsPerSecond} a second, and ${minutes(Math.max(0, leftMs))} of this run are left for it. ${advice}`,
  );
}
