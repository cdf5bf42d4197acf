import { REPORT_PREFIX } from "../handlers/bucket/bucket";
import { eventAgeSeconds, runSeconds } from "./limits";

export interface RunbookDocumentArgs {
  /** Tells stacks of one account apart. By it, a stack knows its own runbook. */
  readonly reportName: string;
  readonly functionName: string;
  readonly bucketName: string;
  readonly roleArn: string;
  readonly logGroupName: string;
}

/** Automation's own id of the execution: unique, so it is the run's id too. */
const executionId = "{{automation:EXECUTION_ID}}";

/** Until a run has left its result: its event may wait, it may take as long as Lambda lets it, and a margin. */
export const waitSeconds = eventAgeSeconds + runSeconds + 300;

/**
 * The Automation runbook (schema 0.3): starts a run, waits for its result, fails if the run failed. The function is started
 * asynchronously, since `aws:invokeLambdaFunction` waits for at most five minutes.
 */
export function runbookDocument(args: RunbookDocumentArgs) {
  const resultPrefix = `${REPORT_PREFIX}status/${executionId}/`;
  const resultObject = { Service: "s3", Api: "HeadObject", Bucket: args.bucketName, Key: "{{findResult.Key}}" };
  return {
    schemaVersion: "0.3",
    description: description(args),
    assumeRole: "{{AutomationAssumeRole}}",
    parameters: {
      AutomationAssumeRole: {
        type: "String",
        description: "The role that the runbook works with. Leave it as it is; you need iam:PassRole on it.",
        default: args.roleArn,
      },
      LookbackDays: {
        type: "String",
        description: "How many days back a login counts in this report, 1 to 3653. Empty: as the stack is configured.",
        default: "",
        allowedPattern: "^([1-9][0-9]{0,3})?$",
      },
      Note: {
        type: "String",
        description: "Why this report is made, for instance a ticket; kept in its manifest. At most 200 characters.",
        default: "",
        allowedPattern: '^[^"\\\\{}]{0,200}$',
      },
    },
    mainSteps: [
      {
        name: "startRun",
        description: "Starts the function and does not wait for it.",
        action: "aws:invokeLambdaFunction",
        inputs: {
          FunctionName: args.functionName,
          InvocationType: "Event",
          InputPayload: {
            lookbackDays: "{{LookbackDays}}",
            note: "{{Note}}",
            runId: executionId,
            trigger: "automation",
          },
        },
        nextStep: "waitForResult",
      },
      {
        name: "waitForResult",
        description: `Waits until the run has left its result. If this times out, the run died: read the logs in ${args.logGroupName}.`,
        action: "aws:waitForAwsResourceProperty",
        timeoutSeconds: waitSeconds,
        onFailure: "Abort",
        inputs: {
          Service: "s3",
          Api: "ListObjectsV2",
          Bucket: args.bucketName,
          Prefix: resultPrefix,
          // A text, as Automation compares texts: a number such as $.KeyCount never equals one.
          PropertySelector: "$.Contents[0].StorageClass",
          DesiredValues: ["STANDARD"],
        },
        nextStep: "findResult",
      },
      {
        name: "findResult",
        description: "Finds the result: an object named succeeded or failed.",
        action: "aws:executeAwsApi",
        inputs: { Service: "s3", Api: "ListObjectsV2", Bucket: args.bucketName, Prefix: resultPrefix },
        outputs: [{ Name: "Key", Selector: "$.Contents[0].Key", Type: "String" }],
        nextStep: "hasFailed",
      },
      {
        name: "hasFailed",
        description: "Goes on by the result's name.",
        action: "aws:branch",
        inputs: {
          Choices: [{ NextStep: "readFailure", Variable: "{{findResult.Key}}", EndsWith: "/failed" }],
          Default: "readReport",
        },
      },
      {
        name: "readReport",
        description: "Reads where the report is and how many rows it has.",
        action: "aws:executeAwsApi",
        inputs: resultObject,
        outputs: [
          { Name: "RunId", Selector: "$.Metadata.runid", Type: "String" },
          { Name: "Status", Selector: "$.Metadata.status", Type: "String" },
          { Name: "ReportKey", Selector: "$.Metadata.reportkey", Type: "String" },
          { Name: "Rows", Selector: "$.Metadata.rows", Type: "String" },
          { Name: "ManifestSha256", Selector: "$.Metadata.manifestsha256", Type: "String" },
        ],
        isEnd: true,
      },
      {
        name: "readFailure",
        description: "Reads why the run failed.",
        action: "aws:executeAwsApi",
        inputs: resultObject,
        outputs: [{ Name: "Message", Selector: "$.Metadata.message", Type: "String" }],
        nextStep: "failBecauseRunFailed",
      },
      {
        name: "failBecauseRunFailed",
        description: "Fails the runbook, since the run failed. The reason is the output of readFailure.",
        action: "aws:assertAwsResourceProperty",
        inputs: { ...resultObject, PropertySelector: "$.Metadata.status", DesiredValues: ["succeeded"] },
        isEnd: true,
      },
    ],
    outputs: [
      "readReport.RunId",
      "readReport.Status",
      "readReport.ReportKey",
      "readReport.Rows",
      "readReport.ManifestSha256",
      "readFailure.Message",
    ],
  };
}

/**
 * Whether a document's text is the runbook of this report. Those of version 0.1 do not name theirs: there the function tells the
 * component, and that must do.
 */
export function isRunbookOf(content: string, componentName: string, reportName: string): boolean {
  if (content.includes(nameLine)) return content.includes(`${nameLine} \`${reportName}\`.`);
  return content.includes(`"${componentName}-function-`);
}

const nameLine = "The runbook of the report";

function description({ bucketName, logGroupName, reportName }: RunbookDocumentArgs): string {
  return `# Credential report

${nameLine} \`${reportName}\`.

Writes the report of who can enter which AWS account with which permission set through IAM Identity Center, and when they last did. It
reads; it changes nothing in Identity Center. It takes up to 15 minutes.

**When it succeeds**, the outputs name the report's key in the bucket \`${bucketName}\`, its rows and its status. \`degraded\` means that
the report is there but not all could be observed: cells say \`UNKNOWN\`, and the manifest beside the report says why.

**When it fails** at \`failBecauseRunFailed\`, the output of \`readFailure\` says why and what to do. When \`waitForResult\` times out, the
run died without a word: read the logs in \`${logGroupName}\`, searching for the execution id.

It is safe to start it again: each execution writes a report of its own and overwrites none.`;
}
