import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { parseEventDataStore } from "../settings";

export interface Clients {
  readonly ssoAdmin: SSOAdminClient;
  readonly identityStore: IdentitystoreClient;
  readonly organizations: OrganizationsClient;
  readonly cloudTrail: CloudTrailClient;
  readonly s3: S3Client;
}

/** What the SDK's clients are told in common; credentials and Region come from where the SDK finds them, unless given. */
export interface ClientOptions {
  readonly region?: string;
  /** A profile of the shared configuration files. */
  readonly profile?: string;
}

/**
 * The SDK clients of a run. They do not retry: pace and retries are the caller's (`calls.ts`), which sees every attempt.
 *
 * @param eventDataStore id or ARN; an ARN gives the Region of the CloudTrail client
 */
export function createClients(eventDataStore: string | null, options: ClientOptions = {}): Clients {
  const common = commonSettings(options);
  const lakeRegion = eventDataStore === null ? undefined : parseEventDataStore(eventDataStore)?.region;
  return {
    ssoAdmin: new SSOAdminClient(common),
    identityStore: new IdentitystoreClient(common),
    organizations: new OrganizationsClient(common),
    cloudTrail: new CloudTrailClient(lakeRegion ? { ...common, region: lakeRegion } : common),
    s3: new S3Client(common),
  };
}

/** What tells people. Not of a run: a run from a terminal tells nobody but who started it. */
export function createTopicClient(): SNSClient {
  return new SNSClient(commonSettings({}));
}

function commonSettings(options: ClientOptions) {
  // requestTimeout ends when the first byte of the answer comes; an answer that stops after it is socketTimeout's.
  const timeouts = { connectionTimeout: 5_000, requestTimeout: 60_000, socketTimeout: 60_000 };
  const requestHandler = { ...timeouts, throwOnRequestTimeout: true };
  return { ...options, maxAttempts: 1, requestHandler };
}
