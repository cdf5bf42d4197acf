import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, posix, relative } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { styleText } from "node:util";
import { GetObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import type { StepExecution } from "@aws-sdk/client-ssm";
import { parse } from "csv-parse/sync";
import { standInHome } from "../cli/home";
import { nextRun } from "../components/scheduleExpression";
import { CHANGE_KINDS, ORPHAN_STATUSES } from "../handlers/files/files";
import { formatInstant } from "../handlers/times";
import { type LocalAws, OrganisationError, type OrganisationFile, startLocalAws } from "./aws";
import { type Deployment, deploy } from "./deployment/deploy";
import { clientConfig } from "./deployment/provider";
import { DeploymentError } from "./deployment/stack";
import { ConfigError } from "./deployment/stackConfig";
import { resourceTree } from "./deployment/tree";
import { organisationAt } from "./organisationAt";

// `npm start`: the whole way on the sample organisation, from `pulumi up` to a report in out/, with nothing but this machine.
// The report comes twice, by the schedule and a week later by the runbook, so that there is something to compare it with.

const projectDirectory = join(__dirname, "..");
const organisation = join(__dirname, "organisations/sample.json");
const out = join(process.cwd(), "out");

/** What `npm start` shows of a report, in this order. */
const fileWords: Readonly<Record<string, string>> = {
  "report.html": "the page to look at: figures, pictures, every grant",
  "credential_report.csv": "who can enter what, through which group, and when they last did",
  "changes.csv": "what is new, gone or different since the report before",
  "review.csv": "the access-review sheet: a suggestion and its reason for each thing to be done",
  "review.xlsx": "the same as a workbook",
  "unexplained_logins.csv": "logins that no present grant explains",
  "rows.jsonl.gz": "the rows once more, for machines",
  "manifest.json": "the proof: sources, settings, and each file's hash",
};

/** Opens a file with what this machine opens such files with. */
const opener = { darwin: "open", win32: "start" }[process.platform as string] ?? "xdg-open";

const live = process.stdout.isTTY === true;
const colours = live && !process.env.NO_COLOR;
const style = (format: Parameters<typeof styleText>[0], text: string) => (colours ? styleText(format, text) : text);
const print = (line = "") => process.stdout.write(`${line}\n`);
const fromHere = (path: string) => relative(process.cwd(), path) || ".";

class StartError extends Error {}

async function main(): Promise<void> {
  heading(`Deploying the stack dev to a local AWS with local/organisations/sample.json`);
  const deploying = stopwatch();
  // Ten times AWS's pace, and a run that asks as fast: what is to be seen is the report, not how AWS throttles.
  const localAws = await startLocalAws({ organisation, rate: 10 });
  let deployment: Deployment | undefined;
  try {
    const { Now } = localAws.organisation;
    await localAws.serveOrganisation(organisationAt(readSample(), oneWeekBefore(Now)));
    deployment = await ticking(
      "pulumi up",
      deploy({ localAws, stack: "dev", projectDirectory, requestsPerSecond: 200 }),
    );
    printResources(deployment, deploying());
    await fireSchedule(deployment, localAws);
    await localAws.serveOrganisation(organisation);
    const reportKey = await runRunbook(deployment, localAws);
    const files = await copyFolder(localAws.url, String(deployment.outputs.bucketName), posix.dirname(reportKey));
    printReport(files);
    print(`Next scheduled run  ${nextRunAfter(Now, deployment)}`);
    print(`Open the page       ${style("bold", `${opener} ${fromHere(join(out, "report.html"))}`)}`);
  } finally {
    await deployment?.close();
    await localAws.close();
  }
}

/** When the deployed schedule comes next after an instant of the sample's: the stack's own output goes by this machine's clock. */
function nextRunAfter(now: string, { resources, outputs }: Deployment): string {
  const schedule = resources.find(
    ({ type, outputs: { name } }) => type === "aws:scheduler/schedule:Schedule" && name === outputs.scheduleName,
  );
  const { scheduleExpression, scheduleExpressionTimezone, state } = schedule!.inputs;
  return nextRun(String(scheduleExpression), String(scheduleExpressionTimezone), state === "ENABLED", new Date(now));
}

function readSample(): OrganisationFile {
  try {
    return JSON.parse(readFileSync(organisation, "utf8"));
  } catch (error) {
    throw new OrganisationError(`${organisation}: ${(error as Error).message}`);
  }
}

function oneWeekBefore(instant: string): string {
  return formatInstant(Date.parse(instant) - 7 * 86_400_000);
}

function printResources({ resources, changes }: Deployment, seconds: string): void {
  const lines = resourceTree(resources, changes);
  const typeWidth = Math.max(...lines.map(({ branches, type }) => branches.length + type.length));
  const nameWidth = Math.max(...lines.map(({ name }) => name.length));
  print();
  for (const { branches, type, name, operation } of lines) {
    const tree = style("dim", branches) + type.padEnd(typeWidth - branches.length);
    print(`  ${style("green", "+")}  ${tree}  ${name.padEnd(nameWidth)}  ${style("green", operation)}`);
  }
  print();
  print(`  ${lines.length} created in ${seconds}`);
}

/** Lets the schedule start a report, as it does every week. */
async function fireSchedule(deployment: Deployment, { organisation: { Now } }: LocalAws): Promise<void> {
  heading(`A first report, of ${Now}: the schedule fires`);
  print();
  const run = await ticking("the schedule's run", deployment.fireSchedule());
  const { status, output, cause = "", startDate, stopDate } = run;
  if (output === undefined) throw new StartError(failureOf(`the schedule's run ended as ${status}`, cause, deployment));
  const { reportKey } = JSON.parse(output) as { reportKey: string };
  const columns = [String(deployment.outputs.scheduleName).padEnd(58), "Success ".padEnd(8)];
  printResult(true, columns, 1000 * (stopDate! - startDate));
  print(`     ${reportKey}`);
}

/** Starts the runbook and shows each step as it ends; on a terminal also the one that is under way. Gives the report's key. */
async function runRunbook(deployment: Deployment, { organisation: { Now } }: LocalAws): Promise<string> {
  heading(`A week later, of ${Now}: the runbook ${deployment.outputs.documentName}`);
  print();
  const running = stopwatch();
  let shown = 0;
  const execution = await deployment.runRunbook(undefined, ({ StepExecutions: steps = [] }) => {
    clearLine();
    while (shown < steps.length && steps[shown]!.StepStatus !== "InProgress") printStep(steps[shown++]!);
    const current = steps[shown];
    if (live && current) process.stdout.write(`  …  ${current.StepName}  ${running()}`);
  });
  const { AutomationExecutionStatus: status, Outputs: outputs = {}, FailureMessage } = execution;
  if (status !== "Success") {
    const said = outputs["readFailure.Message"]?.[0] ?? FailureMessage ?? "";
    throw new StartError(failureOf(`the runbook ended as ${status}`, said, deployment));
  }
  for (const [name, values] of Object.entries(outputs)) print(`     ${name}: ${values.join(", ")}`);
  const reportKey = outputs["readReport.ReportKey"]?.[0];
  if (!reportKey) throw new StartError("The runbook succeeded, but its outputs name no report.");
  return reportKey;
}

function printStep(step: StepExecution): void {
  const succeeded = step.StepStatus === "Success";
  const columns = [step.StepName!.padEnd(22), step.Action!.padEnd(34), step.StepStatus!.padEnd(8)];
  printResult(succeeded, columns, step.ExecutionEndTime!.getTime() - step.ExecutionStartTime!.getTime());
  if (!succeeded && step.FailureMessage) print(`     ${step.FailureMessage}`);
}

function printResult(succeeded: boolean, columns: readonly string[], milliseconds: number): void {
  const mark = succeeded ? style("green", "✓") : style("red", "✗");
  print(`  ${mark}  ${columns.join("  ")}  ${(milliseconds / 1000).toFixed(1).padStart(5)} s`);
}

function failureOf(what: string, said: string, deployment: Deployment): string {
  const log = join(out, "function.log");
  mkdirSync(out, { recursive: true });
  writeFileSync(log, `${deployment.logs().join("\n")}\n`);
  return `No report was published: ${what}. ${said}\nThe function's log is in ${fromHere(log)}.`;
}

/** Copies every object of the run's folder to out/, and gives the files. */
async function copyFolder(endpoint: string, Bucket: string, folder: string): Promise<string[]> {
  const client = new S3Client({
    ...clientConfig({ endpoint, region: "us-east-1" }, "deployer"),
    forcePathStyle: true,
  });
  const files: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix: `${folder}/` })) {
    for (const { Key } of Contents) {
      const file = join(out, posix.relative(folder, Key!));
      mkdirSync(join(file, ".."), { recursive: true });
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      await pipeline(Body as Readable, createWriteStream(file));
      files.push(file);
    }
  }
  client.destroy();
  return files;
}

