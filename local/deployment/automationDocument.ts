/** What the executor reads of an Automation document, schema version 0.3. */
export interface AutomationDocument {
  readonly schemaVersion: "0.3";
  readonly assumeRole?: string;
  readonly parameters?: Readonly<Record<string, AutomationParameter>>;
  readonly mainSteps: readonly AutomationStep[];
  /** `step.Output`, each of which the execution answers with. */
  readonly outputs?: readonly string[];
}

export interface AutomationParameter {
  readonly type: string;
  readonly default?: unknown;
  readonly allowedValues?: readonly unknown[];
  readonly allowedPattern?: string;
}

export interface AutomationStep {
  readonly name: string;
  readonly action: string;
  readonly inputs: Inputs;
  readonly outputs?: readonly { readonly Name: string; readonly Selector: string; readonly Type?: string }[];
  readonly timeoutSeconds?: number;
  readonly maxAttempts?: number;
  /** `Abort` (the default), `Continue` or `step:<name>`. */
  readonly onFailure?: string;
  readonly isCritical?: boolean;
  readonly isEnd?: boolean;
  readonly nextStep?: string;
}

export type Inputs = Readonly<Record<string, unknown>>;

/** By the name between the braces: `automation:EXECUTION_ID`, `global:REGION`, a parameter, `step.Output`. */
export type Variables = Map<string, unknown>;

const placeholder = /\{\{\s*([\w.:-]+)\s*\}\}/g;

/**
 * Puts values into the placeholders of a step's inputs. A text that is nothing but one placeholder becomes the value itself,
 * whatever its type. A name that nothing defines is an error: SSM refuses such a document.
 */
export function substitute(value: unknown, variables: Variables): unknown {
  if (typeof value === "string") {
    const whole = /^\{\{\s*([\w.:-]+)\s*\}\}$/.exec(value);
    if (whole) return variable(whole[1]!, variables);
    return value.replace(placeholder, (_, name: string) => text(variable(name, variables)));
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, variables));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, variables)]));
  }
  return value;
}

/** The names in a value's placeholders. */
export function placeholdersIn(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(placeholder)].map(([, name]) => name!);
}

function variable(name: string, variables: Variables): unknown {
  if (!variables.has(name)) throw new Error(`{{ ${name} }} is not defined here`);
  return variables.get(name);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * The parameters' values as an execution has them: given ones checked, the others from their defaults.
 *
 * @param given as StartAutomationExecution takes them: a list of strings by name.
 * @returns the values, or in words what SSM would refuse.
 */
export function parameterValues(
  document: AutomationDocument,
  given: Readonly<Record<string, readonly string[]>>,
): Map<string, unknown> | string {
  const declared = document.parameters ?? {};
  for (const name of Object.keys(given))
    if (!declared[name]) return `Parameter ${name} is not defined in the document.`;
  const values = new Map<string, unknown>();
  for (const [name, parameter] of Object.entries(declared)) {
    const texts = given[name];
    if (!texts && parameter.default === undefined) return `Parameter ${name} has no default and was not given.`;
    const value = texts ? typed(texts, parameter.type) : parameter.default;
    const allowed = (parameter.allowedValues ?? [value]).map(text).includes(text(value));
    const matches = new RegExp(parameter.allowedPattern ?? "").test(text(value));
    if (!allowed || !matches) {
      const rule = allowed ? `match ${parameter.allowedPattern}` : `be one of ${parameter.allowedValues}`;
      return `Parameter ${name} must ${rule}, got ${text(value)}.`;
    }
    values.set(name, value);
  }
  return values;
}

function typed(texts: readonly string[], type: string): unknown {
  switch (type) {
    case "Integer":
      return Number(texts[0]);
    case "Boolean":
      return texts[0] === "true";
    case "StringList":
      return texts;
    case "StringMap":
    case "MapList":
      return JSON.parse(texts[0]!);
    default:
      return texts[0];
  }
}
