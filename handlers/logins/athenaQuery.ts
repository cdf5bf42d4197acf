import type { TrailTableName } from "../settings";
import type { TrailLayout } from "./athenaTable";
import { EVENT_SOURCE, type EventsRead, LOGIN_EVENTS, type LoginEventName, namesOf } from "./events";
import { QUERY_COLUMNS } from "./queryRows";
import type { LoginWindow } from "./source";

/** The columns of the answer: of a login or another event, or of a Region and a day that the table has; and how many rows there are. */
export const TRAIL_COLUMNS = [...QUERY_COLUMNS, "observed_region", "observed_day", "row_count"] as const;

/** What is asked of a table. */
export interface TrailQuery {
  readonly name: TrailTableName;
  readonly layout: TrailLayout;
  readonly window: LoginWindow;
  /** Whose events prove that a day was recorded. */
  readonly ownerAccountId: string;
  /** The Regions that are read where a partition key says the Region; none for all. */
  readonly regions: readonly string[];
  /** Which events; by default, all. */
  readonly read?: EventsRead | undefined;
}

/**
 * The logins of the window, one row per user, account and role; its other events, one row each; and one row for each Region and UTC day
 * of which the table has a read-only event of the account in whose files it must lie: one scan tells what happened and what was seen. The day of a partition is that of
 * delivery, so one day more is read; an event proves a day where it was delivered on it, since what the next day's partition has of it says
 * nothing of its own. Where there are no partitions, what happened in the last hour proves nothing.
 */
export function trailQuery({ name, layout, window, ownerAccountId, regions, read = "all" }: TrailQuery): string {
  const listed = (names: readonly string[]) => names.map((each) => `'${each}'`).join(", ");
  const { account, region, day } = layout;
  const text = (value: string) => `coalesce(${value}, '')`;
  const json = (column: string, key: string) => text(`json_extract_scalar(${column}, '$.${key}')`);
  const details = [json("serviceeventdetails", "account_id"), json("serviceeventdetails", "role_name")];
  const by = ["arn", "username", "onbehalfof.userid", "principalid"].map(
    (field) => `nullif(useridentity.${field}, '')`,
  );
  const provesDay = day === null ? "substr(eventtime, 12, 2) < '23'" : `${dayOf(day)} = substr(eventtime, 1, 10)`;
  const ofOwner = `readonly = 'true' AND recipientaccountid = '${ownerAccountId}'`;
  const ofSso = [
    `eventsource = '${EVENT_SOURCE}'`,
    `eventname IN (${listed(namesOf(read))})`,
    "coalesce(errorcode, '') = ''",
    `eventtime >= '${window.from}'`,
    `(eventname <> 'Federate' OR ${details[0]} <> '' OR ${details[1]} <> '')`,
  ].join(" AND ");
  const conditions = [
    ...(day === null ? [] : [partitionsFrom(day, window)]),
    ...(account !== null && "key" in account ? [`"${account.key}" = '${ownerAccountId}'`] : []),
    ...(region !== null && "key" in region && regions.length > 0 ? [`"${region.key}" IN (${listed(regions)})`] : []),
    `eventtime >= '${window.from.slice(0, 10)}T00:00:00Z'`,
    `eventtime <= '${window.to}'`,
    `((${ofSso}) OR (${ofOwner}))`,
  ];
  const fields: readonly (readonly [name: string, value: string])[] = [
    ["tells", `coalesce(${ofSso}, false)`],
    ["is_login", `coalesce(eventname IN (${listed(LOGIN_EVENTS)}), false)`],
    ["name", text("eventname")],
    ["id", text("eventid")],
    ["instant", "eventtime"],
    ["by_id", text("useridentity.onbehalfof.userid")],
    ["by_principal", text("useridentity.principalid")],
    ["by_name", text("useridentity.username")],
    ["by_whom", `coalesce(${by.join(", ")}, '')`],
    ["of_account", details[0]!],
    ["of_role", details[1]!],
    ...["targetType", "targetId", "permissionSetArn", "principalType", "principalId", "regionName"].map(
      (key) => [`asked_${key.toLowerCase()}`, json("requestparameters", key)] as const,
    ),
    ["seen_region", text("awsregion")],
    ["seen_day", "substr(eventtime, 1, 10)"],
    ["proof", `CASE WHEN ${ofOwner} AND ${provesDay} THEN 1 ELSE 0 END`],
  ];
  const when = (condition: string, value: string) => `CASE WHEN ${condition} THEN ${value} ELSE '' END`;
  const groups: readonly (readonly [name: string, value: string])[] = [
    ["kind", "CASE WHEN NOT tells THEN 'none' WHEN is_login THEN 'login' ELSE name END"],
    ["group_user", when("tells", "by_id")],
    ["group_principal", when("tells AND by_id = ''", "by_principal")],
    ["group_name", when("tells AND by_id = ''", "by_name")],
    ["group_account", when("tells", "of_account")],
    ["group_role", when("tells", "of_role")],
    ["group_event", when("tells AND NOT is_login", "id")],
  ];
  const last = (event: LoginEventName) => text(`max(CASE WHEN name = '${event}' THEN instant END)`);
  const answers: Readonly<Record<(typeof TRAIL_COLUMNS)[number], string>> = {
    user_id: text("group_user"),
    principal_id: text("group_principal"),
    user_name: text("group_name"),
    account_id: text("group_account"),
    role_name: text("group_role"),
    first_login: "min(instant)",
    last_console: last("Federate"),
    last_programmatic: last("GetRoleCredentials"),
    logins: "count(DISTINCT id)",
    event_name: "CASE WHEN kind IS NULL OR kind = 'login' THEN '' ELSE kind END",
    event_id: text("group_event"),
    target_type: text("max(asked_targettype)"),
    target_id: text("max(asked_targetid)"),
    permission_set: text("max(asked_permissionsetarn)"),
    principal_type: text("max(asked_principaltype)"),
    principal: text("max(asked_principalid)"),
    requested_by: text("max(by_whom)"),
    removed_region: text("max(asked_regionname)"),
    observed_region: text("seen_region"),
    observed_day: text("seen_day"),
    row_count: "count(*) OVER ()",
  };
  const columns = (list: readonly (readonly [name: string, value: string])[]) =>
    list.map(([column, value]) => `${value} AS ${column}`).join(",\n    ");
  return [
    "WITH trail AS (",
    `  SELECT ${columns(fields)}`,
    `  FROM "${name.catalog}"."${name.database}"."${name.table}"`,
    `  WHERE ${conditions.join("\n    AND ")}`,
    "), told AS (",
    `  SELECT trail.*,\n    ${columns(groups)}`,
    "  FROM trail",
    ")",
    `SELECT ${TRAIL_COLUMNS.map((column) => `${answers[column]} AS ${column}`).join(",\n  ")}`,
    "FROM told",
    `GROUP BY GROUPING SETS ((${groups.map(([column]) => column).join(", ")}), (seen_region, seen_day))`,
    "HAVING (kind IS NOT NULL AND kind <> 'none') OR (kind IS NULL AND max(proof) = 1)",
  ].join("\n");
}

