import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** A project and one of its stacks, as the Pulumi CLI hands them to a program. */
export interface StackConfig {
  readonly project: string;
  readonly stack: string;
  readonly directory: string;
  /** Entry point relative to `directory`; `.` leaves it to the `main` of package.json. */
  readonly program: string;
  /** By full key, `project:key`. Values that are no strings stand as JSON. */
  readonly config: Readonly<Record<string, string>>;
  /** The full keys whose values are secret. */
  readonly secretKeys: readonly string[];
}

interface ProjectFile {
  name: string;
  main?: string;
  config?: Record<string, ConfigDeclaration | string | number | boolean>;
}

interface ConfigDeclaration {
  type?: "string" | "integer" | "boolean" | "array" | "object";
  default?: unknown;
  value?: unknown;
}

/** What is wrong with the configuration of a stack, in words for the one who deploys. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/**
 * Reads `Pulumi.yaml` and `Pulumi.<stack>.yaml` with the CLI's rules: keys without a namespace are the project's, a key
 * that is declared without a default is required, and values are of their declared type. Encrypted values are not supported.
 *
 * @param overrides what `pulumi config set` would set, e.g. `{ lookbackDays: 30 }`; `undefined` takes a key away.
 * @param secretKeys the keys that would be set with `--secret`
 */
export function readStackConfig(
  directory: string,
  stack: string,
  overrides: Readonly<Record<string, unknown>> = {},
  secretKeys: readonly string[] = [],
): StackConfig {
  const project = readYaml<ProjectFile>(join(directory, "Pulumi.yaml"));
  const stackFile = readYaml<{ config?: Record<string, unknown> }>(join(directory, `Pulumi.${stack}.yaml`));
  const fullKey = (key: string) => (key.includes(":") ? key : `${project.name}:${key}`);

  const values = new Map<string, unknown>();
  for (const given of [stackFile.config ?? {}, overrides]) {
    for (const [key, value] of Object.entries(given)) values.set(fullKey(key), value);
  }
  const missing: string[] = [];
  for (const [key, declared] of Object.entries(project.config ?? {})) {
    const declaration = typeof declared === "object" ? declared : { value: declared };
    const name = fullKey(key);
    if (values.get(name) === undefined) values.set(name, declaration.value ?? declaration.default);
    const value = values.get(name);
    if (value === undefined) missing.push(key);
    else if (!hasType(value, declaration.type)) {
      throw new ConfigError(
        `Stack '${stack}' with configuration key '${key}' must be of type '${declaration.type}', got ${JSON.stringify(value)}`,
      );
    }
  }
  if (missing.length > 0) {
    const keys = missing.map((key) => `'${key}'`).join(", ");
    throw new ConfigError(
      `Stack '${stack}' is missing configuration value${missing.length > 1 ? "s" : ""} ${keys}. Set it with pulumi config set.`,
    );
  }
  const config: Record<string, string> = {};
  for (const [key, value] of values) {
    if (isEncrypted(value)) throw new ConfigError(`${key}: encrypted values cannot be read by the local deployment`);
    if (value !== undefined) config[key] = typeof value === "string" ? value : JSON.stringify(value);
  }
  return {
    project: project.name,
    stack,
    directory,
    program: project.main ?? ".",
    config,
    secretKeys: secretKeys.map(fullKey),
  };
}

function readYaml<T>(path: string): T {
  if (!existsSync(path)) throw new ConfigError(`${path} is not there`);
  return (parse(readFileSync(path, "utf8")) ?? {}) as T;
}

function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

/** The CLI also takes the text of a number or a boolean, which is what `pulumi config set` writes. */
function hasType(value: unknown, type: ConfigDeclaration["type"]): boolean {
  switch (type) {
    case undefined:
      return true;
    case "integer":
      return /^-?\d+$/.test(String(value));
    case "boolean":
      return /^(true|false)$/.test(String(value));
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && !Array.isArray(value);
    case "string":
      return typeof value === "string";
  }
}
