import { startLocalAws } from "../../local/aws";
import { runProduct } from "../../local/runReport";
import {
  accessApplication,
  applicationArn,
  eventDataStoreArn,
  group,
  groupAssignment,
  login,
  membership,
  oneGrant,
  organisationOf,
  trailTable,
  userAssignment,
} from "../support/organisation";
import { needsOf } from "./authorization";
import { deployerTests } from "./deployer";
import { covers, decide, list, type Need, type Policy } from "./evaluator";
import { account, kmsKeyArn, notAllowed, policyOf, type Row, unused, useStackWithEverything } from "./policyCheck";
import { distinct, resourceOf, resourcesOf, rolesOf } from "./roles";

// Shows that the policies of docs/policies allow what people and services do with a stack, and little else.

const deployment = useStackWithEverything();

describe("who deploys", () => deployerTests(deployment));

describe("who runs it", () => {
  const policy = policyOf("operator");

  function uses(): Row[] {
    const runbookRole = rolesOf(deployment()).runbook.arn;
    const bucket = String(resourceOf(deployment(), "aws:s3/bucket:Bucket").outputs.arn);
    const logs = resourcesOf(deployment(), "aws:cloudwatch/logGroup:LogGroup").map(({ outputs }) =>
      String(outputs.arn),
    );
    const machine = String(resourceOf(deployment(), "aws:sfn/stateMachine:StateMachine").outputs.arn);
    const run = `${machine.replace(":stateMachine:", ":execution:")}:0a1b2c3d-0000-4000-8000-000000000000`;
    const queues = deployment().resources.filter(({ type }) => type === "aws:sqs/queue:Queue");
    const definitionArn = String(resourceOf(deployment(), "aws:ssm/document:Document").outputs.arn);
    const document = definitionArn.replace(":automation-definition/", ":document/");
    const execution = "arn:aws:ssm:eu-west-1:111122223333:automation-execution/0a1b2c3d-0000-4000-8000-000000000000";
    const definition = `${definitionArn}:$DEFAULT`;
    return [
      ["starting it", "ssm:StartAutomationExecution", document],
      ["starting it", "ssm:StartAutomationExecution", definition],
      ["starting it", "ssm:StartAutomationExecution", execution],
      ["watching it", "ssm:GetAutomationExecution", execution],
      ["its role", "iam:PassRole", runbookRole, { "iam:PassedToService": "ssm.amazonaws.com" }],
      ...["latest.json", "running.json", "2026-11-20T090000Z-x/manifest.json", "decisions/review.csv"].map(
        (name): Row => ["reading reports", "s3:GetObject", `${bucket}/credential_reports/${name}`],
      ),
      ...["rows/dt=2026-11-20/x.txt", "status/x/succeeded"].map(
        (name): Row => ["reading what runs say", "s3:GetObject", `${bucket}/credential_reports/${name}`],
      ),
      ["finding reports", "s3:ListBucket", bucket, { "s3:prefix": "credential_reports/status/" }],
      ...["states:StartExecution", "states:ListExecutions"].map((action): Row => ["runs", action, machine]),
      ...["Describe", "Stop", "Redrive"].map((verb): Row => ["a run", `states:${verb}Execution`, run]),
      ["its events", "states:GetExecutionHistory", run],
      ...logs.flatMap((log) =>
        ["logs:FilterLogEvents", "logs:StartQuery", "logs:GetQueryResults"].map(
          (action): Row => ["reading the logs", action, log],
        ),
      ),
      ...queues.flatMap(({ outputs }) =>
        ["sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:PurgeQueue"].map(
          (action): Row => ["dead letters", action, String(outputs.arn)],
        ),
      ),
      ...deployment()
        .resources.filter(({ type }) => type === "aws:scheduler/schedule:Schedule")
        .map(({ outputs }): Row => ["the schedules", "scheduler:GetSchedule", String(outputs.arn)]),
    ];
  }

  test("may do what docs/operations.md has them do, and nothing that it does not", async () => {
    expect(await notAllowed(policy, uses(), "Allowed")).toEqual([]);
    const needs = uses().map(([, action, resource]): Need => ({ action, resource, context: {} }));
    expect(unused(policy, needs)).toEqual([]);
  });

  test("may not do what is dangerous beside it", async () => {
    const roles = rolesOf(deployment());
    const bucket = String(resourceOf(deployment(), "aws:s3/bucket:Bucket").outputs.arn);
    const functionArn = String(resourceOf(deployment(), "aws:lambda/function:Function").outputs.arn);
    const machine = String(resourceOf(deployment(), "aws:sfn/stateMachine:StateMachine").outputs.arn);
    const rows: Row[] = [
      ["another runbook", "ssm:StartAutomationExecution", "arn:aws:ssm:eu-west-1:111122223333:document/another"],
      [
        "AWS's runbooks",
        "ssm:StartAutomationExecution",
        "arn:aws:ssm:eu-west-1:111122223333:document/AWS-DeleteSnapshot",
      ],
      [
        "changing the runbook",
        "ssm:UpdateDocument",
        "arn:aws:ssm:eu-west-1:111122223333:document/credential_report_export",
      ],
      ["the function's role", "iam:PassRole", roles.function.arn, { "iam:PassedToService": "ssm.amazonaws.com" }],
      ["the role for Lambda", "iam:PassRole", roles.runbook.arn, { "iam:PassedToService": "lambda.amazonaws.com" }],
      ["starting the function", "lambda:InvokeFunction", functionArn],
      ["changing the state machine", "states:UpdateStateMachine", machine],
      ["another state machine", "states:StartExecution", machine.replace("credential-report", "another")],
      ["another's run", "states:StopExecution", "arn:aws:states:eu-west-1:111122223333:execution:another:run-1"],
      ["changing the function", "lambda:UpdateFunctionCode", functionArn],
      ["forging reports", "s3:PutObject", `${bucket}/credential_reports/latest.json`],
      ["deleting reports", "s3:DeleteObject", `${bucket}/credential_reports/latest.json`],
      ["the rest of the bucket", "s3:GetObject", `${bucket}/other`],
      [
        "the login archive",
        "s3:GetObject",
        `${bucket}/credential_reports/logins/eu-west-1/2026-11-20T060000Z.jsonl.gz`,
      ],
      ["what a run has read", "s3:GetObject", `${bucket}/credential_reports/work/run-1/cursor.json`],
    ];
    expect(await notAllowed(policy, rows, "denied")).toEqual([]);
  });
});

