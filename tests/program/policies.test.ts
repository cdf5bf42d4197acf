import * as pulumi from "@pulumi/pulumi";
import { CredentialReport } from "../../components/credentialReport";
import { trustConditionKeys } from "../../components/policy";
import { type AwsFacts, leavePackagesOut, type ProgramRun, runProgram } from "./runProgram";
import { historyConfig, minimalConfig, runStack as runAnew } from "./stack";

jest.mock("../../handlers/report", () => ({ createReportHandler: () => async () => "small" }));
beforeAll(leavePackagesOut);

const runs = new Map<string, Promise<ProgramRun>>();

/** One run for each config, which tests only look at. */
function runStack(...given: Parameters<typeof runAnew>): Promise<ProgramRun> {
  const key = JSON.stringify(given);
  const run = runs.get(key) ?? runAnew(...given);
  runs.set(key, run);
  return run;
}

interface Policy {
  readonly Statement: {
    Sid: string;
    Effect: string;
    Action: string | string[];
    Resource?: string | string[];
    Condition?: object;
  }[];
}

/** The policies of a run, by resource. */
function policies({ resources }: ProgramRun): Record<string, Policy> {
  const found = Object.values(resources).flatMap(({ name, inputs }) => {
    const text = inputs.policy ?? inputs.assumeRolePolicy;
    return text === undefined ? [] : [[name.replace("credential-report-", ""), JSON.parse(text as string) as Policy]];
  });
  return Object.fromEntries(found);
}

const list = (value: string | string[] = []) => [value].flat();
const kmsKeyArn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const lakeKmsKeyArn = "arn:aws:kms:eu-west-1:111122223333:key/2222abcd-12ab-34cd-56ef-1234567890ab";
const identityCenterKmsKeyArn = "arn:aws:kms:eu-west-1:111122223333:key/3333abcd-12ab-34cd-56ef-1234567890ab";
const everything = {
  ...minimalConfig,
  kmsKeyArn,
  lakeKmsKeyArn,
  identityCenterKmsKeyArn,
  notifyOnSuccess: "true",
  catalog: "true",
  notificationEmail: "security@example.com",
  lockReports: "1",
  dashboard: "true",
};

/** AWS has nothing narrower for these; each further wildcard is to be argued for here. */
const allowedWildcards = [
  // Identities, assignments and memberships have ids, not names, and new ones every day.
  "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/*",
  "arn:aws:sso:::account/*",
  "arn:aws:identitystore:::user/*",
  "arn:aws:identitystore:::group/*",
  "arn:aws:identitystore:::membership/*",
  // Applications, of both kinds, have ids, too.
  "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/*",
  "arn:aws:account-access:eu-west-1:111122223333:application/*",
  // organizations:ListAccounts, cloudtrail:LookupEvents, both ListApplications, and the delivery of Step Functions' logs.
  "*",
  // Objects below a prefix, streams of one log group.
  "arn:aws:s3:::credential-report-reports/credential_reports/*",
  "arn:aws:s3:::credential-report-reports/credential_reports/status/*",
  "arn:aws:s3:::credential-report-reports/credential_reports/work/*",
  // Executions have names that are given when they start.
  "arn:aws:states:eu-west-1:111122223333:execution:credential-report-runs:*",
  "arn:aws:logs:eu-west-1:111122223333:log-group:credential-report-logs:*",
];

test("no wildcard but those that AWS leaves no choice about", async () => {
  const statements = Object.values(policies(await runStack(everything))).flatMap(({ Statement }) => Statement);
  const allowing = statements.filter(({ Effect }) => Effect === "Allow");
  const resources = new Set(
    allowing.flatMap(({ Resource }) => list(Resource)).filter((resource) => /[*?]/.test(resource)),
  );
  expect([...resources].sort()).toEqual([...allowedWildcards].sort());
  expect(allowing.flatMap(({ Action }) => list(Action)).filter((action) => action.includes("*"))).toEqual([]);
  const onEverything = allowing.filter(({ Resource }) => list(Resource).includes("*"));
  expect(onEverything.flatMap(({ Action }) => list(Action)).sort()).toEqual([
    "account-access:ListApplications",
    // https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html has these, with no narrower resource.
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "organizations:ListAccounts",
    "sso:ListApplications",
  ]);
});

