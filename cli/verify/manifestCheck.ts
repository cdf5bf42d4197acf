import { isUtf8 } from "node:buffer";
import Ajv2020, { type ValidateFunction } from "ajv/dist/2020";
import { MANIFEST_FILE, type Manifest } from "../../handlers/files/files";
import { rulesOf } from "./rules";
import type { Problems } from "./verdict";

const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
const compiled = new Map<object, ValidateFunction>();

/** What a value that should be a manifest has against it by its own version's schema, as sentences; none where it is one. */
export function manifestProblems(value: unknown): string[] {
  const { schema } = rulesOf(value);
  const isManifest = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, isManifest);
  if (isManifest(value)) return [];
  // That an if or an anyOf does not match says nothing that its parts do not say.
  const errors = (isManifest.errors ?? []).filter(({ keyword }) => keyword !== "if" && keyword !== "anyOf");
  return errors.map(({ instancePath, message, params }) => {
    const { additionalProperty, propertyName } = params as { additionalProperty?: string; propertyName?: string };
    const which = additionalProperty ?? propertyName;
    return `${instancePath || "the manifest"} ${message}${which === undefined ? "" : `: ${which}`}`;
  });
}

/**
 * Reads a report's manifest. What is wrong with it is a problem, and it is `null` then: what is no manifest says nothing that could be
 * gone by.
 *
 * @param name of the file, for people
 */
export function readManifest(bytes: Buffer, problems: Problems, name = MANIFEST_FILE): Manifest | null {
  if (!isUtf8(bytes)) problems.add(name, null, "is not UTF-8");
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    problems.add(name, null, `is no JSON: ${(error as Error).message}`);
    return null;
  }
  const wrong = manifestProblems(value);
  for (const problem of wrong) problems.add(name, null, problem);
  return wrong.length === 0 ? (value as Manifest) : null;
}
