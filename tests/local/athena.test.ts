import { randomUUID } from "node:crypto";
import type { Fault } from "../../local/aws";
import { AthenaTables, athenaClient, type Json, Records, record, WorkGroups } from "./athenaSupport";
import { organisation, start, stopAll } from "./support";

let local: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  local = await start({ Records, AthenaTables, WorkGroups });
});
afterEach(() => local.aws.inject([]));
afterAll(stopAll);
const { ask, begin, ended, query } = athenaClient(() => local);

describe("a query", () => {
  const statement = "SELECT eventid FROM logs.manual";

  test("is QUEUED, RUNNING, then SUCCEEDED, and has no results before", async () => {
    const slow = await start({ Records, AthenaTables }, { rate: 2 });
    const { QueryExecutionId } = await begin(statement, {}, slow);
    const early = await ask("GetQueryResults", { QueryExecutionId }, slow);
    expect(early).toMatchObject({
      __type: "InvalidRequestException",
      Message: "Query has not yet finished. Current state: QUEUED",
    });
    const seen = new Set<string>();
    for (let state = ""; state !== "SUCCEEDED"; await new Promise((resolve) => setTimeout(resolve, 40))) {
      state = (await ask("GetQueryExecution", { QueryExecutionId }, slow)).QueryExecution.Status.State;
      seen.add(state);
    }
    expect([...seen]).toEqual(["QUEUED", "RUNNING", "SUCCEEDED"]);
    const { Status, ResultConfiguration, WorkGroup, Query } = await ended(QueryExecutionId, slow);
    expect({ WorkGroup, Query }).toEqual({ WorkGroup: "primary", Query: statement });
    expect(ResultConfiguration.OutputLocation).toBe(`s3://aws-athena-query-results-local/${QueryExecutionId}.csv`);
    expect(Status.CompletionDateTime).toBeGreaterThan(Status.SubmissionDateTime);
  });

  test("can be stopped", async () => {
    const slow = await start({ Records, AthenaTables }, { rate: 1 });
    const { QueryExecutionId } = await begin(statement, {}, slow);
    expect(await ask("StopQueryExecution", { QueryExecutionId }, slow)).toEqual({});
    expect((await ended(QueryExecutionId, slow)).Status.State).toBe("CANCELLED");
    expect(await ask("StopQueryExecution", { QueryExecutionId }, slow)).toEqual({});
  });

  test("is begun once for a token, by which another one cannot be", async () => {
    const ClientRequestToken = randomUUID();
    const first = await begin(statement, { ClientRequestToken });
    expect(await begin(statement, { ClientRequestToken })).toEqual(first);
    for (const parts of [{ WorkGroup: "forced" }, { QueryString: `${statement} ` }]) {
      const again = await begin(statement, { ClientRequestToken, ...parts });
      expect(again).toMatchObject({ __type: "InvalidRequestException", Message: "Idempotent parameters do not match" });
    }
    for (const token of [undefined, "x".repeat(31), "x".repeat(129)]) {
      expect((await begin(statement, { ClientRequestToken: token })).__type).toBe("InvalidRequestException");
    }
  });

  test("comes in pages of at most 1,000 rows, the header with the first", async () => {
    const events = Array.from({ length: 1500 }, (_, index) => record("2026-11-01T00:00:00Z", { eventID: `${index}` }));
    const large = await start({ Records: events, AthenaTables });
    const { QueryExecutionId } = await begin(statement, {}, large);
    await ended(QueryExecutionId, large);
    const first = await ask("GetQueryResults", { QueryExecutionId }, large);
    expect(first.ResultSet.Rows).toHaveLength(1000);
    expect(first.ResultSet.Rows[0]).toEqual({ Data: [{ VarCharValue: "eventid" }] });
    expect(first.ResultSet.ResultSetMetadata.ColumnInfo).toMatchObject([{ Name: "eventid", Type: "varchar" }]);
    const last = await ask("GetQueryResults", { QueryExecutionId, NextToken: first.NextToken }, large);
    expect([last.ResultSet.Rows.length, last.NextToken]).toEqual([501, undefined]);
    const ids = [...first.ResultSet.Rows.slice(1), ...last.ResultSet.Rows].map((row: Json) => row.Data[0].VarCharValue);
    expect(new Set(ids).size).toBe(1500);
    for (const wrong of [{ MaxResults: 1001 }, { MaxResults: 0 }, { NextToken: "1000" }]) {
      expect((await ask("GetQueryResults", { QueryExecutionId, ...wrong }, large)).__type).toBe(
        "InvalidRequestException",
      );
    }
  });

  test("is its account's and Region's alone", async () => {
    const { QueryExecutionId } = await begin(statement);
    const elsewhere = await ask("GetQueryExecution", { QueryExecutionId }, local, "eu-west-1");
    expect(elsewhere).toMatchObject({
      __type: "InvalidRequestException",
      Message: expect.stringContaining("was not found"),
    });
  });

  test("shares twenty places", async () => {
    const full = await start({ Records, AthenaTables }, { rate: 0.1, throttle: false });
    for (let number = 0; number < 20; number++) await begin(statement, {}, full);
    expect((await begin(statement, {}, full)).__type).toBe("TooManyRequestsException");
  });
});

