import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { directorySource } from "../../cli/verify/reportSource";
import { verifyReport } from "../../cli/verify/verifyReport";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { randomNumbers } from "../../local/aws/faults";
import { seedOf, series } from "../support/long";
import { smallOrganisation } from "./faultOrganisations";
import { bundledReport, lake, startReport } from "./terminalRuns";

// Whenever a run from a terminal is interrupted or killed, --resume goes on with it to the same bytes, and asks for nothing twice that was
// kept. The moments are calls, so that they do not depend on how fast this machine is, and a little time after them.

const KILLS = series(6, 200);
const LANES = 2;
/** Asked by every process, and how often a query is asked after depends on the time. */
const NOT_COUNTED = ["sts:GetCallerIdentity", "sso-admin:ListInstances", "cloudtrail:DescribeQuery"];

/** A local AWS, and a run there that was interrupted soon: all go on from it, so that they are one run, with one id and one query. */
interface Lane {
  readonly localAws: LocalAws;
  readonly seed: string;
  /** What an undisturbed process asks that goes on from the seed. */
  readonly calls: Calls;
  /** The files that it leaves. */
  readonly expected: Record<string, Buffer>;
}

const random = randomNumbers(seedOf(1));
let folder: string;
let program: Awaited<ReturnType<typeof bundledReport>>;
const lanes: Lane[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "killed-"));
  program = await bundledReport(folder);
  for (let lane = 0; lane < LANES; lane++) {
    const localAws = await startLocalAws({ organisation: smallOrganisation, throttle: false, rate: 1000 });
    const seed = join(folder, `seed-${lane}`);
    await disturb(localAws, seed, { signal: "SIGINT", call: 6, afterMs: 0, hold: false });
    const undisturbed = copyOf(seed, `undisturbed-${lane}`);
    const calls = await finish(localAws, undisturbed);
    lanes.push({ localAws, seed, calls, expected: filesOf(undisturbed) });
  }
}, 60_000);

afterAll(async () => {
  await Promise.all(lanes.map(({ localAws }) => localAws.close()));
  await rm(folder, { recursive: true, force: true });
});

type Calls = Readonly<Record<string, number>>;

interface Moment {
  readonly signal: "SIGINT" | "SIGKILL";
  /** When so many calls were made, */
  readonly call: number;
  /** and then some time has passed. */
  readonly afterMs: number;
  /** Whether no call from that one on is answered. */
  readonly hold: boolean;
}

const countOf = (made: Calls) => Object.values(made).reduce((sum, count) => sum + count, 0);

function copyOf(from: string, name: string): string {
  const to = join(folder, name);
  cpSync(from, to, { recursive: true });
  return to;
}

function start(localAws: LocalAws, out: string) {
  const resume = existsSync(join(out, ".unfinished")) ? ["--resume"] : [];
  return startReport([...lake(localAws), "--quiet", ...resume, "--out", out], localAws.url, {}, program);
}

/** Runs until that moment, or to the end where it comes before. */
async function disturb(localAws: LocalAws, out: string, { signal, call, afterMs, hold }: Moment) {
  const before = localAws.stats().calls;
  const made = () => less(localAws.stats().calls, before);
  if (hold) localAws.inject([{ operation: "*", kind: "slow", ms: 3_600_000, at: call, times: 1_000_000 }]);
  const { child, ended } = start(localAws, out);
  while (countOf(made()) < call && child.exitCode === null) await wait(2);
  await wait(afterMs);
  if (child.exitCode === null) process.kill(child.pid!, signal);
  const { code, stderr } = await ended;
  localAws.inject([]);
  return { code, stderr, calls: made() };
}

async function finish(localAws: LocalAws, out: string): Promise<Calls> {
  const before = localAws.stats().calls;
  const { code, stderr } = await start(localAws, out).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return less(localAws.stats().calls, before);
}

/** The report's files, and nothing else. Of the manifest what does not tell when, and how much was asked. */
function filesOf(out: string): Record<string, Buffer> {
  return Object.fromEntries(
    readdirSync(out).map((name) => {
      const bytes = readFileSync(join(out, name));
      return [name, name === "manifest.json" ? Buffer.from(JSON.stringify(lasting(JSON.parse(`${bytes}`)))) : bytes];
    }),
  );
}

function lasting({ finishedAt, calls, sources, ...others }: Record<string, object>): object {
  const asked = Object.entries(sources!).map(([name, { calls: ofSource, ...source }]) => [name, source]);
  return { ...others, sources: Object.fromEntries(asked) };
}

