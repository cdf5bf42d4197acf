import { randomUUID } from "node:crypto";
import { partitionConditions, references } from "./athenaStatement";
import { TABLE } from "./athenaTable";
import { type AthenaTables, type FoundTable, tablesOf } from "./athenaTables";
import { AwsError, type Call, type Handler, notImplemented } from "./call";
import { fires } from "./faults";
import { type Input, jsonService, refuseMembers, violation } from "./jsonProtocol";
import type { Organisation } from "./organisation";
import { type Paging, page } from "./paging";
import { createQueries, isOver, type Query } from "./queries";
import { checkedTokens, refuseAliasesBelow, StatementError } from "./trino";

/** Statements of one account that may be queued or run at once. */
const CONCURRENT = 20;

const paging: Paging = {
  sizeMember: "MaxResults",
  maximum: 1000,
  size: 1000,
  invalidSize: invalid,
  invalidToken: invalid,
};

const understood = ["QueryString", "ClientRequestToken", "QueryExecutionContext", "ResultConfiguration", "WorkGroup"];

export interface Athena {
  readonly handler: Handler;
  /** Forgets all queries; the tables stay loaded. */
  reset(): void;
  close(): Promise<void>;
}

interface Execution {
  readonly query: Query;
  readonly place: string;
  /** What the request asked for, to be compared with another one of the same token. */
  readonly asked: string;
  readonly token: string;
  readonly about: Readonly<Record<string, unknown>>;
}

/**
 * Athena over the tables and work groups of the organisation file.
 *
 * @param rate how many times faster than AWS a query is queued and runs
 */
export function athena(organisation: Organisation, rate: number, nowMs: () => number): Athena {
  const tables = tablesOf(organisation, nowMs);
  const queries = createQueries(rate);
  const executions = new Map<string, Execution>();

  const requireWorkGroup = (name: string) => {
    if (!/^[a-zA-Z0-9._-]{1,128}$/.test(name))
      throw invalid(violation("WorkGroup", name, "Member must satisfy its pattern"));
    const group = organisation.workGroups.get(name);
    if (!group) throw invalid(`WorkGroup ${name} is not found.`);
    return group;
  };

  const requireExecution = (input: Input, call: Call): Execution => {
    const id = text(input, "QueryExecutionId", 1, 128);
    const execution = executions.get(id);
    if (!execution || execution.place !== placeOf(call)) throw invalid(`QueryExecution ${id} was not found`);
    return execution;
  };

  const start = async (input: Input, call: Call) => {
    for (const member of Object.keys(input).filter((name) => !understood.includes(name)))
      refuseMembers(call, input, [member]);
    const statement = text(input, "QueryString", 1, 262_144);
    const token = text(input, "ClientRequestToken", 32, 128);
    const asked = JSON.stringify(understood.map((member) => input[member]));
    const earlier = [...executions.values()].find((one) => one.token === token && one.place === placeOf(call));
    if (earlier && earlier.asked !== asked)
      throw invalid("Idempotent parameters do not match", "IDEMPOTENT_PARAMETER_MISMATCH");
    if (earlier) return { QueryExecutionId: earlier.query.id };

    const WorkGroup = String(input.WorkGroup ?? "primary");
    const results = resultsOf(requireWorkGroup(WorkGroup), input);
    if (fires(call.faults, "resultsDenied")) throw invalid("Unable to verify/create output bucket results");
    const context = { ...((input.QueryExecutionContext ?? {}) as Record<string, string>) };
    const execute = await compiled(statement, context, call, tables);
    const active = [...executions.values()].filter(({ query, place }) => place === placeOf(call) && !isOver(query));
    if (active.length >= CONCURRENT) {
      const message =
        "You have exceeded the limit for the number of queries you can run concurrently. Please reduce the rate.";
      throw new AwsError("TooManyRequestsException", message, 400, { Reason: "CONCURRENT_QUERY_LIMIT_EXCEEDED" });
    }
    const query = queries.start({ id: randomUUID(), statement, execute }, call.faults);
    const QueryExecutionContext = {
      ...(context.Database !== undefined && { Database: context.Database.toLowerCase() }),
      ...(context.Catalog !== undefined && { Catalog: context.Catalog.toLowerCase() }),
    };
    const about = { ...results(query.id), QueryExecutionContext, WorkGroup };
    executions.set(query.id, { query, place: placeOf(call), asked, token, about });
    return { QueryExecutionId: query.id };
  };

  const handler = jsonService({
    GetWorkGroup: (input) => ({ WorkGroup: requireWorkGroup(text(input, "WorkGroup", 1, 128)) }),

    GetTableMetadata: (input, call) => {
      if (input.WorkGroup !== undefined) requireWorkGroup(String(input.WorkGroup));
      const [catalog, database, name] = ["CatalogName", "DatabaseName", "TableName"].map((member) =>
        text(input, member, 1, 256),
      );
      if (fires(call.faults, "glueDenied")) throw glueDenied(call, `${database}/${name}`);
      const found = tables.find([catalog!, database!, name!], call);
      if (found) return { TableMetadata: found.table.metadata };
      throw new AwsError(
        "MetadataException",
        "Entity Not Found (Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException; Request ID: " +
          `${randomUUID()}; Proxy: null)`,
      );
    },

    StartQueryExecution: start,

    GetQueryExecution: (input, call) => {
      const { query, about } = requireExecution(input, call);
      return { QueryExecution: { ...described(query), ...about } };
    },

    GetQueryResults: (input, call) => {
      if (input.QueryResultType !== undefined && input.QueryResultType !== "DATA_ROWS") {
        throw notImplemented("athena", `GetQueryResults with QueryResultType ${String(input.QueryResultType)}`);
      }
      const { query } = requireExecution(input, call);
      if (!isOver(query)) throw invalid(`Query has not yet finished. Current state: ${query.status}`);
      if (query.status !== "FINISHED") {
        throw invalid(`Query did not finish successfully. Final query state: ${query.status}`);
      }
      const all = [...(fires(call.faults, "withoutHeader") ? [] : [query.columns]), ...query.rows];
      const { items, NextToken } = page(call, input, query.id, all, paging);
      const Rows = items.map((row) => ({
        Data: row.map((value) => (value === null ? {} : { VarCharValue: value })),
      }));
      return {
        UpdateCount: 0,
        ResultSet: { Rows, ResultSetMetadata: { ColumnInfo: query.columns.map(columnInfo) } },
        NextToken,
      };
    },

    StopQueryExecution: (input, call) => {
      const { query } = requireExecution(input, call);
      if (!isOver(query)) queries.cancel(query);
      return {};
    },
  });

  const reset = () => {
    queries.reset();
    executions.clear();
  };
  return {
    handler,
    reset,
    close() {
      reset();
      return tables.close();
    },
  };
}

