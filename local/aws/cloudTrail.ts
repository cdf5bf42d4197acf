import { randomUUID } from "node:crypto";
import { AwsError, type Call, type Handler } from "./call";
import { eventHistory } from "./eventHistory";
import { createEventStore, eventColumns } from "./eventStore";
import { type Input, jsonService, refuseMembers, requireString, validationException, violation } from "./jsonProtocol";
import type { Organisation } from "./organisation";
import { type Paging, page } from "./paging";
import { createQueries, isOver, type Query } from "./queries";
import { eventTimeRange, StatementError, translate } from "./trino";

const paging: Paging = {
  sizeMember: "MaxQueryResults",
  maximum: 1000,
  size: 1000,
  invalidSize: (message) => new AwsError("InvalidMaxResultsException", message),
  invalidToken: (message) => new AwsError("InvalidNextTokenException", message),
};

export interface CloudTrail {
  readonly handler: Handler;
  /** Forgets all queries; the events stay loaded. */
  reset(): void;
  close(): Promise<void>;
}

/**
 * @param rate how many times faster than AWS a query is queued and runs
 * @param nowMs the organisation's clock
 * @param delegated accounts that administer for the organization's
 */
export function cloudTrail(
  organisation: Organisation,
  rate: number,
  nowMs: () => number,
  delegated: readonly string[],
): CloudTrail {
  const { eventDataStore, header, records } = organisation;
  const arn = String(eventDataStore?.EventDataStoreArn ?? "");
  const [, , , region, account] = arn.split(":");
  const id = arn.split("/")[1] ?? "";
  const absent = { awsRegion: header.PrimaryRegion, recipientAccountId: header.OwnerAccountId };
  const status = String(eventDataStore?.Status);
  const stoppedAt = status === "STOPPED_INGESTION" ? Number(eventDataStore?.UpdatedTimestamp) : undefined;
  const store = createEventStore(id, records, absent, stoppedAt);
  const queries = createQueries(rate);

  // AWS finds a store in its own Region alone. Here its bare id is found in any, so that whoever serves an organisation file need
  // not look up which Region the file speaks of; an ARN must be asked for where it says.
  const requireStore = (call: Call, named: string) => {
    const isNamed = named === id || (named === arn && call.region === region);
    // Who is neither the store's account nor the organization's has another account's stores: not this one.
    const isOwn = [account, header.OwnerAccountId, ...delegated].includes(call.caller.account);
    if (!eventDataStore || !isNamed || !isOwn) {
      throw new AwsError("EventDataStoreNotFoundException", `Event data store ${named} not found in ${call.region}.`);
    }
  };

  const requireQuery = (input: Input): Query => {
    const queryId = requireString(input, "QueryId", /^[a-f0-9-]{36}$/);
    const query = queries.get(queryId);
    if (!query) throw new AwsError("QueryIdNotFoundException", `Query ${queryId} not found.`);
    return query;
  };

  const startQuery = async (input: Input, call: Call) => {
    refuseMembers(call, input, ["DeliveryS3Uri", "QueryAlias", "QueryParameters", "EventDataStoreOwnerAccountId"]);
    const statement = requireString(input, "QueryStatement");
    if (statement.length > 10_000) {
      throw validationException(
        violation("QueryStatement", statement, "Member must have length less than or equal to 10000"),
      );
    }
    const sql = await refuseInvalid(async () => {
      const { sql, storeIds } = translate(statement, eventColumns);
      for (const storeId of storeIds) requireStore(call, storeId);
      // One that takes no more events can be queried for those that it has.
      if (!/^(ENABLED|(STARTING|STOPPING|STOPPED)_INGESTION)$/.test(status)) {
        throw new AwsError("InactiveEventDataStoreException", `Event data store ${id} is not active.`);
      }
      await store.check(sql);
      return sql;
    });
    if (queries.active() >= 10) {
      throw new AwsError("MaxConcurrentQueriesException", "You have reached the limit of 10 concurrent queries.");
    }
    const range = eventTimeRange(statement);
    const execute = async () => {
      const [result, scanned] = await Promise.all([store.run(sql), store.scanned(range)]);
      return { ...result, scanned };
    };
    const query = queries.start({ id: randomUUID(), statement, execute }, call.faults);
    return { QueryId: query.id };
  };

  const handler = jsonService({
    LookupEvents: eventHistory(organisation, nowMs),

    GetEventDataStore: (input, call) => {
      requireStore(call, requireString(input, "EventDataStore"));
      return eventDataStore;
    },

    StartQuery: startQuery,

    DescribeQuery: (input, call) => {
      refuseMembers(call, input, ["QueryAlias", "RefreshId", "EventDataStoreOwnerAccountId"]);
      const query = requireQuery(input);
      return {
        QueryId: query.id,
        QueryString: query.statement,
        QueryStatus: query.status,
        QueryStatistics: {
          EventsMatched: query.rows.length,
          EventsScanned: query.scanned.events,
          BytesScanned: query.scanned.bytes,
          ExecutionTimeInMillis: Math.round(query.executionMilliseconds),
          CreationTime: query.createdAt / 1000,
        },
        ErrorMessage: query.errorMessage,
      };
    },

    GetQueryResults: (input, call) => {
      refuseMembers(call, input, ["EventDataStoreOwnerAccountId"]);
      const query = requireQuery(input);
      const rows = isOver(query) ? query.rows : [];
      const { items, NextToken } = page(call, input, query.id, rows, paging);
      return {
        QueryStatus: query.status,
        QueryStatistics: {
          ResultsCount: items.length,
          TotalResultsCount: query.totalResults,
          BytesScanned: query.scanned.bytes,
        },
        QueryResultRows: items.map((row) => row.map((value, index) => ({ [query.columns[index]!]: value }))),
        NextToken,
        ErrorMessage: query.errorMessage,
      };
    },

    CancelQuery: (input, call) => {
      refuseMembers(call, input, ["EventDataStoreOwnerAccountId"]);
      const query = requireQuery(input);
      if (isOver(query)) throw new AwsError("InactiveQueryException", `Query ${query.id} is not active.`);
      queries.cancel(query);
      return { QueryId: query.id, QueryStatus: query.status };
    },
  });

  return {
    handler,
    reset: queries.reset,
    close() {
      queries.reset();
      return store.close();
    },
  };
}

/** What the statement's author got wrong is InvalidQueryStatementException; DuckDB's other errors are ours. */
async function refuseInvalid(check: () => Promise<string>): Promise<string> {
  try {
    return await check();
  } catch (error) {
    const message = (error as Error).message;
    if (error instanceof StatementError || /^(Parser|Binder|Catalog|Conversion|Permission) Error/.test(message)) {
      throw new AwsError("InvalidQueryStatementException", message);
    }
    throw error;
  }
}
