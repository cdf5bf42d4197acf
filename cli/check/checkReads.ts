import type { Caller } from "../../handlers/aws/aws";
import type { LoginSource } from "../../handlers/logins/logins";
import { formatInstant } from "../../handlers/times";
import { type EventForms, type EventsSeen, eventsOf } from "./events";
import { type Found, NOT_OFFERED, PROBES, type ProbeClients } from "./probes";
import { type Recorded, recordingCaller } from "./recording";
import { type Oddity, odditiesOf } from "./shape";

const DAY_MS = 86_400_000;

/** What became of one kind of read in one Region. */
export interface Read {
  readonly call: string;
  readonly region: string;
  readonly outcome: "allowed" | "refused" | "failed" | "not asked";
  /** The name of what it failed with, or why it was not asked: a clause; `null` where it was allowed. */
  readonly why: string | null;
  /** The same in AWS's words; may name accounts, people and roles. */
  readonly message: string | null;
  readonly oddities: readonly Oddity[];
}

/** What the login source could see. */
export interface LoginsSeen {
  /** Since when it can know anything; `null` where nobody knows. */
  readonly observedFrom: string | null;
  /** The Regions that could be read to the end of a page, and those that could not. */
  readonly regions: readonly { readonly region: string; readonly observed: boolean }[];
  /** Logins in the page or day that was read of which nobody can say whose, or where to. */
  readonly unattributed: number;
  readonly notUnderstood: number;
  /** The name of what ended it; `null` where it came to its end. */
  readonly failed: string | null;
  readonly message: string | null;
}

export interface Checked {
  readonly reads: readonly Read[];
  readonly found: Found;
  readonly logins: LoginsSeen | null;
  readonly events: { readonly seen: readonly EventsSeen[]; readonly forms: EventForms };
}

/**
 * Makes each read of a report once, of one page, and looks at what comes. Rejects where credentials are missing or the run is ended.
 *
 * @param sourceOf the source, of the instance that was found; `null` where logins are left out
 * @param ownEvents whether the source shows the events of the caller's own account alone, so that it must be the one that owns the instance
 */
export async function checkReads(
  clients: ProbeClients,
  sourceOf: (found: Found) => LoginSource | null,
  ownEvents: boolean,
  found: Found,
  nowMs: number,
  call: Caller,
): Promise<Checked> {
  const reads: Read[] = [];
  for (const { call: name, client, command: commandOf, take } of PROBES) {
    const command = commandOf(found);
    if (typeof command === "string") {
      reads.push({ call: name, region: found.region, outcome: "not asked", why: command, message: null, oddities: [] });
      continue;
    }
    const records: Recorded[] = [];
    try {
      await recordingCaller(call, records)(clients[client] as never, command as never, (answer: never) => {
        take?.(answer, found);
      });
      const isCut = records.at(-1)?.isCut;
      if (name === "sso-admin:ListPermissionSets") found.morePermissionSets = isCut;
      if (name === "sso-admin:ListAccountsForProvisionedPermissionSet") found.moreAccountsOfSet = isCut;
    } catch (error) {
      call.throwIfEnded();
      if (isOfCredentials(error as Error)) throw error;
    }
    reads.push(...records.map(readOf));
  }
  const records: Recorded[] = [];
  const { account, ownerAccountId = account } = found;
  const source = sourceOf(found);
  const logins =
    source === null
      ? null
      : ownEvents && ownerAccountId !== account
        ? notTheOwner(found.regions ?? [])
        : await tryLogins(source, found, nowMs, call, records);
  const byRead = new Map<string, Read>();
  for (const record of records) {
    const read = readOf(record);
    const key = `${read.call} ${read.region}`;
    const before = byRead.get(key);
    const worse = before === undefined || (before.outcome === "allowed" && read.outcome !== "allowed") ? read : before;
    byRead.set(key, { ...worse, oddities: [...new Set([...(before?.oddities ?? []), ...read.oddities])] });
  }
  return { reads: [...reads, ...byRead.values()], found, logins, events: eventsOf(records, DAY_MS) };
}

