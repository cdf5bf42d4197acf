import type { RunResult } from "../../handlers/bucket/latest";
import { type Fault, type FaultKind, type OrganisationFile, type StoredObject, startLocalAws } from "../../local/aws";
import { type Container, jsonOf, startContainer, textOf } from "../support/container";
import {
  expectedReports,
  expectLatestIsWhole,
  expectWholeReport,
  folderOf,
  publishedFolders,
} from "../support/published";

/** A container with a local AWS of its own, so that runs of several lanes share the time that they wait. */
export interface Lane {
  readonly container: Container;
  readonly expected: ReturnType<typeof expectedReports>;
  /** What a faultless run has left: the report and the announcement that stand before each run under faults. */
  readonly before: ReadonlyMap<string, StoredObject>;
}

async function startLane(organisation: OrganisationFile, expected: Lane["expected"]): Promise<Lane> {
  const localAws = await startLocalAws({
    organisation,
    throttle: false,
    rate: 1000,
    missingKeyIs403: true,
    record: true,
  });
  const container = startContainer(localAws);
  const result = await container.run({ runId: "before" });
  expect(result.status).toBe("succeeded");
  expectWholeReport(container.bucket, folderOf(result), expected);
  const ownCalls = localAws.stats().calls; // none, if the clients spoke to another lane's
  expect(ownCalls["sso-admin:ListPermissionSets"]).toBeGreaterThan(0);
  return { container, expected, before: new Map(container.bucket.objects) };
}

/** Lanes that end with the test file. The endpoint is the clients' own after their first run: one lane is started after the other. */
export function useLanes(count: number, organisation: OrganisationFile): readonly Lane[] {
  const lanes: Lane[] = [];
  beforeAll(async () => {
    const expected = expectedReports(organisation);
    for (let lane = 0; lane < count; lane++) lanes.push(await startLane(organisation, expected));
  });
  afterAll(() => Promise.all(lanes.map(({ container }) => container.localAws.close())));
  return lanes;
}

export interface Outcome {
  readonly runId: string;
  readonly result: RunResult | undefined;
  readonly error: Error | undefined;
  readonly faults: readonly Fault[];
}

let runs = 0;

/** As after the faultless run, and with these faults from here on. */
export function prepare({ container: { localAws, bucket }, before }: Lane, faults: readonly Fault[], seed = 1): void {
  bucket.uploads.clear();
  bucket.objects.clear();
  for (const [key, object] of before) bucket.objects.set(key, object);
  localAws.reset();
  localAws.inject(faults, seed);
}

export async function runUnder(
  lane: Lane,
  faults: readonly Fault[],
  seed?: number,
  remainingMs?: number,
): Promise<Outcome> {
  prepare(lane, faults, seed);
  const runId = `run-${++runs}`;
  try {
    return { runId, faults, result: await lane.container.run({ runId }, remainingMs), error: undefined };
  } catch (error) {
    return { runId, faults, result: undefined, error: error as Error };
  } finally {
    lane.container.localAws.inject([]);
  }
}

const covers = (fault: Fault, operation: string) =>
  fault.operation === "*" ||
  fault.operation === operation ||
  (fault.operation.endsWith(":*") && operation.startsWith(fault.operation.slice(0, -1)));

export const lost = (kind: FaultKind) => kind === "dropAfter" || kind === "truncate";

