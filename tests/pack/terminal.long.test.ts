import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type LocalAws, startLocalAws } from "../../local/aws";
import type { Tarball } from "../../local/pack/tarball";
import { packTerminal } from "../../local/pack/terminal";
import { runProduct } from "../../local/runReport";
import project from "../../package.json";

// The tarball that users install: `npm install -g` of it, and what it then does in an empty folder. Not shown: that a registry takes it.

const ENTRY = "credential-report.js";
const sample = join(__dirname, "../../local/organisations/sample.json");

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;
let tarball: Tarball;
let program: string;
let aws: LocalAws;

function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { PATH, HOME } = process.env;
  const cwd = join(folder, "empty");
  return new Promise((resolve) =>
    execFile(command, args, { cwd, env: { PATH, HOME, ...environment }, maxBuffer: 1e8 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    ),
  );
}

const toLocalAws = () => ({
  AWS_ENDPOINT_URL: aws.url,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "example",
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "packed-"));
  mkdirSync(join(folder, "empty"));
  aws = await startLocalAws({ organisation: sample, throttle: false, rate: 1000 });
  tarball = await packTerminal(join(folder, "dist"));
  const npm = ["install", "--global", "--offline", "--no-audit", "--no-fund", "--prefix", join(folder, "installed")];
  expect(await run("npm", [...npm, tarball.path])).toMatchObject({ code: 0 });
  program = join(folder, "installed/bin/credential-report");
}, 120_000);

afterAll(async () => {
  await aws?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("it is one program of at most 3 MB, with the licences of what is in it, and its source map beside it", () => {
  const policies = tarball.files.filter((file) => file.startsWith("policies/"));
  expect(tarball.files).toEqual([
    "LICENSE",
    "README.md",
    "THIRD_PARTY_LICENSES.txt",
    ENTRY,
    "package.json",
    ...policies,
  ]);
  expect(tarball.size).toBeLessThan(3_000_000);
  const map = tarball.path.replace(/\.tgz$/, ".js.map");
  expect(JSON.parse(readFileSync(map, "utf8")).sources).toEqual(
    expect.arrayContaining([expect.stringMatching(/cli\/bin\.ts$/)]),
  );
  const licences = readFileSync(join(installed(), "THIRD_PARTY_LICENSES.txt"), "utf8");
  for (const name of ["@aws-sdk/client-sso-admin", "@smithy/core", "ajv", "cli-progress", "re2js"]) {
    expect(licences).toMatch(new RegExp(`^${name} \\d`, "m"));
  }
  expect(licences).toContain("Apache License");
});

test("its README names the rights to read, and no file that is not there", () => {
  const readme = readFileSync(join(installed(), "README.md"), "utf8");
  const links = [...readme.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target]) => target!);
  expect(links).toContain("policies/terminal.json");
  const missing = links.filter((link) => !link.startsWith("https:") && !existsSync(join(installed(), link)));
  expect(missing).toEqual([]);
});

test("installing it runs no script and fetches nothing else", () => {
  const manifest = JSON.parse(readFileSync(join(installed(), "package.json"), "utf8"));
  expect(manifest).toMatchObject({ version: project.version, engines: project.engines, license: "MIT-0" });
  for (const key of ["scripts", "dependencies", "peerDependencies", "optionalDependencies", "private"]) {
    expect(manifest).not.toHaveProperty(key);
  }
  expect(readdirSync(join(folder, "installed/lib/node_modules"))).toEqual([manifest.name]);
  expect(existsSync(join(installed(), "node_modules"))).toBe(false);
});

const installed = () => join(folder, "installed/lib/node_modules/identity-center-credential-report-cli");

