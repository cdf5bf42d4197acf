import type { Row } from "../columns";
import type { Place } from "./memberships";
import type { Suggestion, SuggestionOf } from "./suggestions";

/** What to do about what is assigned to a group that is gone or has no members, and why. */
export function suggestionOfNobody(RowStatus: string): Suggestion {
  return RowStatus === "GROUP_NOT_FOUND"
    ? { action: "INVESTIGATE", reason: "The Identity Store does not know this group: nobody can enter through it." }
    : {
        action: "REVIEW",
        reason: "The group has no members: nobody can enter through it today, but anyone who joins can.",
      };
}

/**
 * What to do about a group's assignment or entitlement, and why. REMOVE is said only where none of the members used it over the whole window.
 *
 * @param row one of its rows
 * @param members how many the group has
 * @param Usage of all of them together; empty where there are none
 */
export function suggestionOfAssignment(
  suggestionOf: SuggestionOf,
  row: Row,
  RowStatus: string,
  place: Place,
  members: number,
  Usage: string,
): Suggestion {
  if (members === 0) return suggestionOfNobody(RowStatus);
  const status = suggestionOf.statusOf({ RowStatus, AccountState: place.accountState });
  if (place.accessType === "ACCOUNT_ROLE") {
    const isOutside = place.accountStatus === "ACCOUNT_NOT_IN_ORGANIZATION";
    return { action: isOutside ? "INVESTIGATE" : "REVIEW", reason: status + suggestionOf.usageOf(row) };
  }
  const who = members === 1 ? "The one member of the group" : `The ${members} members of the group`;
  if (Usage === "USED") return { action: "KEEP", reason: `${status}${who} used it in the window.` };
  if (Usage === "UNKNOWN")
    return { action: "REVIEW", reason: `${status}It is not known whether somebody in the group uses it.` };
  const unused = `${status}${suggestionOf.usageOf({ Usage: "UNUSED_IN_WINDOW" } as Row)}`;
  const nobody = members === 1 ? "by the one member of the group" : `by any of the ${members} members of the group`;
  const reason = `${unused.replace(/\.$/, "")} ${nobody}.`;
  if (place.accountStatus === "ACCOUNT_NOT_IN_ORGANIZATION") return { action: "INVESTIGATE", reason };
  if (place.accountStatus !== "") return { action: "REVIEW", reason };
  if (Usage === "TOO_NEW") return { action: "WAIT", reason: `${reason} Some are too new to judge.` };
  return { action: "REMOVE", reason: reason + suggestionOf.beforeRemoval([place.assignedAt]) };
}

/** What an action takes away, for people: `workload (111111111111): ReadOnly; prod (222222222222): role Deploy; …`; of more than ten, ten are named and the rest counted. */
export function givenBy(places: readonly Place[]): string {
  const NAMED = 10;
  const named = places.slice(0, NAMED).map(({ account, accountName, accessType, roleName }) => {
    const what = accessType === "ACCOUNT_ROLE" ? `role ${roleName}` : roleName;
    return `${accountName === "" ? account : `${accountName} (${account})`}: ${what}`;
  });
  return named.join("; ") + (places.length > NAMED ? ` and ${places.length - NAMED} more` : "");
}
