import { type LocalAws, startLocalAws } from "../../local/aws";
import { type Container, captureLogs, startContainer } from "../support/container";
import { groupAssignment, login, oneGrant, organisationOf, user, userAssignment } from "../support/organisation";

// The figures that the alarms and the dashboard are made of, as CloudWatch Logs reads them from the function's log.

/** One used grant, one unused, one orphan, and one group that is none: a row that is no grant. */
const organisation = organisationOf({
  ...oneGrant,
  Users: [user(0), user(1)],
  AccountAssignments: [...[0, 1, 2].map((each) => userAssignment(0, 0, each)), groupAssignment(0, 0, 0)],
  Records: [login(0, 0, 0)],
});

const logs = captureLogs();
let localAws: LocalAws;
let container: Container;
beforeEach(async () => {
  localAws = await startLocalAws({ organisation, throttle: false, rate: 1000, missingKeyIs403: true });
  container = startContainer(localAws);
  logs.length = 0;
});
afterEach(() => localAws.close());

/** The one metrics line of a run: its values, and the units that CloudWatch is told. */
function metrics() {
  const [line, ...more] = logs.filter((each) => "_aws" in each);
  expect(more).toEqual([]);
  const { _aws, Report, ...values } = line as Record<string, number> & { _aws: { CloudWatchMetrics: Directive[] } };
  const [directive] = _aws.CloudWatchMetrics;
  expect(directive).toMatchObject({ Namespace: "CredentialReport", Dimensions: [["Report"]] });
  expect(directive!.Metrics.map(({ Name }) => Name).sort()).toEqual(Object.keys(values).sort());
  expect(Report).toBe("test");
  return values;
}

interface Directive {
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
}

test("a run that publishes counts its rows, grants, unused and orphans", async () => {
  await container.run();
  const { calls } = localAws.stats();
  const { DurationSeconds, Calls, ...counts } = metrics();
  expect(counts).toEqual({
    Succeeded: 1,
    Degraded: 0,
    Rows: 4,
    Grants: 3,
    Unused: 1,
    Orphans: 2,
    Throttles: 0,
    SheetsNotCarried: 0,
  });
  expect(DurationSeconds).toBeGreaterThan(0);
  expect(DurationSeconds).toBeLessThan(60);
  // What was read, not the keeping of it.
  const reading = Object.entries(calls).filter(([name]) => !name.startsWith("s3:"));
  expect(Calls).toBe(reading.reduce((sum, [, each]) => sum + each, 0));
});

test("a degraded one is both: published, and degraded", async () => {
  localAws.inject([{ operation: "cloudtrail:StartQuery", kind: "accessDenied" }]);
  await container.run();
  expect(metrics()).toMatchObject({ Succeeded: 1, Degraded: 1, Rows: 4, Unused: 0 });
});

test("a failed one says that, and what it was throttled", async () => {
  localAws.inject([
    { operation: "sso-admin:ListPermissionSets", kind: "throttle", at: 1, times: 2 },
    { operation: "sso-admin:DescribePermissionSet", kind: "accessDenied" },
  ]);
  await expect(container.run()).rejects.toThrow();
  const { DurationSeconds, Calls, ...counts } = metrics();
  expect(counts).toEqual({ Failed: 1, Throttles: 2 });
  expect([DurationSeconds, Calls]).toEqual([expect.any(Number), expect.any(Number)]);
});
