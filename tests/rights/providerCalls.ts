import type { Resource } from "../../local/deployment/stack";
import type { Need } from "./evaluator";

/** What the ARNs of a resource are made of, besides the resource. */
export interface Account {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

/** The actions that a resource's provider uses to create, read, update and delete it, and the ARNs that they are on. */
interface ProviderCalls {
  readonly actions: readonly string[];
  readonly on: (resource: Resource, account: Account) => readonly string[];
  /** Actions that take others of the ARNs, by action. */
  readonly except?: Readonly<Record<string, readonly string[]>>;
  /** Roles that it hands on, and to whom. */
  readonly passes?: (resource: Resource) => readonly { readonly role: string; readonly to: string }[];
}

const arnOf = ({ outputs }: Resource): string[] => [String(outputs.arn)];
const bucketOf = ({ outputs }: Resource, { partition }: Account): string[] => [
  `arn:${partition}:s3:::${outputs.bucket}`,
];
const roleOf = ({ inputs }: Resource, { partition, accountId }: Account): string[] => [
  `arn:${partition}:iam::${accountId}:role/${inputs.role}`,
];
const all = (service: string, ...names: string[]): string[] => names.map((name) => `${service}:${name}`);

/**
 * By resource type. The actions are those of the AWS provider's own source, as its authors and its users' error messages have
 * made them known, put together by hand. Tags are read with every resource and never written, since the
 * program sets none.
 */
const providerCalls: Readonly<Record<string, ProviderCalls>> = {
  "aws:cloudwatch/dashboard:Dashboard": {
    actions: all("cloudwatch", "PutDashboard", "GetDashboard", "DeleteDashboards"),
    on: ({ outputs }) => [String(outputs.dashboardArn)],
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    actions: all(
      "logs",
      "CreateLogGroup",
      "DescribeLogGroups",
      "ListTagsForResource",
      "PutRetentionPolicy",
      "AssociateKmsKey",
      "DisassociateKmsKey",
      "DeleteLogGroup",
    ),
    on: arnOf,
    except: { "logs:DescribeLogGroups": ["*"] },
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    actions: all("cloudwatch", "PutMetricAlarm", "DescribeAlarms", "ListTagsForResource", "DeleteAlarms"),
    on: arnOf,
  },
  "aws:glue/catalogDatabase:CatalogDatabase": {
    actions: all("glue", "CreateDatabase", "GetDatabase", "GetTags", "UpdateDatabase", "DeleteDatabase"),
    // Glue asks for the action on everything above, and to delete also below, the resource.
    on: ({ outputs }, { partition, region, accountId }) => [
      String(outputs.arn),
      `arn:${partition}:glue:${region}:${accountId}:catalog`,
    ],
    except: {
      "glue:GetTags": ["database"],
      "glue:DeleteDatabase": ["database", "catalog", "table", "userDefinedFunction"],
    },
  },
  "aws:glue/catalogTable:CatalogTable": {
    actions: all("glue", "CreateTable", "GetTable", "GetPartitionIndexes", "UpdateTable", "DeleteTable"),
    on: ({ outputs, inputs }, { partition, region, accountId }) => [
      String(outputs.arn),
      `arn:${partition}:glue:${region}:${accountId}:database/${inputs.databaseName}`,
      `arn:${partition}:glue:${region}:${accountId}:catalog`,
    ],
  },
  "aws:iam/role:Role": {
    actions: all(
      "iam",
      "CreateRole",
      "GetRole",
      "ListRolePolicies",
      "GetRolePolicy",
      "ListAttachedRolePolicies",
      "UpdateRole",
      "UpdateRoleDescription",
      "UpdateAssumeRolePolicy",
      "ListInstanceProfilesForRole",
      "DeleteRole",
    ),
    on: arnOf,
  },
  "aws:iam/rolePolicy:RolePolicy": {
    actions: all("iam", "PutRolePolicy", "GetRolePolicy", "DeleteRolePolicy"),
    on: roleOf,
  },
  "aws:lambda/function:Function": {
    actions: all(
      "lambda",
      "CreateFunction",
      "GetFunction",
      "GetFunctionConfiguration",
      "GetFunctionCodeSigningConfig",
      "ListVersionsByFunction",
      "UpdateFunctionCode",
      "UpdateFunctionConfiguration",
      "DeleteFunction",
    ),
    on: arnOf,
    passes: ({ inputs }) => [{ role: String(inputs.role), to: "lambda.amazonaws.com" }],
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
    actions: all(
      "lambda",
      "PutFunctionEventInvokeConfig",
      "GetFunctionEventInvokeConfig",
      "DeleteFunctionEventInvokeConfig",
    ),
    on: ({ inputs }, { partition, region, accountId }) => [
      `arn:${partition}:lambda:${region}:${accountId}:function:${String(inputs.functionName).split(":function:").pop()}`,
    ],
  },
  "aws:s3/bucket:Bucket": {
    actions: all(
      "s3",
      "CreateBucket",
      "DeleteBucket",
      "ListBucket",
      // It reads every setting of a bucket, also those that have resources of their own.
      "GetAccelerateConfiguration",
      "GetBucketAbac",
      "GetBucketAcl",
      "GetBucketCORS",
      "GetBucketLocation",
      "GetBucketLogging",
      "GetBucketObjectLockConfiguration",
      "GetBucketPolicy",
      "GetBucketRequestPayment",
      "GetBucketTagging",
      "GetBucketVersioning",
      "GetBucketWebsite",
      "GetEncryptionConfiguration",
      "GetLifecycleConfiguration",
      "GetReplicationConfiguration",
      "ListTagsForResource",
    ),
    on: bucketOf,
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    actions: all("s3", "PutLifecycleConfiguration", "GetLifecycleConfiguration"),
    on: bucketOf,
  },
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": {
    actions: all("s3", "PutBucketObjectLockConfiguration", "GetBucketObjectLockConfiguration"),
    on: bucketOf,
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
    actions: all("s3", "PutBucketOwnershipControls", "GetBucketOwnershipControls"),
    on: bucketOf,
  },
  "aws:s3/bucketPolicy:BucketPolicy": {
    actions: all("s3", "PutBucketPolicy", "GetBucketPolicy", "DeleteBucketPolicy"),
    on: bucketOf,
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
    actions: all("s3", "PutBucketPublicAccessBlock", "GetBucketPublicAccessBlock"),
    on: bucketOf,
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    actions: all("s3", "PutEncryptionConfiguration", "GetEncryptionConfiguration"),
    on: bucketOf,
  },
  "aws:s3/bucketVersioning:BucketVersioning": {
    actions: all("s3", "PutBucketVersioning", "GetBucketVersioning"),
    on: bucketOf,
  },
  "aws:scheduler/schedule:Schedule": {
    actions: all("scheduler", "CreateSchedule", "GetSchedule", "UpdateSchedule", "DeleteSchedule"),
    on: arnOf,
    passes: ({ inputs }) => [{ role: (inputs.target as { roleArn: string }).roleArn, to: "scheduler.amazonaws.com" }],
  },
  "aws:sns/topic:Topic": {
    actions: all(
      "sns",
      "CreateTopic",
      "GetTopicAttributes",
      "SetTopicAttributes",
      "ListTagsForResource",
      "DeleteTopic",
    ),
    on: arnOf,
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    actions: all("sns", "Subscribe", "GetSubscriptionAttributes", "Unsubscribe"),
    on: ({ inputs }) => [String(inputs.topic)],
  },
  "aws:sqs/queue:Queue": {
    actions: all("sqs", "CreateQueue", "GetQueueAttributes", "SetQueueAttributes", "ListQueueTags", "DeleteQueue"),
    on: arnOf,
  },
  "aws:ssm/document:Document": {
    actions: all(
      "ssm",
      "CreateDocument",
      "DescribeDocument",
      "GetDocument",
      "DescribeDocumentPermission",
      "ListTagsForResource",
      "UpdateDocument",
      "UpdateDocumentDefaultVersion",
      "DeleteDocument",
    ),
    on: arnOf,
  },
};

