import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { alarms } from "./alarms";
import { catalog } from "./catalog";
import { dashboard } from "./dashboard";
import { identityCenter } from "./identityCenter";
import { functionKeyRights } from "./keyRights";
import { place } from "./lookUp";
import { notificationTopic } from "./notificationTopic";
import { overdueAlarm } from "./overdueAlarm";
import { orRunError } from "./refusal";
import { adoptedBucket, createdBucket, type ReportBucket } from "./reportBucket";
import { reportFunction } from "./reportFunction";
import { reportSchedule } from "./reportSchedule";
import { runbook } from "./runbook";
import { nextRun } from "./scheduleExpression";
import { checkSettings, regionProblems, settingsError } from "./settingsCheck";
import { stateMachine } from "./stateMachine";
import { archiveAlarm, watch } from "./watch";

/**
 * What a credential report takes. Values that decide which resources there are must be plain; all others may be outputs of
 * other resources, and are then checked during the deployment.
 */
export interface CredentialReportArgs {
  /**
   * CloudTrail Lake event data store with the login events: its id or ARN, which also gives its Region. Empty: CloudTrail Event history,
   * which every account has. An ARN gives the owner, too; an id alone stands for a store of the organization's management account in the
   * stack's Region. Event history needs the account that owns the Identity Center instance, which is the management account.
   * @default ""
   * @example "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/01234567-89ab-cdef-0123-456789abcdef"
   */
  readonly lakeId?: pulumi.Input<string>;
  /**
   * Athena table over the files of a CloudTrail trail, to read the logins from: `database.table` or `catalog.database.table`. The table
   * is only read. Empty: `lakeId` says where logins are read. The table is looked for in the stack's account and Region.
   * @default ""
   * @example "security.cloudtrail_logs"
   */
  readonly trailTable?: pulumi.Input<string>;
  /**
   * Athena workgroup in which `trailTable` is queried; it says where results go, and what a query may cost.
   * @default "primary"
   */
  readonly trailWorkgroup?: pulumi.Input<string>;
  /**
   * Role that is assumed for reading logins, where they are in another account than the one in which the report is made. Empty: the
   * run's own credentials. The function may assume this one role, and has no right to read logins itself.
   * @default ""
   * @example "arn:aws:iam::444455556666:role/read-logins"
   */
  readonly loginRoleArn?: pulumi.Input<string>;
  /**
   * IAM Identity Center instance; by default the account's one instance.
   * @default ""
   * @example "arn:aws:sso:::instance/ssoins-1234567890abcdef"
   */
  readonly instanceArn?: pulumi.Input<string>;
  /**
   * Identity store of the instance; by default it is looked up.
   * @default ""
   * @example "d-1234567890"
   */
  readonly identityStoreId?: pulumi.Input<string>;
  /**
   * How far back a login counts. 1–3653 days.
   * @default 90
   */
  readonly lookbackDays?: pulumi.Input<number>;
  /**
   * Access younger than this, by its membership (for a direct assignment, its user) or its assignment's event, is not reported as unused. 0–365 days.
   * @default 14
   */
  readonly newAccessDays?: pulumi.Input<number>;
  /**
   * Pace toward IAM Identity Center, which grants 20 a second to the whole account unless AWS has raised it. 1–200 requests a second.
   * @default 15
   */
  readonly requestsPerSecond?: pulumi.Input<number>;
  /**
   * Permission sets that count as administrator, besides those with the AWS managed policy `AdministratorAccess` or
   * `IAMFullAccess`, or an inline policy that allows everything. At most 50. By
   * name.
   * @default []
   * @example ["PlatformAdmin", "BreakGlass"]
   */
  readonly administratorPermissionSets?: pulumi.Input<readonly string[]>;
  /**
   * Regular expression (RE2) whose one group captures the reviewer from the name of a group or else of a permission set; by
   * default there are no reviewers.
   * @default ""
   * @example "^team-(\\w+)-"
   */
  readonly reviewerPattern?: pulumi.Input<string>;
  /**
   * Memory of the function. AWS may grant an account less: its refusal names the account's own limit. 512–10240 MiB.
   * @default 2048
   */
  readonly memorySize?: pulumi.Input<number>;
  /**
   * Name of the report bucket. Empty: a bucket is created with a generated name.
   * @default ""
   */
  readonly bucketName?: pulumi.Input<string>;
  /**
   * Use `bucketName` as it is: create no bucket, and touch neither its policy nor any other setting of it. Encryption, versioning
   * and lifecycle stay its owner's.
   * @default false
   */
  readonly adoptBucket?: boolean;
  /**
   * Let `pulumi destroy` delete the created bucket, once it is empty. Otherwise it stays, with its protections.
   * @default false
   */
  readonly deleteBucket?: boolean;
  /**
   * How long reports are kept in a created bucket; 0 keeps them forever. 0–3650 days.
   * @default 400
   */
  readonly retentionDays?: pulumi.Input<number>;
  /**
   * Object Lock of a created bucket, in governance mode: how long a report cannot be deleted, at most `retentionDays`; 0 for no
   * lock. 0–3650 days.
   * @default 0
   */
  readonly lockReports?: number;
  /**
   * When the report runs: an EventBridge Scheduler cron or rate expression, at most once an hour.
   * @default "cron(0 20 ? * SUN *)"
   */
  readonly schedule?: pulumi.Input<string>;
  /**
   * IANA time zone in which the schedule is read.
   * @default "UTC"
   * @example "Europe/Berlin"
   */
  readonly scheduleTimezone?: pulumi.Input<string>;
  /**
   * Whether the schedule runs. The runbook starts a report either way.
   * @default true
   */
  readonly scheduleEnabled?: boolean;
  /**
   * Customer managed KMS key for reports, queue, topic and logs. Empty: the services' own encryption. For an adopted bucket, the
   * bucket's key where it has one. Its policy must let CloudWatch Logs, and CloudWatch for the topic, use it.
   * @default ""
   */
  readonly kmsKeyArn?: pulumi.Input<string>;
  /**
   * Customer managed KMS key with which the event data store is encrypted. Empty: it has none. Its policy must let this account
   * use it.
   * @default ""
   */
  readonly lakeKmsKeyArn?: pulumi.Input<string>;
  /**
   * Customer managed KMS key with which IAM Identity Center is encrypted. Empty: it has none. Its policy must let this account
   * use it.
   * @default ""
   */
  readonly identityCenterKmsKeyArn?: pulumi.Input<string>;
  /**
   * E-mail address that is notified when a report fails, is incomplete, or is overdue. Empty: none. The alarms write to it, and
   * so does the function, with account, Region, reason, the report's key and the log.
   * @default ""
   */
  readonly notificationEmail?: pulumi.Input<string>;
  /**
   * Existing SNS topic that is notified instead of a new one.
   * @default ""
   */
  readonly notificationTopicArn?: pulumi.Input<string>;
  /**
   * Notify of every published report too, with its key and figures.
   * @default false
   */
  readonly notifyOnSuccess?: boolean;
  /**
   * Create a CloudWatch dashboard of the report's metrics.
   * @default false
   */
  readonly dashboard?: boolean;
  /**
   * Create a Glue database with a table over the rows of all reports, for Athena. The database is called as the report with
   * underscores, the table `report_rows`.
   * @default false
   */
  readonly catalog?: boolean;
  /**
   * Name of the Automation runbook, unique in account and Region: a second stack there takes another, such as
   * `credential_report_export_<stack>`. The one physical name here, since people start the runbook by it.
   * @default "credential_report_export"
   */
  readonly documentName?: pulumi.Input<string>;
}

