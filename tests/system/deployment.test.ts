import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SFNClient, StopExecutionCommand } from "@aws-sdk/client-sfn";
import type { AutomationExecution } from "@aws-sdk/client-ssm";
import { type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import { type Deployment, deploy } from "../../local/deployment/deploy";
import { clientConfig } from "../../local/deployment/provider";
import { longTest } from "../support/long";

// The unmodified program, its archive and its runbook on the local AWS. This shows that the parts fit each other and AWS's
// documented behaviour, not that AWS accepts them: no role's rights are enforced here.

const permissionSet = "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef";
const eventDataStore = "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/0f1e2d3c-4b5a-4697-8877-665544332211";

/** One grant, so that a run takes less than a second. */
const organisation: OrganisationFile = {
  Now: "2026-11-20T09:00:00Z",
  InstanceArn: "arn:aws:sso:::instance/ssoins-1234567890abcdef",
  IdentityStoreId: "d-1234567890",
  Accounts: [{ Id: "111122223333", Name: "management", State: "ACTIVE" }],
  PermissionSets: [{ PermissionSetArn: permissionSet, Name: "ReadOnly" }],
  Users: [{ UserId: "u-1", UserName: "alice", CreatedAt: "2024-01-01T00:00:00Z" }],
  AccountAssignments: [
    { AccountId: "111122223333", PermissionSetArn: permissionSet, PrincipalType: "USER", PrincipalId: "u-1" },
  ],
  EventDataStore: {
    EventDataStoreArn: eventDataStore,
    Status: "ENABLED",
    AdvancedEventSelectors: [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] }],
    MultiRegionEnabled: true,
    RetentionPeriod: 2557,
    CreatedTimestamp: "2024-01-01T00:00:00Z",
  },
};

const config = { lakeId: eventDataStore };

/** A second of these tests is so many of AWS's: Lambda ends a run after nine. */
const timeScale = 100;

