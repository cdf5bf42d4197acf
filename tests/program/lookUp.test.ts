import * as pulumi from "@pulumi/pulumi";
import { CredentialReport, reportNameOf } from "../../components/credentialReport";
import { lookUp } from "../../components/lookUp";
import { runbookDocument } from "../../components/runbookDocument";
import { stackSettings, stackValues, withoutSecrets } from "../../components/stackConfig";
import { type AwsFacts, leavePackagesOut, type RunOptions, runProgram } from "./runProgram";
import { minimalConfig } from "./stack";

jest.mock("../../handlers/report", () => ({ createReportHandler: () => async () => "small" }));
beforeAll(leavePackagesOut);

let warn: jest.SpyInstance;
beforeEach(() => {
  warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
});
afterEach(() => warn.mockRestore());

// Shows what people read where AWS refuses a look-up, in the words of the engine and the provider, and that nothing is registered before it.

const name = "credential-report";
const key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const topic = "arn:aws:sns:eu-west-1:111122223333:security";
const lookUps = () => lookUp(name, reportNameOf(name), stackValues(), withoutSecrets);

function refusal(token: string, what: string): NonNullable<AwsFacts["answers"]> {
  const around = `invocation of ${token} returned an error: invoking ${token}: 1 error occurred:\n\t* ${what}\n\n`;
  return { [token]: around };
}

async function problems(config: Readonly<Record<string, string>>, aws: AwsFacts = {}, secretKeys: string[] = []) {
  const options: RunOptions = { config: { ...minimalConfig, ...config }, aws, secretKeys };
  const error: Error = await runProgram(lookUps, options).then(
    () => new Error("nothing was wrong"),
    (thrown) => thrown,
  );
  if (error.message !== "nothing was wrong") expect(pulumi.RunError.isInstance(error)).toBe(true);
  return error.message;
}

const denied =
  "operation error Organizations: DescribeOrganization, https response error StatusCode: 400, RequestID: 1a2b, " +
  "AccessDeniedException: You don't have permissions to access this resource.";