function printReport(files: readonly string[]): void {
  heading("The report");
  print();
  const known = Object.keys(fileWords).map((name) => join(out, name));
  const width = Math.max(...files.map((file) => fromHere(file).length));
  for (const file of [...known.filter((one) => files.includes(one)), ...files.filter((one) => !known.includes(one))]) {
    const words = fileWords[relative(out, file)] ?? "";
    print(`  ${style("bold", fromHere(file).padEnd(width))}  ${words}`.trimEnd());
  }
  print();
  const rows = readRows("credential_report.csv");
  const count = (column: string, ...values: string[]) => rows.filter((row) => values.includes(row[column]!)).length;
  const figures: [string, number][] = [
    ["grants", rows.filter(({ UserId }) => UserId !== "").length],
    ["used", count("Usage", "USED")],
    ["unused", count("Usage", "UNUSED_IN_WINDOW")],
    ["too new", count("Usage", "TOO_NEW")],
    ["unknown", count("Usage", "UNKNOWN")],
    ["orphaned", count("RowStatus", ...ORPHAN_STATUSES)],
  ];
  print(`  ${figures.map(([name]) => name.padStart(8)).join("  ")}`);
  print(`  ${figures.map(([, count]) => style("bold", String(count).padStart(8))).join("  ")}`);
  print();
  if (files.includes(join(out, "changes.csv"))) printChanges(readRows("changes.csv"));
}