describe("the dev stack in the local AWS", () => {
  let localAws: LocalAws;
  let deployment: Deployment;

  beforeAll(async () => {
    localAws = await startLocalAws({ organisation, rate: 10 });
    deployment = await deploy({ localAws, config, timeScale });
  });

  afterEach(() => localAws.inject([]));

  afterAll(async () => {
    await deployment?.close();
    await localAws?.close();
  });

  const objects = () => [...localAws.buckets.get(String(deployment.outputs.bucketName))!.objects.keys()];

  test("the runbook starts a run and gives its report", async () => {
    const execution = await deployment.runRunbook();

    expect(steps(execution)).toEqual([
      "startRun Success",
      "waitForEnd Success",
      "readEnd Success",
      "hasSucceeded Success",
      "readReport Success",
    ]);
    expect(execution.AutomationExecutionStatus).toBe("Success");
    const id = execution.AutomationExecutionId;
    const folder = `credential_reports/2026-11-20T090000Z-${id}`;
    expect(execution.Outputs).toMatchObject({
      "readReport.ReportKey": [`${folder}/credential_report.csv`],
      "readReport.Rows": ["1"],
      "readReport.ManifestSha256": [expect.stringMatching(/^[0-9a-f]{64}$/)],
    });
    expect(objects()).toEqual(
      expect.arrayContaining([
        `${folder}/credential_report.csv`,
        `${folder}/manifest.json`,
        `credential_reports/status/${id}/succeeded`,
      ]),
    );
  });

  test("a run that fails makes the runbook fail with the run's own message", async () => {
    localAws.inject([{ operation: "sso-admin:ListPermissionSets", kind: "accessDenied" }]);

    const execution = await deployment.runRunbook();

    expect(execution.AutomationExecutionStatus).toBe("Failed");
    expect(steps(execution).slice(-2)).toEqual(["readFailure Success", "failAsRunFailed Failed"]);
    expect(execution.Outputs!["readFailure.Message"]![0]).toMatch(/ListPermissionSets.*AccessDenied/);
    expect(execution.Outputs!["readEnd.Status"]).toEqual(["FAILED"]);
  });

  test("a run that takes longer than five minutes succeeds", async () => {
    localAws.inject([{ operation: "sso-admin:ListPermissionSets", kind: "slow", ms: 3_500 }]);

    const execution = await deployment.runRunbook();

    expect(execution.AutomationExecutionStatus).toBe("Success");
    const wait = execution.StepExecutions!.find(({ StepName }) => StepName === "waitForEnd")!;
    const milliseconds = wait.ExecutionEndTime!.getTime() - wait.ExecutionStartTime!.getTime();
    expect((milliseconds / 1000) * timeScale).toBeGreaterThan(300);
  });

  test("parameters reach the run, and wrong ones are refused before anything starts", async () => {
    const before = objects();
    await expect(deployment.runRunbook({ LookbackDays: ["many"] })).rejects.toMatchObject({
      name: "InvalidAutomationExecutionParametersException",
    });
    await expect(deployment.runRunbook({ Lookback: ["30"] })).rejects.toThrow(/Lookback is not defined/);
    await expect(deployment.runRunbook({ Note: ['", "trigger": "schedule'] })).rejects.toThrow(/Note must match/);
    expect(objects()).toEqual(before);

    const execution = await deployment.runRunbook({ LookbackDays: ["30"], Note: ["audit 2026"] });
    const key = execution.Outputs!["readReport.ReportKey"]![0]!.replace(/[^/]+$/, "manifest.json");
    const { body } = localAws.buckets.get(String(deployment.outputs.bucketName))!.objects.get(key)!;
    const manifest = JSON.parse(Buffer.concat(body).toString());
    expect(manifest).toMatchObject({ trigger: "automation", note: "audit 2026", settings: { lookbackDays: 30 } });
  });

  test("the schedule publishes a report of its own, and knows a second delivery of the same scheduled time", async () => {
    const { name, input, output } = await deployment.fireSchedule();

    expect(JSON.parse(input)).toEqual({ trigger: "schedule", scheduledTime: organisation.Now });
    const { runId, reportKey } = JSON.parse(output!);
    expect(runId).toBe(name);
    expect(objects()).toContain(reportKey);

    const second = await deployment.fireSchedule();
    expect(JSON.parse(second.output!)).toMatchObject({ status: "repeated", of: name });
  });

  test("a run takes the organisation and the present that the local AWS serves, also after one in another present", async () => {
    const result = async () => JSON.parse((await deployment.startExecution().ended).output!);
    await localAws.serveOrganisation({ ...organisation, Now: "2026-11-27T09:00:00Z", AccountAssignments: [] });
    const folder = expect.stringMatching(/^credential_reports\/2026-11-27T090000Z-/);
    try {
      expect(await result()).toMatchObject({ reportKey: folder, rows: 0 });
    } finally {
      await localAws.serveOrganisation(organisation);
    }
    const folderNow = expect.stringMatching(/^credential_reports\/2026-11-20T090000Z-/);
    expect(await result()).toMatchObject({ reportKey: folderNow, rows: 1 });
  });

  test("input and output of an execution hold ids and counts, and the note: no name, no e-mail address", async () => {
    localAws.inject([{ operation: "cloudtrail:StartQuery", kind: "accessDenied" }]);
    const { input, output } = await deployment.startExecution({ trigger: "manual", note: "INC-4711" }).ended;
    const { byUsage, byRowStatus, ...answer } = JSON.parse(output!);
    expect(answer).toEqual({
      ...{ runId: expect.any(String), status: "degraded", rows: 1, warnings: expect.any(Number) },
      ...{ reportKey: expect.any(String), manifestKey: expect.any(String) },
      ...{ manifestSha256: expect.stringMatching(/^[0-9a-f]{64}$/), finishedAt: expect.any(String) },
    });
    for (const count of Object.values({ ...byUsage, ...byRowStatus })) expect(count).toEqual(expect.any(Number));
    expect(JSON.parse(input)).toEqual({ trigger: "manual", note: "INC-4711" });
    expect(input + output).not.toContain("alice");
  });

  test("a schedule whose state machine is gone leaves a dead letter", async () => {
    const { stateMachineArn } = deployment.outputs;
    const queue = deployment.resources.find(({ name }) => name.endsWith("schedule-dead-letters"))!;
    const schedule = deployment.resources.find(({ name }) => name.endsWith("-schedule"))!;
    const target = schedule.inputs.target as { arn: string };
    target.arn = `${stateMachineArn}-gone`;
    try {
      await expect(deployment.fireSchedule()).rejects.toThrow(/is not a state machine of this stack/);
    } finally {
      target.arn = String(stateMachineArn);
    }
    expect(deployment.deadLetters.get(String(queue.outputs.arn))).toEqual([
      expect.objectContaining({ body: expect.stringContaining('"trigger":"schedule"') }),
    ]);
  });

  // One stack through all: tests/system/stackUpdates.long.test.ts.
  longTest("a second up changes nothing, a changed setting only what depends on it", async () => {
    const changed = (changes: Awaited<ReturnType<Deployment["up"]>>) =>
      changes.filter(({ operation }) => operation !== "same").map(({ name, operation }) => `${name} ${operation}`);

    expect(changed(await deployment.up())).toEqual([]);
    expect(changed(await deployment.up({ ...config, lookbackDays: 30 }))).toEqual([
      "credential-report updated",
      "credential-report-function updated",
    ]);
  });

  test("a run that is stopped makes the runbook fail, without a result to read", async () => {
    const client = new SFNClient(clientConfig({ endpoint: localAws.url, region: "us-east-1" }, "deployer"));
    localAws.inject([{ operation: "sso-admin:ListPermissionSets", kind: "slow", ms: 5_000 }]);
    let stopping: Promise<unknown> | undefined;
    const execution = await deployment.runRunbook(undefined, ({ StepExecutions: [startRun] = [] }) => {
      const executionArn = startRun?.Outputs?.ExecutionArn?.[0];
      if (executionArn) stopping ??= client.send(new StopExecutionCommand({ executionArn }));
    });

    await stopping;
    client.destroy();
    expect(execution.AutomationExecutionStatus).toBe("Failed");
    expect(steps(execution).slice(-2)).toEqual(["hasSucceeded Success", "failAsRunFailed Failed"]);
    expect(execution.Outputs).toMatchObject({ "readEnd.Status": ["ABORTED"] });
  });
});

