import * as s3 from "@aws-sdk/client-s3";
import * as stepfunctions from "@aws-sdk/client-sfn";
import { JSONPath } from "jsonpath-plus";
import type { AutomationStep, Inputs } from "./automationDocument";
import type { Clock } from "./clock";
import { clientConfig } from "./provider";
import type { Provider } from "./resourceTypes";

/** What an action needs besides its step. */
export interface ActionContext {
  readonly provider: Provider;
  readonly clock: Clock;
}

export interface ActionResult {
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Where the step itself says which step is next. */
  readonly nextStep?: string;
}

export class StepTimeout extends Error {}

type Action = (step: AutomationStep, inputs: Inputs, context: ActionContext) => Promise<ActionResult>;

/** Between two looks at a property. AWS does not say how often it looks. */
const pollSeconds = 0.5;
const leastPollMilliseconds = 20;

const actions: Readonly<Record<string, Action>> = {
  "aws:executeAwsApi": async (step, inputs, context) => {
    const answer = await callApi(inputs, context);
    const outputs: Record<string, unknown> = {};
    for (const { Name, Selector } of step.outputs ?? []) {
      outputs[Name] = select(answer, Selector);
      if (outputs[Name] === undefined)
        throw new Error(`the answer has nothing at ${Selector}, which ${Name} is read from`);
    }
    return { outputs };
  },

  "aws:waitForAwsResourceProperty": async (step, inputs, context) => {
    const seconds = step.timeoutSeconds ?? 3600;
    const deadline = Date.now() + context.clock.milliseconds(seconds);
    for (;;) {
      const value = select(await callApi(inputs, context), String(inputs.PropertySelector));
      if (isDesired(value, inputs)) return { outputs: {} };
      if (Date.now() >= deadline) {
        throw new StepTimeout(`timed out after ${seconds} seconds: ${expectation(value, inputs)}`);
      }
      await context.clock.sleep(Math.max(pollSeconds, (leastPollMilliseconds / 1000) * context.clock.scale));
    }
  },

  "aws:assertAwsResourceProperty": async (_, inputs, context) => {
    const value = select(await callApi(inputs, context), String(inputs.PropertySelector));
    if (!isDesired(value, inputs)) throw new Error(expectation(value, inputs));
    return { outputs: {} };
  },

  "aws:branch": async (_, inputs) => {
    const choices = inputs.Choices as readonly (Condition & { NextStep: string })[];
    const nextStep = choices.find(holds)?.NextStep ?? (inputs.Default as string | undefined);
    return { outputs: {}, nextStep };
  },

  "aws:sleep": async (_, { Duration }, { clock }) => {
    const [, hours = 0, minutes = 0, seconds = 0] =
      /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(String(Duration)) ?? fail(`Duration ${Duration} is not like PT10M`);
    await clock.sleep(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
    return { outputs: {} };
  },
};

/** Names of the outputs that a step has once it has succeeded. Throws if its action is not known. */
export function outputsOf(step: AutomationStep): string[] {
  if (!actions[step.action]) {
    throw new Error(
      `${step.action} is not an action that the local deployment knows; add it in local/deployment/automationActions.ts`,
    );
  }
  return (step.outputs ?? []).map(({ Name }) => Name);
}

export function performAction(step: AutomationStep, inputs: Inputs, context: ActionContext): Promise<ActionResult> {
  return actions[step.action]!(step, inputs, context);
}

type Client = new (config: object) => { send(command: object): Promise<unknown>; destroy(): void };

/** The services that a runbook may call, by AWS's namespace. */
const services: Readonly<Record<string, { client: Client; commands: object }>> = {
  s3: { client: s3.S3Client as unknown as Client, commands: s3 },
  stepfunctions: { client: stepfunctions.SFNClient as unknown as Client, commands: stepfunctions },
};

function callApi(inputs: Inputs, context: ActionContext): Promise<unknown> {
  const { Service, Api, PropertySelector, DesiredValues, ...rest } = inputs;
  return callAws(String(Service), String(Api), rest, context);
}

async function callAws(service: string, api: string, inputs: Inputs, { provider }: ActionContext): Promise<unknown> {
  const known =
    services[service] ?? fail(`${service} is not a service that local/deployment/automationActions.ts knows`);
  const Command = (known.commands as Record<string, new (input: Inputs) => object>)[`${api}Command`];
  if (!Command) throw new Error(`${service} has no operation ${api}`);
  const client = new known.client({ ...clientConfig(provider, "runbook"), forcePathStyle: true });
  try {
    return await client.send(new Command(inputs));
  } catch (error) {
    throw new Error(`${service} ${api} failed: ${(error as Error).name}: ${(error as Error).message}`);
  } finally {
    client.destroy();
  }
}

function select(answer: unknown, selector: string): unknown {
  return JSONPath({ path: selector, json: answer as object, wrap: false, eval: false });
}

/** Automation documents texts, and True and False for a boolean. A number equals no text: nothing is converted. */
function isDesired(value: unknown, { DesiredValues }: Inputs): boolean {
  const compared = value === true ? "True" : value === false ? "False" : value;
  return (DesiredValues as readonly unknown[]).includes(compared);
}

function expectation(value: unknown, { Service, Api, PropertySelector, DesiredValues }: Inputs): string {
  return `${PropertySelector} of ${Service} ${Api} is ${JSON.stringify(value) ?? "not there"}, expected ${(DesiredValues as unknown[]).join(" or ")}`;
}

type Condition = Readonly<Record<string, unknown>> & {
  readonly Variable?: unknown;
  readonly And?: readonly Condition[];
  readonly Or?: readonly Condition[];
  readonly Not?: Condition;
};

const operators: Readonly<Record<string, (variable: unknown, operand: unknown) => boolean>> = {
  StringEquals: (variable, operand) => String(variable) === operand,
  EqualsIgnoreCase: (variable, operand) => String(variable).toLowerCase() === String(operand).toLowerCase(),
  StartsWith: (variable, operand) => String(variable).startsWith(String(operand)),
  EndsWith: (variable, operand) => String(variable).endsWith(String(operand)),
  Contains: (variable, operand) => String(variable).includes(String(operand)),
  NumericEquals: (variable, operand) => Number(variable) === Number(operand),
  NumericGreater: (variable, operand) => Number(variable) > Number(operand),
  NumericLesser: (variable, operand) => Number(variable) < Number(operand),
  BooleanEquals: (variable, operand) => String(variable) === String(operand),
};

function holds(condition: Condition): boolean {
  if (condition.And) return condition.And.every(holds);
  if (condition.Or) return condition.Or.some(holds);
  if (condition.Not) return !holds(condition.Not);
  const [name, operand] =
    Object.entries(condition).find(([key]) => key !== "Variable" && key !== "NextStep") ??
    fail("a choice has no operator");
  const operator =
    operators[name] ?? fail(`${name} is not an operator that local/deployment/automationActions.ts knows`);
  return operator(condition.Variable, operand);
}

function fail(message: string): never {
  throw new Error(message);
}
