import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  type AutomationExecution,
  GetAutomationExecutionCommand,
  SSMClient,
  StartAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { readAutomationDocument } from "../../local/deployment/automationCheck";
import { Clock } from "../../local/deployment/clock";
import { clientConfig } from "../../local/deployment/provider";
import { ssm } from "../../local/deployment/services";
import type { Resource } from "../../local/deployment/stack";

// The executor's own rules, on documents made for them. They are Automation's as it documents them; how often AWS polls, and what
// it does where a selector finds nothing, it does not document: the executor polls often, and fails such a step.

const organisation = {
  Now: "2026-11-20T09:00:00Z",
  InstanceArn: "arn:aws:sso:::instance/ssoins-1234567890abcdef",
  IdentityStoreId: "d-1234567890",
};
const provider = { region: "eu-west-1", partition: "aws", accountId: "111122223333" };

let localAws: LocalAws;
let client: SSMClient;
let documents: Resource[];
const clock = new Clock(1000);

beforeAll(async () => {
  localAws = await startLocalAws({ organisation });
  const here = { ...provider, endpoint: localAws.url };
  localAws.serve(
    "ssm",
    ssm(() => documents, new Map(), { provider: here, clock }),
  );
  client = new SSMClient(clientConfig(here, "deployer"));
  const s3 = new S3Client({ ...clientConfig(here, "deployer"), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: "reports" }));
  await s3.send(new PutObjectCommand({ Bucket: "reports", Key: "a", Body: "{}", Metadata: { status: "succeeded" } }));
  s3.destroy();
});

afterAll(async () => {
  clock.stop();
  client.destroy();
  await localAws.close();
});

const head = { Service: "s3", Api: "HeadObject", Bucket: "reports", Key: "a" };
const missing = { Service: "s3", Api: "HeadObject", Bucket: "reports", Key: "missing" };
const read = (name: string, inputs: object, more: object = {}) => ({
  name,
  action: "aws:executeAwsApi",
  inputs,
  ...more,
});

