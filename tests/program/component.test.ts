import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { CredentialReport } from "../../components/credentialReport";
import { publishedRows } from "../../handlers/bucket/names";
import { createMachineRows } from "../../handlers/files/machineRows";
import { longTest } from "../support/long";
import { rowWith, sourcesOf } from "../support/reportRows";
import type { Given } from "./deployment";
import { leavePackagesOut, type Registration, runProgram } from "./runProgram";
import { minimalConfig, runStack } from "./stack";

jest.mock("../../handlers/report", () => ({ createReportHandler: () => async () => "small" }));
beforeAll(leavePackagesOut);

const variables = (resource: Registration | undefined) =>
  (resource!.inputs.environment as { variables: Record<string, string> }).variables;
const settingsIn = (resource: Registration | undefined) => JSON.parse(variables(resource).REPORT_SETTINGS!);

test("two reports live in one stack", async () => {
  const { resources } = await runProgram(() => {
    new CredentialReport("first", minimalConfig);
    new CredentialReport("second", { ...minimalConfig, documentName: "credential_report_export_second" });
  });
  const suffixes = (name: string) =>
    Object.keys(resources)
      .filter((one) => one.startsWith(`${name}-`))
      .map((one) => one.slice(name.length + 1))
      .sort();
  expect(suffixes("first")).toHaveLength(28);
  expect(suffixes("second")).toEqual(suffixes("first"));
  expect(Object.keys(resources)).toHaveLength(2 * 29);
  expect(variables(resources["first-function"]).REPORT_NAME).toBe("first-dev");
  expect(variables(resources["second-function"]).REPORT_NAME).toBe("second-dev");
  expect(variables(resources["second-function"]).BUCKET_NAME).toBe("second-reports");
});

test("two stacks tell their metrics apart", async () => {
  const { resources } = await runStack(minimalConfig, { stack: "prod" });
  expect(variables(resources["credential-report-function"]).REPORT_NAME).toBe("credential-report-prod");
  expect(resources["credential-report-overdue"]!.inputs.dimensions).toEqual({ Report: "credential-report-prod" });
});

test("values may come from other resources", async () => {
  const { resources } = await runProgram(() => {
    new CredentialReport("report", {
      lakeId: pulumi.output(minimalConfig.lakeId),
      instanceArn: Promise.resolve(minimalConfig.instanceArn),
      identityStoreId: pulumi.output(minimalConfig.identityStoreId),
      lookbackDays: pulumi.output(30),
      schedule: pulumi.output("cron(0 6 1 * ? *)"),
    });
  });
  expect(settingsIn(resources["report-function"])).toMatchObject({
    eventDataStore: minimalConfig.lakeId,
    instanceArn: minimalConfig.instanceArn,
    lookbackDays: 30,
  });
  expect(resources["report-overdue"]!.inputs.threshold).toBe(32 * 24);
});

const KNOWN_LATE: [Given, exitCode: number, words: string][] = [
  [{ lookbackDays: 30 }, 0, "deployed"],
  [{ lookbackDays: 0 }, 1, "lookbackDays: expected a whole number of days from 1 to 3653, got 0."],
  [{ owner: "444455556666", lakeId: minimalConfig.lakeId, preview: true }, 0, "deployed"],
  [{ owner: "444455556666", lakeId: "", preview: true }, 1, "in the CloudTrail Event history of account 444455556666"],
  [{ owner: "444455556666", preview: true }, 1, "in the CloudTrail Event history of account 444455556666"],
];
longTest.each(KNOWN_LATE)(
  "what is known only during the deployment fails it where it is wrong: %j",
  (given, exitCode, words) => {
    const tsx = join(__dirname, "../../node_modules/.bin/tsx");
    const program = join(__dirname, "deployment.ts");
    const { status, stdout, stderr } = spawnSync(tsx, [program, JSON.stringify(given)], { encoding: "utf8" });
    expect(stdout + stderr).toContain(words);
    expect(status).toBe(exitCode);
  },
);

