import { createHash } from "node:crypto";
import type { Properties } from "./monitor";

/** What a resource's provider would know about it. All of it is computed: nothing here calls AWS. */
export interface ResourceType {
  /** The input that holds the resource's own name, which Pulumi generates where it is not given. */
  readonly name?: string;
  /** Inputs that cannot be changed in place, besides the name: a change makes a new resource. */
  readonly immutable: readonly string[];
  /** The id and what else AWS answers beyond the inputs. */
  readonly computed: (inputs: Properties, provider: Provider) => { readonly id: string } & Properties;
}

type Computed = (name: string, provider: Provider, inputs: Properties) => { readonly id: string } & Properties;

function named(name: string, computed: Computed, immutable: readonly string[] = []): ResourceType {
  return { name, immutable, computed: (inputs, provider) => computed(String(inputs[name]), provider, inputs) };
}

/** A setting of another resource: it has no name of its own, and moves by being made anew. */
function settingOf(input: string): ResourceType {
  return { immutable: [input], computed: (inputs) => ({ id: String(inputs[input]) }) };
}

const arn = (service: string, resource: string, { partition, region, accountId }: Provider) =>
  `arn:${partition}:${service}:${region}:${accountId}:${resource}`;

const iamArn = (resource: string, { partition, accountId }: Provider) =>
  `arn:${partition}:iam::${accountId}:${resource}`;

const withArn =
  (service: string, prefix: string): Computed =>
  (name, provider) => ({ id: name, arn: arn(service, `${prefix}${name}`, provider) });