test.each<[what: string, config: Record<string, string>, answers: AwsFacts["answers"], sentence: string]>([
  [
    "no organization",
    {},
    refusal(
      "aws:organizations/getOrganization:getOrganization",
      "reading Organizations Organization: operation error Organizations: DescribeOrganization, https response error StatusCode: 400, " +
        "RequestID: 1a2b, AWSOrganizationsNotInUseException: Your account is not a member of an organization.",
    ),
    "aws:profile: expected an account of an organization; AWS said: reading Organizations Organization: AWSOrganizationsNotInUseException: " +
      "Your account is not a member of an organization. Deploy into the organization's management account, or Identity Center's delegated administrator.",
  ],
  [
    "no right to look up",
    {},
    refusal("aws:organizations/getOrganization:getOrganization", denied),
    "aws:profile: expected an account of an organization; AWS said: AccessDeniedException: You don't have permissions to access this resource. " +
      "Whoever deploys needs organizations:DescribeOrganization (docs/policies/deployer.json has all rights).",
  ],
  [
    "an instance whose permission sets are in another Region",
    {},
    refusal(
      "aws:ssoadmin/getPermissionSets:getPermissionSets",
      "reading SSO Permission Sets: operation error SSO Admin: ListPermissionSets, ResourceNotFoundException: Could not find Instance",
    ),
    "An instance has its permission sets in its primary Region alone: set aws:region to that",
  ],
  [
    "an instance that may not be asked from here",
    {},
    refusal(
      "aws:ssoadmin/getPermissionSets:getPermissionSets",
      "reading SSO Permission Sets: operation error SSO Admin: ListPermissionSets, AccessDeniedException: not from this network",
    ),
    "Where the instance has network controls, deploy from a network that they admit",
  ],
  [
    "an instance that is another's",
    { instanceArn: "arn:aws:sso:::instance/ssoins-fedcba0987654321", identityStoreId: "" },
    { "aws:ssoadmin/getInstances:getInstances": { arns: [minimalConfig.instanceArn], identityStoreIds: ["d-1"] } },
    'instanceArn: expected that of an IAM Identity Center instance of this account and Region, got "arn:aws:sso:::instance/ssoins-fedcba0987654321"',
  ],
  [
    "a store that is not the instance's",
    { identityStoreId: "d-0987654321" },
    { "aws:ssoadmin/getInstances:getInstances": { arns: [minimalConfig.instanceArn], identityStoreIds: ["d-1"] } },
    `found ${minimalConfig.instanceArn} with identity store d-1. Correct it`,
  ],
  [
    "a bucket that is not there",
    { bucketName: "our-reports", adoptBucket: "true" },
    refusal("aws:s3/getBucket:getBucket", "reading S3 Bucket (our-reports): couldn't find resource"),
    'bucketName: expected a bucket of this account to adopt, named "our-reports"; AWS said: reading S3 Bucket (our-reports): couldn\'t find resource. ' +
      "Correct the name, or leave adoptBucket out",
  ],
  [
    "a bucket of another Region",
    { bucketName: "our-reports", adoptBucket: "true" },
    { "aws:s3/getBucket:getBucket": { bucketRegion: "us-east-1" } },
    'bucketName: expected a bucket in eu-west-1, the stack\'s Region, got "our-reports", which is in us-east-1.',
  ],
  [
    "a key that is not there",
    { kmsKeyArn: key },
    refusal("aws:kms/getKey:getKey", "reading KMS Key: NotFoundException: no such key"),
    `kmsKeyArn: expected a key that is there, got "${key}"; AWS said: reading KMS Key: NotFoundException: no such key. Correct the ARN.`,
  ],
  [
    "a key that is disabled",
    { kmsKeyArn: key },
    { "aws:kms/getKey:getKey": { keyState: "Disabled", keyUsage: "ENCRYPT_DECRYPT", keySpec: "SYMMETRIC_DEFAULT" } },
    `kmsKeyArn: expected an enabled key that encrypts symmetrically, got "${key}", which is Disabled`,
  ],
  [
    "a key of another Region",
    { kmsKeyArn: key.replace("eu-west-1", "us-east-1") },
    {},
    "kmsKeyArn: expected one in eu-west-1, the stack's Region",
  ],
  [
    "a topic that is not there",
    { notificationTopicArn: topic },
    refusal("aws:sns/getTopic:getTopic", "reading SNS Topic (security): empty result"),
    `notificationTopicArn: expected a topic that is there, got "${topic}"`,
  ],
  [
    "a runbook's name that another stack has",
    {},
    { "aws:ssm/getDocument:getDocument": { content: runbookText("credential-report-prod") } },
    'documentName: expected a name that is free, got "credential_report_export", which another report or somebody else has. Set another, such as "credential_report_export_dev".',
  ],
  [
    "a bucket with reports that an earlier stack has kept",
    { bucketName: "our-reports" },
    { "aws:s3/getObjects:getObjects": { keys: ["credential_reports/latest.json"] } },
    'bucketName: expected a name that is free, got "our-reports", a bucket that holds reports already. To take up a bucket that an earlier stack has kept, set adoptBucket to true',
  ],
])("%s is one sentence", async (_, config, answers, sentence) => {
  const message = await problems(config, { answers });
  expect(message).toMatch(/^One setting does not fit what AWS has:\n {2}- [^\n]+$/);
  expect(message).toContain(sentence);
});

test.each<[what: string, config: Record<string, string>, answers: AwsFacts["answers"]]>([
  ["its own runbook", {}, { "aws:ssm/getDocument:getDocument": { content: runbookText("credential-report-dev") } }],
  [
    "its own runbook of version 0.1, which names no report",
    {},
    { "aws:ssm/getDocument:getDocument": { content: '{ "FunctionName": "credential-report-function-1a2b3c4" }' } },
  ],
  [
    "its own bucket",
    { bucketName: "our-reports" },
    {
      "aws:ssm/getDocument:getDocument": { content: runbookText("credential-report-dev") },
      "aws:s3/getObjects:getObjects": { keys: ["credential_reports/latest.json"] },
    },
  ],
  ["a bucket of an update of its own that was interrupted", { bucketName: "our-reports" }, {}],
  [
    "a bucket's name that is free",
    { bucketName: "our-reports" },
    refusal("aws:s3/getObjects:getObjects", "listing S3 Bucket: operation error S3: NoSuchBucket: does not exist"),
  ],
  [
    "another account's topic, which only the first run can tell",
    { notificationTopicArn: topic.replace("111122223333", "444455556666") },
    refusal("aws:sns/getTopic:getTopic", "empty result"),
  ],
])("a stack passes with %s", async (_, config, answers) => {
  expect(await problems(config, { answers })).toBe("nothing was wrong");
});

