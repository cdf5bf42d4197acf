import { setMaxListeners } from "node:events";
import { messageOf, reportError } from "../errors";

/** What a run has asked of AWS so far, by `service:Operation`. */
export interface CallStatistics {
  readonly calls: Record<string, number>;
  /** Of the calls, those that were answered with what was asked for. */
  readonly answered: Record<string, number>;
  readonly throttled: Record<string, number>;
}

export interface CallerOptions {
  /** See `Settings.requestsPerSecond`. */
  readonly requestsPerSecond: number;
  /** Ends every wait and every call in flight. */
  readonly signal: AbortSignal;
}

/** Makes one AWS call: paced, retried, counted, and with an error for people when it fails for good. */
export interface Caller {
  <T>(service: string, operation: string, send: (signal: AbortSignal) => Promise<T>): Promise<T>;
  readonly statistics: CallStatistics;
  /** Waits; rejects at once when the run is ended. */
  sleep(ms: number): Promise<void>;
  /** Throws the reason where the run has been ended. */
  throwIfEnded(): void;
}

/** An AWS SDK error, as far as it is looked at here. */
interface ServiceError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly RetryAfterSeconds?: number;
  readonly code?: string;
}

/**
 * A caller for one run. Requests wait their turn in their quota, so that the pace is exact however many of them
 * wait. A quota that AWS throttles is slowed by three tenths at once and wins its pace back over the next calls that succeed.
 *
 * Quotas (AWS): sso-admin 20/s over all its calls; identitystore 20/s each API; organizations 8/s;
 * CloudTrail StartQuery 3/s, its other queries 10/s each. S3 is not paced.
 */
