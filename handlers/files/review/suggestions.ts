import type { Evidence, UnknownBecause } from "../../logins/logins";
import type { PrincipalType } from "../../model";
import { daysBetween } from "../../times";
import type { Row } from "../columns";
import type { RowSources } from "../rows";

export type SuggestedAction = "KEEP" | "REMOVE" | "REVIEW" | "WAIT" | "INVESTIGATE";

export interface Suggestion {
  readonly action: SuggestedAction;
  /** Sentences, in plain English. */
  readonly reason: string;
}

/** What to do about one direct grant, and the sentences that this and other suggestions are made of. */
export interface SuggestionOf {
  /** @param redundantWith the other ways in which the user has the same role, for people; empty for none */
  (row: Row, redundantWith: string): Suggestion;
  /** What is the matter with the user or the account, with a space behind it; empty where nothing is. */
  readonly statusOf: (row: Pick<Row, "RowStatus" | "AccountState">) => string;
  /** Whether the grant was used, or why nobody can say. */
  readonly usageOf: (row: Row) => string;
  /**
   * What to know before anything is removed, with a space before it.
   *
   * @param assignedAt `AssignedAt` of each assignment that gives it
   */
  readonly beforeRemoval: (assignedAt: readonly string[]) => string;
}

/**
 * What to do about a direct grant of a user, and why. REMOVE is said only where the window was observed and the user did not log in. Memberships,
 * which take more away than one grant, are in memberships.ts. What each action means is in docs/review.md.
 */
