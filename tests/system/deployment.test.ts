import { join } from "node:path";
import type { AutomationExecution } from "@aws-sdk/client-ssm";
import { type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import { type Deployment, deploy } from "../../local/deployment/deploy";

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
      "waitForResult Success",
      "findResult Success",
      "hasFailed Success",
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

  test("a run that fails makes the runbook fail with the run's own message, and leaves a dead letter", async () => {
    localAws.inject([{ operation: "sso-admin:ListPermissionSets", kind: "accessDenied" }]);

    const execution = await deployment.runRunbook();

    expect(execution.AutomationExecutionStatus).toBe("Failed");
    expect(steps(execution).slice(-2)).toEqual(["readFailure Success", "failBecauseRunFailed Failed"]);
    expect(execution.Outputs!["readFailure.Message"]![0]).toMatch(/ListPermissionSets.*AccessDenied/);
    expect([...deployment.deadLetters.values()].flat()).toEqual([
      expect.objectContaining({ body: expect.stringContaining(execution.AutomationExecutionId!) }),
    ]);
  });

  test("a run that takes longer than five minutes succeeds", async () => {
    localAws.inject([{ operation: "sso-admin:ListPermissionSets", kind: "slow", ms: 3_500 }]);

    const execution = await deployment.runRunbook();

    expect(execution.AutomationExecutionStatus).toBe("Success");
    const wait = execution.StepExecutions!.find(({ StepName }) => StepName === "waitForResult")!;
    const milliseconds = wait.ExecutionEndTime!.getTime() - wait.ExecutionStartTime!.getTime();
    expect((milliseconds / 1000) * timeScale).toBeGreaterThan(300);
  });

  test("parameters reach the run, and wrong ones are refused before anything starts", async () => {
    const before = objects();
    await expect(deployment.runRunbook({ LookbackDays: ["many"] })).rejects.toMatchObject({
      name: "InvalidAutomationExecutionParametersException",
    });
    await expect(deployment.runRunbook({ Lookback: ["30"] })).rejects.toThrow(/Lookback is not defined/);
    expect(objects()).toEqual(before);

    const execution = await deployment.runRunbook({ LookbackDays: ["30"], Note: ["audit 2026"] });
    const key = execution.Outputs!["readReport.ReportKey"]![0]!.replace(/[^/]+$/, "manifest.json");
    const { body } = localAws.buckets.get(String(deployment.outputs.bucketName))!.objects.get(key)!;
    const manifest = JSON.parse(Buffer.concat(body).toString());
    expect(manifest).toMatchObject({ trigger: "automation", note: "audit 2026", settings: { lookbackDays: 30 } });
  });

  test("the schedule publishes a report of its own", async () => {
    const result = await deployment.fireSchedule();

    const { runId, reportKey } = JSON.parse(result.payload!);
    expect(runId).toMatch(/^[0-9a-f-]{36}$/);
    expect(objects()).toContain(reportKey);
  });

  test("a run takes the organisation and the present that the local AWS serves, also after one in another present", async () => {
    const present = async () => JSON.parse((await deployment.fireSchedule()).payload!).reportKey.split("/")[1];
    const rowsNow = ((await deployment.invoke({})) as { rows: number }).rows;
    await localAws.serveOrganisation({ ...organisation, Now: "2026-11-27T09:00:00Z", AccountAssignments: [] });
    try {
      expect(await present()).toMatch(/^2026-11-27T090000Z-/);
      await expect(deployment.invoke({})).resolves.toMatchObject({ rows: 0 });
    } finally {
      await localAws.serveOrganisation(organisation);
    }
    expect(await present()).toMatch(/^2026-11-20T090000Z-/);
    expect(rowsNow).toBe(1);
  });

  test("a synchronous invocation gives the result, or throws the run's error by its name", async () => {
    await expect(deployment.invoke({ runId: "by-hand" })).resolves.toMatchObject({ runId: "by-hand", rows: 1 });
    await expect(deployment.invoke({ runId: "no good id" })).rejects.toMatchObject({ name: "BadEvent" });
  });

  test("a second up changes nothing, a changed setting only what depends on it", async () => {
    const changed = (changes: Awaited<ReturnType<Deployment["up"]>>) =>
      changes.filter(({ operation }) => operation !== "same").map(({ name, operation }) => `${name} ${operation}`);

    expect(changed(await deployment.up())).toEqual([]);
    expect(changed(await deployment.up({ ...config, lookbackDays: 30 }))).toEqual([
      "credential-report updated",
      "credential-report-function updated",
    ]);
  });
});

test("a run that dies without a word lets the runbook time out and say so", async () => {
  const localAws = await startLocalAws({ organisation, rate: 10 });
  const deployment = await deploy({ localAws, config, timeScale: 300 });
  try {
    localAws.inject([{ operation: "sso-admin:ListPermissionSets", kind: "slow", ms: 30_000 }]);

    const execution = await deployment.runRunbook();

    expect(execution.AutomationExecutionStatus).toBe("TimedOut");
    expect(steps(execution)).toEqual(["startRun Success", "waitForResult TimedOut"]);
    expect(execution.FailureMessage).toMatch(/^Step waitForResult: timed out after \d+ seconds/);
    expect(deployment.logs().at(-1)).toContain("Error Type: Sandbox.Timedout");
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
    await expect(deploy({ localAws, config: { lakeId: undefined } })).rejects.toThrow(
      "Stack 'dev' is missing configuration value 'lakeId'",
    );
  });

  test("a value that the program does not take, in the program's words and without a stack trace", async () => {
    const failure: Error = await deploy({ localAws, config: { ...config, schedule: "cron(0 20 * ? 7 *)" } }).catch(
      (error) => error,
    );
    expect(failure.name).toBe("DeploymentError");
    expect(failure.message).toMatch(/schedule/);
    expect(failure.message).not.toMatch(/^\s+at /m);
  });

  test("a topic of another Region, which a preview knows too", async () => {
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