/** How many changes there are of each kind. */
function printChanges(changes: readonly Readonly<Record<string, string>>[]): void {
  const counts = CHANGE_KINDS.map((kind) => `${changes.filter(({ Change }) => Change === kind).length} ${kind}`);
  print(`Changes             ${counts.join(", ")}`);
}

function readRows(name: string): Record<string, string>[] {
  return parse(readFileSync(join(out, name)), { columns: true, bom: true });
}

function heading(text: string): void {
  print();
  print(style("bold", text));
}

/** On a terminal, shows how long something has taken until it ends. */
async function ticking<T>(what: string, work: Promise<T>): Promise<T> {
  const elapsed = stopwatch();
  const timer = setInterval(() => {
    clearLine();
    if (live) process.stdout.write(`  …  ${what}  ${elapsed()}`);
  }, 100);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    clearLine();
  }
}

function clearLine(): void {
  if (live) process.stdout.write("\r\x1b[K");
}

function stopwatch(): () => string {
  const started = Date.now();
  return () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
}

// `npm run types` checks the program's types, which takes longer than all the rest of the deployment.
process.env.PULUMI_NODEJS_TRANSPILE_ONLY ??= "true";
// The SDK warns about this machine's Node.js; what the function runs on is not decided here.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
standInHome();
// An exit, unlike a signal, lets the deployment end its processes.
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

main().catch((error: Error) => {
  clearLine();
  const forPeople = [StartError, ConfigError, DeploymentError, OrganisationError].some((kind) => error instanceof kind);
  process.stderr.write(`\n${style("red", "error")}: ${forPeople ? error.message : error.stack}\n`);
  process.exitCode = 1;
});
