import { announceFailure, announceSuccess, type RunResult, runFolder } from "../../handlers/announce";
import type { SmallObjects } from "../../handlers/objects";
import { leavePackagesOut } from "./runProgram";
import { minimalConfig, runStack } from "./stack";

// What tells the topic: an object's arrival in the bucket.

jest.mock("../../handlers/report", () => ({ createReportHandler: () => async () => "small" }));
beforeAll(leavePackagesOut);

const topic = "arn:aws:sns:eu-west-1:111122223333:security";

/** The rules of a stack and what they send, by what they tell of. */
async function noticesOf(config: Record<string, string>) {
  const { resources } = await runStack({ ...minimalConfig, ...config });
  const inputs = (name: string) => resources[`credential-report-${name}`]?.inputs;
  const found = ["failed", "degraded", "published"].flatMap((what) => {
    const [rule, target] = [inputs(`${what}-arrival`), inputs(`${what}-notice`)];
    expect(rule === undefined).toBe(target === undefined);
    if (rule === undefined || target === undefined) return [];
    const { inputPaths, inputTemplate } = target.inputTransformer as {
      inputPaths: Record<string, string>;
      inputTemplate: string;
    };
    const pattern = JSON.parse(rule.eventPattern as string);
    return [{ what, pattern, target, inputPaths, message: JSON.parse(inputTemplate) as string }];
  });
  return { notices: found, events: inputs("reports-events") };
}

const wildcard = (pattern: { detail: { object: { key: { wildcard: string }[] } } }) =>
  pattern.detail.object.key[0]!.wildcard;

/** What the function writes below `credential_reports/` when a run ends so, the folder's manifest first. */
async function keysWritten(status: "succeeded" | "degraded" | "failed"): Promise<string[]> {
  const keys: string[] = [];
  const objects: SmallObjects = {
    read: async () => null,
    write: async (name) => {
      keys.push(`credential_reports/${name}`);
      return true;
    },
  };
  if (status === "failed") {
    await announceFailure(objects, "run-1", new Error("no"));
    return keys;
  }
  const folder = runFolder("2026-11-20T08:15:30Z", "run-1");
  const [reportKey, manifestKey] = [`${folder}credential_report.csv`, `${folder}manifest.json`];
  const result: RunResult = {
    ...{ runId: "run-1", status, reportKey, manifestKey, rows: 0, byUsage: {}, byRowStatus: {}, warnings: [] },
    finishedAt: "2026-11-20T08:16:00Z",
  };
  await announceSuccess(objects, result, { key: "credential_reports/rows/dt=2026-11-20/run-1.txt", body: "" });
  return [manifestKey, ...keys];
}

test.each([
  [{ notificationTopicArn: topic }, ["failed", "degraded"]],
  [{ notificationEmail: "security@example.com" }, ["failed", "degraded"]],
  [{ notificationTopicArn: topic, notifyOnSuccess: "true" }, ["failed", "degraded", "published"]],
  [{}, []],
  // Its notifications are its owner's.
  [{ notificationTopicArn: topic, adoptBucket: "true", bucketName: "adopted-bucket" }, []],
])("with %j the topic is told of runs that are %j", async (config: Record<string, string>, expected) => {
  const { notices, events } = await noticesOf(config);
  expect(notices.map(({ what }) => what)).toEqual(expected);
  expect(events).toEqual(expected.length > 0 ? { bucket: "credential-report-reports", eventbridge: true } : undefined);
});

test.each([
  ["failed", ["failed credential_reports/status/run-1/failed"]],
  [
    "degraded",
    [
      "published credential_reports/2026-11-20T081530Z-run-1/manifest.json",
      "degraded credential_reports/degraded/2026-11-20T081530Z-run-1",
    ],
  ],
  ["succeeded", ["published credential_reports/2026-11-20T081530Z-run-1/manifest.json"]],
] as const)("of what a run that ended as %s writes, one object for each message arrives", async (status, expected) => {
  const { notices } = await noticesOf({ notificationTopicArn: topic, notifyOnSuccess: "true" });
  const told = (await keysWritten(status)).flatMap((key) =>
    notices
      .filter(({ pattern }) =>
        new RegExp(
          `^${wildcard(pattern)
            .split("*")
            .map((part) => part.replace(/[.]/g, "\\."))
            .join(".*")}$`,
        ).test(key),
      )
      .map(({ what }) => `${what} ${key}`),
  );
  expect(told).toEqual(expected);
});

test("each message says what happened, in which account, and has the key and the log", async () => {
  const { notices } = await noticesOf({ notificationTopicArn: topic, notifyOnSuccess: "true" });
  for (const { what, pattern, target, inputPaths, message } of notices) {
    expect(pattern).toEqual({
      source: ["aws.s3"],
      "detail-type": ["Object Created"],
      detail: {
        bucket: { name: ["credential-report-reports"] },
        object: { key: [{ wildcard: expect.stringMatching(/^credential_reports\//) }] },
      },
    });
    const { rule, arn, roleArn } = target;
    expect([rule, arn, roleArn]).toEqual([
      `credential-report-${what}-arrival`,
      topic,
      "arn:aws:iam::111122223333:role/credential-report-notices-role",
    ]);
    const taken = new Set([...message.matchAll(/<(\w+)>/g)].map(([, name]) => name!));
    expect([...taken].sort()).toEqual(Object.keys(inputPaths).sort());
    expect(message).toContain(what);
    expect(message).toContain("in account <account>, <region>, at <time>");
    expect(message).toContain("s3://<bucket>/<key>");
    expect(message).toContain("https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2");
  }
  expect(notices.map(({ inputPaths }) => inputPaths.key)).toEqual(Array(3).fill("$.detail.object.key"));
});
