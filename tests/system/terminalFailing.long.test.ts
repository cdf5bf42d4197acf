import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { BY_ITS_FILE, bundledReport, callsOf, lake, small, startReport } from "./terminalRuns";

// What a run from a terminal says while it goes on and when it fails, and what of it is not lost then.

let folder: string;
let program: Awaited<ReturnType<typeof bundledReport>>;
let localAws: LocalAws;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "failing-"));
  program = await bundledReport(folder);
  localAws = await startLocalAws({ organisation: small, throttle: false, rate: 1000 });
}, 60_000);
afterEach(() => localAws.inject([]));
afterAll(async () => {
  await localAws.close();
  await rm(folder, { recursive: true, force: true });
});

const run = (out: string, ...args: string[]) =>
  startReport([...lake(localAws), "--out", out, ...args], localAws.url, {}, program).ended;
const unfinished = (out: string) => join(out, ".unfinished");

describe("a run that fails keeps what it has read, and says how to go on", () => {
  const goesOn = (stderr: string) =>
    /\nNothing was published, less than a minute of reading kept\. `(.*) --resume` goes on from there\.\n$/.exec(
      stderr,
    )?.[1];

  test.each(["sso-admin:ListAccountAssignments", "cloudtrail:GetQueryResults"])(
    "where the session has expired at %s: not even logins are given up",
    async (operation) => {
      const out = join(folder, `expired ${operation.replace(":", "-")}`);
      localAws.inject([{ operation, kind: "expiredToken" }]);
      const { code, stderr } = await run(out, "--quiet");
      expect(code).toBe(1);
      expect(stderr).toMatch(/the credentials were refused \(ExpiredToken/);
      expect(goesOn(stderr)).toContain(`--out '${out}'`);
      localAws.inject([]);
      const [resumed, calls] = await callsOf(localAws, () => run(out, "--resume", "--quiet"));
      expect(resumed).toMatchObject({ code: 0, stderr: "" });
      expect(calls["cloudtrail:StartQuery"]).toBeUndefined();
      const rows = parse(readFileSync(join(out, "credential_report.csv")), { columns: true }) as Record<
        string,
        string
      >[];
      expect(rows.map(({ Usage }) => Usage)).toContain("USED");
    },
  );

  test("where it was started by its own file: with every argument that it was given", async () => {
    const out = join(folder, "by its file");
    localAws.inject([{ operation: "sso-admin:ListAccountAssignments", kind: "expiredToken" }]);
    const given = [...lake(localAws), "--out", out, "--quiet"];
    const { code, stderr } = await startReport(given, localAws.url, {}, BY_ITS_FILE).ended;
    expect(code).toBe(1);
    expect(goesOn(stderr)).toMatch(/^npm run report -- --requests-per-second 20 --lake-id /);
  });

  test("where the network is gone while logins are read", async () => {
    const out = join(folder, "offline");
    localAws.inject([{ operation: "cloudtrail:GetQueryResults", kind: "drop" }]);
    const { code, stderr } = await run(out, "--quiet");
    expect(code).toBe(1);
    expect(goesOn(stderr)).toBeDefined();
    localAws.inject([]);
    expect(await run(out, "--resume", "--quiet")).toMatchObject({ code: 0 });
  }, 60_000);

  test("where a file is in use: to publish, nothing is read again", async () => {
    const out = join(folder, "in-use");
    mkdirSync(join(out, "review.csv"), { recursive: true });
    const { code, stderr } = await run(out, "--quiet");
    expect(code).toBe(1);
    expect(stderr).toMatch(/review\.csv cannot be replaced/);
    expect(goesOn(stderr)).toBeDefined();
    expect(readdirSync(unfinished(out))).not.toContain("files");
    rmSync(join(out, "review.csv"), { recursive: true });
    const [resumed, calls] = await callsOf(localAws, () => run(out, "--resume", "--quiet"));
    expect(resumed).toMatchObject({ code: 0, stderr: "" });
    const { "cloudtrail:DescribeQuery": polls, ...others } = calls;
    expect(others).toEqual({ "sts:GetCallerIdentity": 1, "sso-admin:ListInstances": 1 });
  });
});

test("what a run takes at least is said as soon as the pairs are known, and with --quiet nothing", async () => {
  const { code, stderr } = await run(join(folder, "estimate"));
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^1 pair of account and permission set: at least 1 call and 1 minute in all, at 20 requests a second\.$/m,
  );
  expect(await run(join(folder, "quiet"), "--quiet")).toEqual({ code: 0, stdout: "", stderr: "" });
});
