import { gunzipSync, gzipSync } from "node:zlib";
import { type LocalAws, type StoredObject, startLocalAws } from "../../local/aws";
import { runProduct } from "../../local/runReport";
import { type Container, captureLogs, jsonOf, startContainer } from "../support/container";
import { sample } from "../support/long";
import {
  accessApplication,
  account,
  accountId,
  group,
  groupAssignment,
  login,
  membership,
  organisationOf,
  permissionSet,
  user,
  userAssignment,
} from "../support/organisation";
import { folderOf } from "../support/published";
import { runKeeping, runSliced } from "../support/slicedRun";

// A run that is cut into slices gives what one that is not cut gives, asks AWS for nothing twice, and leaves nothing behind.

const logs = captureLogs();
const organisation = `${__dirname}/../../local/organisations/sample.json`;
let localAws: LocalAws;

beforeAll(async () => {
  localAws = await startLocalAws({ organisation, throttle: false, rate: 1000, missingKeyIs403: true });
});
afterAll(() => localAws.close());

/** The files of a report, without the manifest's times and effort. */
function lasting(files: Record<string, Buffer>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => {
      if (name !== "manifest.json") return [name, (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8")];
      const { startedAt, finishedAt, calls, sources, files: entries, ...rest } = JSON.parse(bytes.toString("utf8"));
      const read = Object.entries(sources as Record<string, Record<string, unknown>>).map(
        ([source, { calls: made, pages, queryId, ...found }]) => [source, found],
      );
      return [name, { ...rest, sources: Object.fromEntries(read) }];
    }),
  );
}

/** How often the query is asked for its state depends on the time. */
const withoutPolls = ({ "cloudtrail:DescribeQuery": _, ...calls }: Record<string, number>) => calls;

describe("a run that is cut", () => {
  let whole: Awaited<ReturnType<typeof runProduct>>;
  let wholeCalls: Record<string, number>;
  beforeAll(async () => {
    whole = await runProduct(localAws);
    wholeCalls = localAws.stats().calls;
  });

  test.each(sample([2, 1, 3, 20, 7, 60], 6))(
    "after every %i answers gives the files of one that is not, with its calls",
    async (answers) => {
      localAws.reset();
      const { files, slices } = await runSliced(localAws, () => answers);

      expect(slices).toBeGreaterThan(1);
      expect(lasting(files)).toEqual(lasting(whole.files));
      expect(withoutPolls(localAws.stats().calls)).toEqual(withoutPolls(wholeCalls));
      // The manifest counts what all slices have asked.
      const manifest = JSON.parse(files["manifest.json"]!.toString("utf8"));
      expect(manifest.calls).toEqual(localAws.stats().calls);
    },
  );
});

test("what was read is kept while the slice goes on: a process that dies loses what was read since", async () => {
  localAws.reset();
  const { stores, files } = await runKeeping(localAws, 50); // at the run's pace, its calls take more than a second
  const whole = { ...localAws.stats().calls };
  // As a process that was killed half-way has left it.
  const left = stores[Math.floor(stores.length / 2)]!;

  const { files: resumed } = await runKeeping(localAws, 60_000, left);

  expect(stores.length).toBeGreaterThan(2);
  expect(lasting(resumed)).toEqual(lasting(files));
  const again = (name: string) => localAws.stats().calls[name]! - whole[name]!;
  expect(again("sso-admin:ListPermissionSets")).toBe(0);
  const sum = (count: (name: string) => number) =>
    Object.keys(whole).reduce((total, name) => total + (name.startsWith("sso-admin:") ? count(name) : 0), 0);
  expect(sum(again)).toBeLessThan(sum((name) => whole[name]!));
});