test("an account that does not own the instance needs a role, an event data store or a table", async () => {
  const aws = { managementAccountId: "444455556666" };
  const message = await problems({ lakeId: "" }, aws);
  expect(message).toMatch(/^One setting does not fit what AWS has:\n {2}- [^\n]+$/);
  expect(message).toContain(
    "loginRoleArn, lakeId, trailTable: expected one of them in account 111122223333, got none: the logins are in the CloudTrail Event history of " +
      "account 444455556666, which owns the IAM Identity Center instance, and can be read there alone. Deploy into that account, or: Name with loginRoleArn " +
      'a role of account 444455556666 that may read them, by this policy: {"Version":"2012-10-17","Statement":[{"Sid":"LookUpLogins","Effect":"Allow",' +
      '"Action":"cloudtrail:LookupEvents","Resource":"*"}]} (its trust: docs/policies/login-role-trust.json); or with lakeId a',
  );
  expect(await problems({}, aws)).toBe("nothing was wrong");
  expect(await problems({ lakeId: "", trailTable: "security.logs" }, aws)).toBe("nothing was wrong");
  const loginRoleArn = "arn:aws:iam::444455556666:role/read-logins";
  expect(await problems({ lakeId: "", loginRoleArn }, aws)).toBe("nothing was wrong");
  expect(await problems({ lakeId: "" })).toBe("nothing was wrong");
});

describe("an instance without permission sets", () => {
  const answers = refusal(
    "aws:ssoadmin/getPermissionSets:getPermissionSets",
    "reading SSO Permission Sets: operation error SSO Admin: ListPermissionSets, ValidationException: not supported",
  );

  test("is the organization's in the management account, and said", async () => {
    expect(await problems({}, { answers })).toBe("nothing was wrong");
    expect(warn.mock.calls.map(([said]) => said)).toEqual([
      expect.stringContaining("reports consist of the roles that account access manager gives."),
    ]);
  });

  test("may be an account's own elsewhere, and is refused", async () => {
    const message = await problems({}, { answers, managementAccountId: "444455556666" });
    expect(message).toMatch(/^One setting does not fit what AWS has:\n {2}- [^\n]+$/);
    expect(message).toContain(
      "It is an account instance, which lets nobody into an account, or the organization's without",
    );
  });
});

test("an account that account access manager may not answer to is said where it is offered", async () => {
  await problems({}, { managementAccountId: "444455556666" });
  expect(warn.mock.calls.map(([said]) => said)).toEqual([
    expect.stringMatching(/^Account access manager answers to account 444455556666, .* are degraded, since/),
  ]);
  warn.mockClear();
  await problems({}, {});
  expect(warn).not.toHaveBeenCalled();
});

test("all that is wrong is told at once", async () => {
  const answers = {
    ...refusal("aws:organizations/getOrganization:getOrganization", denied),
    ...refusal("aws:kms/getKey:getKey", "NotFoundException"),
  };
  const message = await problems({ kmsKeyArn: key }, { answers });
  expect(message).toMatch(/^2 settings do not fit what AWS has:\n {2}- aws:profile: .*\n {2}- kmsKeyArn: .*$/);
});

describe("a setting that is secret in the config", () => {
  test("is in no error", async () => {
    const answers = refusal("aws:kms/getKey:getKey", `NotFoundException: Key '${key}' does not exist`);
    const message = await problems({ kmsKeyArn: key }, { answers }, ["kmsKeyArn"]);
    expect(message).toContain("got \"[secret]\"; AWS said: NotFoundException: Key '[secret]' does not exist.");
    const wrong = await problems({ reviewerPattern: "(secret-words" }, {}, ["reviewerPattern"]);
    expect(wrong).toContain("reviewerPattern: expected");
    expect(wrong).not.toContain("secret-words");
  });

  test("stays secret in all that is made of it", async () => {
    const program = () => new CredentialReport(name, stackSettings());
    const config = { ...minimalConfig, notificationEmail: "security@example.com", reviewerPattern: "^team-(\\w+)-" };
    const run = await runProgram(program, { config, secretKeys: ["notificationEmail", "reviewerPattern"] });
    const secretInputs = (resource: string) => run.resources[`credential-report-${resource}`]!.secrets;
    expect(secretInputs("notifications-email")).toEqual(["endpoint"]);
    expect(secretInputs("function")).toEqual(["environment"]);
    expect(secretInputs("schedule")).toEqual([]);
  });

  test("cannot be one that decides which resources there are", async () => {
    expect(await problems({ dashboard: "true" }, {}, ["dashboard"])).toContain(
      "dashboard: expected a plain value, since it decides which resources there are, got a secret one. Set it without --secret.",
    );
  });
});

function runbookText(reportName: string): string {
  const stateMachineArn = "arn:aws:states:eu-west-1:111122223333:stateMachine:credential-report-runs-1a2b3c4";
  const names = { stateMachineArn, bucketName: "our-reports", logGroupName: "logs" };
  return JSON.stringify(runbookDocument({ ...names, roleArn: "arn:aws:iam::111122223333:role/r", reportName }));
}
