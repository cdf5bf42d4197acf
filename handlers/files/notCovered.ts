import type { Applications } from "../model";

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
export function notCovered(applications: Applications): NotCovered[] {
  return [
    applicationsNotCovered(applications),
    {
      what: "BETWEEN_REPORTS",
      sentence:
        "Access that was given and taken away between two reports, by a tool for temporary elevation for instance, is in neither of them.",
    },
    {
      what: "OTHER_SIGN_IN",
      sentence:
        "Sign-in that does not go through IAM Identity Center is left out: SAML and OIDC providers of an account, IAM users, roles that other accounts may assume.",
    },
  ];
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
export function notCoveredText({ sentence, names = [] }: NotCovered): string {
  return names.length === 0 ? sentence : `${sentence} They are: ${names.join(", ")}.`;
}
