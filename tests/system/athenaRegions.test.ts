import { createJournal } from "../../handlers/aws/journal";
import { owner, reads, type Served, table, useAthenaSource, WINDOW, withParameters } from "../support/athenaSource";
import { instanceArn, login } from "../support/organisation";

// An instance may have been in more Regions than it is in now, and only its events tell; a table may have the files of each Region apart.

const { begun, finished, read, calls, newCall } = useAthenaSource();
const removal = (regionName?: string, more: object = {}) => ({
  eventTime: "2026-11-15T12:00:00Z",
  eventSource: "sso.amazonaws.com",
  eventName: "RemoveRegion",
  awsRegion: "eu-west-1",
  requestParameters: { instanceArn, ...(regionName && { regionName }) },
  ...more,
});
const there = { awsRegion: "us-east-1" };
/** Each day is proved in both Regions; there are logins of one user in both, and one more in the removed one. */
const records = [
  ...[...reads(8), ...reads(8, there), removal("us-east-1")],
  login(0, 0, 0, { eventTime: "2026-11-17T09:00:00Z", awsRegion: "eu-west-1" }),
  login(0, 0, 0, { ...there, eventTime: "2026-11-14T09:00:00Z" }),
  login(0, 0, 0, { ...there, eventTime: "2026-11-14T10:00:00Z", eventName: "GetRoleCredentials" }),
  login(0, 0, 1, { ...there, eventTime: "2026-11-15T09:00:00Z" }),
];
const ms = (instant: string) => Date.parse(instant);

/** As docs/logins.md makes it: account, Region and day are projected. */
const projected = (regions: string) => {
  const one = table("organization");
  const keys = ["account", "region", "timestamp"].map((Name) => ({ Name, Type: "string" }));
  const location = "s3://trail/AWSLogs/o-a1b2c3d4e5/";
  const changed = withParameters(one, {
    "projection.enabled": "true",
    "projection.account.type": "enum",
    "projection.account.values": owner,
    "projection.region.type": "enum",
    "projection.region.values": regions,
    "projection.timestamp.type": "date",
    "projection.timestamp.format": "yyyy/MM/dd",
    "projection.timestamp.range": "2024/01/01,NOW",
    "storage.location.template": `${location}\${account}/CloudTrail/\${region}/\${timestamp}`,
  });
  return { ...changed, TableMetadata: { ...changed.TableMetadata, PartitionKeys: keys } };
};

const bytesOf = (list: readonly object[]) =>
  list.reduce((sum, each) => sum + Buffer.byteLength(JSON.stringify(each)), 0);

test.each([
  ["added, of one account", table("manual")],
  ["added, of an organization", table("organization")],
  ["projected", projected("eu-west-1,us-east-1")],
])("where partitions are %s, those of a removed Region are read, too, and by themselves", async (_, one) => {
  const started = calls("StartQueryExecution");
  const { regions, reason, lastLogins, bytesScanned } = await read(records, { tables: [one] });

  expect({ regions, reason }).toEqual({
    regions: ["eu-west-1", "us-east-1"].map((region) => ({ region, ...WINDOW, reason: null })),
    reason: null,
  });
  expect(lastLogins).toHaveLength(2);
  expect(lastLogins).toContainEqual(
    expect.objectContaining({
      firstMs: ms("2026-11-14T09:00:00Z"),
      lastConsoleMs: ms("2026-11-17T09:00:00Z"),
      lastProgrammaticMs: ms("2026-11-14T10:00:00Z"),
      count: 3,
    }),
  );
  expect(calls("StartQueryExecution") - started).toBe(2);
  // Nothing was read twice.
  expect(bytesScanned).toBe(bytesOf(records));
});

test("where the table has all Regions in one, so it reads them in one query", async () => {
  const one = { ...table("manual"), TableMetadata: { ...table("manual").TableMetadata, PartitionKeys: [] } };
  const ResultConfiguration = { OutputLocation: "s3://results/" };
  const Configuration = { ResultConfiguration, BytesScannedCutoffPerQuery: 1e12 };
  const started = calls("StartQueryExecution");
  const { regions, lastLogins } = await read(records, {
    ...{ tables: [one], groups: [{ Name: "primary", State: "ENABLED", Configuration }] },
  });
  expect(regions).toEqual(["eu-west-1", "us-east-1"].map((region) => ({ region, ...WINDOW, reason: null })));
  expect([lastLogins.length, calls("StartQueryExecution") - started]).toEqual([2, 1]);
});

