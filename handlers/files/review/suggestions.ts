import { createUsersOf } from "../../logins/logins";
import { daysBetween } from "../../times";
import type { Row } from "../columns";
import type { RowSources } from "../rows";

export type SuggestedAction = "KEEP" | "REMOVE" | "REVIEW" | "WAIT" | "INVESTIGATE";

export interface Suggestion {
  readonly action: SuggestedAction;
  /** Sentences, in plain English. */
  readonly reason: string;
}

/** @param redundantWith the other ways in which the user has the same role, for people; empty for none */
export type SuggestionOf = (row: Row, redundantWith: string) => Suggestion;

/**
 * What to do about a grant of a user, and why. REMOVE is said only where the window was observed, the user did not log in, and
 * taking the grant away takes nothing else away: a membership that is, or may be, used for another account or permission set
 * is never said to go. What each action means is in docs/review.md.
 */
export function createSuggestionOf({ settings, provisioning, collection, logins }: RowSources): SuggestionOf {
  const DAY_MS = 86_400_000;
  const { newAccessDays } = settings;
  const LocalDate = Date;
  /** User id → groups of which a membership would have been used, whether the user has one or not. */
  const usedGroups = new Map<string, Set<string>>();
  /** Groups with a role that somebody entered of whom the login does not tell who. */
  const unobservedGroups = new Set<string>();

  function findUse(): void {
    const usersOf = createUsersOf(collection.users);
    const usersByRole = new Map<string, string[]>();
    for (const login of logins.lastLogins) {
      const role = login.accountId + "\n" + login.roleName;
      const users = usersByRole.get(role);
      if (users === undefined) usersByRole.set(role, [...usersOf(login)]);
      else users.push(...usersOf(login));
    }
    const unattributed = new Set(logins.unattributed.map((login) => login.accountId + "\n" + login.roleName));
    provisioning.pairs.forEach(([accountId, permissionSet], index) => {
      const role = accountId + "\n" + provisioning.permissionSets[permissionSet]!.name;
      const users = usersByRole.get(role) ?? [];
      const unobserved = unattributed.has(role);
      for (const [type, id] of collection.principals[index]!) {
        if (type !== "GROUP") continue;
        if (unobserved) unobservedGroups.add(id);
        for (const user of users) {
          const groups = usedGroups.get(user);
          if (groups === undefined) usedGroups.set(user, new Set([id]));
          else groups.add(id);
        }
      }
    });
  }

  const days = (count: number) => (count === 1 ? "1 day" : `${count} days`);
  const unused = `No login in the last ${days(daysBetween(logins.windowFrom, logins.windowTo))}.`;

  const usageSentence = (row: Row): string => {
    if (row.Usage === "USED") {
      const ago =
        row.DaysSinceLastLogin === "0"
          ? "within a day"
          : `${row.DaysSinceLastLogin} ${row.DaysSinceLastLogin === "1" ? "day" : "days"} ago`;
      return `Last used ${ago}, on ${row.LastLogin.slice(0, 10)}.`;
    }
    if (row.Usage === "UNUSED_IN_WINDOW") return unused;
    if (row.Usage === "UNKNOWN") return "Whether it is used was not observed: see the manifest's warnings.";
    const old = row.MemberSince === "" ? null : new LocalDate(Date.parse(row.MemberSince) + newAccessDays * DAY_MS);
    return old === null
      ? `Not used yet, but the user is younger than ${days(newAccessDays)}.`
      : `Not used yet, but given only on ${row.MemberSince.slice(0, 10)}: not called unused before ${old.toISOString().slice(0, 10)}.`;
  };

  const statusSentence = (row: Row): string => {
    if (row.RowStatus === "OK") return "";
    if (row.RowStatus === "USER_DISABLED") return "The user is disabled. ";
    if (row.RowStatus === "USER_NOT_FOUND") return "The Identity Store does not know this user. ";
    if (row.RowStatus === "ACCOUNT_NOT_ACTIVE") return `The account is ${row.AccountState}, not ACTIVE. `;
    return "The account is not in the organization. ";
  };

  const actionOf = (row: Row, neededElsewhere: boolean, redundant: boolean): SuggestedAction => {
    if (row.RowStatus === "ACCOUNT_NOT_IN_ORGANIZATION") return "INVESTIGATE";
    if (row.RowStatus === "ACCOUNT_NOT_ACTIVE") return "REVIEW";
    if (row.Usage === "UNUSED_IN_WINDOW") return neededElsewhere ? "REVIEW" : "REMOVE";
    if (row.RowStatus === "USER_NOT_FOUND") return "INVESTIGATE";
    if (row.RowStatus === "USER_DISABLED" || row.Usage === "UNKNOWN") return "REVIEW";
    if (row.Usage === "TOO_NEW") return "WAIT";
    return redundant ? "REVIEW" : "KEEP";
  };

  findUse();
  return (row, redundantWith) => {
    const redundant = redundantWith !== "";
    let reason = statusSentence(row) + usageSentence(row);
    let neededElsewhere = false;
    if (row.Type === "GROUP" && row.Usage === "UNUSED_IN_WINDOW") {
      const used = usedGroups.get(row.UserId)?.has(row.GroupId) === true;
      neededElsewhere = used || unobservedGroups.has(row.GroupId);
      reason += used
        ? " The membership is used elsewhere, and taking the user out of the group would end that too."
        : neededElsewhere
          ? " The group gives other access whose use was not fully observed, and leaving the group would end that too."
          : " Nothing else that the group gives the user was used either.";
    }
    if (redundant) reason += ` The user has the same role also through ${redundantWith}.`;
    const action = actionOf(row, neededElsewhere, redundant);
    // Nor does newAccessDays help: it goes by the membership's date, and for a direct assignment by the user's.
    if (action === "REMOVE") reason += " AWS does not tell when it was assigned: look into changes.csv first.";
    return { action, reason };
  };
}
