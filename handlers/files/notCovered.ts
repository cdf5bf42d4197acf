import type { Applications } from "../model";
import type { GrantedAndRevoked } from "./changes/changes";
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

/**
 * What the report leaves out, in a fixed order; a number stands only where this run has looked.
 *
 * @param ended of the whole window
 */
export function notCovered(sources: RowSources, ended: readonly GrantedAndRevoked[]): NotCovered[] {
  return [
    applicationsNotCovered(sources.applications),
    betweenReports(sources, ended),
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
function betweenReports({ logins }: RowSources, ended: readonly GrantedAndRevoked[]): NotCovered {
  const what = "BETWEEN_REPORTS";
  const sentence =
    "Access that was given and taken away between two reports, by a tool for temporary elevation for instance, is in neither of them";
  if (logins.source !== "read") return { what, sentence: `${sentence}.` };
  const names = ended.map(({ row, revokedAt }) => {
    const who = row.Username || row.UserId || row.GroupName || row.GroupId;
    const where = row.AccountName ? `${row.AccountName} (${row.account})` : row.account;
    return `${row.AssignedAt} to ${revokedAt}: ${who}, ${row.PermissionSetName || row.PermissionSetArn} in ${where}`;
  });
  return {
    what,
    sentence: `${sentence}; by the events of the window, ${ended.length} ${ended.length === 1 ? "assignment was" : "assignments were"} made and ended again.`,
    count: ended.length,
    names: names.sort().slice(0, MOST_NAMED),
  };
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
  if (count === 0) return { what, sentence: `${leftOut}; there is no application.`, count, names: acting };
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
  return `${sentence} ${names.length === 1 ? "It is" : "They are"}: ${names.join("; ")}${more}.`;
}