test("all wrong plain values are told at once, before anything is registered", async () => {
  const registered = runProgram(
    () => new CredentialReport("report", { lakeId: "abc", lookbackDays: 0, adoptBucket: true }),
  );
  await expect(registered).rejects.toThrow(
    /^3 settings are wrong:\n {2}- lakeId: .*\n {2}- lookbackDays: .*\n {2}- adoptBucket: expected bucketName/,
  );
});

test("wrong config is told at once, a misspelt key too", async () => {
  await expect(
    runStack({ lakeId: "abc", lookbackDays: "ninety", adoptBucket: "yes", schdule: "rate(1 day)" }),
  ).rejects.toThrow(
    /^4 settings are wrong:\n.*schdule: there is no such setting.*\n.*lakeId: .*\n.*lookbackDays: .*got "ninety".*\n.*adoptBucket: .*got "yes"/,
  );
});

test("a preview that knows no ids or ARNs yet registers the same resources", async () => {
  const [preview, up] = [await runStack(minimalConfig, { preview: true }), await runStack(minimalConfig)];
  const shapes = ({ resources }: typeof up) =>
    Object.values(resources)
      .map(({ type, name, parent }) => `${type} ${name} in ${parent}`)
      .sort();
  expect(shapes(preview)).toEqual(shapes(up));
  expect(settingsIn(preview.resources["credential-report-function"]).lookbackDays).toBe(90);
});

test("a preview takes arguments that it does not know yet", async () => {
  const program = () => {
    const key = new aws.kms.Key("key");
    const topic = new aws.sns.Topic("topic");
    new CredentialReport("report", {
      ...minimalConfig,
      kmsKeyArn: key.arn,
      notificationTopicArn: topic.arn,
      bucketName: topic.name,
    });
  };
  const { resources } = await runProgram(program, { preview: true });
  // And the rights on the key.
  expect(Object.keys(resources)).toHaveLength(2 + 29 + 2);
});

test("an adopted bucket is looked up, used, and not touched", async () => {
  const { resources, invokes } = await runStack({
    ...minimalConfig,
    bucketName: "adopted-bucket",
    adoptBucket: "true",
  });
  expect(Object.values(resources).filter(({ type }) => type.startsWith("aws:s3"))).toEqual([]);
  expect(invokes).toContain("aws:s3/getBucket:getBucket");
  expect(variables(resources["credential-report-function"]).BUCKET_NAME).toBe("adopted-bucket");
});

test("the created bucket and what protects it outlive the stack, unless it says otherwise", async () => {
  const ofBucket = (run: Awaited<ReturnType<typeof runStack>>) =>
    Object.values(run.resources).filter(({ type }) => type.startsWith("aws:s3"));
  const kept = ofBucket(await runStack(minimalConfig));
  expect(kept).toHaveLength(7);
  expect(kept.every((one) => one.retainOnDelete)).toBe(true);
  const deleted = ofBucket(await runStack({ ...minimalConfig, deleteBucket: "true", lockReports: "1" }));
  expect(deleted).toHaveLength(8);
  // S3 deletes the settings with the bucket; the engine would delete them before it.
  expect(deleted.filter((one) => !one.retainOnDelete).map(({ name }) => name)).toEqual(["credential-report-reports"]);
  for (const { inputs } of [...kept, ...deleted]) expect(inputs).not.toHaveProperty("forceDestroy");
});

