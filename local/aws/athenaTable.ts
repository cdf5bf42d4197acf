import { closeSync, openSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { AthenaTable } from "./athenaDefinitions";
import { createDatabase, type QueryResult } from "./database";
import { byLowerCase, hiveType } from "./hiveTypes";
import type { OrganisationHeader } from "./organisation";
import { type CloudTrailRecord, madeEventId, type Records, readRecords } from "./records";
import { partitionsOf } from "./trailFiles";

export interface OpenTable {
  /** The names of columns and partition keys, in lower case. */
  readonly names: ReadonlySet<string>;
  check(sql: string): Promise<void>;
  run(sql: string): Promise<QueryResult>;
  /** @param conditions on partition keys, in SQL @returns the bytes and events of the partitions for which all of them hold */
  scanned(conditions: readonly string[]): Promise<{ bytes: number; events: number }>;
  close(): Promise<void>;
}

/** What DuckDB calls the table in a statement. */
export const TABLE = '"athena_table"';

/** What Trino does otherwise than CloudTrail Lake's macros say. */
const functions = [
  "from_iso8601_timestamp(iso) AS CAST(iso AS TIMESTAMPTZ)",
  "to_unixtime(instant) AS epoch_us(CAST(instant AS TIMESTAMPTZ)) / 1000000.0",
  "json_extract_scalar(document, path) AS CASE WHEN json_valid(document) AND " +
    "json_type(document, path) NOT IN ('OBJECT', 'ARRAY', 'NULL') THEN json_extract_string(document, path) END",
  "regexp_like(value, pattern) AS regexp_matches(value, pattern)",
];

export function openTable(
  table: AthenaTable,
  header: OrganisationHeader,
  records: Records,
  now: () => Date,
): OpenTable {
  const columns = table.columns.map(({ Name, Type }) => ({ name: Name.toLowerCase(), type: hiveType(Type) }));
  const keys = table.keys.map((name) => `"${name}" VARCHAR`);
  const definition = [...columns.map(({ name, type }) => `"${name}" ${type.duckDb}`), ...keys];

  const load = async (connection: DuckDBConnection) => {
    const folder = await mkdtemp(join(tmpdir(), "athena-"));
    try {
      const file = join(folder, "rows.json");
      const partitionOf = partitionsOf(table, header, now());
      const rows = openSync(file, "w");
      const lines: string[] = [];
      const flush = () => writeSync(rows, lines.splice(0).join(""));
      const bytes = new Map<string, { values: readonly string[]; bytes: number; events: number }>();
      const write = (record: CloudTrailRecord, place: number) => {
        const values = partitionOf(record);
        if (!values) return;
        const members = byLowerCase(record);
        members.eventid ||= madeEventId(place);
        members.awsregion ??= header.PrimaryRegion;
        members.recipientaccountid ??= header.OwnerAccountId;
        const row = columns.map(({ name, type }): [string, unknown] => [name, type.of(members[name])]);
        const keyed = table.keys.map((key, index): [string, unknown] => [key, values[index]]);
        lines.push(JSON.stringify(Object.fromEntries([...row, ...keyed])), "\n");
        if (lines.length >= 2000) flush();
        const partition = bytes.get(values.join("\n")) ?? { values, bytes: 0, events: 0 };
        partition.bytes += Buffer.byteLength(JSON.stringify(record));
        partition.events += 1;
        bytes.set(values.join("\n"), partition);
      };
      try {
        await readRecords(records, write);
        flush();
      } finally {
        closeSync(rows);
      }
      if (bytes.size === 0) return;
      const types = [
        ...columns.map(({ name, type }) => `'${name}': '${type.duckDb}'`),
        ...table.keys.map((key) => `'${key}': 'VARCHAR'`),
      ];
      const source = `read_json('${file}', format = 'newline_delimited', columns = {${types.join(", ")}})`;
      await connection.run(`INSERT INTO ${TABLE} SELECT * FROM ${source}`);
      for (const { values, ...size } of bytes.values()) {
        const row = [...values.map((value) => `'${value}'`), size.bytes, size.events];
        await connection.run(`INSERT INTO partition_sizes VALUES (${row.join(", ")})`);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

  const database = createDatabase(
    [
      `CREATE TABLE ${TABLE} (${definition.join(", ")})`,
      `CREATE TABLE partition_sizes (${[...keys, "bytes BIGINT", "events BIGINT"].join(", ")})`,
    ],
    load,
    functions,
  );
  return {
    ...database,
    names: new Set([...columns.map(({ name }) => name), ...table.keys]),
    async scanned(conditions) {
      const where = conditions.map((condition) => `(${condition})`).join(" AND ") || "true";
      const sums = "SELECT coalesce(sum(bytes), 0), coalesce(sum(events), 0) FROM partition_sizes";
      const { rows } = await database.run(`${sums} WHERE ${where}`);
      const [bytes, events] = (rows[0] ?? []).map(Number) as [number, number];
      return { bytes, events };
    },
  };
}
