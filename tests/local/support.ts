import {
  CloudTrailClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
} from "@aws-sdk/client-cloudtrail";
import { IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity } from "@smithy/types";
import { type LocalAws, type LocalAwsOptions, type OrganisationFile, startLocalAws } from "../../local/aws";

export const storeId = "0c1d2e3f-4a5b-4c6d-8e7f-9a0b1c2d3e4f";
export const instanceArn = "arn:aws:sso:::instance/ssoins-0123456789abcdef";
export const identityStoreId = "d-0123456789";

export function permissionSetArn(index: number): string {
  return `arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-${String(index).padStart(16, "0")}`;
}

/** An organisation with nothing in it but what a test puts there. */
export function organisation(parts: Partial<OrganisationFile> = {}): OrganisationFile {
  return {
    Now: "2026-11-20T09:00:00Z",
    InstanceArn: instanceArn,
    IdentityStoreId: identityStoreId,
    EventDataStore: {
      EventDataStoreArn: `arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/${storeId}`,
      Status: "ENABLED",
      AdvancedEventSelectors: [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] }],
      MultiRegionEnabled: true,
      RetentionPeriod: 365,
      CreatedTimestamp: "2026-01-01T00:00:00Z",
    },
    ...parts,
  };
}

export function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

const running: { close(): unknown }[] = [];

/** Starts a local AWS that ends with the test file; a thousand times faster than AWS unless told otherwise. */
export async function start(
  parts: Partial<OrganisationFile> = {},
  options: Partial<LocalAwsOptions> = {},
): Promise<{ aws: LocalAws } & ReturnType<typeof clients>> {
  const aws = await startLocalAws({ organisation: organisation(parts), rate: 1000, ...options });
  running.push(aws);
  return { aws, ...clients(aws.url) };
}

/** SDK clients that do not retry, so that a test sees each answer. */
export function clients(endpoint: string, credentials: Partial<AwsCredentialIdentity> = {}, region = "us-east-1") {
  const identity = { accessKeyId: "local", secretAccessKey: "x", ...credentials };
  const config = { endpoint, region, credentials: identity, maxAttempts: 1 };
  const made = {
    sso: new SSOAdminClient(config),
    store: new IdentitystoreClient(config),
    organizations: new OrganizationsClient(config),
    trail: new CloudTrailClient(config),
    sns: new SNSClient(config),
    sts: new STSClient(config),
    s3: new S3Client(config),
  };
  for (const client of Object.values(made)) running.push({ close: () => client.destroy() });
  return made;
}

export async function stopAll(): Promise<void> {
  for (const { close } of running.splice(0).reverse()) await close();
}

/** The error that a call fails with. */
export async function failure(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { ...(error as object), name, message, status: $metadata?.httpStatusCode };
  }
  throw new Error("expected the call to fail");
}

/** The first page of a query's results, when it is over. */
export async function endOf(
  trail: CloudTrailClient,
  QueryId: string | undefined,
): Promise<GetQueryResultsCommandOutput> {
  for (;;) {
    const results = await trail.send(new GetQueryResultsCommand({ QueryId }));
    if (results.QueryStatus !== "QUEUED" && results.QueryStatus !== "RUNNING") return results;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A result's rows as objects. */
export function rowsOf({ QueryResultRows = [] }: GetQueryResultsCommandOutput): Record<string, string>[] {
  return QueryResultRows.map((row) => Object.assign({}, ...row));
}
