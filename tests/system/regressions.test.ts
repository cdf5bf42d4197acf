import { parse as parseCsv } from "csv-parse/sync";
import { parse as parseYaml } from "yaml";
import { runbookDocument } from "../../components/runbookDocument";
import { scheduleProblem } from "../../components/scheduleExpression";
import { type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import { leavePackagesOut } from "../program/runProgram";
import { minimalConfig, runStack } from "../program/stack";
import { captureLogs, jsonOf, startContainer, textOf } from "../support/container";
import {
  account,
  accountId,
  daysAgo,
  group,
  groupAssignment,
  groupId,
  login,
  many,
  membership,
  oneGrant,
  organisationOf,
  permissionSet,
  user,
  userAssignment,
  userId,
  userName,
} from "../support/organisation";
import { folderOf } from "../support/published";

// What the original sample gets wrong: each test is named after one such thing, and fails where this program does it too.

captureLogs();
const running: LocalAws[] = [];
afterEach(async () => {
  for (const localAws of running.splice(0)) await localAws.close();
});

async function reportOf(
  parts: Partial<OrganisationFile>,
  options: object = {},
  environment: Record<string, string> = {},
) {
  const localAws = await startLocalAws({
    organisation: organisationOf(parts),
    throttle: false,
    rate: 1000,
    missingKeyIs403: true,
    record: true,
    ...options,
  });
  running.push(localAws);
  const container = startContainer(localAws, environment);
  const result = await container.run();
  const text = textOf(container.bucket, `${folderOf(result)}/credential_report.csv`)!;
  const rows = parseCsv(text, { columns: true }) as Record<string, string>[];
  const { calls, requests } = localAws.stats();
  return { result, rows, calls, requests: requests!, container };
}

test("only the last page of accounts per permission set is kept", async () => {
  const { rows } = await reportOf({
    ...oneGrant,
    AccountAssignments: many(101, (index) => userAssignment(index, 0, 0)), // two pages
  });
  expect(rows.map(({ account }) => account)).toEqual(many(101, accountId));
});

test("a query still running at the first poll crashes the run", async () => {
  const faults = [{ operation: "cloudtrail:StartQuery", kind: "queryQueued", ms: 600 }];
  const { rows, calls } = await reportOf({ ...oneGrant, Records: [login(0, 0, 0)] }, { faults });
  expect(calls["cloudtrail:DescribeQuery"]).toBeGreaterThan(1);
  expect(rows).toEqual([expect.objectContaining({ Usage: "USED" })]);
});

test("one API call per result row", async () => {
  const Records = many(1_200, (index) => login(index, 0, 0));
  const { calls } = await reportOf({ ...oneGrant, Records });
  expect(calls["cloudtrail:GetQueryResults"]).toBe(2);
});

test("the query filters on the removed userName, so since July 2025 everyone shows as never logged in", async () => {
  const { rows } = await reportOf({ ...oneGrant, Records: [login(0, 0, 0)] });
  expect(rows).toEqual([expect.objectContaining({ Usage: "USED", LastLogin: daysAgo(10).replace(".000", "") })]);
});

test("everyone shows as never logged in, under a “successful” run", async () => {
  const { rows, result } = await reportOf({ ...oneGrant, Records: [] });
  expect(result).toMatchObject({ status: "degraded", warnings: [expect.stringContaining("no role login of anyone")] });
  expect(rows).toEqual([expect.objectContaining({ Usage: "UNKNOWN", LastLogin: "UNKNOWN" })]);
});

test("CLI use is not counted", async () => {
  const { rows } = await reportOf({ ...oneGrant, Records: [login(0, 0, 0, { eventName: "GetRoleCredentials" })] });
  expect(rows[0]).toMatchObject({ Usage: "USED", LastConsoleLogin: "", LastProgrammaticLogin: rows[0]!.LastLogin });
});

test("the role is parsed out of a printed map by splitting at , and =", async () => {
  const Name = "a,role_name=b,account_id=1";
  const serviceEventDetails = { role_name: Name, account_id: accountId(0) };
  const { rows } = await reportOf({
    ...oneGrant,
    PermissionSets: [permissionSet(0, { Name })],
    Records: [login(0, 0, 0, { serviceEventDetails })],
  });
  expect(rows).toEqual([expect.objectContaining({ PermissionSetName: Name, Usage: "USED" })]);
});

test.each([
  ["the latest first", [3, 40]],
  ["the latest last", [40, 3]],
])("the last row wins instead of the latest: %s", async (_, [first, second]) => {
  // Two rows of the query are one user's: an event of the old form by name, one of the new by id.
  const old = { userIdentity: { type: "Unknown", userName: userName(0).toUpperCase() } };
  const { rows } = await reportOf({
    ...oneGrant,
    Records: [
      login(0, 0, 0, { eventTime: daysAgo(first!) }),
      login(0, 0, 0, { eventTime: daysAgo(second!), ...old }),
      login(0, 0, 0, { eventTime: daysAgo(60) }),
    ],
  });
  expect(rows).toEqual([expect.objectContaining({ DaysSinceLastLogin: "3", LoginsInWindow: "3" })]);
});

test("failed attempts count", async () => {
  const Accounts = [account(0), account(1)];
  const Records = [login(0, 0, 0, { errorCode: "AccessDenied" }), login(1, 0, 0)];
  const { rows } = await reportOf({ ...oneGrant, Accounts, Records });
  expect(rows).toEqual([expect.objectContaining({ Usage: "UNUSED_IN_WINDOW", LastLogin: "NO_LOGIN_PRESENT" })]);
});

test("a deleted group or user aborts the whole report", async () => {
  const AccountAssignments = [groupAssignment(0, 0, 9), userAssignment(0, 0, 0), userAssignment(0, 0, 9)];
  const { rows } = await reportOf({ ...oneGrant, AccountAssignments, Records: [login(0, 0, 0)] });
  expect(rows.map(({ RowStatus }) => RowStatus)).toEqual(["GROUP_NOT_FOUND", "USER_NOT_FOUND", "OK"]);
});

test("an empty group vanishes", async () => {
  const { rows } = await reportOf({ ...oneGrant, Groups: [group(0)], AccountAssignments: [groupAssignment(0, 0, 0)] });
  expect(rows).toEqual([expect.objectContaining({ GroupId: groupId(0), RowStatus: "EMPTY_GROUP" })]);
});

describe("of an organisation with groups", () => {
  const groups = {
    ...oneGrant,
    Users: many(50, (index) => user(index)),
    Groups: many(3, (index) => group(index)),
    GroupMemberships: many(3, (index) => many(50, (member) => membership(index, member))).flat(),
    AccountAssignments: [groupAssignment(0, 0, 0), groupAssignment(1, 0, 0)],
    Records: [login(0, 0, 0)],
  };

  let reported: Awaited<ReturnType<typeof reportOf>>;
  beforeAll(async () => {
    reported = await reportOf(groups);
  });

  test("DescribeUser per membership", () => {
    const { rows, calls } = reported;
    expect(rows).toHaveLength(100);
    expect(
      Object.keys(calls)
        .filter((name) => name.startsWith("identitystore"))
        .sort(),
    ).toEqual(["identitystore:ListGroupMemberships", "identitystore:ListGroups", "identitystore:ListUsers"]);
    expect(calls["identitystore:ListUsers"]).toBe(1);
  });

  test("members of unassigned groups are listed", () => {
    const listed = reported.requests.filter(({ operation }) => operation === "ListGroupMemberships");
    expect(listed.map(({ parameters }) => parameters.GroupId)).toEqual([groupId(0)]);
  });
});

test("one hard-coded Region", async () => {
  const { requests, result } = await reportOf(
    { ...oneGrant, Records: [login(0, 0, 0)] },
    {},
    { AWS_REGION: "ap-southeast-2" },
  );
  const regionsOf = (isLake: boolean) =>
    new Set(requests.filter(({ service }) => (service === "cloudtrail") === isLake).map(({ region }) => region));
  expect(regionsOf(false)).toEqual(new Set(["ap-southeast-2"]));
  expect(regionsOf(true)).toEqual(new Set(["eu-west-1"])); // the event data store's ARN
  expect(result.status).toBe("succeeded");
});

test("errors are swallowed and returned, so the schedule and the runbook see success", async () => {
  const localAws = await startLocalAws({ organisation: organisationOf(oneGrant), throttle: false, rate: 1000 });
  running.push(localAws);
  const container = startContainer(localAws);
  localAws.inject([{ operation: "sso-admin:ListAccountAssignments", kind: "accessDenied" }]);

  const failing = container.run({ runId: "failing" });

  await expect(failing).rejects.toBeInstanceOf(Error); // which Lambda counts, retries and hands to the dead-letter queue
  const status = container.bucket.objects.get("credential_reports/status/failing/failed")!; // which the runbook waits for
  expect(status.headers).toMatchObject({
    "x-amz-meta-status": "failed",
    "x-amz-meta-message": expect.stringMatching(/^AccessDenied: sso-admin ListAccountAssignments was refused/),
  });
  expect(jsonOf(container.bucket, "status/failing/succeeded")).toBeUndefined();
});

test("file names do not sort by time", async () => {
  const localAws = await startLocalAws({ organisation: organisationOf(oneGrant), throttle: false, rate: 1000 });
  running.push(localAws);
  const times = ["2026-11-20T09:00:00Z", "2026-12-02T01:00:00Z", "2027-01-01T00:00:00Z", "2027-01-01T13:05:00Z"];
  const keys: string[] = [];
  for (const [index, CREDENTIAL_REPORT_NOW] of times.entries()) {
    const runId = `run-${times.length - index}`;
    keys.push((await startContainer(localAws, { CREDENTIAL_REPORT_NOW }).run({ runId })).reportKey);
  }
  expect([...keys].sort()).toEqual(keys);
});

test("cells can start formulas", async () => {
  const formula = '=cmd|"/c calc"!A1';
  const { container, result } = await reportOf({
    ...oneGrant,
    Users: [user(0, { UserName: formula, DisplayName: "@SUM(A1)", Emails: [{ Value: "-1+1", Primary: true }] })],
  });
  const text = textOf(container.bucket, `${folderOf(result)}/credential_report.csv`)!;
  expect(text).toContain(`,"'=cmd|""/c calc""!A1",${userId(0)},`);
  expect(text).toContain(",'@SUM(A1),'-1+1,");
});

describe("of the program", () => {
  let resources: Awaited<ReturnType<typeof runStack>>["resources"];
  beforeAll(async () => {
    leavePackagesOut();
    ({ resources } = await runStack(minimalConfig));
  });
  afterAll(() => jest.restoreAllMocks());

  test("the cron is invalid", () => {
    expect(scheduleProblem("cron(0 20 * ? 7 *)")).toBeDefined(); // the original's
    const schedule = Object.values(resources).find(({ type }) => type === "aws:scheduler/schedule:Schedule")!;
    expect(schedule.inputs.scheduleExpression).toBe("cron(0 20 ? * SUN *)");
    expect(scheduleProblem(String(schedule.inputs.scheduleExpression))).toBeUndefined();
  });

  test("the runbook is not valid YAML", () => {
    const { inputs } = Object.values(resources).find(({ type }) => type === "aws:ssm/document:Document")!;
    const content = String(inputs.content);
    expect(inputs).toMatchObject({ documentType: "Automation", documentFormat: "JSON" });
    expect(JSON.parse(content)).toMatchObject({ schemaVersion: "0.3", mainSteps: expect.any(Array) });
    expect(parseYaml(content)).toEqual(JSON.parse(content)); // JSON is YAML too
    const pure = runbookDocument({
      reportName: "r",
      stateMachineArn: "s",
      bucketName: "b",
      roleArn: "r",
      logGroupName: "l",
    });
    expect(JSON.parse(content).mainSteps.map(({ name }: { name: string }) => name)).toEqual(
      pure.mainSteps.map(({ name }) => name),
    );
  });

  test("the bucket ACL is refused", () => {
    const all = Object.values(resources);
    expect(all.filter(({ type }) => /acl/i.test(type))).toEqual([]);
    expect(all.filter(({ inputs }) => "acl" in inputs || "grants" in inputs)).toEqual([]);
    const ownership = all.find(({ type }) => type.includes("BucketOwnershipControls"));
    expect(JSON.stringify(ownership?.inputs)).toContain("BucketOwnerEnforced");
    expect(JSON.stringify(all.map(({ inputs }) => inputs))).not.toContain("PutObjectAcl");
  });

  test("permissions on *", () => {
    const policies = Object.values(resources).filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy");
    const statements = policies.flatMap(({ inputs }) => JSON.parse(String(inputs.policy)).Statement);
    expect(statements.length).toBeGreaterThan(10);

    const unlimited = statements.filter(({ Resource }) => [Resource].flat().includes("*"));
    // AWS knows nothing narrower for either; of logs, it is their delivery and no line of any.
    expect(unlimited.map(({ Sid }) => Sid).sort()).toEqual(["DeliverLogs", "ListAccounts", "ListApplications"]);
    expect(statements.flatMap(({ Action }) => Action).filter((action: string) => action.includes("*"))).toEqual([]);
  });
});
