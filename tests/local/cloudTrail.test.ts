import {
  CancelQueryCommand,
  CloudTrailClient,
  DescribeQueryCommand,
  GetEventDataStoreCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
} from "@aws-sdk/client-cloudtrail";
import { endOf, failure, many, organisation, rowsOf, start, stopAll, storeId } from "./support";

const arn = `arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/${storeId}`;
const event = (parts: object) => ({ eventSource: "sso.amazonaws.com", eventName: "Federate", ...parts });
const Records = [
  event({
    eventTime: "2026-11-01T16:26:39Z",
    readOnly: true,
    userIdentity: { type: "IdentityCenterUser", onBehalfOf: { userId: "9067-1", identityStoreArn: "arn:store" } },
    serviceEventDetails: { role_name: "Deploy,env=prod", account_id: "111122223333" },
  }),
  event({
    eventTime: "2026-10-01T00:00:00.5Z",
    userIdentity: { type: "Unknown", userName: "Ünï'x" },
    serviceEventDetails: null,
  }),
];

let local: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  local = await start({ Records });
});
afterAll(stopAll);

const query = async (QueryStatement: string, { trail } = local) => {
  const { QueryId } = await trail.send(new StartQueryCommand({ QueryStatement }));
  return endOf(trail, QueryId);
};
const refused = async (QueryStatement: string) => failure(local.trail.send(new StartQueryCommand({ QueryStatement })));

describe("the event data store", () => {
  test("is found by its id, and by its ARN in the Region that this says", async () => {
    for (const EventDataStore of [storeId, arn]) {
      const store = await local.trail.send(new GetEventDataStoreCommand({ EventDataStore }));
      expect(store).toMatchObject({
        Status: "ENABLED",
        RetentionPeriod: 365,
        CreatedTimestamp: new Date("2026-01-01T00:00:00Z"),
      });
    }
    const other = storeId.replace("0c1d", "ffff");
    const unknown = await failure(local.trail.send(new GetEventDataStoreCommand({ EventDataStore: other })));
    expect(unknown.name).toBe("EventDataStoreNotFoundException");
    const credentials = { accessKeyId: "a", secretAccessKey: "b" };
    const elsewhere = new CloudTrailClient({ endpoint: local.aws.url, region: "eu-west-1", credentials });
    const otherRegion = await failure(elsewhere.send(new GetEventDataStoreCommand({ EventDataStore: arn })));
    expect(otherRegion.name).toBe("EventDataStoreNotFoundException");
    await elsewhere.send(new GetEventDataStoreCommand({ EventDataStore: storeId }));
    elsewhere.destroy();
  });

  test("is not queried when it is about to be deleted", async () => {
    const { EventDataStore } = organisation();
    const { trail } = await start({ EventDataStore: { ...EventDataStore, Status: "PENDING_DELETION" } });
    const error = await failure(
      trail.send(new StartQueryCommand({ QueryStatement: `SELECT eventID FROM ${storeId}` })),
    );
    expect(error.name).toBe("InactiveEventDataStoreException");
  });

  test("has what it took until its ingestion was stopped", async () => {
    const stopped = { Status: "STOPPED_INGESTION", UpdatedTimestamp: "2026-10-15T00:00:00Z" };
    const { trail } = await start({ Records, EventDataStore: { ...organisation().EventDataStore, ...stopped } });
    const results = await query(`SELECT eventTime FROM ${storeId}`, { ...local, trail });
    expect(rowsOf(results)).toEqual([{ eventTime: "2026-10-01 00:00:00.500" }]);
  });

  test("holds the primary Region and the owner's account for events that name none", async () => {
    const [row] = rowsOf(await query(`SELECT awsRegion, recipientAccountId FROM ${storeId}`));
    expect(row).toEqual({ awsRegion: "us-east-1", recipientAccountId: "111122223333" });
  });
});

