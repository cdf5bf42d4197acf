/** A column's type as Glue writes it, in DuckDB's words, and how a value of a record becomes one of it. */
export interface HiveType {
  readonly duckDb: string;
  of(value: unknown): unknown;
}

const scalars: Readonly<Record<string, string>> = {
  boolean: "BOOLEAN",
  int: "INTEGER",
  bigint: "BIGINT",
  double: "DOUBLE",
};

/** @throws Error where the type is none that tables over CloudTrail's files have */
export function hiveType(text: string): HiveType {
  const type = text.replace(/\s+/g, "");
  const [, outer = type, inner = ""] = /^(struct|array|map)<(.*)>$/.exec(type) ?? [];
  if (outer === "struct") return struct(split(inner));
  if (outer === "array") {
    const item = hiveType(inner);
    return { duckDb: `${item.duckDb}[]`, of: (value) => (Array.isArray(value) ? value.map(item.of) : null) };
  }
  if (outer === "map") return { duckDb: "MAP(VARCHAR, VARCHAR)", of: asMap };
  if (type === "string") return { duckDb: "VARCHAR", of: asText };
  const scalar = scalars[type];
  if (!scalar) throw new Error(`the local Athena does not know the type ${text}`);
  return { duckDb: scalar, of: (value) => value ?? null };
}

function struct(fields: readonly string[]): HiveType {
  const typed = fields.map((field) => {
    const colon = field.indexOf(":");
    return { name: field.slice(0, colon).toLowerCase(), type: hiveType(field.slice(colon + 1)) };
  });
  return {
    duckDb: `STRUCT(${typed.map(({ name, type }) => `"${name}" ${type.duckDb}`).join(", ")})`,
    of(value) {
      if (typeof value !== "object" || value === null) return null;
      const members = byLowerCase(value);
      return Object.fromEntries(typed.map(({ name, type }) => [name, type.of(members[name])]));
    },
  };
}

/** Hive knows names in lower case alone. */
export function byLowerCase(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]));
}

/** What is no text becomes its JSON: so `requestParameters` is one, and `readOnly` "true". */
function asText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function asMap(value: unknown): Record<string, string | null> | null {
  if (typeof value !== "object" || value === null) return null;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asText(member)]));
}

/** At the commas that are in no angle brackets. */
function split(fields: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const character of fields) {
    if (character === "<") depth += 1;
    if (character === ">") depth -= 1;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts;
}
