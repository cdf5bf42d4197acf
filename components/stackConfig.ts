import * as pulumi from "@pulumi/pulumi";
import { type Setting, settingProblem, wholeNumber } from "../handlers/settings";
import type { CredentialReportArgs } from "./credentialReport";
import { type SettingKey, type SettingValues, settings } from "./settings";
import { settingsError } from "./settingsCheck";

/** The stack's settings as the component takes them: those that are secret in the config stay so in all that is made of them. */
export function stackSettings(): CredentialReportArgs {
  const values = stackValues();
  return { ...values, ...Object.fromEntries(secretKeys().map((key) => [key, pulumi.secret(values[key])])) };
}

/**
 * Reads a report's settings from the stack's config, as plain values: for what is not registered. Throws one error that lists everything
 * that is wrong with it.
 */
export function stackValues(): SettingValues {
  const project = pulumi.getProject();
  const config = new pulumi.Config(project);
  const secrets = secretKeys();
  const read: Record<string, unknown> = {};
  const problems = unknownKeys(Object.keys(pulumi.runtime.allConfig()), project);
  for (const key of Object.keys(settings) as SettingKey[]) {
    const text = config.get(key);
    const value = text === undefined ? settings[key].defaultValue : parse(settings[key].type, text);
    const isSecret = secrets.includes(key);
    const problem =
      isSecret && plainKeys.includes(key) ? mustBePlain(key) : settingProblem(key, settings[key], value, isSecret);
    if (problem) problems.push(problem);
    read[key] = value;
  }
  if (problems.length > 0) throw settingsError(problems);
  return read as unknown as SettingValues;
}

/** A text without the values that are secret in the config. */
export function withoutSecrets(text: string): string {
  const config = new pulumi.Config();
  return secretKeys().reduce((rest, key) => rest.replaceAll(config.require(key), "[secret]"), text);
}

/** What decides which resources there are is seen by everybody who sees the stack. */
const plainKeys: readonly SettingKey[] = [
  ...["adoptBucket", "deleteBucket", "lockReports", "scheduleEnabled"],
  ...["notifyOnSuccess", "dashboard", "catalog"],
] as SettingKey[];

function mustBePlain(key: SettingKey): string {
  return `${key}: expected a plain value, since it decides which resources there are, got a secret one. Set it without --secret.`;
}

/** The keys that are set as secrets, to more than nothing. */
function secretKeys(): SettingKey[] {
  const config = new pulumi.Config();
  // Pulumi's own, which its types leave out.
  const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  return (Object.keys(settings) as SettingKey[]).filter(
    (key) => isConfigSecret(`${config.name}:${key}`) && (config.get(key) ?? "") !== "",
  );
}

/** The value that a config text stands for; the text itself where it is none, so that an error can show it. */
function parse(type: Setting["type"], text: string): unknown {
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  if (type === "array") return parseJson(text);
  if (type === "integer") return wholeNumber(text);
  return text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A sentence for every key of the project's namespace that the program does not know. */
export function unknownKeys(configKeys: readonly string[], project: string): string[] {
  const known = Object.keys(settings);
  return configKeys
    .filter((key) => key.startsWith(`${project}:`))
    .map((key) => key.slice(project.length + 1))
    .filter((key) => !known.includes(key))
    .sort()
    .map((key) => {
      const nearest = known.reduce((best, other) => (distance(key, other) < distance(key, best) ? other : best));
      const meant = distance(key, nearest) <= 3 ? ` Did you mean ${nearest}?` : ` Known are ${known.join(", ")}.`;
      return `${key}: there is no such setting.${meant} Remove it with: pulumi config rm ${key}`;
    });
}

/** Levenshtein distance, blind to upper and lower case. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, left] of [...a.toLowerCase()].entries()) {
    const next = [i + 1];
    for (const [j, right] of [...b.toLowerCase()].entries()) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (left === right ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
