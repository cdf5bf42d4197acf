import { randomUUID } from "node:crypto";
import type { Clock } from "./clock";
import { type EnvironmentSettings, ExecutionEnvironment, type InvocationResult } from "./executionEnvironment";

export interface FunctionSettings extends Omit<EnvironmentSettings, "log" | "timeoutMs"> {
  /** What the function takes for the present; a process gets it as `CREDENTIAL_REPORT_NOW` when it starts. */
  readonly now: () => string;
  /** How often Lambda tries an asynchronous invocation again. Read at each failure: it is a resource of its own. */
  readonly retryAttempts: () => number;
  /** Takes an asynchronous invocation that failed for good. */
  readonly deadLetter: (event: string, result: InvocationResult) => void;
}

/** A function that was asked for something and could not give it. */
export class FunctionFailure extends Error {
  override name: string;
  constructor(readonly result: InvocationResult) {
    super(result.error!.errorMessage);
    this.name = result.error!.errorType;
  }
}

/** Seconds that Lambda waits before the first and the second retry of an asynchronous invocation. */
const retryDelays = [60, 120];

/** A function of the local deployment: its execution environments, and both ways to invoke it. */
export class LocalFunction {
  /** What the function wrote, line by line, as it would stand in its log group. */
  readonly logs: string[] = [];
  private readonly environments = new Set<ExecutionEnvironment>();
  private readonly idle: { readonly environment: ExecutionEnvironment; readonly now: string }[] = [];

  constructor(
    readonly settings: FunctionSettings,
    private readonly clock: Clock,
  ) {}

  /** Invokes the function synchronously, in a warm environment if one is idle. */
  async invoke(event: string, requestId: string = randomUUID()): Promise<InvocationResult> {
    const now = this.settings.now();
    const environment = (await this.takeIdle(now)) ?? (await this.startEnvironment(now));
    const result = await environment.invoke(requestId, event);
    const crashed = result.error && /^(Sandbox|Runtime)\./.test(result.error.errorType);
    if (environment.alive && !crashed) this.idle.push({ environment, now });
    this.logs.push(reportLine(result, this.settings.memoryMiB));
    return result;
  }

  /** Invokes the function asynchronously, with Lambda's retries; `ended` gives the last attempt's result. */
  invokeLater(event: string): { requestId: string; ended: Promise<InvocationResult> } {
    const requestId = randomUUID();
    const attempts = async (): Promise<InvocationResult> => {
      for (let attempt = 0; ; attempt++) {
        const result = await this.invoke(event, requestId);
        if (!result.error) return result;
        if (attempt >= this.settings.retryAttempts()) {
          this.settings.deadLetter(event, result);
          return result;
        }
        await this.clock.sleep(retryDelays[attempt]!);
      }
    };
    const ended = attempts();
    // Who does not wait for the end need not hear that the deployment was closed before it.
    ended.catch(() => {});
    return { requestId, ended };
  }

  async close(): Promise<void> {
    await Promise.all([...this.environments].map((environment) => environment.close()));
    this.environments.clear();
  }

  /** An idle environment with this present. Those that were started in another one are ended, as Lambda ends old ones. */
  private async takeIdle(now: string): Promise<ExecutionEnvironment | undefined> {
    for (let idle = this.idle.pop(); idle; idle = this.idle.pop()) {
      if (idle.environment.alive && idle.now === now) return idle.environment;
      this.environments.delete(idle.environment);
      await idle.environment.close();
    }
    return undefined;
  }

  private async startEnvironment(now: string): Promise<ExecutionEnvironment> {
    const environment = new ExecutionEnvironment({
      ...this.settings,
      variables: { ...this.settings.variables, CREDENTIAL_REPORT_NOW: now },
      timeoutMs: this.clock.milliseconds(this.settings.timeoutSeconds),
      log: (line) => this.logs.push(line),
    });
    this.environments.add(environment);
    await environment.start();
    return environment;
  }
}

function reportLine({ requestId, durationMs, peakMemoryBytes, error }: InvocationResult, memoryMiB: number): string {
  const peak = peakMemoryBytes === undefined ? "" : ` Max Memory Used: ${Math.ceil(peakMemoryBytes / 2 ** 20)} MB`;
  const failure = error ? ` Status: error Error Type: ${error.errorType}` : "";
  return `REPORT RequestId: ${requestId} Duration: ${durationMs} ms Memory Size: ${memoryMiB} MB${peak}${failure}`;
}