test("the function may tell the stack's topic, with the stack's key through SNS; without a topic, nobody", async () => {
  const telling = async (config: Record<string, string>) => {
    const found = policies(await runStack(config));
    return [...found["function-policy"]!.Statement, ...found["function-key-policy"]!.Statement].filter(({ Sid }) =>
      /^(TellTopic|UseKey)$/.test(Sid),
    );
  };
  const useKey = (...services: string[]) => ({
    Sid: "UseKey",
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: kmsKeyArn,
    Condition: { StringEquals: { "kms:ViaService": services.map((service) => `${service}.eu-west-1.amazonaws.com`) } },
  });
  const topic = "arn:aws:sns:eu-west-1:111122223333:credential-report-notifications";
  expect(await telling(everything)).toEqual([
    { Sid: "TellTopic", Effect: "Allow", Action: "sns:Publish", Resource: topic },
    useKey("s3", "sns"),
  ]);
  expect(await telling({ ...minimalConfig, kmsKeyArn })).toEqual([useKey("s3")]);
});

test("the function may do exactly this", async () => {
  const { Statement } = policies(await runStack(everything))["function-policy"]!;
  expect([...new Set(Statement.flatMap(({ Action }) => list(Action)))].sort()).toEqual([
    "account-access:ListApplications",
    "account-access:ListEntitlements",
    "cloudtrail:CancelQuery",
    "cloudtrail:DescribeQuery",
    "cloudtrail:GetEventDataStore",
    "cloudtrail:GetQueryResults",
    "cloudtrail:StartQuery",
    "identitystore:DescribeGroup",
    "identitystore:DescribeUser",
    "identitystore:ListGroupMemberships",
    "identitystore:ListGroups",
    "identitystore:ListUsers",
    // For the store's and Identity Center's own keys; the report's has a policy of its own.
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "organizations:ListAccounts",
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
    "s3:PutObjectRetention",
    "sns:Publish",
    "sso:DescribeInstance",
    "sso:DescribePermissionSet",
    "sso:GetInlinePolicyForPermissionSet",
    "sso:ListAccountAssignments",
    "sso:ListAccountsForProvisionedPermissionSet",
    "sso:ListApplicationAccessScopes",
    "sso:ListApplications",
    "sso:ListCustomerManagedPolicyReferencesInPermissionSet",
    "sso:ListManagedPoliciesInPermissionSet",
    "sso:ListPermissionSets",
    "sso:ListRegions",
  ]);
});

describe("logins", () => {
  /** What the function may do with CloudTrail, and with which keys. */
  const rights = async (config: Record<string, string>) => {
    const { Statement } = policies(await runStack(config))["function-policy"]!;
    return Statement.flatMap(({ Sid, Action, Resource }) =>
      /^cloudtrail:|^kms:/.test(list(Action)[0]!) ? [[Sid, list(Action), Resource]] : [],
    );
  };

  test("are looked up in Event history without an event data store, and with one from it alone", async () => {
    expect(await rights(historyConfig)).toEqual([["LookUpLogins", ["cloudtrail:LookupEvents"], "*"]]);
    expect(await rights({ ...historyConfig, lakeId: "" })).toEqual([
      ["LookUpLogins", ["cloudtrail:LookupEvents"], "*"],
    ]);
    const actions = ["CancelQuery", "DescribeQuery", "GetEventDataStore", "GetQueryResults", "StartQuery"];
    expect(await rights(minimalConfig)).toEqual([
      [
        "QueryLogins",
        actions.map((action) => `cloudtrail:${action}`),
        `arn:aws:cloudtrail:eu-west-1:111122223333:${lake}`,
      ],
    ]);
  });

  test("of a store that an output names are decided on when it is known, and so is its key", async () => {
    const rightsWith = async (lakeId: string) => {
      const args = { ...historyConfig, lakeId: pulumi.output(lakeId), lakeKmsKeyArn };
      const run = await runProgram(() => void new CredentialReport("credential-report", args));
      return policies(run)
        ["function-policy"]!.Statement.map(({ Sid }) => Sid)
        .filter((sid) => /Login/.test(sid));
    };
    expect(await rightsWith(minimalConfig.lakeId)).toEqual(["QueryLogins", "QueryEncryptedLogins"]);
    expect(await rightsWith("")).toEqual(["LookUpLogins"]);
  });

  test("are where the instance's Regions are, which the function may list of it alone, with either source", async () => {
    for (const config of [minimalConfig, historyConfig]) {
      const { Statement } = policies(await runStack(config))["function-policy"]!;
      const listing = Statement.filter(({ Action }) => list(Action).includes("sso:ListRegions"));
      expect(listing.map(({ Resource }) => Resource)).toEqual([[minimalConfig.instanceArn]]);
    }
  });
});

