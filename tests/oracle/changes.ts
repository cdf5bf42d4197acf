/**
 * The oracle's changes: every row of one report is looked for in the other, by reading all of it again. Written from docs/report.md
 * alone, it shares nothing with `handlers/`.
 */
import type { Row } from "./report";

/** An event that made an assignment, or ended one. */
export interface AssignmentEvent {
  id: string;
  kind: string;
  atMs: number;
  accountId: string;
  permissionSetArn: string;
  principalType: string;
  principalId: string;
  by: string;
}

export interface Change {
  Change: string;
  Before: string;
  After: string;
  LastLoginBefore: string;
  LastLoginAfter: string;
  row: Row;
}

const KINDS = ["GRANTED", "REVOKED", "GRANTED_AND_REVOKED", "STATUS_CHANGED", "NOW_UNUSED", "USED_AGAIN"];
const KEY = ["account", "PermissionSetArn", "RoleArn", "Type", "GroupId", "UserId"] as const;
const ORDER = [
  "account",
  "PermissionSetName",
  "PermissionSetArn",
  "RoleArn",
  "Type",
  "GroupName",
  "GroupId",
  "Username",
  "UserId",
] as const;

export function oracleChanges(before: Row[], after: Row[], sameSettings: boolean): Change[] {
  const changes: Change[] = [];
  const lastLoginIn = (rows: Row[], row: Row) =>
    rows.find((other) => KEY.every((column) => other[column] === row[column]))?.LastLogin ?? "";
  const add = (kind: string, was: string, is: string, row: Row) =>
    changes.push({
      ...{ Change: kind, Before: was, After: is, row },
      LastLoginBefore: lastLoginIn(before, row),
      LastLoginAfter: lastLoginIn(after, row),
    });

  for (const is of after) {
    const was = before.find((row) => KEY.every((column) => row[column] === is[column]));
    if (was === undefined) {
      const emptied = is.UserId === "" && hasMembers(before, is);
      if (emptied) add("STATUS_CHANGED", "HAS_MEMBERS", is.RowStatus, is);
      else add("GRANTED", "", is.RowStatus, is);
      continue;
    }
    if (was.RowStatus !== is.RowStatus && !maybeTheSame(was, is) && !maybeTheSame(is, was)) {
      add("STATUS_CHANGED", was.RowStatus, is.RowStatus, is);
    }
    if (!sameSettings) continue;
    const usage = `${was.Usage} ${is.Usage}`;
    if (usage === "USED UNUSED_IN_WINDOW" || usage === "TOO_NEW UNUSED_IN_WINDOW") {
      add("NOW_UNUSED", was.Usage, is.Usage, is);
    }
    if (usage === "UNUSED_IN_WINDOW USED") add("USED_AGAIN", was.Usage, is.Usage, is);
  }
  for (const was of before) {
    if (after.some((row) => KEY.every((column) => row[column] === was[column]))) continue;
    const filled = was.UserId === "" && hasMembers(after, was);
    if (filled) add("STATUS_CHANGED", was.RowStatus, "HAS_MEMBERS", was);
    else add("REVOKED", was.RowStatus, "", was);
  }

  return changes.sort((one, other) => {
    for (const column of ORDER) {
      if (one.row[column] < other.row[column]) return -1;
      if (one.row[column] > other.row[column]) return 1;
    }
    return KINDS.indexOf(one.Change) - KINDS.indexOf(other.Change);
  });
}

/** Where these events may tell of the assignment that a row shows. */
const isOf = (event: AssignmentEvent, row: Row) =>
  event.accountId === row.account &&
  event.permissionSetArn === row.PermissionSetArn &&
  event.principalType === row.Type &&
  event.principalId === (row.Type === "USER" ? row.UserId : row.GroupId);

const instant = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** The last event of the assignment behind a row, if that ended it after the earlier report. */
export function endOf(row: Row, events: AssignmentEvent[], from: string, now: string): AssignmentEvent | undefined {
  const last = events
    .filter((event) => isOf(event, row) && event.atMs >= 0 && event.atMs <= Date.parse(now))
    .sort((one, other) => one.atMs - other.atMs || KIND(one) - KIND(other) || (one.id < other.id ? -1 : 1))
    .at(-1);
  return last?.kind === "deleted" && last.atMs > Date.parse(from) ? last : undefined;
}

const KIND = ({ kind }: AssignmentEvent) => (kind === "created" ? 0 : 1);

/** Assignments that were made and ended again, the latter since the earlier report, and that neither report has: as many as there are ends. */
export function oracleBetween(
  before: Row[],
  after: Row[],
  all: AssignmentEvent[],
  from: string,
  now: string,
): { made: AssignmentEvent; ended: AssignmentEvent; at: string; until: string }[] {
  const events = all.filter(({ atMs }) => atMs >= 0 && atMs <= Date.parse(now));
  const sameWay = (one: AssignmentEvent, other: AssignmentEvent) =>
    (["accountId", "permissionSetArn", "principalType", "principalId"] as const).every(
      (key) => one[key] === other[key],
    );
  return events.flatMap((ended) => {
    const reported = [...before, ...after].some((row) => row.AccessType === "PERMISSION_SET" && isOf(ended, row));
    if (ended.kind !== "deleted" || instant(ended.atMs) <= from || reported) return [];
    const ends = events.filter((other) => other.kind === "deleted" && sameWay(other, ended));
    if (ends.some((other) => other.atMs === ended.atMs && other.id < ended.id)) return [];
    const endBefore = Math.max(-1, ...ends.filter(({ atMs }) => atMs < ended.atMs).map(({ atMs }) => atMs));
    const made = events
      .filter((other) => other.kind === "created" && sameWay(other, ended))
      .filter(({ atMs }) => atMs > endBefore && atMs <= ended.atMs)
      .sort((one, other) => one.atMs - other.atMs || (one.id < other.id ? -1 : 1))[0];
    return made === undefined ? [] : [{ made, ended, at: instant(made.atMs), until: instant(ended.atMs) }];
  });
}

function hasMembers(rows: Row[], of: Row): boolean {
  return rows.some(
    (row) =>
      row.account === of.account &&
      row.PermissionSetArn === of.PermissionSetArn &&
      row.RoleArn === of.RoleArn &&
      row.GroupId === of.GroupId &&
      row.UserId !== "",
  );
}

/** A row whose account's state was not read may have the other's status, which is about the account. */
function maybeTheSame(unread: Row, other: Row): boolean {
  if (unread.AccountState !== "UNKNOWN") return false;
  if (unread.RowStatus !== "OK" && unread.RowStatus !== "USER_DISABLED") return false;
  return other.RowStatus === "ACCOUNT_NOT_ACTIVE" || other.RowStatus === "ACCOUNT_NOT_IN_ORGANIZATION";
}
