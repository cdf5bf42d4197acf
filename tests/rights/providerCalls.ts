import type { Resource } from "../../local/deployment/stack";
import type { Need } from "./evaluator";
import providerActions from "./providerActions.json";

/** What the ARNs of a resource are made of, besides the resource. */
export interface Account {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

/** What the actions are on with which a resource's provider creates, reads, updates and deletes it. */
interface ProviderCalls {
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
/** IAM knows an Automation document by another ARN than the provider does. */
const documentOf = ({ inputs }: Resource, { partition, region, accountId }: Account): string[] => [
  `arn:${partition}:ssm:${region}:${accountId}:document/${inputs.name}`,
];

/** By resource type, with the actions of providerActions.json. */
const providerCalls: Readonly<Record<string, ProviderCalls>> = {
  "aws:cloudwatch/dashboard:Dashboard": {
    on: ({ outputs }) => [String(outputs.dashboardArn)],
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    on: arnOf,
    except: { "logs:DescribeLogGroups": ["*"] },
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    on: arnOf,
    // AWS asks for it on all alarms: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
    except: { "cloudwatch:DescribeAlarms": ["alarms"] },
  },
  "aws:glue/catalogDatabase:CatalogDatabase": {
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
    on: ({ outputs, inputs }, { partition, region, accountId }) => [
      String(outputs.arn),
      `arn:${partition}:glue:${region}:${accountId}:database/${inputs.databaseName}`,
      `arn:${partition}:glue:${region}:${accountId}:catalog`,
    ],
  },
  "aws:iam/role:Role": {
    on: arnOf,
  },
  "aws:iam/rolePolicy:RolePolicy": {
    on: roleOf,
  },
  "aws:lambda/function:Function": {
    on: arnOf,
    passes: ({ inputs }) => [{ role: String(inputs.role), to: "lambda.amazonaws.com" }],
  },
  "aws:s3/bucket:Bucket": {
    on: bucketOf,
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    on: bucketOf,
  },
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": {
    on: bucketOf,
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
    on: bucketOf,
  },
  "aws:s3/bucketPolicy:BucketPolicy": {
    on: bucketOf,
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
    on: bucketOf,
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    on: bucketOf,
  },
  "aws:s3/bucketVersioning:BucketVersioning": {
    on: bucketOf,
  },
  "aws:scheduler/schedule:Schedule": {
    on: arnOf,
    passes: ({ inputs }) => [{ role: (inputs.target as { roleArn: string }).roleArn, to: "scheduler.amazonaws.com" }],
  },
  "aws:sfn/stateMachine:StateMachine": {
    on: arnOf,
    except: { "states:ValidateStateMachineDefinition": ["*"] },
    passes: ({ inputs }) => [{ role: String(inputs.roleArn), to: "states.amazonaws.com" }],
  },
  "aws:sns/topic:Topic": {
    on: arnOf,
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    on: ({ inputs }) => [String(inputs.topic)],
  },
  "aws:sqs/queue:Queue": {
    on: arnOf,
  },
  "aws:ssm/document:Document": {
    on: documentOf,
  },
};

/** What the program looks up, by the provider's function. STS tells everybody who they are. */
export function lookUps(account: Account, names: { bucket: string; document: string; kmsKeyArn: string }): Need[] {
  const { partition, region, accountId } = account;
  const on: Readonly<Record<string, string>> = {
    "kms:DescribeKey": names.kmsKeyArn,
    "s3:ListBucket": `arn:${partition}:s3:::${names.bucket}`,
    "ssm:GetDocument": `arn:${partition}:ssm:${region}:${accountId}:document/${names.document}`,
  };
  const actions = Object.values(providerActions.functions).flat();
  return actions.map((action) => ({ action, resource: on[action] ?? "*", context: {} }));
}

/** What whoever deploys a resource must be allowed. Throws for a type that nobody has thought about. */
export function deployerNeeds(resource: Resource, account: Account): Need[] {
  const calls = providerCalls[resource.type];
  if (!calls) throw new Error(`${resource.type} is not in tests/rights/providerCalls.ts: what does its provider call?`);
  const own = calls.on(resource, account);
  return [
    ...actionsOf(resource.type).flatMap((action) => {
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

function actionsOf(type: string): readonly string[] {
  return (providerActions.resources as Record<string, readonly string[]>)[type] ?? [];
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
  const alarms = `arn:${partition}:cloudwatch:${region}:${accountId}:alarm:*`;
  return except.map((kind) =>
    kind === "alarms"
      ? alarms
      : kind === "*"
        ? kind
        : `arn:${partition}:glue:${region}:${accountId}:${inCatalog[kind]}`,
  );
}