/** Few calls, and names to look for. */
const small = organisationOf({
  Accounts: [account(0, { Name: "prod" }), account(1)],
  PermissionSets: [permissionSet(0, { Name: "Administrator" }), permissionSet(1)],
  Users: [user(0, { UserName: "alice", Emails: [{ Value: "alice@example.com", Primary: true }] }), user(1)],
  Groups: [group(0)],
  GroupMemberships: [membership(0, 0), membership(0, 1)],
  AccountAssignments: [groupAssignment(0, 0, 0), userAssignment(1, 1, 1)],
  AccountAccessApplications: [accessApplication(0)],
  Records: [login(0, 0, 0, { serviceEventDetails: { role_name: "Administrator", account_id: accountId(0) } })],
});

describe("the function", () => {
  let localAws: LocalAws;
  let container: Container;
  /** What a first slice has left that had too little time. */
  let afterFirst: ReadonlyMap<string, StoredObject>;

  beforeAll(async () => {
    localAws = await startLocalAws({ organisation: small, throttle: false, rate: 1000, missingKeyIs403: true });
    // All else is read by then.
    localAws.inject([{ operation: "cloudtrail:StartQuery", kind: "queryQueued", ms: 3_000 }]);
    container = startContainer(localAws);
    expect(await container.slice({ runId: "kept" }, 2_500)).toMatchObject({ runId: "kept", status: "running" });
    afterFirst = new Map(container.bucket.objects);
  });

  afterAll(() => localAws.close());

  beforeEach(() => {
    container.bucket.objects.clear();
    localAws.inject([]);
    container = startContainer(localAws);
  });

  const goOnWithFirst = () => {
    for (const [key, object] of afterFirst) container.bucket.objects.set(key, object);
  };

  const keysBelow = (prefix: string) =>
    [...container.bucket.objects.keys()].filter((key) => key.startsWith(`credential_reports/${prefix}`));
  const workOf = (runId: string) => keysBelow(`work/${runId}/`);
  const callsBy = async (work: () => Promise<unknown>): Promise<Record<string, number>> => {
    const before = { ...localAws.stats().calls };
    await work();
    const calls = Object.entries(localAws.stats().calls).map(
      ([name, count]) => [name, count - (before[name] ?? 0)] as const,
    );
    return Object.fromEntries(calls.filter(([name, count]) => count > 0 && !name.startsWith("s3:")));
  };

  test("goes on with what the slice before has kept, and leaves nothing of it", async () => {
    goOnWithFirst();
    expect(workOf("kept").length).toBeGreaterThan(1);
    const calls = await callsBy(async () => {
      expect(await container.slice({ runId: "kept" })).toMatchObject({ status: "succeeded", rows: 3 });
    });
    expect(calls["sso-admin:ListPermissionSets"]).toBeUndefined();
    expect(calls["cloudtrail:StartQuery"]).toBeUndefined();
    expect(workOf("kept")).toEqual([]);
    expect(jsonOf(container.bucket, "running.json")).toMatchObject({ runId: "kept", ended: true });
  });

  test("a run has any name that Step Functions gives an execution, and a manifest", async () => {
    const runId = `audit_2026-${"x".repeat(69)}`;
    expect(await container.slice({ runId })).toMatchObject({ runId, status: "succeeded" });
  });

  test("the answers hold ids and counts, no names", async () => {
    const names = ["alice", "Administrator", "prod", "@"]; // people, permission sets, accounts, e-mail addresses
    const answer = await container.slice({ runId: "quiet" });
    localAws.inject([{ operation: "sso-admin:ListPermissionSets", kind: "accessDenied" }]);
    const failed = await container.slice({ runId: "refused", retries: 0 });

    expect(Object.keys(answer).sort()).toEqual(
      [
        "byRowStatus",
        "byUsage",
        "finishedAt",
        "manifestKey",
        "manifestSha256",
        "reportKey",
        "rows",
        "runId",
        "status",
        "warnings",
      ].sort(),
    );
    expect(failed).toEqual({
      runId: "refused",
      status: "failed",
      error: "AccessDenied",
      statusKey: "credential_reports/status/refused/failed",
    });
    for (const name of names) expect(JSON.stringify([answer, failed])).not.toContain(name);
  });

  describe("a slice that fails", () => {
    const unreachable = { operation: "identitystore:ListGroups", kind: "internalError" } as const;

    test("with what may pass is thrown, and keeps what was read: the next attempt asks for the rest", async () => {
      localAws.inject([unreachable]);
      await expect(container.slice({ runId: "passing", retries: 0 })).rejects.toMatchObject({ name: "ServiceFailed" });
      expect(jsonOf(container.bucket, "status/passing/failed")).toBeUndefined();
      localAws.inject([]);

      const calls = await callsBy(async () => {
        expect(await container.slice({ runId: "passing", retries: 1 })).toMatchObject({
          status: "succeeded",
          rows: 3,
        });
      });

      expect(calls["identitystore:ListGroups"]).toBe(1);
      expect(calls["sso-admin:DescribePermissionSet"]).toBeUndefined();
      expect(calls["cloudtrail:StartQuery"]).toBeUndefined();
    });

    test("with it at the last attempt is the run's failure", async () => {
      localAws.inject([unreachable]);
      await expect(container.slice({ runId: "last", retries: 5 })).resolves.toMatchObject({
        status: "failed",
        error: "ServiceFailed",
      });
      expect(jsonOf(container.bucket, "status/last/failed")).toMatchObject({ error: "ServiceFailed" });
      expect(workOf("last")).toEqual([]);
      expect(jsonOf(container.bucket, "running.json")).toMatchObject({ runId: "last", ended: true });
    });

    test("while others wait for the run's place keeps it", async () => {
      localAws.inject([unreachable]);
      await expect(container.slice({ runId: "holder", retries: 0 })).rejects.toMatchObject({ name: "ServiceFailed" });
      localAws.inject([]);
      await expect(container.slice({ runId: "other" })).resolves.toMatchObject({ error: "AlreadyRunning" });
      await expect(container.slice({ runId: "holder", retries: 1 })).resolves.toMatchObject({ status: "succeeded" });
    });
  });

  describe("what is kept of a run", () => {
    beforeEach(goOnWithFirst);

    const parts = () => workOf("kept").filter((key) => !key.endsWith("cursor.json"));
    const change = (key: string, bytes: Buffer) => {
      const object = container.bucket.objects.get(key)!;
      container.bucket.objects.set(key, { ...object, body: [bytes], size: bytes.length, checksums: {} });
    };

    test("is not used by a program that was deployed anew", async () => {
      const key = "credential_reports/work/kept/cursor.json";
      const cursor = jsonOf(container.bucket, "work/kept/cursor.json");
      change(key, Buffer.from(JSON.stringify({ ...cursor, program: "0.0.1 abc" })));

      await expect(container.slice({ runId: "kept" })).resolves.toMatchObject({
        status: "failed",
        error: "DeployedAnew",
      });

      const { message } = jsonOf(container.bucket, "status/kept/failed");
      expect(message).toMatch(
        /deployed anew while run kept was in progress .*: nothing was published\. Start a new run\./,
      );
      expect(workOf("kept")).toEqual([]);
    });

    test("is not used where a part was changed, or is gone", async () => {
      const [part] = parts();
      change(part!, Buffer.from("something else"));
      await expect(container.slice({ runId: "kept" })).resolves.toMatchObject({
        status: "failed",
        error: "DamagedWork",
      });
      expect(jsonOf(container.bucket, "status/kept/failed").message).toContain("was changed since this run wrote it");
    });

    test("does not count where the cursor does not name it", async () => {
      const line = JSON.stringify(["users", "0", { asked: null, items: [], next: null, figure: null }]);
      const key = "credential_reports/work/kept/another-attempt-0.jsonl.gz";
      container.bucket.objects.set(key, container.bucket.objects.get(parts()[0]!)!);
      change(key, gzipSync(line));
      await expect(container.run({ runId: "kept" })).resolves.toMatchObject({ status: "succeeded", rows: 3 });
    });

    test("holds the settings and the present of the first slice", async () => {
      const later = startContainer(localAws, { CREDENTIAL_REPORT_NOW: "2027-01-01T00:00:00Z" }, { lookbackDays: 7 });
      const result = await later.run({ runId: "kept" });
      const manifest = jsonOf(container.bucket, `${folderOf(result)}/manifest.json`);
      expect(manifest.now).toBe(localAws.organisation.Now);
      expect(manifest.settings.lookbackDays).toBe(90);
    });

    test("says where the run stands, while it goes on", async () => {
      const plan = logs.find(({ message }) => message === "plan");
      // A call a pair, and one for each account of account access manager's application.
      expect(plan).toMatchObject({ pairs: 2, calls: 4, slices: expect.any(Number), costUSD: expect.any(Number) });
      expect(jsonOf(container.bucket, "status/kept/running")).toMatchObject({
        runId: "kept",
        status: "running",
        slice: 1,
      });
    });

    /** The time until which the run holds its place passes. */
    function passTime(): void {
      const running = jsonOf(container.bucket, "running.json");
      const until = "2026-01-01T00:00:00Z";
      change("credential_reports/running.json", Buffer.from(JSON.stringify({ ...running, until })));
    }

    test.each([
      ["the next run", () => container.run({ runId: "next" })],
      ["the watch", () => container.watch()],
    ])(
      "is removed by %s, where nobody goes on: the run is said to have failed, and does not come back",
      async (_, settle) => {
        await settle().catch(() => {});
        expect(jsonOf(container.bucket, "status/kept/failed")).toBeUndefined(); // it may be in progress
        passTime();
        await settle().catch(() => {});

        expect(jsonOf(container.bucket, "status/kept/failed")).toMatchObject({
          error: "Abandoned",
          message: expect.stringMatching(
            /^Run kept, begun at .* its execution was stopped, timed out, or ended without a word/,
          ),
        });
        expect(workOf("kept")).toEqual([]);
        const back = await container.slice({ runId: "kept" });
        expect(back).toMatchObject({ runId: "kept", status: "failed", error: "Abandoned" });
        expect(keysBelow("2").filter((key) => key.includes("-kept/"))).toEqual([]);
      },
    );
  });

  describe("the schedule's second delivery", () => {
    const request = { trigger: "schedule", scheduledTime: "2026-11-22T20:00:00Z" } as const;

    test("is known by its time, whatever became of the first", async () => {
      expect(await container.slice({ runId: "first", request })).toMatchObject({ status: "succeeded" });
      localAws.reset();
      expect(await container.slice({ runId: "second", request })).toEqual({
        runId: "second",
        status: "repeated",
        of: "first",
      });
      expect(keysBelow("status/second")).toEqual([]);

      const next = { ...request, scheduledTime: "2026-11-29T20:00:00Z" };
      expect(await container.slice({ runId: "third", request: next })).toMatchObject({ status: "succeeded" });
    });

    test("while the first is in progress does not look failed", async () => {
      localAws.inject([{ operation: "identitystore:ListGroups", kind: "internalError" }]);
      await expect(container.slice({ runId: "first", request })).rejects.toMatchObject({ name: "ServiceFailed" });
      localAws.inject([]);
      expect(await container.slice({ runId: "second", request })).toMatchObject({ status: "repeated", of: "first" });
      expect(await container.slice({ runId: "first", request })).toMatchObject({ status: "succeeded" });
    });

    test("of a time that is none fails, and says so", async () => {
      const wrong = { ...request, scheduledTime: "<aws.scheduler.scheduled-time>" };
      expect(await container.slice({ runId: "wrong", request: wrong })).toMatchObject({
        status: "failed",
        error: "BadEvent",
      });
    });
  });
});
