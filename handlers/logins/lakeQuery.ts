import { type CloudTrailClient, GetQueryResultsCommand } from "@aws-sdk/client-cloudtrail";
import { allPages, type Caller } from "../aws/aws";
import { reportError } from "../errors";
import type { Progress } from "../model";
import { EVENT_SOURCE, type EventsRead, LOGIN_EVENTS, type LoginEventName, namesOf } from "./events";
import { createRowReader, type QueryPart, queryPartOf, type ToldByRows, toldBy } from "./queryRows";
import type { LoginPart, LoginWindow } from "./source";

/**
 * The logins of the window, one row per user, account and role, and its other events, one row each. `Federate` is the console, `GetRoleCredentials`
 * the CLI and the SDKs. Since 14 July 2025 the user is in `onBehalfOf.userId`; before, in `userName`, or `principalId` was the user's id.
 * `Federate` also tells of applications, and then has neither account nor role. Some stores hold an event twice. Every field is
 * projected under an alias, since a printed struct cannot be parsed; none can be NULL, since CloudTrail does not document how NULL
 * prints.
 *
 * @param storeId the event data store's UUID, which FROM takes unquoted
 * @param fromMs first instant of the window, inclusive: without a range on eventTime the whole store is scanned and billed
 * @param toMs last instant of the window, inclusive
 * @param read which events
 */
export function loginQuery(storeId: string, fromMs: number, toMs: number, read: EventsRead = "all"): string {
  const timestamp = (ms: number) => `timestamp '${new Date(ms).toISOString().replace("T", " ").replace("Z", "")}'`;
  const listed = (names: readonly string[]) => names.map((name) => `'${name}'`).join(", ");
  const isLogin = `eventName IN (${listed(LOGIN_EVENTS)})`;
  const userId = "coalesce(userIdentity.onBehalfOf.userId, '')";
  const withoutId = (field: string) => `CASE WHEN ${userId} = '' THEN coalesce(userIdentity.${field}, '') ELSE '' END`;
  const ofOthers = (field: string) => `CASE WHEN ${isLogin} THEN '' ELSE coalesce(${field}, '') END`;
  const account = "coalesce(element_at(serviceEventDetails, 'account_id'), '')";
  const role = "coalesce(element_at(serviceEventDetails, 'role_name'), '')";
  const last = (event: LoginEventName) =>
    `coalesce(CAST(max(CASE WHEN eventName = '${event}' THEN eventTime END) AS varchar), '')`;
  const asked = (parameter: string) => `coalesce(max(element_at(requestParameters, '${parameter}')), '')`;
  const by = ["arn", "userName", "onBehalfOf.userId", "principalId"].map(
    (field) => `max(nullif(userIdentity.${field}, ''))`,
  );
  const keys = [
    userId,
    withoutId("principalId"),
    withoutId("userName"),
    account,
    role,
    ofOthers("eventName"),
    ofOthers("eventID"),
  ];
  return [
    `SELECT ${keys[0]} AS user_id,`,
    `  ${keys[1]} AS principal_id,`,
    `  ${keys[2]} AS user_name,`,
    `  ${keys[3]} AS account_id,`,
    `  ${keys[4]} AS role_name,`,
    "  CAST(min(eventTime) AS varchar) AS first_login,",
    `  ${last("Federate")} AS last_console,`,
    `  ${last("GetRoleCredentials")} AS last_programmatic,`,
    "  count(DISTINCT eventID) AS logins,",
    `  ${keys[5]} AS event_name,`,
    `  ${keys[6]} AS event_id,`,
    `  ${asked("targetType")} AS target_type,`,
    `  ${asked("targetId")} AS target_id,`,
    `  ${asked("permissionSetArn")} AS permission_set,`,
    `  ${asked("principalType")} AS principal_type,`,
    `  ${asked("principalId")} AS principal,`,
    `  coalesce(${by.join(", ")}, '') AS requested_by,`,
    `  ${asked("regionName")} AS removed_region`,
    `FROM ${storeId}`,
    `WHERE eventSource = '${EVENT_SOURCE}'`,
    `  AND eventName IN (${listed(namesOf(read))})`,
    `  AND eventTime >= ${timestamp(fromMs)}`,
    `  AND eventTime <= ${timestamp(toMs)}`,
    "  AND coalesce(errorCode, '') = ''",
    `  AND (eventName <> 'Federate' OR ${account} <> '' OR ${role} <> '')`,
    `GROUP BY ${keys.join(", ")}`,
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
): Promise<QueryPart & Pick<ToldByRows, "removedRegions"> & Pick<LoginPart, "reason">> {
  let total: number | null = null;
  const { rowOf, idOf, unexpected } = createRowReader(QueryId, window);

  const rows = await allPages(call, cloudTrail, {
    command: (NextToken) => new GetQueryResultsCommand({ QueryId, MaxQueryResults: 1000, NextToken }),
    list: "QueryResultRows",
    // A row is a list of one-key objects.
    itemOf: (cells: unknown) => {
      if (!Array.isArray(cells)) throw unexpected("a row", cells, "a list of cells");
      return rowOf(Object.assign({}, ...cells));
    },
    idOf,
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

  if (total !== null && rows.length < total) {
    throw reportError(
      "IncompleteAnswer",
      `The login query ${QueryId} has ${total} rows, but only ${rows.length} came.`,
    );
  }
  const reason = total === null ? "the login query did not say how many rows it has" : null;
  const told = toldBy(rows);
  return { ...queryPartOf(told), removedRegions: told.removedRegions, reason };
}
