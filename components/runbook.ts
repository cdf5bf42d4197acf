import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { REPORT_PREFIX } from "../handlers/bucket/bucket";
import type { AwsAccount } from "./awsAccount";
import { type PolicyDocument, policyDocument, serviceTrust } from "./policy";
import type { ReportBucket } from "./reportBucket";
import type { ReportFunction } from "./reportFunction";
import { runbookDocument } from "./runbookDocument";

export interface RunbookArgs {
  readonly account: pulumi.Output<AwsAccount>;
  readonly documentName: pulumi.Input<string>;
  readonly reportName: string;
  readonly report: ReportFunction;
  readonly stateMachine: aws.sfn.StateMachine;
  readonly bucket: ReportBucket;
}

/** The Automation document that starts a report on demand, and its role. */
export function runbook(name: string, args: RunbookArgs, parent: pulumi.Resource): aws.ssm.Document {
  const { role, policy } = runbookRole(name, args, parent);
  const content = pulumi
    .output({
      reportName: args.reportName,
      stateMachineArn: args.stateMachine.arn,
      bucketName: args.bucket.name,
      roleArn: role.arn,
      logGroupName: args.report.logGroup.name,
    })
    .apply((known) => JSON.stringify(runbookDocument(known), null, 2));
  return new aws.ssm.Document(
    `${name}-runbook`,
    { name: args.documentName, documentType: "Automation", documentFormat: "JSON", content },
    { parent, dependsOn: [policy] },
  );
}

function runbookRole(name: string, args: RunbookArgs, parent: pulumi.Resource) {
  const role = new aws.iam.Role(
    `${name}-runbook-role`,
    {
      description: "Lets the credential report's runbook start a run and read its result.",
      assumeRolePolicy: args.account.apply(({ partition, region, accountId }) => {
        const executions = `arn:${partition}:ssm:${region}:${accountId}:automation-execution/*`;
        return JSON.stringify(serviceTrust("ssm.amazonaws.com", { accountId, arn: executions }));
      }),
    },
    { parent },
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-runbook-policy`,
    {
      role: role.id,
      policy: pulumi
        .output({ stateMachineArn: args.stateMachine.arn, bucketArn: args.bucket.arn })
        .apply((arns) => JSON.stringify(runbookPolicy(arns))),
    },
    { parent: role },
  );
  return { role, policy };
}

export interface RunbookPolicyArgs {
  readonly stateMachineArn: string;
  readonly bucketArn: string;
}

export function runbookPolicy({ stateMachineArn, bucketArn }: RunbookPolicyArgs): PolicyDocument {
  return policyDocument(
    { Sid: "StartRun", Effect: "Allow", Action: "states:StartExecution", Resource: stateMachineArn },
    { Sid: "SeeItsEnd", Effect: "Allow", Action: "states:DescribeExecution", Resource: executionsOf(stateMachineArn) },
    // Their metadata too: HeadObject is s3:GetObject.
    { Sid: "ReadResult", Effect: "Allow", Action: "s3:GetObject", Resource: `${bucketArn}/${REPORT_PREFIX}status/*` },
  );
}

function executionsOf(stateMachineArn: string): string {
  return `${stateMachineArn.replace(":stateMachine:", ":execution:")}:*`;
}
