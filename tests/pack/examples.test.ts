import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { parse as parseYaml } from "yaml";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { deploy } from "../../local/deployment/deploy";
import project from "../../package.json";
import { type InstalledProject, installedProject } from "../support/installedProject";
import { longTest } from "../support/long";

// The programs of examples/, each with the package installed that it names, deployed to the local AWS with its stack's own configuration
// and run once. Not shown: that npm installs them, which takes a registry for Pulumi's packages.

const examples = join(__dirname, "../../examples");
const programs = readdirSync(examples).filter((name) => readdirSync(join(examples, name)).includes("Pulumi.yaml"));
const sample = join(__dirname, "../../local/organisations/sample.json");

/** What only the reader can know, and the sample organisation has otherwise. */
const CONFIG: Readonly<Record<string, (aws: LocalAws) => Record<string, unknown>>> = {
  athena: () => ({ trailTable: "cloudtrail.organization_trail" }),
  "cloudtrail-lake": ({ organisation }) => ({ lakeId: organisation.EventDataStoreArn }),
};

let localAws: LocalAws;
beforeAll(async () => {
  localAws = await startLocalAws({ organisation: sample, rate: 20 });
});
afterAll(() => localAws.close());

/** What a program leaves in its bucket when its state machine has run. */
async function deployed(example: InstalledProject, name: string) {
  const config = CONFIG[name]?.(localAws);
  const deployment = await deploy({ localAws, stack: "prod", projectDirectory: example.directory, config });
  try {
    const { status, output } = await deployment.startExecution({}, `example-${name}`).ended;
    expect([name, status]).toEqual([name, "SUCCEEDED"]);
    const { reportKey, manifestKey } = JSON.parse(output!);
    const { objects } = localAws.buckets.get(String(deployment.outputs.bucketName))!;
    const textOf = (key: string) => Buffer.concat(objects.get(key)!.body).toString("utf8");
    const manifest = JSON.parse(textOf(manifestKey));
    return { manifest, rows: parse(textOf(reportKey), { columns: true }) as Record<string, string>[] };
  } finally {
    await deployment.close();
    localAws.buckets.clear();
    localAws.documents.clear();
  }
}

test("there is one for each login source", () => {
  expect(programs).toEqual(expect.arrayContaining(["athena", "cloudtrail-lake", "event-history"]));
});

describe.each(programs)("%s", (name) => {
  const folder = join(examples, name);
  const files = Object.fromEntries(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [entry.name, readFileSync(join(folder, entry.name), "utf8")]),
  );

  test("names the package of this version, and Pulumi's as this program has them", () => {
    const { dependencies } = JSON.parse(files["package.json"]!);
    const tarball = `${project.name}-${project.version}.tgz`;
    expect(dependencies).toEqual({
      "@pulumi/aws": project.dependencies["@pulumi/aws"],
      "@pulumi/pulumi": project.dependencies["@pulumi/pulumi"],
      [project.name]: `file:../../dist/${tarball}`,
    });
    expect(parseYaml(files["Pulumi.yaml"]!)).toMatchObject({ runtime: "nodejs", name: `credential-report-${name}` });
  });

  // That the package is deployed and reports: tests/pack/component.long.test.ts.
  longTest(
    "is deployed, and its run publishes a report with logins",
    async () => {
      const example = await installedProject(files);
      try {
        const { manifest, rows } = await deployed(example, name);
        const { status, reason } = manifest.sources.logins;
        expect({ status, reason }).toMatchObject({ status: "read" });
        expect(rows.length).toBeGreaterThan(50);
        expect(rows.filter((row) => row.Usage === "USED").length).toBeGreaterThan(10);
      } finally {
        example.dispose();
      }
    },
    180_000,
  );
});

test("the workflow may do no more than it needs, takes only actions of one commit, and keeps a report that is degraded", () => {
  const text = readFileSync(join(examples, "github-actions/credential-report.yml"), "utf8");
  const workflow = parseYaml(text);
  expect(workflow.permissions).toEqual({ contents: "read", "id-token": "write" });
  const steps: { uses?: string; run?: string; if?: string }[] = workflow.jobs.report.steps;
  const used = steps.flatMap(({ uses = [] }) => uses);
  for (const action of used) expect(action).toMatch(/^(actions|aws-actions)\/[a-z-]+@[0-9a-f]{40}$/);
  expect(text).not.toMatch(/secrets\.|pull_request|github\.event|AWS_SECRET/);
  expect(text).toContain(`identity-center-credential-report-cli-${project.version}.tgz`);
  const after = steps.slice(steps.findIndex(({ run }) => run?.startsWith("credential-report report")) + 1);
  expect(after.at(-1)!.uses).toMatch(/^actions\/upload-artifact@/);
  for (const step of after) expect(step.if).toContain("!cancelled()");
  for (const run of steps.flatMap(({ run = [] }) => run).filter((each) => each.startsWith("credential-report"))) {
    expect(run).toMatch(/^credential-report (report|verify|who) /);
  }
});
