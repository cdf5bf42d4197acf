import {
  type DuckDBConnection,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import { trinoFunctions } from "./trino";

export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** A database in memory that answers statements, filled when the first one runs. */
export interface Database<Loaded> {
  /** Fails with DuckDB's message where the statement is wrong; runs nothing. */
  check(sql: string): Promise<void>;
  run(sql: string): Promise<QueryResult>;
  /** What filling it gave. */
  loaded(): Promise<Loaded>;
  /** Resolves once the statements that run have ended: nothing of them keeps the process alive. */
  close(): Promise<void>;
}

/**
 * @param tables `CREATE TABLE` statements: enough to check others
 * @param load fills the tables; from then on a statement can reach nothing but them
 * @param functions definitions of macros beside Trino's, which take their place where they have the same name
 */
export function createDatabase<Loaded>(
  tables: readonly string[],
  load: (connection: DuckDBConnection) => Promise<Loaded>,
  functions: readonly string[] = [],
): Database<Loaded> {
  let opened: Promise<DuckDBInstance> | undefined;
  let loading: Promise<Loaded> | undefined;
  let closing: Promise<void> | undefined;
  const underWay = new Set<Promise<unknown>>();

  const openEmpty = async (): Promise<DuckDBInstance> => {
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run(["SET GLOBAL TimeZone = 'UTC'", ...tables].join(";\n"));
    const macros = [...trinoFunctions, ...functions].map((definition) => `CREATE OR REPLACE MACRO ${definition};`);
    await connection.run(macros.join("\n"));
    connection.closeSync();
    return instance;
  };

  // One connection for each statement: a second one would cut off the first one's stream.
  const connected = async <T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> => {
    if (closing) throw new Error("the event data store is closed");
    opened ??= openEmpty();
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

  const loaded = () => {
    const fill = async (connection: DuckDBConnection) => {
      const result = await load(connection);
      await connection.run("SET enable_external_access = false; SET lock_configuration = true");
      return result;
    };
    loading ??= connected(fill).catch((error: Error) => {
      throw new Error(`The Records of the organization cannot be loaded: ${error.message}`);
    });
    return loading;
  };

  return {
    loaded,
    async run(sql) {
      await loaded();
      return connected(async (connection) => {
        const result = await connection.stream(sql);
        const rows: (string | null)[][] = [];
        for await (const some of result.yieldRows()) for (const row of some) rows.push(row.map(print));
        return { columns: result.deduplicatedColumnNames(), rows };
      });
    },
    check: (sql) => connected(async (connection) => (await connection.prepare(sql)).destroySync()),
    close() {
      closing ??= closeInstance();
      return closing;
    },
  };
}

/** Every value is a text in the results; structs, maps and lists print without quotes. */
function print(value: DuckDBValue): string | null {
  if (value === null) return null;
  if (value instanceof DuckDBTimestampValue) {
    return new Date(Number(value.micros / 1000n)).toISOString().replace("T", " ").replace("Z", "");
  }
  if (value instanceof DuckDBTimestampTZValue) return `${print(new DuckDBTimestampValue(value.micros))} UTC`;
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
