import { parseEventDataStore, reviewerPatternProblem } from "../handlers/settings";
import { scheduleProblem } from "./scheduleExpression";

/**
 * The settings of a report: what a stack may configure, each key once. The component's defaults and checks, the reading of
 * the stack config and the test of `Pulumi.yaml` all come from here.
 */
export const settings = {
  lakeId: text({
    required: true,
    description: "CloudTrail Lake event data store with the login events: its id or ARN. An ARN also gives its Region.",
    expected: "an event data store id (UUID) or ARN",
    hint: "Find it under CloudTrail → Lake → Event data stores.",
    accepts: (value) => parseEventDataStore(value) !== null,
  }),
  identityStoreId: text({
    default: "",
    description: "Identity store of the instance. Empty: looked up from the instance.",
    expected: 'an identity store id like d-1234567890, or "" to look it up',
    hint: "Find it under IAM Identity Center → Settings → Identity source.",
    accepts: (value) => value === "" || /^d-[0-9a-f]{10}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
  }),
  instanceArn: text({
    default: "",
    description: "IAM Identity Center instance. Empty: the account's one instance.",
    expected: 'an instance ARN like arn:aws:sso:::instance/ssoins-1234567890abcdef, or "" to look it up',
    hint: "Find it under IAM Identity Center → Settings → Details.",
    accepts: (value) => value === "" || /^arn:aws[a-z-]*:sso:::instance\/(sso)?ins-[a-zA-Z0-9-.]{16}$/.test(value),
  }),
  bucketName: text({
    default: "",
    description: "Name of the report bucket. Empty: a bucket is created with a generated name.",
    expected: "a bucket name of 3 to 63 lower-case letters, digits, dots and hyphens",
    hint: "The rules: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
    accepts: (value) => value === "" || isBucketName(value),
  }),
  adoptBucket: flag({
    default: false,
    description: "Use bucketName as it is: create no bucket, and touch neither its policy nor any other setting of it.",
  }),
  deleteBucket: flag({
    default: false,
    description:
      "Let pulumi destroy delete the created bucket, once it is empty. Otherwise it stays, with its protections.",
  }),
  schedule: text({
    default: "cron(0 20 ? * SUN *)",
    description: "When the report runs: an EventBridge Scheduler cron or rate expression, at most once an hour.",
    expected: "an EventBridge Scheduler expression like cron(0 20 ? * SUN *)",
    hint: "The syntax: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html",
    problem: scheduleProblem,
  }),
  scheduleTimezone: text({
    default: "UTC",
    description: "IANA time zone in which the schedule is read.",
    expected: "an IANA time zone like UTC or Europe/Berlin",
    hint: "The names: https://en.wikipedia.org/wiki/List_of_tz_database_time_zones",
    accepts: isTimeZone,
  }),
  scheduleEnabled: flag({
    default: true,
    description: "Whether the schedule runs. The runbook starts a report either way.",
  }),
  lookbackDays: whole({ default: 90, unit: "days", min: 1, max: 3653, description: "How far back a login counts." }),
  newAccessDays: whole({
    default: 14,
    unit: "days",
    min: 0,
    max: 365,
    description: "A membership (for a direct assignment, the user) younger than this is not called unused.",
  }),
  administratorPermissionSets: names({
    default: [],
    description:
      "Names of permission sets that count as administrator, besides those with the AWS managed policy AdministratorAccess.",
    expected: 'at most 50 names of permission sets, like ["PlatformAdmin","BreakGlass"]',
    hint: "The names: IAM Identity Center → Permission sets. Upper and lower case count.",
    accepts: (value) => value.length <= 50 && value.every((name) => /^[\w+=,.@-]{1,32}$/.test(name)),
  }),
  reviewerPattern: text({
    default: "",
    description:
      "Regular expression (RE2) whose one group captures the reviewer from the name of a group or else of a permission set. Empty: no reviewers.",
    expected: 'a regular expression with one capturing group, like ^team-(\\w+)-, or ""',
    hint: "The syntax: https://github.com/google/re2/wiki/Syntax",
    problem: (value) => reviewerPatternProblem(value) ?? undefined,
  }),
  retentionDays: whole({
    default: 400,
    unit: "days",
    min: 0,
    max: 3650,
    description: "How long reports are kept in a created bucket. 0: for ever.",
  }),
  lockReports: whole({
    default: 0,
    unit: "days",
    min: 0,
    max: 3650,
    description: "Object Lock of a created bucket, in governance mode: how long nobody deletes a report. 0: no lock.",
  }),
  kmsKeyArn: text({
    default: "",
    description: "Customer managed KMS key for reports, queues, topic and logs. Empty: the services' own encryption.",
    expected: 'a KMS key ARN like arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab, or ""',
    hint: "Find it under KMS → Customer managed keys; an alias or a bare key id is not enough.",
    accepts: isKeyArnOrEmpty,
  }),
  lakeKmsKeyArn: text({
    default: "",
    description: "Customer managed KMS key with which the event data store is encrypted. Empty: it has none.",
    expected: 'a KMS key ARN like arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab, or ""',
    hint: "Find it under CloudTrail → Lake → Event data stores → the store.",
    accepts: isKeyArnOrEmpty,
  }),
  identityCenterKmsKeyArn: text({
    default: "",
    description: "Customer managed KMS key with which IAM Identity Center is encrypted. Empty: it has none.",
    expected: 'a KMS key ARN like arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab, or ""',
    hint: "Find it under IAM Identity Center → Settings → Management.",
    accepts: isKeyArnOrEmpty,
  }),
  notificationEmail: text({
    default: "",
    description: "Who is told when a report fails, is degraded or does not come. Empty: nobody.",
    expected: 'an e-mail address like security@example.com, or ""',
    hint: "AWS sends it a confirmation first.",
    accepts: (value) => value === "" || /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>".]+$/.test(value),
  }),
  notificationTopicArn: text({
    default: "",
    description: "Existing SNS topic that is told instead of a new one.",
    expected: 'an SNS topic ARN like arn:aws:sns:eu-west-1:111122223333:security, or ""',
    hint: "Find it under SNS → Topics; a FIFO topic cannot take alarms.",
    accepts: (value) => value === "" || /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/.test(value),
  }),
  notifyOnSuccess: flag({
    default: false,
    description: "Tell them of every published report too, with its key and figures, not only of what goes wrong.",
  }),
  dashboard: flag({ default: false, description: "Create a CloudWatch dashboard of the report's metrics." }),
  catalog: flag({
    default: false,
    description: "Create a Glue database with a table over the rows of all reports, for Athena.",
  }),
  documentName: text({
    default: "credential_report_export",
    description:
      "Name of the Automation runbook, unique in account and Region: a second stack there takes another, such as credential_report_export_<stack>.",
    expected:
      "a document name of 3 to 128 letters, digits, underscores, hyphens and dots that does not start with aws, amazon or amzn",
    hint: "The names in use are under Systems Manager → Documents → Owned by me.",
    accepts: (value) => /^(?!aws|amazon|amzn)[A-Za-z0-9_.-]{3,128}$/i.test(value),
  }),
  requestsPerSecond: whole({
    default: 15,
    unit: "requests a second",
    min: 1,
    max: 20,
    description: "Pace towards IAM Identity Center, which grants 20 a second to the whole account.",
  }),
} as const;