function less(calls: Calls, earlier: Calls): Calls {
  return Object.fromEntries(Object.entries(calls).map(([name, count]) => [name, count - (earlier[name] ?? 0)]));
}

/** How many calls were made that do not depend on how many processes made them. */
function counted(made: Calls): number {
  return countOf(Object.fromEntries(Object.entries(made).filter(([operation]) => !NOT_COUNTED.includes(operation))));
}

/** What others can see of a run that has not ended. */
function expectNothingSeen(out: string): void {
  const seen = readdirSync(out).filter((name) => !name.startsWith("."));
  expect(seen).toEqual([]);
  const unfinished = join(out, ".unfinished");
  expect((statSync(unfinished).mode & 0o777).toString(8)).toBe("700");
  const parts = readdirSync(unfinished, { withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { name } of parts) expect((statSync(join(unfinished, name)).mode & 0o777).toString(8)).toBe("600");
}

const met = { interrupted: 0, killed: 0 };

/** Interrupts a run, kills what goes on with it, and lets that be gone on with. */
async function disturbAndFinish({ localAws, seed, calls, expected }: Lane, number: number): Promise<void> {
  const out = copyOf(seed, `out-${number}`);
  const moment = (signal: Moment["signal"]): Moment => ({
    signal,
    call: 1 + Math.floor(random() * (countOf(calls) + 2)),
    afterMs: random() < 0.5 ? 0 : random() * 60,
    hold: random() < 0.25,
  });
  const first = moment("SIGINT");
  const interrupted = await disturb(localAws, out, first);
  // What was held was not answered in the seconds that it had, and is asked for again.
  const unanswered = first.hold ? Math.max(0, countOf(interrupted.calls) - (first.call - 1)) : 0;
  let read = counted(interrupted.calls) - unanswered;
  if (interrupted.code === 130) {
    met.interrupted++;
    expectNothingSeen(out);
    expect(interrupted.stderr).toMatch(
      /^Interrupted: nothing was published, .* kept\. `.* --resume` goes on from there\.\n$/,
    );
    const killed = await disturb(localAws, out, moment("SIGKILL"));
    if (killed.code === null) {
      if (existsSync(join(out, "manifest.json"))) return; // published, and killed while it told so
      met.killed++;
      expectNothingSeen(out);
      // What it had read is lost, but for what it had kept before it wrote the first file.
      read += counted(await finish(localAws, out));
    } else {
      expect(killed.code).toBe(0);
      read += counted(killed.calls);
    }
  } else expect(interrupted.code).toBe(0);
  expect({ number, tooMany: Math.max(0, read - counted(calls)) }).toEqual({ number, tooMany: 0 });

  const files = filesOf(out);
  expect(Object.keys(files)).toEqual(Object.keys(expected));
  for (const [name, bytes] of Object.entries(files))
    expect([name, bytes.equals(expected[name]!)]).toEqual([name, true]);
}

test(
  `a run that is interrupted and then killed, at any of ${KILLS} moments, goes on to the same bytes`,
  async () => {
    const left = Array.from({ length: KILLS }, (_, number) => number);
    await Promise.all(
      lanes.map(async (lane) => {
        for (let number = left.shift(); number !== undefined; number = left.shift())
          await disturbAndFinish(lane, number);
      }),
    );
    // Of a few, chance decides how many are hit; of many, most are.
    expect(met.interrupted).toBeGreaterThan(KILLS < 20 ? 0 : KILLS / 2);
    expect(met.killed).toBeGreaterThan(KILLS < 20 ? 0 : KILLS / 4);
  },
  60_000 + KILLS * 10_000,
);

test("and what it says is what a run says that nobody disturbed from its beginning", async () => {
  const out = join(folder, "whole");
  mkdirSync(out);
  const { localAws, expected } = lanes[0]!;
  await finish(localAws, out);
  const verdict = await verifyReport(directorySource(out, undefined), undefined);
  expect(verdict.verdict).toBe("WHOLE");
  const whole = filesOf(out);
  expect(Object.keys(whole)).toEqual(Object.keys(expected));
  for (const name of ["credential_report.csv", "review.csv", "unexplained_logins.csv"]) {
    expect([name, whole[name]!.equals(expected[name]!)]).toEqual([name, true]);
  }
  const rows = (files: Record<string, Buffer>) =>
    gunzipSync(files["rows.jsonl.gz"]!)
      .toString()
      .replaceAll(/"RunId":"[^"]*"/g, "");
  expect(rows(whole)).toBe(rows(expected));
});
