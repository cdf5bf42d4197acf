import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The program with the real engine and the real provider, where there are both and an AWS to talk to: a `pulumi` on the PATH, and
// ENGINE_AWS_ENDPOINT, the address of a server that stands in for AWS. It must serve an organization and an Identity Center instance.
// ENGINE_LAKE_ID names an event data store, ENGINE_REGION the Region. What they find and the local deployment does not is a difference
// for docs/architecture.md.

const endpoint = process.env.ENGINE_AWS_ENDPOINT ?? "";
const hasPulumi = spawnSync("pulumi", ["version"]).status === 0;
const missing = [
  ...(hasPulumi ? [] : ["there is no pulumi on the PATH"]),
  ...(endpoint === "" ? ["ENGINE_AWS_ENDPOINT names no server"] : []),
].join(", and ");
if (missing !== "") process.stderr.write(`tests/system/engine.test.ts is left out: ${missing}.\n`);

(missing === "" ? describe : describe.skip)("the real engine", () => {
  const directory = mkdtempSync(join(tmpdir(), "credential-report-engine-"));
  const configFile = join(directory, "Pulumi.engine.yaml");

  const pulumi = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync("pulumi", [...args, "--non-interactive"], {
      cwd: join(__dirname, "../.."),
      encoding: "utf8",
      env: {
        AWS_ACCESS_KEY_ID: "engine",
        AWS_SECRET_ACCESS_KEY: "engine",
        ...process.env,
        AWS_ENDPOINT_URL: endpoint,
        PULUMI_BACKEND_URL: `file://${directory}`,
        PULUMI_CONFIG_PASSPHRASE: "engine",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    });
    if (status !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${status}:\n${stdout}\n${stderr}`);
    return stdout;
  };
  const onStack = ["--stack", "engine", "--config-file", configFile];

  /** What an operation does, by the engine's words. */
  function summary(...args: string[]): Record<string, number> {
    const lines = pulumi(...args, ...onStack, "--json").trim();
    return (JSON.parse(lines) as { changeSummary: Record<string, number> }).changeSummary;
  }

  beforeAll(() => {
    pulumi("stack", "init", "engine");
    const config = {
      "aws:region": process.env.ENGINE_REGION ?? "us-east-1",
      "aws:skipMetadataApiCheck": "true",
      "aws:s3UsePathStyle": "true",
      lakeId: process.env.ENGINE_LAKE_ID ?? "01234567-89ab-cdef-0123-456789abcdef",
      deleteBucket: "true",
    };
    for (const [key, value] of Object.entries(config)) pulumi("config", "set", key, value, ...onStack);
  }, 120_000);

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test("previews, creates, changes nothing at a second up, and destroys", () => {
    expect(summary("preview")).toEqual({ create: 28 });
    pulumi("up", "--yes", "--skip-preview", ...onStack);
    expect(summary("preview")).toEqual({ same: 28 });
    pulumi("up", "--yes", "--skip-preview", ...onStack);
    pulumi("destroy", "--yes", "--skip-preview", ...onStack);
    expect(JSON.parse(pulumi("stack", "export", "--stack", "engine")).deployment.resources ?? []).toEqual([]);
  }, 1_200_000);
});