/** What the program looks up. STS tells everybody who they are. */
export const lookUps: readonly Need[] = ["organizations:DescribeOrganization", "sso:ListInstances"].map((action) => ({
  action,
  resource: "*",
  context: {},
}));

/** What whoever deploys a resource must be allowed. Throws for a type that nobody has thought about. */
export function deployerNeeds(resource: Resource, account: Account): Need[] {
  const calls = providerCalls[resource.type];
  if (!calls) throw new Error(`${resource.type} is not in tests/rights/providerCalls.ts: what does its provider call?`);
  const own = calls.on(resource, account);
  return [
    ...calls.actions.flatMap((action) => {
      const resources = resourcesFor(calls.except?.[action], own, resource, account);
      return resources.map((arn) => ({ action, resource: arn, context: {} }));
    }),
    ...(calls.passes?.(resource) ?? []).map(({ role, to }) => ({
      action: "iam:PassRole",
      resource: role,
      context: { "iam:PassedToService": to },
    })),
  ];
}

function resourcesFor(
  except: readonly string[] | undefined,
  own: readonly string[],
  { inputs }: Resource,
  { partition, region, accountId }: Account,
): readonly string[] {
  if (except === undefined) return own;
  const inCatalog: Readonly<Record<string, string>> = {
    catalog: "catalog",
    database: `database/${inputs.name}`,
    table: `table/${inputs.name}/report_rows`,
    userDefinedFunction: `userDefinedFunction/${inputs.name}/any`,
  };
  return except.map((kind) =>
    kind === "*" ? kind : `arn:${partition}:glue:${region}:${accountId}:${inCatalog[kind]}`,
  );
}
