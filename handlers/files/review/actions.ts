import { createHash } from "node:crypto";
import type { Evidence } from "../../logins/logins";
import type { NewGrants } from "../changes/changes";
import type { Row } from "../columns";
import type { RowSources } from "../rows";
import { type ActionCells, createActionCells } from "./actionCells";
import { givenBy, suggestionOfAssignment } from "./assignments";
import { type ActionKind, actionKeyOf, assignmentKeyOf, type SingleGrant, singleGrantOf } from "./keys";
import { createMemberships, type GroupGrants, type MembershipAdvice, type Place } from "./memberships";
import { createRedundancy } from "./redundancy";
import { createSuggestionOf, type Suggestion } from "./suggestions";
import { createWaitFor } from "./waiting";

/** A line of the sheet. */
export interface Action {
  readonly kind: ActionKind;
  /** By which a decision finds it again. */
  readonly key: string;
  /** What has to be as it was, for a decision to hold. */
  readonly state: string;
  /** Whether all of it, or a part, was given since the report before. */
  readonly isNew: boolean;
  readonly suggestion: Suggestion;
  readonly cells: ActionCells;
}

export type { ActionCells };

export interface ActionOptions {
  readonly sources: RowSources;
  readonly evidence: Evidence;
  /** Left out where the report was compared with none. */
  readonly granted: NewGrants | undefined;
  /** Whether there is a decision about it: an assignment is then shown though somebody uses it. */
  isDecided(key: string): boolean;
  /** Told of every grant of a user; left out where nobody asks. */
  readonly onGrant?: ((grant: SingleGrant) => void) | undefined;
}

/**
 * What can be done about the access in a report, an action for each: to end a membership, to remove an assignment of a group that nobody in it used, to
 * remove a direct grant, to end an entitlement.
 *
 * The rows of one pair (account and role) are held until the pair is complete, since each user's other ways to the same role may come anywhere in it;
 * of memberships, counts alone are held to the end, since what a group gives comes anywhere in the report.
 */
