import { reportError } from "../errors";
import type { AssignmentEvent } from "../model";
import { EVENTS, type EventName } from "./events";
import { type NamedLogins, partOf } from "./part";
import type { LoginPart, LoginWindow } from "./source";

/** The columns of a login query's answer, whatever it is asked of: a row is the logins of one user to one account and role, or one other event. */
export const QUERY_COLUMNS = [
  ...["user_id", "principal_id", "user_name", "account_id", "role_name"],
  ...["first_login", "last_console", "last_programmatic", "logins"],
  // Of an event that is no login; "" in the rows of logins.
  ...[
    "event_name",
    "event_id",
    "target_type",
    "target_id",
    "permission_set",
    "principal_type",
    "principal",
    "requested_by",
  ],
  "removed_region",
] as const;

/** A row as it was understood. Plain JSON: the journal keeps it. */
export type QueryRow =
  | NamedLogins
  | { readonly event: "assignment"; readonly id: string; readonly assignment: AssignmentEvent | null }
  | { readonly event: "removed Region"; readonly id: string; readonly region: string };

/** Reads rows of a query over a window. What is not understood of a login is an error; what is not of an assignment's event is no event. */
export function createRowReader(queryId: string, window: LoginWindow) {
  const fromMs = Date.parse(window.from);
  const toMs = Date.parse(window.to);
  const events: Readonly<Record<string, (typeof EVENTS)[EventName]>> = EVENTS;

  function unexpected(what: string, got: unknown, expected: string): Error {
    const text = `The login query ${queryId} gave ${JSON.stringify(got)} for ${what}, expected ${expected}.`;
    return reportError("UnexpectedAnswer", text);
  }

  /** `2026-06-11 16:26:39.000` or `2026-06-11T16:26:39Z`, UTC; empty for none. */
  function parseTimestamp(text: string): number | null {
    if (text === "") return null;
    const ms = Date.parse(text.replace(" ", "T").replace(/(\.\d{3})\d*| UTC$|Z$/g, "$1") + "Z");
    if (Number.isNaN(ms)) throw unexpected("a time", text, 'one like "2026-06-11 16:26:39.000"');
    if (ms < fromMs || ms > toMs) throw unexpected("a time", text, `one from ${window.from} to ${window.to}`);
    return ms;
  }

  /** An event that is no login. */
  function eventOf(
    name: string,
    atMs: number | null,
    text: (column: (typeof QUERY_COLUMNS)[number]) => string,
  ): QueryRow {
    const what = Object.hasOwn(events, name) ? events[name] : undefined;
    const id = text("event_id");
    if (what === "removed Region") return { event: what, id, region: text("removed_region") };
    if (what !== "created" && what !== "deleted") {
      throw unexpected("event_name", name, "the name of an event that was asked for");
    }
    const assignment = assignmentOf(what, {
      id,
      atMs,
      targetType: text("target_type"),
      accountId: text("target_id"),
      permissionSetArn: text("permission_set"),
      principalType: text("principal_type"),
      principalId: text("principal"),
      by: text("requested_by"),
    });
    return { event: "assignment", id: `${name} ${id}`, assignment };
  }

  /** @param row the cells by their columns */
  function rowOf(row: Readonly<Record<string, unknown>>): QueryRow {
    const text = (column: (typeof QUERY_COLUMNS)[number]): string => {
      const value = row[column] ?? "";
      if (typeof value !== "string") throw unexpected(column, value, "a text");
      return value;
    };
    const firstMs = parseTimestamp(text("first_login"));
    const name = text("event_name");
    if (name !== "") return eventOf(name, firstMs, text);
    const lastConsoleMs = parseTimestamp(text("last_console"));
    const lastProgrammaticMs = parseTimestamp(text("last_programmatic"));
    if (firstMs === null || (lastConsoleMs === null && lastProgrammaticMs === null)) {
      throw unexpected("the times of a login", "", 'at least one like "2026-06-11 16:26:39.000"');
    }
    const count = Number(text("logins"));
    if (!Number.isInteger(count) || count < 1) throw unexpected("a number of logins", row.logins, "one from 1 on");
    return {
      userId: text("user_id"),
      principalId: text("principal_id"),
      userName: text("user_name"),
      accountId: text("account_id"),
      roleName: text("role_name"),
      firstMs,
      lastConsoleMs,
      lastProgrammaticMs,
      count,
    };
  }

  /** What tells a row from all others. */
  function idOf(row: NamedLogins | { readonly event: string; readonly id: string }): string {
    if ("event" in row) return JSON.stringify([row.event, row.id]);
    const { userId, principalId, userName, accountId, roleName } = row;
    return JSON.stringify([userId, principalId, userName, accountId, roleName]);
  }

  return { rowOf, idOf, unexpected };
}

/** What the rows of a query tell, each kind apart. */
export interface ToldByRows {
  readonly logins: readonly NamedLogins[];
  readonly assignments: readonly AssignmentEvent[];
  /** Where the instance was in the window and is no more, in order; "" for one whose name nobody knows. */
  readonly removedRegions: readonly string[];
}

export function toldBy(rows: readonly QueryRow[]): ToldByRows {
  const logins: NamedLogins[] = [];
  const assignments: AssignmentEvent[] = [];
  const removedRegions: string[] = [];
  for (const row of rows) {
    if (!("event" in row)) logins.push(row);
    else if (row.event === "removed Region") removedRegions.push(row.region);
    else if (row.assignment !== null) assignments.push(row.assignment);
  }
  return { logins, assignments, removedRegions: [...new Set(removedRegions)].sort() };
}

/** What the rows of a query say together. */
export type QueryPart = Pick<LoginPart, "lastLogins" | "unattributed" | "notUnderstood" | "assignments">;

export function queryPartOf({ logins, assignments }: Pick<ToldByRows, "logins" | "assignments">): QueryPart {
  return { ...partOf(logins), assignments };
}

/** What an event says of an assignment; texts are empty where it does not say. */
interface NamedAssignment {
  readonly id: string;
  readonly atMs: number | null;
  readonly targetType: string;
  readonly accountId: string;
  readonly permissionSetArn: string;
  readonly principalType: string;
  readonly principalId: string;
  readonly by: string;
}

/**
 * The assignment that an event tells of; `null` where it is not understood. Such a one may be dropped, since that there is no event proves
 * nothing. Another instance's has another one's permission set.
 */
function assignmentOf(kind: AssignmentEvent["kind"], named: NamedAssignment): AssignmentEvent | null {
  const { id, atMs, targetType, accountId, permissionSetArn, principalType, principalId, by } = named;
  const ofAccount = (targetType === "AWS_ACCOUNT" || targetType === "") && /^\d{12}$/.test(accountId);
  const ofSet = /^arn:[\w-]+:sso:::permissionSet\/[\w.-]+\/ps-[\w.-]+$/.test(permissionSetArn);
  if (id === "" || atMs === null || !ofAccount || !ofSet || principalId === "") return null;
  if (principalType !== "USER" && principalType !== "GROUP") return null;
  return { id, kind, atMs, accountId, permissionSetArn, principalType, principalId, by };
}
