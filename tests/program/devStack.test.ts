import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import expected from "./devStack.json";
import { type ProgramRun, type Registration, runProgram } from "./runProgram";
import { stackFileConfig } from "./stack";

const sample = { arns: ["arn:aws:sso:::instance/ssoins-7223f8a1c94be06d"], identityStoreIds: ["d-9067a1b2c3"] };
const aws = { region: "us-east-1", accountId: "210987654321", instances: sample };

/** `UPDATE_DEV_STACK=1 npx jest tests/program/devStack` writes devStack.json anew. Its difference is what a user's stack will see: read it. */
const update = process.env.UPDATE_DEV_STACK === "1";

let run: ProgramRun;

beforeAll(async () => {
  // The real index.ts with the real handler: this takes as long as serialising it does.
  run = await runProgram(() => require("../../index")(), { config: stackFileConfig("Pulumi.dev.yaml"), aws });
});

/** A registration as devStack.json has it: texts of JSON as values, and the archive left to the artefact's tests. */
function readable({ inputs, secrets: _, ...rest }: Registration): object {
  const values = Object.entries(inputs).map(([key, value]) => {
    if (key === "code") return [key, "the archive"];
    return [key, typeof value === "string" && value.startsWith("{") ? JSON.parse(value) : value];
  });
  return { ...rest, inputs: Object.fromEntries(values) };
}

// Shows what the program registers for the sample organisation's stack, all of it and nothing else.
if (update) {
  test("devStack.json is written anew", () => {
    const names = Object.keys(run.resources).sort();
    const resources = Object.fromEntries(names.map((name) => [name, readable(run.resources[name]!)]));
    const file = join(__dirname, "devStack.json");
    writeFileSync(file, JSON.stringify(resources, null, 2)); // Biome leaves objects as they are, and folds short arrays
    execFileSync(join(__dirname, "../../node_modules/.bin/biome"), ["format", "--write", file]);
  });
} else {
  test("the dev stack registers exactly these resources", () => {
    expect(Object.keys(run.resources).sort()).toEqual(Object.keys(expected).sort());
  });

  test.each(Object.keys(expected))("%s has exactly these inputs", (name) => {
    expect(readable(run.resources[name]!)).toEqual(expected[name as keyof typeof expected]);
  });
}

test("the function's archive holds the serialised handler", () => {
  const code = run.resources["credential-report-function"]!.inputs.code as {
    assets: Record<string, { text?: string }>;
  };
  expect(code.assets["__index.js"]!.text).toContain("exports.handler");
});

test("the stack's outputs", () => {
  const { nextRun, ...rest } = run.outputs;
  expect(rest).toEqual({
    bucketName: "credential-report-reports",
    functionName: "credential-report-function",
    logGroupName: "credential-report-logs",
    stateMachineArn: "arn:aws:states:us-east-1:210987654321:stateMachine:credential-report-runs",
    scheduleName: "credential-report-schedule",
    scheduleExpression: "cron(0 20 ? * SUN *)",
    documentName: "credential_report_export",
    startCommand: "aws ssm start-automation-execution --document-name credential_report_export --region us-east-1",
  });
  const next = new Date(nextRun as string);
  expect([next.getUTCDay(), next.getUTCHours(), next.getUTCMinutes()]).toEqual([0, 20, 0]);
  expect(next.getTime() - Date.now()).toBeLessThanOrEqual(7 * 86_400_000);
});

test("AWS is asked for what only it can know", () => {
  expect([...new Set(run.invokes)].sort()).toEqual([
    "aws:index/getCallerIdentity:getCallerIdentity",
    "aws:index/getPartition:getPartition",
    "aws:index/getRegion:getRegion",
    "aws:organizations/getOrganization:getOrganization",
    "aws:ssm/getDocument:getDocument",
    "aws:ssoadmin/getInstances:getInstances",
    "aws:ssoadmin/getPermissionSets:getPermissionSets",
  ]);
});

test("no resource but the document has a name of its own", () => {
  const named = Object.values(run.resources).filter(({ inputs }) =>
    ["name", "bucket", "roleName"].some((key) => key in inputs),
  );
  const settingsOfTheBucket = named.filter(({ parent }) => parent === "credential-report-reports");
  expect(named.filter((one) => !settingsOfTheBucket.includes(one)).map(({ name }) => name)).toEqual([
    "credential-report-runbook",
  ]);
});
