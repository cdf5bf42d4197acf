import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { type Deployment, deploy } from "../../local/deployment/deploy";
import { isLong } from "../support/long";
import { eventDataStoreArn, trailTable } from "../support/organisation";
import type { Place } from "./authorization";
import { type Asker, covers, type Decision, decide, list, type Need, type Policy } from "./evaluator";
import { bucketPolicyOf, distinct, needsByRole, type RoleName, resourceOf, resourcesOf, rolesOf } from "./roles";
import { organisation, runEverything } from "./scenario";

// Shows that the registered policies allow what the program does, and no more, by an evaluator of its own. That AWS decides
// so, and that AWS's services ask for what the service authorization reference says, it cannot show.

const account = { partition: "aws", region: "us-east-1", accountId: "111122223333" };
const key = (digit: string) => `arn:aws:kms:us-east-1:111122223333:key/${digit.repeat(8)}-12ab-34cd-56ef-1234567890ab`;
const keysAndLock = {
  kmsKeyArn: key("1"),
  identityCenterKmsKeyArn: key("3"),
  notificationEmail: "security@example.com",
  notifyOnSuccess: true,
  lockReports: 1,
};
const lakeKmsKeyArn = "arn:aws:kms:eu-west-1:111122223333:key/22222222-12ab-34cd-56ef-1234567890ab";
const loginRoleArn = "arn:aws:iam::444455556666:role/read-logins";
type Config = Partial<typeof keysAndLock> & {
  lakeId?: string;
  lakeKmsKeyArn?: string;
  trailTable?: string;
  loginRoleArn?: string;
};
const configs: [what: string, config: Config][] = [
  [
    "with logins from a trail's files, customer managed keys and locked reports",
    { lakeId: "", trailTable, ...keysAndLock },
  ],
  ["with logins of another account's Event history", { lakeId: "", loginRoleArn }],
];
/** What they have is in the others, too, but for the event data store, of whose rights tests/program/policies.test.ts holds the text. */
const fewer: typeof configs = [
  ["with AWS's own keys", {}],
  ["with logins from Event history, and locked reports", { lakeId: "", lockReports: 1 }],
  ["with logins from a trail's files", { lakeId: "", trailTable }],
  ["with logins from an event data store, customer managed keys and locked reports", { ...keysAndLock, lakeKmsKeyArn }],
];

/** The key policy that docs/rights.md gives, for this account and Region. */
const keyPolicy: Policy = JSON.parse(
  readFileSync(join(__dirname, "../../docs/policies/key.json"), "utf8").replaceAll("eu-west-1", account.region),
);

/** What docs/logins.md has the role of another account trust. */
const trustOfLoginRole: Policy = JSON.parse(
  readFileSync(join(__dirname, "../../docs/policies/login-role-trust.json"), "utf8"),
);

