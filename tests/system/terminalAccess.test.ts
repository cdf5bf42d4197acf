import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { longTest } from "../support/long";
import { bundledReport, lake, small, startReport } from "./terminalRuns";

// What a run from a terminal needs before it can ask AWS anything: credentials, and a way through. Not shown: real SSO sessions, a
// real terminal that asks for a code, and a proxy that lets requests pass.

let folder: string;
let program: Awaited<ReturnType<typeof bundledReport>>;
let localAws: LocalAws;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "terminal-"));
  program = await bundledReport(folder);
  localAws = await startLocalAws({ organisation: small, throttle: false, rate: 1000 });
});
afterEach(() => localAws.reset());
afterAll(async () => {
  await localAws.close();
  await rm(folder, { recursive: true, force: true });
});

const run = (args: readonly string[], environment: NodeJS.ProcessEnv, url = localAws.url) =>
  startReport(args, url, environment, program).ended;

describe("without usable credentials", () => {
  const role = "role_arn = arn:aws:iam::111122223333:role/audit\nsource_profile = base";
  const config = [
    "[sso-session corp]\nsso_start_url = https://example.awsapps.com/start\nsso_region = us-east-1",
    "[profile audit]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Audit",
    `[profile mfa]\n${role}\nmfa_serial = arn:aws:iam::111122223333:mfa/me`,
    "[profile base]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = example",
  ];
  let files: Record<string, string>;
  beforeAll(async () => {
    files = { AWS_CONFIG_FILE: join(folder, "config"), AWS_SHARED_CREDENTIALS_FILE: join(folder, "no-credentials") };
    await writeFile(files.AWS_CONFIG_FILE!, config.join("\n\n"));
  });

  test.each([
    ["an SSO session that has ended", "audit", "Run `aws sso login --profile audit`"],
    ["a role that needs MFA, without a terminal to ask on", "mfa", "`aws configure export-credentials --profile mfa"],
    ["a profile that is not there", "nosuch", "`aws configure list-profiles`"],
  ])("%s: the run ends before anything is asked, with the profile and the command", async (_, profile, command) => {
    const out = join(folder, `profile-${profile}`);
    const { code, stderr } = await run(["--no-logins", "--profile", profile, "--out", out], files);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^No credentials from the profile ${profile}: [^\n]*\n$`));
    expect(stderr).toContain(command);
    expect(localAws.stats().calls).toEqual({});
    expect(readdirSync(out)).toEqual([]);
  });

  test("that AWS no longer takes, the profile is named, too", async () => {
    localAws.inject([{ operation: "sts:*", kind: "expiredToken" }]);
    const { code, stderr } = await run(["--no-logins", "--profile", "base", "--out", join(folder, "x")], files);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^sts GetCallerIdentity: the credentials were refused .*ExpiredToken.*--profile base/);
    expect(localAws.stats().calls).toEqual({ "sts:GetCallerIdentity": 1 });
  });
});

test("a profile's command is run once for all that a report asks", async () => {
  const runs = join(folder, "runs");
  const answer = JSON.stringify({ Version: 1, AccessKeyId: "AKIDEXAMPLE", SecretAccessKey: "example" });
  await writeFile(join(folder, "command"), `echo run >> ${runs}\necho '${answer}'\n`);
  const files = { AWS_CONFIG_FILE: join(folder, "command-config") };
  await writeFile(files.AWS_CONFIG_FILE, `[profile tool]\ncredential_process = sh ${join(folder, "command")}\n`);
  const args = [...lake(localAws), "--profile", "tool", "--quiet", "--out", join(folder, "tool")];
  expect(await run(args, files)).toMatchObject({ code: 0 });
  expect(readFileSync(runs, "utf8")).toBe("run\n");
});

test("Ctrl-C ends the run also while a profile's command does not answer", async () => {
  const began = join(folder, "began");
  await writeFile(join(folder, "hanging"), `trap '' INT\ntouch ${began}\nsleep 20\n`); // the terminal interrupts it, too
  const files = { AWS_CONFIG_FILE: join(folder, "hanging-config") };
  await writeFile(files.AWS_CONFIG_FILE, `[profile tool]\ncredential_process = sh ${join(folder, "hanging")}\n`);
  const out = join(folder, "hanging-out");
  const { child, ended } = startReport(
    ["--no-logins", "--profile", "tool", "--out", out],
    localAws.url,
    files,
    program,
  );
  while (!existsSync(began)) await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill("SIGINT");
  const [code] = (await once(child, "exit")) as [number];
  process.kill(-child.pid!, "SIGKILL");
  expect({ code, stderr: (await ended).stderr }).toEqual({ code: 130, stderr: "Interrupted: nothing was written.\n" });
  expect(readdirSync(out)).toEqual([]);
}, 15_000);

describe("HTTPS_PROXY", () => {
  const asked: string[] = [];
  const proxy = createServer().on("connect", ({ url }, socket) => {
    asked.push(url ?? "");
    socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
  });
  let HTTPS_PROXY: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  beforeEach(() => asked.splice(0));
  afterAll(() => proxy.close());

  test("carries the requests to AWS, and a proxy that wants a password is said", async () => {
    const args = ["--no-logins", "--quiet", "--out", join(folder, "proxy")];
    const { code, stderr } = await run(args, { HTTPS_PROXY }, "");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^sts GetCallerIdentity: the proxy .*HTTP 407.*HTTPS_PROXY: http:\/\/USER:PASSWORD@HOST:PORT/,
    );
    expect(asked).toEqual(["sts.us-east-1.amazonaws.com:443"]);
  });

  longTest("does not carry those to the hosts of NO_PROXY", async () => {
    const url = localAws.url.replace("http:", "https:"); // answers no TLS: what comes there is what is seen here
    const args = ["--no-logins", "--quiet", "--out", join(folder, "no-proxy")];
    const { stderr } = await run(args, { HTTPS_PROXY, NO_PROXY: "example.com,127.0.0.1" }, url);
    expect(stderr).toMatch(/^sts GetCallerIdentity: no whole answer after 8 attempts/);
    expect(asked).toEqual([]);
  });
});
