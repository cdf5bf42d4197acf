import { type CloudTrailClient, GetQueryResultsCommand } from "@aws-sdk/client-cloudtrail";
import type { Caller } from "../aws/aws";
import { reportError } from "../errors";
import type { LastLogin, Progress, UnattributedLogin } from "../model";
import type { LoginPart } from "./source";

/**
 * The logins of the window, one row per user, account and role. `Federate` is the console, `GetRoleCredentials` the CLI
 * and the SDKs. Since 14 July 2025 the user is in `onBehalfOf.userId`; before, in `userName`. Every field is projected
 * under an alias, since a printed struct cannot be parsed; none can be NULL, since CloudTrail does not document how NULL prints.
 *
 * @param storeId the event data store's UUID, which FROM takes unquoted
 * @param fromMs first instant of the window, inclusive: without a range on eventTime the whole store is scanned and billed
 * @param toMs last instant of the window, inclusive
 */
export function loginQuery(storeId: string, fromMs: number, toMs: number): string {
  const timestamp = (ms: number) => `timestamp '${new Date(ms).toISOString().replace("T", " ").replace("Z", "")}'`;
  const userId = "coalesce(userIdentity.onBehalfOf.userId, '')";
  const userName = `CASE WHEN ${userId} = '' THEN coalesce(userIdentity.userName, '') ELSE '' END`;
  const account = "element_at(serviceEventDetails, 'account_id')";
  const role = "element_at(serviceEventDetails, 'role_name')";
  const last = (event: string) =>
    `coalesce(CAST(max(CASE WHEN eventName = '${event}' THEN eventTime END) AS varchar), '')`;
  return [
    `SELECT ${userId} AS user_id,`,
    `  ${userName} AS user_name,`,
    `  ${account} AS account_id,`,
    `  ${role} AS role_name,`,
    `  ${last("Federate")} AS last_console,`,
    `  ${last("GetRoleCredentials")} AS last_programmatic,`,
    "  count(*) AS logins",
    `FROM ${storeId}`,
    "WHERE eventSource = 'sso.amazonaws.com'",
    "  AND eventName IN ('Federate', 'GetRoleCredentials')",
    `  AND eventTime >= ${timestamp(fromMs)}`,
    `  AND eventTime <= ${timestamp(toMs)}`,
    "  AND coalesce(errorCode, '') = ''",
    `  AND coalesce(${account}, '') <> ''`,
    `  AND coalesce(${role}, '') <> ''`,
    `GROUP BY ${userId}, ${userName}, ${account}, ${role}`,
  ].join("\n");
}

/** Reads every page of a finished login query. Repeated rows count once; a missing row is an error. */
export async function readLogins(
  QueryId: string,
  cloudTrail: CloudTrailClient,
  call: Caller,
  progress: Progress,
): Promise<Pick<LoginPart, "lastLogins" | "unattributed">> {
  const byKey = new Map<string, LastLogin>();
  let total: number | null = null;

  /** `2026-06-11 16:26:39.000`, UTC; empty for none. */
  function parseTimestamp(text: string): number | null {
    if (text === "") return null;
    const ms = Date.parse(text.replace(" ", "T").replace(/(\.\d{3})\d*| UTC$/g, "$1") + "Z");
    if (Number.isNaN(ms))
      throw reportError(
        "UnexpectedAnswer",
        `The login query gave ${JSON.stringify(text)} for a time, expected one like "2026-06-11 16:26:39.000".`,
      );
    return ms;
  }

  /** A row is a list of one-key objects. */
  function addRow(cells: readonly Record<string, string>[]): void {
    const row: Record<string, string> = {};
    for (const cell of cells) Object.assign(row, cell);
    const {
      user_id = "",
      user_name = "",
      account_id = "",
      role_name = "",
      last_console = "",
      last_programmatic = "",
    } = row;
    const count = Number(row.logins);
    if (!Number.isInteger(count) || count < 1) {
      throw reportError(
        "UnexpectedAnswer",
        `The login query gave ${JSON.stringify(row.logins)} for a number of logins.`,
      );
    }
    byKey.set(JSON.stringify([user_id, user_name, account_id, role_name]), {
      userId: user_id,
      userName: user_name,
      accountId: account_id,
      roleName: role_name,
      lastConsoleMs: parseTimestamp(last_console),
      lastProgrammaticMs: parseTimestamp(last_programmatic),
      count,
    });
  }

  let NextToken: string | undefined;
  do {
    const input = { QueryId, MaxQueryResults: 1000, NextToken };
    const page = await call(cloudTrail, new GetQueryResultsCommand(input));
    if (page.QueryStatus !== "FINISHED") {
      throw reportError(
        "QueryFailed",
        `The login query ${QueryId} gave results as ${page.QueryStatus}: they are not complete and not used.`,
      );
    }
    total = page.QueryStatistics?.TotalResultsCount ?? total;
    for (const row of page.QueryResultRows ?? []) addRow(row);
    progress("logins", byKey.size, total);
    NextToken = page.NextToken;
  } while (NextToken);

  if (total !== null && byKey.size < total) {
    throw reportError("IncompleteAnswer", `The login query ${QueryId} has ${total} rows, but only ${byKey.size} came.`);
  }
  const lastLogins: LastLogin[] = [];
  const unattributed: UnattributedLogin[] = [];
  for (const login of byKey.values()) {
    const { accountId, roleName, count } = login;
    if (login.userId === "" && login.userName === "") unattributed.push({ accountId, roleName, count });
    else lastLogins.push(login);
  }
  return { lastLogins, unattributed };
}
