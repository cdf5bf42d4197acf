import { DescribeOrganizationCommand, OrganizationsClient } from "@aws-sdk/client-organizations";
import { HeadBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetDocumentCommand, SSMClient } from "@aws-sdk/client-ssm";
import { ListInstancesCommand, ListPermissionSetsCommand, SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Properties } from "./monitor";
import { clientConfig, credentialsOf } from "./provider";
import { type Provider, resourceType } from "./resourceTypes";

type Function = (provider: Provider, args: Properties) => Promise<Properties>;

/** The provider's functions ("invokes") that a program may call, by token, in the words of the provider where they fail. */
const functions: Record<string, Function> = {
  "aws:index/getPartition:getPartition": async ({ partition }) => {
    const dnsSuffix = dnsSuffixes[partition] ?? "amazonaws.com";
    return { id: partition, partition, dnsSuffix, reverseDnsPrefix: dnsSuffix.split(".").reverse().join(".") };
  },
  "aws:index/getRegion:getRegion": async ({ region }) => ({ id: region, region, name: region, description: region }),
  "aws:index/getCallerIdentity:getCallerIdentity": async (provider) => {
    const sts = new STSClient(clientConfig(provider, "deployer"));
    const answer = sts.send(new GetCallerIdentityCommand({}));
    const { Account, Arn, UserId } = await said("reading STS Caller Identity", "STS: GetCallerIdentity", answer);
    return { id: Account, accountId: Account, arn: Arn, userId: UserId };
  },
  "aws:organizations/getOrganization:getOrganization": async (provider) => {
    const client = new OrganizationsClient(clientConfig(provider, "deployer"));
    const answer = client.send(new DescribeOrganizationCommand({}));
    const what = "Organizations: DescribeOrganization";
    const { Organization } = await said("reading Organizations Organization", what, answer);
    return { id: Organization!.Id, masterAccountId: Organization!.MasterAccountId };
  },
  "aws:s3/getBucket:getBucket": async (provider, { bucket }) => {
    const answer = s3Client(provider).send(new HeadBucketCommand({ Bucket: String(bucket) }));
    const { BucketRegion } = await said(`reading S3 Bucket (${bucket})`, "S3: HeadBucket", answer);
    const { id, ...computed } = resourceType("aws:s3/bucket:Bucket").computed({ bucket }, provider);
    return { id, bucket, ...computed, bucketRegion: BucketRegion };
  },
  "aws:s3/getObjects:getObjects": async (provider, { bucket, prefix, maxKeys }) => {
    const request = { Bucket: String(bucket), Prefix: prefix as string, MaxKeys: maxKeys as number };
    const answer = s3Client(provider).send(new ListObjectsV2Command(request));
    const { Contents = [] } = await said(`listing S3 Bucket (${bucket}) Objects`, "S3: ListObjectsV2", answer);
    return { id: bucket, bucket, keys: Contents.map(({ Key }) => Key) };
  },
  "aws:kms/getKey:getKey": async (provider, { keyId }) => {
    const { KeyId, Arn, KeyState, KeyUsage, KeySpec } = await describeKey(provider, String(keyId));
    return { id: KeyId, keyId, arn: Arn, keyState: KeyState, keyUsage: KeyUsage, keySpec: KeySpec };
  },
  "aws:sns/getTopic:getTopic": async (provider, { name }) => {
    const client = new SNSClient(clientConfig(provider, "deployer"));
    const answer = client.send(new ListTopicsCommand({}));
    const { Topics = [] } = await said(`reading SNS Topic (${name})`, "SNS: ListTopics", answer);
    const arn = Topics.map(({ TopicArn }) => TopicArn!).find((one) => one.endsWith(`:${name}`));
    if (!arn) throw new Error(`reading SNS Topic (${name}): empty result`);
    return { id: arn, arn, name };
  },
  "aws:ssm/getDocument:getDocument": async (provider, { name }) => {
    const client = new SSMClient(clientConfig(provider, "deployer"));
    const answer = client.send(new GetDocumentCommand({ Name: String(name) }));
    const { Content } = await said(`reading SSM Document (${name})`, "SSM: GetDocument", answer);
    return { id: name, name, content: Content, documentType: "Automation" };
  },
  "aws:ssoadmin/getInstances:getInstances": async (provider) => {
    const client = new SSOAdminClient(clientConfig(provider, "deployer"));
    const answer = client.send(new ListInstancesCommand({}));
    const { Instances = [] } = await said("reading SSO Instances", "SSO Admin: ListInstances", answer);
    return {
      id: provider.region,
      region: provider.region,
      arns: Instances.map((instance) => instance.InstanceArn),
      identityStoreIds: Instances.map((instance) => instance.IdentityStoreId),
    };
  },
  "aws:ssoadmin/getPermissionSets:getPermissionSets": async (provider, { instanceArn }) => {
    const client = new SSOAdminClient(clientConfig(provider, "deployer"));
    const answer = client.send(new ListPermissionSetsCommand({ InstanceArn: String(instanceArn) }));
    const { PermissionSets } = await said("reading SSO Permission Sets", "SSO Admin: ListPermissionSets", answer);
    return { id: instanceArn, instanceArn, arns: PermissionSets };
  },
};

function s3Client(provider: Provider): S3Client {
  return new S3Client({ ...clientConfig(provider, "deployer"), forcePathStyle: true });
}

const dnsSuffixes: Readonly<Record<string, string>> = { "aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu" };

/** Calls a provider's function. A failure is in the engine's words around the provider's. */
export async function invokeFunction(provider: Provider, token: string, args: Properties): Promise<Properties> {
  const call = functions[token];
  if (!call) {
    throw new Error(
      `${token} is not a function that the local deployment knows; add it in local/deployment/functions.ts`,
    );
  }
  try {
    return await call(provider, args);
  } catch (error) {
    const reason = `1 error occurred:\n\t* ${(error as Error).message}\n\n`;
    throw new Error(`invocation of ${token} returned an error: invoking ${token}: ${reason}`);
  }
}

interface Refused extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** The answer; a refusal in the words of the AWS SDK for Go, which the provider is made with. */
async function said<Answer>(doing: string, operation: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    const { name, message, $metadata = {} } = error as Refused;
    throw new Error(refusal(doing, operation, $metadata.httpStatusCode, $metadata.requestId, name, message));
  }
}

function refusal(
  doing: string,
  operation: string,
  status: number | undefined,
  requestId: string | undefined,
  name: string,
  message: string,
): string {
  const http = `https response error StatusCode: ${status}, RequestID: ${requestId}`;
  return `${doing}: operation error ${operation}, ${http}, api error ${name}: ${message}`;
}

/** Without the SDK's client, which nothing else needs. */
async function describeKey(provider: Provider, keyId: string): Promise<Record<string, unknown>> {
  const { accessKeyId } = credentialsOf("deployer");
  const response = await fetch(provider.endpoint, {
    method: "POST",
    headers: {
      "x-amz-target": "TrentService.DescribeKey",
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/${provider.region}/kms/aws4_request`,
    },
    body: JSON.stringify({ KeyId: keyId }),
  });
  const answer = (await response.json()) as { KeyMetadata: Record<string, unknown>; __type: string; Message: string };
  if (response.ok) return answer.KeyMetadata;
  const requestId = response.headers.get("x-amzn-requestid") ?? undefined;
  const { __type: name, Message: message } = answer;
  throw new Error(refusal(`reading KMS Key (${keyId})`, "KMS: DescribeKey", response.status, requestId, name, message));
}
