import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pageAssets } from "../../handlers/files/page/document";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { type Deployment, deploy } from "../../local/deployment/deploy";
import { DeploymentError } from "../../local/deployment/stack";
import { runProduct } from "../../local/runReport";
import project from "../../package.json";
import { PACKAGES } from "../artefact/packages";
import { textOf } from "../suites/artefact";
import { type InstalledProject, installedProject } from "../support/installedProject";

// A platform team's own Pulumi program, with the component's package installed in it: its types are checked, as Pulumi does, and it is
// deployed and run. From node_modules Pulumi writes require("…") instead of the text of what it captures, so that the package itself is in the
// archive. What that holds and does besides: tests/artefact/installed.long.test.ts. Not shown: that a registry takes the package.

const OWN = "identity-center-credential-report";

/** The sample's. */
const LAKE = "arn:aws:cloudtrail:us-east-1:210987654321:eventdatastore/5b7e2c1d-84f0-4a3e-9c6b-1f2d3e4a5b6c";

/** A dozen lines, two reports, and a package of its own, which Lambda does not need. */
const PROGRAM = `import * as aws from "@pulumi/aws";
import { CredentialReport, type CredentialReportArgs } from "${OWN}";
import { parse } from "yaml";

const topic = new aws.sns.Topic("security");
const { lakeId } = parse("lakeId: ${LAKE}");
const shared: CredentialReportArgs = { notificationTopicArn: topic.arn, lookbackDays: 89, lakeId };
const weekly = new CredentialReport("weekly", shared);
const monthly = new CredentialReport("monthly", {
  ...shared, schedule: "cron(0 6 1 * ? *)", documentName: "monthly_report",
}, { protect: true });
export const buckets = [weekly.bucketName, monthly.bucketName];
export const { startCommand } = monthly;
export const { scheduleName } = weekly;
`;

let localAws: LocalAws;
let installed: InstalledProject;
let deployment: Deployment;

beforeAll(async () => {
  installed = await installedProject({
    "Pulumi.yaml": "name: platform\nruntime: nodejs\n",
    "Pulumi.dev.yaml": "config:\n  aws:region: us-east-1\n",
    "tsconfig.json": JSON.stringify({
      compilerOptions: { module: "nodenext", moduleResolution: "nodenext", target: "es2022", strict: true },
    }),
    "package.json": JSON.stringify({
      name: "platform",
      main: "index.ts",
      dependencies: { [OWN]: project.version, "@pulumi/aws": "7", "@pulumi/pulumi": "3", yaml: "2" },
    }),
    "index.ts": PROGRAM,
  });
  const organisation = join(__dirname, "../../local/organisations/sample.json");
  localAws = await startLocalAws({ organisation, throttle: false, rate: 1000 });
  process.env.PULUMI_NODEJS_TRANSPILE_ONLY = "false";
  try {
    deployment = await deploy({ localAws, projectDirectory: installed.directory, requestsPerSecond: 10_000 });
  } finally {
    process.env.PULUMI_NODEJS_TRANSPILE_ONLY = "true";
  }
}, 300_000);

afterAll(async () => {
  await deployment?.close();
  await localAws?.close();
  installed?.dispose();
});

test("its dependencies are what Lambda loads, Pulumi's packages are the program's, and it runs no script", () => {
  const manifest = JSON.parse(
    execFileSync("tar", ["-xzOf", installed.tarball.path, "package/package.json"], { encoding: "utf8" }),
  );
  expect(manifest).not.toHaveProperty("scripts");
  expect(manifest).not.toHaveProperty("private");
  expect(Object.keys(manifest.peerDependencies)).toEqual(["@pulumi/aws", "@pulumi/pulumi"]);
  const required = execFileSync("grep", ["-rhoE", 'require\\("[^".][^"]*"\\)', "components", "handlers"], {
    cwd: join(installed.directory, "node_modules", OWN),
    encoding: "utf8",
  });
  const packages = [...required.matchAll(/require\("((?:@[^/"]+\/)?[^/"]+)/g)].map(([, name]) => name!);
  const others = [...new Set(packages)].filter((name) => !name.startsWith("node:") && !name.startsWith("@pulumi/"));
  expect(others.sort()).toEqual(Object.keys(manifest.dependencies).sort());
  expect(installed.tarball.size).toBeLessThan(3_000_000);
  expect(installed.tarball.files.filter((file) => !/\.(js|json|d\.ts)$|^LICENSE$|^README\.md$/.test(file))).toEqual([]);
});

test("two reports stand in one stack, each with all of its own, and one topic is told of both", () => {
  const typesOf = (name: string) =>
    deployment.resources.filter((resource) => resource.name.startsWith(`${name}-`)).map(({ type }) => type);
  expect(typesOf("weekly").length).toBeGreaterThan(20);
  expect(typesOf("monthly").sort()).toEqual(typesOf("weekly").sort());
  expect(new Set(deployment.outputs.buckets as string[]).size).toBe(2);
  expect(deployment.outputs.startCommand).toContain("--document-name monthly_report ");
  const topics = deployment.resources.filter(({ type }) => type === "aws:sns/topic:Topic");
  expect(topics.map(({ name }) => name)).toEqual(["security"]);
});

test("the archive holds the package and what it needs, and requires its files in place of their text", () => {
  const { archive } = deployment.resources.find(({ name }) => name === "weekly-function")!;
  const packages = [...archive!.keys()].flatMap((path) => /^node_modules\/(.+)$/.exec(path)?.[1] ?? []);
  expect(packages.sort()).toEqual([...Object.keys(PACKAGES), OWN].sort());
  expect(textOf(archive!)).toMatch(/require\("identity-center-credential-report\/handlers\/run\.js"\)/);
  expect(textOf(archive!).length).toBeLessThan(60_000);
  const page = join(installed.directory, `node_modules/${OWN}/handlers/files/page/bundle.js`);
  const { scriptHash, styleHash } = pageAssets();
  for (const hash of [scriptHash, styleHash]) expect(readFileSync(page, "utf8")).toContain(JSON.stringify(hash));
});

test("the run that its schedule starts writes the very bytes that the source writes", async () => {
  const { output } = await deployment.fireSchedule();
  const { reportKey } = JSON.parse(output!);
  const { objects } = localAws.buckets.get((deployment.outputs.buckets as string[])[0]!)!;
  const { csv, files } = await runProduct(localAws, { lookbackDays: 89 });
  expect(Buffer.concat(objects.get(reportKey)!.body).toString("utf8")).toBe(csv);
  const workbook = objects.get(reportKey.replace("credential_report.csv", "review.xlsx"))!.body;
  expect(Buffer.concat(workbook).equals(files["review.xlsx"]!)).toBe(true);
});

test("the one that is protected is not deleted", async () => {
  await expect(deployment.destroy()).rejects.toThrow(DeploymentError);
  const standing = deployment.standing.map(({ name }) => name);
  expect(standing).toEqual(expect.arrayContaining(["monthly-function", "monthly-reports"]));
});
