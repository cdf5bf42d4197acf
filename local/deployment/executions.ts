import { randomUUID } from "node:crypto";
import { AwsError } from "../aws";
import type { Clock } from "./clock";
import type { Resource } from "./stack";
import { type Ending, interpret, mostBytes } from "./statesInterpreter";

export type ExecutionStatus = "RUNNING" | Ending["status"];

/** An execution of a state machine, in the words of Step Functions' DescribeExecution; its times are seconds since 1970. */
export interface Execution {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startDate: number;
  readonly stopDate?: number;
  readonly input: string;
  /** Of one that has succeeded. */
  readonly output?: string;
  /** Of one that has failed or was stopped. */
  readonly error?: string;
  readonly cause?: string;
  readonly redriveCount: number;
}

/** Carries out the task of a state machine: its resource's ARN says what it is. */
export type Task = (parameters: unknown) => Promise<unknown>;

type Running = {
  execution: Execution;
  readonly machine: Resource;
  readonly ended: Promise<Execution>;
  readonly stop: (error?: string, cause?: string) => void;
};

/** The executions of a stack's state machines. They outlive their state machine, as those of Step Functions do. */
export class Executions {
  private readonly byArn = new Map<string, Running>();

  constructor(
    private readonly clock: Clock,
    private readonly task: Task,
  ) {}

  /**
   * Starts an execution, or gives the one of that name and input that is running.
   *
   * @param input JSON
   * @param name 1–80 of `0-9 A-Z a-z - _`. @default one is made up
   */
  start(machine: Resource, input = "{}", name: string = randomUUID()): Execution {
    if (!/^[0-9A-Za-z_-]{1,80}$/.test(name)) throw new AwsError("InvalidName", `Invalid Name: '${name}'`);
    if (!isJson(input) || Buffer.byteLength(input) > mostBytes) {
      throw new AwsError("InvalidExecutionInput", `Invalid State Machine Execution Input: '${input.slice(0, 200)}'`);
    }
    const stateMachineArn = String(machine.outputs.arn);
    const executionArn = `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`;
    const there = this.byArn.get(executionArn)?.execution;
    if (there?.status === "RUNNING" && there.input === input) return there;
    if (there) throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${executionArn}'`);
    const startDate = now();
    return this.run(machine, {
      ...{ executionArn, stateMachineArn, name, status: "RUNNING", startDate, input, redriveCount: 0 },
    });
  }

  describe(executionArn: string): Execution {
    return this.find(executionArn).execution;
  }

  /** The execution when it has ended. */
  ended(executionArn: string): Promise<Execution> {
    return this.find(executionArn).ended;
  }

  stop(executionArn: string, error?: string, cause?: string): Execution {
    const running = this.find(executionArn);
    running.stop(error, cause);
    return running.execution;
  }

  /** Goes on with an execution that was stopped, has timed out, or whose task has failed. */
  redrive(executionArn: string): Execution {
    const { execution, machine } = this.find(executionArn);
    const { status, redriveCount } = execution;
    if (status === "RUNNING" || status === "SUCCEEDED") {
      throw new AwsError("ExecutionNotRedrivable", `Execution is ${status} and cannot be redriven`);
    }
    const { executionArn: _, stopDate, output, error, cause, ...same } = execution;
    return this.run(machine, { ...same, executionArn, status: "RUNNING", redriveCount: redriveCount + 1 });
  }

  /** Stops all. */
  close(): void {
    for (const { stop } of this.byArn.values()) stop();
  }

  private find(executionArn: string): Running {
    const found = this.byArn.get(executionArn);
    if (!found) throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${executionArn}'`);
    return found;
  }

  /** From the start, which is where this interpreter can begin: a definition of one task goes on from there. */
  private run(machine: Resource, execution: Execution): Execution {
    const { executionArn, name, startDate, input, redriveCount } = execution;
    const roleArn = String(machine.inputs.roleArn);
    const { ended, stop } = interpret({
      definition: String(machine.inputs.definition),
      input: JSON.parse(input),
      context: {
        Execution: {
          ...{ Id: executionArn, Name: name, RoleArn: roleArn, RedriveCount: redriveCount },
          StartTime: new Date(startDate * 1000).toISOString(),
        },
        StateMachine: { Id: execution.stateMachineArn, Name: String(machine.inputs.name) },
      },
      task: this.task,
      clock: this.clock,
    });
    const end = (ending: Partial<Execution>): Execution => {
      if (running.execution.status === "RUNNING") {
        running.execution = { ...running.execution, ...ending, stopDate: now() };
      }
      return running.execution;
    };
    const running: Running = {
      execution,
      machine,
      ended: ended.then(end),
      stop: (error, cause) => {
        end({ status: "ABORTED", ...(error && { error }), ...(cause && { cause }) });
        stop();
      },
    };
    this.byArn.set(executionArn, running);
    return execution;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function now(): number {
  return Date.now() / 1000;
}