test("reports, their rows and statuses expire; what people have returned and what names the newest do not", async () => {
  const { resources } = await runStack({ ...minimalConfig, retentionDays: "90" });
  const { rules } = resources["credential-report-reports-lifecycle"]!.inputs as {
    rules: { filter: { prefix: string }; expiration?: { days: number } }[];
  };
  const expiring = (name: string) =>
    rules.filter(({ filter, expiration }) => expiration && `credential_reports/${name}`.startsWith(filter.prefix));
  for (const name of [
    "2026-11-22T200000Z-run-1/credential_report.csv",
    "rows/dt=2026-11-22/run-1.txt",
    "status/run-1/failed",
  ]) {
    expect(expiring(name).map(({ expiration }) => expiration)).toEqual([{ days: 90 }]);
  }
  // The login archive, which a report needs for as long as its window is.
  const archived = "logins/eu-west-1/2026-11-20T060000Z.jsonl.gz";
  expect(expiring(archived).map(({ expiration }) => expiration)).toEqual([{ days: 100 }]);
  const kept = ["decisions/review.csv", "harvest.json", "latest/report.html", "latest.json", "running.json"];
  for (const name of [...kept, "watch.json"]) {
    expect(expiring(name)).toEqual([]);
  }
});

test("the dashboard of a stack whose name has a dot has none", async () => {
  const { resources } = await runStack({ ...minimalConfig, dashboard: "true" }, { stack: "prod.eu" });
  expect(resources["credential-report-dashboard"]!.inputs.dashboardName).toBe("credential-report-prod-eu");
});

test("Object Lock is in governance mode, so that a person with the right can still correct a mistake", async () => {
  const { resources } = await runStack({ ...minimalConfig, lockReports: "365" });
  expect(resources["credential-report-reports-lock"]!.inputs).toEqual({
    bucket: "credential-report-reports-id",
    rule: { defaultRetention: { mode: "GOVERNANCE", days: 365 } },
  });
});

test("a customer managed key encrypts bucket, queue, topic and logs", async () => {
  const kmsKeyArn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
  const { resources } = await runStack({ ...minimalConfig, kmsKeyArn, notificationEmail: "security@example.com" });
  const inputs = (name: string) => resources[`credential-report-${name}`]!.inputs;
  expect(inputs("reports-encryption").rules).toEqual([
    {
      applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn },
      bucketKeyEnabled: true,
    },
  ]);
  expect(inputs("schedule-dead-letters")).toEqual({ kmsMasterKeyId: kmsKeyArn, messageRetentionSeconds: 1_209_600 });
  expect(inputs("notifications")).toEqual({ displayName: "Credential report", kmsMasterKeyId: kmsKeyArn });
  expect(inputs("logs")).toEqual({ kmsKeyId: kmsKeyArn, retentionInDays: 400 });
  expect(inputs("runs-logs")).toMatchObject({ kmsKeyId: kmsKeyArn, retentionInDays: 400 });
});

test.each([
  ["notificationEmail", "security@example.com", "arn:aws:sns:eu-west-1:111122223333:credential-report-notifications"],
  [
    "notificationTopicArn",
    "arn:aws:sns:eu-west-1:111122223333:security",
    "arn:aws:sns:eu-west-1:111122223333:security",
  ],
])("with %s every alarm and the function tell it", async (key, value, topic) => {
  const { resources } = await runStack({ ...minimalConfig, [key]: value });
  const alarms = Object.values(resources).filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm");
  expect(alarms).toHaveLength(5);
  for (const { inputs } of alarms) expect(inputs.alarmActions).toEqual([topic]);
  expect(variables(resources["credential-report-function"])).toMatchObject({
    TOPIC_ARN: topic,
    NOTIFY_ON_SUCCESS: "false",
  });
  const subscription = resources["credential-report-notifications-email"]?.inputs;
  expect(subscription?.endpoint).toBe(key === "notificationEmail" ? value : undefined);
});

test("every alarm's message leads to the log; what it cannot know, the function's own says", async () => {
  const { resources } = await runStack(minimalConfig);
  const alarms = Object.values(resources).filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm");
  expect(alarms).toHaveLength(5);
  for (const { inputs } of alarms) {
    expect(inputs.alarmDescription).toContain(
      "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/credential-report-logs",
    );
    // CloudWatch's limit.
    expect(String(inputs.alarmDescription).length).toBeLessThanOrEqual(1024);
  }
});