const resourceTypes: Readonly<Record<string, ResourceType>> = {
  "aws:cloudwatch/dashboard:Dashboard": {
    immutable: ["dashboardName"],
    computed: ({ dashboardName }, provider) => ({
      id: String(dashboardName),
      dashboardArn: `arn:${provider.partition}:cloudwatch::${provider.accountId}:dashboard/${dashboardName}`,
    }),
  },
  "aws:cloudwatch/logGroup:LogGroup": named("name", withArn("logs", "log-group:")),
  "aws:cloudwatch/metricAlarm:MetricAlarm": named("name", withArn("cloudwatch", "alarm:")),
  "aws:glue/catalogDatabase:CatalogDatabase": named("name", (name, provider) => ({
    id: `${provider.accountId}:${name}`,
    arn: arn("glue", `database/${name}`, provider),
    catalogId: provider.accountId,
  })),
  "aws:glue/catalogTable:CatalogTable": named(
    "name",
    (name, provider, { databaseName }) => ({
      id: `${provider.accountId}:${databaseName}:${name}`,
      arn: arn("glue", `table/${databaseName}/${name}`, provider),
      catalogId: provider.accountId,
    }),
    ["databaseName"],
  ),
  "aws:iam/policy:Policy": named("name", (name, provider, { path = "/" }) => {
    const policyArn = iamArn(`policy${path}${name}`, provider);
    return { id: policyArn, arn: policyArn };
  }),
  "aws:iam/role:Role": named(
    "name",
    (name, provider, { path = "/" }) => ({
      id: name,
      arn: iamArn(`role${path}${name}`, provider),
      uniqueId: `AROA${digest(name).slice(0, 17).toUpperCase()}`,
    }),
    ["path"],
  ),
  "aws:iam/rolePolicy:RolePolicy": named("name", (name, _, { role }) => ({ id: `${role}:${name}` }), ["role"]),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    immutable: ["role", "policyArn"],
    computed: ({ role, policyArn }) => ({ id: `${role}-${policyArn}` }),
  },
  "aws:lambda/function:Function": named("name", (name, provider) => {
    const functionArn = arn("lambda", `function:${name}`, provider);
    return { id: name, arn: functionArn, qualifiedArn: `${functionArn}:$LATEST`, version: "$LATEST" };
  }),
  "aws:s3/bucket:Bucket": named("bucket", (bucket, { partition, region }) => ({
    id: bucket,
    arn: `arn:${partition}:s3:::${bucket}`,
    region,
    bucketDomainName: `${bucket}.s3.amazonaws.com`,
    bucketRegionalDomainName: `${bucket}.s3.${region}.amazonaws.com`,
  })),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": settingOf("bucket"),
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": settingOf("bucket"),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": settingOf("bucket"),
  "aws:s3/bucketPolicy:BucketPolicy": settingOf("bucket"),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": settingOf("bucket"),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": settingOf("bucket"),
  "aws:s3/bucketVersioning:BucketVersioning": settingOf("bucket"),
  "aws:scheduler/schedule:Schedule": named(
    "name",
    (name, provider, { groupName = "default" }) => ({
      id: `${groupName}/${name}`,
      arn: arn("scheduler", `schedule/${groupName}/${name}`, provider),
      groupName,
    }),
    ["groupName"],
  ),
  "aws:scheduler/scheduleGroup:ScheduleGroup": named("name", withArn("scheduler", "schedule-group/")),
  "aws:sfn/stateMachine:StateMachine": named(
    "name",
    (name, provider) => {
      const machineArn = arn("states", `stateMachine:${name}`, provider);
      return { id: machineArn, arn: machineArn, status: "ACTIVE" };
    },
    ["type"],
  ),
  "aws:sns/topic:Topic": named("name", (name, provider) => {
    const topicArn = arn("sns", name, provider);
    return { id: topicArn, arn: topicArn };
  }),
  "aws:sns/topicPolicy:TopicPolicy": settingOf("arn"),
  "aws:sns/topicSubscription:TopicSubscription": {
    immutable: ["topic", "protocol", "endpoint"],
    computed: ({ topic, protocol, endpoint }) => {
      const subscriptionArn = `${topic}:${digest(`${protocol} ${endpoint}`).slice(0, 12)}`;
      return { id: subscriptionArn, arn: subscriptionArn };
    },
  },
  "aws:sqs/queue:Queue": named(
    "name",
    (name, provider) => {
      const url = `https://sqs.${provider.region}.amazonaws.com/${provider.accountId}/${name}`;
      return { id: url, url, arn: arn("sqs", name, provider) };
    },
    ["fifoQueue"],
  ),
  "aws:sqs/queuePolicy:QueuePolicy": settingOf("queueUrl"),
  "aws:ssm/document:Document": named(
    "name",
    (name, provider, { content, documentType }) => ({
      id: name,
      // So the provider says it; to IAM every document is document/NAME.
      arn: arn("ssm", `${documentType === "Automation" ? "automation-definition" : "document"}/${name}`, provider),
      documentVersion: "$DEFAULT",
      hash: digest(String(content)),
      hashType: "Sha256",
      owner: provider.accountId,
      status: "Active",
    }),
    ["documentType"],
  ),
  "pulumi:providers:aws": {
    immutable: [],
    computed: (inputs) => ({ id: digest(JSON.stringify(inputs)).slice(0, 36) }),
  },
};

export function resourceType(type: string): ResourceType {
  const known = resourceTypes[type];
  if (!known) {
    throw new Error(
      `${type} is not a resource type that the local deployment knows; add what AWS computes for it in local/deployment/resourceTypes.ts`,
    );
  }
  return known;
}

/**
 * Fills in the resource's own name as Pulumi does, `<name>-<7 hex digits>`. The digits follow from the seed and not from
 * chance, so that two local deployments of one program are alike.
 */
export function withGeneratedName(type: ResourceType, name: string, inputs: Properties, seed: string): Properties {
  if (!type.name || inputs[type.name] !== undefined) return inputs;
  const prefix = inputs[`${type.name}Prefix`] ?? `${name}-`;
  return { ...inputs, [type.name]: `${prefix}${digest(seed).slice(0, 7)}` };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Where the provider works: what it puts into ARNs, and the endpoint it calls. */
export interface Provider {
  readonly endpoint: string;
  readonly region: string;
  readonly partition: string;
  readonly accountId: string;
}