describe.each([...configs, ...(isLong ? fewer : [])])("%s", (_, config) => {
  let localAws: LocalAws;
  let deployment: Deployment;
  let roles: ReturnType<typeof rolesOf>;
  let needs: Record<RoleName, Need[]>;
  const place: Place = {
    ...account,
    ownerAccountId: account.accountId,
    eventDataStoreArn,
    keys: {
      reports: config.kmsKeyArn ?? "",
      lake: config.lakeKmsKeyArn ?? "",
      identityCenter: config.identityCenterKmsKeyArn ?? "",
    },
  };

  beforeAll(async () => {
    const keys = { [keysAndLock.kmsKeyArn]: "Enabled" } as const;
    const missingKeyIs403 = (caller: string) => caller === "local-function";
    localAws = await startLocalAws({
      ...{
        organisation,
        throttle: false,
        rate: 1000,
        record: true,
        missingKeyIs403,
        keys,
        roles: { [loginRoleArn]: {} },
      },
    });
    // Of a short window, since the archive of logins has a file for each quarter of a day.
    const settings = { lakeId: eventDataStoreArn, lookbackDays: 7, ...config };
    // A run that dies is to fail this test soon: the state machine tries it six times, and waits in between.
    deployment = await deploy({ localAws, config: settings, timeScale: 30, requestsPerSecond: 10_000 });
    roles = rolesOf(deployment);
    await runEverything(localAws, deployment);
    needs = needsByRole(deployment, localAws.stats().requests!, place);
  }, 120_000);

  afterAll(async () => {
    await deployment?.close();
    await localAws?.close();
  });

  const bucketArn = () => `arn:aws:s3:::${deployment.outputs.bucketName}`;

  /** The role in front of the resource's own policy, where it has one. */
  function asker(name: RoleName, { resource }: Pick<Need, "resource">): Asker {
    const { arn, policies } = roles[name];
    const ofBucket = resource === bucketArn() || resource.startsWith(`${bucketArn()}/`);
    const resourcePolicy = ofBucket
      ? bucketPolicyOf(deployment)
      : resource.includes(":key/")
        ? keyPolicy
        : resource === loginRoleArn
          ? trustOfLoginRole
          : undefined;
    return { principal: arn, accountId: account.accountId, identityPolicies: policies, resourcePolicy };
  }

  const roleNames = () => Object.keys(roles) as RoleName[];

  test("every call of every role is allowed", async () => {
    const denied: object[] = [];
    for (const role of roleNames()) {
      for (const need of distinct(needs[role])) {
        // A trust policy asks who it is, by the role's own ARN.
        const context = { ...need.context, "aws:PrincipalArn": roles[role].arn };
        const decision = await decide(
          asker(role, need),
          need.action === "sts:AssumeRole" ? { ...need, context } : need,
        );
        if (decision !== "Allowed") denied.push({ role, decision, ...need });
      }
    }
    expect(denied).toEqual([]);
    expect(roleNames().every((role) => needs[role].length > 0)).toBe(true);
  });

  test("every action that a role is allowed is used, on every resource that it is allowed on", () => {
    const unused: string[] = [];
    for (const role of roleNames()) {
      const statements = roles[role]!.policies.flatMap(({ Statement }) => Statement);
      for (const { Sid, Action, Resource } of statements) {
        for (const action of list(Action)) {
          for (const resource of list(Resource)) {
            const isUsed = needs[role].some((need) => need.action === action && covers(resource, need.resource));
            if (!isUsed) unused.push(`${role}: ${Sid} ${action} ${resource}`);
          }
        }
      }
    }
    expect(unused).toEqual([]);
  });

  test("the roles have these policies alone, and statements that allow by name: no NotAction, no NotResource", () => {
    const types = new Set(deployment.resources.map(({ type }) => type));
    const attaching = [...types].filter((type) => /policyAttachment|iam\/policy|PolicyExclusive|iam\/user/i.test(type));
    expect(attaching).toEqual([]);
    const iamRoles = deployment.resources.filter(({ type }) => type === "aws:iam/role:Role");
    expect(iamRoles.map(({ outputs }) => outputs.arn).sort()).toEqual(
      roleNames()
        .map((name) => roles[name].arn)
        .sort(),
    );
    for (const { inputs } of iamRoles) {
      expect(Object.keys(inputs).sort()).toEqual(["assumeRolePolicy", "description", "name"]);
    }
    const statements = roleNames().flatMap((name) => roles[name].policies.flatMap(({ Statement }) => Statement));
    for (const statement of statements) {
      expect(Object.keys(statement)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^Not/)]));
      expect(statement.Effect).toBe("Allow");
    }
  });

  /** What stands next to what a role may do. */
  function neighbours(): Record<RoleName, [why: string, action: string, resource: string, context?: object][]> {
    const bucket = bucketArn();
    const report = `${bucket}/credential_reports/2026-11-20T090000Z-x/credential_report.csv`;
    const functionArn = String(resourceOf(deployment, "aws:lambda/function:Function").outputs.arn);
    const machine = String(resourceOf(deployment, "aws:sfn/stateMachine:StateMachine").outputs.arn);
    const executions = machine.replace(":stateMachine:", ":execution:");
    const topics = resourcesOf(deployment, "aws:sns/topic:Topic").map(({ outputs }) => String(outputs.arn));
    const topicArn = topics[0] ?? "arn:aws:sns:us-east-1:111122223333:credential-report-notifications";
    const queue = (name: string) => String(resourceOf(deployment, "aws:sqs/queue:Queue", name).outputs.arn);
    const { logGroup } = resourceOf(deployment, "aws:lambda/function:Function").inputs.loggingConfig as {
      logGroup: string;
    };
    const stream = (group: string) => `arn:aws:logs:us-east-1:111122223333:log-group:${group}:log-stream:s`;
    const store = (id: string) => `arn:aws:identitystore::111122223333:identitystore/${id}`;
    const instance = "arn:aws:sso:::instance/ssoins-ffffffffffffffff";
    const ownInstance = "arn:aws:sso:::instance/ssoins-0123456789abcdef";
    const otherLake = eventDataStoreArn.replace(/.$/, "0");
    const via = (service: string) => ({ "kms:ViaService": `${service}.us-east-1.amazonaws.com` });
    const viaAthena = { "aws:CalledVia": ["athena.amazonaws.com"] };
    const everybody: [string, string, string, object?][] = [
      ["taking on another role", "sts:AssumeRole", "arn:aws:iam::111122223333:role/admin"],
      ["handing on a role", "iam:PassRole", roles.function.arn, { "iam:PassedToService": "lambda.amazonaws.com" }],
      ["widening itself", "iam:PutRolePolicy", roles.function.arn],
      ["other code", "lambda:UpdateFunctionCode", functionArn],
      ["opening the bucket", "s3:PutBucketPolicy", bucket],
      ["deleting evidence", "s3:DeleteObject", report],
      ["deleting evidence for good", "s3:DeleteObjectVersion", report],
      ["unlocking evidence", "s3:BypassGovernanceRetention", report],
      ["giving objects away", "s3:PutObjectAcl", report],
      ["reading the queue", "sqs:ReceiveMessage", queue("schedule-dead-letters")],
      ["changing the state machine", "states:UpdateStateMachine", machine],
      ["stopping a run", "states:StopExecution", `${executions}:run-1`],
      ["starting another state machine", "states:StartExecution", `${machine}2`],
      ["the key by itself", "kms:Decrypt", key("1")],
      ["the key through another service", "kms:Decrypt", key("1"), via("secretsmanager")],
      ["another key", "kms:Decrypt", key("9"), via("s3")],
      ["the key's policy", "kms:PutKeyPolicy", key("1")],
    ];
    return {
      function: [
        ...everybody,
        ["another prefix", "s3:PutObject", `${bucket}/other/report.csv`],
        ["a prefix that begins alike", "s3:PutObject", `${bucket}/credential_reports_old/report.csv`],
        ["the bucket's top", "s3:PutObject", `${bucket}/credential_reports`],
        ["another prefix, read", "s3:GetObject", `${bucket}/other/report.csv`],
        ["another bucket", "s3:PutObject", "arn:aws:s3:::another/credential_reports/report.csv"],
        ["a bucket that is named alike", "s3:PutObject", `${bucket}-2/credential_reports/report.csv`],
        ["listing", "s3:ListBucket", bucket, { "s3:prefix": "credential_reports/" }],
        ["listing without a prefix", "s3:ListBucket", bucket],
        ["listing what begins alike", "s3:ListBucket", bucket, { "s3:prefix": "credential_reports/decisions" }],
        ["listing versions", "s3:ListBucketVersions", bucket, { "s3:prefix": "credential_reports/decisions/" }],
        config.lakeId === "" && config.trailTable === undefined && config.loginRoleArn === undefined
          ? ["a store that it has no use for", "cloudtrail:StartQuery", eventDataStoreArn]
          : ["Event history, which it has no use for", "cloudtrail:LookupEvents", "*"],
        ["recording less", "cloudtrail:StopLogging", "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"],
        ["removing a Region of the instance", "sso:RemoveRegion", ownInstance],
        ["another role for logins", "sts:AssumeRole", `${loginRoleArn}-2`],
        ["another work group", "athena:StartQueryExecution", "arn:aws:athena:us-east-1:111122223333:workgroup/other"],
        ["another table", "glue:GetTable", "arn:aws:glue:us-east-1:111122223333:table/security/other"],
        [
          "changing the table",
          "glue:UpdateTable",
          "arn:aws:glue:us-east-1:111122223333:table/security/cloudtrail_logs",
        ],
        ["a trail's files by itself", "s3:GetObject", "arn:aws:s3:::trail/AWSLogs/o-1/1/CloudTrail/x.json.gz"],
        ["other files through Athena", "s3:GetObject", "arn:aws:s3:::trail/other", viaAthena],
        ["writing files through Athena", "s3:PutObject", "arn:aws:s3:::trail/AWSLogs/x.json.gz", viaAthena],
        ["results by itself", "s3:PutObject", "arn:aws:s3:::aws-athena-query-results-1/x.csv"],
        ["another store", "cloudtrail:StartQuery", otherLake],
        ["the store in another Region", "cloudtrail:StartQuery", eventDataStoreArn.replace("eu-west-1", "us-east-1")],
        ["stopping the store", "cloudtrail:StopEventDataStoreIngestion", eventDataStoreArn],
        ["deleting the store", "cloudtrail:DeleteEventDataStore", eventDataStoreArn],
        ["another instance", "sso:ListPermissionSets", instance],
        [
          "another instance's sets",
          "sso:DescribePermissionSet",
          `${instance.replace("instance", "permissionSet")}/ps-1`,
        ],
        ["giving access", "sso:CreateAccountAssignment", ownInstance],
        ["taking access", "sso:DeleteAccountAssignment", ownInstance],
        ["another identity store", "identitystore:ListUsers", store("d-0000000000")],
        ["making users", "identitystore:CreateUser", store("d-9067012345")],
        ["more of the organisation", "organizations:DescribeOrganization", "*"],
        ["another log group", "logs:PutLogEvents", stream("another")],
        ["a log group that is named alike", "logs:PutLogEvents", stream(`${logGroup}-2`)],
        ["wiping its traces", "logs:DeleteLogStream", stream(logGroup)],
        ["the schedule's queue", "sqs:SendMessage", queue("schedule-dead-letters")],
        ["starting itself", "lambda:InvokeFunction", functionArn],
        ["starting a run", "states:StartExecution", machine],
        ["deleting the newest", "s3:DeleteObject", `${bucket}/credential_reports/latest.json`],
        ["deleting decisions", "s3:DeleteObject", `${bucket}/credential_reports/decisions/review.csv`],
        ["deleting a status", "s3:DeleteObject", `${bucket}/credential_reports/status/x/succeeded`],
        ["deleting parts for good", "s3:DeleteObjectVersion", `${bucket}/credential_reports/work/x/0-1.jsonl.gz`],
        ["a lock of evidence", "s3:PutObjectRetention", report],
        ["a lock of decisions", "s3:PutObjectRetention", `${bucket}/credential_reports/decisions/review.csv`],
        ["another topic", "sns:Publish", "arn:aws:sns:us-east-1:111122223333:another"],
        ["a topic that is named alike", "sns:Publish", `${topicArn}-2`],
        ["a topic in another Region", "sns:Publish", topicArn.replace("us-east-1", "eu-west-1")],
      ],
      runbook: [
        ...everybody,
        ["the function itself", "lambda:InvokeFunction", functionArn],
        ["another's executions", "states:DescribeExecution", `${executions}2:run-1`],
        ["going on with a run", "states:RedriveExecution", `${executions}:run-1`],
        ["the report itself", "s3:GetObject", report],
        ["writing a result", "s3:PutObject", `${bucket}/credential_reports/status/x/succeeded`],
        ["listing results", "s3:ListBucket", bucket, { "s3:prefix": "credential_reports/status/" }],
        ["another bucket", "s3:GetObject", "arn:aws:s3:::another/credential_reports/status/x/succeeded"],
      ],
      schedule: [
        ...everybody,
        ["the function itself", "lambda:InvokeFunction", functionArn],
        ["seeing a run", "states:DescribeExecution", `${executions}:run-1`],
        ["another queue", "sqs:SendMessage", `${queue("schedule-dead-letters")}-2`],
        ["reading reports", "s3:GetObject", report],
        ["the key for reports", "kms:Decrypt", key("1"), via("s3")],
      ],
      stateMachine: [
        ...everybody,
        ["another function", "lambda:InvokeFunction", "arn:aws:lambda:us-east-1:111122223333:function:another"],
        ["a function that is named alike", "lambda:InvokeFunction", `${functionArn}2`],
        ["another version of the function", "lambda:InvokeFunction", `${functionArn}:1`],
        ["starting itself", "states:StartExecution", machine],
        ["reading reports", "s3:GetObject", report],
        ["writing lines into the function's log", "logs:PutLogEvents", stream(logGroup)],
        ["deleting a log", "logs:DeleteLogGroup", `arn:aws:logs:us-east-1:111122223333:log-group:${logGroup}`],
        ["a policy of logs, gone", "logs:DeleteResourcePolicy", "*"],
      ],
    };
  }

  test("what stands next to it is denied", async () => {
    const wrong: object[] = [];
    const table = neighbours();
    for (const role of roleNames()) {
      for (const [why, action, resource, context] of table[role]) {
        const need = { action, resource, context: { "aws:SecureTransport": "true", ...context } };
        const decision = await decide(asker(role, need), need);
        if (decision === "Allowed") wrong.push({ role, why, ...need });
      }
    }
    expect(wrong).toEqual([]);
  });

  test("plain HTTP is denied even for what is allowed, to everybody", async () => {
    const toBucket = roleNames().flatMap((role) =>
      distinct(needs[role])
        .filter(({ resource }) => resource.startsWith(bucketArn()))
        .map((need) => ({ role, need: { ...need, context: { ...need.context, "aws:SecureTransport": "false" } } })),
    );
    const decisions = new Set<Decision>();
    for (const { role, need } of toBucket) decisions.add(await decide(asker(role, need), need));
    expect([...decisions]).toEqual(["ExplicitlyDenied"]);
  });

  test("nobody from another account reaches the bucket, with whatever rights of their own", async () => {
    const everything: Policy = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }],
    };
    const stranger = "arn:aws:iam::999988887777:role/stranger";
    for (const [action, resource] of [
      ["s3:GetObject", `${bucketArn()}/credential_reports/latest.json`],
      ["s3:PutObject", `${bucketArn()}/credential_reports/latest.json`],
      ["s3:ListBucket", bucketArn()],
    ] as const) {
      const decision = await decide(
        {
          principal: stranger,
          accountId: account.accountId,
          identityPolicies: [everything],
          resourcePolicy: bucketPolicyOf(deployment),
        },
        { action, resource, context: { "aws:SecureTransport": "true" } },
      );
      expect([action, decision]).toEqual([action, action === "s3:PutObject" ? "ExplicitlyDenied" : "ImplicitlyDenied"]);
    }
  });

  test("nobody but the function writes or deletes what reports rest on, whatever their rights; decisions are people's", async () => {
    const everything: Policy = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }],
    };
    const administrator: Asker = {
      principal: `arn:aws:iam::${account.accountId}:role/Administrators`,
      accountId: account.accountId,
      identityPolicies: [everything],
      resourcePolicy: bucketPolicyOf(deployment),
    };
    const ask = (action: string, key: string) => {
      const resource = `${bucketArn()}/credential_reports/${key}`;
      return decide(administrator, { action, resource, context: { "aws:SecureTransport": "true" } });
    };
    const written = new Set(
      needs.function
        .filter(({ action, resource }) => action === "s3:PutObject" && resource.startsWith(bucketArn()))
        .map(({ resource }) => resource.slice(`${bucketArn()}/credential_reports/`.length)),
    );
    expect(written.size).toBeGreaterThan(10);
    for (const key of [...written, "logins/eu-west-1/2026-11-20T060000Z.jsonl.gz", "harvest.json"]) {
      for (const action of ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"]) {
        expect([key, action, await ask(action, key)]).toEqual([key, action, "ExplicitlyDenied"]);
      }
      expect(await ask("s3:GetObject", key)).toBe("Allowed");
    }
    expect(await ask("s3:PutObject", "decisions/review.csv")).toBe("Allowed");
  });

  /** The service that takes each role on, and for which resource it says it does; Lambda is not documented to say. */
  const takers: Record<RoleName, { service: string; source?: string }> = {
    function: { service: "lambda.amazonaws.com" },
    schedule: {
      service: "scheduler.amazonaws.com",
      source: "arn:aws:scheduler:us-east-1:111122223333:schedule-group/default",
    },
    stateMachine: {
      service: "states.amazonaws.com",
      source: "arn:aws:states:us-east-1:111122223333:stateMachine:credential-report-runs-1a2b3c4",
    },
    runbook: {
      service: "ssm.amazonaws.com",
      source: "arn:aws:ssm:us-east-1:111122223333:automation-execution/0a1b2c3d-0000-4000-8000-000000000000",
    },
  };

  function assume(role: RoleName, principal: string, context: Record<string, string>): Promise<Decision> {
    const { arn, trust } = roles[role]!;
    const asking = { principal, accountId: account.accountId, identityPolicies: [], resourcePolicy: trust };
    return decide(asking, { action: "sts:AssumeRole", resource: arn, context });
  }

  test("each role is taken on by its own service alone, and where that says for whom, for this account and the expected resource alone", async () => {
    type Attempt = readonly [expected: Decision, principal: string, context: Record<string, string>];
    const own = account.accountId;
    const other = "999988887777";
    const wrong: object[] = [];
    for (const role of roleNames()) {
      const { service, source } = takers[role];
      const from = (accountId: string, arn = source): Record<string, string> => ({
        "aws:SourceAccount": accountId,
        ...(arn !== undefined && { "aws:SourceArn": arn }),
      });
      const attempts: Attempt[] = [
        ["Allowed", service, from(own)],
        ["ImplicitlyDenied", "ec2.amazonaws.com", from(own)],
        ["ImplicitlyDenied", `arn:aws:iam::${own}:user/somebody`, {}],
        ["ImplicitlyDenied", `arn:aws:iam::${other}:role/stranger`, {}],
      ];
      if (source === undefined) {
        // Only functions of this account can be given the role, so nothing has to be said.
        attempts.push(["Allowed", service, {}]);
      } else {
        attempts.push(
          ["ImplicitlyDenied", service, {}],
          ["ImplicitlyDenied", service, from(other)],
          ["ImplicitlyDenied", service, from(other, source.replace(own, other))],
          ["ImplicitlyDenied", service, from(own, source.replace(own, other))],
          ["ImplicitlyDenied", service, from(own, source.replace("us-east-1", "eu-west-1"))],
        );
      }
      if (role === "schedule") {
        attempts.push(["ImplicitlyDenied", service, from(own, source!.replace("default", "another-group"))]);
      }
      for (const [expected, principal, context] of attempts) {
        const decision = await assume(role, principal, context);
        if (decision !== expected) wrong.push({ role, principal, context, expected, decision });
      }
    }
    expect(wrong).toEqual([]);
  });
});
