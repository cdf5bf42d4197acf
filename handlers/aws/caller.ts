import { reportError } from "../errors";
import { type AwsClock, createAwsClock } from "./answers";
import { explained, isFinal, isThrottle } from "./failures";
import { type Counts, createJournal, type Journal } from "./journal";
import { createPace, GRANTS, type Grants, type Pace } from "./pace";
import { clockSkewMs } from "./reasons";
import type { ServiceError } from "./serviceError";

/** What was asked of AWS, by `service:Operation`. Plain JSON: the efforts of stages are merged, never shared. */
export interface Effort {
  /** Calls, retries included. */
  readonly calls: Readonly<Record<string, number>>;
  /** Of the calls, those that were answered with what was asked for. */
  readonly answered: Readonly<Record<string, number>>;
  readonly throttled: Readonly<Record<string, number>>;
}

/** What a stage gives: plain JSON, and what it took. */
export interface Staged<Value> {
  readonly value: Value;
  readonly effort: Effort;
}

export interface CallerOptions {
  /** See `Settings.requestsPerSecond`. */
  readonly requestsPerSecond: number;
  /** Ends every wait and every call in flight. */
  readonly signal: AbortSignal;
  /** What earlier slices of the run have read; without it, nothing is remembered and nothing kept. */
  readonly journal?: Journal;
}

