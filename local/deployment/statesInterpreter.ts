import {
  ExecutionError,
  ExecutionTimeoutError,
  StateMachine,
  type StateMachineDefinition,
} from "aws-local-stepfunctions";
import type { Clock } from "./clock";

// All that the interpreter lacks on Node 20, for which it is not declared (docs/adr/0013-states-interpreter.md).
(Promise as { withResolvers?: unknown }).withResolvers ??= () => {
  let settle = {};
  const promise = new Promise((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle };
};

/** Step Functions' limit for the input and output of a state, in bytes. */
export const mostBytes = 262_144;

/** What a task fails with, by the name that `Retry` knows it by. */
export class TaskFailure extends Error {
  override name: string;
  /** `States.ALL` misses what cannot be retried. */
  readonly isRetryable: boolean;
  constructor(name: string, cause: string, isRetryable = true) {
    super(cause);
    this.name = name;
    this.isRetryable = isRetryable;
  }
}

/** How an execution ends, in the words of Step Functions' DescribeExecution. */
export type Ending =
  | { readonly status: "SUCCEEDED"; readonly output: string }
  | { readonly status: "FAILED"; readonly error: string; readonly cause: string }
  | { readonly status: "TIMED_OUT" | "ABORTED" };

export interface Interpretation {
  /** As Amazon States Language, which must be valid. */
  readonly definition: string;
  readonly input: unknown;
  /** The context object's, without `State` and what the interpreter knows of `Execution`. */
  readonly context: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Carries out every task. Fails with a TaskFailure. */
  readonly task: (parameters: unknown) => Promise<unknown>;
  readonly clock: Clock;
}

type Json = Parameters<StateMachine["run"]>[0];

/** Throws what is wrong with a definition, as Step Functions does when a state machine is created. */
export function checkDefinition(definition: string): void {
  // Of ARNs, it knows three partitions.
  new StateMachine(JSON.parse(definition), { validationOptions: { checkArn: false } });
}

/** Runs a state machine from its start, its waits and time-outs on the clock. */
export function interpret(options: Interpretation): { readonly ended: Promise<Ending>; readonly stop: () => void } {
  const { definition, input, context, clock } = options;
  const machine = new StateMachine(onClock(JSON.parse(definition), clock) as StateMachineDefinition, {
    // A time-out on the clock is no whole number.
    validationOptions: { noValidate: true },
  });
  // The interpreter has no State.RetryCount. It reads this object at each try.
  const state = { RetryCount: 0 };
  let stopped = false;
  const task = async (parameters: Json): Promise<Json> => {
    if (stopped) throw new TaskFailure("States.Runtime", "the execution was stopped", false);
    // What the next try is told, if there is one.
    const tries = ++state.RetryCount;
    const result = await options.task(parameters);
    if (Buffer.byteLength(JSON.stringify(result)) > mostBytes) {
      throw new TaskFailure("States.DataLimitExceeded", `a result has more than ${mostBytes} bytes`, false);
    }
    if (state.RetryCount === tries) state.RetryCount = 0;
    return result as Json;
  };
  const tasks = Object.entries(machineStates(definition)).filter(([, { Type }]) => Type === "Task");
  const { result, abort } = machine.run(input as Json, {
    noThrowOnAbort: true,
    context: { ...context, State: state },
    overrides: { taskResourceLocalHandlers: Object.fromEntries(tasks.map(([name]) => [name, task])) },
  });
  const ended = result.then(
    (output): Ending => (stopped ? { status: "ABORTED" } : { status: "SUCCEEDED", output: JSON.stringify(output) }),
    (error: Error): Ending => {
      if (error instanceof ExecutionTimeoutError) return { status: "TIMED_OUT" };
      const { name, message } = error instanceof ExecutionError ? (error.cause as Error) : error;
      return { status: "FAILED", error: name, cause: message };
    },
  );
  return {
    ended,
    stop: () => {
      stopped = true;
      abort();
    },
  };
}

function machineStates(definition: string): Readonly<Record<string, { readonly Type: string }>> {
  return JSON.parse(definition).States;
}

const durations: readonly string[] = ["TimeoutSeconds", "HeartbeatSeconds", "IntervalSeconds", "MaxDelaySeconds"];

/** A task's process takes as long to start on any clock; so many seconds of this machine are not counted. */
const startSeconds = 5;

/** A definition with its durations in this machine's seconds. */
function onClock(value: unknown, clock: Clock): unknown {
  if (Array.isArray(value)) return value.map((item) => onClock(item, clock));
  if (typeof value !== "object" || value === null) return value;
  const isScaledTask = "Type" in value && value.Type === "Task" && clock.scale > 1;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (!durations.includes(key) || typeof item !== "number") return [key, onClock(item, clock)];
      return [key, clock.milliseconds(item) / 1000 + (isScaledTask ? startSeconds : 0)];
    }),
  );
}
