import { COLUMNS, type Row, SORTED_BY } from "../columns";
import { createCsvWriter } from "../csv/csv";
import { CHANGE_COLUMNS, CHANGE_KINDS, type ChangeKind } from "./changeColumns";
import type { GrantedAndRevoked } from "./grantedAndRevoked";

/** What people had decided about access that is gone; empty texts where nothing. */
export type DecidedOf = (row: Row) => {
  readonly Decision: string;
  readonly DecidedBy: string;
  readonly DecidedOn: string;
};

/** When the assignment behind a row that is gone was ended, and who asked for it; empty texts where no event tells. */
export type RevokedBy = (row: Row) => Pick<GrantedAndRevoked, "revokedAt" | "revokedBy">;

/** A way that was granted, and whose assignment's event was seen. */
export interface GivenWay {
  /** Of its first user. */
  readonly row: Row;
  readonly by: string;
  /** Rows that are granted by it. */
  rows: number;
}

/** As many as people read on a page. */
const GIVEN_SHOWN = 50;

/** Compares the rows of one pair (account and permission set) after the other, and gives its changes as lines. */
export interface PairChanges {
  readonly counts: Readonly<Record<ChangeKind, number>>;
  /** See `Changes.given`. */
  readonly given: { readonly first: readonly GivenWay[]; count: number };
  /** Whether a user's row of a settled pair is GRANTED. */
  wasGranted(is: Row): boolean;
  header(): string;
  /** The same row in both reports. */
  both(was: readonly string[], is: Row): void;
  /** An earlier row, and a row of now, whose other has not been seen yet. Each is held until it is, or the pair is settled. */
  meetEarlier(was: readonly string[]): void;
  meetNow(is: Row): void;
  /** No more rows come of this pair: what has not met its other was granted or revoked. */
  settle(): void;
  /** A row of a pair that is gone altogether. */
  gone(was: readonly string[]): void;
  /** What was neither then nor now: of the pair in progress, or of one of its own. */
  between(found: GrantedAndRevoked): void;
  /** Changes that were not taken yet. */
  waiting(): number;
  /** Their lines, in the order of the report, and within a row in that of the kinds; in pieces. */
  takeLines(): Generator<string, void, undefined>;
}

interface Change {
  readonly kind: ChangeKind;
  readonly before: string;
  readonly after: string;
  /** The row as it was and as it is, one of which there is at least. */
  readonly was: readonly string[] | null;
  readonly is: Row | null;
  /** Only of what was granted and revoked. */
  readonly between?: GrantedAndRevoked;
}

/** Rows by group, which is empty for a direct grant, and user. */
type Unmet<Held> = Map<string, Map<string, Held>>;

/**
 * What each change means, and what is deliberately none, is in docs/report.md. Rows are matched by type and ids: the names of
 * groups and users, by which a pair is sorted, can change.
 *
 * @param options `sameSettings`, `assignedBy`, `revokedBy` and `decidedOf`: see `PreviousRows`; `see` is told of each change
 */