/**
 * A report, on a schedule and on demand, of who can enter which AWS account with which permission set through IAM Identity
 * Center, and when they last did.
 *
 * @example
 * new CredentialReport("credential-report", {});
 */
export class CredentialReport extends pulumi.ComponentResource {
  /** The bucket, whether created or adopted. */
  readonly bucketName: pulumi.Output<string>;
  readonly functionName: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;
  /** The state machine, whose executions are the runs. */
  readonly stateMachineArn: pulumi.Output<string>;
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
    const account = pulumi.output(orRunError(() => place({ parent: this }))).apply((found) => {
      const problems = regionProblems(settings, found.region);
      if (problems.length > 0) throw settingsError(problems);
      return found;
    });
    const reportName = reportNameOf(name);
    warnOfPace(settings.requestsPerSecond, this);
    const identities = identityCenter({ ...settings, account }, { parent: this });

    const keyRights = functionKeyRights(name, { ...settings, account }, this);
    const bucket: ReportBucket = settings.adoptBucket
      ? adoptedBucket(settings.bucketName, { parent: this })
      : createdBucket(name, { ...settings, keyRights: keyRights.policies, functionRoleArn: keyRights.role.arn }, this);
    const topicArn = notificationTopic(name, { ...settings, keyRights: keyRights.policies }, this);
    const report = reportFunction(
      name,
      {
        ...settings,
        ...{ account, identityCenter: identities, bucket, reportName, topicArn, keyRights },
        reportsLocked: settings.lockReports > 0,
      },
      this,
    );
    const machine = stateMachine(name, { ...settings, account, report, bucket }, this);
    const document = runbook(name, { ...settings, account, reportName, report, stateMachine: machine, bucket }, this);
    // Nothing starts a report before all is there that it needs and that starts it by hand.
    const startable = [...bucket.settings, report.function, machine, document];
    const schedule = reportSchedule(
      name,
      { ...settings, account, stateMachineArn: machine.arn, after: startable },
      this,
    );

    const watched = { account, bucket, report, stateMachine: machine, reportName, schedule, topicArn };
    alarms(name, watched, this);
    const harvests = settings.lakeId === "" && settings.trailTable === "";
    if (settings.scheduleEnabled || harvests) watch(name, { ...watched, tellsAge: settings.scheduleEnabled }, this);
    if (harvests) archiveAlarm(name, watched, this);
    if (settings.scheduleEnabled) overdueAlarm(name, { ...watched, expression: settings.schedule }, this);
    if (settings.dashboard) dashboard(name, watched, this);
    if (settings.catalog) catalog(name, { bucket, reportName }, this);

    this.bucketName = bucket.name;
    this.functionName = report.function.name;
    this.logGroupName = report.logGroup.name;
    this.stateMachineArn = machine.arn;
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
      stateMachineArn: this.stateMachineArn,
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

/** What AWS grants without being asked: https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html */
const grantedRequestsPerSecond = 20;

function warnOfPace(requestsPerSecond: pulumi.Input<number>, resource: pulumi.Resource): void {
  pulumi.output(requestsPerSecond).apply((pace) => {
    if (pace <= grantedRequestsPerSecond) return;
    const warning =
      `requestsPerSecond: ${pace} is more than the ${grantedRequestsPerSecond} requests a second that AWS grants an account. Until AWS has raised ` +
      "that quota, by a support case for IAM Identity Center, runs are throttled, and so is everybody else who uses it.";
    void pulumi.log.warn(warning, resource);
  });
}

/** Two stacks in one account are two reports. */
export function reportNameOf(name: string): string {
  return `${name}-${pulumi.getStack()}`;
}