export function createActions({ sources, evidence, granted, isDecided, onGrant }: ActionOptions) {
  const { placeOf, administratorOf, cellsOf, reviewerOf } = createActionCells(sources);
  const suggestionOf = createSuggestionOf(sources, evidence);
  const redundancy = createRedundancy();
  const waitFor = createWaitFor(sources, granted);
  const wasGranted = granted?.has ?? (() => false);
  const memberships = createMemberships(suggestionOf);
  const users = evidence.users.byId;
  const groups = new Map<string, GroupGrants>();
  /** By group, what its memberships have in common. */
  const common = new Map<string, ReturnType<typeof commonOf>>();
  /** All but memberships, in the order of the report. */
  const others: Record<Exclude<ActionKind, "END_MEMBERSHIP">, Action[]> = {
    END_ENTITLEMENT: [],
    REMOVE_ASSIGNMENT: [],
    REMOVE_GRANT: [],
  };
  let pair: Row[] = [];

  function addOther(row: Row, place: Place, cells: ActionCells, suggestion: Suggestion, isNew: boolean): void {
    const kind =
      row.AccessType === "ACCOUNT_ROLE"
        ? "END_ENTITLEMENT"
        : row.Type === "GROUP"
          ? "REMOVE_ASSIGNMENT"
          : "REMOVE_GRANT";
    const administrator = place.administrator ? " ADMINISTRATOR" : "";
    const usage = cells.Usage === "" ? "" : ` ${cells.Usage}`;
    // It has no other date: one that is older was another one.
    const assigned = kind === "END_ENTITLEMENT" && row.AssignedAt !== "" ? ` ASSIGNED ${row.AssignedAt}` : "";
    others[kind].push({
      kind,
      key: assignmentKeyOf(row),
      state: `${cells.RowStatus}${usage}${administrator}${assigned}`,
      isNew,
      suggestion: isNew ? waitFor(suggestion) : suggestion,
      cells,
    });
  }

  function addDirect(row: Row, redundantWith: string): void {
    const isNew = wasGranted(row);
    const place = placeOf(row);
    const cells = { ...cellsOf(row, place), RedundantWith: redundantWith };
    addOther(row, place, cells, suggestionOf(row, redundantWith), isNew);
    onGrant?.({ actionKey: actionKeyOf(row), ...singleGrantOf(row, place.administrator), isNew });
  }

  /** The rows of one pair through one group that has members. */
  function addGroup(rows: readonly Row[], otherWays: ReturnType<typeof redundancy.waysOf>): void {
    const first = rows[0]!;
    const place = placeOf(first);
    let group = groups.get(first.GroupId);
    if (group === undefined) {
      group = memberships.begin(rows);
      groups.set(group.id, group);
    }
    group.places.push(place);
    let used = 0;
    let unknown = 0;
    let tooNew = 0;
    let newRows = 0;
    for (let member = 0; member < rows.length; member++) {
      const row = rows[member]!;
      const isNew = wasGranted(row);
      const ways = otherWays.get(row.UserId);
      memberships.add(group, member, row, ways ? redundancy.others(row, ways) : "", isNew);
      if (row.Usage === "USED") used++;
      else if (row.Usage === "UNKNOWN") unknown++;
      else if (row.Usage === "TOO_NEW") tooNew++;
      if (isNew) newRows++;
      onGrant?.({ actionKey: actionKeyOf(row), ...singleGrantOf(row, place.administrator), isNew });
    }
    const isUnused = used === 0 && unknown === 0 && tooNew < rows.length;
    // Whether an entitlement is used, nobody sees: somebody has to look at each.
    if (!isUnused && first.AccessType !== "ACCOUNT_ROLE" && !isDecided(assignmentKeyOf(first))) return;
    const Usage = used > 0 ? "USED" : unknown > 0 ? "UNKNOWN" : tooNew > 0 ? "TOO_NEW" : "UNUSED_IN_WINDOW";
    addAssignment(first, place, rows.length, Usage, newRows > 0);
  }

  /** @param members how many the group has */
  function addAssignment(row: Row, place: Place, members: number, Usage: string, isNew: boolean): void {
    const RowStatus = members === 0 ? row.RowStatus : place.accountStatus || "OK";
    const cells: ActionCells = {
      ...cellsOf(row, place),
      ...{ Username: "", UserDisplayName: "", UserEmail: "", UserId: "", LastLogin: "", MemberSince: "" },
      ...{ Grants: String(members), RowStatus, Usage },
    };
    addOther(row, place, cells, suggestionOfAssignment(suggestionOf, row, RowStatus, place, members, Usage), isNew);
  }

  function finishPair(): void {
    const otherWays = redundancy.waysOf(pair);
    for (let at = 0; at < pair.length; ) {
      const row = pair[at]!;
      let end = at + 1;
      if (row.UserId === "") {
        addAssignment(row, placeOf(row), 0, "", wasGranted(row));
      } else if (row.Type === "USER") {
        const ways = otherWays.get(row.UserId);
        addDirect(row, ways ? redundancy.others(row, ways) : "");
      } else {
        while (end < pair.length && pair[end]!.GroupId === row.GroupId) end++;
        addGroup(pair.slice(at, end), otherWays);
      }
      at = end;
    }
    pair = [];
  }

  function* allMemberships(reviewer: string | undefined): Generator<Action, void, undefined> {
    const byName = (a: GroupGrants, b: GroupGrants) =>
      a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
    for (const group of [...groups.values()].sort(byName)) {
      let ofGroup = common.get(group.id);
      if (ofGroup === undefined) {
        ofGroup = commonOf(group);
        common.set(group.id, ofGroup);
      }
      if (reviewer !== undefined && ofGroup.reviewer !== reviewer) continue;
      for (let member = 0; member < group.userIds.length; member++) yield membershipOf(group, member, ofGroup);
    }
  }

  /** What the memberships of a group have in common. */
  function commonOf(group: GroupGrants) {
    const { places } = group;
    const hash = createHash("sha256");
    for (const { account, roleId, accountStatus } of places) hash.update(`${account}/${roleId}/${accountStatus}\n`);
    const administrator = places.some((place) => place.administrator);
    const setNames = places.map(({ accessType, roleName }) => (accessType === "ACCOUNT_ROLE" ? "" : roleName));
    const reviewers = new Set(setNames.map((name) => reviewerOf(group.name, name)));
    const one = places.length === 1 ? places[0]! : null;
    return {
      reviewer: reviewers.size === 1 ? [...reviewers][0]! : "",
      administrator,
      administratorCell: administratorOf(places),
      one,
      permissionSetName: one === null ? "" : setNames[0]!,
      gives: givenBy(places),
      state: ` GIVES ${places.length} ${hash.digest("hex").slice(0, 12)}`,
    };
  }

  function membershipOf(group: GroupGrants, member: number, ofGroup: ReturnType<typeof commonOf>): Action {
    const userId = group.userIds[member]!;
    const user = users.get(userId)?.user;
    const since = group.since[member]!;
    const RowStatus = memberships.statusOf(group, member);
    const Usage = memberships.usageOf(group, member);
    const suggestion = memberships.suggestionOf(group, member);
    const redundant = group.redundant[member]!;
    const isNew = group.granted[member]! > 0;
    const all = group.places.length;
    const noLogin = Usage === "UNKNOWN" ? "UNKNOWN" : "NO_LOGIN_PRESENT";
    return {
      kind: "END_MEMBERSHIP",
      key: `MEMBERSHIP/${group.id}/${userId}`,
      state: `${RowStatus} ${Usage}${ofGroup.administrator ? " ADMINISTRATOR" : ""}${since && ` ${since}`}${ofGroup.state}`,
      isNew,
      suggestion: isNew ? waitFor(suggestion) : suggestion,
      cells: {
        Reviewer: ofGroup.reviewer,
        Username: user?.name ?? "",
        UserDisplayName: user?.displayName ?? "",
        UserEmail: user?.email ?? "",
        GroupName: group.name,
        account: ofGroup.one?.account ?? "",
        AccountName: ofGroup.one?.accountName ?? "",
        PermissionSetName: ofGroup.permissionSetName,
        Gives: ofGroup.gives,
        Grants: String(all),
        Administrator: ofGroup.administratorCell,
        RowStatus,
        Usage,
        LastLogin: group.lastLogin[member] ?? noLogin,
        MemberSince: since,
        RedundantWith: redundant === 0 ? "" : all === 1 ? group.otherWays.get(member)! : `${redundant} of ${all}`,
        PermissionSetArn: ofGroup.one?.permissionSetArn ?? "",
        AccessType: ofGroup.one?.accessType ?? "",
        RoleArn: ofGroup.one?.roleArn ?? "",
        AssignedAt: ofGroup.one?.assignedAt ?? "",
        PrincipalType: "GROUP",
        PrincipalId: group.id,
        UserId: userId,
      },
    };
  }

  /** By its key; made when it is first asked for. */
  const othersByKey = new Map<string, Action>();

  return {
    /** What the sheet says of the membership that gives a row; asked once all rows are in, as the next is. */
    membershipOf({ GroupId, UserId }: Row): MembershipAdvice | null {
      const group = groups.get(GroupId);
      const member = group && memberships.memberIn(group, UserId);
      if (group === undefined || member === undefined) return null;
      const suggestion = memberships.suggestionOf(group, member);
      const isNew = group.granted[member]! > 0;
      return {
        suggestion: isNew ? waitFor(suggestion) : suggestion,
        Usage: memberships.usageOf(group, member),
        places: group.places.length,
      };
    },
    /** What the sheet says of the assignment, direct grant or entitlement that gives a row; `null` where it has no line. */
    otherOf(row: Row): Suggestion | null {
      if (othersByKey.size === 0)
        for (const kind of Object.values(others)) for (const action of kind) othersByKey.set(action.key, action);
      return othersByKey.get(assignmentKeyOf(row))?.suggestion ?? null;
    },
    /** Of a grant alone, in words: whether it was used. */
    usageOf: suggestionOf.usageOf,
    /** Takes rows in, in the order of the report. */
    add(batch: readonly Row[]): void {
      for (const row of batch) {
        const held = pair[0];
        if (
          held &&
          (held.PermissionSetArn !== row.PermissionSetArn ||
            held.account !== row.account ||
            held.RoleArn !== row.RoleArn)
        ) {
          finishPair();
        }
        pair.push(row);
      }
    },
    /**
     * All actions, or one reviewer's, once all rows are in: by kind; memberships by group and user, the others in the order of the report. As often as
     * asked for.
     */
    *all(reviewer?: string): Generator<Action, void, undefined> {
      if (pair.length > 0) finishPair();
      const theirs = ({ cells }: Action) => reviewer === undefined || cells.Reviewer === reviewer;
      yield* others.END_ENTITLEMENT.filter(theirs);
      yield* allMemberships(reviewer);
      yield* others.REMOVE_ASSIGNMENT.filter(theirs);
      yield* others.REMOVE_GRANT.filter(theirs);
    },
  };
}