export function createPairChanges({
  reportedAt,
  sameSettings,
  assignedBy,
  revokedBy,
  decidedOf,
  see,
}: {
  readonly reportedAt: string;
  readonly sameSettings: boolean;
  readonly assignedBy: (row: Row) => string;
  readonly revokedBy: RevokedBy;
  readonly decidedOf: DecidedOf;
  readonly see: (kind: ChangeKind, is: Row | null) => void;
}): PairChanges {
  const HAS_MEMBERS = "HAS_MEMBERS"; // in place of a status, where the group of a row without user has members in the other report
  const undecided = { Decision: "", DecidedBy: "", DecidedOn: "" };
  const notRevoked = { revokedAt: "", revokedBy: "" };
  const columns: readonly string[] = COLUMNS;
  const GROUP_ID = columns.indexOf("GroupId");
  const USER_ID = columns.indexOf("UserId");
  const LAST_LOGIN = columns.indexOf("LastLogin");
  const ACCOUNT_STATE = columns.indexOf("AccountState");
  const ROW_STATUS = columns.indexOf("RowStatus");
  const USAGE = columns.indexOf("Usage");
  const kinds: readonly ChangeKind[] = CHANGE_KINDS;
  const counts = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<ChangeKind, number>;
  const sortedBy = SORTED_BY;
  const writer = createCsvWriter(CHANGE_COLUMNS);
  const LINES_A_PIECE = 5_000;
  const sortedAt = sortedBy.map((name) => columns.indexOf(name));
  const unmetEarlier: Unmet<readonly string[]> = new Map();
  const unmetNow: Unmet<Row> = new Map();
  /** Groups of the pair that have members. */
  const groupsEarlier = new Set<string>();
  const groupsNow = new Set<string>();
  /** Rows of users; they are forgotten with the rows. */
  const granted = new WeakSet<Row>();
  let changes: Change[] = [];
  const givenShown = GIVEN_SHOWN;
  const first: GivenWay[] = [];
  const given = { first, count: 0 };
  let lastGiven: GivenWay | null = null;

  /** Who assigned what was granted, as far as an event tells. In the order of the report, the rows of one way come together. */
  function giverOf(is: Row): string {
    const last = lastGiven?.row;
    if (
      last?.account === is.account &&
      last.PermissionSetArn === is.PermissionSetArn &&
      last.RoleArn === is.RoleArn &&
      last.GroupId === is.GroupId &&
      (is.Type === "GROUP" || last.UserId === is.UserId)
    ) {
      lastGiven!.rows++;
      return lastGiven!.by;
    }
    lastGiven = { row: is, by: assignedBy(is), rows: 1 };
    given.count++;
    if (first.length < givenShown) first.push(lastGiven);
    return lastGiven.by;
  }

  function add(kind: ChangeKind, before: string, after: string, was: readonly string[] | null, is: Row | null): void {
    counts[kind]++;
    see(kind, is);
    changes.push({ kind, before, after, was, is });
  }

  function lineOf({ kind, before, after, was, is, between }: Change): Record<(typeof CHANGE_COLUMNS)[number], string> {
    const shown = is ?? (Object.fromEntries(columns.map((name, index) => [name, was![index] ?? ""])) as Row);
    const assignedAt = kind === "GRANTED" || between !== undefined ? shown.AssignedAt : "";
    const revoked = between ?? (kind === "REVOKED" ? revokedBy(shown) : notRevoked);
    return {
      Change: kind,
      Before: before,
      After: after,
      account: shown.account,
      PermissionSetArn: shown.PermissionSetArn,
      PermissionSetName: shown.PermissionSetName,
      Type: shown.Type,
      GroupId: shown.GroupId,
      GroupName: shown.GroupName,
      Username: shown.Username,
      UserId: shown.UserId,
      LastLoginBefore: was === null ? "" : was[LAST_LOGIN]!,
      LastLoginAfter: is === null ? "" : is.LastLogin,
      PreviousReport: reportedAt,
      AssignedAt: assignedAt,
      AssignedBy: between?.by ?? (assignedAt === "" ? "" : giverOf(shown)),
      AccessType: shown.AccessType || "PERMISSION_SET", // an earlier version told of nothing else
      RoleArn: shown.RoleArn,
      ...(kind === "REVOKED" ? decidedOf(shown) : undecided),
      RevokedAt: revoked.revokedAt,
      RevokedBy: revoked.revokedBy,
    };
  }

  function inOrder(one: Change, other: Change): number {
    for (let key = 0; key < sortedBy.length; key++) {
      const mine = one.is === null ? one.was![sortedAt[key]!]! : one.is[sortedBy[key]!];
      const its = other.is === null ? other.was![sortedAt[key]!]! : other.is[sortedBy[key]!];
      if (mine !== its) return mine < its ? -1 : 1;
    }
    return kinds.indexOf(one.kind) - kinds.indexOf(other.kind);
  }

  function hold<Held>(unmet: Unmet<Held>, groupId: string, userId: string, row: Held): void {
    const ofGroup = unmet.get(groupId);
    if (ofGroup === undefined) unmet.set(groupId, new Map([[userId, row]]));
    else ofGroup.set(userId, row);
  }

  /** Holds it no more. */
  function take<Held>(unmet: Unmet<Held>, groupId: string, userId: string): Held | undefined {
    const ofGroup = unmet.get(groupId);
    const row = ofGroup?.get(userId);
    if (row !== undefined) ofGroup!.delete(userId);
    return row;
  }

  /** Without Organizations a row shows what its status would be in an active account: what it really was is not known. */
  function mayHide(status: string, accountState: string, other: string): boolean {
    return (
      accountState === "UNKNOWN" && (status === "OK" || status === "USER_DISABLED") && other.startsWith("ACCOUNT_")
    );
  }

  function compare(was: readonly string[], is: Row): void {
    const status = was[ROW_STATUS]!;
    if (
      status !== is.RowStatus &&
      !mayHide(status, was[ACCOUNT_STATE]!, is.RowStatus) &&
      !mayHide(is.RowStatus, is.AccountState, status)
    ) {
      add("STATUS_CHANGED", status, is.RowStatus, was, is);
    }
    const usage = was[USAGE]!;
    if (usage === is.Usage || !sameSettings) return;
    if (is.Usage === "UNUSED_IN_WINDOW" && (usage === "USED" || usage === "TOO_NEW")) {
      add("NOW_UNUSED", usage, is.Usage, was, is);
    } else if (is.Usage === "USED" && usage === "UNUSED_IN_WINDOW") {
      add("USED_AGAIN", usage, is.Usage, was, is);
    }
  }

  return {
    counts,
    given,
    wasGranted: (is) => granted.has(is),
    header: () => writer.header(),
    both(was, is) {
      if (is.UserId !== "") {
        groupsEarlier.add(is.GroupId);
        groupsNow.add(is.GroupId);
      }
      compare(was, is);
    },
    meetEarlier(was) {
      if (was[USER_ID] !== "") groupsEarlier.add(was[GROUP_ID]!);
      const is = take(unmetNow, was[GROUP_ID]!, was[USER_ID]!);
      if (is === undefined) hold(unmetEarlier, was[GROUP_ID]!, was[USER_ID]!, was);
      else compare(was, is);
    },
    meetNow(is) {
      if (is.UserId !== "") groupsNow.add(is.GroupId);
      const was = take(unmetEarlier, is.GroupId, is.UserId);
      if (was === undefined) hold(unmetNow, is.GroupId, is.UserId, is);
      else compare(was, is);
    },
    settle() {
      for (const [groupId, ofGroup] of unmetEarlier) {
        for (const was of ofGroup.values()) {
          const status = was[ROW_STATUS]!;
          if (was[USER_ID] === "" && groupsNow.has(groupId)) add("STATUS_CHANGED", status, HAS_MEMBERS, was, null);
          else add("REVOKED", status, "", was, null);
        }
      }
      for (const [groupId, ofGroup] of unmetNow) {
        for (const is of ofGroup.values()) {
          if (is.UserId === "" && groupsEarlier.has(groupId)) {
            add("STATUS_CHANGED", HAS_MEMBERS, is.RowStatus, null, is);
          } else {
            add("GRANTED", "", is.RowStatus, null, is);
            if (is.UserId !== "") granted.add(is);
          }
        }
      }
      unmetEarlier.clear();
      unmetNow.clear();
      groupsEarlier.clear();
      groupsNow.clear();
    },
    gone: (was) => add("REVOKED", was[ROW_STATUS]!, "", was, null),
    between(found) {
      counts.GRANTED_AND_REVOKED++;
      changes.push({ kind: "GRANTED_AND_REVOKED", before: "", after: "", was: null, is: found.row, between: found });
    },
    waiting: () => changes.length,
    *takeLines() {
      const sorted = changes.sort(inOrder);
      changes = [];
      for (let at = 0; at < sorted.length; at += LINES_A_PIECE) {
        yield writer.lines(sorted.slice(at, at + LINES_A_PIECE).map(lineOf));
      }
    },
  };
}
