import Ajv from "ajv";
import schema from "aws-ssm-document-language-service/dist/schema.json";
import { runbookDocument, waitSeconds } from "../../components/runbookDocument";

const document = runbookDocument({
  reportName: "credential-report-dev",
  functionName: "credential-report-function",
  bucketName: "reports",
  roleArn: "arn:aws:iam::111122223333:role/runbook",
  logGroupName: "credential-report-logs",
});
const step = (name: string) => document.mainSteps.find((each) => each.name === name)!;

// Its patterns are not for the u flag.
const isAutomationDocument = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false }).compile(schema);

// Shows that the document is of Automation's published form, not that AWS runs it.
test("is a valid Automation document", () => {
  isAutomationDocument(JSON.parse(JSON.stringify(document)));
  expect(isAutomationDocument.errors ?? []).toEqual([]);
});

test("the schema refuses a wrong one", () => {
  expect(
    isAutomationDocument({ ...document, mainSteps: [{ name: "startRun", action: "aws:invokeLambda", inputs: {} }] }),
  ).toBe(false);
});

test("starts the function without waiting for it, under Automation's own id", () => {
  expect(step("startRun").inputs).toEqual({
    FunctionName: "credential-report-function",
    InvocationType: "Event",
    InputPayload: {
      runId: "{{automation:EXECUTION_ID}}",
      trigger: "automation",
      lookbackDays: "{{LookbackDays}}",
      note: "{{Note}}",
    },
  });
});

test("waits longer than an event may wait and a run may take", () => {
  expect(waitSeconds).toBeGreaterThan(900 + 900);
  expect(step("waitForResult")).toMatchObject({ timeoutSeconds: waitSeconds, onFailure: "Abort" });
});

test("waits for what Automation can compare: texts", () => {
  expect(step("waitForResult").inputs).toMatchObject({
    Api: "ListObjectsV2",
    PropertySelector: "$.Contents[0].StorageClass",
    DesiredValues: ["STANDARD"],
  });
});

test("every step that is named is there, and every reference is to a step before or a parameter", () => {
  const names = document.mainSteps.map(({ name }) => name);
  const text = JSON.stringify(document);
  for (const [, next] of text.matchAll(/"(?:nextStep|NextStep|Default)":"(\w+)"/g)) expect(names).toContain(next);
  for (const [, reference] of text.matchAll(/\{\{\s*([\w:.]+)\s*\}\}/g)) {
    const [owner, output] = reference!.split(".");
    if (output === undefined) {
      expect(["automation:EXECUTION_ID", ...Object.keys(document.parameters)]).toContain(owner);
    } else {
      expect(JSON.stringify(step(owner!).outputs)).toContain(`"Name":"${output}"`);
    }
  }
  for (const output of document.outputs) {
    const [owner, name] = output.split(".");
    expect(JSON.stringify(step(owner!).outputs)).toContain(`"Name":"${name}"`);
  }
});

test.each([
  ["LookbackDays", ["", "1", "90", "3653"], ["0", "-1", "1.5", "ninety", "10000", "090"]],
  ["Note", ["", "INC-4711: quarterly review, O'Brien asked"], ['say "hi"', "a\\b", "{{global:DATE}}", "x".repeat(201)]],
] as const)("the parameter %s lets through what the handler takes", (name, taken, refused) => {
  const parameter = document.parameters[name];
  expect(parameter.default).toBe("");
  const pattern = new RegExp(parameter.allowedPattern);
  for (const value of taken) expect(value).toMatch(pattern);
  for (const value of refused) expect(value).not.toMatch(pattern);
});

test("tells a person on call what to do, with names", () => {
  for (const words of ["reports", "credential-report-logs", "degraded", "readFailure", "waitForResult"]) {
    expect(document.description).toContain(words);
  }
});
