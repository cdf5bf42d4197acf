import type { TableMetadata } from "@aws-sdk/client-athena";
import { reportError } from "../errors";
import type { TrailTableName } from "../settings";

/** What a place in the path of a trail's files is: of one value, or the partition key that says it. */
export type Place = { readonly value: string } | { readonly key: string };

/** How a table is cut, as far as it says so. */
export interface TrailLayout {
  /** Whose files it reads; `null` where it does not say. */
  readonly account: Place | null;
  readonly region: Place | null;
  /** The partition keys of the day of delivery: one of `yyyy/MM/dd`, or year, month and day; `null` where there are none that are understood. */
  readonly day: readonly [date: string] | readonly [year: string, month: string, day: string] | null;
}

/**
 * What is known of a table over a trail's files from its definition, as GetTableMetadata gives it. The columns are those of AWS's statement:
 * https://docs.aws.amazon.com/athena/latest/ug/cloudtrail-logs.html
 *
 * @throws `NoTrailTable` where it cannot be asked for logins
 */
export function trailLayoutOf(
  name: TrailTableName,
  { Columns, PartitionKeys, Parameters }: TableMetadata,
): TrailLayout {
  const TEXTS = [
    ...["eventtime", "eventsource", "eventname", "awsregion", "errorcode", "requestparameters", "eventid", "readonly"],
    ...["recipientaccountid", "serviceeventdetails"],
  ];
  const types: Record<string, string> = {};
  for (const { Name = "", Type = "" } of Columns ?? [])
    types[Name.toLowerCase()] = Type.toLowerCase().replaceAll(" ", "");
  const isText = (type: string | undefined) => type === "string" || /^(var)?char\(/.test(type ?? "");
  const wrong = TEXTS.filter((column) => !isText(types[column]));
  const identity = membersOf(types.useridentity ?? "");
  if (wrong.length > 0 || !["username", "principalid", "arn"].every((member) => isText(identity[member]))) {
    const what =
      wrong.length > 0 ? `has no text ${wrong.join(", ")}` : "has no useridentity with username, principalid and arn";
    throw noTrailTable(
      `The table ${name.full} is not one over a CloudTrail trail's files, made as AWS documents it: it ${what}.`,
    );
  }
  if (!isText(membersOf(identity.onbehalfof ?? "").userid)) {
    throw noTrailTable(
      `The table ${name.full} is older than the field in which events name their user (useridentity.onbehalfof.userid), so it cannot tell who logged in.`,
    );
  }

  const keyTypes: Record<string, string> = {};
  for (const { Name = "", Type = "" } of PartitionKeys ?? []) keyTypes[Name.toLowerCase()] = Type.toLowerCase();
  const parameters = Parameters ?? {};
  const textKeys = Object.keys(keyTypes).filter((key) => isText(keyTypes[key]));
  return parameters["projection.enabled"]?.toLowerCase() === "true"
    ? projectedLayout(parameters, textKeys)
    : addedLayout(parameters.location ?? "", textKeys);
}

function noTrailTable(what: string): Error {
  return reportError(
    "NoTrailTable",
    `${what} Make it anew with the statement in docs/logins.md: to drop an external table removes no file.`,
  );
}

/** `…/AWSLogs/o-…/${account}/CloudTrail/${region}/${timestamp}`: each place is a value or a key. */
function projectedLayout(parameters: Readonly<Record<string, string>>, keys: readonly string[]): TrailLayout {
  const place = "([^/$]+|\\$\\{\\w+\\})";
  const path = new RegExp(`^s3a?://[^$]*?AWSLogs/(?:o-[a-z0-9]+/)?${place}/CloudTrail/${place}/([^]*?)/?$`);
  const [, account, region, rest = ""] = path.exec(parameters["storage.location.template"] ?? "") ?? [];
  const placeOf = (text: string | undefined): Place | null => {
    const key = /^\$\{(\w+)\}$/.exec(text ?? "")?.[1]?.toLowerCase();
    if (key !== undefined) return keys.includes(key) ? { key } : null;
    return text === undefined ? null : { value: text };
  };
  const dayKeys = [...rest.matchAll(/\$\{(\w+)\}/g)].map(([, key = ""]) => key.toLowerCase());
  const isDay = rest === dayKeys.map((key) => `\${${key}}`).join("/") && dayKeys.every((key) => keys.includes(key));
  const of = (key: string, property: string) => (parameters[`projection.${key}.${property}`] ?? "").toLowerCase();
  const [date = "", month = "", day = ""] = dayKeys;
  const isDate =
    dayKeys.length === 1 &&
    of(date, "type") === "date" &&
    of(date, "format") === "yyyy/mm/dd" &&
    /^1?$/.test(of(date, "interval")) &&
    /^(days?)?$/.test(of(date, "interval.unit"));
  const isParts = dayKeys.length === 3 && dayKeys.every((key) => /^(integer|enum)$/.test(of(key, "type")));
  return {
    account: placeOf(account),
    region: placeOf(region),
    day: isDay && isDate ? [date] : isDay && isParts ? [date, month, day] : null,
  };
}

/** Partitions that somebody adds, one a day: by their names, since each has a location of its own. */
function addedLayout(location: string, keys: readonly string[]): TrailLayout {
  const path = /^s3a?:\/\/[^$]*?AWSLogs\/(?:o-[a-z0-9]+\/?)?(?:(\d{12})(?:\/CloudTrail(?:\/([a-z0-9-]+))?)?)?\/?$/;
  const [, account, region] = path.exec(location) ?? [];
  const keyNamed = (...names: readonly string[]) => keys.find((key) => names.includes(key));
  const placeOf = (key: string | undefined, value: string | undefined): Place | null =>
    key !== undefined ? { key } : value !== undefined ? { value } : null;
  const hasDay = ["year", "month", "day"].every((key) => keys.includes(key));
  return {
    account: placeOf(keyNamed("account", "accountid", "account_id"), account),
    region: placeOf(keyNamed("region", "awsregion", "aws_region"), region),
    day: hasDay ? ["year", "month", "day"] : null,
  };
}

/** The members of `struct<a:string,b:struct<c:string>>`, by name; none of anything else. */
function membersOf(type: string): Readonly<Record<string, string>> {
  const inner = /^struct<(.*)>$/.exec(type)?.[1] ?? "";
  const members: Record<string, string> = {};
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= inner.length; at++) {
    const sign = inner[at] ?? ",";
    if (sign === "<" || sign === "(") depth += 1;
    if (sign === ">" || sign === ")") depth -= 1;
    if (sign !== "," || depth > 0) continue;
    const member = inner.slice(start, at);
    const colon = member.indexOf(":");
    if (colon > 0) members[member.slice(0, colon)] = member.slice(colon + 1);
    start = at + 1;
  }
  return members;
}
