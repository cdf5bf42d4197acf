import { REPORT_PREFIX } from "../handlers/bucket/bucket";
import { longestRunSeconds } from "./limits";

export interface RunbookDocumentArgs {
  /** Tells stacks of one account apart. By it, a stack knows its own runbook. */
  readonly reportName: string;
  readonly stateMachineArn: string;
  readonly bucketName: string;
  readonly roleArn: string;
  readonly logGroupName: string;
}

/** Automation's own id of the execution: unique, so it is the run's id and its execution's name, too. A repeated start is the same run. */
const executionId = "{{automation:EXECUTION_ID}}";

/** Until Step Functions has ended an execution for its time, and a margin. Beyond 12 hours an automation must have a role, as this one has. */
export const waitSeconds = longestRunSeconds + 15 * 60;

/** What would break the text of JSON that the note is put into, or be taken for one of Automation's own variables. */
const notInNote = '"\\\\{}\\x00-\\x1f\\x7f-\\x9f';

/** The Automation runbook (schema 0.3): starts a run, waits for its end, and ends as it did. */
export function runbookDocument(args: RunbookDocumentArgs) {
  const execution = { Service: "stepfunctions", Api: "DescribeExecution", executionArn: "{{startRun.ExecutionArn}}" };
  const resultObject = (name: "succeeded" | "failed") => ({
    ...{ Service: "s3", Api: "HeadObject", Bucket: args.bucketName },
    Key: `${REPORT_PREFIX}status/${executionId}/${name}`,
  });
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
        allowedPattern: `^[^${notInNote}]{0,200}$`,
      },
    },
    mainSteps: [
      {
        name: "startRun",
        description: "Starts an execution of the state machine, named by the id of this one.",
        action: "aws:executeAwsApi",
        inputs: {
          ...{ Service: "stepfunctions", Api: "StartExecution", stateMachineArn: args.stateMachineArn },
          name: executionId,
          // A text: what is put in must not break it, as the parameters' patterns see to.
          input: JSON.stringify({ trigger: "automation", lookbackDays: "{{LookbackDays}}", note: "{{Note}}" }),
        },
        outputs: [{ Name: "ExecutionArn", Selector: "$.executionArn", Type: "String" }],
        nextStep: "waitForEnd",
      },
      {
        name: "waitForEnd",
        description:
          "Waits until the run has ended: minutes, in a large organization hours, and never more than a day.",
        action: "aws:waitForAwsResourceProperty",
        timeoutSeconds: waitSeconds,
        onFailure: "Abort",
        inputs: {
          ...execution,
          PropertySelector: "$.status",
          DesiredValues: ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
        },
        nextStep: "readEnd",
      },
      {
        name: "readEnd",
        description: "Reads how the run ended.",
        action: "aws:executeAwsApi",
        inputs: execution,
        outputs: [{ Name: "Status", Selector: "$.status", Type: "String" }],
        nextStep: "hasSucceeded",
      },
      {
        name: "hasSucceeded",
        description: "Goes on by how the run ended. One that was stopped or took more than a day has left no result.",
        action: "aws:branch",
        inputs: {
          Choices: [
            { NextStep: "readReport", Variable: "{{readEnd.Status}}", StringEquals: "SUCCEEDED" },
            { NextStep: "readFailure", Variable: "{{readEnd.Status}}", StringEquals: "FAILED" },
          ],
          Default: "failAsRunFailed",
        },
      },
      {
        name: "readReport",
        description: "Reads where the report is and how many rows it has.",
        action: "aws:executeAwsApi",
        inputs: resultObject("succeeded"),
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
        description: "Reads why the run failed. One whose slices all died has left no result.",
        action: "aws:executeAwsApi",
        onFailure: "Continue",
        inputs: resultObject("failed"),
        outputs: [{ Name: "Message", Selector: "$.Metadata.message", Type: "String" }],
        nextStep: "failAsRunFailed",
      },
      {
        name: "failAsRunFailed",
        description:
          "Fails the runbook, since the run did not succeed. The reason is the output of readFailure; where there is none, readEnd " +
          "says whether the run was ABORTED (somebody stopped it), TIMED_OUT (after a day) or FAILED (its slices died).",
        action: "aws:assertAwsResourceProperty",
        inputs: { ...execution, PropertySelector: "$.status", DesiredValues: ["SUCCEEDED"] },
        isEnd: true,
      },
    ],
    outputs: [
      "startRun.ExecutionArn",
      "readEnd.Status",
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
reads; it changes nothing in Identity Center. It takes minutes, in a large organization hours: the graph of the execution that the output
of \`startRun\` names shows where it stands.

**When it succeeds**, the outputs name the report's key in the bucket \`${bucketName}\`, its rows and its status. \`degraded\` means that
the report is there but not all could be observed: cells say \`UNKNOWN\`, and the manifest beside the report says why.

**When it fails** at \`failAsRunFailed\`, the output of \`readFailure\` says why and what to do. Without one, the output of \`readEnd\` says
how the run ended: \`ABORTED\`, somebody stopped it; \`TIMED_OUT\`, it took more than a day; \`FAILED\`, it died without a word: read the logs
in \`${logGroupName}\`, searching for the execution id.

To stop this runbook does not stop the run; stop its execution. It is safe to start it again: each execution writes a report of its own
and overwrites none.`;
}
