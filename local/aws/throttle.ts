interface Quota {
  readonly perSecond: number;
  readonly burst: number;
  /** Of each account and Region apart; else all calls to this AWS share it. */
  readonly apart?: true;
}

/** AWS's quotas. A key without an operation is one quota for all calls of the service together. */
const quotas: Readonly<Record<string, Quota>> = {
  "sso-admin": { perSecond: 20, burst: 20 },
  "account-access": { perSecond: 20, burst: 20 },
  "identitystore:ListUsers": { perSecond: 20, burst: 20 },
  "identitystore:ListGroups": { perSecond: 20, burst: 20 },
  "identitystore:ListGroupMemberships": { perSecond: 20, burst: 20 },
  "identitystore:DescribeUser": { perSecond: 20, burst: 20 },
  "identitystore:DescribeGroup": { perSecond: 20, burst: 20 },
  "organizations:ListAccounts": { perSecond: 8, burst: 12 },
  "cloudtrail:StartQuery": { perSecond: 3, burst: 3, apart: true },
  "cloudtrail:DescribeQuery": { perSecond: 10, burst: 10, apart: true },
  "cloudtrail:GetQueryResults": { perSecond: 10, burst: 10, apart: true },
  "cloudtrail:LookupEvents": { perSecond: 2, burst: 2, apart: true },
  "athena:StartQueryExecution": { perSecond: 20, burst: 80, apart: true },
  "athena:StopQueryExecution": { perSecond: 20, burst: 80, apart: true },
  "athena:GetQueryExecution": { perSecond: 100, burst: 200, apart: true },
  "athena:GetQueryResults": { perSecond: 100, burst: 200, apart: true },
  // AWS gives no figures for these: the least that it gives for others.
  "athena:GetWorkGroup": { perSecond: 5, burst: 10, apart: true },
  "athena:GetTableMetadata": { perSecond: 5, burst: 10, apart: true },
};

/** Takes one call from its quota; false where the quota is used up. `place` is the caller's account and Region. */
export type Throttle = (service: string, operation: string, place?: string) => boolean;

/**
 * Token buckets, full at the start. A refused call takes nothing.
 *
 * @param rate multiplies every quota, its burst included
 * @param now milliseconds
 */
export function createThrottle(rate: number, now: () => number = () => performance.now()): Throttle {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (service, operation, place = "") => {
    const name = quotas[service] ? service : `${service}:${operation}`;
    const quota = quotas[name];
    if (!quota) return true;
    const time = now();
    const key = quota.apart ? `${name} ${place}` : name;
    const bucket = buckets.get(key) ?? { tokens: quota.burst * rate, at: time };
    buckets.set(key, bucket);
    const refilled = bucket.tokens + ((time - bucket.at) / 1000) * quota.perSecond * rate;
    bucket.tokens = Math.min(quota.burst * rate, refilled);
    bucket.at = time;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
}