describe("who runs it from a terminal", () => {
  const policy = policyOf("terminal");
  const place = {
    ...account,
    ...{ partition: "aws", ownerAccountId: account.accountId, eventDataStoreArn },
    keys: { reports: "", lake: "", identityCenter: "" },
  };

  test("may do what the report asks of AWS, and nothing that it does not", async () => {
    const parts = {
      ...oneGrant,
      Groups: [group(0)],
      GroupMemberships: [membership(0, 0)],
      AccountAccessApplications: [accessApplication(0)],
      Applications: [{ ApplicationArn: applicationArn(0) }],
    };
    const ofThoseWhoAreGone = [groupAssignment(0, 0, 1), userAssignment(0, 0, 1)];
    const AccountAssignments = [...oneGrant.AccountAssignments, groupAssignment(0, 0, 0), ...ofThoseWhoAreGone];
    const organisation = organisationOf({ ...parts, AccountAssignments, Records: [login(0, 0, 0)] });
    const served = await startLocalAws({ organisation, throttle: false, rate: 1000, record: true });
    await runProduct(served, { eventDataStore: eventDataStoreArn });
    // Without logins that can be read, the query is given up.
    served.inject([{ operation: "cloudtrail:GetQueryResults", kind: "accessDenied" }]);
    await runProduct(served, { eventDataStore: eventDataStoreArn });
    await runProduct(served, { eventDataStore: "" });
    const asked = distinct(served.stats().requests!.flatMap((request) => needsOf(request, place)));
    await served.close();
    const needs: Need[] = [...asked, { action: "sso:ListInstances", resource: "*", context: {} }];

    const rows = needs.map(({ action, resource, context }): Row => ["", action, resource, { ...context }]);
    expect(await notAllowed(policy, rows, "Allowed")).toEqual([]);
    expect(unused(policy, needs)).toEqual([]);
  });

  test("with a table over a trail's files, may do what is asked with it besides, and no more", async () => {
    const athena = policyOf("terminal-athena");
    const served = await startLocalAws({
      organisation: organisationOf({ ...oneGrant, Records: [login(0, 0, 0)] }),
      ...{ throttle: false, rate: 1000, record: true },
    });
    await runProduct(served, { eventDataStore: "", trailTable });
    served.inject([{ operation: "athena:GetQueryResults", kind: "accessDenied" }]);
    await runProduct(served, { eventDataStore: "", trailTable });
    const ofTrail = {
      ...{ ...place, trailOwner: account.accountId },
      buckets: {
        trail: "aws-controltower-logs-444455556666-eu-west-1/o-a1b2c3d4e5/AWSLogs",
        results: "aws-athena-query-results-111122223333-eu-west-1",
      },
    };
    const needs = distinct(served.stats().requests!.flatMap((request) => needsOf(request, ofTrail)));
    await served.close();

    const rows = needs.map(({ action, resource, context }): Row => ["", action, resource, { ...context }]);
    const both: Policy = { Version: "2012-10-17", Statement: [...policy.Statement, ...athena.Statement] };
    expect(await notAllowed(both, rows, "Allowed")).toEqual([]);
    expect(unused(athena, needs)).toEqual([]);

    const log = "arn:aws:s3:::aws-controltower-logs-444455556666-eu-west-1";
    const files = `${log}/o-a1b2c3d4e5/AWSLogs/o-a1b2c3d4e5`;
    const viaAthena = { "aws:CalledVia": "athena.amazonaws.com" };
    const more: Row[] = [
      ["the trail's files by themselves", "s3:GetObject", `${files}/111122223333/CloudTrail/eu-west-1/2026/11/20/x.gz`],
      ["another account's files", "s3:GetObject", `${files}/999988887777/CloudTrail/eu-west-1/x.gz`, viaAthena],
      ["changing them", "s3:PutObject", `${files}/111122223333/CloudTrail/eu-west-1/x.gz`, viaAthena],
      ["another table", "glue:GetTable", "arn:aws:glue:eu-west-1:111122223333:table/security/other", viaAthena],
      ["changing the table", "glue:UpdateTable", "arn:aws:glue:eu-west-1:111122223333:table/security/cloudtrail_logs"],
      ["another work group", "athena:StartQueryExecution", "arn:aws:athena:eu-west-1:111122223333:workgroup/other"],
    ];
    expect(await notAllowed(both, more, "denied")).toEqual([]);
  });

  test("may change nothing", async () => {
    const rows: Row[] = [
      ["giving access", "sso:CreateAccountAssignment", "arn:aws:sso:::instance/ssoins-0123456789abcdef"],
      ["making users", "identitystore:CreateUser", "arn:aws:identitystore::111122223333:identitystore/d-9067012345"],
      ["recording less", "cloudtrail:PutEventSelectors", "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main"],
      ["removing a Region of the instance", "sso:RemoveRegion", "arn:aws:sso:::instance/ssoins-0123456789abcdef"],
      ["another store's logins", "cloudtrail:StartQuery", eventDataStoreArn.replace("111122223333", "999988887777")],
      ["reading reports", "s3:GetObject", "arn:aws:s3:::credential-report-reports-1/credential_reports/latest.json"],
      ["starting the function", "lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:function:f"],
    ];
    expect(await notAllowed(policy, rows, "denied")).toEqual([]);
  });
});

