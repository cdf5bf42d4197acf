/**
 * What can go wrong on demand.
 *
 * - `throttle`, `internalError` (500), `unavailable` (503), `expiredToken`, `accessDenied`: AWS's error of that meaning; nothing is carried out
 * - `drop`: the connection is destroyed before any answer; nothing is carried out
 * - `dropAfter`: the operation is carried out, then the connection is destroyed: the lost answer
 * - `truncate`: the operation is carried out, the connection is destroyed in the middle of its answer
 * - `slow`: the operation is carried out after `ms`
 * - `emptyPage`: a listing answers with an empty page and a token to what it would have answered
 * - `queryQueued` (for `ms`), `queryFailed`, `queryCancelled`, `queryTimedOut` (with half of the rows),
 *   `queryDuplicates` (every row is delivered twice): the fate of the query that this `cloudtrail:StartQuery` starts
 * - `notInOrganization`: Organizations knows none of this account's; `noPermissionSets`: Identity Center's answer where the instance is an
 *   account's own, or multi-account permissions are not enabled
 */
export type FaultKind =
  | "throttle"
  | "internalError"
  | "unavailable"
  | "expiredToken"
  | "accessDenied"
  | "drop"
  | "dropAfter"
  | "truncate"
  | "slow"
  | "emptyPage"
  | "queryQueued"
  | "queryFailed"
  | "queryCancelled"
  | "queryTimedOut"
  | "queryDuplicates"
  | "notInOrganization"
  | "noPermissionSets";

export interface Fault {
  /** `<service>:<Operation>`, `<service>:*` or `*`. */
  readonly operation: string;
  readonly kind: FaultKind;
  /** The first call of the operation to fail, counted from 1. @default 1 */
  readonly at?: number;
  /** How many calls fail. @default 1 where `at` is given, otherwise no end */
  readonly times?: number;
  /** The share of the calls that fail, 0–1; seeded. @default 1 */
  readonly rate?: number;
  /** Milliseconds for `slow` and `queryQueued`. @default 1000 for `slow`, 30,000 for `queryQueued` */
  readonly ms?: number;
}

/** Tells for every call which faults fire at it. */
export type Injector = (operation: string) => Fault[];

export function createInjector(faults: readonly Fault[], seed: number): Injector {
  const armed = faults.map((fault, index) => ({
    fault,
    calls: 0,
    left: fault.times ?? (fault.at === undefined ? Number.POSITIVE_INFINITY : 1),
    // A sequence for each fault: what one fault does not depend on the calls that another one sees.
    random: randomNumbers(seed * 1_000_003 + index),
  }));
  return (operation) =>
    armed
      .filter((entry) => {
        if (!covers(entry.fault.operation, operation)) return false;
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