/**
 * What a statement does when it runs. One that Trino's grammar has not is refused at once; what is wrong otherwise fails the query.
 */
async function compiled(statement: string, context: Record<string, string>, call: Call, tables: AthenaTables) {
  const fails = (message: string) => async () => {
    throw new Error(message);
  };
  let words: ReturnType<typeof checkedTokens>;
  try {
    words = checkedTokens(statement);
  } catch (error) {
    throw malformed(error as Error);
  }
  const named = references(words);
  const found: FoundTable[] = [];
  for (const { parts } of named) {
    const [name = "", database = context.Database ?? "default", catalog = context.Catalog ?? "AwsDataCatalog"] = [
      ...parts,
    ].reverse();
    const table = tables.find([catalog, database, name], call);
    if (!table)
      return fails(`TABLE_NOT_FOUND: Table '${[catalog, database, name].join(".").toLowerCase()}' does not exist`);
    found.push(table);
  }
  const [first] = found;
  if (!first) throw notImplemented("athena", "statements without a table");
  if (found.some((one) => one !== first)) throw notImplemented("athena", "statements over several tables");
  try {
    refuseAliasesBelow(words, first.open.names);
  } catch (error) {
    return fails((error as Error).message);
  }
  const sql = named.reduceRight(
    (text, { start, end }) => `${text.slice(0, start)}${TABLE}${text.slice(end)}`,
    statement,
  );
  try {
    await first.open.check(sql);
  } catch (error) {
    if (/^Parser Error/.test((error as Error).message)) throw malformed(error as Error);
    return fails((error as Error).message);
  }
  return async () => {
    const result = await first.open.run(sql);
    let scanned = { bytes: 0, events: 0 };
    for (const reference of named) {
      const conditions = partitionConditions(statement, words, reference, first.open.names, first.table.keys);
      const read = await first.open.scanned(conditions);
      scanned = { bytes: scanned.bytes + read.bytes, events: scanned.events + read.events };
    }
    return { ...result, scanned };
  };
}

function malformed(error: Error): Error {
  const isStatement = error instanceof StatementError || /^Parser Error/.test(error.message);
  return isStatement ? invalid(`line 1:1: ${error.message}`, "MALFORMED_QUERY") : error;
}