longTest(
  "a run whose slices all die is tried six times; the runbook then fails and says how the run ended",
  async () => {
    const localAws = await startLocalAws({ organisation, rate: 10 });
    const deployment = await deploy({ localAws, config, timeScale: 1000 });
    try {
      localAws.inject([{ operation: "s3:GetObject", kind: "slow", ms: 30_000 }]);

      const execution = await deployment.runRunbook();

      expect(execution.AutomationExecutionStatus).toBe("Failed");
      expect(steps(execution).slice(-2)).toEqual(["readFailure Failed", "failAsRunFailed Failed"]);
      expect(execution.Outputs).toMatchObject({ "readEnd.Status": ["FAILED"] });
      const ended = deployment.logs().filter((line) => line.includes("Error Type: Sandbox.Timedout"));
      expect(ended).toHaveLength(6);
    } finally {
      await deployment.close();
      await localAws.close();
    }
  },
);

// Also: tests/system/deploymentHarvest.long.test.ts.
longTest("a run for which one slice is too short goes on in the next", async () => {
  const localAws = await startLocalAws({ organisation, rate: 10 });
  const deployment = await deploy({ localAws, config, timeScale, functionSeconds: 4 });
  try {
    localAws.inject([{ operation: "sso-admin:*", kind: "slow", ms: 1_500 }]);
    const { status, output } = await deployment.startExecution().ended;

    const slices = deployment.logs().filter((line) => line.includes('"message":"started"'));
    expect(slices.length).toBeGreaterThan(1);
    expect(status).toBe("SUCCEEDED");
    expect(JSON.parse(output!)).toMatchObject({ rows: 1 });
    const { objects } = localAws.buckets.get(String(deployment.outputs.bucketName))!;
    expect([...objects.keys()].filter((key) => key.startsWith("credential_reports/work/"))).toEqual([]);
  } finally {
    await deployment.close();
    await localAws.close();
  }
});

describe("what is refused, for people", () => {
  let localAws: LocalAws;
  beforeAll(async () => {
    localAws = await startLocalAws({ organisation, rate: 10 });
  });
  afterAll(() => localAws.close());

  test("a required key that is missing, before the program runs", async () => {
    const projectDirectory = mkdtempSync(join(tmpdir(), "project-"));
    writeFileSync(join(projectDirectory, "Pulumi.yaml"), "name: p\nconfig:\n  colour: { type: string }\n");
    writeFileSync(join(projectDirectory, "Pulumi.dev.yaml"), "config: {}\n");
    await expect(deploy({ localAws, projectDirectory })).rejects.toThrow(
      "Stack 'dev' is missing configuration value 'colour'",
    );
    rmSync(projectDirectory, { recursive: true });
  });

  test("a value that the program does not take, in the program's words and without a stack trace", async () => {
    const failure: Error = await deploy({ localAws, config: { ...config, schedule: "cron(0 20 * ? 7 *)" } }).catch(
      (error) => error,
    );
    expect(failure.name).toBe("DeploymentError");
    expect(failure.message).toMatch(/schedule/);
    expect(failure.message).not.toMatch(/^\s+at /m);
  });

  longTest("a topic of another Region, which a preview knows too", async () => {
    const notificationTopicArn = "arn:aws:sns:eu-west-1:111122223333:security";
    const failure: Error = await deploy({ localAws, config: { ...config, notificationTopicArn } }).catch((e) => e);
    expect(failure.message).toContain(
      `notificationTopicArn: expected one in us-east-1, the stack's Region, got "${notificationTopicArn}".`,
    );
    expect(failure.message).not.toMatch(/^\s+at /m);
  });

  test("a resource of a type that the local deployment does not know", async () => {
    const projectDirectory = join(__dirname, "fixtures/unknown-type");
    await expect(deploy({ localAws, projectDirectory })).rejects.toThrow(
      "aws:ec2/vpc:Vpc (network): aws:ec2/vpc:Vpc is not a resource type that the local deployment knows; add what AWS computes for it in local/deployment/resourceTypes.ts",
    );
  });
});

function steps(execution: AutomationExecution): string[] {
  return execution.StepExecutions!.map(({ StepName, StepStatus }) => `${StepName} ${StepStatus}`);
}
