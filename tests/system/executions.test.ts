import {
  DescribeExecutionCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { stateMachineDefinition } from "../../components/stateMachineDefinition";
import { type Fault, type LocalAws, startLocalAws } from "../../local/aws";
import { Clock } from "../../local/deployment/clock";
import { Executions } from "../../local/deployment/executions";
import { lambdaTask } from "../../local/deployment/lambdaTask";
import { clientConfig } from "../../local/deployment/provider";
import { stepFunctions } from "../../local/deployment/services";
import type { Resource } from "../../local/deployment/stack";

// The program's own state machine, run by a real interpreter of its language, with a function that does what each test wants. This shows
// what the definition means and that the local Step Functions obeys AWS's documented rules, not that AWS runs it.

const store = { InstanceArn: "arn:aws:sso:::instance/ssoins-1234567890abcdef", IdentityStoreId: "d-1234567890" };
const provider = { region: "eu-west-1", partition: "aws", accountId: "111122223333" };
const functionArn = "arn:aws:lambda:eu-west-1:111122223333:function:credential-report-function";
const definition = JSON.stringify(stateMachineDefinition({ partition: "aws", functionArn, bucketName: "reports" }));
const stateMachineArn = "arn:aws:states:eu-west-1:111122223333:stateMachine:credential-report-runs";
const machine = {
  inputs: { name: "credential-report-runs", roleArn: "arn:aws:iam::111122223333:role/runs", definition },
  outputs: { arn: stateMachineArn },
} as unknown as Resource;

interface Event {
  readonly runId: string;
  readonly retries: number;
  readonly request: object;
}

/** What the function does at its calls, one after the other, and at all that follow the last. */
type Slice = object | { readonly throws: string } | (() => Promise<object>);

let localAws: LocalAws;
let client: SFNClient;
let lambda: ReturnType<typeof lambdaTask>;
let executions: Executions;
let events: Event[];
let slices: Slice[];
let clock: Clock;

beforeEach(async () => {
  const organisation = { Now: "2026-11-20T09:00:00Z", ...store };
  localAws = await startLocalAws({ organisation });
  const here = { ...provider, endpoint: localAws.url };
  clock = new Clock(100_000);
  lambda = lambdaTask(here);
  executions = new Executions(clock, lambda.invoke);
  events = [];
  slices = [{ status: "succeeded" }];
  const cloud = {
    executions,
    stateMachine: (arn: string) => (arn === stateMachineArn ? machine : undefined),
  };
  localAws.serve("states", stepFunctions(cloud));
  localAws.serve("lambda", async ({ body }) => {
    const slice = slices.length > 1 ? slices.shift()! : slices[0]!;
    events.push(JSON.parse(body.toString()));
    const answer = typeof slice === "function" ? await slice() : slice;
    const headers = { "content-type": "application/json" };
    if (!("throws" in answer)) return { status: 200, headers, body: JSON.stringify(answer) };
    const error = { errorType: answer.throws, errorMessage: "it died", trace: [] };
    return {
      status: 200,
      headers: { ...headers, "x-amz-function-error": "Unhandled" },
      body: JSON.stringify(error),
    };
  });
  client = new SFNClient(clientConfig(here, "deployer"));
});

afterEach(async () => {
  executions.close();
  clock.stop();
  lambda.close();
  client.destroy();
  await localAws.close();
});

const start = (name?: string, input?: string, machineArn = stateMachineArn) =>
  client.send(new StartExecutionCommand({ stateMachineArn: machineArn, name, input }));
const described = (executionArn: string) => client.send(new DescribeExecutionCommand({ executionArn }));

async function run(...given: Slice[]) {
  slices = given;
  const { executionArn } = await start("run-1", '{"trigger":"manual"}');
  await executions.ended(executionArn!);
  return described(executionArn!);
}

const retries = () => events.map((event) => event.retries);

test("runs slices until one is not running, and gives the last one's answer alone", async () => {
  const { status, output } = await run({ status: "running", next: "2" }, { status: "running" }, { status: "degraded" });
  expect([status, output]).toEqual(["SUCCEEDED", '{"status":"degraded"}']);
  const event = { runId: "run-1", retries: 0, request: { trigger: "manual" } };
  expect(events).toEqual([event, event, event]);
});

test.each(["succeeded", "degraded", "repeated", "watched"])("an answer %s ends an execution well", async (status) => {
  expect((await run({ status })).status).toBe("SUCCEEDED");
});

test("an answer failed ends it as failed, by the error's name, and is not tried again", async () => {
  const { status, error, cause } = await run({ status: "failed", error: "AccessDenied", statusKey: null });
  expect([status, error]).toEqual(["FAILED", "AccessDenied"]);
  expect(cause).toContain("s3://reports/credential_reports/status/");
  expect(events).toHaveLength(1);
});

test("an answer without a status ends it as failed", async () => {
  expect((await run({ runId: "run-1" })).status).toBe("FAILED");
});

test("a slice that dies is tried again, and told how often it was; the next one begins anew", async () => {
  const dead = { throws: "Runtime.ExitError" };
  await run({ status: "running" }, dead, { throws: "Throttled" }, { status: "running" }, dead, { status: "succeeded" });
  expect(retries()).toEqual([0, 0, 1, 2, 0, 1]);
});

test.each(["Sandbox.Timedout", "Runtime.OutOfMemory", "Throttled"])("after five retries %s ends it", async (throws) => {
  const { status, error, cause } = await run({ throws });
  expect([status, error]).toEqual(["FAILED", throws]);
  expect(JSON.parse(cause!)).toMatchObject({ errorMessage: "it died" });
  expect(retries()).toEqual([0, 1, 2, 3, 4, 5]);
});

test.each<[Fault["kind"], number, string]>([
  ["throttle", 4, "SUCCEEDED"],
  ["throttle", 5, "FAILED"],
  ["internalError", 4, "SUCCEEDED"],
  ["dropAfter", 1, "SUCCEEDED"],
])("of Lambda's own faults (%s), %i in a row: %s", async (kind, times, status) => {
  localAws.inject([{ operation: "lambda:*", kind, times }]);
  expect((await run({ status: "succeeded" })).status).toBe(status);
});

test("a slice that does not end is given up, and tried again", async () => {
  slices = [() => new Promise<object>(() => {}), { status: "succeeded" }];
  // A clock on which a slice's time is over long before the day is.
  const slower = new Executions(new Clock(1000), lambda.invoke);
  const { status } = await slower.ended(slower.start(machine).executionArn);
  expect([status, retries()]).toEqual(["SUCCEEDED", [0, 1]]);
});

test("an answer that is too long is not tried again", async () => {
  const { status, error } = await run({ status: "succeeded", rows: "x".repeat(262_144) });
  expect([status, error, events.length]).toEqual(["FAILED", "States.DataLimitExceeded", 1]);
});

test("a run that goes on for a day is ended", async () => {
  const again = () => new Promise<object>((resolve) => setTimeout(resolve, 10, { status: "running" }));
  expect((await run(again)).status).toBe("TIMED_OUT");
});

describe("as AWS documents it,", () => {
  let release: (answer: object) => void;
  const held = () =>
    new Promise<object>((resolve) => {
      release = resolve;
    });

  test("the same name and input are the same execution while it runs, and no other", async () => {
    slices = [held];
    const { executionArn, startDate } = await start("run-1", '{"note":"a"}');
    await expect(start("run-1", '{"note":"a"}')).resolves.toMatchObject({ executionArn, startDate });
    await expect(start("run-1", '{"note":"b"}')).rejects.toMatchObject({ name: "ExecutionAlreadyExists" });
    expect(executionArn).toBe("arn:aws:states:eu-west-1:111122223333:execution:credential-report-runs:run-1");
    release({ status: "succeeded" });
    await executions.ended(executionArn!);
    await expect(start("run-1", '{"note":"a"}')).rejects.toMatchObject({ name: "ExecutionAlreadyExists" });
    expect(events).toHaveLength(1);
  });

  test.each(["a b", "a/b", "a.b", "", "x".repeat(81), "ü"])("an execution is not named %j", async (name) => {
    await expect(start(name)).rejects.toMatchObject({ name: "InvalidName" });
  });

  test("an execution without a name gets one, and without input an empty one", async () => {
    const { executionArn } = await start();
    const { name, input } = await described(executionArn!);
    expect([name!.length, input]).toEqual([36, "{}"]);
  });

  test("input is JSON of at most 256 KiB; what is not there is said", async () => {
    await expect(start("run-1", '{"note":"')).rejects.toMatchObject({ name: "InvalidExecutionInput" });
    await expect(start("run-1", JSON.stringify("x".repeat(262_144)))).rejects.toMatchObject({
      name: "InvalidExecutionInput",
    });
    await expect(start("run-1", "{}", `${stateMachineArn}2`)).rejects.toMatchObject({
      name: "StateMachineDoesNotExist",
    });
    await expect(described(`${stateMachineArn}:run-2`)).rejects.toMatchObject({ name: "ExecutionDoesNotExist" });
  });

  test("a stopped execution runs no further slice, and a redriven one goes on with the same id and input", async () => {
    slices = [{ status: "running" }, held, { status: "succeeded" }];
    const { executionArn } = await start("run-1", '{"note":"a"}');
    while (events.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await client.send(new StopExecutionCommand({ executionArn, cause: "enough" }));
    expect(await described(executionArn!)).toMatchObject({ status: "ABORTED", cause: "enough" });
    release({ throws: "Runtime.ExitError" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(events).toHaveLength(2);

    await client.send(new RedriveExecutionCommand({ executionArn }));
    await executions.ended(executionArn!);
    expect(await described(executionArn!)).toMatchObject({ status: "SUCCEEDED", redriveCount: 1 });
    expect(events[2]).toEqual({ runId: "run-1", retries: 0, request: { note: "a" } });
    await expect(client.send(new RedriveExecutionCommand({ executionArn }))).rejects.toMatchObject({
      name: "ExecutionNotRedrivable",
    });
  });
});
