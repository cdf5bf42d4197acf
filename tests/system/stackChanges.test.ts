import { join } from "node:path";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { type Deployment, type DeployOptions, deploy } from "../../local/deployment/deploy";
import type { Change } from "../../local/deployment/stack";
import { longDescribe, longTest } from "../support/long";
import { eventDataStoreArn, organisationOf } from "../support/organisation";

// What an update, an interrupted one, a preview, a refresh and a destroy do to what stands in AWS, in the engine's order as the local
// deployment has it. docs/architecture.md lists what it does not have.

const lakeId = eventDataStoreArn;
const [one, another] = ["1", "2"].map(
  (digit) => `arn:aws:kms:us-east-1:111122223333:key/${digit.repeat(8)}-12ab-34cd-56ef-1234567890ab`,
) as [string, string];

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

const failed = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error("it did not fail"),
    (error) => error,
  );

const changed = (changes: readonly Change[]) =>
  changes.filter(({ operation }) => operation !== "same").map(({ name, operation }) => `${name} ${operation}`);

const bucketSettings = ["encryption", "lifecycle", "ownership", "policy", "public-access", "versioning"].map(
  (setting) => `credential-report-reports-${setting}`,
);

type Statement = { Sid: string; Resource: string; Condition: { StringEquals: { "kms:ViaService": string[] } } };

/** What is encrypted with a key, by service and role, where the role may not use it. */
function lockedOut(): string[] {
  const { standing } = deployment;
  const mayUse = (role: string, service: string, key: string) =>
    standing
      .filter(
        ({ type, inputs }) =>
          type.endsWith(":RolePolicy") && String(inputs.role).startsWith(`credential-report-${role}-role-`),
      )
      .flatMap(({ inputs }) => JSON.parse(String(inputs.policy)).Statement as Statement[])
      .some(
        ({ Sid, Resource, Condition }) =>
          Sid === "UseKey" &&
          Resource === key &&
          Condition.StringEquals["kms:ViaService"].some((via) => via.startsWith(`${service}.`)),
      );
  return standing.flatMap(({ name, inputs }) => {
    const rule = (
      inputs.rules as { applyServerSideEncryptionByDefault?: { kmsMasterKeyId?: string } }[] | undefined
    )?.[0];
    const key =
      rule?.applyServerSideEncryptionByDefault?.kmsMasterKeyId ?? (inputs.kmsMasterKeyId as string | undefined);
    if (key === undefined) return [];
    const service = rule ? "s3" : name.endsWith("dead-letters") ? "sqs" : "sns";
    const role = name.includes("-schedule-") ? "schedule" : "function";
    return mayUse(role, service, key) ? [] : [`${name}: ${role} by ${service}`];
  });
}

/** By what it is called: what stands in AWS, as JSON. */
const inAws = () => new Map(deployment.standing.map(({ name, inputs }) => [name, JSON.stringify(inputs)]));

// One deployment for all, since each update takes seconds. Each by itself, and step by step: the tests of the long run below.
test("a stack is previewed, updated with an interruption, and destroyed once its bucket is empty", async () => {
  const config = { lakeId, notificationEmail: "security@example.com", deleteBucket: true };
  const { outputs, preview, up, destroy, startExecution } = await deployed({ config });
  await startExecution().ended;

  const wanted = { ...config, lookbackDays: 30, kmsKeyArn: one };
  const before = inAws();
  const announced = changed(await preview(wanted));
  expect(inAws()).toEqual(before);
  expect(announced).toEqual(
    expect.arrayContaining([
      "credential-report updated",
      "credential-report-function updated",
      "credential-report-function-key-policy created",
      "credential-report-reports-encryption updated",
    ]),
  );

  // After each of its changes, nothing is encrypted that a role may not use.
  const wrong: string[][] = [];
  const onChange = () => void wrong.push(lockedOut());
  expect((await failed(up(wanted, { failAfter: 4, onChange }))).message).toContain(
    "AWS refuses this, as it was asked to",
  );
  expect(wrong).toEqual([[], [], [], []]);
  const carriedOut = [...inAws()].flatMap(([name, inputs]) => {
    const previous = before.get(name);
    return previous === inputs ? [] : [`${name} ${previous === undefined ? "created" : "updated"}`];
  });
  expect(carriedOut).toHaveLength(4);
  // The component is a matter of the stack's state, where the interrupted update has changed it.
  const others = ["credential-report updated", ...changed(await up(wanted, { onChange }))];
  expect(wrong.length).toBeGreaterThan(7);
  expect(wrong.flat()).toEqual([]);
  expect([...carriedOut, ...others].sort()).toEqual([...announced].sort());

  expect((await failed(destroy())).message).toContain("BucketNotEmpty");
  const standing = () => deployment.standing.map(({ name }) => name);
  expect(standing()).toEqual(expect.arrayContaining(["credential-report-reports", ...bucketSettings]));
  localAws.buckets.get(String(outputs.bucketName))!.objects.clear();
  await destroy();
  expect([standing(), [...localAws.buckets.keys()]]).toEqual([[], []]);
});

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

longTest("a bucket that stays is refused to a new stack of that name, which may adopt it", async () => {
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

longTest("another stack's runbook is in the way before anything is there; a stack's own is not", async () => {
  const first = await deployed({ config: { lakeId } });
  expect(changed(await first.up())).toEqual([]);

  localAws.documents.set("credential_report_export", "somebody else's");
  const buckets = localAws.buckets.size;
  expect((await failed(deploy({ localAws, config: { lakeId } }))).message).toContain(
    "documentName: expected a name that is free",
  );
  expect(localAws.buckets.size).toBe(buckets);
});

longTest(
  "what the program says of a refused look-up is printed word for word, also in a program of one's own",
  async () => {
    localAws.inject([{ operation: "organizations:DescribeOrganization", kind: "notInOrganization" }]);
    const words =
      "One setting does not fit what AWS has:\n  - aws:profile: expected an account of an organization; AWS said: reading Organizations " +
      "Organization: AWSOrganizationsNotInUseException: Your account is not a member of an organization. Deploy into the organization's " +
      "management account, or Identity Center's delegated administrator.";
    expect((await failed(deploy({ localAws, config: { lakeId } }))).message).toBe(words);
    const projectDirectory = join(__dirname, "fixtures/library");
    expect((await failed(deploy({ localAws, projectDirectory }))).message).toBe(words);
  },
);

longDescribe("an update that is interrupted", () => {
  /** Updates one change at a time, each update but the last interrupted. */
  async function stepByStep(config: Readonly<Record<string, unknown>>): Promise<number> {
    for (let steps = 1; ; steps++) {
      const error = await failed(deployment.up(config, { failAfter: 1 }));
      expect([steps, lockedOut()]).toEqual([steps, []]);
      if (error.message === "it did not fail") return steps;
      expect(error.message).toContain("AWS refuses this, as it was asked to");
    }
  }

  test("after any of its changes leaves nothing encrypted that a role may not use", async () => {
    const config = { lakeId, notificationEmail: "security@example.com" };
    await deployed({ config });
    expect(await stepByStep({ ...config, kmsKeyArn: one })).toBeGreaterThan(6);
    expect(await stepByStep({ ...config, kmsKeyArn: another })).toBeGreaterThan(6);
    expect(await stepByStep(config)).toBeGreaterThan(3);
    expect(deployment.standing.filter(({ name }) => name.endsWith("key-policy"))).toEqual([]);
  }, 600_000);
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

longTest("a secret of the config is in no output, no error and no tree", async () => {
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
