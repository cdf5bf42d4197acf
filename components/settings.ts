import { flag, runSettings, text, type ValuesOf, whole } from "../handlers/settings";
import { scheduleProblem } from "./scheduleExpression";

const keyArn = {
  accepts: /^(arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/(mrk-)?[0-9a-f-]{32,36})?$/,
  expected: 'a KMS key ARN like arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab, or ""',
};

/** What a stack creates around the function. */
const deploymentSettings = {
  memorySize: whole({
    ...{ defaultValue: 2048, min: 512, max: 10_240, unit: "MiB" },
    help: "Memory of the function. AWS may grant an account less: its refusal names the account's own limit.",
  }),
  bucketName: text({
    help: "Name of the report bucket. Empty: a bucket is created with a generated name.",
    expected: "a bucket name of 3 to 63 lower-case letters, digits, dots and hyphens",
    hint: "The rules: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
    accepts: (value) => value === "" || isBucketName(value),
  }),
  adoptBucket: flag(
    "Use bucketName as it is: create no bucket, and touch neither its policy nor any other setting of it.",
  ),
  deleteBucket: flag(
    "Let pulumi destroy delete the created bucket, once it is empty. Otherwise it stays, with its protections.",
  ),
  retentionDays: whole({
    ...{ defaultValue: 400, min: 0, max: 3650, unit: "days" },
    help: "How long reports are kept in a created bucket; 0 keeps them forever.",
  }),
  lockReports: whole({
    ...{ defaultValue: 0, min: 0, max: 3650, unit: "days" },
    help: "Object Lock of a created bucket, in governance mode: how long a report cannot be deleted, at most retentionDays; 0 for no lock.",
  }),
  schedule: text({
    defaultValue: "cron(0 20 ? * SUN *)",
    help: "When the report runs: an EventBridge Scheduler cron or rate expression, at most once an hour.",
    expected: "an EventBridge Scheduler expression like cron(0 20 ? * SUN *)",
    hint: "The syntax: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html",
    problem: scheduleProblem,
  }),
  scheduleTimezone: text({
    defaultValue: "UTC",
    help: "IANA time zone in which the schedule is read.",
    expected: "an IANA time zone like UTC or Europe/Berlin",
    hint: "The names: https://en.wikipedia.org/wiki/List_of_tz_database_time_zones",
    accepts: isTimeZone,
  }),
  scheduleEnabled: flag("Whether the schedule runs. The runbook starts a report either way.", true),
  kmsKeyArn: text({
    help: "Customer managed KMS key for reports, queue, topic and logs. Empty: the services' own encryption.",
    ...keyArn,
    hint: "Find it under KMS → Customer managed keys; an alias or a bare key id is not enough.",
  }),
  lakeKmsKeyArn: text({
    help: "Customer managed KMS key with which the event data store is encrypted. Empty: it has none.",
    ...keyArn,
    hint: "Find it under CloudTrail → Lake → Event data stores → the store.",
  }),
  identityCenterKmsKeyArn: text({
    help: "Customer managed KMS key with which IAM Identity Center is encrypted. Empty: it has none.",
    ...keyArn,
    hint: "Find it under IAM Identity Center → Settings → Management.",
  }),
  notificationEmail: text({
    help: "E-mail address that is notified when a report fails, is incomplete, or is overdue. Empty: none.",
    expected: 'an e-mail address like security@example.com, or ""',
    hint: "AWS sends it a confirmation first.",
    accepts: /^([^\s@<>"]+@[^\s@<>"]+\.[^\s@<>".]+)?$/,
  }),
  notificationTopicArn: text({
    help: "Existing SNS topic that is notified instead of a new one.",
    expected: 'an SNS topic ARN like arn:aws:sns:eu-west-1:111122223333:security, or ""',
    hint: "Find it under SNS → Topics; a FIFO topic cannot take alarms.",
    accepts: /^(arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256})?$/,
  }),
  notifyOnSuccess: flag("Notify of every published report too, with its key and figures."),
  dashboard: flag("Create a CloudWatch dashboard of the report's metrics."),
  catalog: flag("Create a Glue database with a table over the rows of all reports, for Athena."),
  documentName: text({
    defaultValue: "credential_report_export",
    help: "Name of the Automation runbook, unique in account and Region: a second stack there takes another, such as credential_report_export_<stack>.",
    expected:
      "a document name of 3 to 128 letters, digits, underscores, hyphens and dots that does not start with aws, amazon or amzn",
    hint: "The names in use are under Systems Manager → Documents → Owned by me.",
    accepts: /^(?!aws|amazon|amzn)[A-Za-z0-9_.-]{3,128}$/i,
  }),
} as const;

/**
 * The settings of a report, each once. Component, stack config, function, terminal and its help are made from this table;
 * `Pulumi.yaml`, docs/settings.md and the component's documentation are held against it by a test.
 */
export const settings = { ...runSettings, ...deploymentSettings } as const;

export type SettingKey = keyof typeof settings;
/** Checked settings, every key with a value. */
export type SettingValues = ValuesOf<typeof settings>;

function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes("..") &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name)
  );
}

function isTimeZone(name: string): boolean {
  // Intl also takes offsets such as +02:00 and names in any case; EventBridge Scheduler is not known to.
  if (!/^[A-Z][\w+-]*(\/[A-Z][\w+-]*)*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
