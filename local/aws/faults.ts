/**
 * What can go wrong on demand.
 *
 * - `throttle`, `internalError` (500), `unavailable` (503), `expiredToken`, `accessDenied`: AWS's error of that meaning; nothing is carried out
 * - `notAuthorized`: S3's `AccessDenied` that names the action and the object which the caller's policies do not allow
 * - `html403`, `html200`, `proxy407`: something on the way answers with a web page of that status; nothing is carried out
 * - `clockSkew`: AWS's clock is `ms` ahead of this machine's, negative behind it; requests that are signed by another one are refused
 * - `optInRequired`: as some services answer where the Region is not enabled
 * - `regionDisabled`, `networkControls`, `serviceControlPolicy`, `kmsDenied`: refusals for which the caller lacks no permission
 * - `notEnabled`: the instance has no permission sets
 * - `drop`: the connection is destroyed before any answer; nothing is carried out
 * - `dropAfter`: the operation is carried out, then the connection is destroyed: the lost answer
 * - `truncate`: the operation is carried out, the connection is destroyed in the middle of its answer
 * - `noDate`: the answer has no `Date`, so that AWS's clock cannot be read off it
 * - `slow`: the operation is carried out after `ms`
 * - `emptyPage`: a listing answers with an empty page and a token to what it would have answered
 * - `sameToken`: a listing answers with a token to its first page, for ever
 * - `emptyBody`, `emptyObject` (`{}`), `errorInBody`, `withoutList`, `listOfNothing` (an empty list that is not AWS's: it has no
 *   request id): the operation is carried out, and HTTP 200 comes without what was asked for
 * - `withoutId`, `unknownKind` (a PrincipalType, a MemberId), `unknownState`, `withoutState`, `dateInMilliseconds`, `dateTooLarge`,
 *   `dateAsText`: the answer is of a form that the SDK's models do not have
 * - `leftOut`: a listing leaves out its first item, wherever its pages begin
 * - `filterRequired`: a listing of the Identity Store answers as with Active Directory
 * - `keyNotFound`: the Identity Store does not find its key
 * - `notFound`: the permission set, user or group that the call names is not found, this once
 * - `deleted`: the permission set that the call names is deleted just before it, until another organisation is served
 * - `queryQueued` (for `ms`), `queryFailed`, `queryCancelled`, `queryTimedOut` (with half of the rows),
 *   `queryDuplicates` (every row is delivered twice): the fate of the query that this `cloudtrail:StartQuery` starts
 * - `queryQueued`, `queryFailed` (by the system), `queryRefused` (by the user's rights), `queryFailedOtherwise`, `queryCancelled`,
 *   `queryDuplicates`: the fate of the query that this `athena:StartQueryExecution` starts
 * - `glueDenied`: Athena's GetTableMetadata, whose caller may not read the table in Glue
 * - `resultsDenied`: Athena's StartQueryExecution, whose caller may not write where results go
 * - `withoutHeader`: GetQueryResults begins with the first row of data
 * - `eventsArriveLate`: LookupEvents shows an event only `ms` after its time
 * - `repeatedEvent`: each page of LookupEvents begins with the event that the one before it ended with, the first one with one twice
 * - `expiredNextToken`: LookupEvents takes no NextToken
 * - `withoutRecord`, `recordNotJson`: the events of LookupEvents come without their `CloudTrailEvent`, or with one that is cut off
 * - `notInOrganization`: Organizations knows none of this account's
 */
export type FaultKind =
  | "throttle"
  | "internalError"
  | "unavailable"
  | "expiredToken"
  | "accessDenied"
  | "notAuthorized"
  | "html403"
  | "html200"
  | "proxy407"
  | "clockSkew"
  | "regionDisabled"
  | "optInRequired"
  | "networkControls"
  | "serviceControlPolicy"
  | "kmsDenied"
  | "notEnabled"
  | "drop"
  | "dropAfter"
  | "truncate"
  | "noDate"
  | "slow"
  | "emptyPage"
  | "sameToken"
  | "emptyBody"
  | "emptyObject"
  | "errorInBody"
  | "withoutList"
  | "listOfNothing"
  | "withoutId"
  | "unknownKind"
  | "unknownState"
  | "withoutState"
  | "dateInMilliseconds"
  | "dateTooLarge"
  | "dateAsText"
  | "leftOut"
  | "filterRequired"
  | "keyNotFound"
  | "notFound"
  | "deleted"
  | "queryQueued"
  | "queryFailed"
  | "queryCancelled"
  | "queryTimedOut"
  | "queryDuplicates"
  | "queryRefused"
  | "queryFailedOtherwise"
  | "glueDenied"
  | "resultsDenied"
  | "withoutHeader"
  | "eventsArriveLate"
  | "repeatedEvent"
  | "expiredNextToken"
  | "withoutRecord"
  | "recordNotJson"
  | "notInOrganization";

export interface Fault {
  /** `<service>:<Operation>`, `<service>:*` or `*`. */
  readonly operation: string;
  readonly kind: FaultKind;
  /** Only calls of S3 about an object whose key has this in it. */
  readonly key?: string;
  /** Only calls that are signed for this Region. */
  readonly region?: string;
  /** The first call of the operation to fail, counted from 1. @default 1 */
  readonly at?: number;
  /** How many calls fail. @default 1 where `at` is given, otherwise no end */
  readonly times?: number;
  /** The share of the calls that fail, 0–1; seeded. @default 1 */
  readonly rate?: number;
  /** Milliseconds for `slow`, `queryQueued`, `clockSkew` and `eventsArriveLate`. @default 1000, 30,000, 1,200,000 and 900,000 */
  readonly ms?: number;
}

/** Tells for every call which faults fire at it. */
export type Injector = (operation: string, key?: string, region?: string) => Fault[];

export function createInjector(faults: readonly Fault[], seed: number): Injector {
  const armed = faults.map((fault, index) => ({
    fault,
    calls: 0,
    left: fault.times ?? (fault.at === undefined ? Number.POSITIVE_INFINITY : 1),
    // A sequence for each fault: what one fault does not depend on the calls that another one sees.
    random: randomNumbers(seed * 1_000_003 + index),
  }));
  return (operation, key = "", region = "") =>
    armed
      .filter((entry) => {
        if (!covers(entry.fault.operation, operation) || !key.includes(entry.fault.key ?? "")) return false;
        if (entry.fault.region !== undefined && entry.fault.region !== region) return false;
        entry.calls += 1;
        if (entry.left === 0 || entry.calls < (entry.fault.at ?? 1)) return false;
        if (entry.random() >= (entry.fault.rate ?? 1)) return false;
        entry.left -= 1;
        return true;
      })
      .map(({ fault }) => fault);
}

export function fires(faults: readonly Fault[], kind: FaultKind): Fault | undefined {
  return faults.find((fault) => fault.kind === kind);
}

function covers(pattern: string, operation: string): boolean {
  return (
    pattern === "*" || pattern === operation || (pattern.endsWith(":*") && operation.startsWith(pattern.slice(0, -1)))
  );
}

/** Mulberry32: numbers in [0, 1), the same for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
