import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { pageAssets, workerText } from "../handlers/files/files";
import { createReportHandler } from "../handlers/report";
import { type RunSettingKey, runSettings, runSettingsOf } from "../handlers/settings";
import type { SliceAnswer, SliceEvent } from "../handlers/slice";
import { name as packageName } from "../package.json";
import { installationProblem, packagesLeftOut } from "./archivePackages";
import type { AwsAccount } from "./awsAccount";
import { eventDataStoreArn, functionPolicy } from "./functionPolicy";
import type { IdentityCenter } from "./identityCenter";
import type { FunctionKeyRights } from "./keyRights";
import { functionSeconds } from "./limits";
import { runError } from "./refusal";
import type { ReportBucket } from "./reportBucket";
import type { SettingValues } from "./settings";

/** As long as reports are kept by default, so that a report and its log are found together. */
export const logRetentionDays = 400;

/** The packages that the handler loads. What they need is in the archive too, and nothing else is. */
export const functionPackages: readonly string[] = [
  "@aws-sdk/client-athena",
  "@aws-sdk/client-cloudtrail",
  "@aws-sdk/client-identitystore",
  "@aws-sdk/client-organizations",
  "@aws-sdk/client-s3",
  "@aws-sdk/client-sns",
  "@aws-sdk/client-sso-admin",
  "@aws-sdk/client-sts",
  "@json2csv/plainjs",
  "@smithy/signature-v4",
  "re2js",
];

type RunInputs = { readonly [Key in RunSettingKey]: pulumi.Input<SettingValues[Key]> };

export interface ReportFunctionArgs extends RunInputs {
  readonly account: pulumi.Output<AwsAccount>;
  readonly identityCenter: pulumi.Output<IdentityCenter>;
  readonly bucket: ReportBucket;
  /** The topic that the function tells of failed and degraded runs; undefined where nobody is to be told. */
  readonly topicArn: pulumi.Input<string> | undefined;
  /** MiB. */
  readonly memorySize: pulumi.Input<number>;
  /** Whether the bucket was created with Object Lock: what is no evidence is then written with a lock of its own. */
  readonly reportsLocked: boolean;
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
  readonly logGroup: aws.cloudwatch.LogGroup;
}

/** The function, what its role may do, and its log group. Throws where the package is installed so that the function could not start. */
export function reportFunction(name: string, args: ReportFunctionArgs, parent: pulumi.Resource): ReportFunction {
  const problem = installationProblem(process.cwd(), packageName);
  if (problem !== undefined) throw runError("The function could not start", [problem]);
  const logGroup = new aws.cloudwatch.LogGroup(
    `${name}-logs`,
    { retentionInDays: logRetentionDays, kmsKeyId: pulumi.output(args.kmsKeyArn).apply((arn) => arn || undefined) },
    { parent },
  );
  const { role } = args.keyRights;
  const policy = rolePolicy(name, args, logGroup);

  // The handler is serialized with what they are now.
  pageAssets();
  workerText();

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
      timeout: functionSeconds,
      memorySize: args.memorySize,
      // CallbackFunction writes into this object: a fresh one for each function.
      codePathOptions: { extraExcludePackages: packagesLeftOut(functionPackages, process.cwd(), packageName) },
      environment: { variables: environment(args) },
      // The handler writes JSON lines itself; the format "JSON" would wrap them once more.
      loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
    },
    // Nothing runs it before its role may do what it does.
    { parent, dependsOn: [policy, ...args.keyRights.policies] },
  );
  return { function: reportFunction, logGroup };
}

function rolePolicy(name: string, args: ReportFunctionArgs, logGroup: aws.cloudwatch.LogGroup): aws.iam.RolePolicy {
  const { role } = args.keyRights;
  const document = pulumi
    .output({
      account: args.account,
      identityCenter: args.identityCenter,
      lakeId: args.lakeId,
      trailTable: args.trailTable,
      trailWorkgroup: args.trailWorkgroup,
      loginRoleArn: args.loginRoleArn,
      bucketArn: args.bucket.arn,
      logGroupArn: logGroup.arn,
      topicArn: args.topicArn ?? "",
      reportsLocked: args.reportsLocked,
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
    REPORTS_LOCKED: String(args.reportsLocked),
    REPORT_NAME: args.reportName,
    TOPIC_ARN: args.topicArn ?? "",
    NOTIFY_ON_SUCCESS: String(args.notifyOnSuccess),
  };
}
