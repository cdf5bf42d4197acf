import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { hashOf } from "../../local/deployment/archive";
import { deploy } from "../../local/deployment/deploy";

// After `npm ci --omit=dev`, in a copy of the project without its tests and documents: the program deploys, the report is made and
// verified. AWS is this process's local one, which is for development only.

const project = join(__dirname, "../..");
const NOT_NEEDED = [".git", "node_modules", "out", "report", "coverage", "tests", "docs", "bench"];
const sample = join(project, "local/organisations/sample.json");

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let copy: string;
let aws: LocalAws;

const npm = (...args: string[]) =>
  new Promise<Ended>((resolve) => {
    const { PATH, HOME } = process.env;
    const credentials = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "example" };
    const env = {
      PATH,
      HOME,
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: "us-east-1",
      NODE_NO_WARNINGS: "1",
      ...credentials,
    };
    execFile("npm", args, { cwd: copy, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), "omit-dev-"));
  cpSync(project, copy, { recursive: true, filter: (path) => !NOT_NEEDED.includes(basename(path)) });
  aws = await startLocalAws({ organisation: sample, rate: 20 });
  expect(await npm("ci", "--omit=dev", "--prefer-offline", "--no-audit", "--no-fund")).toMatchObject({ code: 0 });
}, 300_000);

afterAll(async () => {
  await aws.close();
  rmSync(copy, { recursive: true, force: true });
});

describe("pulumi up", () => {
  const transpileOnly = "PULUMI_NODEJS_TRANSPILE_ONLY";

  afterEach(() => {
    process.env[transpileOnly] = "true";
  });

  /** Of the archive that is deployed. */
  async function deployedHash(projectDirectory: string): Promise<string> {
    const deployment = await deploy({ localAws: aws, projectDirectory });
    await deployment.close();
    aws.buckets.clear();
    return hashOf(deployment.resources.find(({ archive }) => archive !== undefined)!.archive!);
  }

  test("loads the program, its types checked as Pulumi does, and packs what it packs with all packages installed", async () => {
    process.env[transpileOnly] = "false";
    const hash = await deployedHash(copy);
    process.env[transpileOnly] = "true";
    expect(hash).toBe(await deployedHash(project));
  }, 300_000);
});

test("npm run report makes a report, which npm run verify finds whole", async () => {
  const { EventDataStoreArn, Now } = aws.organisation;
  const report = await npm("run", "--silent", "report", "--", "--lake-id", EventDataStoreArn!, "--now", Now);
  expect(report).toMatchObject({ code: 0, stdout: expect.stringMatching(/rows .*succeeded/) });
  const verify = await npm("run", "--silent", "verify", "--", "report");
  expect(verify).toMatchObject({ code: 0, stdout: expect.stringContaining("The report is whole.") });
}, 120_000);

test.each(["report", "verify"])("npm run %s -- --help shows how it is used", async (command) => {
  const { code, stdout, stderr } = await npm("run", "--silent", command, "--", "--help");
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain(`npm run ${command}`);
});
