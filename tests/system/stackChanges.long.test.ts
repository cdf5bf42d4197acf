import { join } from "node:path";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { type Deployment, type DeployOptions, deploy } from "../../local/deployment/deploy";
import { longTest } from "../support/long";
import { eventDataStoreArn, organisationOf } from "../support/organisation";
import { another, bucketSettings, changed, failed, lockedOut, one } from "./stackState";

// What an update, an interrupted one, a preview, a refresh and a destroy do to what stands in AWS, in the engine's order as the local
// deployment has it. docs/architecture.md lists what it does not have. One stack through all: stackUpdates.long.test.ts.

const lakeId = eventDataStoreArn;
let localAws: LocalAws;
let deployment: Deployment;

beforeEach(async () => {
  const organisation = organisationOf({ OwnerAccountId: "111122223333" });
  localAws = await startLocalAws({ organisation, rate: 20, keys: { [one]: "Enabled", [another]: "Enabled" } });
});

afterEach(async () => {
  await deployment?.close();
  await localAws.close();
});

async function deployed(options: Omit<DeployOptions, "localAws">): Promise<Deployment> {
  deployment = await deploy({ localAws, ...options });
  return deployment;
}

longTest(
  "destroying a stack whose bucket holds a report leaves the bucket with all its protections; an empty one goes with them",
  async () => {
    const { outputs, destroy, startExecution } = await deployed({ config: { lakeId, deleteBucket: true } });
    await startExecution().ended;
    const bucket = localAws.buckets.get(String(outputs.bucketName))!;

    expect((await failed(destroy())).message).toContain("BucketNotEmpty");
    const standing = () => deployment.standing.map(({ name }) => name);
    expect(standing()).toEqual(expect.arrayContaining(["credential-report-reports", ...bucketSettings]));

    bucket.objects.clear();
    await destroy();
    expect(standing()).toEqual([]);
    expect([...localAws.buckets.keys()]).toEqual([]);
  },
);

test("a bucket that stays is refused to a new stack of that name, which may adopt it", async () => {
  const config = { lakeId, bucketName: "our-reports" };
  const first = await deployed({ config });
  await first.startExecution().ended;
  await first.destroy();
  await first.close();

  expect((await failed(deployed({ config }))).message).toBe(
    'One setting does not fit what AWS has:\n  - bucketName: expected a name that is free, got "our-reports", a bucket that holds reports ' +
      "already. To take up a bucket that an earlier stack has kept, set adoptBucket to true; otherwise set another name.",
  );
  expect(localAws.documents.size).toBe(0);
  const second = await deployed({ config: { ...config, adoptBucket: true } });
  expect(second.outputs.bucketName).toBe("our-reports");
});

test("another stack's runbook is in the way before anything is there; a stack's own is not", async () => {
  const first = await deployed({ config: { lakeId } });
  expect(changed(await first.up())).toEqual([]);

  localAws.documents.set("credential_report_export", "somebody else's");
  const buckets = localAws.buckets.size;
  expect((await failed(deploy({ localAws, config: { lakeId } }))).message).toContain(
    "documentName: expected a name that is free",
  );
  expect(localAws.buckets.size).toBe(buckets);
});

test("what the program says of a refused look-up is printed word for word, also in a program of one's own", async () => {
  localAws.inject([{ operation: "organizations:DescribeOrganization", kind: "notInOrganization" }]);
  const words =
    "One setting does not fit what AWS has:\n  - aws:profile: expected an account of an organization; AWS said: reading Organizations " +
    "Organization: AWSOrganizationsNotInUseException: Your account is not a member of an organization. Deploy into the organization's " +
    "management account, or Identity Center's delegated administrator.";
  expect((await failed(deploy({ localAws, config: { lakeId } }))).message).toBe(words);
  const projectDirectory = join(__dirname, "fixtures/library");
  expect((await failed(deploy({ localAws, projectDirectory }))).message).toBe(words);
});

describe("an update that is interrupted", () => {
  /** Updates one change at a time, each update but the last interrupted. */
  async function stepByStep(config: Readonly<Record<string, unknown>>): Promise<number> {
    for (let steps = 1; ; steps++) {
      const error = await failed(deployment.up(config, { failAfter: 1 }));
      expect([steps, lockedOut(deployment)]).toEqual([steps, []]);
      if (error.message === "it did not fail") return steps;
      expect(error.message).toContain("AWS refuses this, as it was asked to");
    }
  }

  longTest(
    "after any of its changes leaves nothing encrypted that a role may not use",
    async () => {
      const config = { lakeId, notificationEmail: "security@example.com" };
      await deployed({ config });
      expect(await stepByStep({ ...config, kmsKeyArn: one })).toBeGreaterThan(6);
      expect(await stepByStep({ ...config, kmsKeyArn: another })).toBeGreaterThan(6);
      expect(await stepByStep(config)).toBeGreaterThan(3);
      expect(deployment.standing.filter(({ name }) => name.endsWith("key-policy"))).toEqual([]);
    },
    600_000,
  );
});

longTest("a preview says what an update would do, and does nothing", async () => {
  const { preview, up, refresh } = await deployed({ config: { lakeId } });
  const config = { lakeId, lookbackDays: 30, kmsKeyArn: one };
  const before = structuredClone(deployment.standing.map(({ inputs }) => inputs));
  const announced = changed(await preview(config));
  expect(deployment.standing.map(({ inputs }) => inputs)).toEqual(before);
  expect(announced).toEqual(changed(await up(config)));
  expect(announced).toEqual(
    expect.arrayContaining([
      "credential-report updated",
      "credential-report-function updated",
      "credential-report-function-key-policy created",
      "credential-report-reports-encryption updated",
    ]),
  );

  localAws.buckets.clear();
  expect(changed(await refresh())).toEqual(["credential-report-reports deleted"]);
  expect(changed(await preview(config))).toContain("credential-report-reports created");
});

test("a secret of the config is in no output, no error and no tree", async () => {
  const config = { lakeId, schedule: "cron(0 7 ? * MON *)", documentName: "secret_runbook" };
  const { outputs, resources } = await deployed({ config, secretKeys: ["schedule", "documentName"] });
  expect(outputs).toMatchObject({ scheduleExpression: "[secret]", documentName: "[secret]", startCommand: "[secret]" });
  const secrets = Object.fromEntries(resources.map(({ name, secrets: inputs }) => [name, inputs]));
  expect(secrets["credential-report-schedule"]).toEqual(["scheduleExpression"]);
  expect(secrets["credential-report-runbook"]).toEqual(["name"]);

  localAws.documents.set("secret_taken", "somebody else's");
  const error = await failed(
    deploy({ localAws, config: { ...config, documentName: "secret_taken" }, secretKeys: ["documentName"] }),
  );
  expect(error.message).toContain('documentName: expected a name that is free, got "[secret]"');
  expect(error.message).not.toContain("secret_taken");
});