describe("work groups", () => {
  const statement = "SELECT eventid FROM logs.manual";
  const ResultConfiguration = { OutputLocation: "s3://mine/" };

  test("are told of", async () => {
    const { WorkGroup } = await ask("GetWorkGroup", { WorkGroup: "forced" });
    expect(WorkGroup).toEqual(WorkGroups[4]);
    expect((await ask("GetWorkGroup", { WorkGroup: "none" })).Message).toBe("WorkGroup none is not found.");
  });

  test.each([
    ["none", {}, "WorkGroup none is not found."],
    ["off", {}, "WorkGroup off is disabled."],
    ["nowhere", {}, "No output location provided."],
    ["managed", { ResultConfiguration }, "manages its results"],
  ])("%s refuses", async (WorkGroup, parts, message) => {
    const error = await begin(statement, { WorkGroup, ...parts });
    expect(error).toMatchObject({ __type: "InvalidRequestException", Message: expect.stringContaining(message) });
  });

  test("say where results go, unless the request may", async () => {
    const location = async (parts: object) => {
      const { QueryExecutionId } = await begin(statement, parts);
      return (
        (await ended(QueryExecutionId)).ResultConfiguration?.OutputLocation?.replace(QueryExecutionId, "ID") ??
        "managed"
      );
    };
    expect(await location({})).toBe("s3://results/a/ID.csv");
    expect(await location({ ResultConfiguration })).toBe("s3://mine/ID.csv");
    expect(await location({ ResultConfiguration, WorkGroup: "nowhere" })).toBe("s3://mine/ID.csv");
    expect(await location({ ResultConfiguration, WorkGroup: "forced" })).toBe("s3://forced/ID.csv");
    expect(await location({ WorkGroup: "managed" })).toBe("managed");
  });
});

test("a table's metadata is the file's, times in seconds", async () => {
  const names = { CatalogName: "AwsDataCatalog", DatabaseName: "LOGS", TableName: "Projected" };
  const { TableMetadata } = await ask("GetTableMetadata", names);
  expect(TableMetadata).toEqual({ ...AthenaTables[0]!.TableMetadata, CreateTime: 1768471200, LastAccessTime: 0 });
  const none = await ask("GetTableMetadata", { ...names, TableName: "none" });
  expect(none).toMatchObject({
    __type: "MetadataException",
    Message: expect.stringContaining("EntityNotFoundException"),
  });
});

test("what changes an answer and is not known is refused", async () => {
  const error = await begin("SELECT eventid FROM logs.manual", { ResultReuseConfiguration: {} });
  expect(error.Message).toContain("athena StartQueryExecution with ResultReuseConfiguration");
});

describe("faults", () => {
  const operation = "athena:StartQueryExecution";
  const statement = "SELECT eventid FROM logs.manual";
  test.each<[Fault["kind"], object]>([
    ["queryFailed", { State: "FAILED", AthenaError: { ErrorCategory: 1, Retryable: true } }],
    ["queryRefused", { State: "FAILED", AthenaError: { ErrorCategory: 2, Retryable: false } }],
    ["queryFailedOtherwise", { State: "FAILED", AthenaError: { ErrorCategory: 3 } }],
    ["queryCancelled", { State: "CANCELLED" }],
  ])("%s", async (kind, status) => {
    local.aws.inject([{ operation, kind }]);
    const { execution, results } = await query(statement);
    expect(execution.Status).toMatchObject(status);
    expect(results.ResultSet).toBeUndefined();
  });

  test("queryDuplicates, withoutHeader, accessDenied, throttle", async () => {
    local.aws.inject([{ operation, kind: "queryDuplicates" }]);
    expect((await query(statement)).rows).toHaveLength(8);
    local.aws.inject([{ operation: "athena:GetQueryResults", kind: "withoutHeader" }]);
    expect((await query(statement)).results.ResultSet.Rows).toHaveLength(4);
    local.aws.inject([{ operation: "athena:*", kind: "accessDenied" }]);
    expect(await begin(statement)).toMatchObject({ __type: "AccessDeniedException" });
    local.aws.inject([{ operation: "athena:*", kind: "throttle" }]);
    expect((await begin(statement)).__type).toBe("ThrottlingException");
  });
});

test("an organisation without work groups has the primary one", async () => {
  const { aws } = await start(organisation({ Records }));
  const { WorkGroup } = await ask("GetWorkGroup", { WorkGroup: "primary" }, { aws });
  expect(WorkGroup.Configuration.ResultConfiguration.OutputLocation).toMatch(/^s3:/);
});
