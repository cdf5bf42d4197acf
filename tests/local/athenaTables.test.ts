import { cloudTrailTable } from "../../local/aws";
import { AthenaTables, athenaClient, organizationId, other, owner, place, Records } from "./athenaSupport";
import { start, stopAll } from "./support";

let local: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  local = await start({ Records, AthenaTables });
});
afterAll(stopAll);
const { ask, begin, query, idsIn } = athenaClient(() => local);

describe("what a table has", () => {
  test("one account's and one Region's files, by the day of delivery", async () => {
    expect(await idsIn("logs.projected")).toEqual(
      ["00000000-0000-4000-8000-000000000004", "at 2026-11-01T16:26:39Z", "at 2026-11-03T23:57:00Z"], // the last is completed
    );
    const { rows } = await query(
      "SELECT eventid, \"timestamp\" AS day FROM logs.projected WHERE eventid LIKE '%T23:57%'",
    );
    expect(rows).toEqual([{ eventid: "at 2026-11-03T23:57:00Z", day: "2026/11/04" }]);
  });

  test("one account's files in all Regions, or an organization's", async () => {
    expect(await idsIn("logs.manual")).toHaveLength(4);
    expect(await idsIn("logs.manual", "WHERE region = 'eu-west-1'")).toEqual(["at 2026-11-02T00:00:00Z"]);
    expect(await idsIn("logs.organization")).toHaveLength(5);
    const others = "WHERE account = '444455556666' AND year = '2026' AND month = '11' AND day = '03'";
    expect(await idsIn("logs.organization", others)).toEqual(["at 2026-11-03T00:00:00Z"]);
  });

  test("nothing of a day that nobody added", async () => {
    const Partitions = [{ Values: ["us-east-1", "2026", "11", "01"] }, { Values: ["eu-west-1", "2026", "11", "05"] }];
    const partly = await start({ Records, AthenaTables: [{ ...AthenaTables[1], Partitions }] });
    expect(await idsIn("logs.manual", "", partly)).toEqual(["at 2026-11-01T16:26:39Z"]);
  });

  test.each([
    ["2026/11/02,NOW", 2],
    ["2026/01/01,2026/11/04", 2],
    ["NOW-15DAYS,NOW", 1],
    ["NOW-1MONTHS,NOW+1DAYS", 3],
    ["NOW-3YEARS,NOW-16DAYS", 2],
    ["NOW-3YEARS,NOW-3WEEKS", 0],
  ])("nothing outside of the projection's range: %s", async (range, count) => {
    const table = cloudTrailTable("projected", "logs.projected", place);
    Object.assign(table.TableMetadata.Parameters, { "projection.timestamp.range": range });
    expect(await idsIn("logs.projected", "", await start({ Records, AthenaTables: [table] }))).toHaveLength(count);
  });

  test("projections of several keys, and no more than their values", async () => {
    const table = cloudTrailTable("projected", "logs.several", { ...place, organizationId });
    const root = `s3://trail/AWSLogs/${organizationId}/`;
    table.TableMetadata.PartitionKeys.unshift({ Name: "account", Type: "string" }, { Name: "region", Type: "string" });
    Object.assign(table.TableMetadata.Parameters, {
      location: root,
      "projection.account.type": "injected",
      "projection.region.type": "enum",
      "projection.region.values": "us-east-1, ap-south-1",
      "storage.location.template": `${root}\${account}/CloudTrail/\${region}/\${timestamp}`,
    });
    const several = await start({ Records, AthenaTables: [table] });
    expect(await idsIn("logs.several", `WHERE account = '${owner}'`, several)).toHaveLength(3);
    expect(await idsIn("logs.several", "WHERE region = 'eu-west-1'", several)).toEqual([]);
  });

  test("belongs to an account, and to a Region where it says so", async () => {
    const callers = { OTHER: `arn:aws:iam::${other}:user/a` };
    const both = await start({ Records, AthenaTables }, { callers });
    const table = { CatalogName: "AwsDataCatalog", DatabaseName: "audit", TableName: "elsewhere" };
    const found = async (region: string, key: string) =>
      (await ask("GetTableMetadata", table, both, region, key)).TableMetadata?.Name ?? "none";
    expect(await found("eu-west-1", "OTHER")).toBe("elsewhere");
    expect([await found("us-east-1", "OTHER"), await found("eu-west-1", "local")]).toEqual(["none", "none"]);
  });
});

