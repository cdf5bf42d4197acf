import type { Row } from "../columns";
import type { Suggestion, SuggestionOf } from "./suggestions";

/** One account and role that a group gives. */
export interface Place {
  readonly account: string;
  readonly accountName: string;
  /** `""`, `ACCOUNT_NOT_ACTIVE` or `ACCOUNT_NOT_IN_ORGANIZATION`. */
  readonly accountStatus: string;
  readonly accountState: string;
  /** The permission set's name; of an entitlement the role's, with its path. */
  readonly roleName: string;
  /** As it stands in keys: the permission set's id; of an entitlement the role's ARN. */
  readonly roleId: string;
  readonly permissionSetArn: string;
  readonly accessType: string;
  readonly roleArn: string;
  /** Empty where no event tells. */
  readonly assignedAt: string;
  readonly administrator: boolean;
}

/**
 * What a group gives its members, and what they made of it. A member is a place in the lists: there may be more than a million, and an object for
 * each takes several times as much memory.
 */
export interface GroupGrants {
  readonly id: string;
  readonly name: string;
  /** In the order of the report. */
  readonly places: Place[];
  readonly userIds: string[];
  /** `MemberSince`. */
  readonly since: string[];
  /** `OK`, `USER_DISABLED` or `USER_NOT_FOUND`. */
  readonly status: string[];
  /** How many of the places each member … */
  readonly used: Uint32Array;
  readonly unknown: Uint32Array;
  readonly tooNew: Uint32Array;
  /** … has in another way, too. */
  readonly redundant: Uint32Array;
  /** … was given since the report before. */
  readonly granted: Uint32Array;
  readonly lastLogin: string[];
  readonly daysSince: string[];
  /** Why it is not known whether a place was used, or why that is too early to say: of the first such place. */
  readonly because: Map<number, string>;
  readonly waits: Map<number, string>;
  /** The other ways to the first place that has some. */
  readonly otherWays: Map<number, string>;
}

/** What the sheet says of a membership, for those who ask about a single grant of it. */
export interface MembershipAdvice {
  readonly suggestion: Suggestion;
  readonly Usage: string;
  /** How many accounts and roles it gives. */
  readonly places: number;
}