describe("the days of a removed Region must be proved as those of any other", () => {
  test.each<[string, readonly object[], Served, number, RegExp]>([
    [
      "not where one of them is not",
      records.filter(
        ({ eventTime, ...each }) =>
          !("awsRegion" in each && each.awsRegion === "us-east-1" && eventTime.startsWith("2026-11-16")),
      ),
      {},
      2,
      /^in us-east-1, nothing proves that events were recorded on 2026-11-16 \(/,
    ],
    [
      "not where the projection does not reach it",
      records,
      { tables: [projected("eu-west-1")] },
      1,
      /^in us-east-1, nothing proves that events were recorded from 2026-11-13 to 2026-11-20 \(/,
    ],
    [
      "not where the table has one other Region's files",
      records,
      { tables: [table("projected")] },
      1,
      /^in us-east-1, nothing was read: the table has the files of eu-west-1 alone/,
    ],
    [
      "not where the event does not tell which it is",
      [...reads(8), removal()],
      {},
      0,
      /^in , a Region of the instance was removed, and the event does not tell which/,
    ],
    [
      "not where what the event tells is no Region's name, which gets into no statement",
      [...reads(8), removal("us-east-1' OR '1' = '1")],
      {},
      0,
      /^in us-east-1' OR '1' = '1, a Region of the instance was removed, and the event does not tell which/,
    ],
    [
      "not where it is told in a removed Region",
      [...records, ...reads(8, { awsRegion: "us-west-2" }), removal("us-west-2", there)],
      {},
      2,
      /^in us-west-2, nothing was read: that the instance was removed from there is told in another removed Region/,
    ],
  ])("%s", async (_, served, more, logins, why) => {
    const { reason, lastLogins } = await read(served, more);
    expect(reason).toMatch(why);
    expect(lastLogins).toHaveLength(logins); // what was seen was seen
  });

  test.each([
    ["before the window", removal("us-east-1", { eventTime: "2026-11-13T08:59:59Z" })],
    ["not, since that failed", removal("us-east-1", { errorCode: "AccessDenied" })],
    ["from another service", removal("us-east-1", { eventSource: "ec2.amazonaws.com" })],
  ])("but one that was removed %s is not expected", async (_, event) => {
    const started = calls("StartQueryExecution");
    const { regions, reason } = await read([...reads(8), event]);
    expect([regions.map(({ region }) => region), reason]).toEqual([["eu-west-1"], null]);
    expect(calls("StartQueryExecution") - started).toBe(1);
  });
});

test("the second query is begun once, whatever slices go on with it", async () => {
  const { source, reading } = await begun(records);
  const started = calls("StartQueryExecution");
  const waited = new Set<string>();
  const kept: string[] = [];
  /** As in a process of its own, which knows what those before have kept. */
  async function slice() {
    const journal = createJournal();
    journal.remember(kept);
    const answer = await source.goOn(JSON.parse(JSON.stringify(reading)), 0, newCall(journal), () => {});
    kept.push(...journal.take());
    return answer;
  }
  let answer = await slice();
  for (let left = 2_000; !answer.done && left > 0; left--, answer = await slice()) {
    waited.add(answer.waiting.replace(/ was still .*/, ""));
  }
  if (!answer.done) throw new Error("It never came to an end.");
  expect(answer.part.regions.map(({ reason }) => reason)).toEqual([null, null]);
  expect([calls("StartQueryExecution") - started, waited.size]).toEqual([1, 2]);

  // A process that knows nothing of it begins it again, with the same token: for Athena that is the same query.
  expect(await finished(source, reading)).toEqual(answer.part);
});

test("whoever gives up stops the query that is under way", async () => {
  const faults = [{ operation: "athena:StartQueryExecution", kind: "queryQueued", at: 2 }] as const;
  const { source, reading } = await begun(records, { faults });
  const journal = createJournal();
  const started = calls("StartQueryExecution");
  for (let left = 2_000; calls("StartQueryExecution") === started && left > 0; left--) {
    await source.goOn(reading, 0, newCall(journal), () => {});
  }
  await source.giveUp(reading);
  await expect(finished(source, reading)).rejects.toThrow(/ended as CANCELLED/);
});