async function run(mainSteps: object[], more: object = {}, Parameters?: Record<string, string[]>) {
  const content = JSON.stringify({ schemaVersion: "0.3", mainSteps, ...more });
  documents = [{ id: "test", inputs: { content }, outputs: {} } as unknown as Resource];
  const { AutomationExecutionId } = await client.send(
    new StartAutomationExecutionCommand({ DocumentName: "test", Parameters }),
  );
  for (;;) {
    const { AutomationExecution } = await client.send(new GetAutomationExecutionCommand({ AutomationExecutionId }));
    if (AutomationExecution!.AutomationExecutionStatus !== "InProgress") return AutomationExecution!;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function outcome({ AutomationExecutionStatus, StepExecutions }: AutomationExecution): string {
  const steps = StepExecutions!.map(({ StepName, StepStatus }) => `${StepName} ${StepStatus}`);
  return [...steps, AutomationExecutionStatus].join(", ");
}

test.each([
  ["Abort, the default", {}, "first Failed, Failed"],
  ["Continue", { onFailure: "Continue" }, "first Failed, second Success, third Success, Success"],
  [
    "Continue from a critical step",
    { onFailure: "Continue", isCritical: true },
    "first Failed, second Success, third Success, Failed",
  ],
  ["another step", { onFailure: "step:third" }, "first Failed, third Success, Failed"],
  [
    "another step, of no consequence",
    { onFailure: "step:third", isCritical: false },
    "first Failed, third Success, Success",
  ],
])("a step that fails: %s", async (_, rules, expected) => {
  const steps = [read("first", missing, rules), read("second", head), read("third", head, { isEnd: true })];
  expect(outcome(await run([...steps, read("never", head)]))).toBe(expected);
});

test("a step is tried as often as it may be", async () => {
  const before = localAws.stats().calls["s3:HeadObject"] ?? 0;
  const execution = await run([read("only", missing, { maxAttempts: 3 })]);
  expect(localAws.stats().calls["s3:HeadObject"]! - before).toBe(3);
  expect(execution.FailureMessage).toBe("Step only: s3 HeadObject failed: NotFound: UnknownError");
});

test("a wait that times out, and one that does not", async () => {
  const wait = (value: string) => ({
    name: `waitFor_${value}`,
    action: "aws:waitForAwsResourceProperty",
    timeoutSeconds: 60,
    inputs: { ...head, PropertySelector: "$.Metadata.status", DesiredValues: [value] },
  });
  const execution = await run([wait("succeeded"), wait("failed")]);
  expect(outcome(execution)).toBe("waitFor_succeeded Success, waitFor_failed TimedOut, TimedOut");
  expect(execution.FailureMessage).toBe(
    'Step waitFor_failed: timed out after 60 seconds: $.Metadata.status of s3 HeadObject is "succeeded", expected failed',
  );
});

test("a wait compares texts, and a number never equals one", async () => {
  const wait = (PropertySelector: string, DesiredValues: string[]) => ({
    name: "wait",
    action: "aws:waitForAwsResourceProperty",
    timeoutSeconds: 60,
    inputs: { Service: "s3", Api: "ListObjectsV2", Bucket: head.Bucket, PropertySelector, DesiredValues },
  });
  expect(outcome(await run([wait("$.KeyCount", ["0", "1", "2", "3"])]))).toBe("wait TimedOut, TimedOut");
  expect(outcome(await run([wait("$.Contents[0].StorageClass", ["STANDARD"])]))).toBe("wait Success, Success");
  expect(outcome(await run([wait("$.IsTruncated", ["False"])]))).toBe("wait Success, Success");
});

test("values go from parameters and outputs into inputs, conditions and the execution's outputs", async () => {
  const steps = [
    read("find", { ...head, Key: "{{ Key }}" }, { outputs: [{ Name: "Status", Selector: "$.Metadata.status" }] }),
    {
      name: "choose",
      action: "aws:branch",
      inputs: {
        Choices: [
          { NextStep: "wrong", Variable: "{{find.Status}}", StringEquals: "failed" },
          {
            NextStep: "right",
            And: [
              { Variable: "{{find.Status}} in {{global:REGION}}", EndsWith: "eu-west-1" },
              { Not: { Variable: "{{find.Status}}", StartsWith: "fail" } },
            ],
          },
        ],
        Default: "wrong",
      },
    },
    { name: "wrong", action: "aws:sleep", inputs: { Duration: "PT1H" }, isEnd: true },
    { name: "right", action: "aws:sleep", inputs: { Duration: "PT1M" }, isEnd: true },
  ];
  const execution = await run(
    steps,
    { parameters: { Key: { type: "String" } }, outputs: ["find.Status"] },
    { Key: ["a"] },
  );
  expect(outcome(execution)).toBe("find Success, choose Success, right Success, Success");
  expect(execution.Outputs).toEqual({ "find.Status": ["succeeded"] });
});

test.each([
  ["an action", [{ name: "a", action: "aws:executeScript", inputs: {} }], {}, /aws:executeScript is not an action/],
  ["a next step", [read("a", head, { nextStep: "b" })], {}, "step a leads to b, which is not a step"],
  ["a step on failure", [read("a", head, { onFailure: "step:b" })], {}, "step a leads to b, which is not a step"],
  ["a placeholder", [read("a", { ...head, Key: "{{b.Key}}" })], {}, "step a: b.Key is not defined in the document"],
  ["an output", [read("a", head)], { outputs: ["a.RunId"] }, "outputs: a.RunId is not defined in the document"],
])("a document is refused that names %s which is not there", (_, mainSteps, more, message) => {
  const content = JSON.stringify({ schemaVersion: "0.3", mainSteps, ...more });
  expect(() => readAutomationDocument(content)).toThrow(message);
});
