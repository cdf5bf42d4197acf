import { type Fault, type LocalAws, startLocalAws } from "../../local/aws";
import { type Container, captureLogs, jsonOf, startContainer } from "../support/container";
import { login, oneGrant, organisationOf } from "../support/organisation";
import { sha256Of } from "../support/reportDirectory";

// Who is told what, of which run. That SNS hands a message to its subscribers is AWS's.

const organisation = organisationOf({ ...oneGrant, Records: [login(0, 0, 0)] });
const topicArn = "arn:aws:sns:eu-west-1:111122223333:security";
const unobserved: Fault = { operation: "cloudtrail:StartQuery", kind: "accessDenied" };
const failing: Fault = { operation: "sso-admin:ListPermissionSets", kind: "accessDenied" };
const deaf: Fault = { operation: "sns:Publish", kind: "accessDenied" };

const logs = captureLogs();
let localAws: LocalAws;

beforeEach(async () => {
  localAws = await startLocalAws({ organisation, throttle: false, rate: 1000, missingKeyIs403: true });
});

afterEach(() => localAws.close());

const start = (environment: Record<string, string> = {}): Container =>
  startContainer(localAws, { TOPIC_ARN: topicArn, NOTIFY_ON_SUCCESS: "false", ...environment });
const subjects = () => localAws.messages.map(({ subject }) => subject?.replace(/: .*/, ""));

test("a published report is told of only where that is asked for, with its key and figures", async () => {
  await start().run();
  expect(localAws.messages).toEqual([]);

  const { reportKey } = await start({ NOTIFY_ON_SUCCESS: "true" }).run();

  expect(localAws.messages).toEqual([
    {
      topicArn,
      subject: "Credential report published: account 111122223333, us-east-1",
      message: expect.stringContaining(`Report:   s3://reports/${reportKey}\n`),
    },
  ]);
  expect(localAws.messages[0]!.message).toContain("Rows:     1 (OK 1)\nUsage:    USED 1\n");
});

test("the manifest's SHA-256 goes where nobody who writes to the bucket can change it: to log and message, and to the runbook", async () => {
  const { runId, manifestKey } = await start({ NOTIFY_ON_SUCCESS: "true" }).run();

  const { objects } = localAws.buckets.get("reports")!;
  const sha256 = sha256Of(Buffer.concat(objects.get(manifestKey)!.body));
  expect(localAws.messages[0]!.message).toContain(`\nSHA-256:  ${sha256} (of the manifest)\n`);
  expect(logs).toContainEqual(expect.objectContaining({ message: "finished", runId, manifestSha256: sha256 }));
  const status = objects.get(`credential_reports/status/${runId}/succeeded`)!;
  expect(status.headers["x-amz-meta-manifestsha256"]).toBe(sha256);
});

test.each(["true", "false"])(
  "a degraded report is told of, once, with what could not be observed (%s)",
  async (all) => {
    localAws.inject([unobserved]);
    const { reportKey, warnings } = await start({ NOTIFY_ON_SUCCESS: all }).run();

    expect(subjects()).toEqual(["Credential report published, but degraded"]);
    expect(localAws.messages[0]!.message).toContain(`Report:   s3://reports/${reportKey}\n`);
    expect(warnings).toHaveLength(1);
    expect(localAws.messages[0]!.message).toContain(`- ${warnings[0]}\n`);
  },
);

test("a failed run is told of with the error's words and its status object, which is there", async () => {
  localAws.inject([failing]);
  const container = start();
  const error = (await container.run({ runId: "run-1" }).catch((thrown) => thrown)) as Error;

  expect(subjects()).toEqual(["Credential report failed"]);
  const { message } = localAws.messages[0]!;
  expect(message).toContain(`\nAccessDenied: ${error.message}\n`);
  expect(message).toContain("Status:   s3://reports/credential_reports/status/run-1/failed\n");
  expect(jsonOf(container.bucket, "status/run-1/failed")).toMatchObject({ message: error.message });
});

