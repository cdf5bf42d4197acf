import Ajv from "ajv";
import schema from "aws-ssm-document-language-service/dist/schema.json";
import { runbookDocument, waitSeconds } from "../../components/runbookDocument";

const document = runbookDocument({
  reportName: "credential-report-dev",
  stateMachineArn: "arn:aws:states:eu-west-1:111122223333:stateMachine:credential-report-runs",
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

test("starts an execution under Automation's own id, so that a repeated start is the same run", () => {
  const { input, ...inputs } = step("startRun").inputs as unknown as Record<string, string>;
  expect(inputs).toEqual({
    Service: "stepfunctions",
    Api: "StartExecution",
    stateMachineArn: "arn:aws:states:eu-west-1:111122223333:stateMachine:credential-report-runs",
    name: "{{automation:EXECUTION_ID}}",
  });
  expect(JSON.parse(input!)).toEqual({
    trigger: "automation",
    lookbackDays: "{{LookbackDays}}",
    note: "{{Note}}",
  });
});

test("waits longer than Step Functions lets a run take, for every end that one can have", () => {
  expect(waitSeconds).toBeGreaterThan(24 * 60 * 60);
  expect(step("waitForEnd")).toMatchObject({ timeoutSeconds: waitSeconds, onFailure: "Abort" });
  // A text: of numbers, Automation says nothing. An execution that is not one of these runs, or waits for a child of its own.
  expect(step("waitForEnd").inputs).toMatchObject({
    Api: "DescribeExecution",
    executionArn: "{{startRun.ExecutionArn}}",
    PropertySelector: "$.status",
    DesiredValues: ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
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
  [
    "Note",
    ["", "INC-4711: quarterly review, O'Brien asked", "Überprüfung 審査 \u{1f512}", "x".repeat(200)],
    [
      'say "hi"',
      "a\\b",
      "{{global:DATE}}",
      "{",
      "}",
      "a\tb",
      "a\nb",
      "a\u0000b",
      "a\u007fb",
      "a\u0085b",
      "x".repeat(201),
    ],
  ],
] as const)("the parameter %s lets through what the handler takes", (name, taken, refused) => {
  const parameter = document.parameters[name];
  expect(parameter.default).toBe("");
  const pattern = new RegExp(parameter.allowedPattern);
  for (const value of taken) expect(value).toMatch(pattern);
  for (const value of refused) expect(value).not.toMatch(pattern);
});

test("what the parameters let through does not break the text of JSON that it is put into", () => {
  const note = new RegExp(document.parameters.Note.allowedPattern);
  const { input } = step("startRun").inputs as unknown as Record<string, string>;
  const broken: number[] = [];
  for (let code = 0; code <= 0xffff; code++) {
    const character = String.fromCharCode(code);
    if (!note.test(character)) continue;
    const request = input!.replace("{{Note}}", () => character);
    if (JSON.parse(request).note !== character) broken.push(code);
  }
  expect(broken).toEqual([]);
});

test.each(["ABORTED", "TIMED_OUT", "FAILED"])("says what an end without a result means: %s", (status) => {
  expect(document.description).toContain(status);
  expect(step("failAsRunFailed").description).toContain(status);
});

test("tells a person on call what to do, with names", () => {
  for (const words of ["reports", "credential-report-logs", "degraded", "readFailure", "readEnd"]) {
    expect(document.description).toContain(words);
  }
});
