import { spawn } from "node:child_process";
import type { StackConfig } from "./stackConfig";

/**
 * Runs a Pulumi program through Pulumi's own runner, against a monitor and an engine at the given addresses. Types are
 * checked, unless Pulumi's variable PULUMI_NODEJS_TRANSPILE_ONLY says "true".
 *
 * @param preview has the program take values for unknown that only AWS can give
 * @param stopping ends the program at once
 * @returns the runner's exit code and what the program printed.
 */
export function runProgram(
  stack: StackConfig,
  addresses: { readonly monitor: string; readonly engine: string },
  preview: boolean,
  stopping: AbortSignal,
): Promise<{ exitCode: number; printed: string }> {
  const runner = require.resolve("@pulumi/pulumi/cmd/run", { paths: [stack.directory, __dirname] });
  const flags = {
    monitor: addresses.monitor,
    engine: addresses.engine,
    organization: "organization",
    project: stack.project,
    stack: stack.stack,
    pwd: stack.directory,
    "root-directory": stack.directory,
    parallel: "16",
    ...(preview ? { "dry-run": "true" } : {}),
  };
  const program = spawn(
    process.execPath,
    [runner, ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]), stack.program],
    {
      cwd: stack.directory,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        NODE_OPTIONS: undefined,
        PULUMI_CONFIG: JSON.stringify(stack.config),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(stack.secretKeys),
        PULUMI_NODEJS_TYPESCRIPT: "true",
      },
    },
  );
  const printed: string[] = [];
  for (const stream of [program.stdout, program.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => printed.push(text));
  }
  const stop = () => program.kill("SIGKILL");
  process.once("exit", stop);
  stopping.addEventListener("abort", stop);
  return new Promise((resolve, reject) => {
    program.on("error", reject);
    program.on("close", (code) => {
      process.off("exit", stop);
      resolve({ exitCode: code ?? 1, printed: printed.join("").trim() });
    });
  });
}