type DayKeys = NonNullable<TrailLayout["day"]>;

/** The partition's day as `yyyy-MM-dd`. */
function dayOf(keys: DayKeys): string {
  const [date, month, day] = keys;
  if (month === undefined) return `replace("${date}", '/', '-')`;
  return `concat("${date}", '-', lpad("${month}", 2, '0'), '-', lpad("${day}", 2, '0'))`;
}

/**
 * The partitions that may hold events of the window, by comparisons that Athena hands to the catalog. Months and days are written with
 * and without their zero.
 */
function partitionsFrom(keys: DayKeys, { from, to }: LoginWindow): string {
  const DAY_MS = 86_400_000;
  const firstMs = Date.parse(from.slice(0, 10));
  const lastMs = Date.parse(to.slice(0, 10)) + DAY_MS;
  const [date, month, day] = keys;
  if (month === undefined) {
    const written = (ms: number) => `'${new Date(ms).toISOString().slice(0, 10).replaceAll("-", "/")}'`;
    return `"${date}" BETWEEN ${written(firstMs)} AND ${written(lastMs)}`;
  }
  const months: Record<string, number[]> = {};
  for (let ms = firstMs; ms <= lastMs; ms += DAY_MS) {
    const text = new Date(ms).toISOString();
    months[text.slice(0, 7)] = [...(months[text.slice(0, 7)] ?? []), Number(text.slice(8, 10))];
  }
  const both = (numbers: readonly number[]) =>
    numbers.flatMap((each) => (each < 10 ? [`'0${each}'`, `'${each}'`] : [`'${each}'`])).join(", ");
  const parts = Object.entries(months).map(([text, days]) => {
    const [year = "", number = ""] = text.split("-");
    return `("${date}" = '${year}' AND "${month}" IN (${both([Number(number)])}) AND "${day}" IN (${both(days)}))`;
  });
  return `(${parts.join(" OR ")})`;
}
