import { type Caller, type Clients, callerApart, type Effort, SLICE_OVER } from "./aws/aws";
import { readAgain } from "./grants/grants";
import { beginLogins, finishLogins, giveUpLogins, type LoginSource } from "./logins/logins";
import type { Collection, InstanceFacts, Logins, Progress, Provisioning, ReadAgain, Settings } from "./model";
import { formatInstant } from "./times";

/** What a run has read. */
export interface WasRead {
  readonly provisioning: Provisioning;
  readonly collection: Collection;
  readonly logins: Logins;
}

export interface Meanwhile extends WasRead {
  /** What it took, beside what was taken before. */
  readonly efforts: readonly Effort[];
  /** Of them, what the login source was asked. */
  readonly loginsEfforts: readonly Effort[];
}

export interface MeanwhileOptions {
  readonly settings: Settings;
  readonly instance: InstanceFacts;
  readonly clients: Clients;
  readonly loginSource: LoginSource | null;
  readonly call: Caller;
  readonly progress: Progress;
  readonly untilMs: number;
  readonly isFinal: (error: unknown) => boolean;
}

/** An instant by both clocks, milliseconds since 1970. This machine's may be wrong, and AWS's may not be told. */
export interface ByBothClocks {
  readonly ownMs: number;
  readonly awsMs: number | null;
}

export function byBothClocks(call: Caller): ByBothClocks {
  return { ownMs: Date.now(), awsMs: call.awsNowMs() };
}

/**
 * Where reading took more than half an hour: asks the login source which assignments were made or ended in that time, and reads their pairs
 * again, once. What it cannot tell is said, and what was read before stands.
 *
 * @param began when the run had read the instance, before any assignment
 */
export async function readMeanwhile(
  read: WasRead,
  began: ByBothClocks,
  { settings, instance, clients, loginSource, call, progress, untilMs, isFinal }: MeanwhileOptions,
): Promise<Meanwhile> {
  const LONG_MS = 1_800_000;
  const ASKED_EARLIER_MS = 60_000; // the window of the logins ends where the run began, which is before its first answer
  const name = "meanwhile";
  const ended = await call.once("run", "read", async () => byBothClocks(call));
  const { fromMs, toMs } = timeBetween(began, ended);
  if (toMs - fromMs <= LONG_MS) return { ...read, efforts: [], loginsEfforts: [] };

  const { primary, regions } = instance;
  const window = { from: formatInstant(fromMs - ASKED_EARLIER_MS), to: formatInstant(toMs) };
  // Assignments are made in the primary Region alone.
  const place = { ...instance, regions: primary === null ? regions : [primary] };
  const apart = callerApart(call, name);
  const begun = await beginLogins(loginSource, window, place, apart, "assignments");
  const events = await finishLogins(loginSource, begun.value, untilMs, apart, progress).catch(async (error) => {
    if ((error as Error).name !== SLICE_OVER && isFinal(error)) await giveUpLogins(loginSource, begun.value);
    throw error;
  });
  const { assignments, bytesScanned, reason } = events.value;

  const again = await readAgain(settings, assignments, read.provisioning, read.collection, clients, call, progress);
  const { provisioning, collection, pairs } = again.value;
  const facts: ReadAgain = { ...window, pairs, reason };
  return {
    provisioning,
    collection: { ...collection, readAgain: facts, notes: [...collection.notes, ...notesOf(facts)] },
    logins: withAssignments(read.logins, assignments, bytesScanned),
    efforts: [begun.effort, events.effort, again.effort],
    loginsEfforts: [begun.effort, events.effort],
  };
}

/** By AWS's clock, as events are; how long it was, by this machine's where AWS's was not told both times. */
function timeBetween(began: ByBothClocks, ended: ByBothClocks): { readonly fromMs: number; readonly toMs: number } {
  const ownTookMs = ended.ownMs - began.ownMs;
  const tookMs = began.awsMs === null || ended.awsMs === null ? ownTookMs : ended.awsMs - began.awsMs;
  const fromMs = began.awsMs ?? (ended.awsMs === null ? began.ownMs : ended.awsMs - tookMs);
  return { fromMs, toMs: fromMs + tookMs };
}

function withAssignments(logins: Logins, events: Logins["assignments"], bytesScanned: number | null): Logins {
  const known = new Set(logins.assignments.map(({ id }) => id));
  const assignments = [...logins.assignments, ...events.filter(({ id }) => !known.has(id))];
  const bytes = bytesScanned === null ? logins.bytesScanned : (logins.bytesScanned ?? 0) + bytesScanned;
  return { ...logins, assignments, bytesScanned: bytes };
}

function notesOf({ from, to, reason }: ReadAgain): string[] {
  if (reason === null) return [];
  return [
    `Reading took from ${from} to ${to}, and which assignments were made or ended in that time is not known in full: ${reason}. The report may have them as they were before.`,
  ];
}
