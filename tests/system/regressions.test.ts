import { parse as parseCsv } from "csv-parse/sync";
import { parse as parseYaml } from "yaml";
import { runbookDocument } from "../../components/runbookDocument";
import { scheduleProblem } from "../../components/scheduleExpression";
import { type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import devStack from "../program/devStack.json";
import { captureLogs, jsonOf, startContainer, textOf } from "../support/container";
import { isLong } from "../support/long";
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

test("everyone shows as never logged in, under a “successful” run", async () => {
  const { rows, result } = await reportOf({ ...oneGrant, Records: [] });
  expect(result).toMatchObject({ status: "degraded", warnings: [expect.stringContaining("no role login of anyone")] });
  expect(rows).toEqual([expect.objectContaining({ Usage: "UNKNOWN", LastLogin: "UNKNOWN" })]);
});

describe("of one organisation, each in an account of its own", () => {
  const NAME = "a,role_name=b,account_id=1";
  const formula = '=cmd|"/c calc"!A1';
  const old = (index: number) => ({ userIdentity: { type: "Unknown", userName: userName(index).toUpperCase() } });
  // Two rows of the query are one user's: an event of the old form by name, one of the new by id.
  const twice = (index: number, [first, second]: readonly [number, number]) => [
    login(index, index, index, { eventTime: daysAgo(first) }),
    login(index, index, index, { eventTime: daysAgo(second), ...old(index) }),
    login(index, index, index, { eventTime: daysAgo(60) }),
  ];
  let reported: Awaited<ReturnType<typeof reportOf>>;
  beforeAll(async () => {
    const formulas = { UserName: formula, DisplayName: "@SUM(A1)", Emails: [{ Value: "-1+1", Primary: true }] };
    reported = await reportOf(
      {
        Accounts: many(9, (index) => account(index)),
        PermissionSets: many(9, (index) => permissionSet(index, index === 2 ? { Name: NAME } : {})),
        Users: many(9, (index) => user(index, index === 6 ? formulas : {})),
        Groups: [group(0)],
        AccountAssignments: [
          ...many(7, (index) => userAssignment(index, index, index)),
          ...[groupAssignment(7, 7, 9), userAssignment(7, 7, 7), userAssignment(7, 7, 99)],
          groupAssignment(8, 8, 0),
        ],
        Records: [
          login(0, 0, 0),
          login(1, 1, 1, { eventName: "GetRoleCredentials" }),
          login(2, 2, 2, { serviceEventDetails: { role_name: NAME, account_id: accountId(2) } }),
          ...twice(3, [3, 40]),
          ...twice(4, [40, 3]),
          login(5, 5, 5, { errorCode: "AccessDenied" }),
        ],
      },
      {},
      { AWS_REGION: "ap-southeast-2" },
    );
  });
  const rowsOf = (index: number) => reported.rows.filter((row) => row.account === accountId(index));

  test("the query filters on the removed userName, so since July 2025 everyone shows as never logged in", () => {
    expect(rowsOf(0)).toEqual([expect.objectContaining({ Usage: "USED", LastLogin: daysAgo(10).replace(".000", "") })]);
  });

  test("CLI use is not counted", () => {
    const [row] = rowsOf(1);
    expect(row).toMatchObject({ Usage: "USED", LastConsoleLogin: "", LastProgrammaticLogin: row!.LastLogin });
  });

  test("the role is parsed out of a printed map by splitting at , and =", () => {
    expect(rowsOf(2)).toEqual([expect.objectContaining({ PermissionSetName: NAME, Usage: "USED" })]);
  });

  test.each([
    ["the latest first", 3],
    ["the latest last", 4],
  ])("the last row wins instead of the latest: %s", (_, index) => {
    expect(rowsOf(index)).toEqual([expect.objectContaining({ DaysSinceLastLogin: "3", LoginsInWindow: "3" })]);
  });

  test("failed attempts count", () => {
    expect(rowsOf(5)).toEqual([expect.objectContaining({ Usage: "UNUSED_IN_WINDOW", LastLogin: "NO_LOGIN_PRESENT" })]);
  });

  test("cells can start formulas", () => {
    const { container, result } = reported;
    const text = textOf(container.bucket, `${folderOf(result)}/credential_report.csv`)!;
    expect(text).toContain(`,"'=cmd|""/c calc""!A1",${userId(6)},`);
    expect(text).toContain(",'@SUM(A1),'-1+1,");
  });

  test("a deleted group or user aborts the whole report", () => {
    expect(rowsOf(7).map(({ RowStatus }) => RowStatus)).toEqual(["GROUP_NOT_FOUND", "USER_NOT_FOUND", "OK"]);
  });

  test("an empty group vanishes", () => {
    expect(rowsOf(8)).toEqual([expect.objectContaining({ GroupId: groupId(0), RowStatus: "EMPTY_GROUP" })]);
  });

  test("one hard-coded Region", () => {
    const regionsOf = (isLake: boolean) =>
      new Set(
        reported.requests.filter(({ service }) => (service === "cloudtrail") === isLake).map(({ region }) => region),
      );
    expect(regionsOf(false)).toEqual(new Set(["ap-southeast-2"]));
    expect(regionsOf(true)).toEqual(new Set(["eu-west-1"])); // the event data store's ARN
    expect(reported.result.status).toBe("succeeded");
  });
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

describe("of the program", () => {
  /** As tests/program/devStack.test.ts finds it registered; in the long run, of a stack without any setting. */
  let resources: Readonly<Record<string, { readonly type: string; readonly inputs: Record<string, unknown> }>>;
  beforeAll(async () => {
    resources = devStack;
    if (!isLong) return;
    const [{ leavePackagesOut }, { minimalConfig, runStack }] = await Promise.all([
      import("../program/runProgram"),
      import("../program/stack"),
    ]);
    leavePackagesOut();
    ({ resources } = await runStack(minimalConfig));
  });
  afterAll(() => jest.restoreAllMocks());
  const textOfInput = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

  test("the cron is invalid", () => {
    expect(scheduleProblem("cron(0 20 * ? 7 *)")).toBeDefined(); // the original's
    const schedule = Object.values(resources).find(({ type }) => type === "aws:scheduler/schedule:Schedule")!;
    expect(schedule.inputs.scheduleExpression).toBe("cron(0 20 ? * SUN *)");
    expect(scheduleProblem(String(schedule.inputs.scheduleExpression))).toBeUndefined();
  });

  test("the runbook is not valid YAML", () => {
    const { inputs } = Object.values(resources).find(({ type }) => type === "aws:ssm/document:Document")!;
    const content = textOfInput(inputs.content);
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
    const statements = policies.flatMap(({ inputs }) => JSON.parse(textOfInput(inputs.policy)).Statement);
    expect(statements.length).toBeGreaterThan(10);

    const unlimited = statements.filter(({ Resource }) => [Resource].flat().includes("*"));
    // AWS knows nothing narrower for either; of logs, it is their delivery and no line of any.
    expect(unlimited.map(({ Sid }) => Sid).sort()).toEqual(["DeliverLogs", "ListAccounts", "ListApplications"]);
    expect(statements.flatMap(({ Action }) => Action).filter((action: string) => action.includes("*"))).toEqual([]);
  });
});
