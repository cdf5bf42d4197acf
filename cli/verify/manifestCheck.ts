import Ajv2020 from "ajv/dist/2020";
import { type FileEntry, MANIFEST_FILE, type Manifest } from "../../handlers/files/files";
import schema from "../../handlers/files/manifest.schema.json";
import type { Problems } from "./verdict";

const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
const isManifest = ajv.compile(schema);
/** No path: what is read is in the report's folder. */
const isName = ajv.compile(schema.$defs.file.properties.name);

/** What a value that should be a manifest has against it, as sentences; none where it is one. */
export function manifestProblems(value: unknown): string[] {
  if (isManifest(value)) return [];
  // That an if or an anyOf does not match says nothing that its parts do not say.
  const errors = (isManifest.errors ?? []).filter(({ keyword }) => keyword !== "if" && keyword !== "anyOf");
  return errors.map(({ instancePath, message, params }) => {
    const { additionalProperty, propertyName } = params as { additionalProperty?: string; propertyName?: string };
    const which = additionalProperty ?? propertyName;
    return `${instancePath || "the manifest"} ${message}${which === undefined ? "" : `: ${which}`}`;
  });
}

/** Reads a report's manifest; what is wrong with it is a problem. `null` where it is nothing to go on with. */
export function readManifest(bytes: Buffer, problems: Problems): Manifest | null {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    problems.add(MANIFEST_FILE, null, `is no JSON: ${(error as Error).message}`);
    return null;
  }
  for (const problem of manifestProblems(value)) problems.add(MANIFEST_FILE, null, problem);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Manifest) : null;
}

/** The files that a manifest names, as far as its entries can be gone by; what is wrong with them is known already. */
export function filesOf(manifest: Manifest): FileEntry[] {
  const named: unknown = manifest.files;
  return Array.isArray(named)
    ? named.filter((entry): entry is FileEntry => isName((entry as FileEntry | null)?.name))
    : [];
}
