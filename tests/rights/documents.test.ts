import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { bucketPolicy } from "../../components/reportBucket";
import { REPORT_PREFIX } from "../../handlers/bucket/bucket";
import { leavePackagesOut } from "../program/runProgram";
import { historyConfig, runStack } from "../program/stack";

jest.mock("../../handlers/report", () => ({ createReportHandler: () => async () => "small" }));
beforeAll(leavePackagesOut);

const root = join(__dirname, "../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");

// What people read when something goes wrong, against what the program registers.

test("docs/alarms.md has a section for every alarm, by its name, and for no other", async () => {
  const { resources } = await runStack({ ...historyConfig, notificationEmail: "security@example.com" });
  const alarms = Object.values(resources).filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm");
  const sections = [...read("docs/alarms.md").matchAll(/^## `(.+)`$/gm)].map(([, name]) => name);
  expect(sections.sort()).toEqual(alarms.map(({ name }) => name).sort());
});

test("docs/alarms.md or docs/terminal-errors.md says something about every error that the handler names", () => {
  const named = sourceFiles(join(root, "handlers")).flatMap((file) =>
    [...read(file).matchAll(/\b(?:reportError|fail)\(\s*"(\w+)"/g)].map(([, name]) => name!),
  );
  // These end no run: they are said before one, warnings of a report that is published, the cause of another error, or the end of a run.
  const elsewhere = [
    ...["EventDataStoreNotEnabled", "QueryFailed", "FileGone", "UnreadableSheet"],
    ...["UnreadableCsv", "PreviousReportUnreadable", "Aborted", "RunEnded", "NoInstance"],
    "LoginArchiveChanged",
  ];
  const said = read("docs/alarms.md") + read("docs/terminal-errors.md");
  const missing = [...new Set(named)].filter((name) => !elsewhere.includes(name) && !said.includes(`\`${name}\``));
  expect(missing).toEqual([]);
});

test("docs/own-resources.md names every key that an adopted bucket's policy keeps for the function, and no other", () => {
  const [said] = /on what the function writes below `credential_reports\/`[^(]*/.exec(read("docs/own-resources.md"))!;
  const named = [...said.matchAll(/`([^`]+)`/g)].slice(1).map(([, key]) => key);
  const statement = bucketPolicy("bucket", "role").Statement.find(({ Sid }) => Sid === "OnlyTheFunctionWrites")!;
  const kept = [statement.Resource ?? []].flat().map((key) => key.slice(`bucket/${REPORT_PREFIX}`.length));
  expect(named).toEqual(kept);
});

test("every link from one document to another leads somewhere", () => {
  const inDocs = readdirSync(join(root, "docs"), { recursive: true }).map((file) => `docs/${file}`);
  const files = [...readdirSync(root), ...inDocs].filter((file) => file.endsWith(".md"));
  expect(files).toEqual(
    expect.arrayContaining(["README.md", "docs/operations.md", "docs/adr/0001-serialised-handler.md"]),
  );
  const broken: string[] = [];
  for (const file of files) {
    for (const [, target] of read(file).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [path, anchor] = target!.split("#") as [string, string?];
      const document = path === "" ? file : join(file, "..", path);
      if (!isThere(document, anchor)) broken.push(`${file}: ${target}`);
    }
  }
  expect(broken).toEqual([]);
});

test("every record of a decision has its number, the day of the decision and a status, in the order in which they were made", () => {
  const files = readdirSync(join(root, "docs/adr")).sort();
  const records = files.map((file) => {
    const [, fileNumber] = /^(\d{4})-[a-z0-9-]+\.md$/.exec(file) ?? [];
    const head = /^# (\d+)\. .+\n\n(\d{4}-\d{2}-\d{2}) · (Accepted|Superseded by \[.+\]\(.+\))\n\n## /.exec(
      read(`docs/adr/${file}`),
    );
    return { file, fileNumber: Number(fileNumber), number: Number(head?.[1]), day: head?.[2] ?? "" };
  });
  expect(records.map(({ file, fileNumber, number }) => [file, fileNumber, number])).toEqual(
    files.map((file, index) => [file, index + 1, index + 1]),
  );
  const days = records.map(({ day }) => day);
  for (const day of days) expect(new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10)).toBe(day);
  expect([...days].sort()).toEqual(days);
});

test("every document that the sources name is there", () => {
  const named = sourceFiles(root).flatMap((file) =>
    [...read(file).matchAll(/\bdocs\/[\w./-]+\.md\b/g)].map(([document]) => ({ file, document })),
  );
  expect(named.map(({ document }) => document)).toContain("docs/adr/0002-csv-reader.md");
  expect(named.filter(({ document }) => !existsSync(join(root, document)))).toEqual([]);
});

function isThere(document: string, anchor: string | undefined): boolean {
  if (!existsSync(join(root, document))) return false;
  if (anchor === undefined) return true;
  return [...read(document).matchAll(/^#+ (.+)$/gm)].some(([, heading]) => slug(heading!) === anchor);
}

/** As code hosts make anchors of headings. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}

test.each(["ci", "long"])(
  "the workflow %s may read the code and nothing else, and takes only actions of one commit",
  (name) => {
    const text = read(`.github/workflows/${name}.yml`);
    const workflow = parse(text) as {
      permissions: object;
      jobs: Record<
        string,
        { permissions?: object; steps: { uses?: string }[]; strategy?: { matrix: { node: (number | string)[] } } }
      >;
    };
    expect(workflow.permissions).toEqual({ contents: "read" });
    const jobs = Object.values(workflow.jobs);
    expect(jobs.flatMap(({ permissions = [] }) => permissions)).toEqual([]);
    const used = jobs.flatMap(({ steps }) => steps.flatMap(({ uses = [] }) => uses));
    for (const action of used) expect(action).toMatch(/^actions\/(checkout|setup-node)@[0-9a-f]{40}$/);
    expect(text).not.toMatch(/secrets\.|pull_request_target|github\.event/);
    // The long one's third is for coverage.
    expect(workflow.jobs.test!.strategy!.matrix.node).toEqual(name === "ci" ? ["20.19.0", 22, 24] : [20, 22]);
  },
);

test("the AWS SDK takes the oldest Node that is supported", () => {
  const oldest = (range: string) => /^(?:>=|\^)(\d+)\.(\d+)/.exec(range)!.slice(1).map(Number) as [number, number];
  const { engines, dependencies, devDependencies } = JSON.parse(read("package.json"));
  const [major, minor] = oldest(engines.node);
  const clients = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => name.startsWith("@aws-sdk/"));
  expect(clients).toContain("@aws-sdk/client-s3");
  const refusing = clients.filter((name) => {
    const [least, leastMinor] = oldest(JSON.parse(read(`node_modules/${name}/package.json`)).engines.node);
    return least > major || (least === major && leastMinor > minor);
  });
  expect(refusing).toEqual([]);
});

test("the evaluator, which is AGPL-3.0, is a development dependency that only tests/rights imports", () => {
  const { dependencies, devDependencies } = JSON.parse(read("package.json"));
  expect(Object.keys(dependencies).filter((name) => name.startsWith("@cloud-copilot/"))).toEqual([]);
  expect(devDependencies["@cloud-copilot/iam-simulate"]).toMatch(/^\d+\.\d+\.\d+$/);
  const importing = sourceFiles(root).filter((file) => /^import .*"@cloud-copilot\//m.test(read(file)));
  expect(importing).toEqual(["tests/rights/evaluator.ts"]);
  expect(read("CONTRIBUTING.md")).toMatch(/@cloud-copilot\/iam-simulate[^.]*\*\*AGPL-3\.0\*\*/);
});

function sourceFiles(directory: string): string[] {
  const leftOut = ["node_modules", "out", "coverage", ".git"];
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return leftOut.includes(entry.name) ? [] : sourceFiles(path);
    return /\.(ts|js|mjs|cjs)$/.test(entry.name) ? [path.slice(root.length + 1)] : [];
  });
}
