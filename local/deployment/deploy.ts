import { resolve } from "node:path";
import {
  type AutomationExecution as Execution,
  GetAutomationExecutionCommand,
  SSMClient,
  StartAutomationExecutionCommand,
} from "@aws-sdk/client-ssm";
import type { LocalAws } from "../aws";
import { Clock } from "./clock";
import { Cloud, type DeadLetter } from "./cloud";
import type { Execution as Run } from "./executions";
import { clientConfig, connectProvider } from "./provider";
import { lambda, ssm, stepFunctions } from "./services";
import { type Change, type Resource, Stack, type UpdateOptions } from "./stack";
import { readStackConfig } from "./stackConfig";

export interface DeployOptions {
  readonly localAws: LocalAws;
  /** @default "dev" */
  readonly stack?: string;
  /** What `pulumi config set` would set, by key. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** The keys among them that `pulumi config set --secret` would set. @default none */
  readonly secretKeys?: readonly string[];
  /** Where `Pulumi.yaml` stands. @default this repository */
  readonly projectDirectory?: string;
  /**
   * How many seconds of the function's time-out, and of the state machine's and the runbook's waits, pass in a second of this machine.
   * @default 1
   */
  readonly timeScale?: number;
  /**
   * What an invocation of the function may take, in seconds of this machine. The function is told so, and has less time for a slice.
   * @default its time-out, which it is told, and at whose end on the scaled clock it is killed
   */
  readonly functionSeconds?: number;
  /**
   * The pace of the function's runs, in sso-admin calls a second of this machine: more than the setting takes, for a local AWS whose clock runs
   * as much faster.
   * @default as configured
   */
  readonly requestsPerSecond?: number;
}

/** An execution of the stack's state machine that was started. */
export interface StartedRun {
  readonly name: string;
  readonly executionArn: string;
  /** The execution at its end, however that is. */
  readonly ended: Promise<Run>;
  /** Stops the execution, as `aws stepfunctions stop-execution` does. What the function is doing goes on to the end of its slice. */
  stop(): void;
}

/** A stack that is deployed in a local AWS. */
export interface Deployment {
  /** In the order in which the program registered them, the stack first. */
  readonly resources: readonly Resource[];
  /** What stands in AWS by the stack, whether or not its state still knows it. */
  readonly standing: readonly Resource[];
  /** The stack's outputs; of those that are secret, only that. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What the first update did. */
  readonly changes: readonly Change[];
  /** By the ARN of the queue. */
  readonly deadLetters: ReadonlyMap<string, readonly DeadLetter[]>;
  /** Updates the stack, with another configuration if one is given, and says what that did to each resource. */
  up(config?: Readonly<Record<string, unknown>>, options?: UpdateOptions): Promise<Change[]>;
  /** Says what `up` would do. */
  preview(config?: Readonly<Record<string, unknown>>): Promise<Change[]>;
  /** Takes out of the stack's state what is no longer in the local AWS. */
  refresh(): Promise<Change[]>;
  /** Deletes the stack's resources, in the engine's order; ends where AWS refuses one. */
  destroy(): Promise<Change[]>;
  /**
   * Starts an execution of the stack's state machine.
   *
   * @param input the run's request. @default {}
   * @param name the run's id: 1–80 of `0-9 A-Z a-z - _`. @default one is made up
   */
  startExecution(input?: object, name?: string): StartedRun;
  /**
   * Fires a schedule, and gives the execution that it starts, at its end.
   *
   * @param name the schedule's own name. @default the stack's output `scheduleName`
   */
  fireSchedule(name?: string): Promise<Run>;
  /** Starts the runbook through SSM's API and waits for its end, whatever that is. */
  runRunbook(
    parameters?: Readonly<Record<string, string[]>>,
    onProgress?: (execution: Execution) => void,
  ): Promise<Execution>;
  /** What the function wrote, line by line. */
  logs(): string[];
  /** Ends every process and deletes what the deployment put on disk. The local AWS keeps running, with its buckets. */
  close(): Promise<void>;
}

const documentType = "aws:ssm/document:Document";

/** Deploys a stack of an unmodified Pulumi program into a local AWS. Throws a ConfigError or DeploymentError. */
export async function deploy(options: DeployOptions): Promise<Deployment> {
  const { localAws, stack: stackName = "dev", projectDirectory = resolve(__dirname, "../.."), timeScale = 1 } = options;
  const configOf = (overrides = options.config) =>
    readStackConfig(projectDirectory, stackName, overrides, options.secretKeys);
  const config = configOf();
  const region = config.config["aws:region"] ?? "us-east-1";
  const provider = await connectProvider(localAws.url, region);
  const clock = new Clock(timeScale);
  const resourcesOf = (type: string): Resource[] =>
    [...stack.resources.values()].filter((resource) => resource.type === type);
  const cloud = new Cloud(provider, clock, localAws, resourcesOf, options.functionSeconds, options.requestsPerSecond);
  const stack = new Stack(provider, cloud.effects);
  const ssmClient = new SSMClient(clientConfig(provider, "deployer"));
  localAws.serve("lambda", lambda(cloud));
  localAws.serve("states", stepFunctions(cloud));
  localAws.serve(
    "ssm",
    ssm(() => resourcesOf(documentType), localAws.documents, { provider, clock }),
  );

  const close = async () => {
    clock.stop();
    ssmClient.destroy();
    await cloud.close();
  };
  let changes: readonly Change[];
  try {
    changes = await stack.update(config);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    get resources() {
      return [...stack.resources.values()];
    },
    get outputs() {
      return stack.outputs;
    },
    changes,
    deadLetters: cloud.deadLetters,
    get standing() {
      return [...stack.standing.values()];
    },
    up: (overrides, updateOptions) => stack.update(configOf(overrides), updateOptions),
    preview: (overrides) => stack.update(configOf(overrides), { preview: true }),
    refresh: () => stack.refresh(),
    destroy: () => stack.destroy(),
    startExecution: (input = {}, name) => {
      const machine = cloud.stateMachine();
      if (!machine) throw new Error("the stack has no state machine");
      const started = cloud.executions.start(machine, JSON.stringify(input), name);
      const { executionArn } = started;
      return {
        name: started.name,
        executionArn,
        ended: cloud.executions.ended(executionArn),
        stop: () => void cloud.executions.stop(executionArn),
      };
    },
    fireSchedule: (name = String(stack.outputs.scheduleName)) => cloud.fireSchedule(name),
    runRunbook: async (parameters, onProgress) => {
      const [document] = resourcesOf(documentType);
      if (!document) throw new Error("the stack has no runbook");
      return runRunbook(ssmClient, document.id!, parameters, onProgress);
    },
    logs: () => cloud.logs(),
    close,
  };
}

async function runRunbook(
  client: SSMClient,
  document: string,
  parameters: Readonly<Record<string, string[]>> | undefined,
  onProgress: ((execution: Execution) => void) | undefined,
): Promise<Execution> {
  const { AutomationExecutionId } = await client.send(
    new StartAutomationExecutionCommand({ DocumentName: document, Parameters: parameters }),
  );
  for (;;) {
    const { AutomationExecution: execution } = await client.send(
      new GetAutomationExecutionCommand({ AutomationExecutionId }),
    );
    onProgress?.(execution!);
    if (execution!.AutomationExecutionStatus !== "InProgress") return execution!;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