/** Counts what members make of what their groups give them, and says what to do about each membership. */
export function createMemberships(sentences: SuggestionOf) {
  // In here, since they are called for every row: a captured function is made anew each time.
  /** @param rows of one pair through the group, in the order of the report, which is the same in every pair */
  function begin(rows: readonly Row[]): GroupGrants {
    const { GroupId, GroupName } = rows[0]!;
    const counts = () => new Uint32Array(rows.length);
    return {
      id: GroupId,
      name: GroupName,
      places: [],
      userIds: rows.map(({ UserId }) => UserId),
      since: rows.map(({ MemberSince }) => MemberSince),
      status: rows.map(({ RowStatus, UserStatus }) =>
        RowStatus === "USER_NOT_FOUND" ? RowStatus : UserStatus === "DISABLED" ? "USER_DISABLED" : "OK",
      ),
      used: counts(),
      unknown: counts(),
      tooNew: counts(),
      redundant: counts(),
      granted: counts(),
      lastLogin: [],
      daysSince: [],
      because: new Map(),
      waits: new Map(),
      otherWays: new Map(),
    };
  }

  /**
   * Counts one grant of a member.
   *
   * @param redundantWith the other ways in which the user has the same role; empty for none
   */
  function add(group: GroupGrants, member: number, row: Row, redundantWith: string, isNew: boolean): void {
    if (isNew) group.granted[member]!++;
    if (redundantWith !== "") {
      group.redundant[member]!++;
      if (!group.otherWays.has(member)) group.otherWays.set(member, redundantWith);
    }
    if (row.Usage === "USED") {
      group.used[member]!++;
      if (row.LastLogin > (group.lastLogin[member] ?? "")) {
        group.lastLogin[member] = row.LastLogin;
        group.daysSince[member] = row.DaysSinceLastLogin;
      }
    } else if (row.Usage === "UNKNOWN") {
      group.unknown[member]!++;
      if (!group.because.has(member)) group.because.set(member, sentences.usageOf(row));
    } else if (row.Usage === "TOO_NEW") {
      group.tooNew[member]!++;
      if (!group.waits.has(member)) group.waits.set(member, sentences.usageOf(row));
    }
  }

  /** What is known of the use of all that a member has through the group: the first that applies to any of it. */
  function usageOf(group: GroupGrants, member: number): string {
    if (group.used[member]! > 0) return "USED";
    if (group.unknown[member]! > 0) return "UNKNOWN";
    return group.tooNew[member]! > 0 ? "TOO_NEW" : "UNUSED_IN_WINDOW";
  }

  /** The user's own status; else the accounts', where the group gives nothing but accounts that have one. */
  function statusOf(group: GroupGrants, member: number): string {
    const own = group.status[member]!;
    return own === "OK" ? statusOfPlaces(group) || "OK" : own;
  }

  function statusOfPlaces({ places }: GroupGrants): string {
    if (places.some(({ accountStatus }) => accountStatus === "")) return "";
    const gone = places.every(({ accountStatus }) => accountStatus === "ACCOUNT_NOT_IN_ORGANIZATION");
    return gone ? "ACCOUNT_NOT_IN_ORGANIZATION" : "ACCOUNT_NOT_ACTIVE";
  }

  /**
   * What to do about a membership, and why. REMOVE is said only where the whole window was observed and nothing of all that the group gives the user
   * was used, or is too new to tell.
   */
  function suggestionOf(group: GroupGrants, member: number): Suggestion {
    const { places } = group;
    const status = group.status[member]!;
    const ofPlaces = statusOfPlaces(group);
    const usage = usageOf(group, member);
    const all = places.length;
    const used = group.used[member]!;
    const redundant = group.redundant[member]!;
    const several = all > 1;
    const { accountState } = places.find(({ accountStatus }) => accountStatus === ofPlaces)!;

    let reason = sentences.statusOf({
      RowStatus: status === "OK" ? ofPlaces || "OK" : status,
      AccountState: accountState,
    });
    if (usage === "USED") {
      reason += sentences.usageOf({
        Usage: usage,
        LastLogin: group.lastLogin[member]!,
        DaysSinceLastLogin: group.daysSince[member]!,
      } as Row);
      if (several) reason += ` The user used ${used} of the ${all} roles that the group gives.`;
    } else if (usage === "UNKNOWN") {
      reason += group.because.get(member);
      if (several)
        reason += ` This is so for ${group.unknown[member]} of the ${all} roles that the group gives; none is known to have been used.`;
    } else if (usage === "TOO_NEW") {
      reason += group.waits.get(member);
    } else {
      reason += sentences.usageOf({ Usage: usage } as Row);
      if (several) reason += ` The user used none of the ${all} roles that the group gives.`;
    }
    if (redundant > 0 && !several) reason += ` The user also has the same role through ${group.otherWays.get(member)}.`;
    else if (redundant > 0)
      reason += ` The user also has ${redundant === all ? "all" : redundant} of them in another way.`;

    const action = (): Suggestion["action"] => {
      if (ofPlaces === "ACCOUNT_NOT_IN_ORGANIZATION") return "INVESTIGATE";
      if (ofPlaces !== "") return "REVIEW";
      if (usage === "UNUSED_IN_WINDOW") return "REMOVE";
      if (status === "USER_NOT_FOUND") return "INVESTIGATE";
      if (status === "USER_DISABLED" || usage === "UNKNOWN") return "REVIEW";
      if (usage === "TOO_NEW") return "WAIT";
      return redundant === all ? "REVIEW" : "KEEP";
    };
    if (action() === "REMOVE") reason += sentences.beforeRemoval(places.map(({ assignedAt }) => assignedAt));
    return { action: action(), reason };
  }

  /** Group → user → place in its lists: of the groups that are asked about. */
  const members = new Map<string, ReadonlyMap<string, number>>();
  /** A user's place in the group's lists. */
  function memberIn(group: GroupGrants, userId: string): number | undefined {
    let ofGroup = members.get(group.id);
    if (ofGroup === undefined) {
      ofGroup = new Map(group.userIds.map((id, at) => [id, at]));
      members.set(group.id, ofGroup);
    }
    return ofGroup.get(userId);
  }

  return { begin, add, usageOf, statusOf, suggestionOf, memberIn };
}
