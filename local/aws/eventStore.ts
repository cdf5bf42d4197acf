import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { createDatabase, type Database } from "./database";
import type { Records } from "./records";

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

/** The events in DuckDB. */
export interface EventStore extends Database<{ bytes: number }> {
  /** What a query over this range of `eventTime` reads. */
  scanned(range: { from?: string; to?: string }): Promise<{ events: number; bytes: number }>;
}

/** What an event has that lacks it in the file. */
export interface Absent {
  readonly awsRegion: string;
  readonly recipientAccountId: string;
}

/**
 * @param id the event data store's id, which is the table's name in statements
 * @param stoppedAt since when it takes no more events, in seconds since 1970
 */
export function createEventStore(id: string, records: Records, absent: Absent, stoppedAt?: number): EventStore {
  const columns = Object.entries(schema).map(([name, type]) => `${name} ${type}`);
  const table = `CREATE TABLE "${id}" (${columns.join(", ")})`;
  const database = createDatabase([table], (connection) => loadRecords(connection, id, records, absent, stoppedAt));
  return {
    ...database,
    async scanned({ from, to }) {
      const { bytes } = await database.loaded();
      const condition = [from && `eventTime >= '${from}'`, to && `eventTime <= '${to}'`].filter(Boolean).join(" AND ");
      const { rows } = await database.run(`SELECT count(*), count(*) FILTER (${condition || "true"}) FROM "${id}"`);
      const [all, events] = (rows[0] ?? []).map(Number) as [number, number];
      return { events, bytes: all === 0 ? 0 : Math.round((bytes * events) / all) };
    },
  };
}

/** By way of a file, which DuckDB reads faster than anything else and which is never held in memory. */
async function loadRecords(
  connection: DuckDBConnection,
  id: string,
  records: Records,
  absent: Absent,
  stoppedAt: number | undefined,
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
    if (stoppedAt !== undefined) {
      await connection.run(`DELETE FROM "${id}" WHERE epoch(eventTime) > ${stoppedAt}`);
    }
    return { bytes: (await stat(file)).size };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function struct(fields: Readonly<Record<string, string>>): string {
  return `STRUCT(${Object.entries(fields)
    .map(([name, type]) => `${name} ${type}`)
    .join(", ")})`;
}
