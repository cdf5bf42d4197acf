import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { alarms } from "./alarms";
import { awsAccount } from "./awsAccount";
import { catalog } from "./catalog";
import { dashboard } from "./dashboard";
import { identityCenter } from "./identityCenter";
import { notificationTopic } from "./notificationTopic";
import { overdueAlarm } from "./overdueAlarm";
import { adoptedBucket, createdBucket, type ReportBucket } from "./reportBucket";
import { reportFunction } from "./reportFunction";
import { nextRun, reportSchedule } from "./reportSchedule";
import { runbook } from "./runbook";
import { checkSettings, regionProblems, settingsError } from "./settingsCheck";

/**
 * What a credential report takes. Values that decide which resources there are must be plain; all others may be outputs of
 * other resources, and are then checked during the deployment.
 */
export interface CredentialReportArgs {
  /**
   * CloudTrail Lake event data store with the login events: its id (a UUID) or its ARN. An ARN also gives its Region and its
   * owner; an id alone stands for a store of the organisation's management account in the stack's Region.
   * @example "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/01234567-89ab-cdef-0123-456789abcdef"
   */
  readonly lakeId: pulumi.Input<string>;
  /**
   * Identity store of the instance; empty: looked up.
   * @default ""
   * @example "d-1234567890"
   */
  readonly identityStoreId?: pulumi.Input<string>;
  /**
   * IAM Identity Center instance; empty: the account's one instance.
   * @default ""
   * @example "arn:aws:sso:::instance/ssoins-1234567890abcdef"
   */
  readonly instanceArn?: pulumi.Input<string>;
  /**
   * Name of the report bucket; empty: generated.
   * @default ""
   */
  readonly bucketName?: pulumi.Input<string>;
  /**
   * Use the bucket `bucketName` as it is. Its encryption, versioning, lifecycle and policy stay its owner's.
   * @default false
   */
  readonly adoptBucket?: boolean;
  /**
   * Delete the created bucket with the stack, once it is empty. Otherwise it stays, with what protects it.
   * @default false
   */
  readonly deleteBucket?: boolean;
  /**
   * EventBridge Scheduler expression, `cron(…)` or `rate(…)`, at most once an hour.
   * @default "cron(0 20 ? * SUN *)"
   */
  readonly schedule?: pulumi.Input<string>;
  /**
   * IANA time zone of the schedule.
   * @default "UTC"
   * @example "Europe/Berlin"
   */
  readonly scheduleTimezone?: pulumi.Input<string>;
  /**
   * Whether the schedule runs.
   * @default true
   */
  readonly scheduleEnabled?: boolean;
  /**
   * How far back a login counts, in days, 1–3653.
   * @default 90
   */
  readonly lookbackDays?: pulumi.Input<number>;
  /**
   * A membership (for a direct assignment, the user) younger than this many days, 0–365, is not called unused.
   * @default 14
   */
  readonly newAccessDays?: pulumi.Input<number>;
  /**
   * Names of permission sets that count as administrator, at most 50, besides those with the AWS managed policy
   * `AdministratorAccess`.
   * @default []
   * @example ["PlatformAdmin", "BreakGlass"]
   */
  readonly administratorPermissionSets?: pulumi.Input<readonly string[]>;
  /**
   * Regular expression in RE2's syntax whose one capturing group gives the reviewer of a grant, from the name of its group or else
   * of its permission set; empty: no reviewers.
   * @default ""
   * @example "^team-(\\w+)-"
   */
  readonly reviewerPattern?: pulumi.Input<string>;
  /**
   * How long reports are kept in a created bucket, in days, 0–3650; 0: for ever.
   * @default 400
   */
  readonly retentionDays?: pulumi.Input<number>;
  /**
   * Object Lock of a created bucket in governance mode, in days, 0–3650, at most `retentionDays`; 0: none.
   * @default 0
   */
  readonly lockReports?: number;
  /**
   * Customer managed KMS key for reports, queues, topic and logs; an adopted bucket's key where it has one. Empty: the services' own
   * encryption. The key's policy must let CloudWatch Logs, and CloudWatch for the topic, use it.
   * @default ""
   */
  readonly kmsKeyArn?: pulumi.Input<string>;
  /**
   * Customer managed KMS key with which the event data store is encrypted; empty: none. Its policy must let this account use it.
   * @default ""
   */
  readonly lakeKmsKeyArn?: pulumi.Input<string>;
  /**
   * Customer managed KMS key with which IAM Identity Center is encrypted; empty: none. Its policy must let this account use it.
   * @default ""
   */
  readonly identityCenterKmsKeyArn?: pulumi.Input<string>;
  /**
   * E-mail address that is told when a report fails, is degraded or does not come: by the alarms, and by the function with account,
   * Region, reason, the report's key and the log. Empty: nobody.
   * @default ""
   */
  readonly notificationEmail?: pulumi.Input<string>;
  /**
   * Existing SNS topic that is told instead of a new one.
   * @default ""
   */
  readonly notificationTopicArn?: pulumi.Input<string>;
  /**
   * Tell them of every published report, too: its key, its figures, its warnings.
   * @default false
   */
  readonly notifyOnSuccess?: boolean;
  /**
   * Create a CloudWatch dashboard.
   * @default false
   */
  readonly dashboard?: boolean;
  /**
   * Create a Glue database, called as the report with underscores, and in it the table `report_rows`, with which Athena reads the
   * rows of all reports.
   * @default false
   */
  readonly catalog?: boolean;
  /**
   * Name of the Automation runbook, the one physical name here: people start the runbook by it. Unique in account and Region.
   * @default "credential_report_export"
   */
  readonly documentName?: pulumi.Input<string>;
  /**
   * Pace towards IAM Identity Center in requests a second, 1–20; AWS grants 20 to all callers of the account together.
   * @default 15
   */
  readonly requestsPerSecond?: pulumi.Input<number>;
}