/** Asks the source for a day of logins, by the contract that a report reads it by. */
async function tryLogins(
  source: LoginSource,
  found: Found,
  nowMs: number,
  call: Caller,
  records: Recorded[],
): Promise<LoginsSeen> {
  const LONGEST_MS = 120_000; // a query may wait for others
  const window = { from: formatInstant(nowMs - DAY_MS), to: formatInstant(nowMs) };
  const regions = found.regions !== undefined && found.regions.length > 0 ? found.regions : [found.region];
  const instance = { regions, primary: found.primaryRegion ?? null, refused: null };
  const nothing = {
    regions: regions.map((name) => ({ region: name, observed: false })),
    unattributed: 0,
    notUnderstood: 0,
  };
  let observedFrom: string | null = null;

  const { value } = await call.stage(
    "check logins",
    async (own): Promise<LoginsSeen> => {
      const asking = recordingCaller(own, records);
      try {
        const begun = await source.begin(window, instance, asking);
        // Observed from where it was asked: nobody knows of before.
        observedFrom = begun.observedFrom === window.from ? null : begun.observedFrom;
        const continued = await source.goOn(begun.reading, Date.now() + LONGEST_MS, asking, () => {});
        if (!continued.done) {
          await source.giveUp(begun.reading);
          return { ...nothing, observedFrom, failed: "OutOfTime", message: `${continued.waiting}.` };
        }
        const { part } = continued;
        return {
          observedFrom,
          regions: part.regions.map((each) => ({ region: each.region, observed: each.from !== null })),
          unattributed: part.unattributed.length,
          notUnderstood: part.notUnderstood.length,
          failed: null,
          message: null,
        };
      } catch (error) {
        own.throwIfEnded();
        const { name, message } = error as Error;
        return { ...nothing, observedFrom, failed: name, message };
      }
    },
    source.grants,
  );
  return value;
}

function notTheOwner(regions: readonly string[]): LoginsSeen {
  const message =
    "The logins are in the Event history of the account that owns the instance, which is not the one of these credentials. docs/logins.md has the ways out.";
  const unread = regions.map((region) => ({ region, observed: false }));
  return { observedFrom: null, regions: unread, unattributed: 0, notUnderstood: 0, failed: "NotTheOwner", message };
}

/** Without credentials nothing else can be asked. */
function isOfCredentials({ name }: Error): boolean {
  return name === "CredentialsMissing" || name === "CredentialsRefused";
}

function readOf(record: Recorded): Read {
  const { call, region, error } = record;
  if (error === null)
    return { call, region, outcome: "allowed", why: null, message: null, oddities: odditiesOf(record) };
  const { name, message } = error;
  const expected = expectedOf(record);
  if (expected !== null) return { call, region, ...expected, message, oddities: [] };
  // Athena asks Glue for its caller, and passes a refusal on as an error of its own.
  const isRefused = name === "AccessDenied" || /not authorized to perform: glue:/.test(message);
  return { call, region, outcome: isRefused ? "refused" : "failed", why: name, message, oddities: [] };
}

/** Of an error from which a report goes on with all that it needs, what it says; `null` of another. */
function expectedOf({ call, error }: Recorded): Pick<Read, "outcome" | "why"> | null {
  const { name, message, cause } = error!;
  // With Active Directory, users and groups are read one by one.
  if (name === "ValidationException" && /filter is required/i.test(message)) {
    return { outcome: "allowed", why: "listed by filter only, as with Active Directory" };
  }
  if (call === "sso-admin:ListApplicationAccessScopes" && /^(ValidationException|ResourceNotFound)/.test(name)) {
    return { outcome: "allowed", why: "the application has no scopes" };
  }
  const hasNoHost = (cause as { code?: string } | undefined)?.code === "ENOTFOUND";
  return hasNoHost && call.startsWith("account-access:") ? { outcome: "not asked", why: NOT_OFFERED } : null;
}