export function createCaller(options: CallerOptions): Caller {
  const ATTEMPTS = 8;
  const THROTTLED_ATTEMPTS = 30;
  // 200 ms at all paces that AWS grants; less where a local AWS grants more.
  const FIRST_BACKOFF_MS = Math.min(200, 4_000 / options.requestsPerSecond);
  const LONGEST_BACKOFF_MS = 100 * FIRST_BACKOFF_MS;
  const SLOWEST_SHARE = 1 / 20;
  const CATCH_UP_MS = 100; // calls that a busy process was late with may follow at once; AWS's quotas allow such bursts

  const share = options.requestsPerSecond / 20;
  const signal = options.signal;
  setMaxListeners(0, signal); // each wait and each request in flight listens
  const calls: Record<string, number> = {};
  const answered: Record<string, number> = {};
  const throttled: Record<string, number> = {};
  const buckets: Record<string, ReturnType<typeof createBucket>> = {};

  function quotaOf(service: string, operation: string): [name: string, perSecond: number] | null {
    if (service === "sso-admin") return [service, 20 * share];
    if (service === "identitystore") return [`${service}:${operation}`, 20 * share];
    if (service === "organizations") return [service, 8 * share];
    if (service === "cloudtrail") return [`${service}:${operation}`, (operation === "StartQuery" ? 3 : 10) * share];
    return null;
  }

  function bucketOf([name, perSecond]: [string, number]) {
    buckets[name] ??= createBucket(perSecond);
    return buckets[name];
  }

  /** Lets calls start at an even pace, in the order in which they came. */
  function createBucket(perSecond: number) {
    const fullIntervalMs = 1000 / perSecond;
    const waiting: { start: () => void; end: (reason: unknown) => void }[] = [];
    let pace = 1; // share of perSecond that AWS lets through at present
    let nextMs = 0;
    let throttledMs = Number.NEGATIVE_INFINITY;
    let timer: NodeJS.Timeout | undefined;

    function startDue(): void {
      timer = undefined;
      const nowMs = performance.now();
      nextMs = Math.max(nextMs, nowMs - CATCH_UP_MS);
      while (waiting.length > 0 && nextMs <= nowMs) {
        nextMs += fullIntervalMs / pace;
        waiting.shift()?.start();
      }
      if (waiting.length > 0) timer = setTimeout(startDue, nextMs - nowMs);
    }

    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      for (const each of waiting.splice(0)) each.end(signal.reason);
    });

    return {
      turn(): Promise<void> {
        return new Promise((start, end) => {
          waiting.push({ start, end });
          if (timer === undefined) startDue();
        });
      },
      succeeded(): void {
        if (pace < 1) pace = Math.min(1, pace + 0.005);
      },
      throttled(retryAfterMs: number): void {
        const nowMs = performance.now();
        // Calls that were on their way when the first answer came say nothing new.
        if (nowMs - throttledMs > (10 * fullIntervalMs) / pace) {
          pace = Math.max(SLOWEST_SHARE, pace * 0.7);
          throttledMs = nowMs;
        }
        nextMs = Math.max(nextMs, nowMs + retryAfterMs);
      },
    };
  }

  function sleep(ms: number): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      timer = setTimeout(() => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal.addEventListener("abort", onAbort);
    });
  }

  function isThrottle(error: ServiceError): boolean {
    return (
      /throttl|TooManyRequests|SlowDown|LimitExceededException|MaxConcurrentQueries/i.test(error.name) ||
      statusOf(error) === 429
    );
  }

  /** Answers of the 400s are final, but for throttling, requests that did not arrive whole, and S3's "another one is at it". */
  function isFinal(error: ServiceError): boolean {
    const status = statusOf(error);
    const passing = error.name === "RequestTimeout" || error.name === "ConditionalRequestConflict";
    return status !== undefined && status >= 400 && status < 500 && !passing;
  }

  function statusOf(error: ServiceError): number | undefined {
    return error.$metadata?.httpStatusCode;
  }

  async function call<T>(service: string, operation: string, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const name = `${service}:${operation}`;
    const quota = quotaOf(service, operation);
    const bucket = quota === null ? null : bucketOf(quota);
    let throttles = 0;
    let failures = 0;
    for (;;) {
      signal.throwIfAborted();
      await bucket?.turn();
      calls[name] = (calls[name] ?? 0) + 1;
      try {
        const answer = await send(signal);
        bucket?.succeeded();
        answered[name] = (answered[name] ?? 0) + 1;
        return answer;
      } catch (thrown) {
        signal.throwIfAborted();
        const error = thrown as ServiceError;
        const retryAfterMs = 1000 * (error.RetryAfterSeconds ?? 0);
        if (isThrottle(error)) {
          throttled[name] = (throttled[name] ?? 0) + 1;
          bucket?.throttled(retryAfterMs);
          throttles += 1;
          if (throttles >= THROTTLED_ATTEMPTS) throw explain(service, operation, error);
        } else {
          failures += 1;
          if (isFinal(error) || failures >= ATTEMPTS) throw explain(service, operation, error);
        }
        const backoffMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(16, throttles + failures - 1));
        await sleep(retryAfterMs + Math.random() * backoffMs);
      }
    }
  }

  function explain(service: string, operation: string, error: ServiceError): Error {
    const call = `${service} ${operation}`;
    const said = `${error.name}: ${messageOf(error)}`;
    const status = statusOf(error);
    if (/AccessDenied|UnauthorizedOperation|NotAuthorized|^Forbidden$/i.test(error.name) || status === 403) {
      if (/Expired|Invalid.*Token|UnrecognizedClient|InvalidClientTokenId|SignatureDoesNotMatch/i.test(error.name)) {
        return reportError(
          "CredentialsRefused",
          `${call}: the credentials were refused (${said}). Start a new run with fresh credentials.`,
          error,
        );
      }
      return reportError(
        "AccessDenied",
        `${call} was refused (${said}). The role that runs the report needs ${permissionOf(service, operation)}; sso-admin answers only to the management account and the Identity Center delegated administrator, CloudTrail Lake only to the store's owner and a CloudTrail delegated administrator.`,
        error,
      );
    }
    if (/Expired.*Token|UnrecognizedClient|InvalidClientTokenId/i.test(error.name)) {
      return reportError(
        "CredentialsRefused",
        `${call}: the credentials were refused (${said}). Start a new run with fresh credentials.`,
        error,
      );
    }
    if (isThrottle(error)) {
      return reportError(
        "Throttled",
        `${call} was throttled ${THROTTLED_ATTEMPTS} times in a row (${said}). Lower requestsPerSecond, or run when less else uses this API.`,
        error,
      );
    }
    if (isFinal(error)) return reportError(error.name, `${call} failed: ${said}`, error);
    if (status === undefined) {
      return reportError(
        "Unreachable",
        `${call}: no whole answer after ${ATTEMPTS} attempts (${said}). Check the Region, the endpoint and the network.`,
        error,
      );
    }
    return reportError(
      "ServiceFailed",
      `${call} failed ${ATTEMPTS} times in a row, the last time with HTTP ${status} (${said}). Try again later.`,
      error,
    );
  }

  function permissionOf(service: string, operation: string): string {
    if (service === "sso-admin") return `sso:${operation}`;
    if (service === "s3" && /^(Create|Complete)MultipartUpload$|^UploadPart$/.test(operation)) return "s3:PutObject";
    if (service === "s3" && operation === "HeadObject") return "s3:GetObject";
    return `${service}:${operation}`;
  }

  const throwIfEnded = () => signal.throwIfAborted();
  return Object.assign(call, { statistics: { calls, answered, throttled }, sleep, throwIfEnded });
}
