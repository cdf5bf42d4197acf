import type { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { SignatureV4 } from "@smithy/signature-v4";
import { reportError } from "../errors";

/**
 * Account access manager, of whose API there is no JavaScript client yet: two operations of its service model (`account-access`, rest-json),
 * signed with the SDK's own signer. As soon as there is `@aws-sdk/client-account-access`, it replaces this file: who calls, calls it as any
 * client.
 */
export interface AccountAccessClient {
  readonly config: { readonly serviceId: string; readonly region: () => Promise<string> };
  send<Answer>(command: AccountAccessCommand<Answer>, options: { readonly abortSignal: AbortSignal }): Promise<Answer>;
  /** Nothing to do: the connections are the other client's. */
  destroy(): void;
}

/** One page of a list, with the token's name as the other services of Identity Center have it. */
export interface AccountAccessPage {
  readonly $metadata?: { readonly httpStatusCode: number; readonly requestId?: string };
  readonly NextToken?: unknown;
}

export interface AccountAccessCommand<Answer> {
  /** As the SDK's commands have it: the operation is the third. */
  readonly schema: readonly [number, string, string];
  readonly path: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** What is needed of what AWS answers, whose members may be of any type. */
  answerOf(body: Readonly<Record<string, unknown>>, metadata: NonNullable<AccountAccessPage["$metadata"]>): Answer;
}

/**
 * Where account access manager can be had: in the Regions that every account has. It is not offered in Regions that must be enabled first, nor
 * in GovCloud and China. By AWS's documentation of August 2026: https://docs.aws.amazon.com/singlesignon/latest/userguide/
 */
export const ACCOUNT_ACCESS_REGIONS: readonly string[] = [
  ...["ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"],
  ...["ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"],
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2"],
];

/** The most that a page may hold. */
const PAGE_SIZE = 100;

interface Applications extends AccountAccessPage {
  readonly applications: { readonly applicationArn?: unknown }[];
}

export function listAccessApplications(nextToken: string | undefined): AccountAccessCommand<Applications> {
  return {
    schema: [0, "accountaccess", "ListApplications"],
    path: "/applications-list",
    input: { maxResults: PAGE_SIZE, ...(nextToken !== undefined && { nextToken }) },
    answerOf: ({ applications, nextToken: NextToken }, $metadata) => ({
      applications: applications as Applications["applications"],
      NextToken,
      $metadata,
    }),
  };
}

interface Entitlements extends AccountAccessPage {
  readonly entitlements: {
    readonly entitlementId?: unknown;
    readonly createdAt?: unknown;
    readonly entitlement?: unknown;
  }[];
}

/** The entitlements of one account: AWS does not say that it lists those of all accounts. */
export function listAccountEntitlements(
  applicationArn: string,
  account: string,
  nextToken: string | undefined,
): AccountAccessCommand<Entitlements> {
  const filter = { principalRole: { account } };
  return {
    schema: [0, "accountaccess", "ListEntitlements"],
    path: "/entitlements-list",
    input: { applicationArn, filter, maxResults: PAGE_SIZE, ...(nextToken !== undefined && { nextToken }) },
    answerOf: ({ entitlements, nextToken: NextToken }, $metadata) => ({
      entitlements: entitlements as Entitlements["entitlements"],
      NextToken,
      $metadata,
    }),
  };
}

interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * @param ssoAdmin whose credentials, Region, hash, connections and clock are used; to be given before it has called, since with its first call
 * it takes an address of its own out of the environment
 */
export function createAccountAccess(ssoAdmin: SSOAdminClient): AccountAccessClient {
  const { config } = ssoAdmin;
  const given = config.endpoint;
  const signer = new SignatureV4({
    credentials: config.credentials,
    region: config.region,
    service: "account-access",
    sha256: config.sha256,
  });

  async function findAddress(): Promise<URL> {
    const { AWS_ENDPOINT_URL_ACCOUNT_ACCESS, AWS_ENDPOINT_URL } = process.env;
    const named = AWS_ENDPOINT_URL_ACCOUNT_ACCESS || AWS_ENDPOINT_URL;
    const endpoint = await given?.();
    if (endpoint !== undefined) {
      return new URL(`${endpoint.protocol}//${endpoint.hostname}${endpoint.port ? `:${endpoint.port}` : ""}`);
    }
    return new URL(named || `https://account-access.${await config.region()}.api.aws`);
  }

  let address: Promise<URL> | undefined; // once, as the SDK's clients

  async function request(path: string, body: string) {
    address ??= findAddress();
    const { protocol, hostname, port, host, pathname } = await address;
    return {
      method: "POST",
      protocol,
      hostname,
      ...(port !== "" && { port: Number(port) }),
      path: pathname.replace(/\/$/, "") + path,
      query: {},
      headers: { host, "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) },
      body,
    };
  }

  return {
    config: { serviceId: "Account Access", region: config.region },
    async send(command, { abortSignal }) {
      const signedMs = Date.now() + config.systemClockOffset;
      const unsigned = await request(command.path, JSON.stringify(command.input));
      const signed = await signer.sign(unsigned, { signingDate: new Date(signedMs) });
      // The same kind of request that the SDK's own clients hand on.
      const { response } = await config.requestHandler.handle(signed as never, { abortSignal: abortSignal as never });
      const { statusCode, headers, body } = response as unknown as HttpAnswer;
      const pieces: Uint8Array[] = [];
      for await (const piece of body) pieces.push(piece);
      const text = Buffer.concat(pieces).toString("utf8");
      const requestId = headers["x-amzn-requestid"] ?? headers["x-amz-request-id"];
      const metadata = { httpStatusCode: statusCode, ...(requestId !== undefined && { requestId }) };
      const answer = objectIn(text);
      if (statusCode === 200 && answer !== null) return command.answerOf(answer, metadata);
      const error = errorOf(statusCode, headers, answer, metadata);
      const aheadMs = Date.parse(headers.date ?? "") - Date.now();
      // As the SDK does: the next request is signed by AWS's clock.
      if (requestId !== undefined && Math.abs(aheadMs - config.systemClockOffset) >= 240_000) {
        config.systemClockOffset = aheadMs;
      }
      throw error;
    },
    destroy() {},
  };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

/** What is no answer, as the SDK's clients throw it. */
function errorOf(
  statusCode: number,
  headers: HttpAnswer["headers"],
  body: Readonly<Record<string, unknown>> | null,
  $metadata: object,
): Error {
  const isPage = /^text\/html/i.test(headers["content-type"] ?? "");
  const type = headers["x-amzn-errortype"] ?? String(body?.__type ?? body?.code ?? "");
  // `ValidationException:http://…` in the header, `com.amazonaws…#ValidationException` in the body
  const name = type.split(":")[0]!.split("#").pop()!;
  const said = body?.message ?? body?.Message;
  const error =
    statusCode === 200 && !isPage
      ? reportError("UnexpectedAnswer", "expected a JSON object, got something else")
      : reportError(name || `HTTP${statusCode}`, typeof said === "string" ? said : `HTTP ${statusCode}`);
  const seconds = Number(headers["retry-after"]);
  return Object.assign(error, {
    $metadata,
    $response: { headers },
    ...(seconds > 0 && seconds < 60 && { RetryAfterSeconds: seconds }),
  });
}
