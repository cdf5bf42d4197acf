import { cloudTrailTable } from "../../local/aws";
import type { Served } from "../support/athenaSource";
import {
  DAY,
  layouts,
  owner,
  place,
  reads,
  table,
  useAthenaSource,
  WINDOW,
  withParameters,
} from "../support/athenaSource";
import { login, now } from "../support/organisation";

// What a table proves and what it does not, what is scanned of it, and how it may refuse.

const { begun, read, calls } = useAthenaSource();

const failed = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error("It did not fail."),
    (error) => error,
  );

const partitionsBut = (missing: string) =>
  Array.from({ length: 12 }, (_, index) => new Date(Date.parse(now) + DAY - index * DAY).toISOString().slice(0, 10))
    .filter((day) => day !== missing)
    .map((day) => ({ Values: [owner, "eu-west-1", ...day.split("-")] }));

describe("the window is observed", () => {
  test.each(layouts)("where each day of it has a read-only event, in the layout %s", async (layout) => {
    const { regions, reason, lastLogins } = await read(
      [...reads(8), login(0, 0, 0, { eventTime: "2026-11-14T09:00:00Z" })],
      {
        tables: [table(layout)],
      },
    );
    expect({ regions, reason }).toEqual({ regions: [{ region: "eu-west-1", ...WINDOW, reason: null }], reason: null });
    expect(lastLogins).toHaveLength(1);
  });

  test("by whichever read-only event, also by a login, and by one of before the window on its first day", async () => {
    const byLogins = reads(8, { ...login(0, 0, 0), eventName: "GetRoleCredentials", eventTime: undefined });
    const times = reads(8).map(({ eventTime }) => eventTime);
    expect((await read(byLogins.map((each, index) => ({ ...each, eventTime: times[index] })))).reason).toBeNull();
  });

  test("from the rows alone, where the header does not come", async () => {
    const faults = [{ operation: "athena:GetQueryResults", kind: "withoutHeader" }] as const;
    expect((await read([...reads(8), login(0, 0, 0, { eventTime: now })], { faults })).lastLogins).toHaveLength(1);
  });
});

describe("the window is not observed", () => {
  const middle = "2026-11-16";
  test.each<[string, readonly object[], Served, string]>([
    [
      "where a partition was not added, though the next day's has what was delivered late",
      [...reads(8), ...reads(8, { eventTime: `${middle}T23:57:00Z` })],
      { tables: [{ ...table(), Partitions: partitionsBut(middle) }] },
      `on ${middle}`,
    ],
    [
      "where the files of a day are gone",
      reads(8).filter(({ eventTime }) => !eventTime.startsWith(middle)),
      { tables: [table("projected")] },
      `on ${middle}`,
    ],
    ["of a trail of write events only", reads(8, { readOnly: false }), {}, "from 2026-11-13 to 2026-11-20"],
    ["where a lifecycle has cut the past", reads(3), {}, "from 2026-11-13 to 2026-11-17"],
    [
      "where the projection begins after the window does",
      reads(8),
      { tables: [table("projected", "2026/11/15")] },
      "from 2026-11-13 to 2026-11-14",
    ],
    [
      "where the projection ends before the window does",
      reads(8),
      { tables: [withParameters(table("projected"), { "projection.timestamp.range": "2020/01/01,2026/11/17" })] },
      "from 2026-11-18 to 2026-11-20",
    ],
    ["by another account's events", reads(8, { recipientAccountId: "444455556666" }), {}, "from 2026-11-13"],
    [
      "by another account's events, where no partition says whose they are",
      reads(8, { recipientAccountId: "444455556666" }),
      {
        tables: [{ ...table(), TableMetadata: { ...table().TableMetadata, PartitionKeys: [] } }],
        groups: [workGroup({ BytesScannedCutoffPerQuery: 1e12 })],
      },
      "from 2026-11-13 to 2026-11-20",
    ],
    ["by another Region's events", reads(8, { awsRegion: "us-east-1" }), {}, "from 2026-11-13"],
    [
      "by what was seen in the last hour of a day, without partitions",
      reads(8).map((each) => ({ ...each, eventTime: each.eventTime.replace("T08", "T23") })),
      {
        tables: [{ ...table("manual"), TableMetadata: { ...table("manual").TableMetadata, PartitionKeys: [] } }],
        groups: [workGroup({ BytesScannedCutoffPerQuery: 1e12 })],
      },
      "from 2026-11-13 to 2026-11-20",
    ],
  ])("%s", async (_, records, served, days) => {
    const used = login(0, 0, 0, { eventTime: "2026-11-17T09:00:00Z", readOnly: false, awsRegion: "eu-west-1" });
    const { regions, reason, lastLogins } = await read([...records, used], served);
    expect(reason).toMatch(/^in eu-west-1, nothing proves that events were recorded /);
    expect(reason).toContain(days);
    expect(reason).toMatch(/a trail of write events only has none, nor has a partition that was not added/);
    expect(regions[0]!.reason).not.toBeNull();
    expect(lastLogins).toHaveLength(1); // what was seen was seen
  });

  test("in a Region of which the table has no files", async () => {
    const both = ["eu-west-1", "us-east-1"];
    const { regions, reason } = await read(reads(8), { tables: [table("projected")], regions: both });
    expect(regions.map(({ reason: why }) => why)).toEqual([
      null,
      "nothing was read: the table has the files of eu-west-1 alone",
    ]);
    expect(reason).toMatch(/^in us-east-1, nothing was read/);
  });
});

