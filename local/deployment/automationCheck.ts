import { parse } from "yaml";
import { outputsOf } from "./automationActions";
import { type AutomationDocument, placeholdersIn } from "./automationDocument";

const globals = ["automation:EXECUTION_ID", "global:REGION", "global:ACCOUNT_ID", "global:AWS_PARTITION"];

/**
 * Reads a document's content, JSON or YAML. Throws on what SSM refuses when a document is created: a step, a parameter or an
 * output that is named and not there.
 */
export function readAutomationDocument(content: string): AutomationDocument {
  const document = parse(content) as AutomationDocument;
  if (document.schemaVersion !== "0.3") throw new Error(`schemaVersion: expected 0.3, got ${document.schemaVersion}`);
  const steps = document.mainSteps;
  const stepNames = steps.map(({ name }) => name);
  const twice = stepNames.find((name, index) => stepNames.indexOf(name) !== index);
  if (twice) throw new Error(`there are two steps named ${twice}`);
  const outputs = steps.flatMap((step) => outputsOf(step).map((output) => `${step.name}.${output}`));
  const names = new Set([...globals, ...Object.keys(document.parameters ?? {}), ...outputs]);

  for (const { name, inputs, nextStep, onFailure = "Abort" } of steps) {
    const { Choices = [], Default } = inputs as { Choices?: { NextStep: string }[]; Default?: string };
    const named = [nextStep, Default, ...Choices.map(({ NextStep }) => NextStep), /^step:(.+)/.exec(onFailure)?.[1]];
    const missing = named.find((next) => next !== undefined && !stepNames.includes(next));
    if (missing) throw new Error(`step ${name} leads to ${missing}, which is not a step`);
    refuseUnknown(placeholdersIn(inputs), names, `step ${name}`);
  }
  refuseUnknown(placeholdersIn(document.assumeRole ?? ""), names, "assumeRole");
  refuseUnknown(document.outputs ?? [], new Set(outputs), "outputs");
  return document;
}

function refuseUnknown(used: readonly string[], known: ReadonlySet<string>, where: string): void {
  const unknown = used.find((name) => !known.has(name));
  if (unknown) throw new Error(`${where}: ${unknown} is not defined in the document`);
}
