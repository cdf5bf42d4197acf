import type { Fault, FaultKind } from "../../local/aws";
import { captureLogs, jsonOf } from "../support/container";
import { isLong, sample } from "../support/long";
import { expectLatestIsWhole, publishedFolders } from "../support/published";
import { largeOrganisation, smallOrganisation } from "./faultOrganisations";
import { expectTruth, expectWholeRun, inLanes, lost, MULTIPART, PASSING, runUnder, STAYING, useLanes } from "./lanes";

// The writes of a run, and the upload of a report that is larger than a part: what is half-written is no report, and is given up.

captureLogs();
const smallLanes = useLanes(1, smallOrganisation);
const largeLanes = useLanes(isLong ? 2 : 1, largeOrganisation);

describe("an upload of several parts: a fault that passes leaves no trace", () => {
  test.each(MULTIPART)("%s", async (operation) => {
    await inLanes(largeLanes, sample(PASSING, 3, MULTIPART.indexOf(operation)), async (lane, kind) => {
      const outcome = await runUnder(lane, [{ operation, kind, at: 1, times: 2, ms: 50 }]);
      expectWholeRun(lane, outcome);
      // Nobody knows the id of an upload whose answer was lost: the bucket's lifecycle rule ends it.
      const left = operation === "s3:CreateMultipartUpload" && lost(kind) ? 2 : 0;
      expect(lane.container.bucket.uploads.size).toBe(left);
    });
  });
});

describe("an upload of several parts: a fault that stays ends the run, and the upload", () => {
  test.each(MULTIPART)("%s", async (operation) => {
    await inLanes(largeLanes, sample(STAYING, 3, MULTIPART.indexOf(operation)), async (lane, [kind, name]) => {
      const outcome = await runUnder(lane, [{ operation, kind }]);

      expect(outcome.error).toMatchObject({ name, message: expect.stringContaining(operation.replace(":", " ")) });
      expectTruth(lane, outcome);
      expect(lane.container.bucket.uploads.size).toBe(0);
      expect(publishedFolders(lane.container.bucket)).toHaveLength(1);
    });
  });

  test("the last part alone", async () => {
    const lane = largeLanes[0]!;
    const outcome = await runUnder(lane, [{ operation: "s3:UploadPart", kind: "unavailable", at: 2, times: 8 }]);

    expect(outcome.error).toMatchObject({ name: "ServiceFailed", message: expect.stringContaining("s3 UploadPart") });
    expectTruth(lane, outcome);
  });

  test("an upload is given up although S3 answers that only at the fifth attempt", async () => {
    const lane = largeLanes[0]!;
    const faults: Fault[] = [
      { operation: "s3:CompleteMultipartUpload", kind: "internalError" },
      { operation: "s3:AbortMultipartUpload", kind: "drop", times: 4 },
    ];
    const outcome = await runUnder(lane, faults);

    expect(outcome.error?.message).toContain("s3 CompleteMultipartUpload");
    expectTruth(lane, outcome);
    expect(lane.container.bucket.uploads.size).toBe(0);
  });

  test("an upload that S3 refuses to give up is left to the bucket's lifecycle rule, and the error is the first one", async () => {
    const lane = largeLanes[0]!;
    const faults: Fault[] = [
      { operation: "s3:UploadPart", kind: "internalError" },
      { operation: "s3:AbortMultipartUpload", kind: "internalError" },
    ];
    const outcome = await runUnder(lane, faults);

    expect(outcome.error?.message).toContain("s3 UploadPart");
    expectTruth(lane, outcome);
    expect(lane.container.bucket.uploads.size).toBe(1);
  });
});

