import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { heapFlags } from "./heapFlags";

/** What a function's process needs to be started. */
export interface EnvironmentSettings {
  readonly functionName: string;
  readonly functionArn: string;
  /** The extracted archive. */
  readonly directory: string;
  readonly memoryMiB: number;
  /** The function's timeout, which it is told of. */
  readonly timeoutSeconds: number;
  /** When it is ended: less than the timeout on a scaled clock. The function's own clock is not scaled. */
  readonly timeoutMs: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export interface InvocationResult {
  readonly requestId: string;
  /** What the handler returned, as JSON; absent if it failed. */
  readonly payload?: string;
  readonly error?: FunctionError;
  readonly durationMs: number;
  /** The process's greatest resident memory so far; absent where the machine does not say (Linux does). */
  readonly peakMemoryBytes?: number;
}

interface Invocation {
  readonly requestId: string;
  readonly event: string;
  readonly finish: (outcome: Pick<InvocationResult, "payload" | "error">) => void;
}

/** A process that runs a function behind Lambda's Runtime API, for one invocation after the other. */
export class ExecutionEnvironment {
  private readonly api: Server;
  private process: ChildProcess | undefined;
  private invocation: Invocation | undefined;
  /** The process waits for its next invocation. */
  private waiting: ServerResponse | undefined;
  private readonly kill = () => this.process?.kill("SIGKILL");

  constructor(private readonly settings: EnvironmentSettings) {
    this.api = createServer((request, response) => this.answer(request, response));
  }

  get alive(): boolean {
    return this.process !== undefined;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.api.listen(0, "127.0.0.1", resolve));
    const { directory, memoryMiB, variables } = this.settings;
    const address = `127.0.0.1:${(this.api.address() as AddressInfo).port}`;
    const flags = [...heapFlags(memoryMiB), "--preserve-symlinks"];
    const child = spawn(process.execPath, [...flags, join(__dirname, "bootstrap.js")], {
      cwd: directory,
      // As Lambda's user has it: a home directory that is not there. Of this machine's, a function sees nothing.
      env: { HOME: "/home/sbx_user1051", ...variables, LAMBDA_TASK_ROOT: directory, AWS_LAMBDA_RUNTIME_API: address },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.process = child;
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", this.settings.log);
    process.once("exit", this.kill);
    child.once("close", (code, signal) => {
      process.off("exit", this.kill);
      this.process = undefined;
      this.api.close();
      this.api.closeAllConnections();
      const how = signal ? `signal: ${signal}` : `exit status ${code}`;
      this.finish({ error: { errorType: "Runtime.ExitError", errorMessage: `Runtime exited with error: ${how}` } });
    });
  }

  invoke(requestId: string, event: string): Promise<InvocationResult> {
    const started = Date.now();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const errorMessage = `Task timed out after ${this.settings.timeoutSeconds.toFixed(2)} seconds`;
        this.finish({ error: { errorType: "Sandbox.Timedout", errorMessage } });
        this.kill();
      }, this.settings.timeoutMs);
      const finish = (outcome: Pick<InvocationResult, "payload" | "error">) => {
        clearTimeout(timer);
        const peakMemoryBytes = this.process && peakMemoryOf(this.process);
        resolve({ requestId, ...outcome, durationMs: Date.now() - started, peakMemoryBytes });
      };
      this.invocation = { requestId, event, finish };
      this.deliver();
    });
  }

  async close(): Promise<void> {
    if (!this.process) return;
    const closed = new Promise((resolve) => this.process!.once("close", resolve));
    this.kill();
    await closed;
  }

  private finish(outcome: Pick<InvocationResult, "payload" | "error">): void {
    const invocation = this.invocation;
    this.invocation = undefined;
    invocation?.finish(outcome);
  }

  private deliver(): void {
    if (!this.waiting || !this.invocation) return;
    const { functionArn, timeoutSeconds } = this.settings;
    this.waiting
      .writeHead(200, {
        "content-type": "application/json",
        "lambda-runtime-aws-request-id": this.invocation.requestId,
        "lambda-runtime-deadline-ms": Date.now() + timeoutSeconds * 1000,
        "lambda-runtime-invoked-function-arn": functionArn,
      })
      .end(this.invocation.event);
    this.waiting = undefined;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const resource = request.url!.replace("/2018-06-01/runtime/", "");
    if (resource === "invocation/next") {
      this.waiting = response;
      this.deliver();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    response.writeHead(202).end();
    if (resource.endsWith("/response")) this.finish({ payload: body });
    else if (resource.endsWith("/error")) this.finish({ error: JSON.parse(body) });
  }
}

function peakMemoryOf({ pid }: ChildProcess): number | undefined {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return kilobytes ? Number(kilobytes[1]) * 1024 : undefined;
  } catch {
    return undefined;
  }
}