/** A client of the AWS SDK that takes this command. */
export interface AwsClient<Command> {
  readonly config: { readonly serviceId: string; readonly region?: () => Promise<string> };
  send(command: Command, options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
}

/** What the SDK answers to a command, or a client that is written like one of the SDK's. */
export type AnswerTo<Command> = Command extends {
  resolveMiddleware(...given: never[]): (given: never) => Promise<{ output: infer Answer }>;
}
  ? Answer
  : Command extends { answerOf(...given: never[]): infer Answer }
    ? Answer
    : never;

/** Makes one AWS call: paced, retried, counted, and with an error for people when it fails for good. */
export interface Caller extends Journal {
  <Command>(client: AwsClient<NoInfer<Command>>, command: Command): Promise<AnswerTo<Command>>;
  /** @param read takes what is needed of the answer; where it throws, the call is made again */
  <Command, Read>(
    client: AwsClient<NoInfer<Command>>,
    command: Command,
    read: (answer: AnswerTo<Command>) => Read | Promise<Read>,
  ): Promise<Read>;
  /** What was asked through this caller, and through those that were made apart from it, so far. */
  effort(): Effort;
  /**
   * Runs a stage with a caller of its own, at the pace that all share. Its effort is that of all slices of the run.
   *
   * @param name of the stage, which runs once in a slice
   * @param grants of services that only this stage calls
   */
  stage<Value>(name: string, work: (call: Caller) => Promise<Value>, grants?: Grants): Promise<Staged<Value>>;
  /** AWS's own clock, milliseconds since 1970, by the `Date` of its answers; `null` before the first that tells. */
  awsNowMs(): number | null;
  /** Waits; rejects at once when the run is ended. */
  sleep(ms: number): Promise<void>;
  /** Throws the reason where the run has been ended. */
  throwIfEnded(): void;
}

/** A caller for one run. Requests wait their turn in their quota, so that the pace is exact however many of them wait. */
export function createCaller({ requestsPerSecond, signal, journal = createJournal() }: CallerOptions): Caller {
  // 200 ms at all paces that AWS grants; less where a local AWS grants more.
  const firstBackoffMs = Math.min(200, 4_000 / requestsPerSecond);
  const pace = createPace(requestsPerSecond, signal);
  const shared = { pace, clock: createAwsClock(), signal, firstBackoffMs, journal };
  return callerOf(shared, GRANTS, noCounts(), () => {});
}

function noCounts(): Counts {
  return { calls: {}, answered: {}, throttled: {} };
}

type Count = (kind: keyof Effort, name: string) => void;

/** What all callers of one run share. */
interface Shared {
  readonly pace: Pace;
  readonly clock: AwsClock;
  readonly signal: AbortSignal;
  readonly firstBackoffMs: number;
  readonly journal: Journal;
}

function callerOf(shared: Shared, grants: Grants, effort: Counts, countAbove: Count): Caller {
  const { pace, clock, signal, firstBackoffMs, journal } = shared;
  // Together with the backoff, which doubles: a quarter of a minute for a service or a network that is gone for a moment,
  const ATTEMPTS = 8;
  // and some minutes, at a pace that falls each time, for a quota that others use up.
  const THROTTLED_ATTEMPTS = 30;
  const longestBackoffMs = 100 * firstBackoffMs;

  function count(kind: keyof Effort, name: string): void {
    effort[kind][name] = (effort[kind][name] ?? 0) + 1;
    countAbove(kind, name);
  }

  async function call<Command>(
    client: AwsClient<Command>,
    command: Command,
    read?: (answer: AnswerTo<Command>) => unknown,
  ): Promise<unknown> {
    const service = serviceOf(client);
    const operation = operationOf(command);
    const name = `${service}:${operation}`;
    const quota = pace.quotaOf(await regionOf(client), service, operation, grants);
    clock.readOff(command);
    let throttles = 0;
    let failures = 0;
    let clockCorrected = false;
    for (;;) {
      signal.throwIfAborted();
      await quota?.turn();
      count("calls", name);
      try {
        const answer = (await client.send(command, { abortSignal: signal })) as AnswerTo<Command>;
        const taken = read === undefined ? answer : await takenFrom(answer, read);
        quota?.succeeded();
        count("answered", name);
        return taken;
      } catch (thrown) {
        signal.throwIfAborted();
        const error = thrown as ServiceError;
        const retryAfterMs = 1000 * (error.RetryAfterSeconds ?? 0);
        if (isThrottle(error)) {
          count("throttled", name);
          quota?.throttled(retryAfterMs);
          throttles += 1;
          if (throttles >= THROTTLED_ATTEMPTS) throw explained(service, operation, error, throttles);
        } else {
          failures += 1;
          const clockWasWrong = clockSkewMs(error, Date.now()) !== null && !clockCorrected;
          if (clockWasWrong) clockCorrected = true;
          else if (isFinal(error) || failures >= ATTEMPTS) throw explained(service, operation, error, failures);
        }
        const backoffMs = Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(16, throttles + failures - 1));
        await sleep(retryAfterMs + Math.random() * backoffMs);
      }
    }
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

  return Object.assign(call as Pick<Caller, never>, {
    effort: () => mergeEfforts(effort),
    async stage<Value>(name: string, work: (own: Caller) => Promise<Value>, more: Grants = {}): Promise<Staged<Value>> {
      const counts = journal.stages[name] ?? noCounts();
      journal.stages[name] = counts;
      const own = callerOf(shared, { ...grants, ...more }, counts, count);
      const value = await work(own);
      return { value, effort: own.effort() };
    },
    once: journal.once,
    note: journal.note,
    notes: journal.notes,
    drop: journal.drop,
    stages: journal.stages,
    awsNowMs: clock.nowMs,
    sleep,
    throwIfEnded: () => signal.throwIfAborted(),
  }) as Caller;
}

/**
 * The same caller, whose journal keeps what it reads under names of their own: for what a run reads a second time.
 *
 * @param name of that second time; unique in the run
 */
export function callerApart(call: Caller, name: string): Caller {
  const kindOf = (kind: string) => `${name}: ${kind}`;
  const made = (...given: Parameters<Caller>) => call(...given);
  const { once, note, notes, drop, stage } = call;
  return Object.assign(made, call, {
    once: ((kind, ...given) => once(kindOf(kind), ...given)) as Caller["once"],
    note: ((kind, value) => note(kindOf(kind), value)) as Caller["note"],
    notes: ((kind) => notes(kindOf(kind))) as Caller["notes"],
    drop: ((kind) => drop(kindOf(kind))) as Caller["drop"],
    stage: ((stageName, work, grants) =>
      stage(kindOf(stageName), (own) => work(callerApart(own, name)), grants)) as Caller["stage"],
  }) as Caller;
}

/** What `read` takes. Where it stumbles over a member of another type than the SDK's models say, the answer is not understood. */
async function takenFrom<Answer>(answer: Answer, read: (answer: Answer) => unknown): Promise<unknown> {
  try {
    return await read(answer);
  } catch (error) {
    const { name, message } = error as Error;
    throw name === "TypeError"
      ? reportError("UnexpectedAnswer", `a member of it is of another type (${message})`, error)
      : error;
  }
}

/** The sum of efforts, as a new value. */
export function mergeEfforts(...efforts: readonly Effort[]): Effort {
  const merged = noCounts();
  for (const effort of efforts) {
    for (const kind of ["calls", "answered", "throttled"] as const) {
      for (const [name, count] of Object.entries(effort[kind])) merged[kind][name] = (merged[kind][name] ?? 0) + count;
    }
  }
  return merged;
}

/** `sso-admin` of the client whose service id is "SSO Admin". */
function serviceOf({ config }: { readonly config: { readonly serviceId: string } }): string {
  return config.serviceId.toLowerCase().replaceAll(" ", "-");
}

/** Where a client calls; empty where it does not say, or cannot: then the call itself says why. */
async function regionOf({ config }: { readonly config: { readonly region?: () => Promise<string> } }): Promise<string> {
  return (await config.region?.().catch(() => "")) ?? "";
}

/** `ListUsers`: from the command's schema, where it stands as a text. The class's own name may be shortened by a bundler. */
function operationOf(command: unknown): string {
  const { schema } = command as { readonly schema?: readonly unknown[] };
  return String(schema?.[2]);
}
