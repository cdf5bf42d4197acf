import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsAccount } from "./awsAccount";
import { type PolicyDocument, policyDocument, serviceTrust } from "./policy";
import type { ReportBucket } from "./reportBucket";
import { logRetentionDays, type ReportFunction } from "./reportFunction";
import { stateMachineDefinition } from "./stateMachineDefinition";

export interface StateMachineArgs {
  readonly account: pulumi.Output<AwsAccount>;
  readonly report: ReportFunction;
  readonly bucket: ReportBucket;
  /** "" leaves the encryption of the log to CloudWatch. */
  readonly kmsKeyArn: pulumi.Input<string>;
}

/** The state machine that runs the function slice by slice, its role, and its log. Nothing else invokes the function. */
export function stateMachine(name: string, args: StateMachineArgs, parent: pulumi.Resource): aws.sfn.StateMachine {
  const { account, report, bucket } = args;
  const logGroup = new aws.cloudwatch.LogGroup(
    `${name}-runs-logs`,
    {
      // Of every log group with another name, CloudWatch Logs writes a line into the one resource policy that all of them share, until it is full.
      namePrefix: `/aws/vendedlogs/states/${name}-runs-`,
      retentionInDays: logRetentionDays,
      kmsKeyId: pulumi.output(args.kmsKeyArn).apply((arn) => arn || undefined),
    },
    { parent },
  );
  const role = new aws.iam.Role(
    `${name}-runs-role`,
    {
      description: "Lets the credential report's state machine run the function.",
      assumeRolePolicy: account.apply(({ partition, region, accountId }) => {
        const machines = `arn:${partition}:states:${region}:${accountId}:stateMachine:*`;
        return JSON.stringify(serviceTrust("states.amazonaws.com", { accountId, arn: machines }));
      }),
    },
    { parent },
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-runs-policy`,
    { role: role.id, policy: report.function.arn.apply((arn) => JSON.stringify(stateMachinePolicy(arn))) },
    { parent: role },
  );
  const definition = pulumi
    .output({ account, functionArn: report.function.arn, bucketName: bucket.name })
    .apply(({ account: { partition }, ...known }) =>
      JSON.stringify(stateMachineDefinition({ partition, ...known }), null, 2),
    );
  return new aws.sfn.StateMachine(
    `${name}-runs`,
    {
      definition,
      roleArn: role.arn,
      // Its input and output hold ids and counts, and a note: they stay with Step Functions' own key, and out of the log.
      loggingConfiguration: {
        level: "ERROR",
        includeExecutionData: false,
        logDestination: pulumi.interpolate`${logGroup.arn}:*`,
      },
    },
    // Step Functions tries the role's rights on the log when the state machine is created.
    { parent, dependsOn: [policy] },
  );
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html: of these actions on logs, CloudWatch takes no narrower resource. */
export function stateMachinePolicy(functionArn: string): PolicyDocument {
  return policyDocument(
    { Sid: "RunSlices", Effect: "Allow", Action: "lambda:InvokeFunction", Resource: functionArn },
    {
      Sid: "DeliverLogs",
      Effect: "Allow",
      Action: [
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
      ],
      Resource: "*",
    },
  );
}
