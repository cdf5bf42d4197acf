/** An AWS SDK error, as far as it is looked at here. */
export interface ServiceError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  readonly RetryAfterSeconds?: number;
  /** What Identity Center and the Identity Store say beside an error's name, such as `KMS_ACCESS_DENIED`. */
  readonly Reason?: string;
  /** Of an error of the network. */
  readonly code?: string;
  readonly hostname?: string;
}

export function statusOf(error: ServiceError): number | undefined {
  return error.$metadata?.httpStatusCode;
}
