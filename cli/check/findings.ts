import policy from "../../docs/policies/terminal.json";
import athenaPolicy from "../../docs/policies/terminal-athena.json";
import type { Settings } from "../../handlers/model";
import { version } from "../../package.json";
import type { Checked, Read } from "./checkReads";

/** What a report would take, by what one page of each answer shows. */
export interface Estimate {
  /** Of account and permission set: about so many; `null` where they could not be counted. */
  readonly pairs: number | null;
  /** Whether there are more than a page shows, so that all of this is the least. */
  readonly isLeast: boolean;
  /** For assignments; `null` as above. */
  readonly assignmentSeconds: number | null;
  /** For the events of the window in the busiest Region, and for all that Event history keeps; `null` where it is not the source. */
  readonly windowSeconds: number | null;
  readonly coveringSeconds: number | null;
}

/** What a check says: no id, name, address or ARN is in it. */
export interface Findings {
  readonly version: string;
  readonly node: string;
  readonly loginSource: string;
  readonly reads: readonly Omit<Read, "message" | "oddities">[];
  /** The statements of docs/policies/terminal.json and terminal-athena.json that the refused reads need, each with the actions that were refused. */
  readonly missing: readonly { readonly Sid: string; readonly Action: readonly string[] }[];
  /** By call: what answers have that this version does not know, or lack. */
  readonly oddities: Readonly<Record<string, readonly string[]>>;
  readonly events: Checked["events"];
  readonly logins: Omit<NonNullable<Checked["logins"]>, "message"> | null;
  /** Days, of those that the settings ask for; `null` where nobody knows. */
  readonly window: { readonly askedDays: number; readonly observedDays: number | null };
  readonly estimate: Estimate;
}

/** Event history keeps as many. */
const KEPT_DAYS = 90;

export function findingsOf(
  { reads, found, logins, events }: Checked,
  settings: Pick<Settings, "lookbackDays" | "requestsPerSecond" | "eventDataStore">,
  loginSource: string,
  nowMs: number,
): Findings {
  const oddities: Record<string, string[]> = {};
  for (const read of reads) {
    if (read.oddities.length > 0)
      oddities[read.call] = [...new Set([...(oddities[read.call] ?? []), ...read.oddities])];
  }
  const observedFromMs = Date.parse(logins?.observedFrom ?? "");
  const seen = events.seen.length > 0 ? KEPT_DAYS : (nowMs - observedFromMs) / 86_400_000;
  // Without the instance's Regions nobody knows where people logged in.
  const everywhere =
    found.regions !== undefined && logins?.failed === null && logins.regions.every(({ observed }) => observed);
  const observedDays = Number.isNaN(seen) ? null : Math.max(0, Math.min(settings.lookbackDays, Math.floor(seen)));
  return {
    version,
    node: process.versions.node,
    loginSource,
    reads: reads.map(({ call, region, outcome, why }) => ({ call, region, outcome, why })),
    missing: missingStatements(reads, logins?.message ?? ""),
    oddities,
    events,
    logins: logins === null ? null : withoutMessage(logins),
    window: { askedDays: settings.lookbackDays, observedDays: everywhere ? observedDays : 0 },
    estimate: estimateOf({ found, events }, settings),
  };
}

function withoutMessage({ message: _, ...others }: NonNullable<Checked["logins"]>) {
  return others;
}

/** The IAM action that a call needs. */
export function actionOf(call: string): string {
  return call.replace(/^sso-admin:/, "sso:");
}

/** A statement of a policy, as far as one is printed. */
interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

const STATEMENTS: readonly Statement[] = [...policy.Statement, ...athenaPolicy.Statement];

/** What Athena says where a query may not read or write files for its caller, whose actions it does not name; and the statements that allow it. */
const OF_FILES: readonly (readonly [said: RegExp, sids: readonly string[]])[] = [
  [/Access Denied \(Service: (Amazon )?S3/i, ["FindTrailFiles", "ReadTrailFiles"]],
  [/output bucket/i, ["FindTrailResults", "WriteTrailResults"]],
];

/** Whether a statement is one of Athena's policy. */
export function isOfAthena({ Sid }: Findings["missing"][number]): boolean {
  return athenaPolicy.Statement.some((statement) => statement.Sid === Sid);
}

/** The action that a read lacks: of another service, where Athena asks it for its caller and says so. */
function lackedBy({ call, message }: Read): string {
  return /not authorized to perform: ((?:glue|s3):\w+)/.exec(message ?? "")?.[1] ?? actionOf(call);
}

/** @param said why logins could not be read */
function missingStatements(reads: readonly Read[], said: string): Findings["missing"] {
  const refused = [...new Set(reads.filter(({ outcome }) => outcome === "refused").map(lackedBy))];
  const sids = OF_FILES.flatMap(([pattern, names]) => (pattern.test(said) ? names : []));
  const statements = STATEMENTS.map(({ Sid, Action }) => ({
    Sid,
    Action: [Action].flat().filter((action) => sids.includes(Sid) || refused.includes(action)),
  })).filter(({ Action }) => Action.length > 0);
  const others = refused.filter((action) => !statements.some(({ Action }) => Action.includes(action)));
  return others.length === 0 ? statements : [...statements, { Sid: "Other", Action: others }];
}

/** The statement as the policy has it, with the refused actions alone. */
export function statementText({ Sid, Action }: Findings["missing"][number]): string {
  const { Resource = "*", Condition } = STATEMENTS.find((statement) => statement.Sid === Sid) ?? {};
  return JSON.stringify({ Sid, Effect: "Allow", Action, Resource, ...(Condition && { Condition }) });
}

function estimateOf(
  { found, events }: Pick<Checked, "found" | "events">,
  { lookbackDays, requestsPerSecond }: Pick<Settings, "lookbackDays" | "requestsPerSecond">,
): Estimate {
  const EVENTS_A_SECOND = 100; // two pages of 50: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
  const share = Math.min(1, requestsPerSecond / 20);
  const { permissionSets, accountsOfSet } = found;
  const pairs = permissionSets === undefined || accountsOfSet === undefined ? null : permissionSets * accountsOfSet;
  const perDay = new Map<string, number>();
  for (const { region, perDay: events_ } of events.seen) perDay.set(region, (perDay.get(region) ?? 0) + (events_ ?? 0));
  const busiest = perDay.size === 0 ? null : Math.max(...perDay.values());
  const secondsOf = (days: number) =>
    busiest === null ? null : Math.ceil((busiest * days) / (EVENTS_A_SECOND * share));
  return {
    pairs,
    isLeast: found.morePermissionSets === true || found.moreAccountsOfSet === true,
    assignmentSeconds: pairs === null ? null : Math.ceil(pairs / requestsPerSecond),
    windowSeconds: secondsOf(Math.min(lookbackDays, KEPT_DAYS)),
    coveringSeconds: secondsOf(KEPT_DAYS),
  };
}
