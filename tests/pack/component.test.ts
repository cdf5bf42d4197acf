import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { type Deployment, deploy } from "../../local/deployment/deploy";
import { DeploymentError } from "../../local/deployment/stack";
import project from "../../package.json";
import { type InstalledProject, installedProject } from "../support/installedProject";

// A platform team's own Pulumi program, with the component's package installed in it: its types are checked, as Pulumi does, and it is
// deployed. What its archive holds and does: tests/artefact/installed.test.ts. Not shown: that a registry takes the package.

const OWN = "identity-center-credential-report";

/** Ten lines, and two reports. */
const PROGRAM = `import * as aws from "@pulumi/aws";
import { CredentialReport, type CredentialReportArgs } from "${OWN}";

const topic = new aws.sns.Topic("security");
const shared: CredentialReportArgs = { notificationTopicArn: topic.arn, lookbackDays: 89 };
const weekly = new CredentialReport("weekly", shared);
const monthly = new CredentialReport("monthly", {
  ...shared, schedule: "cron(0 6 1 * ? *)", documentName: "monthly_report",
}, { protect: true });
export const buckets = [weekly.bucketName, monthly.bucketName];
export const { startCommand } = monthly;
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
      dependencies: { [OWN]: project.version, "@pulumi/aws": "7", "@pulumi/pulumi": "3" },
    }),
    "index.ts": PROGRAM,
  });
  const organisation = join(__dirname, "../../local/organisations/sample.json");
  localAws = await startLocalAws({ organisation, rate: 20 });
  process.env.PULUMI_NODEJS_TRANSPILE_ONLY = "false";
  try {
    deployment = await deploy({ localAws, projectDirectory: installed.directory });
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

test("the one that is protected is not deleted", async () => {
  await expect(deployment.destroy()).rejects.toThrow(DeploymentError);
  const standing = deployment.standing.map(({ name }) => name);
  expect(standing).toEqual(expect.arrayContaining(["monthly-function", "monthly-reports"]));
});