export function createSuggestionOf(
  { settings, logins }: Pick<RowSources, "settings" | "logins">,
  evidence: Evidence,
): SuggestionOf {
  const DAY_MS = 86_400_000;
  const { newAccessDays } = settings;
  const LocalDate = Date;
  const WHY_UNKNOWN: Readonly<Record<UnknownBecause, string>> = {
    NOT_OBSERVED: "Its use was not observed: the warnings at the top of report.html say why.",
    USER_NOT_NAMED:
      "Somebody used this role in the window, and the event does not say who: it may have been this user.",
    NAME_OF_NOBODY:
      "Somebody used this role in the window under a name that no user has now: it may have been this user, who was renamed since.",
    USER_MADE_ANEW:
      "Before this user was created, somebody whom the Identity Store no longer knows used this role in the window: it may have been the same person, under an earlier user id.",
    EVENT_NOT_UNDERSTOOD:
      "A login event in the window does not name its account or its permission set: it may have been this user's, to this role.",
    AGE_NOT_KNOWN:
      "No login was seen, but it is not known how long the user has had the access: AWS gives no date for it that is understood.",
  };
  const DISABLED =
    "The user is disabled, but can still enter the account while a session of the access portal is open, until it ends or the access is removed. ";
  const { assignedTo } = evidence;
  const { keyOf, createdMsOf } = evidence.users;
  const dayOf = (ms: number) => new LocalDate(ms).toISOString().slice(0, 10);
  const days = (count: number) => (count === 1 ? "1 day" : `${count} days`);
  const unused = `No login in the last ${days(daysBetween(logins.windowFrom, logins.windowTo))}.`;

  const becauseOf = (row: Row): UnknownBecause => {
    const key = keyOf(row.UserId);
    const createdMs = createdMsOf(key);
    const sinceMs = row.MemberSince === "" ? createdMs : Date.parse(row.MemberSince);
    const ofRole = evidence.ofRole(row.account, row.PermissionSetName);
    return ofRole.unknownBecause(key, createdMs, sinceMs) ?? "AGE_NOT_KNOWN";
  };

  /** By what makes the grant too new: the newest of what is known of it. */
  const tooNewSentence = (row: Row): string => {
    const isOfGroup = row.MemberSince !== "";
    const sinceMs = isOfGroup ? LocalDate.parse(row.MemberSince) : (createdMsOf(keyOf(row.UserId)) ?? 0);
    const principalId = row.Type === "USER" ? row.UserId : row.GroupId;
    const assigned = assignedTo(row.account, row.PermissionSetArn, row.Type as PrincipalType, principalId);
    const notBeforeMs = assigned?.notBeforeMs ?? 0;
    const until = (ms: number) => `not reported as unused before ${dayOf(ms + newAccessDays * DAY_MS)}.`;
    if (notBeforeMs > sinceMs) {
      const on = dayOf(notBeforeMs);
      const what =
        assigned?.atMs === notBeforeMs ? `assigned only on ${on}` : `its assignment ended on ${on} and was made again`;
      return `Not used yet, but ${what}: ${until(notBeforeMs)}`;
    }
    return isOfGroup
      ? `Not used yet, but given only on ${row.MemberSince.slice(0, 10)}: ${until(sinceMs)}`
      : `Not used yet, but the user was created less than ${days(newAccessDays)} ago.`;
  };

  const roleSentence = (row: Row): string => {
    const role = row.RoleArn.slice(row.RoleArn.indexOf("/") + 1);
    const from =
      row.Type === "USER"
        ? "takes it from this user alone"
        : "takes it from every member of the group; taking the user out of the group also takes everything else that the group gives";
    return `Account access manager gives the role ${role}, and whether it is used is not known: sessions last up to 90 days, and the events are not public. Deleting the entitlement ${from}.`;
  };

  const usageSentence = (row: Row): string => {
    if (row.AccessType === "ACCOUNT_ROLE") return roleSentence(row);
    if (row.Usage === "USED") {
      const ago =
        row.DaysSinceLastLogin === "0"
          ? "less than a day ago"
          : `${row.DaysSinceLastLogin} ${row.DaysSinceLastLogin === "1" ? "day" : "days"} ago`;
      return `Last used ${ago}, on ${row.LastLogin.slice(0, 10)}.`;
    }
    if (row.Usage === "UNUSED_IN_WINDOW") return unused;
    if (row.Usage === "UNKNOWN") return WHY_UNKNOWN[becauseOf(row)];
    return tooNewSentence(row);
  };

  const statusSentence: SuggestionOf["statusOf"] = (row) => {
    if (row.RowStatus === "OK") return "";
    if (row.RowStatus === "USER_DISABLED") return DISABLED;
    if (row.RowStatus === "USER_NOT_FOUND") return "The Identity Store does not know this user. ";
    if (row.RowStatus === "ACCOUNT_NOT_ACTIVE") return `The account is ${row.AccountState}, not ACTIVE. `;
    return "The account is not in the organization. ";
  };

  const actionOf = (row: Row, redundant: boolean): SuggestedAction => {
    if (row.RowStatus === "ACCOUNT_NOT_IN_ORGANIZATION") return "INVESTIGATE";
    if (row.RowStatus === "ACCOUNT_NOT_ACTIVE") return "REVIEW";
    if (row.Usage === "UNUSED_IN_WINDOW") return "REMOVE";
    if (row.RowStatus === "USER_NOT_FOUND") return "INVESTIGATE";
    if (row.RowStatus === "USER_DISABLED" || row.Usage === "UNKNOWN") return "REVIEW";
    if (row.Usage === "TOO_NEW") return "WAIT";
    return redundant ? "REVIEW" : "KEEP";
  };

  // Where no event was seen, newAccessDays does not help either: it goes by the membership's date, and for a direct assignment by the user's.
  const beforeRemoval: SuggestionOf["beforeRemoval"] = (assignedAt) => {
    const newest = assignedAt.reduce((one, other) => (one === "" || other === "" ? "" : one > other ? one : other));
    return newest === ""
      ? " AWS does not tell when it was assigned: look into changes.csv first."
      : ` The newest assignment event is of ${newest.slice(0, 10)}.`;
  };

  const suggestionOf = (row: Row, redundantWith: string): Suggestion => {
    const redundant = redundantWith !== "";
    let reason = statusSentence(row) + usageSentence(row);
    if (redundant) reason += ` The user also has the same role through ${redundantWith}.`;
    const action = actionOf(row, redundant);
    if (action === "REMOVE") reason += beforeRemoval([row.AssignedAt]);
    return { action, reason };
  };

  return Object.assign(suggestionOf, { statusOf: statusSentence, usageOf: usageSentence, beforeRemoval });
}