describe("statements", () => {
  test.each([
    ["not SELECT", `DELETE FROM ${storeId}`],
    ["not SELECT at the start", `FROM ${storeId}`],
    ["the ARN instead of the id", `SELECT eventID FROM ${arn}`],
    ["a quoted id", `SELECT eventID FROM "${storeId}"`],
    ["no store", "SELECT 1"],
    ["a syntax error", `SELECT eventID, FROM ${storeId}`],
    ["a semicolon", `SELECT eventID FROM ${storeId};`],
    ["an unknown column", `SELECT eventTiem FROM ${storeId}`],
    ["an unknown function", `SELECT jq(eventID) FROM ${storeId}`],
    ["an alias in GROUP BY", `SELECT lower(eventName) AS n, count(*) AS c FROM ${storeId} GROUP BY n`],
    ["an alias in WHERE", `SELECT lower(eventName) AS n FROM ${storeId} WHERE n = 'x'`],
  ])("refuses %s", async (_, statement) => {
    expect((await refused(statement)).name).toBe("InvalidQueryStatementException");
  });

  test("refuses the id of another store", async () => {
    const other = storeId.replace("0c1d", "ffff");
    expect((await refused(`SELECT eventID FROM ${other}`)).name).toBe("EventDataStoreNotFoundException");
  });

  test("takes 10,000 characters and no more", async () => {
    const statement = `SELECT eventID FROM ${storeId} -- `;
    expect((await query(statement.padEnd(10_000, "x"))).QueryStatus).toBe("FINISHED");
    expect((await refused(statement.padEnd(10_001, "x"))).name).toBe("ValidationException");
  });

  test("knows Trino's functions by their names and meanings", async () => {
    const results = await query(
      `SELECT element_at(serviceEventDetails, 'role_name') AS role, element_at(serviceEventDetails, 'none') AS none,
         date_add('day', -1, eventTime) AS before, to_unixtime(from_iso8601_timestamp('1970-01-01T00:01:00Z')) AS minute,
         max_by(eventName, eventTime) OVER () AS latest, date_diff('hour', timestamp '2026-11-01 00:00:00', eventTime) AS hours
       FROM ${storeId} WHERE eventTime >= timestamp '2026-11-01 00:00:00' ORDER BY role`,
    );
    const [row] = rowsOf(results);
    expect(row).toMatchObject({
      role: "Deploy,env=prod",
      before: "2026-10-31 16:26:39.000",
      latest: "Federate",
      hours: "16",
    });
    expect(Number(row?.minute)).toBe(60);
    expect(row?.none ?? null).toBeNull();
  });

  test("reach nothing but the store", async () => {
    await query(`SELECT eventID FROM ${storeId}`);
    const error = await refused(`SELECT * FROM read_text('/etc/hostname'), ${storeId}`);
    expect(error.name).toBe("InvalidQueryStatementException");
  });
});

describe("results", () => {
  test("are texts, a row a list of one-key objects, times with milliseconds", async () => {
    const { QueryStatus, QueryResultRows, QueryStatistics } = await query(
      `SELECT eventTime, userIdentity.onBehalfOf.userId AS user_id, readOnly, count(*) AS n, serviceEventDetails, userIdentity.onBehalfOf
       FROM ${storeId} WHERE eventTime >= timestamp '2026-11-01 00:00:00' AND eventTime <= timestamp '2026-11-20 00:00:00'
       GROUP BY eventTime, userIdentity.onBehalfOf.userId, readOnly, serviceEventDetails, userIdentity.onBehalfOf`,
    );
    expect(QueryStatus).toBe("FINISHED");
    expect(QueryResultRows).toEqual([
      [
        { eventTime: "2026-11-01 16:26:39.000" },
        { user_id: "9067-1" },
        { readOnly: "true" },
        { n: "1" },
        { serviceEventDetails: "{role_name=Deploy,env=prod, account_id=111122223333}" },
        { onBehalfOf: "{userId=9067-1, identityStoreArn=arn:store}" },
      ],
    ]);
    expect(QueryStatistics).toMatchObject({ ResultsCount: 1, TotalResultsCount: 1 });
  });

  test("keep fractions of a second, unicode and what is absent", async () => {
    const results = await query(
      `SELECT eventTime, userIdentity.userName AS name, userIdentity.onBehalfOf.userId AS id FROM ${storeId} WHERE errorCode IS NULL AND userIdentity.userName IS NOT NULL`,
    );
    const [row] = rowsOf(results);
    expect(row).toMatchObject({ eventTime: "2026-10-01 00:00:00.500", name: "Ünï'x" });
    expect(row?.id ?? null).toBeNull();
  });

  test("bill what the range of eventTime holds, and everything without one", async () => {
    const bytes = async (where: string) =>
      (await query(`SELECT count(*) AS n FROM ${storeId} ${where}`)).QueryStatistics?.BytesScanned;
    const everything = await bytes("");
    expect(everything).toBe(Buffer.byteLength(JSON.stringify(Records)));
    expect(await bytes("WHERE eventTime > '2026-11-01 00:00:00'")).toBe(Math.round(everything! / 2));
  });

  test("come in pages of at most 1,000, by tokens of this query", async () => {
    const events = many(1001, (index) => event({ eventTime: "2026-11-01T00:00:00Z", eventID: `${index}` }));
    const { trail } = await start({ Records: events });
    const { QueryId } = await trail.send(new StartQueryCommand({ QueryStatement: `SELECT eventID FROM ${storeId}` }));
    const first = await endOf(trail, QueryId);
    expect(first.QueryResultRows).toHaveLength(1000);
    const last = await trail.send(
      new GetQueryResultsCommand({ QueryId, NextToken: first.NextToken, MaxQueryResults: 1000 }),
    );
    expect(last.QueryStatistics).toMatchObject({ ResultsCount: 1, TotalResultsCount: 1001 });
    expect(last.NextToken).toBeUndefined();
    expect(new Set([...rowsOf(first), ...rowsOf(last)].map(({ eventID }) => eventID)).size).toBe(1001);
    for (const MaxQueryResults of [0, 1001]) {
      const error = await failure(trail.send(new GetQueryResultsCommand({ QueryId, MaxQueryResults })));
      expect(error.name).toBe("InvalidMaxResultsException");
    }
    const wrongToken = await failure(trail.send(new GetQueryResultsCommand({ QueryId, NextToken: "1000" })));
    expect(wrongToken.name).toBe("InvalidNextTokenException");
  });
});

