import { parse } from "csv-parse/sync";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { type Deployment, deploy } from "../../local/deployment/deploy";
import { jsonOf, textOf } from "../support/container";
import { longTest } from "../support/long";
import { login, many, now, oneGrant, organisationOf, userName } from "../support/organisation";

// A stack in the account of a delegated administrator, whose logins are in the owner's Event history: the role that reads them, the harvest as
// executions of the state machine, and reports beside it. No role's rights are enforced here; whose call each is, is.

const owner = "111122223333";
const administrator = "444455556666";
const loginRoleArn = `arn:aws:iam::${owner}:role/read-logins`;
const DAYS = 8;
/** From 12 h eight days ago to 6 h of today: of the quarter that ended at 6 h, all is known by 9 h. */
const QUARTERS = DAYS * 4 - 1;

const Records = many(3_000, (index) => {
  const ms = Date.parse(now) - 1000 * Math.floor((index * (DAYS + 2) * 86_400) / 3_000);
  const eventTime = new Date(ms).toISOString().replace(".000Z", "Z");
  return login(0, 0, index % 7, { awsRegion: "us-east-1", eventID: `event-${index}`, eventTime });
});
const organisation = organisationOf({ ...oneGrant, OwnerAccountId: owner, Records } as never);
const config = { lakeId: undefined, lookbackDays: DAYS };

let localAws: LocalAws;
let deployment: Deployment;

beforeAll(async () => {
  localAws = await startLocalAws({
    organisation,
    ...{ throttle: false, rate: 1000, record: true },
    callers: { "local-deployer": `arn:aws:iam::${administrator}:user/deployer` },
    delegatedAdministrators: [administrator],
    accountAccessAdministrators: [administrator],
    roles: { [loginRoleArn]: {} },
  });
});
afterEach(() => localAws.inject([]));
afterAll(async () => {
  await deployment?.close();
  await localAws.close();
});

const bucket = () => localAws.buckets.get(String(deployment.outputs.bucketName))!;
const names = (folder: string) =>
  [...bucket().objects.keys()].filter((key) => key.startsWith(`credential_reports/${folder}`));
const calls = (operation: string) => localAws.stats().calls[operation] ?? 0;
const lookUps = () => calls("cloudtrail:LookupEvents");
const logged = (message: string) => deployment.logs().filter((line) => line.includes(`"message":"${message}"`));
const slow = (ms: number) => localAws.inject([{ operation: "cloudtrail:LookupEvents", kind: "slow", ms }]);
/** The watch's execution at its end, and why its harvest has ended. A line of the log may come after the answer. */
async function fireWatch() {
  const before = logged("harvest ended").length;
  const execution = await deployment.fireSchedule(watchName());
  while (logged("harvest ended").length === before) await soon();
  return { ...execution, because: String(JSON.parse(logged("harvest ended").at(-1)!).because) };
}
const soon = () => new Promise((resolve) => setTimeout(resolve, 10));
function watchName(): string {
  const watch = deployment.resources.find(
    ({ type, name }) => type === "aws:scheduler/schedule:Schedule" && name.endsWith("-watch"),
  );
  return String(watch!.inputs.name);
}
function manifestOf({ manifestKey }: { manifestKey: string }) {
  return jsonOf(bucket(), manifestKey.slice("credential_reports/".length));
}
async function report() {
  const { status, output } = await deployment.startExecution().ended;
  expect(status).toBe("SUCCEEDED");
  const result = JSON.parse(output!);
  const rows: Record<string, string>[] = parse(
    textOf(bucket(), result.reportKey.slice("credential_reports/".length))!,
    {
      columns: true,
    },
  );
  return { rows, manifest: manifestOf(result) };
}

// What is said without a role: tests/program/lookUp.test.ts.
longTest("without a role there, the stack is refused before anything is made or looked up", async () => {
  const refused = deploy({ localAws, config });
  await expect(refused).rejects.toThrow(
    `loginRoleArn, lakeId, trailTable: expected one of them in account ${administrator}, got none: the logins are in the CloudTrail Event history of account ${owner}`,
  );
  await expect(refused).rejects.toThrow(/"Action":"cloudtrail:LookupEvents"/);
  expect([[...localAws.buckets.keys()], lookUps()]).toEqual([[], 0]);
});