test("the function deletes nothing but parts of runs, and sets locks only with lockReports, of what is no evidence", async () => {
  const on = async (action: string, config: Record<string, string>) =>
    policies(await runStack({ ...minimalConfig, ...config }))
      ["function-policy"]!.Statement.filter(({ Action }) => list(Action).includes(action))
      .flatMap(({ Resource }) => list(Resource));
  const below = (key: string) => `arn:aws:s3:::credential-report-reports/credential_reports/${key}`;
  expect(await on("s3:DeleteObject", {})).toEqual([below("work/*")]);
  expect(await on("s3:PutObjectRetention", {})).toEqual([]);
  expect(await on("s3:PutObjectRetention", { lockReports: "30" })).toEqual(
    ["work/*", "latest.json", "latest/report.html", "running.json", "watch.json"].map(below),
  );
});

test("schedules, runbook and state machine may do exactly this", async () => {
  const found = policies(await runStack(minimalConfig));
  const rights = (name: string) =>
    found[name]!.Statement.flatMap(({ Action, Resource }) => list(Action).map((action) => [action, Resource]));
  const machine = "arn:aws:states:eu-west-1:111122223333:stateMachine:credential-report-runs";
  expect(rights("schedule-policy")).toEqual([
    ["states:StartExecution", machine],
    ["sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:credential-report-schedule-dead-letters"],
  ]);
  expect(rights("runbook-policy")).toEqual([
    ["states:StartExecution", machine],
    ["states:DescribeExecution", `${machine.replace("stateMachine:", "execution:")}:*`],
    ["s3:GetObject", "arn:aws:s3:::credential-report-reports/credential_reports/status/*"],
  ]);
  expect(rights("runs-policy").filter(([, resource]) => resource !== "*")).toEqual([
    ["lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:function:credential-report-function"],
  ]);
});

test("each statement has a Sid of its own within its policy", async () => {
  for (const { Statement } of Object.values(policies(await runStack(everything)))) {
    const sids = Statement.map(({ Sid }) => Sid);
    expect(new Set(sids).size).toBe(sids.length);
    for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
  }
});

test("each statement about a key is there only with that key, and for it alone", async () => {
  const keyStatements = (run: ProgramRun) =>
    Object.values(policies(run))
      .flatMap(({ Statement }) => Statement)
      .filter(({ Action }) => /kms:/.test(String(Action)));
  expect(keyStatements(await runStack(minimalConfig))).toEqual([]);
  const own = keyStatements(await runStack({ ...minimalConfig, kmsKeyArn }));
  expect(own.map(({ Resource }) => Resource)).toEqual([kmsKeyArn, kmsKeyArn]);
  const [use, ...none] = keyStatements(await runStack({ ...minimalConfig, lakeKmsKeyArn }));
  expect(none).toEqual([]);
  expect(use).toEqual({
    Sid: "QueryEncryptedLogins",
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: lakeKmsKeyArn,
  });
});

test("the key of Identity Center is used through Identity Center and its store only, to read", async () => {
  const { Statement } = policies(await runStack({ ...minimalConfig, identityCenterKmsKeyArn }))["function-policy"]!;
  expect(Statement.filter(({ Action }) => String(Action).startsWith("kms:"))).toEqual([
    {
      Sid: "ReadEncryptedIdentities",
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: identityCenterKmsKeyArn,
      Condition: {
        StringEquals: {
          "kms:ViaService": ["sso.eu-west-1.amazonaws.com", "identitystore.eu-west-1.amazonaws.com"],
        },
      },
    },
  ]);
});

test("services take on the roles for this account's schedules and executions only", async () => {
  const trust = policies(await runStack(minimalConfig));
  const condition = (name: string) => trust[name]!.Statement.map(({ Condition }) => Condition);
  const sourceAccount = { StringEquals: { "aws:SourceAccount": "111122223333" } };
  expect(condition("function-role")).toEqual([undefined]);
  expect(condition("schedule-role")).toEqual([
    {
      ...sourceAccount,
      ArnLike: { "aws:SourceArn": "arn:aws:scheduler:eu-west-1:111122223333:schedule-group/default" },
    },
  ]);
  expect(condition("runs-role")).toEqual([
    { ...sourceAccount, ArnLike: { "aws:SourceArn": "arn:aws:states:eu-west-1:111122223333:stateMachine:*" } },
  ]);
  expect(condition("runbook-role")).toEqual([
    { ...sourceAccount, ArnLike: { "aws:SourceArn": "arn:aws:ssm:eu-west-1:111122223333:automation-execution/*" } },
  ]);
});

