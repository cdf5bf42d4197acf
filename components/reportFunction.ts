import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { pageAssets } from "../handlers/files/files";
import { createReportHandler } from "../handlers/report";
import { type RunSettingKey, runSettings, runSettingsOf, type SettingValues } from "../handlers/settings";
import type { SliceAnswer, SliceEvent } from "../handlers/slice";
import { dependencies } from "../package.json";
import type { AwsAccount } from "./awsAccount";
import { deadLetterQueue } from "./deadLetterQueue";
import { eventDataStoreArn, functionPolicy } from "./functionPolicy";
import type { IdentityCenter } from "./identityCenter";
import type { FunctionKeyRights } from "./keyRights";
import { eventAgeSeconds, memoryMiB, runSeconds } from "./limits";
import type { ReportBucket } from "./reportBucket";

/** As long as reports are kept by default, so that a report and its log are found together. */
const logRetentionDays = 400;

/** The packages that the handler loads. What they need is in the archive too, and nothing else is. */
export const functionPackages: readonly string[] = [
  "@aws-sdk/client-cloudtrail",
  "@aws-sdk/client-identitystore",
  "@aws-sdk/client-organizations",
  "@aws-sdk/client-s3",
  "@aws-sdk/client-sns",
  "@aws-sdk/client-sso-admin",
  "@json2csv/plainjs",
  "re2js",
];

type RunInputs = { readonly [Key in RunSettingKey]: pulumi.Input<SettingValues[Key]> };

export interface ReportFunctionArgs extends RunInputs {
  readonly account: pulumi.Output<AwsAccount>;
  readonly identityCenter: pulumi.Output<IdentityCenter>;
  readonly bucket: ReportBucket;
  /** The topic that the function tells of failed and degraded runs; undefined where nobody is to be told. */
  readonly topicArn: pulumi.Input<string> | undefined;
  /** Tell it of every published report, too. */
  readonly notifyOnSuccess: boolean;
  /** "" leaves the encryption to the services. */
  readonly kmsKeyArn: pulumi.Input<string>;
  readonly keyRights: FunctionKeyRights;
  /** The customer managed keys of what is read; "" where there is none. */
  readonly lakeKmsKeyArn: pulumi.Input<string>;
  readonly identityCenterKmsKeyArn: pulumi.Input<string>;
  /** The value of the metrics' dimension `Report`. */
  readonly reportName: string;
}

export interface ReportFunction {
  readonly function: aws.lambda.CallbackFunction<SliceEvent | undefined, SliceAnswer>;
  readonly invocation: aws.lambda.FunctionEventInvokeConfig;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly deadLetters: aws.sqs.Queue;
}

/** The function, what its role may do, its log group and the queue for events that it did not finish. */
export function reportFunction(name: string, args: ReportFunctionArgs, parent: pulumi.Resource): ReportFunction {
  const logGroup = new aws.cloudwatch.LogGroup(
    `${name}-logs`,
    { retentionInDays: logRetentionDays, kmsKeyId: pulumi.output(args.kmsKeyArn).apply((arn) => arn || undefined) },
    { parent },
  );
  const deadLetters = deadLetterQueue(`${name}-function-dead-letters`, args.kmsKeyArn, {
    parent,
    dependsOn: [...args.keyRights.policies],
  });
  const { role } = args.keyRights;
  const policy = rolePolicy(name, args, logGroup, deadLetters);

  // The handler is serialised with what they are now.
  pageAssets();

  const reportFunction = new aws.lambda.CallbackFunction<SliceEvent | undefined, SliceAnswer>(
    `${name}-function`,
    {
      description:
        "Writes the report of who can enter which AWS account through IAM Identity Center, and when they last did.",
      callbackFactory: createReportHandler,
      role,
      runtime: "nodejs24.x",
      // Not arm64, which some Regions lack: this one is Identity Center's, not the user's to choose.
      architectures: ["x86_64"],
      timeout: runSeconds,
      memorySize: memoryMiB,
      // CallbackFunction writes into this object: a fresh one for each function.
      codePathOptions: { extraExcludePackages: packagesOfOthers() },
      environment: { variables: environment(args) },
      // The handler writes JSON lines itself; the format "JSON" would wrap them once more.
      loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
      deadLetterConfig: { targetArn: deadLetters.arn },
    },
    // Lambda tries the role's rights on the queue when the function is created.
    { parent, dependsOn: [policy, ...args.keyRights.policies] },
  );
  const invocation = new aws.lambda.FunctionEventInvokeConfig(
    `${name}-function-invocation`,
    {
      functionName: reportFunction.name,
      // A run retries its own calls. What fails after that fails again, and people are told sooner.
      maximumRetryAttempts: 0,
      maximumEventAgeInSeconds: eventAgeSeconds,
    },
    { parent: reportFunction },
  );
  return { function: reportFunction, invocation, logGroup, deadLetters };
}

/** Pulumi packs all dependencies; deploying, the terminal and `verify` have theirs among them. What is left out here is left out below others, too. */
function packagesOfOthers(): string[] {
  const ofEveryClient = /^@aws-sdk\/credential-provider-/;
  return Object.keys(dependencies).filter((name) => !functionPackages.includes(name) && !ofEveryClient.test(name));
}

function rolePolicy(
  name: string,
  args: ReportFunctionArgs,
  logGroup: aws.cloudwatch.LogGroup,
  deadLetters: aws.sqs.Queue,
): aws.iam.RolePolicy {
  const { role } = args.keyRights;
  const document = pulumi
    .output({
      account: args.account,
      identityCenter: args.identityCenter,
      lakeId: args.lakeId,
      bucketArn: args.bucket.arn,
      logGroupArn: logGroup.arn,
      deadLetterQueueArn: deadLetters.arn,
      topicArn: args.topicArn ?? "",
      lakeKmsKeyArn: args.lakeKmsKeyArn,
      identityCenterKmsKeyArn: args.identityCenterKmsKeyArn,
    })
    .apply(({ lakeId, ...known }) =>
      functionPolicy({
        ...known,
        eventDataStoreArn: eventDataStoreArn(lakeId, known.account, known.identityCenter.ownerAccountId),
      }),
    );
  return new aws.iam.RolePolicy(
    `${name}-function-policy`,
    { role: role.id, policy: document.apply((value) => JSON.stringify(value)) },
    { parent: role },
  );
}

/** The settings reach the handler as environment, so that changing one changes no code. */
function environment(args: ReportFunctionArgs): Record<string, pulumi.Input<string>> {
  const given = Object.keys(runSettings).map((key) => [key, args[key as RunSettingKey]]);
  return {
    REPORT_SETTINGS: pulumi
      .all([pulumi.output(Object.fromEntries(given)), args.identityCenter])
      .apply(([values, { instanceArn, identityStoreId }]) =>
        JSON.stringify(runSettingsOf({ ...values, instanceArn, identityStoreId })),
      ),
    BUCKET_NAME: args.bucket.name,
    REPORT_NAME: args.reportName,
    TOPIC_ARN: args.topicArn ?? "",
    NOTIFY_ON_SUCCESS: String(args.notifyOnSuccess),
  };
}