describe("what is scanned", () => {
  const week = { from: "2026-11-14T00:00:00Z", to: "2026-11-20T23:59:59Z" };
  const present = "2026-11-20T23:59:59Z";

  test.each(layouts)("of three years is a week, in the layout %s", async (layout) => {
    const records = reads(3 * 365, {}, present);
    const ofWeek = records.filter(({ eventTime }) => eventTime >= week.from);
    const bytes = (list: readonly object[]) =>
      list.reduce((sum, each) => sum + Buffer.byteLength(JSON.stringify(each)), 0);
    const others = [
      ...reads(7, { awsRegion: "us-east-1" }, present),
      ...reads(7, { recipientAccountId: "444455556666" }, present),
    ];
    const { bytesScanned, reason } = await read([...records, ...others], {
      ...{ tables: [table(layout)], window: week, now: present },
    });
    expect(reason).toBeNull();
    expect(bytesScanned! / bytes(ofWeek)).toBeLessThanOrEqual(1.1);
    expect(bytesScanned!).toBeGreaterThanOrEqual(bytes(ofWeek));
  });
});

function workGroup(Configuration: object, more: object = {}) {
  const ResultConfiguration = { OutputLocation: "s3://aws-athena-query-results-local/" };
  return { Name: "primary", State: "ENABLED", Configuration: { ResultConfiguration, ...Configuration }, ...more };
}

describe("what is refused before anything is scanned", () => {
  test.each<[string, Served, string, RegExp]>([
    [
      "a work group that has no place for results",
      { groups: [workGroup({ ResultConfiguration: {} })] },
      "WorkGroupNotUsable",
      /^The Athena workgroup primary has no place for results\. Under Athena → Workgroups set its query result location/,
    ],
    [
      "a work group that is disabled",
      { groups: [workGroup({}, { State: "DISABLED" })] },
      "WorkGroupNotUsable",
      /is disabled/,
    ],
    [
      "a table that is not there",
      { tables: [] },
      "TrailTableNotFound",
      /^Athena knows no table security\.logs in this/,
    ],
    [
      "a table of another account's files",
      { tables: [cloudTrailTable("manual", "security.logs", { ...place, account: "444455556666" })] },
      "NoTrailTable",
      /reads the files of account 444455556666, and logins are recorded in account 111122223333/,
    ],
    [
      "a table without partitions, whose price is named",
      { tables: [{ ...table(), TableMetadata: { ...table().TableMetadata, PartitionKeys: [] } }] },
      "TrailTableNotPartitioned",
      /read all files of the trail, at \$5 per TB .* set the data limit per query of the workgroup primary/,
    ],
  ])("%s", async (_, served, name, message) => {
    const before = calls("StartQueryExecution");
    const error = await failed(begun(reads(8), served));
    expect([error.name, error.message]).toEqual([name, expect.stringMatching(message)]);
    expect(calls("StartQueryExecution")).toBe(before);
  });

  test("but not a work group whose results Athena manages", async () => {
    const managed = { ResultConfiguration: undefined, ManagedQueryResultsConfiguration: { Enabled: true } };
    expect((await read(reads(8), { groups: [workGroup(managed)] })).reason).toBeNull();
  });
});

describe("a query", () => {
  test.each([
    ["queryFailed", /ended as FAILED, with an error of Athena's own which may pass: run the report again: /],
    ["queryRefused", /ended as FAILED, with an error in what it was asked, or of the table: /],
    ["queryFailedOtherwise", /ended as FAILED, with another error: /],
    ["queryCancelled", /ended as CANCELLED: Query was canceled\. Its partial results were discarded\.$/],
  ] as const)("that ends otherwise (%s) gives nothing, and says why", async (kind, message) => {
    const faults = [{ operation: "athena:StartQueryExecution", kind }];
    const error = await failed(read(reads(8), { faults }));
    expect([error.name, error.message]).toEqual(["QueryFailed", expect.stringMatching(message)]);
  });

  test("whose rows come twice counts them once", async () => {
    const faults = [{ operation: "athena:StartQueryExecution", kind: "queryDuplicates" }] as const;
    const { lastLogins } = await read([...reads(8), login(0, 0, 0, { eventTime: now })], { faults });
    expect(lastLogins).toEqual([expect.objectContaining({ count: 1 })]);
  });

  test("of which a row does not come gives nothing", async () => {
    const faults = [{ operation: "athena:GetQueryResults", kind: "leftOut" }] as const;
    await expect(
      read(reads(8), { faults: [...faults, { operation: "athena:GetQueryResults", kind: "withoutHeader" }] }),
    ).rejects.toMatchObject({ name: "IncompleteAnswer", message: expect.stringMatching(/has 8 rows, but 7 came/) });
  });

  test("is begun once though the answer is lost, and stopped by whoever gives up", async () => {
    const faults = [{ operation: "athena:StartQueryExecution", kind: "dropAfter", times: 1 }] as const;
    const [started, stopped] = [calls("StartQueryExecution"), calls("StopQueryExecution")];
    const { source, reading, queryId } = await begun(reads(8), { faults });
    expect([calls("StartQueryExecution") - started, reading.queryId]).toEqual([2, queryId]);
    await source.giveUp(reading);
    expect(calls("StopQueryExecution") - stopped).toBe(1);
  });

  test("comes in pages, more than one", async () => {
    const many = Array.from({ length: 1500 }, (_, index) =>
      login(index, 0, index, { eventTime: "2026-11-19T09:00:00Z" }),
    );
    const before = calls("GetQueryResults");
    const { lastLogins } = await read([...reads(8), ...many]);
    expect(lastLogins).toHaveLength(1500);
    expect(calls("GetQueryResults") - before).toBe(2);
  });
});