test("an adopted bucket's reports are told of like those of any other", async () => {
  const { resources } = await runStack({
    ...minimalConfig,
    ...{ bucketName: "adopted-bucket", adoptBucket: "true" },
    ...{ notificationTopicArn: "arn:aws:sns:eu-west-1:111122223333:security", notifyOnSuccess: "true" },
  });
  expect(variables(resources["credential-report-function"])).toMatchObject({
    TOPIC_ARN: "arn:aws:sns:eu-west-1:111122223333:security",
    NOTIFY_ON_SUCCESS: "true",
  });
});

test("the dashboard shows this report's metrics", async () => {
  const { inputs } = (await runStack({ ...minimalConfig, dashboard: "true" })).resources[
    "credential-report-dashboard"
  ]!;
  expect(inputs.dashboardName).toBe("credential-report-dev");
  const { widgets } = JSON.parse(inputs.dashboardBody as string) as {
    widgets: { properties: { metrics: string[][] } }[];
  };
  const shown = widgets.flatMap(({ properties }) => properties.metrics);
  expect(shown.filter(([namespace]) => namespace === "CredentialReport").map(([, metric]) => metric)).toEqual([
    ...["Succeeded", "Degraded", "Failed", "HoursSinceLastReport", "Rows", "Grants", "Unused", "Orphans"],
    ...["DurationSeconds", "Calls", "Throttles"],
  ]);
  const stateMachine = "arn:aws:states:eu-west-1:111122223333:stateMachine:credential-report-runs";
  const dimensions = ["credential-report-dev", "credential-report-function", stateMachine];
  expect([...new Set(shown.map((metric) => metric[3]))].sort()).toEqual(dimensions.sort());
});

test("what is read and by whom it is reviewed reaches the function as it was given", async () => {
  const { resources } = await runStack({
    ...minimalConfig,
    administratorPermissionSets: '["PlatformAdmin","a,b"]',
    reviewerPattern: "^team-(\\w+)-",
  });
  expect(settingsIn(resources["credential-report-function"])).toMatchObject({
    administratorPermissionSets: ["PlatformAdmin", "a,b"],
    reviewerPattern: "^team-(\\w+)-",
  });
});

test("the catalog has a column for each property of the machine-readable rows, of its type", async () => {
  const { resources } = await runStack({ ...minimalConfig, catalog: "true" });
  const { storageDescriptor, parameters, partitionKeys, name, databaseName } = resources[
    "credential-report-catalog-rows"
  ]!.inputs as {
    storageDescriptor: { columns: { name: string; type: string }[]; location: string; inputFormat: string };
    parameters: Record<string, string>;
    partitionKeys: unknown;
    name: string;
    databaseName: string;
  };
  const file = createMachineRows(sourcesOf({}), "run-1");
  const rows = await file.rows([rowWith({ LoginsInWindow: "3", DaysSinceLastLogin: "2" })]);
  const line = gunzipSync(Buffer.concat([rows, await file.end()])).toString();
  const types = { string: "string", number: "int", boolean: "boolean", object: "string" } as Record<string, string>;
  const expected = Object.entries(JSON.parse(line) as object).map(([key, value]) => ({
    name: key.toLowerCase(),
    type: types[typeof value],
  }));
  expect(storageDescriptor.columns).toEqual(expected);
  expect([databaseName, name]).toEqual(["credential_report_dev", "report_rows"]);

  // Where the addresses of the rows are put.
  const { key } = publishedRows("credential-report-reports", "", "run-1", "2026-11-20T09:00:00Z");
  const place = parameters["storage.location.template"]!.replace(`\${dt}`, "2026-11-20");
  expect(`s3://credential-report-reports/${key}`).toBe(`${place}run-1.txt`);
  expect(place.startsWith(storageDescriptor.location)).toBe(true);
  expect(partitionKeys).toEqual([{ name: "dt", type: "string" }]);
  expect(storageDescriptor.inputFormat).toBe("org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat");
});
