import type { QueryResult } from "./database";
import { type Fault, type FaultKind, fires } from "./faults";

/** How long AWS lets a small query wait and run. */
const queuedMilliseconds = 500;
const runningMilliseconds = 1500;

export type QueryStatus = "QUEUED" | "RUNNING" | "FINISHED" | "FAILED" | "CANCELLED" | "TIMED_OUT";

export interface Query {
  readonly id: string;
  readonly statement: string;
  readonly createdAt: number;
  status: QueryStatus;
  columns: readonly string[];
  /** The rows as they are handed out. */
  rows: readonly (readonly (string | null)[])[];
  totalResults: number;
  scanned: { readonly events: number; readonly bytes: number };
  executionMilliseconds: number;
  errorMessage: string | undefined;
  /** What its author made wrong, or the fault that ended it. */
  failure: "statement" | FaultKind | undefined;
  endedAt: number | undefined;
}

export interface QueryToRun {
  readonly id: string;
  readonly statement: string;
  /** Runs it, and tells what that reads. */
  readonly execute: () => Promise<QueryResult & { readonly scanned: Query["scanned"] }>;
}

export function isOver({ status }: Query): boolean {
  return status !== "QUEUED" && status !== "RUNNING";
}

/** Queries: QUEUED, then RUNNING, then what becomes of them. */
export function createQueries(rate: number) {
  const queries = new Map<string, Query>();
  const timers = new Set<NodeJS.Timeout>();

  const wait = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        resolve();
      }, milliseconds);
      timers.add(timer);
    });

  const run = async (query: Query, { execute }: QueryToRun, faults: readonly Fault[]) => {
    await wait(fires(faults, "queryQueued") ? (fires(faults, "queryQueued")!.ms ?? 30_000) : queuedMilliseconds / rate);
    if (isOver(query)) return;
    query.status = "RUNNING";
    const started = performance.now();
    try {
      const [{ columns, rows, scanned }] = await Promise.all([execute(), wait(runningMilliseconds / rate)]);
      if (isOver(query)) return;
      Object.assign(query, { columns, rows, scanned, totalResults: rows.length }, fate(faults, rows));
    } catch (error) {
      if (isOver(query)) return;
      query.status = "FAILED";
      query.failure = "statement";
      query.errorMessage = (error as Error).message;
    }
    query.endedAt = Date.now();
    query.executionMilliseconds = performance.now() - started;
  };

  return {
    get: (id: string) => queries.get(id),
    active: () => [...queries.values()].filter((query) => !isOver(query)).length,
    start(toRun: QueryToRun, faults: readonly Fault[]): Query {
      const query: Query = {
        id: toRun.id,
        statement: toRun.statement,
        createdAt: Date.now(),
        status: "QUEUED",
        columns: [],
        rows: [],
        totalResults: 0,
        scanned: { events: 0, bytes: 0 },
        executionMilliseconds: 0,
        errorMessage: undefined,
        failure: undefined,
        endedAt: undefined,
      };
      queries.set(query.id, query);
      void run(query, toRun, faults);
      return query;
    },
    cancel(query: Query) {
      query.status = "CANCELLED";
      query.endedAt = Date.now();
    },
    reset() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      queries.clear();
    },
  };
}

const failures: readonly (readonly [FaultKind, string])[] = [
  ["queryFailed", "Query execution failed: an internal error occurred."],
  ["queryRefused", "Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied)"],
  ["queryFailedOtherwise", "Query failed for a reason that is none of these."],
];

function fate(faults: readonly Fault[], rows: Query["rows"]): Partial<Query> {
  const ended = (status: QueryStatus, errorMessage: string) => ({ status, errorMessage, rows: [], totalResults: 0 });
  for (const [failure, message] of failures) {
    if (fires(faults, failure)) return { ...ended("FAILED", message), failure };
  }
  if (fires(faults, "queryCancelled")) return ended("CANCELLED", "Query was canceled.");
  if (fires(faults, "queryTimedOut")) {
    const some = rows.slice(0, Math.ceil(rows.length / 2));
    return {
      ...ended("TIMED_OUT", "Query exceeded the time limit of one hour."),
      rows: some,
      totalResults: some.length,
    };
  }
  if (fires(faults, "queryDuplicates")) return { status: "FINISHED", rows: rows.flatMap((row) => [row, row]) };
  return { status: "FINISHED" };
}
