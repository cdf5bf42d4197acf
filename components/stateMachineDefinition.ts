import { REPORT_PREFIX } from "../handlers/bucket/bucket";
import type { SliceAnswer } from "../handlers/slice";
import { longestRunSeconds, sliceRetries, sliceSeconds } from "./limits";

export interface StateMachineDefinitionArgs {
  readonly partition: string;
  readonly functionArn: string;
  readonly bucketName: string;
}

/** What Lambda itself may fail with, before a slice has begun or when its answer is lost. */
const faultsOfLambda = [
  "Lambda.ClientExecutionTimeoutException",
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
  "Lambda.TooManyRequestsException",
];

/** The answers with which a run, a watch or a harvest has ended well. */
const endings: readonly SliceAnswer["status"][] = ["succeeded", "degraded", "repeated", "watched", "harvested"];

/**
 * The state machine in Amazon States Language: runs a slice, and again until its answer is not `running` (docs/adr/0012-slices.md). The
 * run's id is the execution's name.
 */
export function stateMachineDefinition({ partition, functionArn, bucketName }: StateMachineDefinitionArgs) {
  return {
    Comment: "A credential report, slice by slice. The execution's name is the run's id.",
    StartAt: "RunSlice",
    TimeoutSeconds: longestRunSeconds,
    States: {
      RunSlice: {
        Type: "Task",
        Comment: "Reads for as long as Lambda lets it, keeps what it has read, and says whether there is more to do.",
        Resource: `arn:${partition}:states:::lambda:invoke`,
        Parameters: {
          FunctionName: functionArn,
          Payload: {
            "runId.$": "$$.Execution.Name",
            "retries.$": "$$.State.RetryCount",
            "request.$": "$$.Execution.Input",
          },
        },
        // What the slice answered alone: with all that Lambda says, each slice's input would be longer than the one's before.
        OutputPath: "$.Payload",
        TimeoutSeconds: sliceSeconds,
        Retry: [
          // At most four: the function counts these tries, too, and gives up at its fifth.
          { ErrorEquals: faultsOfLambda, IntervalSeconds: 5, BackoffRate: 3, MaxAttempts: sliceRetries - 1 },
          // A slice that died or threw: from what it has kept.
          { ErrorEquals: ["States.ALL"], IntervalSeconds: 30, BackoffRate: 2, MaxAttempts: sliceRetries },
        ],
        Next: "IsFinished",
      },
      IsFinished: {
        Type: "Choice",
        Choices: [
          { Variable: "$.status", StringEquals: "running", Next: "RunSlice" },
          { Variable: "$.status", StringEquals: "failed", Next: "RunFailed" },
          { Or: endings.map((StringEquals) => ({ Variable: "$.status", StringEquals })), Next: "RunEnded" },
        ],
        Default: "AnswerNotUnderstood",
      },
      RunFailed: {
        Type: "Fail",
        Comment: "The run has failed for good. To try again, start another.",
        ErrorPath: "$.error",
        Cause: `Why: s3://${bucketName}/${REPORT_PREFIX}status/, in the folder of the execution's name`,
      },
      AnswerNotUnderstood: {
        Type: "Fail",
        Error: "AnswerNotUnderstood",
        Cause: "The function's answer has a status that this state machine does not know. Deploy both together.",
      },
      RunEnded: { Type: "Succeed" },
    },
  };
}