test("a run whose id cannot be one fails as any other: with a log line, the metric, its status and a message", async () => {
  const container = start();
  const before = logs.length;
  const error = (await container.run({ runId: "../x" }).catch((thrown) => thrown)) as Error;

  expect(error).toMatchObject({ name: "BadEvent", message: expect.stringContaining('got "../x"') });
  expect(subjects()).toEqual(["Credential report failed"]);
  expect(localAws.messages[0]!.message).toContain(`\nBadEvent: ${error.message}\n`);
  const said = logs.slice(before);
  const failed = said.find(({ message }) => message === "failed");
  expect(failed).toMatchObject({ runId: expect.stringMatching(/^[A-Za-z0-9-]+$/), causes: [{ error: "BadEvent" }] });
  expect(said).toContainEqual(expect.objectContaining({ Failed: 1 }));
  expect(jsonOf(container.bucket, `status/${failed!.runId}/failed`)).toMatchObject({ error: "BadEvent" });
});

test("a report that is there but could not be announced is told of as failed, with the report's key", async () => {
  const container = start();
  const { reportKey } = await container.run({ runId: "before" });
  localAws.inject([{ operation: "s3:PutObject", kind: "internalError", key: "/succeeded" }]);

  await expect(container.run({ runId: "after" })).rejects.toMatchObject({ name: "NotAnnounced" });

  const key = reportKey.replace("-before/", "-after/");
  expect(container.bucket.objects.has(key)).toBe(true);
  expect(subjects()).toEqual(["Credential report failed"]);
  expect(localAws.messages[0]!.message).toContain(`NotAnnounced: The report is published at ${key}`);
});

test("a report that is announced only at the end is told of once, as published", async () => {
  const container = start({ NOTIFY_ON_SUCCESS: "true" });
  localAws.inject([{ operation: "s3:PutObject", kind: "dropAfter", key: "/succeeded" }]);

  await expect(container.run({ runId: "run-1" })).resolves.toMatchObject({ runId: "run-1" });

  expect(subjects()).toEqual(["Credential report published"]);
});

test("the same run again is told of no second time, neither to people nor to the metrics", async () => {
  const container = start({ NOTIFY_ON_SUCCESS: "true" });
  const first = await container.run({ runId: "run-1" });
  logs.length = 0;

  expect(await container.run({ runId: "run-1" })).toEqual(first);

  expect(localAws.messages).toHaveLength(1);
  expect(logs.map(({ message }) => message)).toEqual(["started", "published before"]);
});

test("a watch that fails starts no report and tells of none: its alarm does", async () => {
  localAws.inject([{ operation: "s3:GetObject", kind: "internalError" }]);
  await expect(start().watch()).rejects.toThrow();
  expect(localAws.messages).toEqual([]);
});

test("where nobody is to be told, SNS is asked nothing", async () => {
  localAws.inject([failing]);
  await expect(start({ TOPIC_ARN: "" }).run()).rejects.toThrow();
  expect(localAws.stats().calls["sns:Publish"]).toBeUndefined();
});

test.each([
  ["a published report stays published", [deaf], "succeeded"],
  ["a degraded report stays published", [deaf, unobserved], "degraded"],
] as const)(
  "a topic that refuses: %s, and the log says that the notification was not sent",
  async (_, faults, status) => {
    localAws.inject(faults);
    logs.length = 0;
    const container = start({ NOTIFY_ON_SUCCESS: "true" });

    await expect(container.run({ runId: "run-1" })).resolves.toMatchObject({ status });

    expect(jsonOf(container.bucket, "status/run-1/succeeded")).toMatchObject({ status });
    expect(jsonOf(container.bucket, "status/run-1/failed")).toBeUndefined();
    expect(logs.find(({ message }) => message === "notification not sent")).toMatchObject({
      level: "ERROR",
      causes: [{ error: "AccessDenied", message: expect.stringContaining("needs sns:Publish") }, expect.anything()],
    });
  },
);

test("a topic that refuses: a failed run keeps its own error", async () => {
  localAws.inject([deaf, failing]);
  await expect(start().run()).rejects.toThrow(/sso-admin ListPermissionSets was refused/);
});
