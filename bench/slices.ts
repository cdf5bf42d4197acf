import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Manifest } from "../handlers/files/files";
import { type LocalAws, startLocalAws } from "../local/aws";
import { deploy } from "../local/deployment/deploy";
import { generateOrganisation, type OrganisationSize } from "../local/generate";
import { runProduct } from "../local/runReport";
import { boundOf } from "./pace";

/** How much faster than AWS the local AWS is, and with it the run's pace and Lambda's clock. */
const RATE = 14; // so that 15 a second become more than a setting takes: a raised quota would raise no other (`handlers/aws/pace.ts`)
/** Of the 20 a second that sso-admin grants; the same share of every other quota. */
const REQUESTS_PER_SECOND = 15;
const RUN_ID = "test"; // as that of a run in this process

const SIZES: OrganisationSize[] = [
  { accounts: 50, permissionSets: 20, pairs: 1_000, users: 500, groups: 125, memberships: 2_500 },
  { accounts: 500, permissionSets: 20, pairs: 10_000, users: 5_000, groups: 1_000, memberships: 25_000 },
  // With few rows a pair: publishing does not follow the clock, and must end in a slice that does.
  { accounts: 7_000, permissionSets: 20, pairs: 140_000, users: 20_000, groups: 4_000, memberships: 20_000 },
];

/**
 * Runs of the deployed state machine, in slices as Lambda would cut them, against the bound that the services' throttles set; and whether they
 * give what a run gives that is not cut. PAIRS=10000 runs the sizes up to that.
 */
export async function* slices(): AsyncGenerator<object> {
  const directory = await mkdtemp(join(tmpdir(), "bench-"));
  const most = Number(process.env.PAIRS ?? Number.POSITIVE_INFINITY);
  try {
    for (const size of SIZES.filter(({ pairs }) => pairs! <= most)) {
      const organisation = join(directory, "organisation.json");
      await generateOrganisation({ ...size, events: size.users, seed: 1 }, organisation);
      yield { pairs: size.pairs, users: size.users, memberships: size.memberships, ...(await sliced(organisation)) };
    }
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function sliced(organisation: string): Promise<object> {
  const aws = await startLocalAws({ organisation, rate: RATE });
  const deployment = await deploy({
    localAws: aws,
    functionSeconds: 900 / RATE,
    requestsPerSecond: REQUESTS_PER_SECOND * RATE,
    config: { lakeId: aws.organisation.EventDataStoreArn },
  });
  try {
    const { status, output } = await deployment.startExecution({}, RUN_ID).ended;
    if (status !== "SUCCEEDED") throw new Error(`${status}: ${deployment.logs().slice(-5).join("\n")}`);
    const { manifestKey } = JSON.parse(output!);
    const lines = deployment.logs().flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
    // From the first slice's first line on: how long a process takes to start does not follow the clock.
    const startedMs = Date.parse(lines.find(({ message }) => message === "started").time);
    const publishingMs = Date.parse(lines.find(({ what }) => what === "rows").time);
    const finishedMs = Date.parse(lines.find(({ message }) => message === "finished").time);
    const { calls } = aws.stats();
    const boundSeconds = boundOf(calls, RATE);
    const readingSeconds = (publishingMs - startedMs) / 1000;
    const peaks = deployment
      .logs()
      .flatMap((line) => /Max Memory Used: (\d+) MB/.exec(line)?.slice(1).map(Number) ?? []);
    const manifest = manifestOf(aws, manifestKey);
    return {
      rows: JSON.parse(output!).rows,
      slices: peaks.length,
      boundSeconds: round(boundSeconds),
      readingSeconds: round(readingSeconds),
      readingToBound: round(readingSeconds / boundSeconds),
      publishingSeconds: round((finishedMs - publishingMs) / 1000),
      peakMemoryMBOfSlices: peaks,
      throttledPercent: round((100 * total(aws.stats().throttled)) / total(calls)),
      ...(await compared(organisation, manifest)),
    };
  } finally {
    await deployment.close();
    await aws.close();
  }
}

/** With a run of the same organisation in this process that is not cut, as fast as the local AWS answers. */
async function compared(organisation: string, { files, settings, now, calls }: Manifest): Promise<object> {
  const whole = await startLocalAws({ organisation, throttle: false, rate: 1_000 });
  try {
    const { manifest } = await runProduct(whole, { ...settings, now });
    const sha256Of = Object.fromEntries(files.map(({ name, sha256 }) => [name, sha256]));
    const differing = manifest.files.filter(({ name, sha256 }) => sha256Of[name] !== sha256).map(({ name }) => name);
    return { differingFiles: differing, sameCalls: callsToRead(calls) === callsToRead(manifest.calls) };
  } finally {
    await whole.close();
  }
}

function manifestOf(aws: LocalAws, key: string): Manifest {
  const [bucket] = [...aws.buckets.values()];
  return JSON.parse(Buffer.concat(bucket!.objects.get(key)!.body).toString("utf8")) as Manifest;
}

/** How often a query is asked for its state depends on the time. */
function callsToRead(calls: Readonly<Record<string, number>>): string {
  const reading = Object.entries(calls).filter(([name]) => /^(sso-admin|identitystore|organizations):/.test(name));
  return JSON.stringify(reading.sort());
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
