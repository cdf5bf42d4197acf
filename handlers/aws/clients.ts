import type { Agent } from "node:https";
import { IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { type AccountAccessClient, createAccountAccess } from "./accountAccess";

export interface Clients {
  readonly ssoAdmin: SSOAdminClient;
  readonly identityStore: IdentitystoreClient;
  readonly organizations: OrganizationsClient;
  readonly accountAccess: AccountAccessClient;
  readonly s3: S3Client;
}

/** What the SDK's clients are told in common; credentials and Region come from where the SDK finds them, unless given. */
export interface ClientOptions {
  readonly region?: string;
  /** A profile of the shared configuration files. */
  readonly profile?: string;
  readonly credentials?: S3ClientConfig["credentials"];
  /** Carries the requests, through a proxy for instance. */
  readonly httpsAgent?: Agent;
}

/** The SDK clients of a run. A login source makes its own. */
export function createClients(options: ClientOptions = {}): Clients {
  const settings = clientSettings(options);
  const ssoAdmin = new SSOAdminClient(settings);
  return {
    ssoAdmin,
    identityStore: new IdentitystoreClient(settings),
    organizations: new OrganizationsClient(settings),
    accountAccess: createAccountAccess(ssoAdmin),
    s3: new S3Client(settings),
  };
}

/** What tells people. Not of a run: a run from a terminal tells nobody but who started it. */
export function createTopicClient(): SNSClient {
  return new SNSClient(clientSettings({}));
}

/** What every client is told. None retries: pace and retries are the caller's (`caller.ts`), which sees every attempt. */
export function clientSettings({ httpsAgent, ...options }: ClientOptions) {
  // requestTimeout ends when the first byte of the answer comes; an answer that stops after it is socketTimeout's.
  const timeouts = { connectionTimeout: 5_000, requestTimeout: 60_000, socketTimeout: 60_000 };
  const requestHandler = { ...timeouts, throwOnRequestTimeout: true, ...(httpsAgent && { httpsAgent }) };
  return { ...options, maxAttempts: 1, requestHandler };
}