export type SettingKey = keyof typeof settings;

/** The checked settings, every key with a value. */
export type Settings = { readonly [Key in SettingKey]: ValueOf<(typeof settings)[Key]> };

type ValueOf<S> = S extends TextSetting
  ? string
  : S extends FlagSetting
    ? boolean
    : S extends NamesSetting
      ? readonly string[]
      : number;

interface Described {
  readonly description: string;
  /** What a right value is, in the words of an error message. */
  readonly expected: string;
  /** Where to find the right value. */
  readonly hint: string;
}

export interface TextSetting extends Described {
  readonly type: "string";
  readonly required?: boolean;
  readonly default?: string;
  /** What is wrong with a value: undefined where nothing is, "" where `expected` says it all. */
  readonly problem: (value: string) => string | undefined;
}

export interface FlagSetting extends Described {
  readonly type: "boolean";
  readonly default: boolean;
}

export interface WholeSetting extends Described {
  readonly type: "integer";
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

export interface NamesSetting extends Described {
  readonly type: "array";
  readonly items: { readonly type: "string" };
  readonly default: readonly string[];
  readonly accepts: (value: readonly string[]) => boolean;
}

export type Setting = TextSetting | FlagSetting | WholeSetting | NamesSetting;

interface TextOptions extends Described {
  readonly required?: boolean;
  readonly default?: string;
  readonly accepts?: (value: string) => boolean;
  readonly problem?: (value: string) => string | undefined;
}

function text({ accepts, ...options }: TextOptions): TextSetting {
  return { type: "string", problem: (value) => (accepts?.(value) ? undefined : ""), ...options };
}

function flag(options: { readonly default: boolean; readonly description: string }): FlagSetting {
  return { type: "boolean", expected: "true or false", hint: "", ...options };
}

function whole(options: {
  readonly default: number;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly description: string;
}): WholeSetting {
  const { unit, ...rest } = options;
  return { type: "integer", expected: `a whole number of ${unit} from ${rest.min} to ${rest.max}`, hint: "", ...rest };
}

function names(options: Omit<NamesSetting, "type" | "items">): NamesSetting {
  return { type: "array", items: { type: "string" }, ...options };
}

function isKeyArnOrEmpty(value: string): boolean {
  return value === "" || /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/(mrk-)?[0-9a-f-]{32,36}$/.test(value);
}

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
