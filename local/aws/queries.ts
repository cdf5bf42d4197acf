import type { EventStore } from "./eventStore";
import { type Fault, fires } from "./faults";

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
}

export interface QueryToRun {
  readonly id: string;
  readonly statement: string;
  readonly sql: string;
  readonly range: { from?: string; to?: string };
}

export function isOver({ status }: Query): boolean {
  return status !== "QUEUED" && status !== "RUNNING";
}

/** The queries of the store: QUEUED, then RUNNING, then what becomes of them. */
export function createQueries(store: EventStore, rate: number) {
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

  const run = async (query: Query, { sql, range }: QueryToRun, faults: readonly Fault[]) => {
    await wait(fires(faults, "queryQueued") ? (fires(faults, "queryQueued")!.ms ?? 30_000) : queuedMilliseconds / rate);
    if (isOver(query)) return;
    query.status = "RUNNING";
    const started = performance.now();
    try {
      const [{ columns, rows }, scanned] = await Promise.all([
        store.run(sql),
        store.scanned(range),
        wait(runningMilliseconds / rate),
      ]);
      if (isOver(query)) return;
      Object.assign(query, { columns, rows, scanned, totalResults: rows.length }, fate(faults, rows));
    } catch (error) {
      if (isOver(query)) return;
      query.status = "FAILED";
      query.errorMessage = (error as Error).message;
    }
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
      };
      queries.set(query.id, query);
      void run(query, toRun, faults);
      return query;
    },
    cancel(query: Query) {
      query.status = "CANCELLED";
    },
    reset() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      queries.clear();
    },
  };
}

function fate(faults: readonly Fault[], rows: Query["rows"]): Partial<Query> {
  const ended = (status: QueryStatus, errorMessage: string) => ({ status, errorMessage, rows: [], totalResults: 0 });
  if (fires(faults, "queryFailed")) return ended("FAILED", "Query execution failed: an internal error occurred.");
  if (fires(faults, "queryCancelled")) return ended("CANCELLED", "Query was cancelled.");
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
