import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pageAssets } from "../../handlers/files/page/document";
import { artefactSuite, textOf } from "../suites/artefact";
import { type InstalledProject, installedProject } from "../support/installedProject";
import { PACKAGES } from "./packages";

// The archive of a program that imports the component from its package. From node_modules Pulumi writes require("…") instead of the text of
// what it captures, so that the package itself is in the archive. The program has a dependency of its own, which Lambda does not need.

const OWN = "identity-center-credential-report";

const PROGRAM = {
  "Pulumi.yaml": "name: platform\nruntime: nodejs\n",
  "Pulumi.dev.yaml": "config:\n  aws:region: us-east-1\n",
  "package.json": JSON.stringify({
    name: "platform",
    main: "index.ts",
    dependencies: { [OWN]: "0.2.0", "@pulumi/aws": "7", "@pulumi/pulumi": "3", tslib: "2", yaml: "2" },
  }),
  "index.ts": `import { CredentialReport } from "${OWN}";
import { parse } from "yaml";

const { lakeId } = parse("lakeId: arn:aws:cloudtrail:us-east-1:210987654321:eventdatastore/5b7e2c1d-84f0-4a3e-9c6b-1f2d3e4a5b6c");
const report = new CredentialReport("credential-report", { lakeId });

export const { bucketName, stateMachineArn } = report;
`,
};

let project: InstalledProject;

const archive = artefactSuite({
  async project() {
    project = await installedProject(PROGRAM);
    return project.directory;
  },
  packages: { ...PACKAGES, [OWN]: [497, "the handler, of which the text requires files"] },
  budget: 8_000_000,
  alsoRequired: [OWN],
});

afterAll(() => project?.dispose());

it("requires files of the package, in place of their text", () => {
  expect(textOf(archive())).toMatch(/require\("identity-center-credential-report\/handlers\/run\.js"\)/);
  expect(textOf(archive()).length).toBeLessThan(60_000);
});

it("carries the page's script and style along", () => {
  const file = join(project.directory, `node_modules/${OWN}/handlers/files/page/bundle.js`);
  const { scriptHash, styleHash } = pageAssets();
  for (const hash of [scriptHash, styleHash]) expect(readFileSync(file, "utf8")).toContain(JSON.stringify(hash));
});
