/** A JSON Schema, as far as it is looked at here. */
type Schema = boolean | Readonly<Record<string, unknown>>;

/**
 * What a value has against it by a JSON Schema of draft 2020-12, as sentences; none where it is as the schema says. For the keywords that
 * `manifest.schema.json` uses, and no others: one that is not known here is an error and not passed over. Lambda's archive is too small for
 * a validator of the whole standard. `npm run verify` uses one, ajv, and a test shows that both agree.
 */
export function schemaProblems(schema: Schema, value: unknown): string[] {
  const definitions = (schema as { $defs?: Readonly<Record<string, Schema>> }).$defs ?? {};
  const isObject = (found: unknown): found is Readonly<Record<string, unknown>> =>
    typeof found === "object" && found !== null && !Array.isArray(found);

  const isOfType = (found: unknown, type: string): boolean => {
    if (type === "integer") return Number.isInteger(found);
    if (type === "object") return isObject(found);
    if (type === "array") return Array.isArray(found);
    if (type === "null") return found === null;
    return typeof found === type;
  };

  /** The rules, by keyword: what it says, what is looked at, where that is, and the schema in which the keyword stands. */
  type Rule = (said: never, found: unknown, path: string, whole: Readonly<Record<string, unknown>>) => string[];
  const fulfilled: Rule = () => [];
  const whether = (holds: boolean, path: string, what: string): string[] => (holds ? [] : [`${path} ${what}`]);
  const rules: Readonly<Record<string, Rule>> = {
    $schema: fulfilled,
    $defs: fulfilled,
    title: fulfilled,
    description: fulfilled,
    // Looked at with `if`.
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: fulfilled,
    else: fulfilled,
    $ref: (name: string, found, path) => check(definitions[name.replace("#/$defs/", "")]!, found, path),
    type: (types: string | string[], found, path) =>
      whether(
        [types].flat().some((type) => isOfType(found, type)),
        path,
        `must be ${[types].flat().join(" or ")}`,
      ),
    const: (only: unknown, found, path) => whether(found === only, path, `must be ${JSON.stringify(only)}`),
    enum: (values: unknown[], found, path) =>
      whether(values.includes(found), path, `must be one of ${values.join(", ")}`),
    minimum: (least: number, found, path) =>
      whether(typeof found !== "number" || found >= least, path, `must be at least ${least}`),
    maximum: (most: number, found, path) =>
      whether(typeof found !== "number" || found <= most, path, `must be at most ${most}`),
    minLength: (least: number, found, path) =>
      whether(typeof found !== "string" || [...found].length >= least, path, `must have ${least} characters or more`),
    pattern: (pattern: string, found, path) =>
      whether(typeof found !== "string" || new RegExp(pattern, "u").test(found), path, `must match ${pattern}`),
    minItems: (least: number, found, path) =>
      whether(!Array.isArray(found) || found.length >= least, path, `must have ${least} items or more`),
    items: (item: Schema, found, path) =>
      Array.isArray(found) ? found.flatMap((each, index) => check(item, each, `${path}/${index}`)) : [],
    contains: (item: Schema, found, path) =>
      whether(
        !Array.isArray(found) || found.some((each) => check(item, each, path).length === 0),
        path,
        `must contain ${JSON.stringify(item)}`,
      ),
    required: (names: string[], found, path) =>
      isObject(found)
        ? names.filter((name) => !Object.hasOwn(found, name)).map((name) => `${path} must have ${name}`)
        : [],
    properties: (properties: Readonly<Record<string, Schema>>, found, path) =>
      isObject(found)
        ? Object.entries(properties).flatMap(([name, one]) =>
            Object.hasOwn(found, name) ? check(one, found[name], `${path}/${name}`) : [],
          )
        : [],
    additionalProperties: (other: Schema, found, path, { properties = {} }) =>
      isObject(found)
        ? Object.entries(found).flatMap(([name, each]) =>
            Object.hasOwn(properties as object, name) ? [] : check(other, each, `${path}/${name}`),
          )
        : [],
    propertyNames: (name: Schema, found, path) =>
      isObject(found) ? Object.keys(found).flatMap((each) => check(name, each, `${path}/${each}, a name,`)) : [],
    anyOf: (schemas: Schema[], found, path) => {
      const problems = schemas.map((one) => check(one, found, path));
      return problems.some((each) => each.length === 0) ? [] : problems.flat();
    },
    if: (condition: Schema, found, path, whole) =>
      check(
        (check(condition, found, path).length === 0 ? (whole.then as Schema) : (whole.else as Schema)) ?? true,
        found,
        path,
      ),
  };

  function check(one: Schema, found: unknown, path: string): string[] {
    if (typeof one === "boolean") return one ? [] : [`${path} must not be there`];
    return Object.entries(one).flatMap(([keyword, said]) => {
      const rule = rules[keyword];
      if (rule === undefined) throw new TypeError(`No rule for the keyword ${keyword} of JSON Schema.`);
      return rule(said as never, found, path, one);
    });
  }

  return check(schema, value, "");
}