/** What holds after every run, whatever failed in it. */
export function expectTruth(
  { container: { bucket }, expected }: Lane,
  { runId, result, error, faults }: Outcome,
): void {
  const hit = (operation: string, kinds: (kind: FaultKind) => boolean = () => true) =>
    faults.some((fault) => covers(fault, operation) && kinds(fault.kind));

  // Whatever exists is whole, and less than everything only where that source really failed.
  for (const folder of publishedFolders(bucket)) {
    const { loginsFailed, accountsFailed, earlierUnread } = expectWholeReport(bucket, folder, expected);
    if (loginsFailed) expect(faults.some(({ operation }) => /^\*|^cloudtrail/.test(operation))).toBe(true);
    if (earlierUnread) expect(hit("s3:GetObject")).toBe(true);
    if (accountsFailed) expect(hit("organizations:ListAccounts", (kind) => kind === "accessDenied")).toBe(true);
  }
  const own = publishedFolders(bucket).find((folder) => folder.endsWith(`-${runId}`));
  const latest = expectLatestIsWhole(bucket, expected);
  const succeeded = jsonOf(bucket, `status/${runId}/succeeded`);
  const failed = jsonOf(bucket, `status/${runId}/failed`);

  if (result !== undefined) {
    expect(own).toBe(folderOf(result));
    expect(latest).toBe(runId);
    expect(succeeded).toEqual(result);
    expect(textOf(bucket, `rows/dt=${own!.slice(0, 10)}/${runId}.txt`)).toContain(`/${own}/rows.jsonl.gz`);
    expect(failed).toBeUndefined();
  } else {
    const named = [...error!.message.matchAll(/(sso-admin|identitystore|organizations|cloudtrail|s3) ([A-Z]\w+)/g)];
    const causes = named.map(([, service, operation]) => `${service}:${operation}`);
    expect({ cause: causes.filter((cause) => hit(cause)).length > 0, error: error!.message }).toEqual({
      cause: true,
      error: error!.message,
    });
    expect(causes.some((cause) => cause.startsWith("cloudtrail"))).toBe(false); // it never fails a run
    if (error!.name === "NotAnnounced") {
      expect(own).toBeDefined();
      expect(error!.message).toContain(`credential_reports/${own}/credential_report.csv`);
    } else {
      // Where neither the answer to the last write nor what stands there came through, the run cannot know of its report.
      if (own !== undefined) expect(hit("s3:PutObject", lost) && hit("s3:GetObject")).toBe(true);
      expect(latest).toBe("before");
      expect(succeeded).toBeUndefined();
    }
    if (failed === undefined) expect(hit("s3:PutObject")).toBe(true);
    else expect(failed).toMatchObject({ runId, status: "failed", error: error!.name, message: error!.message });
  }

  // An upload that nobody knows the id of, and one whose end S3 refuses five times: the bucket's lifecycle rule ends them.
  if (!hit("s3:CreateMultipartUpload", lost) && !hit("s3:AbortMultipartUpload")) expect(bucket.uploads.size).toBe(0);
}

export function expectWholeRun(lane: Lane, outcome: Outcome): void {
  expect({ error: outcome.error, status: outcome.result?.status }).toEqual({ error: undefined, status: "succeeded" });
  expectTruth(lane, outcome);
}

/** Shares the work out to the lanes, each of which does one piece at a time; every failure says which piece it was. */
export async function inLanes<T>(
  lanes: readonly Lane[],
  pieces: readonly T[],
  work: (lane: Lane, piece: T) => Promise<void>,
) {
  const left = [...pieces];
  const failures: string[] = [];
  await Promise.all(
    lanes.map(async (lane) => {
      for (let piece = left.shift(); piece !== undefined; piece = left.shift()) {
        await work(lane, piece).catch((error) => failures.push(`${JSON.stringify(piece)}\n${error.message}`));
      }
    }),
  );
  if (failures.length > 0) throw new Error(`${failures.length} failed:\n\n${failures.join("\n\n")}`);
}

/** What a run calls, by its stages and what they ask; the guard and the announcement are S3's. */
export const STAGES: Readonly<Record<string, readonly string[]>> = {
  provisioning: [
    "sso-admin:ListPermissionSets",
    "sso-admin:DescribePermissionSet",
    "sso-admin:ListManagedPoliciesInPermissionSet",
    "sso-admin:GetInlinePolicyForPermissionSet",
    "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet",
    "sso-admin:ListAccountsForProvisionedPermissionSet",
  ],
  assignments: ["sso-admin:ListAccountAssignments"],
  identities: [
    "identitystore:ListUsers",
    "identitystore:ListGroups",
    "identitystore:ListGroupMemberships",
    // Of the organisation's assignments, some are of users and groups that are gone.
    "identitystore:DescribeUser",
    "identitystore:DescribeGroup",
  ],
  accounts: ["organizations:ListAccounts"],
  logins: [
    "cloudtrail:GetEventDataStore",
    "cloudtrail:StartQuery",
    "cloudtrail:DescribeQuery",
    "cloudtrail:GetQueryResults",
  ],
  storage: ["s3:GetObject", "s3:PutObject"],
};
export const ALWAYS_CALLED = Object.values(STAGES).flat();
export const MULTIPART = ["s3:CreateMultipartUpload", "s3:UploadPart", "s3:CompleteMultipartUpload"];
export const PASSING = [
  "throttle",
  "internalError",
  "unavailable",
  "drop",
  "dropAfter",
  "truncate",
  "slow",
] as const satisfies readonly FaultKind[];

/** HTTP 200 without what was asked for, as listings of these services meet it. */
export const WITHOUT_ANSWER = [
  "emptyBody",
  "emptyObject",
  "errorInBody",
  "withoutList",
  "listOfNothing",
] as const satisfies readonly FaultKind[];

/** Faults that no attempt survives, and the name of the error. */
export const STAYING: readonly (readonly [FaultKind, string])[] = [
  ["internalError", "ServiceFailed"],
  ["drop", "Unreachable"],
  ["expiredToken", "CredentialsRefused"],
];