test("who reviews may read reports and hand in decisions, and forge nothing", async () => {
  const policy = policyOf("reviewer");
  const bucket = String(resourceOf(deployment(), "aws:s3/bucket:Bucket").outputs.arn);
  const inReports = (name: string) => `${bucket}/credential_reports/${name}`;
  const uses: Row[] = [
    ["the newest report", "s3:GetObject", inReports("latest.json")],
    ["finding reports", "s3:ListBucket", bucket, { "s3:prefix": "credential_reports/2026" }],
    ["decisions", "s3:PutObject", inReports("decisions/review.csv")],
  ];
  const neighbours: Row[] = [
    ["the login archive", "s3:GetObject", inReports("logins/eu-west-1/2026-11-20T060000Z.jsonl.gz")],
    ["what a run has read", "s3:GetObject", inReports("work/run-1/cursor.json")],
    ["another newest report", "s3:PutObject", inReports("latest.json")],
    ["another report", "s3:PutObject", inReports("2026-11-20T090000Z-x/credential_report.csv")],
    ["another result", "s3:PutObject", inReports("status/x/succeeded")],
    ["deleting", "s3:DeleteObject", inReports("decisions/review.csv")],
    ["listing everything", "s3:ListBucket", bucket],
  ];
  expect(await notAllowed(policy, uses, "Allowed")).toEqual([]);
  expect(await notAllowed(policy, neighbours, "denied")).toEqual([]);
});