describe("statements", () => {
  test("see texts, JSON as a text, lower-case names and Trino's functions", async () => {
    const { rows } = await query(
      `SELECT useridentity.onbehalfof.userid AS id, eventtime, readonly, eventName AS name,
         json_extract_scalar(serviceeventdetails, '$.role_name') AS role, json_extract_scalar(requestparameters, '$.targetId') AS target,
         json_extract_scalar(requestparameters, '$.tags') AS tags, json_extract_scalar('not json', '$.a') AS bad,
         from_iso8601_timestamp(eventtime) AS instant, CAST(to_unixtime(from_iso8601_timestamp(eventtime)) AS bigint) AS seconds
       FROM "AwsDataCatalog"."logs"."projected" t
       WHERE from_iso8601_timestamp(eventtime) >= timestamp '2026-11-03 00:00:00' AND readonly = 'false'`,
    );
    expect(rows).toEqual([
      {
        ...{ id: "9067-1", eventtime: "2026-11-03T23:57:00Z", readonly: "false", name: "GetRoleCredentials" },
        ...{ role: "Deploy,env=prod", target: other, tags: null, bad: null },
        ...{ instant: "2026-11-03 23:57:00.000 UTC", seconds: "1793750220" },
      },
    ]);
  });

  test("find tables by the context's database, by WITH, and several times", async () => {
    const QueryExecutionContext = { Database: "logs", Catalog: "AwsDataCatalog" };
    expect((await query("SELECT count(*) AS n FROM manual", { QueryExecutionContext })).rows).toEqual([{ n: "4" }]);
    const twice =
      "WITH mine AS (SELECT eventid FROM logs.manual) SELECT count(*) AS n FROM mine JOIN logs.manual m ON m.eventid = mine.eventid";
    expect((await query(twice)).rows).toEqual([{ n: "4" }]);
  });

  test.each([
    ["a syntax error", "SELECT eventid, FROM logs.manual", "MALFORMED_QUERY"],
    ["another one", "SELECT (eventid FROM logs.manual", "MALFORMED_QUERY"],
    ["what is not SELECT", "DROP TABLE logs.manual", "MALFORMED_QUERY"],
    ["more than 262,144 bytes", `SELECT eventid FROM logs.manual -- ${"ü".repeat(131_100)}`, "INVALID_INPUT"],
  ])("refused: %s", async (_, statement, AthenaErrorCode) => {
    expect(await begin(statement)).toMatchObject({ __type: "InvalidRequestException", AthenaErrorCode });
  });

  test.each([
    [
      "an unknown table",
      "SELECT 1 AS one FROM logs.unknown",
      "TABLE_NOT_FOUND: Table 'awsdatacatalog.logs.unknown' does not exist",
    ],
    ["an unknown column", "SELECT eventtiem FROM logs.manual", "eventtiem"],
    ["an unknown field", "SELECT useridentity.onbehalf.userid FROM logs.manual", "onbehalf"],
    [
      "an alias in GROUP BY",
      "SELECT lower(eventname) AS n FROM logs.manual GROUP BY n",
      "COLUMN_NOT_FOUND: Column 'n'",
    ],
    ["a map's function on a text", "SELECT element_at(serviceeventdetails, 'role_name') AS r FROM logs.manual", ""],
  ])("failed by the user: %s", async (_, statement, reason) => {
    const { execution, results } = await query(statement);
    expect(execution.Status).toMatchObject({ State: "FAILED", AthenaError: { ErrorCategory: 2, Retryable: false } });
    expect(execution.Status.StateChangeReason).toContain(reason);
    expect(results.Message).toBe("Query did not finish successfully. Final query state: FAILED");
  });

  test("an older table without onBehalfOf has no such field", async () => {
    const old = cloudTrailTable("manual", "logs.old", place);
    const Columns = old.TableMetadata.Columns.map(({ Name, Type }) => ({
      Name,
      Type: Type.replace("onbehalfof:struct<userid:string,identitystorearn:string>,", ""),
    }));
    const older = await start({
      Records,
      AthenaTables: [{ ...old, TableMetadata: { ...old.TableMetadata, Columns } }],
    });
    const statement = "SELECT useridentity.onbehalfof.userid FROM logs.old";
    expect((await query(statement, {}, older)).execution.Status.State).toBe("FAILED");
    expect((await query("SELECT useridentity.accountid FROM logs.old", {}, older)).rows).toHaveLength(4);
  });
});

describe("what is scanned", () => {
  const scanned = async (table: string, where = "") => {
    const { execution } = await query(`SELECT count(*) AS n FROM ${table} ${where}`);
    return execution.Statistics.DataScannedInBytes as number;
  };
  const bytes = (...indices: number[]) =>
    indices.map((index) => Buffer.byteLength(JSON.stringify(Records[index]))).reduce((sum, size) => sum + size, 0);

  test("is what partition keys leave, and everything without them", async () => {
    expect(await scanned("logs.projected")).toBe(bytes(0, 3, 4));
    expect(await scanned("logs.projected", "WHERE eventtime >= '2026-11-03' AND eventname = 'x'")).toBe(bytes(0, 3, 4));
    expect(
      await scanned("logs.projected", `WHERE "timestamp" BETWEEN '2026/11/01' AND '2026/11/03' AND readonly = 'x'`),
    ).toBe(bytes(0));
    expect(await scanned("logs.projected", `WHERE ("timestamp" >= '2026/11/04' AND timestamp <= '2026/11/04')`)).toBe(
      bytes(3),
    );
    expect(await scanned("logs.projected", `WHERE "timestamp" = '2026/11/04' OR eventname = 'x'`)).toBe(bytes(0, 3, 4));
    const either = `WHERE "timestamp" = '2026/11/04' AND eventname = 'x' OR eventname = 'y'`;
    expect(await scanned("logs.projected", either)).toBe(bytes(0, 3, 4));
    const monthly = "WHERE region IN ('eu-west-1') AND concat(year, month) >= '202611' GROUP BY region";
    expect(await scanned("logs.manual", monthly)).toBe(bytes(1));
    expect(await scanned("logs.organization", `WHERE account = '${other}'`)).toBe(bytes(2));
  });
});
