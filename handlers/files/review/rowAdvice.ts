import type { Row } from "../columns";
import type { createActions } from "./actions";
import type { ReviewLine } from "./columns";
import type { SuggestedAction, Suggestion } from "./suggestions";

/** How many lines of the sheet suggest something, and what they are about. */
export interface AdviceCount {
  /** Lines: things that somebody does. */
  readonly actions: number;
  /** Of these, memberships that are ended, with all that each gives. */
  readonly memberships: number;
  /** And assignments of groups. */
  readonly assignments: number;
  /** Rows of the report that say so. */
  readonly rows: number;
}

/** What the sheet says of each row of the report, and how much there is to do: for those who show rows. */
export interface Advice {
  /** About any row; asked once all rows are in. */
  of(row: Row): Suggestion;
  /** Of all lines of the sheet, once it is written. */
  counts(): Readonly<Record<SuggestedAction, AdviceCount>>;
  /** How many rows the lines that say REMOVE take away. */
  removableRows(): number;
}

/**
 * A row says what the line says that takes it away: the user's membership, direct grant or entitlement, or what is assigned to nobody. Where it is the
 * assignment of the whole group that can be removed, and not this user's membership, the row says REVIEW: whoever ended the membership would take too
 * much away.
 */
export function createRowAdvice(
  actions: Pick<ReturnType<typeof createActions>, "membershipOf" | "otherOf" | "usageOf">,
) {
  const ALL: readonly SuggestedAction[] = ["KEEP", "REMOVE", "REVIEW", "WAIT", "INVESTIGATE"];
  const none = () => Object.fromEntries(ALL.map((action) => [action, 0])) as Record<SuggestedAction, number>;
  const lines = none();
  const memberships = none();
  const assignments = none();
  const rows = none();
  /** Group → its memberships, by what is suggested. */
  const ofGroups = new Map<string, Record<SuggestedAction, number>>();
  /** The group of each assignment with members that can be removed. */
  const removable: string[] = [];

  /** Takes a line of the sheet in. */
  function count({ Action, SuggestedAction, PrincipalType, PrincipalId, Grants }: ReviewLine): void {
    if (SuggestedAction === "") return; // what is done, and not in the report
    const action = SuggestedAction as SuggestedAction;
    lines[action]++;
    if (Action === "END_MEMBERSHIP") {
      memberships[action]++;
      rows[action] += Number(Grants);
      const group = ofGroups.get(PrincipalId) ?? none();
      ofGroups.set(PrincipalId, group);
      group[action]++;
      return;
    }
    if (Action === "REMOVE_ASSIGNMENT") assignments[action]++;
    // Those of a group's members are their memberships' rows.
    if (PrincipalType === "USER" || Grants === "0") rows[action]++;
    else if (action === "REMOVE") removable.push(PrincipalId);
  }

  /** Rows whose membership is not to end, and whose group's assignment is. */
  function toReview(): Record<SuggestedAction, number> {
    const found = none();
    for (const group of removable) {
      const members = ofGroups.get(group) ?? none();
      for (const action of ALL) if (action !== "REMOVE") found[action] += members[action];
    }
    return found;
  }

  const sumOf = (counts: Record<SuggestedAction, number>) => ALL.reduce((sum, action) => sum + counts[action], 0);

  const advice: Advice = {
    of(row) {
      const ofMember = row.Type === "GROUP" && row.UserId !== "" ? actions.membershipOf(row) : null;
      const other = actions.otherOf(row);
      if (ofMember === null) return other!; // each other row has a line
      const { suggestion, Usage, places } = ofMember;
      const isOtherwise = places > 1 && Usage !== row.Usage;
      const reason = isOtherwise
        ? `${actions.usageOf(row)} The membership as a whole: ${suggestion.reason}`
        : suggestion.reason;
      if (suggestion.action === "REMOVE" || other?.action !== "REMOVE") return { action: suggestion.action, reason };
      return {
        action: "REVIEW",
        reason: `${reason} Nobody in the group used this one: its assignment to the group can be removed.`,
      };
    },
    counts() {
      const moved = toReview();
      const entries = ALL.map((action) => [
        action,
        {
          actions: lines[action],
          memberships: memberships[action],
          assignments: assignments[action],
          rows: rows[action] - moved[action] + (action === "REVIEW" ? sumOf(moved) : 0),
        },
      ]);
      return Object.fromEntries(entries);
    },
    removableRows: () => rows.REMOVE + sumOf(toReview()),
  };
  return { count, advice };
}