/**
 * A report, on a schedule and on demand, of who can enter which AWS account with which permission set through IAM Identity
 * Center, and when they last did.
 *
 * @example
 * new CredentialReport("credential-report", { lakeId: "01234567-89ab-cdef-0123-456789abcdef" });
 */
export class CredentialReport extends pulumi.ComponentResource {
  /** The bucket, whether created or adopted. */
  readonly bucketName: pulumi.Output<string>;
  readonly functionName: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;
  readonly scheduleName: pulumi.Output<string>;
  readonly scheduleExpression: pulumi.Output<string>;
  /** When the report runs next: ISO 8601, UTC, or why it does not. As of this deployment. */
  readonly nextRun: pulumi.Output<string>;
  readonly documentName: pulumi.Output<string>;
  /** The command that starts a report now. */
  readonly startCommand: pulumi.Output<string>;

  constructor(name: string, args: CredentialReportArgs, opts?: pulumi.ComponentResourceOptions) {
    const settings = checkSettings(args);
    super("credential-report:index:CredentialReport", name, args, opts);
    const account = awsAccount({ parent: this }).apply((found) => {
      const problems = regionProblems(settings, found.region);
      if (problems.length > 0) throw settingsError(problems);
      return found;
    });
    // Two stacks in one account are two reports.
    const reportName = `${name}-${pulumi.getStack()}`;
    const identities = identityCenter(settings.instanceArn, settings.identityStoreId, { parent: this });

    const bucket: ReportBucket = settings.adoptBucket
      ? adoptedBucket(settings.bucketName, { parent: this })
      : createdBucket(name, settings, this);
    const topicArn = notificationTopic(name, settings, this);
    const report = reportFunction(
      name,
      { ...settings, account, identityCenter: identities, bucket, reportName, topicArn },
      this,
    );
    const schedule = reportSchedule(name, { ...settings, account, functionArn: report.function.arn }, this);
    const document = runbook(name, { account, documentName: settings.documentName, report, bucket }, this);

    const watched = { account, bucket, report, reportName, schedule, topicArn };
    alarms(name, watched, this);
    if (settings.scheduleEnabled) overdueAlarm(name, { ...watched, expression: settings.schedule }, this);
    if (settings.dashboard) dashboard(name, watched, this);
    if (settings.catalog) catalog(name, { bucket, reportName }, this);

    this.bucketName = bucket.name;
    this.functionName = report.function.name;
    this.logGroupName = report.logGroup.name;
    this.scheduleName = schedule.schedule.name;
    this.scheduleExpression = pulumi.output(settings.schedule);
    this.nextRun = pulumi
      .all([settings.schedule, settings.scheduleTimezone, settings.scheduleEnabled])
      .apply((when) => nextRun(...when, new Date()));
    this.documentName = document.name;
    this.startCommand = startCommand(document, account.region);
    this.registerOutputs({
      bucketName: this.bucketName,
      functionName: this.functionName,
      logGroupName: this.logGroupName,
      scheduleName: this.scheduleName,
      scheduleExpression: this.scheduleExpression,
      nextRun: this.nextRun,
      documentName: this.documentName,
      startCommand: this.startCommand,
    });
  }
}

function startCommand(document: aws.ssm.Document, region: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.interpolate`aws ssm start-automation-execution --document-name ${document.name} --region ${region}`;
}
