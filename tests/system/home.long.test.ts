import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { longTest } from "../support/long";

// A user who is only a number: no entry in passwd, no HOME. Only root can become one, and only where the checkout can be read by others.
// Not shown: npm, which refuses to start without HOME whatever it is to run.

const root = join(__dirname, "../..");
const tsx = join(root, "node_modules/.bin/tsx");
const NOBODYS = 54_321;
const missing = whatIsMissing();
if (missing !== undefined) process.stderr.write(`tests/system/home.long.test.ts is left out: ${missing}.\n`);
const asNobody = missing === undefined ? test : test.skip;
/** CI runs it by itself, too. */
const longAsNobody = missing === undefined ? longTest : test.skip;

function whatIsMissing(): string | undefined {
  if (process.getuid?.() !== 0) return "only root can become a user without a home";
  const { error } = spawnSync(tsx, ["--version"], { uid: NOBODYS, gid: NOBODYS });
  return error && `others may not read ${root} (${error.message}); give its folders mode 755`;
}

let folder: string;
let localAws: LocalAws;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "no-home-"));
  chmodSync(folder, 0o777);
  localAws = await startLocalAws({ organisation: join(root, "local/organisations/sample.json"), throttle: false });
});
afterAll(async () => {
  await localAws.close();
  rmSync(folder, { recursive: true, force: true });
});

async function run(args: readonly string[], environment: Record<string, string> = {}) {
  const env = { PATH: process.env.PATH, NODE_NO_WARNINGS: "1", ...environment };
  const child = spawn(tsx, args, { cwd: folder, env, uid: NOBODYS, gid: NOBODYS });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (printed += text));
  const [code] = await once(child, "close");
  return { code, printed };
}

asNobody("who has none is who this test thinks", async () => {
  const { code, printed } = await run(["--eval", "require('node:os').homedir()"]);
  expect(code).not.toBe(0);
  expect(printed).toContain("uv_os_homedir");
});

longAsNobody(
  "npm start deploys the program and leaves a report",
  async () => {
    const { code, printed } = await run([join(root, "local/start.ts")]);
    expect({ code, printed }).toEqual({ code: 0, printed: expect.stringContaining("out/report.html") });
    expect(existsSync(join(folder, "out/manifest.json"))).toBe(true);
  },
  180_000,
);

asNobody("npm run report makes a report, also where it has to look for credentials", async () => {
  const { EventDataStoreArn, Now } = localAws.organisation;
  const where = { AWS_ENDPOINT_URL: localAws.url, AWS_REGION: "us-east-1" };
  const keys = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "example" };
  const options = ["--lake-id", EventDataStoreArn!, "--now", Now, "--out", join(folder, "r")];
  const args = [join(root, "cli/bin.ts"), "report", ...options];
  expect(await run(args, { ...where, ...keys })).toMatchObject({ code: 0 });
  const { code, printed } = await run([...args, "--profile", "audit"], where);
  expect(code).toBe(1);
  expect(printed).toMatch(/^No credentials from the profile audit: /);
});