describe("without AWS", () => {
  test("--version says which it is", async () => {
    expect(await run(program, ["--version"])).toEqual({ code: 0, stdout: `${project.version}\n`, stderr: "" });
  });

  test("--help of it and of each command says how it is used, by the name that it is installed under", async () => {
    const help = (await run(program, ["--help"])).stdout;
    const [, list = ""] = /^Commands:\n([\s\S]*?)\n\n/m.exec(help) ?? [];
    const commands = [...list.matchAll(/^ {2}(\w+(?: \w+)*) {2,}/gm)].map(([, name]) => name!);
    expect(commands).toEqual(expect.arrayContaining(["report", "who", "verify"]));
    for (const command of ["", ...commands]) {
      const words = command.split(" ").filter(Boolean);
      const { code, stdout, stderr } = await run(program, [...words, "--help"]);
      expect([command, code, stderr]).toEqual([command, 0, ""]);
      expect(stdout).toContain(`Usage: credential-report ${command || "COMMAND"} `);
      for (const words of [/^Examples:$/m, /^Exit codes/m]) expect(stdout).toMatch(words);
      expect(stdout).not.toContain("npm run");
      expect((await run(program, [...words, "-h"])).stdout).toBe(stdout);
    }
  });

  test("--help loads nothing that speaks to a network", async () => {
    const watch = join(folder, "watch.js");
    const text =
      'process.on("exit",()=>process.stderr.write(process.moduleLoadList.filter((m)=>/NativeModule (https?|http2|tls|zlib)$/.test(m)).join()));';
    writeFileSync(watch, text);
    const { stderr } = await run(process.execPath, ["--require", watch, join(installed(), ENTRY), "--help"]);
    expect(stderr).toBe("");
    const report = await run(process.execPath, [
      "--require",
      watch,
      join(installed(), ENTRY),
      "report",
      "--no-logins",
      "--profile",
      "none",
    ]);
    expect(report.stderr).toMatch(/NativeModule https/); // so that the list is one of modules
  });

  test.each([[[]], [["reports"]], [["toString"]]])(
    "%j is no command: says which there are, and exits with 2",
    async (args) => {
      const { code, stdout, stderr } = await run(program, args);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(
        /^Expected a command, one of report, .*verify.* got .*\. credential-report COMMAND --help says what it does\.\n$/,
      );
    },
  );
});

test("in an empty folder: the report that the sources write, its calls counted and paced by their names; verified, and asked", async () => {
  const { EventDataStoreArn, Now } = aws.organisation;
  const options = ["--lake-id", EventDataStoreArn!, "--now", Now, "--quiet"];
  expect(await run(program, ["report", ...options], toLocalAws())).toEqual({ code: 0, stdout: "", stderr: "" });

  const out = join(folder, "empty/report");
  const source = await runProduct(aws);
  expect(readFileSync(join(out, "credential_report.csv"), "utf8")).toBe(source.csv);
  const page = (text: string) => text.slice(0, text.indexOf('<script type="application/json"'));
  expect(page(readFileSync(join(out, "report.html"), "utf8"))).toBe(
    page(source.files["report.html"]!.toString("utf8")),
  );
  const manifest = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
  expect(Object.keys(manifest.calls)).toEqual(expect.arrayContaining(Object.keys(source.manifest.calls)));
  for (const name of Object.keys(manifest.calls)) expect(name).toMatch(/^[a-z-]+:[A-Z][A-Za-z]{5,}$/);

  expect(await run(program, ["verify", "report"])).toMatchObject({ code: 0, stderr: "" });
  const who = await run(program, ["who", "--json", "--quiet"]);
  const rows = gunzipSync(readFileSync(join(out, "rows.jsonl.gz")))
    .toString("utf8")
    .trim()
    .split("\n");
  expect([who.code, who.stderr, JSON.parse(who.stdout)]).toEqual([0, "", rows.map((row) => JSON.parse(row))]);
  expect(await run(program, ["who", "--user", "nobody at all", "--quiet"])).toEqual({
    code: 1,
    stdout: "",
    stderr: "",
  });

  // Who reads no further, and a process without any of the three streams, are no errors.
  const piped = await run("sh", ["-c", `"${program}" who --csv --quiet | head -n 1`]);
  expect(piped).toMatchObject({ stdout: expect.stringMatching(/^account,.*\r\n$/), stderr: "" });
  expect(await run("sh", ["-c", `"${program}" verify report >&- 2>&- <&-`])).toMatchObject({ code: 0 });
}, 120_000);
