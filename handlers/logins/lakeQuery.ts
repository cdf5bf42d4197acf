import { type CloudTrailClient, GetQueryResultsCommand } from "@aws-sdk/client-cloudtrail";
import { allPages, type Caller } from "../aws/aws";
import { reportError } from "../errors";
import type { Progress } from "../model";
import { type NamedLogins, partOf } from "./part";
import type { LoginPart, LoginWindow } from "./source";

/**
 * The logins of the window, one row per user, account and role. `Federate` is the console, `GetRoleCredentials` the CLI
 * and the SDKs. Since 14 July 2025 the user is in `onBehalfOf.userId`; before, in `userName`, or `principalId` was the user's id.
 * `Federate` also tells of applications, and then has neither account nor role. Some stores hold an event twice. Every field is
 * projected under an alias, since a printed struct cannot be parsed; none can be NULL, since CloudTrail does not document how NULL
 * prints.
 *
 * @param storeId the event data store's UUID, which FROM takes unquoted
 * @param fromMs first instant of the window, inclusive: without a range on eventTime the whole store is scanned and billed
 * @param toMs last instant of the window, inclusive
 */
export function loginQuery(storeId: string, fromMs: number, toMs: number): string {
  const timestamp = (ms: number) => `timestamp '${new Date(ms).toISOString().replace("T", " ").replace("Z", "")}'`;
  const userId = "coalesce(userIdentity.onBehalfOf.userId, '')";
  const withoutId = (field: string) => `CASE WHEN ${userId} = '' THEN coalesce(userIdentity.${field}, '') ELSE '' END`;
  const account = "coalesce(element_at(serviceEventDetails, 'account_id'), '')";
  const role = "coalesce(element_at(serviceEventDetails, 'role_name'), '')";
  const last = (event: string) =>
    `coalesce(CAST(max(CASE WHEN eventName = '${event}' THEN eventTime END) AS varchar), '')`;
  const who = [userId, withoutId("principalId"), withoutId("userName"), account, role];
  return [
    `SELECT ${who[0]} AS user_id,`,
    `  ${who[1]} AS principal_id,`,
    `  ${who[2]} AS user_name,`,
    `  ${account} AS account_id,`,
    `  ${role} AS role_name,`,
    "  CAST(min(eventTime) AS varchar) AS first_login,",
    `  ${last("Federate")} AS last_console,`,
    `  ${last("GetRoleCredentials")} AS last_programmatic,`,
    "  count(DISTINCT eventID) AS logins",
    `FROM ${storeId}`,
    "WHERE eventSource = 'sso.amazonaws.com'",
    "  AND eventName IN ('Federate', 'GetRoleCredentials')",
    `  AND eventTime >= ${timestamp(fromMs)}`,
    `  AND eventTime <= ${timestamp(toMs)}`,
    "  AND coalesce(errorCode, '') = ''",
    `  AND (eventName = 'GetRoleCredentials' OR ${account} <> '' OR ${role} <> '')`,
    `GROUP BY ${who.join(", ")}`,
  ].join("\n");
}

/**
 * Reads every page of a finished login query. Repeated rows count once; a missing row is an error. A page that is not understood is asked
 * for again, as everywhere.
 */
export async function readLogins(
  QueryId: string,
  window: LoginWindow,
  cloudTrail: CloudTrailClient,
  call: Caller,
  progress: Progress,
): Promise<Omit<LoginPart, "bytesScanned" | "regions">> {
  const fromMs = Date.parse(window.from);
  const toMs = Date.parse(window.to);
  let total: number | null = null;

  function unexpected(what: string, got: unknown, expected: string): Error {
    const text = `The login query ${QueryId} gave ${JSON.stringify(got)} for ${what}, expected ${expected}.`;
    return reportError("UnexpectedAnswer", text);
  }

  /** `2026-06-11 16:26:39.000`, UTC; empty for none. */
  function parseTimestamp(text: string): number | null {
    if (text === "") return null;
    const ms = Date.parse(text.replace(" ", "T").replace(/(\.\d{3})\d*| UTC$/g, "$1") + "Z");
    if (Number.isNaN(ms)) throw unexpected("a time", text, 'one like "2026-06-11 16:26:39.000"');
    if (ms < fromMs || ms > toMs) throw unexpected("a time", text, `one from ${window.from} to ${window.to}`);
    return ms;
  }

  /** A row is a list of one-key objects. */
  function loginOf(cells: unknown): NamedLogins {
    if (!Array.isArray(cells)) throw unexpected("a row", cells, "a list of cells");
    const row: Record<string, unknown> = Object.assign({}, ...cells);
    const text = (column: string): string => {
      const value = row[column] ?? "";
      if (typeof value !== "string") throw unexpected(column, value, "a text");
      return value;
    };
    const firstMs = parseTimestamp(text("first_login"));
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

  const logins = await allPages(call, cloudTrail, {
    command: (NextToken) => new GetQueryResultsCommand({ QueryId, MaxQueryResults: 1000, NextToken }),
    list: "QueryResultRows",
    itemOf: loginOf,
    idOf: ({ userId, principalId, userName, accountId, roleName }) =>
      JSON.stringify([userId, principalId, userName, accountId, roleName]),
    keptAs: `logins of ${QueryId}`,
    figureOf: ({ QueryStatus, QueryStatistics }) => {
      if (QueryStatus === "FINISHED") return QueryStatistics?.TotalResultsCount ?? null;
      throw reportError(
        "QueryFailed",
        `The login query ${QueryId} gave results as ${QueryStatus}: they are not complete and not used.`,
      );
    },
    onPage: (count, said) => {
      total = said ?? total;
      progress("logins", count, total);
    },
  });

  if (total !== null && logins.length < total) {
    throw reportError(
      "IncompleteAnswer",
      `The login query ${QueryId} has ${total} rows, but only ${logins.length} came.`,
    );
  }
  const reason = total === null ? "the login query did not say how many rows it has" : null;
  return { ...partOf(logins), assignments: [], reason };
}
