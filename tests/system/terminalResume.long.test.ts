import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { runVerify } from "../support/verifyCommand";
import { bundledReport, callsOf, lake, small, startReport } from "./terminalRuns";

// What becomes of a run from a terminal that has not ended: what is kept of it, who goes on with it, and who is told what.

let folder: string;
let program: Awaited<ReturnType<typeof bundledReport>>;
let localAws: LocalAws;
/** A directory with a run that was interrupted while it read assignments, which others are copied from. */
let seed: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "resume-"));
  program = await bundledReport(folder);
  localAws = await startLocalAws({ organisation: small, throttle: false, rate: 1000 });
  seed = join(folder, "seed");
  const { code } = await interruptedAt("sso-admin:ListAccountAssignments", seed);
  expect(code).toBe(130);
}, 60_000);
afterEach(() => localAws.inject([]));
afterAll(async () => {
  await localAws.close();
  await rm(folder, { recursive: true, force: true });
});

const start = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
  startReport(args, localAws.url, environment, program);
const run = (out: string, ...args: string[]) => start([...lake(localAws), "--out", out, ...args]).ended;
const unfinished = (out: string) => join(out, ".unfinished");
const jsonIn = (path: string) => JSON.parse(readFileSync(path, "utf8"));
const manifestIn = (out: string) => jsonIn(join(out, "manifest.json"));

/** What the tests look at, and change, in `cursor.json`. */
interface Cursor {
  readonly runId: string;
  program: string;
  readonly head: {
    readonly settings: { now: string; instanceArn: string };
    readonly facts: { account: string; startedMs: number };
  };
}
const cursorIn = (out: string) => jsonIn(join(unfinished(out), "cursor.json")) as Cursor;

let copies = 0;
function copyOfSeed(change: (cursor: Cursor) => void = () => {}): string {
  const out = join(folder, `copy-${++copies}`);
  cpSync(seed, out, { recursive: true });
  const cursor = cursorIn(out);
  change(cursor);
  writeFileSync(join(unfinished(out), "cursor.json"), JSON.stringify(cursor));
  return out;
}

async function interruptedAt(operation: string, out: string, signal: NodeJS.Signals = "SIGINT") {
  localAws.inject([{ operation, kind: "slow", ms: 60_000 }]);
  const before = localAws.stats().calls[operation] ?? 0;
  const { child, ended } = start([...lake(localAws), "--quiet", "--out", out]);
  while ((localAws.stats().calls[operation] ?? 0) === before) await wait(5);
  process.kill(child.pid!, signal);
  const outcome = await ended;
  localAws.inject([]);
  return outcome;
}

