import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import {
  type DuckDBConnection,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import type { Records } from "./records";
import { trinoFunctions } from "./trino";

const stringMap = "MAP(VARCHAR, VARCHAR)";

/** CloudTrail Lake's schema of management events, as far as records have it. */
const schema: Readonly<Record<string, string>> = {
  eventVersion: "VARCHAR",
  userIdentity: struct({
    type: "VARCHAR",
    principalId: "VARCHAR",
    arn: "VARCHAR",
    accountId: "VARCHAR",
    accessKeyId: "VARCHAR",
    userName: "VARCHAR",
    sessionContext: struct({
      attributes: struct({ creationDate: "VARCHAR", mfaAuthenticated: "VARCHAR" }),
      sessionIssuer: struct({
        type: "VARCHAR",
        principalId: "VARCHAR",
        arn: "VARCHAR",
        accountId: "VARCHAR",
        userName: "VARCHAR",
      }),
      sourceIdentity: "VARCHAR",
    }),
    invokedBy: "VARCHAR",
    identityProvider: "VARCHAR",
    credentialId: "VARCHAR",
    onBehalfOf: struct({ userId: "VARCHAR", identityStoreArn: "VARCHAR" }),
  }),
  eventTime: "TIMESTAMP",
  eventSource: "VARCHAR",
  eventName: "VARCHAR",
  awsRegion: "VARCHAR",
  sourceIPAddress: "VARCHAR",
  userAgent: "VARCHAR",
  errorCode: "VARCHAR",
  errorMessage: "VARCHAR",
  requestParameters: stringMap,
  responseElements: stringMap,
  additionalEventData: stringMap,
  requestID: "VARCHAR",
  eventID: "VARCHAR",
  readOnly: "BOOLEAN",
  resources: `${struct({ accountId: "VARCHAR", type: "VARCHAR", ARN: "VARCHAR", ARNPrefix: "VARCHAR" })}[]`,
  eventType: "VARCHAR",
  apiVersion: "VARCHAR",
  managementEvent: "BOOLEAN",
  recipientAccountId: "VARCHAR",
  sharedEventID: "VARCHAR",
  annotation: "VARCHAR",
  vpcEndpointId: "VARCHAR",
  vpcEndpointAccountId: "VARCHAR",
  serviceEventDetails: stringMap,
  eventCategory: "VARCHAR",
  tlsDetails: struct({ tlsVersion: "VARCHAR", cipherSuite: "VARCHAR", clientProvidedHostHeader: "VARCHAR" }),
  sessionCredentialFromConsole: "VARCHAR",
};

export const eventColumns: ReadonlySet<string> = new Set(Object.keys(schema).map((name) => name.toLowerCase()));

export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** The events in DuckDB, loaded when the first query runs. */
export interface EventStore {
  /** Fails with DuckDB's message where the statement is wrong; runs nothing. */
  check(sql: string): Promise<void>;
  run(sql: string): Promise<QueryResult>;
  /** What a query over this range of `eventTime` reads. */
  scanned(range: { from?: string; to?: string }): Promise<{ events: number; bytes: number }>;
  /** Resolves once the statements that run have ended: nothing of them keeps the process alive. */
  close(): Promise<void>;
}

/** What an event has that lacks it in the file. */
export interface Absent {
  readonly awsRegion: string;
  readonly recipientAccountId: string;
}

/** @param id the event data store's id, which is the table's name in statements */
export function createEventStore(id: string, records: Records, absent: Absent): EventStore {
  let opened: Promise<DuckDBInstance> | undefined;
  let loaded: Promise<{ bytes: number }> | undefined;
  let closing: Promise<void> | undefined;
  const underWay = new Set<Promise<unknown>>();

  // One connection for each statement: a second one would cut off the first one's stream.
  const connected = async <T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> => {
    if (closing) throw new Error("the event data store is closed");
    opened ??= openEmpty(id);
    const work = opened.then(async (instance) => {
      const connection = await instance.connect();
      try {
        return await use(connection);
      } finally {
        connection.closeSync();
      }
    });
    underWay.add(work);
    try {
      return await work;
    } finally {
      underWay.delete(work);
    }
  };

  const closeInstance = async (): Promise<void> => {
    // An instance that is closed while a statement runs takes the process with it.
    await Promise.allSettled(underWay);
    (await opened?.catch(() => undefined))?.closeSync();
  };

  const load = () => {
    loaded ??= connected((connection) => loadRecords(connection, id, records, absent)).catch((error: Error) => {
      throw new Error(`The Records of the organisation cannot be loaded: ${error.message}`);
    });
    return loaded;
  };

  const run = async (sql: string): Promise<QueryResult> => {
    await load();
    return connected(async (connection) => {
      const result = await connection.stream(sql);
      const rows: (string | null)[][] = [];
      for await (const some of result.yieldRows()) for (const row of some) rows.push(row.map(print));
      return { columns: result.deduplicatedColumnNames(), rows };
    });
  };

  return {
    run,
    check: (sql) => connected(async (connection) => (await connection.prepare(sql)).destroySync()),
    async scanned({ from, to }) {
      const { bytes } = await load();
      const condition = [from && `eventTime >= '${from}'`, to && `eventTime <= '${to}'`].filter(Boolean).join(" AND ");
      const { rows } = await run(`SELECT count(*), count(*) FILTER (${condition || "true"}) FROM "${id}"`);
      const [all, events] = (rows[0] ?? []).map(Number) as [number, number];
      return { events, bytes: all === 0 ? 0 : Math.round((bytes * events) / all) };
    },
    close() {
      closing ??= closeInstance();
      return closing;
    },
  };
}

/** A store without events is enough to check statements. */
async function openEmpty(id: string): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const columns = Object.entries(schema).map(([name, type]) => `${name} ${type}`);
  await connection.run(`SET GLOBAL TimeZone = 'UTC'; CREATE TABLE "${id}" (${columns.join(", ")})`);
  await connection.run(trinoFunctions.map((definition) => `CREATE MACRO ${definition};`).join("\n"));
  connection.closeSync();
  return instance;
}