describe("a query's life", () => {
  const statement = `SELECT count(*) AS n FROM ${storeId}`;

  test("goes from QUEUED over RUNNING to FINISHED", async () => {
    const { trail } = await start({ Records }, { rate: 2 });
    const { QueryId } = await trail.send(new StartQueryCommand({ QueryStatement: statement }));
    const seen = new Set<string | undefined>();
    let described = await trail.send(new DescribeQueryCommand({ QueryId }));
    for (; described.QueryStatus !== "FINISHED"; described = await trail.send(new DescribeQueryCommand({ QueryId }))) {
      if (described.QueryStatus === "QUEUED") {
        const early = await trail.send(new GetQueryResultsCommand({ QueryId }));
        expect(early.QueryResultRows).toEqual([]);
      }
      seen.add(described.QueryStatus);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    expect([...seen]).toEqual(["QUEUED", "RUNNING"]);
    expect(described).toMatchObject({
      QueryString: statement,
      QueryStatistics: { EventsScanned: 2, EventsMatched: 1 },
    });
    expect(described.QueryStatistics?.BytesScanned).toBeGreaterThan(0);
  });

  test("can be cut short, once", async () => {
    const { trail } = await start({ Records }, { rate: 1 });
    const { QueryId } = await trail.send(new StartQueryCommand({ QueryStatement: statement }));
    expect((await trail.send(new CancelQueryCommand({ QueryId }))).QueryStatus).toBe("CANCELLED");
    expect((await endOf(trail, QueryId)).QueryStatus).toBe("CANCELLED");
    expect((await failure(trail.send(new CancelQueryCommand({ QueryId })))).name).toBe("InactiveQueryException");
  });

  test("shares ten places with other queries", async () => {
    const { trail } = await start({ Records }, { rate: 0.1, throttle: false });
    const startQuery = () => trail.send(new StartQueryCommand({ QueryStatement: statement }));
    const queries = await Promise.all(many(10, startQuery));
    expect((await failure(startQuery())).name).toBe("MaxConcurrentQueriesException");
    await trail.send(new CancelQueryCommand({ QueryId: queries[0]?.QueryId }));
    await startQuery();
  });

  test("is known by its id only", async () => {
    const unknown = await failure(local.trail.send(new GetQueryResultsCommand({ QueryId: storeId })));
    expect(unknown.name).toBe("QueryIdNotFoundException");
  });

  test("ends FAILED, with the reason, where the organisation's events are no events", async () => {
    const { trail } = await start({ Records: [{ eventTime: "yesterday" }] });
    const results = await query(statement, { ...local, trail });
    expect(results.QueryStatus).toBe("FAILED");
    expect(results.ErrorMessage).toContain("The Records of the organization cannot be loaded");
  });
});
