import { randomUUID } from "node:crypto";
import { type ActionContext, performAction, StepTimeout } from "./automationActions";
import {
  type AutomationDocument,
  type AutomationStep,
  type Inputs,
  substitute,
  type Variables,
} from "./automationDocument";

export type AutomationStatus = "InProgress" | "Success" | "Failed" | "TimedOut";

/** A step that was begun, in the words of SSM's GetAutomationExecution. */
export interface StepExecution {
  StepName: string;
  Action: string;
  StepStatus: AutomationStatus;
  /** Seconds since 1970, as AWS JSON has times. */
  ExecutionStartTime: number;
  ExecutionEndTime?: number;
  Outputs: Record<string, string[]>;
  FailureMessage?: string;
}

export interface AutomationExecution {
  readonly AutomationExecutionId: string;
  readonly DocumentName: string;
  AutomationExecutionStatus: AutomationStatus;
  readonly ExecutionStartTime: number;
  ExecutionEndTime?: number;
  readonly Parameters: Record<string, string[]>;
  readonly StepExecutions: StepExecution[];
  Outputs: Record<string, string[]>;
  FailureMessage?: string;
}

/** Starts an execution of a document. The execution is alive: its steps appear in it as they run. */
export function startAutomation(
  name: string,
  document: AutomationDocument,
  parameters: ReadonlyMap<string, unknown>,
  context: ActionContext,
): AutomationExecution {
  const execution: AutomationExecution = {
    AutomationExecutionId: randomUUID(),
    DocumentName: name,
    AutomationExecutionStatus: "InProgress",
    ExecutionStartTime: now(),
    Parameters: Object.fromEntries([...parameters].map(([key, value]) => [key, texts(value)])),
    StepExecutions: [],
    Outputs: {},
  };
  const { region, accountId, partition } = context.provider;
  const variables: Variables = new Map<string, unknown>([
    ...parameters,
    ["automation:EXECUTION_ID", execution.AutomationExecutionId],
    ["global:REGION", region],
    ["global:ACCOUNT_ID", accountId],
    ["global:AWS_PARTITION", partition],
  ]);
  runSteps(document, execution, variables, context).catch((error: Error) => {
    end(execution, "Failed", error.message);
  });
  return execution;
}

async function runSteps(
  document: AutomationDocument,
  execution: AutomationExecution,
  variables: Variables,
  context: ActionContext,
): Promise<void> {
  const steps = document.mainSteps;
  let failure: StepExecution | undefined;
  let step: AutomationStep | undefined = steps[0];
  while (step) {
    const { record, nextStep } = await runStep(step, execution, variables, context);
    let next: string | undefined = nextStep ?? step.nextStep;
    if (record.StepStatus !== "Success") {
      const onFailure: string = step.onFailure ?? "Abort";
      if (step.isCritical ?? onFailure !== "Continue") failure ??= record;
      if (onFailure === "Abort") break;
      if (onFailure.startsWith("step:")) next = onFailure.slice("step:".length);
    }
    if (next) step = steps.find(({ name }) => name === next);
    else step = step.isEnd || step.action === "aws:branch" ? undefined : steps[steps.indexOf(step) + 1];
  }
  for (const output of document.outputs ?? []) {
    if (variables.has(output)) execution.Outputs[output] = texts(variables.get(output));
  }
  end(execution, failure?.StepStatus ?? "Success", failure && `Step ${failure.StepName}: ${failure.FailureMessage}`);
}

async function runStep(
  step: AutomationStep,
  execution: AutomationExecution,
  variables: Variables,
  context: ActionContext,
): Promise<{ record: StepExecution; nextStep?: string }> {
  const record: StepExecution = {
    StepName: step.name,
    Action: step.action,
    StepStatus: "InProgress",
    ExecutionStartTime: now(),
    Outputs: {},
  };
  execution.StepExecutions.push(record);
  for (let attempt = 1; ; attempt++) {
    try {
      const inputs = substitute(step.inputs, variables) as Inputs;
      const { outputs, nextStep } = await performAction(step, inputs, context);
      for (const [name, value] of Object.entries(outputs)) {
        variables.set(`${step.name}.${name}`, value);
        record.Outputs[name] = texts(value);
      }
      record.StepStatus = "Success";
      record.ExecutionEndTime = now();
      return { record, nextStep };
    } catch (error) {
      if (attempt < (step.maxAttempts ?? 1)) continue;
      record.StepStatus = error instanceof StepTimeout ? "TimedOut" : "Failed";
      record.FailureMessage = (error as Error).message;
      record.ExecutionEndTime = now();
      return { record };
    }
  }
}

function end(execution: AutomationExecution, status: AutomationStatus, message: string | undefined): void {
  execution.ExecutionEndTime = now();
  execution.FailureMessage = message;
  execution.AutomationExecutionStatus = status;
}

function texts(value: unknown): string[] {
  const items = Array.isArray(value) ? value : [value];
  return items.map((item) => (typeof item === "string" ? item : JSON.stringify(item)));
}

function now(): number {
  return Date.now() / 1000;
}
