import { setMaxListeners } from "node:events";

/** The turns of one quota: calls start at an even pace, in the order in which they came. */
export interface Quota {
  turn(): Promise<void>;
  /** A call was answered. */
  succeeded(): void;
  /** A call was throttled; AWS may say when to come again. */
  throttled(retryAfterMs: number): void;
}

/** The quotas of one run, shared by everything in it that calls AWS. */
export interface Pace {
  /**
   * `null` where calls are not paced.
   *
   * @param region where is called: each Region has quotas of its own
   */
  quotaOf(region: string, service: string, operation: string, grants: Grants): Quota | null;
}

/** What AWS grants to all callers of an account, calls a second: by `service`, or by `service:*` for each operation of it. */
export type Grants = Readonly<Record<string, number>>;

/**
 * Identity Center and its store: https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html; Organizations:
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html. account access
 * manager has 20 over all of its calls. S3 is not paced. A login source knows its own.
 */
export const GRANTS: Grants = { "sso-admin": 20, "identitystore:*": 20, organizations: 8, "account-access": 20 };

/**
 * Calls a second to account access manager: all that it grants at the default of `requestsPerSecond` and above, in proportion below. It is asked
 * about each account, so 7,000 take six minutes, and little else calls it; who does and is throttled comes again, as this run does.
 */
export function accountAccessPerSecond(requestsPerSecond: number): number {
  const WHOLE_FROM = 15;
  const share = requestsPerSecond / WHOLE_FROM;
  return 20 * (requestsPerSecond > 200 ? share : Math.min(1, share)); // see `createPace`
}

/**
 * @param requestsPerSecond see `Settings.requestsPerSecond`: out of sso-admin's 20, or more where AWS has raised it; the same share is taken of
 * the others, up to the whole; for account access manager see above
 * @param signal ends every wait
 */
export function createPace(requestsPerSecond: number, signal: AbortSignal): Pace {
  // A raised quota of sso-admin raises no other. Above what a setting takes, the whole clock runs faster: a local AWS's.
  const share = requestsPerSecond > 200 ? requestsPerSecond / 20 : Math.min(1, requestsPerSecond / 20);
  const quotas: Record<string, Quota> = {};
  setMaxListeners(0, signal); // each quota, each wait and each request in flight listens

  function perSecond(service: string, granted: number): number {
    if (service === "sso-admin") return requestsPerSecond;
    return service === "account-access" ? accountAccessPerSecond(requestsPerSecond) : granted * share;
  }

  return {
    quotaOf(region, service, operation, grants) {
      const each = `${service}:${operation}`;
      const perOperation = grants[each] ?? grants[`${service}:*`];
      const granted = perOperation ?? grants[service];
      if (granted === undefined) return null;
      const name = `${region} ${perOperation === undefined ? service : each}`;
      quotas[name] ??= createQuota(perSecond(service, granted), signal);
      return quotas[name];
    },
  };
}

function createQuota(perSecond: number, signal: AbortSignal): Quota {
  // AWS's quotas allow short bursts: calls that a busy process was late with may follow at once.
  const CATCH_UP_MS = 100;
  // What the SDKs' own adaptive mode does on a throttle (its "beta").
  const SLOWED_TO = 0.7;
  // A pace that fell to 0.7 is whole again after 60 answers: 4 seconds at 15 a second, so that a quota which others use is probed gently.
  const WON_BACK = 0.005;
  // Below one call a second of 20 a run would never end; then the throttled attempts run out instead.
  const SLOWEST = 1 / 20;
  // Calls that were on their way when the first throttle came say nothing new: as many as answers of half a second leave in flight.
  const IN_FLIGHT = 10;

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
      if (pace < 1) pace = Math.min(1, pace + WON_BACK);
    },
    throttled(retryAfterMs: number): void {
      const nowMs = performance.now();
      if (nowMs - throttledMs > (IN_FLIGHT * fullIntervalMs) / pace) {
        pace = Math.max(SLOWEST, pace * SLOWED_TO);
        throttledMs = nowMs;
      }
      nextMs = Math.max(nextMs, nowMs + retryAfterMs);
    },
  };
}