/** By way of a file, which DuckDB reads faster than anything else and which is never held in memory. */
async function loadRecords(
  connection: DuckDBConnection,
  id: string,
  records: Records,
  absent: Absent,
): Promise<{ bytes: number }> {
  const folder = await mkdtemp(join(tmpdir(), "event-data-store-"));
  const file = join(folder, "records.json");
  try {
    if ("events" in records) {
      await writeFile(file, JSON.stringify(records.events));
    } else {
      const array = createReadStream(records.path, { start: records.start, end: records.end - 1 });
      await pipeline(array, createWriteStream(file));
    }
    const columns = Object.entries(schema).map(([name, type]) => `${name}: '${type}'`);
    const source = `read_json('${file.replaceAll("'", "''")}', format = 'array', columns = {${columns.join(", ")}})`;
    const given = Object.entries(absent).map(([column, value]) => `coalesce(${column}, '${value}') AS ${column}`);
    await connection.run(`INSERT INTO "${id}" SELECT * REPLACE (${given.join(", ")}) FROM ${source}`);
    // AWS's events all have one. A file may leave it out: it is then made from the event's place.
    const made = "printf('00000000-0000-4000-8000-%012d', rowid)";
    await connection.run(`UPDATE "${id}" SET eventID = ${made} WHERE coalesce(eventID, '') = ''`);
    // From here on a statement can reach nothing but the store.
    await connection.run("SET enable_external_access = false; SET lock_configuration = true");
    return { bytes: (await stat(file)).size };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every value is a text in CloudTrail Lake's results; structs, maps and lists print without quotes. */
function print(value: DuckDBValue): string | null {
  if (value === null) return null;
  if (value instanceof DuckDBTimestampValue) {
    return new Date(Number(value.micros / 1000n)).toISOString().replace("T", " ").replace("Z", "");
  }
  if (value instanceof DuckDBStructValue) {
    return `{${Object.entries(value.entries)
      .map(([name, field]) => `${name}=${print(field)}`)
      .join(", ")}}`;
  }
  if (value instanceof DuckDBMapValue) {
    return `{${value.entries.map(({ key, value: item }) => `${print(key)}=${print(item)}`).join(", ")}}`;
  }
  if (value instanceof DuckDBListValue) return `[${value.items.map(print).join(", ")}]`;
  return String(value);
}

function struct(fields: Readonly<Record<string, string>>): string {
  return `STRUCT(${Object.entries(fields)
    .map(([name, type]) => `${name} ${type}`)
    .join(", ")})`;
}
