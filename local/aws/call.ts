import type { IncomingHttpHeaders } from "node:http";
import type { Fault } from "./faults";

/** One request to the local AWS, after its service and operation are known. */
export interface Call {
  /** The service's name in the SDK: `sso-admin`, `identitystore`, `organizations`, `cloudtrail`, `s3`, `sts` … */
  readonly service: string;
  /** The operation's name in AWS's own words: `ListPermissionSets`. */
  readonly operation: string;
  readonly method: string;
  /** The path as it was sent, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The Region and the access key id of the request's credential scope. */
  readonly region: string;
  readonly accessKeyId: string;
  /** Whose credentials they are. */
  readonly caller: Caller;
  /** S3 only, decoded. */
  readonly bucket?: string;
  readonly key?: string;
  /** The faults that fire at this call. */
  readonly faults: readonly Fault[];
}

/** A user, or a session of a role. */
export interface Caller {
  readonly arn: string;
  /** The account that the call counts as: its throttles, its Event history. */
  readonly account: string;
  readonly userId: string;
  readonly isRole: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | readonly Buffer[];
}

export type Handler = (call: Call) => Answer | Promise<Answer>;

/** An error as AWS answers it: its code, its message, and the further members of its shape. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = code;
  }
}

/** AWS has the operation, the local AWS does not. 501 is not retried by the SDK, so the message is seen at once. */
export function notImplemented(service: string, what: string): AwsError {
  return new AwsError("NotImplemented", `The local AWS does not implement ${service} ${what}.`, 501);
}

/** What the SigV4 signature says about the caller: in the header, or in the query of a presigned URL. */
export function credentialScope(headers: IncomingHttpHeaders, query: URLSearchParams) {
  const credential =
    /Credential=([^,\s]+)/.exec(headers.authorization ?? "")?.[1] ?? query.get("X-Amz-Credential") ?? undefined;
  const [accessKeyId, , region, scopeName] = credential?.split("/") ?? [];
  if (!accessKeyId || !region || !scopeName) {
    throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", 403);
  }
  return { accessKeyId, region, scopeName };
}
