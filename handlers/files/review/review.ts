import { RE2JS } from "re2js";
import type { Evidence } from "../../logins/logins";
import type { NewGrants } from "../changes/changes";
import type { Row } from "../columns";
import { createCellFormatter } from "../csv/csv";
import { REVIEW_FILE } from "../names";
import { administratorArns, evidenceOf, type RowSources } from "../rows";
import type { Decision, Decisions } from "./decisions";
import { createSuggestionOf, type Suggestion } from "./suggestions";

export { type Decisions, noDecisions, readDecisions } from "./decisions";

/** What every grant through one group has in common stands together, so that it is formatted once. */
export const REVIEW_COLUMNS = [
  "Reviewer",
  "account",
  "AccountName",
  "PermissionSetName",
  "Administrator",
  "PrincipalType",
  "GroupName",
  // of the grant
  "Username",
  "UserDisplayName",
  "UserEmail",
  "RowStatus",
  "Usage",
  "LastLogin",
  "MemberSince",
  "RedundantWith",
  "SuggestedAction",
  "Reason",
  "Decision",
  "DecidedBy",
  "DecidedOn",
  "Comment",
  "DecisionStatus",
  "EarlierDecision",
  // in common again
  "InstanceArn",
  "IdentityStoreId",
  "PermissionSetArn",
  // of the grant
  "PrincipalId",
  "UserId",
  "GrantKey",
  "GrantState",
  "AccessType",
  "RoleArn",
  "AssignedAt",
] as const;

export interface ReviewOptions {
  readonly sources: RowSources;
  /** Of these sources, where it is there already. */
  readonly evidence?: Evidence;
  readonly decisions: Decisions;
  /** Left out where the report was compared with none. */
  readonly granted?: NewGrants | undefined;
}

/** A user's ways into one account with one permission set or role. */
interface Ways {
  /** As many as may be named beside one of them, in the order of the report. */
  readonly first: Row[];
  count: number;
  direct: Row | null;
}

/** How many lines of the sheet are what. */
export interface ReviewCounts {
  lines: number;
  readonly bySuggestedAction: Record<string, number>;
  redundant: number;
  /** Decisions that still hold, and those on grants that have changed since. The rest are of grants that are gone. */
  decisionsCarried: number;
  decisionsChanged: number;
}

/**
 * `review.csv`, the access-review sheet: one line for each grant of a user, in the order of the report. What its columns
 * mean, and when a decision is carried forward, is in docs/review.md.
 *
 * The rows of one pair (account, and permission set or role) are held until the pair is complete, since each user's other ways to
 * the same role may come anywhere in it. (`undefined` is not named in what runs for every row: in the serialised function it is
 * looked up anew each time.)
 */
