import type { Evidence } from "../../logins/logins";
import type { NewGrants } from "../changes/changes";
import type { Row } from "../columns";
import {
  createRedundancy,
  createSuggestionOf,
  createWaitFor,
  type SuggestedAction,
  type Suggestion,
  suggestionOfNobody,
} from "../review/review";
import type { RowSources } from "../rows";
import type { ActionCounts } from "./pageData";

/** What the page says should be done about each row, and how much there is to do. */
export interface Advice {
  /** Takes rows in, in the order of the report. */
  add(batch: readonly Row[]): void;
  /** About a row that was taken in; asked once all are. */
  of(row: Row): Suggestion;
  /** Of all rows, once they are in. */
  counts(): ActionCounts;
}

/**
 * By the rules of `review.csv`. An action is what somebody does: to end a membership, with all that it gives; to remove the direct grant of a
 * user, or the assignment of a group that has no members. Of a membership whose grants are advised on differently, the advice that takes least away
 * is the action's.
 *
 * The rows of one pair (account and permission set) are held until it is complete, since a user's other ways may come anywhere in it; of memberships,
 * one number each.
 */
export function createAdvice(sources: RowSources, evidence: Evidence, granted: NewGrants | undefined): Advice {
  /** By how much is taken away: what is kept counts before what is removed. */
  const actions: readonly SuggestedAction[] = ["KEEP", "INVESTIGATE", "REVIEW", "WAIT", "REMOVE"];
  const suggestionOf = createSuggestionOf(sources, evidence);
  const waitFor = createWaitFor(sources, granted);
  const wasGranted = granted?.has ?? (() => false);
  const redundancy = createRedundancy();
  /** The few rows whose user has the role in another way, too. */
  const otherWays = new WeakMap<Row, string>();
  /** Group → user → place in `actions`. */
  const memberships = new Map<string, Map<string, number>>();
  const ofSingles = actions.map(() => 0);
  const ofRows = actions.map(() => 0);
  let pair: Row[] = [];

  const of = (row: Row): Suggestion => {
    if (row.UserId === "") return suggestionOfNobody(row.RowStatus);
    const suggested = suggestionOf(row, otherWays.get(row) ?? "");
    return wasGranted(row) ? waitFor(suggested) : suggested;
  };

  const finishPair = (): void => {
    const several = redundancy.waysOf(pair);
    for (const row of pair) {
      const ways = several.get(row.UserId);
      if (ways) otherWays.set(row, redundancy.others(row, ways));
      const place = actions.indexOf(of(row).action);
      ofRows[place]! += 1;
      if (row.Type === "USER" || row.UserId === "") {
        ofSingles[place]! += 1;
        continue;
      }
      let members = memberships.get(row.GroupId);
      if (!members) {
        members = new Map();
        memberships.set(row.GroupId, members);
      }
      const before = members.get(row.UserId) ?? actions.length;
      if (place < before) members.set(row.UserId, place);
    }
    pair = [];
  };

  return {
    add(batch) {
      for (const row of batch) {
        const held = pair[0];
        const isOfPair =
          !held ||
          (held.PermissionSetArn === row.PermissionSetArn &&
            held.account === row.account &&
            held.RoleArn === row.RoleArn);
        if (!isOfPair) finishPair();
        pair.push(row);
      }
    },
    of,
    counts() {
      finishPair();
      const ofMemberships = actions.map(() => 0);
      for (const members of memberships.values()) for (const place of members.values()) ofMemberships[place]! += 1;
      const entries = actions.map((action, place) => {
        const [ends, others, rows] = [ofMemberships[place]!, ofSingles[place]!, ofRows[place]!];
        return [action, { actions: ends + others, memberships: ends, rows }];
      });
      return Object.fromEntries(entries);
    },
  };
}
