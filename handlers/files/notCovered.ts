import type { Applications, AssignmentEvent } from "../model";
import { formatInstant } from "../times";
import type { RowSources } from "./rows";

/** A kind of access to accounts that the report leaves out. */
export interface NotCovered {
  readonly what: "APPLICATIONS" | "BETWEEN_REPORTS" | "OTHER_SIGN_IN";
  /** One sentence, for people. */
  readonly sentence: string;
  /** How many were found, where the run has looked. */
  readonly count?: number;
  /** Their names, in order. */
  readonly names?: readonly string[];
}

/** What the report leaves out, in a fixed order; a number stands only where this run has looked. */
export function notCovered(sources: RowSources): NotCovered[] {
  return [
    applicationsNotCovered(sources.applications),
    betweenReports(sources),
    {
      what: "OTHER_SIGN_IN",
      sentence:
        "Sign-in that does not go through IAM Identity Center is left out: SAML and OIDC providers of an account, IAM users, roles that other accounts may assume.",
    },
  ];
}

/** As many as people read. */
const MOST_NAMED = 50;

/** Assignments that were made and ended in the window, as far as their events tell, and are not there now. */
function betweenReports({ provisioning, collection, logins }: RowSources): NotCovered {
  const what = "BETWEEN_REPORTS";
  const sentence =
    "Access that was given and taken away between two reports, by a tool for temporary elevation for instance, is in neither of them";
  if (logins.source !== "read") return { what, sentence: `${sentence}.` };
  const wayOf = (accountId: string, arn: string, type: string, id: string) => `${accountId} ${arn} ${type} ${id}`;
  const present = new Set<string>();
  provisioning.pairs.forEach(([accountId, set], index) => {
    for (const [type, id] of collection.principals[index]!) {
      present.add(wayOf(accountId, provisioning.permissionSets[set]!.arn, type, id));
    }
  });
  const ways = new Map<string, { made: AssignmentEvent | null; ended: AssignmentEvent | null }>();
  for (const event of logins.assignments) {
    const way = wayOf(event.accountId, event.permissionSetArn, event.principalType, event.principalId);
    if (present.has(way)) continue;
    const known = ways.get(way) ?? { made: null, ended: null };
    ways.set(way, known);
    if (event.kind === "created") known.made = earlier(known.made, event);
    else known.ended = later(known.ended, event);
  }
  const taken = [...ways.values()].flatMap(({ made, ended }) =>
    made !== null && ended !== null && made.atMs <= ended.atMs ? [{ made, ended }] : [],
  );
  const setNames = new Map(provisioning.permissionSets.map(({ arn, name }) => [arn, name]));
  const named = [...collection.users, ...collection.groups];
  const principalNames = new Map(named.map(({ id, name }) => [id, name]));
  const accountNames = new Map(collection.accounts?.map(({ id, name }) => [id, name]));
  const names = taken.map(({ made, ended }) => {
    const who = principalNames.get(made.principalId) || made.principalId;
    const set = setNames.get(made.permissionSetArn) ?? made.permissionSetArn;
    const account = accountNames.get(made.accountId);
    const where = account ? `${account} (${made.accountId})` : made.accountId;
    return `${formatInstant(made.atMs)} to ${formatInstant(ended.atMs)}: ${who}, ${set} in ${where}`;
  });
  return {
    what,
    sentence: `${sentence}; by the events of the window, ${taken.length} ${taken.length === 1 ? "assignment was" : "assignments were"} made and ended again.`,
    count: taken.length,
    names: names.sort().slice(0, MOST_NAMED),
  };
}

function earlier(one: AssignmentEvent | null, other: AssignmentEvent): AssignmentEvent {
  return one === null || other.atMs < one.atMs || (other.atMs === one.atMs && other.id < one.id) ? other : one;
}

function later(one: AssignmentEvent | null, other: AssignmentEvent): AssignmentEvent {
  return one === null || other.atMs > one.atMs || (other.atMs === one.atMs && other.id > one.id) ? other : one;
}

function applicationsNotCovered({ refused, count, acting, withoutScopes }: Applications): NotCovered {
  const what = "APPLICATIONS";
  const leftOut = "Assignments of applications are left out";
  if (refused !== null) {
    const why = refused.replace(/\.$/, "");
    return {
      what,
      sentence: `${leftOut}, and which applications may enter accounts as their users (scope sso:account:access) could not be looked at: ${why}.`,
    };
  }
  const unseen = withoutScopes === 0 ? "" : `, and AWS does not tell the scopes of ${withoutScopes}`;
  return {
    what,
    sentence: `${leftOut}; of ${count} ${count === 1 ? "application" : "applications"}, ${acting.length} may enter accounts as ${acting.length === 1 ? "its" : "their"} users, with no login of theirs (scope sso:account:access)${unseen}.`,
    count: acting.length,
    names: acting,
  };
}

/** As the page says it: the sentence, and the names. */
export function notCoveredText({ sentence, count = 0, names = [] }: NotCovered): string {
  if (names.length === 0) return sentence;
  const more = count > names.length ? `; and ${count - names.length} more` : "";
  return `${sentence} They are: ${names.join("; ")}${more}.`;
}