test("who audits may read reports and the login archive that they were made from, and nothing else", async () => {
  const policy = policyOf("auditor");
  const bucket = String(resourceOf(deployment(), "aws:s3/bucket:Bucket").outputs.arn);
  const inReports = (name: string) => `${bucket}/credential_reports/${name}`;
  const uses: Row[] = [
    ["the newest report", "s3:GetObject", inReports("latest.json")],
    ["a manifest of the chain", "s3:GetObject", inReports("2026-11-20T090000Z-x/manifest.json")],
    ["a returned sheet as a run has read it", "s3:GetObjectVersion", inReports("decisions/review.xlsx")],
    ["verifying the login archive", "s3:GetObject", inReports("logins/eu-west-1/2026-11-20T060000Z.jsonl.gz")],
    ["finding reports", "s3:ListBucket", bucket, { "s3:prefix": "credential_reports/2026" }],
  ];
  const neighbours: Row[] = [
    ["an earlier newest report", "s3:GetObjectVersion", inReports("latest.json")],
    ["what a run has read", "s3:GetObject", inReports("work/run-1/cursor.json")],
    ["handing in decisions", "s3:PutObject", inReports("decisions/review.csv")],
    ["another report", "s3:PutObject", inReports("2026-11-20T090000Z-x/credential_report.csv")],
    ["deleting", "s3:DeleteObject", inReports("latest.json")],
    ["the rest of the bucket", "s3:GetObject", `${bucket}/other`],
    ["listing everything", "s3:ListBucket", bucket],
  ];
  expect(await notAllowed(policy, uses, "Allowed")).toEqual([]);
  expect(await notAllowed(policy, neighbours, "denied")).toEqual([]);
  const needs = uses.map(([, action, resource]): Need => ({ action, resource, context: {} }));
  expect(unused(policy, needs)).toEqual([]);
});

test("a workflow of one environment of one repository may assume the role, and no other", () => {
  const [statement, ...others] = policyOf("github-actions-trust").Statement;
  expect(others).toEqual([]);
  // https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
  expect(statement).toMatchObject({ Effect: "Allow", Action: "sts:AssumeRoleWithWebIdentity" });
  expect((statement as { Principal?: object }).Principal).toEqual({
    Federated: `arn:aws:iam::${account.accountId}:oidc-provider/token.actions.githubusercontent.com`,
  });
  const { StringEquals, ...conditions } = statement!.Condition as { StringEquals: Record<string, string> };
  expect(conditions).toEqual({}); // StringLike would take wildcards
  expect(StringEquals).toEqual({
    "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
    "token.actions.githubusercontent.com:sub": expect.stringMatching(
      /^repo:[\w-]+\/[\w-]+:environment:security-audit$/,
    ),
  });
});

describe("the key's policy", () => {
  const policy = policyOf("key");
  const asked = (principal: string, action: string, context: Record<string, string>) =>
    decide(
      { principal, accountId: account.accountId, identityPolicies: [], resourcePolicy: policy },
      { action, resource: kmsKeyArn, context },
    );
  const group = (accountId: string, name: string) => ({
    "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:eu-west-1:${accountId}:log-group:${name}`,
  });
  const service = (accountId: string) => ({ "aws:SourceAccount": accountId });

  test("lets the alarms of this account tell the topic, and nobody else's", async () => {
    for (const action of ["kms:GenerateDataKey", "kms:Decrypt"]) {
      expect(await asked("cloudwatch.amazonaws.com", action, service(account.accountId))).toBe("Allowed");
      expect(await asked("cloudwatch.amazonaws.com", action, service("999988887777"))).toBe("ImplicitlyDenied");
      expect(await asked("s3.amazonaws.com", action, service(account.accountId))).toBe("ImplicitlyDenied");
    }
  });

  test("lets nobody of another account use it, with whatever rights of their own", async () => {
    const everything: Policy = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "kms:*", Resource: "*" }],
    };
    const principal = "arn:aws:iam::999988887777:role/stranger";
    const stranger = { principal, accountId: "999988887777", identityPolicies: [everything], resourcePolicy: policy };
    const need = { action: "kms:Decrypt", resource: kmsKeyArn, context: {} };
    expect(await decide(stranger, need)).toBe("ImplicitlyDenied");
  });

  // The evaluator does not know keys of encryption contexts, so this is about the text alone.
  test("names the log groups for CloudWatch Logs as their ARNs are, and no others", () => {
    const { Condition, Action } = policy.Statement.find(({ Sid }) => Sid === "LetCloudWatchLogsEncryptTheLogs")!;
    const { ArnLike } = Condition as { ArnLike: Record<string, string[]> };
    const [[contextKey, patterns]] = Object.entries(ArnLike) as [[string, string[]]];
    const names = resourcesOf(deployment(), "aws:cloudwatch/logGroup:LogGroup").map(({ inputs }) =>
      String(inputs.name),
    );
    const covering = (accountId: string, name: string) => {
      const [[own, arn]] = Object.entries(group(accountId, name)) as [[string, string]];
      expect(contextKey).toBe(own);
      return patterns.filter((pattern) => covers(pattern, arn));
    };
    expect(new Set(names.flatMap((name) => covering(account.accountId, name))).size).toBe(patterns.length);
    for (const name of names) {
      expect(covering(account.accountId, name)).toHaveLength(1);
      expect(covering("999988887777", name)).toEqual([]);
    }
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    expect(list(Action)).toEqual([
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:Encrypt",
      "kms:GenerateDataKey*",
      "kms:ReEncrypt*",
    ]);
  });
});