test("a trust policy has no condition on what its service is not documented to send", async () => {
  const roles = Object.values((await runStack(minimalConfig)).resources).filter(({ type }) => type.endsWith(":Role"));
  expect(roles).toHaveLength(4);
  for (const { inputs } of roles) {
    const [statement] = (JSON.parse(inputs.assumeRolePolicy as string) as Trust).Statement;
    const { keys, documentation } = trustConditionKeys[statement!.Principal.Service];
    expect(Object.values(statement!.Condition ?? {}).flatMap(Object.keys)).toEqual(keys);
    expect(documentation).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
  }
});

interface Trust {
  readonly Statement: {
    Principal: { Service: keyof typeof trustConditionKeys };
    Condition?: Record<string, Record<string, string>>;
  }[];
}

const lake = "eventdatastore/01234567-89ab-cdef-0123-456789abcdef";

function eventDataStoresOf(run: ProgramRun): string[] {
  const { Statement } = policies(run)["function-policy"]!;
  return Statement.filter(({ Sid }) => Sid === "QueryLogins").flatMap(({ Resource }) => list(Resource));
}

test("a lake in another Region and account is named as it is", async () => {
  const lakeId = `arn:aws:cloudtrail:us-east-1:444455556666:${lake}`;
  const run = await runStack({ ...minimalConfig, lakeId });
  expect(eventDataStoresOf(run)).toEqual([lakeId]);
});

test("in a delegated administrator's account, store and lake are the management account's", async () => {
  const run = await runStack(minimalConfig, { aws: { managementAccountId: "444455556666" } });
  expect(eventDataStoresOf(run)).toEqual([`arn:aws:cloudtrail:eu-west-1:444455556666:${lake}`]);
  const { Statement } = policies(run)["function-policy"]!;
  expect(list(Statement.find(({ Sid }) => Sid === "ReadUsers")!.Resource)[0]).toBe(
    "arn:aws:identitystore::444455556666:identitystore/d-1234567890",
  );
});

const elsewhere: AwsFacts[] = [
  { partition: "aws-us-gov", region: "us-gov-west-1" },
  { partition: "aws-cn", region: "cn-north-1", dnsSuffix: "amazonaws.com.cn" },
  { partition: "aws-eusc", region: "eusc-de-east-1", dnsSuffix: "amazonaws.eu" },
  { partition: "aws-iso", region: "us-iso-east-1", dnsSuffix: "c2s.ic.gov" },
];

test.each(elsewhere)("everything is in the partition and Region that the provider is in: $partition", async (aws) => {
  const { partition, region } = aws as Required<AwsFacts>;
  const instanceArn = minimalConfig.instanceArn.replace("aws", partition);
  const there = (arn: string) => arn.replace("aws", partition).replace("eu-west-1", region);
  const keys = {
    kmsKeyArn: there(kmsKeyArn),
    lakeKmsKeyArn: there(lakeKmsKeyArn),
    identityCenterKmsKeyArn: there(identityCenterKmsKeyArn),
  };
  const run = await runStack({ ...everything, ...keys, instanceArn }, { aws });
  const arns = JSON.stringify(run.resources).match(/arn:aws[^"\\]*/g)!;
  expect(arns.length).toBeGreaterThan(30);
  expect(arns.filter((arn) => !arn.startsWith(`arn:${partition}:`))).toEqual([]);
  const regions = new Set(arns.map((arn) => arn.split(":")[3]).filter(Boolean));
  expect([...regions]).toEqual([region]);
  expect(JSON.stringify(run.resources)).not.toContain("console.aws.amazon.com");
  const services = JSON.stringify(run.resources).match(/[a-z0-9]+\.[a-z-]+-\d\.[a-z0-9.]+(?=\\*")/g)!;
  expect([...new Set(services)].sort()).toEqual(
    ["identitystore", "s3", "sns", "sqs", "sso"].map(
      (service) => `${service}.${region}.${aws.dnsSuffix ?? "amazonaws.com"}`,
    ),
  );
});
