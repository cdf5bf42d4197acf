import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { CredentialReport } from "../../components/credentialReport";
import { stackSettings } from "../../components/stackConfig";
import { project, type RunOptions, runProgram } from "./runProgram";

export const root = join(__dirname, "../..");

/** A stack file's values of the project's namespace, by key, as the CLI hands them on. */
export function stackFileConfig(file: string): Record<string, string> {
  const { config } = parse(readFileSync(join(root, file), "utf8")) as { config: Record<string, unknown> };
  const own = Object.entries(config).filter(([key]) => key.startsWith(`${project}:`));
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(project.length + 1), text(value)]));
}

/** A report with logins from CloudTrail Lake, and nothing to look up. */
export const minimalConfig = {
  lakeId: "01234567-89ab-cdef-0123-456789abcdef",
  instanceArn: "arn:aws:sso:::instance/ssoins-1234567890abcdef",
  identityStoreId: "d-1234567890",
};

/** The same with logins from Event history. */
export const { lakeId: _, ...historyConfig } = minimalConfig;

/** Does what index.ts does, as often as a test wants; that index.ts does it is devStack.test.ts's matter. */
export function runStack(config: Readonly<Record<string, string>>, options: Omit<RunOptions, "config"> = {}) {
  return runProgram(() => new CredentialReport("credential-report", stackSettings()), { ...options, config });
}