/** Where a query's results go: the work group says, or else the request. */
function resultsOf(group: Readonly<Record<string, unknown>>, input: Input): (queryId: string) => object {
  const name = String(group.Name);
  if (group.State === "DISABLED") throw invalid(`WorkGroup ${name} is disabled.`);
  const { ResultConfiguration, ManagedQueryResultsConfiguration, EnforceWorkGroupConfiguration } =
    (group.Configuration ?? {}) as Record<string, Record<string, unknown> | undefined>;
  const asked = (input.ResultConfiguration as Record<string, unknown> | undefined)?.OutputLocation;
  if (ManagedQueryResultsConfiguration?.Enabled === true) {
    if (asked !== undefined)
      throw invalid(`WorkGroup ${name} manages its results: an output location cannot be given.`);
    return () => ({ ManagedQueryResultsConfiguration });
  }
  const own = ResultConfiguration?.OutputLocation;
  const location = EnforceWorkGroupConfiguration ? own : (asked ?? own);
  if (typeof location !== "string") {
    const message =
      "An output location is required either through the Workgroup result configuration setting or as an API input.";
    throw invalid(`No output location provided. ${message}`);
  }
  return (id) => ({ ResultConfiguration: { OutputLocation: `${location.replace(/\/$/, "")}/${id}.csv` } });
}

function described(query: Query): object {
  const state = query.status === "FINISHED" ? "SUCCEEDED" : query.status;
  return {
    QueryExecutionId: query.id,
    Query: query.statement,
    StatementType: "DML",
    SubstatementType: "SELECT",
    Status: {
      State: state,
      StateChangeReason: query.errorMessage,
      SubmissionDateTime: query.createdAt / 1000,
      CompletionDateTime: query.endedAt === undefined ? undefined : query.endedAt / 1000,
      AthenaError: query.status === "FAILED" ? athenaError(query) : undefined,
    },
    Statistics: {
      DataScannedInBytes: query.scanned.bytes,
      EngineExecutionTimeInMillis: Math.round(query.executionMilliseconds),
      TotalExecutionTimeInMillis: (query.endedAt ?? Date.now()) - query.createdAt,
    },
    EngineVersion: { SelectedEngineVersion: "AUTO", EffectiveEngineVersion: "Athena engine version 3" },
  };
}

/** Categories: 1 is the system's, 2 the user's, 3 another one. */
function athenaError({ failure, errorMessage: ErrorMessage }: Query): object {
  if (failure === "queryFailed") return { ErrorCategory: 1, ErrorType: 200, Retryable: true, ErrorMessage };
  if (failure === "queryFailedOtherwise") return { ErrorCategory: 3, ErrorType: 401, Retryable: false, ErrorMessage };
  return { ErrorCategory: 2, ErrorType: 1000, Retryable: false, ErrorMessage };
}

function columnInfo(name: string): object {
  const unknown = { CatalogName: "hive", SchemaName: "", TableName: "", Precision: 2147483647, Scale: 0 };
  return { ...unknown, Name: name, Label: name, Type: "varchar", Nullable: "UNKNOWN", CaseSensitive: true };
}

/** Glue's refusal, as Athena passes it on. */
function glueDenied({ caller, region }: Call, table: string): AwsError {
  return new AwsError(
    "MetadataException",
    `User: arn:aws:iam::${caller.account}:role/local is not authorized to perform: glue:GetTable on resource: ` +
      `arn:aws:glue:${region}:${caller.account}:table/${table} because no identity-based policy allows the glue:GetTable action ` +
      `(Service: AmazonDataCatalog; Status Code: 400; Error Code: AccessDeniedException; Request ID: ${randomUUID()}; Proxy: null)`,
  );
}

function placeOf({ caller, region }: Call): string {
  return `${caller.account} ${region}`;
}

function text(input: Input, member: string, least: number, most: number): string {
  const value = input[member];
  if (value === undefined || value === null) throw invalid(violation(member, undefined, "Member must not be null"));
  if (typeof value !== "string") throw new AwsError("SerializationException", `${member}: expected a text.`);
  if (value.length < least) {
    throw invalid(violation(member, value, `Member must have length greater than or equal to ${least}`));
  }
  if (Buffer.byteLength(value) > most) {
    throw invalid(violation(member, "…", `Member must have length less than or equal to ${most}`));
  }
  return value;
}

function invalid(message: string, AthenaErrorCode = "INVALID_INPUT"): AwsError {
  return new AwsError("InvalidRequestException", message, 400, { AthenaErrorCode });
}
