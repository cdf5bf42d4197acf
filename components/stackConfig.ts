import * as pulumi from "@pulumi/pulumi";
import {
  type Setting,
  type SettingKey,
  type SettingValues,
  settingProblem,
  settings,
  wholeNumber,
} from "../handlers/settings";
import { settingsError } from "./settingsCheck";

/** Reads a report's settings from the stack's config; throws one error that lists everything that is wrong with it. */
export function stackSettings(): Partial<SettingValues> & Pick<SettingValues, "lakeId"> {
  const project = pulumi.getProject();
  const config = new pulumi.Config(project);
  const read: Record<string, unknown> = {};
  const problems = unknownKeys(Object.keys(pulumi.runtime.allConfig()), project);
  for (const key of Object.keys(settings) as SettingKey[]) {
    const text = config.get(key);
    const value = text === undefined ? settings[key].defaultValue : parse(settings[key].type, text);
    const problem = settingProblem(key, settings[key], value);
    if (problem) problems.push(problem);
    read[key] = value;
  }
  if (problems.length > 0) throw settingsError(problems);
  return read as unknown as SettingValues;
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
