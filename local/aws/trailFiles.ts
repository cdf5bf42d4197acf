import type { AthenaTable } from "./athenaDefinitions";
import type { OrganisationHeader } from "./organisation";
import type { CloudTrailRecord } from "./records";

/** A trail's files are of the day on which they are delivered: that long after an event. */
const DELIVERY_MS = 5 * 60_000;

/** The values of a record's partition, in the order of the table's keys; undefined where the table does not reach it. */
export type PartitionOf = (record: CloudTrailRecord) => readonly string[] | undefined;

/**
 * Where a trail keeps a record, as a table sees it: by its `storage.location.template` and the ranges of its projection, by the
 * partitions that somebody added, or by its `location` alone.
 *
 * @param now the organisation's, up to which a projection reaches
 */
export function partitionsOf(table: AthenaTable, header: OrganisationHeader, now: Date): PartitionOf {
  const { parameters, keys, partitions } = table;
  const location = parameters.location ?? "";
  const isProjected = parameters["projection.enabled"] === "true";
  const template = parameters["storage.location.template"] ?? location;
  const root = /^.*?\/AWSLogs\/(?:o-[a-z0-9]+\/)?/.exec(isProjected ? template : location)?.[0];
  if (root === undefined) return () => undefined;

  const placeOf = (record: CloudTrailRecord) => {
    const account = String(record.recipientAccountId ?? header.OwnerAccountId);
    const region = String(record.awsRegion ?? header.PrimaryRegion);
    const delivered = new Date(Date.parse(String(record.eventTime)) + DELIVERY_MS).toISOString();
    const [year = "", month = "", day = ""] = delivered.slice(0, 10).split("-");
    const path = `${root}${account}/CloudTrail/${region}/${year}/${month}/${day}/`;
    return { path, values: { account, region, year, month, day } as Record<string, string> };
  };
  const isBelow = (path: string) => path.startsWith(location.endsWith("/") ? location : `${location}/`);

  if (isProjected) {
    const matcher = matcherOf(template);
    const allowed = keys.map((key) => allowedValues(key, parameters, now));
    return (record) => {
      const found = matcher.exec(placeOf(record).path)?.groups;
      const values = keys.map((key) => found?.[key] ?? "");
      return found && values.every((value, index) => allowed[index]!(value)) ? values : undefined;
    };
  }
  if (keys.length === 0) return (record) => (isBelow(placeOf(record).path) ? [] : undefined);
  const added = partitions && new Set(partitions.map((values) => values.join("\n")));
  return (record) => {
    const { path, values } = placeOf(record);
    const own = keys.map((key) => values[key]);
    // Each partition has a location of its own; where the account is no key, the table's says whose it is.
    if (!keys.includes("account") && !isBelow(path)) return undefined;
    if (!own.every((value) => value !== undefined) || (added && !added.has(own.join("\n")))) return undefined;
    return own;
  };
}

/** `…/${region}/${timestamp}`: what stands for a key, by the key's name. */
function matcherOf(template: string): RegExp {
  const parts = template.replace(/\/$/, "").split(/\$\{(\w+)\}/);
  const patterns = parts.map((part, index) => {
    if (index % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return part === "timestamp" ? "(?<timestamp>\\d{4}/\\d\\d/\\d\\d)" : `(?<${part}>[^/]+)`;
  });
  return new RegExp(`^${patterns.join("")}(?:/.*)?$`);
}

function allowedValues(
  key: string,
  parameters: Readonly<Record<string, string>>,
  now: Date,
): (value: string) => boolean {
  const of = (property: string) => parameters[`projection.${key}.${property}`] ?? "";
  switch (of("type").toLowerCase()) {
    case "enum": {
      const values = of("values")
        .split(",")
        .map((value) => value.trim());
      return (value) => values.includes(value);
    }
    case "date": {
      const [from = "", to = ""] = of("range")
        .split(",")
        .map((end) => dayOf(end.trim(), now));
      return (value) => value >= from && value <= to;
    }
    case "integer": {
      const [from = 0, to = 0] = of("range").split(",").map(Number);
      return (value) => Number(value) >= from && Number(value) <= to;
    }
    case "injected":
      return () => true;
    default: // Athena refuses the table: it has no rows
      return () => false;
  }
}

/** `2020/01/01`, `NOW`, `NOW-3YEARS`: as `yyyy/MM/dd`. */
function dayOf(end: string, now: Date): string {
  const [, sign, count, unit] = /^NOW(?:([+-])(\d+)(DAY|WEEK|MONTH|YEAR)S?)?$/i.exec(end) ?? [];
  if (!/^NOW/i.test(end)) return end;
  const day = new Date(now);
  const by = Number(count ?? 0) * (sign === "-" ? -1 : 1);
  if (unit?.toUpperCase() === "YEAR") day.setUTCFullYear(day.getUTCFullYear() + by);
  else if (unit?.toUpperCase() === "MONTH") day.setUTCMonth(day.getUTCMonth() + by);
  else day.setUTCDate(day.getUTCDate() + by * (unit?.toUpperCase() === "WEEK" ? 7 : 1));
  return day.toISOString().slice(0, 10).replaceAll("-", "/");
}
