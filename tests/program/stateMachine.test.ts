import validate from "asl-validator";
import { sliceRetries } from "../../components/limits";
import { stateMachineDefinition } from "../../components/stateMachineDefinition";
import { Clock } from "../../local/deployment/clock";
import { interpret } from "../../local/deployment/statesInterpreter";

// Of ARNs in others, the validator knows nothing.
const partitions = [
  { partition: "aws", checkArn: true },
  { partition: "aws-us-gov", checkArn: true },
  { partition: "aws-cn", checkArn: true },
  { partition: "aws-eusc", checkArn: false },
];

function definitionIn(partition: string) {
  const functionArn = `arn:${partition}:lambda:eu-west-1:111122223333:function:credential-report-function-1a2b3c4`;
  return stateMachineDefinition({ partition, functionArn, bucketName: "reports" });
}

const { States, TimeoutSeconds } = definitionIn("aws");
const { RunSlice } = States;

// Shows that the definition is of the language's form, not that AWS runs it.
test.each(partitions)("is valid Amazon States Language in $partition", ({ partition, checkArn }) => {
  const definition = definitionIn(partition);
  expect(validate(JSON.parse(JSON.stringify(definition)), { checkPaths: true, checkArn }).errors).toEqual([]);
  expect(definition.States.RunSlice.Resource).toBe(`arn:${partition}:states:::lambda:invoke`);
});

test("the validator refuses a wrong one", () => {
  const wrong = { ...definitionIn("aws"), StartAt: "Elsewhere" };
  expect(validate(JSON.parse(JSON.stringify(wrong)), { checkPaths: true, checkArn: true }).isValid).toBe(false);
});

test("a slice is told who it is, how often it was tried, and what was asked for; its answer alone goes on", () => {
  expect(RunSlice.Parameters.Payload).toEqual({
    "runId.$": "$$.Execution.Name",
    "retries.$": "$$.State.RetryCount",
    "request.$": "$$.Execution.Input",
  });
  expect(RunSlice.OutputPath).toBe("$.Payload");
});

test("a slice is waited for longer than Lambda lets it take, and the whole for a day", () => {
  expect(RunSlice.TimeoutSeconds).toBeGreaterThan(900);
  expect(RunSlice.TimeoutSeconds).toBeLessThanOrEqual(960);
  expect(TimeoutSeconds).toBe(86_400);
});

test("Lambda's own faults are tried again first, then whatever a slice died of, alone and last, five times", () => {
  const [faults, everything, ...others] = RunSlice.Retry;
  expect(others).toEqual([]);
  expect(faults!.ErrorEquals).toEqual([
    ...["Lambda.ClientExecutionTimeoutException", "Lambda.ServiceException", "Lambda.AWSLambdaException"],
    ...["Lambda.SdkClientException", "Lambda.TooManyRequestsException"],
  ]);
  expect(everything).toMatchObject({ ErrorEquals: ["States.ALL"], MaxAttempts: 5 });
  // Else a slice that was throttled before it began would begin as if it had failed five times.
  expect(faults!.MaxAttempts).toBeLessThan(sliceRetries);
  for (const { BackoffRate } of RunSlice.Retry) expect(BackoffRate).toBeGreaterThan(1);
});

test.each([
  ["succeeded", "SUCCEEDED", undefined],
  ["degraded", "SUCCEEDED", undefined],
  ["repeated", "SUCCEEDED", undefined],
  ["watched", "SUCCEEDED", undefined],
  ["failed", "FAILED", "AccessDenied"],
  ["done", "FAILED", "AnswerNotUnderstood"],
  [undefined, "FAILED", "States.Runtime"],
])("a slice that answers %s ends the execution as %s", async (status, expected, error) => {
  const answers = [{ status: "running" }, { status, error: "AccessDenied" }];
  let slices = 0;
  const clock = new Clock(1_000);
  const { ended } = interpret({
    definition: JSON.stringify(definitionIn("aws")),
    input: {},
    context: { Execution: { Name: "run" } } as never,
    task: async () => ({ Payload: answers[slices++] }),
    clock,
  });
  expect(await ended).toMatchObject({ status: expected, ...(error && { error }) });
  expect(slices).toBe(2);
  clock.stop();
});