export function createReview({ sources, evidence = evidenceOf(sources), decisions, granted }: ReviewOptions) {
  const LINES_A_PIECE = 2_000;
  const WAYS_NAMED = 3;
  const { instanceArn, identityStoreId, reviewerPattern } = sources.settings;
  const administrators = new Set(administratorArns(sources));
  const cell = createCellFormatter();
  const toKey = encodeURIComponent;
  // With a byte order mark, without which Excel takes UTF-8 for the system's own encoding, and gives the sheet back so.
  const header = `\ufeff${REVIEW_COLUMNS.join(",")}\r\n`;
  const reviewerOf = createReviewerOf(reviewerPattern);
  const suggestionOf = createSuggestionOf(sources, evidence);
  const wasGranted = granted?.has ?? (() => false);
  const waitFor = createWaitFor(sources, granted);
  const byGrant = decisions.byGrant;
  const decided = byGrant.size > 0; // to look up a key costs as much as to write the line
  const counts: ReviewCounts = {
    lines: 0,
    bySuggestedAction: {},
    redundant: 0,
    decisionsCarried: 0,
    decisionsChanged: 0,
  };
  let pair: Row[] = [];
  let lines = "";
  let waiting = 0;
  const takeLines = (): string => {
    const taken = lines;
    lines = "";
    waiting = 0;
    return taken;
  };

  /** User id → the user's ways into the pair, where there are several. */
  const findRedundant = (): Map<string, Ways> => {
    const firstOf = new Map<string, Row>();
    const several = new Map<string, Ways>();
    // Sorted by type and group: if the ends are the same, the pair has one way in.
    if (pair[0]?.GroupId === pair.at(-1)?.GroupId) return several;
    for (const row of pair) {
      const first = firstOf.get(row.UserId);
      if (first === undefined) {
        firstOf.set(row.UserId, row);
        continue;
      }
      let ways = several.get(row.UserId);
      if (ways === undefined) {
        ways = { first: [first], count: 1, direct: null };
        several.set(row.UserId, ways);
      }
      if (ways.first.length <= WAYS_NAMED) ways.first.push(row);
      if (row.Type === "USER") ways.direct = row;
      ways.count++;
    }
    return several;
  };

  const nameOf = (way: Row): string => (way.Type === "USER" ? "DIRECT" : way.GroupName || way.GroupId);

  /** In the order of the report; of more than are named, the direct one first, since it stays whatever group the user leaves. */
  const otherWays = (row: Row, { first, count, direct }: Ways): string => {
    const others = first.filter((way) => way !== row);
    const unnamed = count - 1 - WAYS_NAMED;
    if (unnamed <= 0) return others.map(nameOf).join("; ");
    if (direct !== null && direct !== row) others.unshift(direct);
    return `${others.slice(0, WAYS_NAMED).map(nameOf).join("; ")} and ${unnamed} more`;
  };

  /** From `Decision` to `EarlierDecision`. */
  const decisionCells = (earlier: Decision, carried: boolean, isNew: boolean): string => {
    const { decision, decidedBy, decidedOn, comment, state } = earlier;
    if (carried) return [decision, decidedBy, decidedOn, comment, "CARRIED", ""].map(cell).join(",");
    const by = decidedBy && ` by ${decidedBy}`;
    const on = decidedOn && ` on ${decidedOn}`;
    const said = comment && ` (${comment})`;
    const anew = isNew ? ", and was granted anew since" : "";
    return `,,,,CHANGED,${cell(`${decision}${by}${on}${said}; the grant was then ${state}${anew}`)}`;
  };

  /** What the grants of one account, permission set and group have in common. */
  const commonOf = (row: Row) => {
    const administrator = administrators.has(row.PermissionSetArn);
    const isRole = row.AccessType === "ACCOUNT_ROLE";
    // A role's path may have slashes, which tell the parts of the key apart.
    const setId = isRole
      ? `role:${toKey(row.RoleArn.slice(row.RoleArn.indexOf("/") + 1))}`
      : row.PermissionSetArn.slice(row.PermissionSetArn.lastIndexOf("/") + 1);
    const first = [
      reviewerOf(row.Type === "GROUP" ? row.GroupName : "", row.PermissionSetName),
      row.account,
      row.AccountName,
      row.PermissionSetName,
      isRole ? "" : administrator ? "yes" : "no", // what a role may do, nobody sees from here
      row.Type,
      row.GroupName,
    ];
    return {
      of: row,
      isRole,
      administratorState: administrator ? " ADMINISTRATOR" : "",
      key: `${row.account}/${setId}/${row.Type}/${row.GroupId}/`,
      first: first.map(cell).join(","),
      ids: [instanceArn, identityStoreId, row.PermissionSetArn].map(cell).join(","),
      role: `${row.AccessType},${cell(row.RoleArn)}`,
    };
  };

  /** Gives the lines in pieces; what makes no whole one is left for the next pair. */
  function* finishPair(): Generator<string, void, undefined> {
    const redundant = findRedundant();
    let common: ReturnType<typeof commonOf> | null = null;
    for (const row of pair) {
      if (common === null || row.GroupId !== common.of.GroupId) common = commonOf(row);
      const ways = redundant.get(row.UserId);
      const redundantWith = ways ? otherWays(row, ways) : "";
      const isNew = wasGranted(row);
      const suggested = suggestionOf(row, redundantWith);
      const { action, reason } = isNew ? waitFor(suggested) : suggested;
      const key = common.key + row.UserId;
      const since = row.MemberSince === "" ? "" : ` ${row.MemberSince}`;
      const assigned = common.isRole && row.AssignedAt !== "" ? ` ASSIGNED ${row.AssignedAt}` : "";
      const state = row.RowStatus + " " + row.Usage + common.administratorState + since + assigned;
      const earlier = (decided && byGrant.get(key)) || null;
      const carried = earlier !== null && earlier.state === state && !isNew;
      counts.lines++;
      counts.bySuggestedAction[action] = (counts.bySuggestedAction[action] ?? 0) + 1;
      if (redundantWith !== "") counts.redundant++;
      if (carried) counts.decisionsCarried++;
      else if (earlier !== null) counts.decisionsChanged++;
      // Statuses, times and ids need no formatting: they hold nothing that would.
      lines +=
        `${common.first},${cell(row.Username)},${cell(row.UserDisplayName)},${cell(row.UserEmail)},` +
        `${row.RowStatus},${row.Usage},${row.LastLogin},${row.MemberSince},` +
        `${redundantWith === "" ? "" : cell(redundantWith)},${action},${cell(reason)},` +
        `${earlier === null ? ",,,,," : decisionCells(earlier, carried, isNew)},` +
        `${common.ids},${row.Type === "GROUP" ? row.GroupId : row.UserId},${row.UserId},${key},${state},` +
        `${common.role},${row.AssignedAt}\r\n`;
      if (++waiting >= LINES_A_PIECE) yield takeLines();
    }
    pair = [];
  }

  return {
    name: REVIEW_FILE,
    contentType: "text/csv; charset=utf-8",
    begin: () => header,
    /** The lines of the pairs that are complete. */
    *rows(batch: readonly Row[]): Generator<string, void, undefined> {
      for (const row of batch) {
        if (row.UserId === "") continue;
        const held = pair[0];
        const isOfPair =
          !held ||
          (held.PermissionSetArn === row.PermissionSetArn &&
            held.account === row.account &&
            held.RoleArn === row.RoleArn);
        if (!isOfPair) yield* finishPair();
        pair.push(row);
      }
      yield takeLines();
    },
    *end(): Generator<string, void, undefined> {
      yield* finishPair();
      yield takeLines();
    },
    recordCount: () => counts.lines,
    counts,
  };
}

