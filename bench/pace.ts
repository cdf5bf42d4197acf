import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalAws, startLocalAws } from "../local/aws";
import { generateOrganisation, type OrganisationSize } from "../local/generate";
import { runProduct } from "../local/runReport";

/** How much faster than AWS the local AWS is, and so the run's pace. */
const RATE = 14; // so that 15 a second become more than a setting takes: a raised quota would raise no other (`handlers/aws/pace.ts`)
/** Of the 20 a second that sso-admin grants; the same share of every other quota. */
const REQUESTS_PER_SECOND = 15;

const SIZES: OrganisationSize[] = [
  { accounts: 50, permissionSets: 20, pairs: 1000, users: 500, groups: 125, assignedGroups: 100, memberships: 2500 },
  { accounts: 100, permissionSets: 40, pairs: 2000, users: 1000, groups: 250, assignedGroups: 200, memberships: 5000 },
  { accounts: 200, permissionSets: 40, pairs: 4000, users: 2000, groups: 500, assignedGroups: 400, memberships: 10000 },
];

/** Wall time of whole runs against the bound that the services' throttles set, and with half of sso-admin's quota taken by another client. */
export async function* pace(): AsyncGenerator<object> {
  const directory = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    for (const size of SIZES) {
      const organisation = join(directory, "organisation.json");
      await generateOrganisation({ ...size, seed: 1 }, organisation);
      yield { ...size, ...(await timed(organisation, false)) };
    }
    const organisation = join(directory, "organisation.json");
    yield { ...SIZES.at(-1), ...(await timed(organisation, true)) };
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function timed(organisation: string, withOther: boolean): Promise<object> {
  const aws = await startLocalAws({ organisation, rate: RATE });
  try {
    const other = withOther ? takeHalf(aws) : null;
    const startedMs = performance.now();
    const { manifest } = await runProduct(aws, { requestsPerSecond: REQUESTS_PER_SECOND * RATE });
    const wallSeconds = (performance.now() - startedMs) / 1000;
    const othersCalls = other?.() ?? 0;
    const { calls, throttled } = aws.stats();
    const sum = (counts: Readonly<Record<string, number>>) =>
      Object.values(counts).reduce((total, count) => total + count, 0);
    const boundSeconds = boundOf(manifest.calls, RATE);
    return {
      otherClient: withOther ? { calls: othersCalls } : null,
      rows: manifest.rows.total,
      calls,
      boundSeconds: round(boundSeconds),
      wallSeconds: round(wallSeconds),
      wallToBound: round(wallSeconds / boundSeconds),
      throttledPercent: round((100 * sum(manifest.throttled)) / sum(manifest.calls)),
      throttled,
    };
  } finally {
    await aws.close();
  }
}

/** The longest time that one quota alone takes at 15 of sso-admin's 20 calls a second: calls ÷ allowed rate. */
export function boundOf(calls: Readonly<Record<string, number>>, rate: number): number {
  const share = (REQUESTS_PER_SECOND / 20) * rate;
  const seconds: Record<string, number> = {};
  for (const [name, count] of Object.entries(calls)) {
    const service = name.split(":")[0]!;
    if (service === "sso-admin") seconds[service] = (seconds[service] ?? 0) + count / (20 * share);
    else if (service === "identitystore") seconds[name] = count / (20 * share);
    else if (service === "organizations") seconds[name] = count / (8 * share);
  }
  return Math.max(...Object.values(seconds));
}

/** Another client that asks for half of sso-admin's quota, evenly. Ends it and gives its number of calls. */
function takeHalf(aws: LocalAws): () => number {
  const everyMs = 1000 / (10 * RATE);
  const startedMs = performance.now();
  let calls = 0;
  const timer = setInterval(() => {
    for (; calls * everyMs < performance.now() - startedMs; calls++) {
      fetch(aws.url, {
        method: "POST",
        headers: {
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": "SWBExternalService.ListInstances",
          authorization:
            "AWS4-HMAC-SHA256 Credential=OTHER/20260101/us-east-1/sso/aws4_request, SignedHeaders=host, Signature=0",
        },
        body: "{}",
      }).then(
        (answer) => answer.arrayBuffer(),
        () => {},
      );
    }
  }, everyMs);
  return () => {
    clearInterval(timer);
    return calls;
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
