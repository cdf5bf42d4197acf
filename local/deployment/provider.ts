import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { ListInstancesCommand, SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Properties } from "./monitor";
import { type Provider, resourceType } from "./resourceTypes";

/** The local AWS takes any credentials; the access key id tells its statistics and faults who calls. */
export type Caller = "deployer" | "function" | "runbook";

export function credentialsOf(caller: Caller): { accessKeyId: string; secretAccessKey: string } {
  return { accessKeyId: `local-${caller}`, secretAccessKey: "local" };
}

export function clientConfig({ endpoint, region }: Pick<Provider, "endpoint" | "region">, caller: Caller) {
  return { endpoint, region, credentials: credentialsOf(caller) };
}

export async function connectProvider(endpoint: string, region: string): Promise<Provider> {
  const sts = new STSClient(clientConfig({ endpoint, region }, "deployer"));
  const { Account } = await sts.send(new GetCallerIdentityCommand({}));
  return { endpoint, region, partition: partitionOf(region), accountId: Account! };
}

function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** The provider's functions ("invokes") that a program may call, by token. */
const functions: Record<string, (provider: Provider, args: Properties) => Promise<Properties>> = {
  "aws:index/getPartition:getPartition": async ({ partition }) => {
    const dnsSuffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
    return { id: partition, partition, dnsSuffix, reverseDnsPrefix: dnsSuffix.split(".").reverse().join(".") };
  },
  "aws:index/getRegion:getRegion": async ({ region }) => ({ id: region, region, name: region, description: region }),
  "aws:index/getCallerIdentity:getCallerIdentity": async ({ partition, accountId }) => ({
    id: accountId,
    accountId,
    arn: `arn:${partition}:iam::${accountId}:root`,
    userId: accountId,
  }),
  // An organisation file is one organisation's, seen from its management account.
  "aws:organizations/getOrganization:getOrganization": async ({ accountId }) => ({
    id: "o-local",
    masterAccountId: accountId,
  }),
  "aws:s3/getBucket:getBucket": async (provider, { bucket }) => {
    const s3 = new S3Client({ ...clientConfig(provider, "deployer"), forcePathStyle: true });
    try {
      await s3.send(new HeadBucketCommand({ Bucket: String(bucket) }));
    } catch (error) {
      throw new Error(`Failed getting S3 bucket (${bucket}): ${(error as Error).name}`);
    }
    const { id, ...computed } = resourceType("aws:s3/bucket:Bucket").computed({ bucket }, provider);
    return { id, bucket, ...computed };
  },
  "aws:ssoadmin/getInstances:getInstances": async (provider) => {
    const ssoAdmin = new SSOAdminClient(clientConfig(provider, "deployer"));
    const { Instances = [] } = await ssoAdmin.send(new ListInstancesCommand({}));
    return {
      id: provider.region,
      region: provider.region,
      arns: Instances.map((instance) => instance.InstanceArn),
      identityStoreIds: Instances.map((instance) => instance.IdentityStoreId),
    };
  },
};

export async function invokeFunction(provider: Provider, token: string, args: Properties): Promise<Properties> {
  const call = functions[token];
  if (!call) {
    throw new Error(
      `${token} is not a function that the local deployment knows; add it in local/deployment/provider.ts`,
    );
  }
  return call(provider, args);
}
