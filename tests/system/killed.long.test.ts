import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { pageAssets } from "../../handlers/files/page/document";
import { workerText } from "../../handlers/files/review/workbook/workbook";
import { randomNumbers } from "../../local/aws/faults";
import { captureLogs, functionEnvironment, jsonOf } from "../support/container";
import { isLong, seedOf, series } from "../support/long";
import { expectLatestIsWhole, expectWholeReport, folderOf, publishedFolders } from "../support/published";
import { largeOrganisation, smallOrganisation } from "./faultOrganisations";
import { inLanes, type Lane, prepare, useLanes } from "./lanes";

// A process that is killed can clean nothing up. Whatever it was at, no report that exists is half of one, and the next run
// publishes. The moments are calls, drawn from all parts of a run, so that they do not depend on how fast this machine is.

const KILLS = series(6, 200);
const RUN_MS = 900_000;
const BETWEEN_SLICES_MS = 600_000;

captureLogs();
const smallLanes = useLanes(isLong ? 2 : 1, smallOrganisation);
const largeLanes = useLanes(1, largeOrganisation);
const random = randomNumbers(seedOf(1));
let folder: string;
let program: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "killed-"));
  program = join(folder, "functionProcess.js");
  const entry = join(__dirname, "functionProcess.ts");
  const plugins = [bundledPage];
  await build({ entryPoints: [entry], outfile: program, bundle: true, platform: "node", logLevel: "error", plugins });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Takes the page's assets and the worker's text as they are, as Pulumi does: they are put together where the program is loaded, not in Lambda. */
const bundledPage: Plugin = {
  name: "bundled page",
  setup({ onLoad }) {
    const contents = `exports.bundlePage = () => (${JSON.stringify(pageAssets())})`;
    onLoad({ filter: /\/page\/bundle\.ts$/ }, () => ({ contents, loader: "js" }));
    const worker = `exports.bundleWorker = () => ${JSON.stringify(workerText())}`;
    onLoad({ filter: /\/workbook\/bundle\.ts$/ }, () => ({ contents: worker, loader: "js" }));
  },
};

const callsOf = ({ container: { localAws } }: Lane) =>
  Object.values(localAws.stats().calls).reduce((sum, calls) => sum + calls, 0);

/** Runs the function in a process of its own; no call from the given one on is answered, and then the process is killed. */
async function killAt(lane: Lane, call: number, runId: string): Promise<void> {
  prepare(lane, [{ operation: "*", kind: "slow", ms: 3_600_000, at: call, times: 1_000_000 }]);
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...functionEnvironment(lane.container.localAws) };
  const child = spawn(process.execPath, [program, runId, String(RUN_MS)], { env, stdio: "ignore" });
  const ended = once(child, "exit");
  while (callsOf(lane) < call) {
    if (child.exitCode !== null) throw new Error(`the run ended by itself, after ${callsOf(lane)} calls`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  child.kill("SIGKILL");
  const [code, signal] = await ended;
  expect([code, signal]).toEqual([null, "SIGKILL"]);
  lane.container.localAws.inject([]);
}

function expectNothingHalf({ container: { bucket }, expected }: Lane): string | undefined {
  for (const published of publishedFolders(bucket)) expectWholeReport(bucket, published, expected);
  return expectLatestIsWhole(bucket, expected);
}

/** What kills have met: moments that hit nothing would show nothing. */
const met = { places: 0, uploads: 0, sameRun: 0 };

/** Kills a run, and lets its next slice, or the next run, find what it left. */
async function killAndGoOn(lane: Lane, call: number): Promise<void> {
  const { container, expected } = lane;
  await killAt(lane, call, `killed-${call}`);

  const latest = expectNothingHalf(lane);
  expect(["before", `killed-${call}`]).toContain(latest);
  const hasEntered = jsonOf(container.bucket, "running.json").runId === `killed-${call}`;
  const held = hasEntered && Date.parse(jsonOf(container.bucket, "running.json").until) > Date.now();
  const openUploads = container.bucket.uploads.size; // for the bucket's lifecycle rule
  expect(openUploads).toBeLessThanOrEqual(1);

  met.uploads += openUploads;
  if (random() < 0.5) {
    // As the state machine does: the same run again.
    const result = await container.run({ runId: `killed-${call}` });
    expect(result.status).toBe("succeeded");
    expectWholeReport(container.bucket, folderOf(result), expected);
    expect(expectNothingHalf(lane)).toBe(`killed-${call}`);
    expect(publishedFolders(container.bucket)).toHaveLength(2);
    expect([...container.bucket.objects.keys()].filter((key) => key.includes(`/work/`))).toEqual([]);
    met.sameRun++;
    return;
  }
  if (held) {
    met.places++;
    await expect(container.run({ runId: "too-early" })).rejects.toMatchObject({
      name: "AlreadyRunning",
      message: expect.stringContaining(`Run killed-${call} is in progress`),
    });
    expectNothingHalf(lane);
    const running = jsonOf(container.bucket, "running.json");
    expect(Date.parse(running.until)).toBeLessThanOrEqual(Date.now() + RUN_MS + BETWEEN_SLICES_MS);
    passTime(container.bucket, running.until);
  }
  const result = await container.run({ runId: "next" });

  expect(result.status).toBe("succeeded");
  expectWholeReport(container.bucket, folderOf(result), expected);
  expect(expectNothingHalf(lane)).toBe("next");
  expect(container.bucket.uploads.size).toBe(openUploads);
}

/** The time until which a dead run holds its place passes: for the guard, it lies in the past. */
function passTime({ objects }: Lane["container"]["bucket"], until: string): void {
  const key = "credential_reports/running.json";
  const object = objects.get(key)!;
  const text = Buffer.concat(object.body).toString().replace(until, "2026-01-01T00:00:00Z");
  objects.set(key, { ...object, body: [Buffer.from(text)], checksums: {} });
}

/** One moment in each of so many equal stretches of a run. */
function moments(count: number, first: number, last: number): number[] {
  return Array.from({ length: count }, (_, index) =>
    Math.floor(first + ((index + random()) / count) * (last - first + 1)),
  );
}

test(
  `a run that is killed at any of ${KILLS} moments leaves nothing half, and the next one publishes`,
  async () => {
    await inLanes(smallLanes, moments(KILLS, 1, await prepareAndCount(smallLanes[0]!)), killAndGoOn);
    expect(Math.min(met.places, met.sameRun)).toBeGreaterThan(0);
  },
  60_000 + KILLS * 5_000,
);

test(
  "nor does one that is killed while it uploads several parts",
  async () => {
    const lane = largeLanes[0]!;
    const all = await prepareAndCount(lane);
    const order = lane.container.localAws.stats().requests!.map(({ operation }) => operation);
    const upload = [
      order.indexOf("CreateMultipartUpload") + 2,
      order.lastIndexOf("CompleteMultipartUpload") + 1,
    ] as const;
    // While it is open, and then to the end: the other files, the manifest, the announcement, the guard.
    const kills = [...moments(Math.ceil(KILLS / 6), ...upload), ...moments(Math.ceil(KILLS / 6), upload[1], all)];
    await inLanes(largeLanes, kills, killAndGoOn);
    expect(met.uploads).toBeGreaterThan(0);
  },
  60_000 + KILLS * 5_000,
);

/** How many calls a faultless run makes at least: how often it asks after its query depends on the time. */
async function prepareAndCount(lane: Lane): Promise<number> {
  prepare(lane, []);
  await lane.container.run({ runId: "counted" });
  return callsOf(lane) - (lane.container.localAws.stats().calls["cloudtrail:DescribeQuery"]! - 1);
}