describe("with the role", () => {
  beforeAll(async () => {
    const pace = { functionSeconds: 4, requestsPerSecond: 10_000, timeScale: 100 };
    deployment = await deploy({ localAws, config: { ...config, loginRoleArn }, ...pace });
  });

  test("where it refuses, a report has no last use, and says what to look at; nobody's events are looked up", async () => {
    localAws.roles.delete(loginRoleArn);
    const { rows, manifest } = await report();
    localAws.roles.set(loginRoleArn, {});

    expect(manifest).toMatchObject({ status: "degraded", sources: { logins: { status: "failed" } } });
    expect(manifest.sources.logins.reason).toMatch(/^The role that reads logins, .*read-logins, was not assumed/);
    expect(rows.map(({ LastLogin }) => LastLogin)).toEqual(["UNKNOWN"]);
    expect(lookUps()).toBe(0);
  });

  test("the watch's execution harvests, slice by slice, until the archive has the window", async () => {
    slow(150);
    const slices = () => logged("started").filter((line) => line.includes('"retries":0')).length;
    const before = slices();

    const { status, input, output, because } = await fireWatch();

    expect(JSON.parse(input)).toEqual({ trigger: "watch" });
    expect([status, JSON.parse(output!).status]).toEqual(["SUCCEEDED", "watched"]);
    expect(because).toBe("nothing is missing");
    expect(slices() - before).toBeGreaterThan(1);
    expect(names("logins/us-east-1/")).toHaveLength(QUARTERS);
    expect(names("work/")).toEqual([]);
  });

  test("a report after it looks up what is newer alone, as the owner's role, and has last use", async () => {
    const before = lookUps();
    const { rows, manifest } = await report();

    // One page of each of the five events, of the hours since the last quarter that is known.
    expect(lookUps() - before).toBe(5);
    expect(manifest.sources.logins).toMatchObject({ status: "read", observed: true, calls: 5 });
    expect(manifest.sources.logins.archive).toHaveLength(QUARTERS);
    expect(manifest).toMatchObject({ status: "succeeded", account: administrator });
    expect(rows).toMatchObject([{ Username: userName(0), Usage: "USED", LastLogin: now }]);

    const { requests = [] } = localAws.stats();
    const accountsOf = (service: string) =>
      [...new Set(requests.filter((made) => made.service === service).map(({ account }) => account))].sort();
    expect(accountsOf("cloudtrail")).toEqual([owner]);
    expect(accountsOf("sts")).toEqual([administrator]);
    for (const service of ["sso-admin", "identitystore", "s3"]) expect(accountsOf(service)).toEqual([administrator]);
  });

  test("a report for which one slice is too short goes on in the next", async () => {
    localAws.inject([{ operation: "sso-admin:*", kind: "slow", ms: 700 }]);
    const before = logged("started").length;
    const { rows, manifest } = await report();

    expect(logged("started").length - before).toBeGreaterThan(1);
    expect([rows.length, manifest.status]).toEqual([1, "succeeded"]);
    expect(names("work/")).toEqual([]);
  });

  test("steps aside for a report, and goes on with the next watch", async () => {
    for (const key of names("logins/")) bucket().objects.delete(key);
    slow(150);
    const before = lookUps();
    const harvest = fireWatch();
    while (lookUps() === before) await soon();

    const made = await deployment.startExecution().ended;
    const harvested = await harvest;

    expect([made.status, harvested.status]).toEqual(["SUCCEEDED", "SUCCEEDED"]);
    expect(harvested.because).toBe("a report is being made");
    expect(manifestOf(JSON.parse(made.output!)).sources.logins.observed).toBe(true);
    localAws.inject([]);
    expect(await fireWatch()).toMatchObject({ because: "nothing is missing" });
    expect(names("logins/us-east-1/")).toHaveLength(QUARTERS);
  });
});
