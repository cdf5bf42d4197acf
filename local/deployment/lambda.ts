import { randomUUID } from "node:crypto";
import { type EnvironmentSettings, ExecutionEnvironment, type InvocationResult } from "./executionEnvironment";

export interface FunctionSettings extends Omit<EnvironmentSettings, "log"> {
  /** What the function takes for the present; a process gets it as `CREDENTIAL_REPORT_NOW` when it starts. */
  readonly now: () => string;
  /** When an invocation is ended, in milliseconds of this machine. */
  readonly timeoutMs: number;
}

/** A function of the local deployment, and its execution environments. It is invoked synchronously only: nothing here does otherwise. */
export class LocalFunction {
  /** What the function wrote, line by line, as it would stand in its log group. */
  readonly logs: string[] = [];
  private readonly environments = new Set<ExecutionEnvironment>();
  private readonly idle: { readonly environment: ExecutionEnvironment; readonly now: string }[] = [];

  constructor(readonly settings: FunctionSettings) {}

  /** Invokes the function, in a warm environment if one is idle. */
  async invoke(event: string): Promise<InvocationResult> {
    const now = this.settings.now();
    const environment = (await this.takeIdle(now)) ?? (await this.startEnvironment(now));
    const result = await environment.invoke(randomUUID(), event);
    const crashed = result.error && /^(Sandbox|Runtime)\./.test(result.error.errorType);
    if (environment.alive && !crashed) this.idle.push({ environment, now });
    this.logs.push(reportLine(result, this.settings.memoryMiB));
    return result;
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