/**
 * A grant that the report before did not have is at most as old as that report. So it is not said to be removed before it is as old as what is
 * called unused has to be, reckoned from this report, which is the first to have it.
 */
export function createWaitFor({ settings }: RowSources, granted: NewGrants | undefined) {
  const { now, newAccessDays } = settings;
  const before = granted?.reportedAt.slice(0, 10) ?? "";
  const until = new Date(Date.parse(now) + newAccessDays * 86_400_000).toISOString().slice(0, 10);
  const sentence = ` The grant is at most as old as the report before this one, of ${before}, which did not have it: not suggested for removal before ${until}.`;
  return (suggested: Suggestion): Suggestion =>
    suggested.action !== "REMOVE" || newAccessDays === 0
      ? suggested
      : { action: "WAIT", reason: suggested.reason + sentence };
}

/**
 * Who reviews a grant: what the pattern's group captures of the group's name, else of the permission set's; empty where neither
 * matches. `groupName` is empty for a direct grant and for a group without a name: there is nothing to match then.
 */
type ReviewerOf = (groupName: string, permissionSetName: string) => string;

/** @param pattern empty, or one that `reviewerPatternProblem` has nothing against */
export function createReviewerOf(pattern: string): ReviewerOf {
  const compiled = pattern === "" ? null : RE2JS.compile(pattern);
  const known = new Map<string, string | null>();
  const captured = (name: string): string | null => {
    let reviewer = known.get(name);
    if (reviewer === undefined) {
      const matcher = compiled!.matcher(name);
      reviewer = matcher.find() ? (matcher.group(1) ?? "") : null;
      known.set(name, reviewer);
    }
    return reviewer;
  };
  return (groupName, permissionSetName) =>
    compiled === null ? "" : ((groupName === "" ? null : captured(groupName)) ?? captured(permissionSetName) ?? "");
}