describe("S3 fails at one write, for good", () => {
  /** What a run writes by PutObject, in order, below its folder or below `credential_reports/`. */
  let written: string[];
  /** How many objects it reads before its manifest. */
  let readBefore: number;
  beforeAll(async () => {
    const { runId } = await runUnder(smallLanes[0]!, []);
    const requests = smallLanes[0]!.container.localAws.stats().requests!;
    const puts = requests.filter(({ operation }) => operation === "PutObject");
    const manifest = requests.findIndex(({ operation, key }) => operation === "PutObject" && /manifest/.test(key!));
    readBefore = requests.slice(0, manifest).filter(({ operation }) => operation === "GetObject").length;
    written = puts.map(({ key }) =>
      key!
        .replace(/^credential_reports\//, "")
        .replace(/^[^/]+Z-[^/]+\//, "")
        .replace(runId, "*"),
    );
  });
  const at = (name: string): number => {
    expect(written).toContain(name);
    return written.indexOf(name) + 1;
  };
  const failing = async (name: string, kind: FaultKind, more: readonly Fault[] = []) => {
    const lane = smallLanes[0]!;
    const outcome = await runUnder(lane, [
      { operation: "s3:PutObject", kind, at: at(name), times: kind === "expiredToken" ? 1 : 8 },
      ...more,
    ]);
    expectTruth(lane, outcome);
    return { ...outcome, bucket: lane.container.bucket, expected: lane.expected };
  };

  test.each(["internalError", "drop", "expiredToken"] as const)(
    "the manifest (%s): there is no report",
    async (kind) => {
      const { error, bucket, runId } = await failing("manifest.json", kind);
      expect(error?.message).toContain("s3 PutObject");
      expect(publishedFolders(bucket)).toHaveLength(1);
      expect(jsonOf(bucket, `status/${runId}/failed`)).toBeDefined();
    },
  );

  test("the manifest, whose answers alone are lost: there is one", async () => {
    const { result } = await failing("manifest.json", "dropAfter");
    expect(result?.status).toBe("succeeded");
  });

  test("the manifest, whose answers are lost, and reading it back fails too: it is found in the end, and announced", async () => {
    const { result, bucket, expected, runId } = await failing("manifest.json", "dropAfter", [
      { operation: "s3:GetObject", kind: "drop", at: readBefore + 1, times: 8 },
    ]);
    expect(result?.status).toBe("succeeded");
    expect(expectLatestIsWhole(bucket, expected)).toBe(runId);
  });

  test("the report itself, whose answers alone are lost", async () => {
    const { result } = await failing("credential_report.csv", "truncate");
    expect(result?.status).toBe("succeeded");
  });

  test.each(["latest.json", "rows/dt=2026-11-20/*.txt", "status/*/succeeded"])(
    "%s, for as long as a call is tried: the report is announced in the end",
    async (name) => {
      const { result, bucket, runId } = await failing(name, "internalError");
      expect(result).toMatchObject({ runId, status: "succeeded" });
      expect(publishedFolders(bucket)).toHaveLength(2);
    },
  );

  const forGood = async (operation: string, kind: FaultKind, key: string) => {
    const lane = smallLanes[0]!;
    const outcome = await runUnder(lane, [{ operation, kind, key }]);
    expectTruth(lane, outcome);
    return { ...outcome, bucket: lane.container.bucket, expected: lane.expected };
  };

  test.each(["internalError", "drop"] as const)(
    "latest.json for good (%s): the report is there, and the run says that the notification was not sent",
    async (kind) => {
      const { error, bucket, expected, runId } = await forGood("s3:PutObject", kind, "latest.json");
      expect(error).toMatchObject({ name: "NotAnnounced" });
      expect(publishedFolders(bucket)).toHaveLength(2);
      expect(expectLatestIsWhole(bucket, expected)).toBe("before");
      expect(jsonOf(bucket, `status/${runId}/failed`)).toMatchObject({ error: "NotAnnounced" });
    },
  );

  test.each(["internalError", "drop"] as const)("the status object for good (%s)", async (kind) => {
    const { error, bucket, runId, expected } = await forGood("s3:PutObject", kind, "/succeeded");
    expect(error).toMatchObject({ name: "NotAnnounced" });
    expect(expectLatestIsWhole(bucket, expected)).toBe(runId);
    expect(jsonOf(bucket, `status/${runId}/failed`)).toMatchObject({ error: "NotAnnounced" });
  });

  test.each(["dropAfter", "truncate"] as const)(
    "the status object, whose answers are all lost (%s): it is found, and no other contradicts it",
    async (kind) => {
      const { result, bucket, runId } = await forGood("s3:PutObject", kind, "/succeeded");
      expect(jsonOf(bucket, `status/${runId}/succeeded`)).toEqual(result);
      expect(jsonOf(bucket, `status/${runId}/failed`)).toBeUndefined();
    },
  );

  test("the guard's object at the start: nothing has been asked of anybody", async () => {
    const { error } = await failing("running.json", "internalError");
    expect(error?.message).toContain("s3 PutObject");
    expect(Object.keys(smallLanes[0]!.container.localAws.stats().calls).sort()).toEqual([
      "s3:GetObject",
      "s3:PutObject",
    ]);
  });

  test("an upload's completion, whose answers alone are lost", async () => {
    const lane = largeLanes[0]!;
    expectWholeRun(
      lane,
      await runUnder(lane, [{ operation: "s3:CompleteMultipartUpload", kind: "dropAfter", times: 8 }]),
    );
    expect(lane.container.bucket.uploads.size).toBe(0);
  });
});