describe("what is kept", () => {
  test("is for this user alone, and nothing of it is seen by verify or goes into the next report's history", async () => {
    const out = join(folder, "seen");
    expect(await run(out, "--quiet")).toMatchObject({ code: 0 });
    const before = readFileSync(join(out, "manifest.json"));
    await interruptedAt("sso-admin:ListAccountAssignments", out);

    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(modeOf(unfinished(out))).toBe("700");
    const kept = readdirSync(unfinished(out));
    expect(kept).toEqual(expect.arrayContaining(["cursor.json", expect.stringMatching(/\.jsonl\.gz$/)]));
    expect(kept.map((name) => modeOf(join(unfinished(out), name)))).toEqual(kept.map(() => "600"));
    expect(readFileSync(join(out, "manifest.json"))).toEqual(before);
    const verified = await runVerify([out, "--json"]);
    expect(verified).toMatchObject({ code: 0, out: expect.not.stringContaining("unfinished") });

    expect(await run(out, "--quiet", "--resume")).toMatchObject({ code: 0 });
    expect(manifestIn(out).previousReport.status).toBe("compared");
    expect(readdirSync(out).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test.each(["SIGTERM", "SIGHUP"] as const)("is kept on %s, too", async (signal) => {
    const out = join(folder, signal);
    const { code } = await interruptedAt("sso-admin:ListAccountAssignments", out, signal);
    expect(code).toBe(130);
    expect(await run(out, "--resume", "--quiet")).toMatchObject({ code: 0 });
  });

  test("is kept where the terminal is gone that could be told", async () => {
    const out = join(folder, "gone");
    localAws.inject([{ operation: "sso-admin:ListAccountAssignments", kind: "slow", ms: 60_000 }]);
    const before = localAws.stats().calls["sso-admin:ListAccountAssignments"];
    const { child } = start([...lake(localAws), "--out", out]);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    while (localAws.stats().calls["sso-admin:ListAccountAssignments"] === before) await wait(5);
    child.stdout.destroy();
    child.stderr.destroy();
    child.kill("SIGHUP");
    expect(await ended).toBe(130);
    localAws.inject([]);
    expect(await run(out, "--resume", "--quiet")).toMatchObject({ code: 0 });
  });

  test("is what was kept before, where Ctrl-C comes a second time, which ends the run at once", async () => {
    const out = copyOfSeed();
    localAws.inject([{ operation: "sso-admin:ListAccountAssignments", kind: "slow", ms: 60_000 }]);
    const before = localAws.stats().calls["sso-admin:ListAccountAssignments"]!;
    const { child, ended } = start([...lake(localAws), "--resume", "--out", out]);
    while (localAws.stats().calls["sso-admin:ListAccountAssignments"] === before) await wait(5);
    child.kill("SIGINT");
    await wait(20);
    child.kill("SIGINT"); // as npm passes it on: the same one
    await wait(1_000);
    expect(child.exitCode).toBeNull();
    child.kill("SIGINT");
    const startedMs = performance.now();
    const { code, stderr } = await ended;
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    expect(code).toBe(130);
    expect(stderr).toContain("Interrupted: what is being answered is kept. Ctrl-C again ends at once.");
    expect(readdirSync(out)).toEqual([".unfinished"]);
    localAws.inject([]);
    expect(await run(out, "--resume", "--quiet")).toMatchObject({ code: 0 });
  }, 20_000);

  test("is nothing, where nothing was read: neither a folder nor a word of it", async () => {
    const out = join(folder, "nothing");
    localAws.inject([{ operation: "sts:GetCallerIdentity", kind: "accessDenied" }]);
    const { code, stderr } = await run(out);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.not.stringContaining("--resume") });
    expect(readdirSync(out)).toEqual([]);
  });
});

describe("--resume", () => {
  test("asks for what was not read, and publishes the run that was begun", async () => {
    const out = copyOfSeed();
    const { runId, head } = cursorIn(out);
    const [{ code }, calls] = await callsOf(localAws, () => run(out, "--resume", "--quiet"));
    expect(code).toBe(0);
    const { "cloudtrail:DescribeQuery": polls, ...others } = calls;
    expect(others).toEqual({
      ...{ "sts:GetCallerIdentity": 1, "sso-admin:ListInstances": 1 },
      // Asked for after the assignments.
      "sso-admin:ListApplications": 1,
      ...{ "sso-admin:ListAccountAssignments": 1, "cloudtrail:GetQueryResults": 1 },
    });
    expect(manifestIn(out)).toMatchObject({ runId, now: head.settings.now });
    expect(Date.parse(manifestIn(out).startedAt)).toBe(Math.floor(head.facts.startedMs / 1000) * 1000);
    expect(existsSync(unfinished(out))).toBe(false);
  });

  test("is needed, or --restart, where a run is unfinished: without them nothing is asked, and nothing lost", async () => {
    const out = copyOfSeed();
    const [{ code, stdout, stderr }, calls] = await callsOf(localAws, () => run(out));
    expect({ code, stdout, calls }).toEqual({ code: 2, stdout: "", calls: {} });
    expect(stderr).toMatch(
      /^\S+ keeps an unfinished run, begun 2\S+Z: --resume goes on with it, --restart removes it and reads anew\.\n$/,
    );
    expect(await run(out, "--resume", "--quiet")).toMatchObject({ code: 0 });
  });

  test("without an unfinished run says so, and begins one", async () => {
    const { code, stderr } = await run(join(folder, "fresh"), "--resume");
    expect(code).toBe(0);
    expect(stderr).toMatch(/^\S+fresh keeps no unfinished run: a new one begins\.\n/);
    expect(await run(join(folder, "fresh"), "--resume", "--quiet")).toMatchObject({ code: 0, stderr: "" });
  });

  const DAY_MS = 86_400_000;
  test.each<[string, string[], (cursor: Cursor) => void, RegExp]>([
    ["a setting", ["--lookback-days", "30"], () => {}, /--lookback-days was 90 and is 30/],
    [
      "two settings",
      ["--lookback-days", "30", "--new-access-days", "3"],
      () => {},
      /was 90 and is 30; --new-access-days was 14 and is 3/,
    ],
    [
      "the present",
      ["--now", "2026-11-19T00:00:00Z"],
      () => {},
      /--now was "2026-11-20T09:00:00Z" and is "2026-11-19T00:00:00Z"/,
    ],
    [
      "the version",
      [],
      (cursor) => {
        cursor.program = "0.1.0";
        Object.assign(cursor, { head: {} }); // as another version may have it
      },
      /the program's version was "0\.1\.0" and is "\d/,
    ],
    [
      "the account",
      [],
      ({ head }) => {
        head.facts.account = "999988887777";
      },
      /the account was "999988887777" and is "111122223333"/,
    ],
    ["the Region", ["--region", "eu-central-1"], () => {}, /the Region was "us-east-1" and is "eu-central-1"/],
    [
      "the instance",
      [],
      ({ head }) => {
        head.settings.instanceArn = "arn:other";
      },
      /the instance was "arn:other" and is "arn:aws:sso/,
    ],
    [
      "the age",
      [],
      ({ head }) => {
        head.facts.startedMs -= 3 * DAY_MS;
      },
      /was begun .*, more than three days ago/,
    ],
  ])("refuses where %s is another, says which, and loses nothing", async (_, args, change, difference) => {
    const out = copyOfSeed(change);
    const kept = readdirSync(unfinished(out));
    const [{ code, stderr }, calls] = await callsOf(localAws, () => run(out, "--resume", ...args));
    expect(code).toBe(2);
    expect(stderr).toMatch(difference);
    expect(stderr).toMatch(/--restart removes it and reads anew\.\n$/);
    expect(Object.keys(calls).filter((name) => !/GetCallerIdentity|ListInstances/.test(name))).toEqual([]);
    expect(readdirSync(unfinished(out))).toEqual(kept);
  });

  test("refuses what was damaged, and says what to do", async () => {
    const out = copyOfSeed();
    const part = readdirSync(unfinished(out)).find((name) => name.endsWith(".gz"))!;
    writeFileSync(join(unfinished(out), part), "");
    const { code, stderr } = await run(out, "--resume", "--quiet");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /was changed since this run wrote it: .* --restart removes what is kept, and reads anew\.\n$/,
    );
    expect(await run(out, "--restart", "--quiet")).toMatchObject({ code: 0 });
  });

  test("does not publish again a run that had published and was killed before it had cleaned up", async () => {
    const out = copyOfSeed();
    const left = join(folder, "left");
    cpSync(unfinished(out), left, { recursive: true });
    expect(await run(out, "--resume", "--quiet")).toMatchObject({ code: 0 });
    const first = manifestIn(out).runId;
    cpSync(left, unfinished(out), { recursive: true });
    expect(await run(out, "--quiet")).toMatchObject({ code: 0 });
    expect(manifestIn(out).runId).not.toBe(first);
    expect(manifestIn(out).previousReport.status).toBe("compared");
  });
});

test("--restart removes what is kept, and reads anew", async () => {
  const out = copyOfSeed();
  const { runId } = cursorIn(out);
  const [{ code }, calls] = await callsOf(localAws, () => run(out, "--restart", "--quiet"));
  expect(code).toBe(0);
  expect(calls).toMatchObject({ "sso-admin:DescribePermissionSet": 1, "cloudtrail:StartQuery": 1 });
  expect(manifestIn(out).runId).not.toBe(runId);
  expect(existsSync(unfinished(out))).toBe(false);
});
