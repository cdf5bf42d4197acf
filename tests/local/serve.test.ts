import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListInstancesCommand } from "@aws-sdk/client-sso-admin";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { clients, failure, stopAll } from "./support";

const root = join(__dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "serve-"));
afterAll(async () => {
  await stopAll();
  rmSync(folder, { recursive: true });
});

const run = (...flags: string[]) => {
  const child = spawn(process.execPath, ["--import", "tsx", "local/aws/serve.ts", ...flags], { cwd: root });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, output })),
  );
  const ready = new Promise<string>((resolve) =>
    child.stdout.on("data", () => output.includes("\n") && resolve(output)),
  );
  return { child, ended, ready };
};
const sample = "local/organisations/sample.json";

test.each(["SIGINT", "SIGTERM"] as const)(
  "prints one line when it listens; %s ends it, with statistics",
  async (signal) => {
    const stats = join(folder, `${signal}.json`);
    const { child, ended, ready } = run("--organization", sample, "--port", "0", "--stats", stats);
    const line = await ready;
    expect(line).toMatch(/^ready http:\/\/127\.0\.0\.1:\d+\n$/);
    await clients(line.replace("ready ", "").trim()).sso.send(new ListInstancesCommand({}));
    child.kill(signal);
    expect(await ended).toEqual({ code: 0, output: line });
    expect(JSON.parse(readFileSync(stats, "utf8"))).toMatchObject({
      calls: { "sso-admin:ListInstances": 1 },
      throttled: {},
    });
  },
);

test("--role names the roles that may be assumed", async () => {
  const role = "arn:aws:iam::444455556666:role/logins";
  const { child, ended, ready } = run("--organization", sample, "--port", "0", "--role", role, "--role", `${role}-2`);
  const { sts } = clients((await ready).replace("ready ", "").trim());
  const assume = (RoleArn: string) => sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "report" }));
  for (const RoleArn of [role, `${role}-2`]) expect((await assume(RoleArn)).AssumedRoleUser).toBeDefined();
  expect((await failure(assume(`${role}-3`))).name).toBe("AccessDenied");
  child.kill("SIGINT");
  await ended;
});

test.each([
  [[], 2, "--organization: expected a file, got nothing"],
  [["--organization", sample, "--port", "70000"], 2, '--port: expected a number from 0 to 65535, got "70000"'],
  [["--organization", sample, "--rate", "0"], 2, '--rate: expected a number above 0, got "0"'],
  [["--bogus"], 2, "Unknown option '--bogus'"],
  [["--organization", "none.json"], 1, "none.json: no such file"],
])("%j is refused in words", async (flags, code, message) => {
  const result = await run(...flags).ended;
  expect(result.code).toBe(code);
  expect(result.output).toContain(message);
  expect(result.output).not.toContain("    at ");
});
