import type { Deployment } from "../../local/deployment/deploy";
import { eventDataStoreArn } from "../support/organisation";
import { list } from "./evaluator";
import { account, kmsKeyArn, notAllowed, policyOf, type Row, unused } from "./policyCheck";
import providerActions from "./providerActions.json";
import { deployerNeeds, lookUps } from "./providerCalls";
import { distinct, resourceOf, rolesOf } from "./roles";

// Shows that docs/policies/deployer.json allows what the AWS provider calls for a stack, and little else. What it calls is written down in
// providerActions.json: from its source and from what it was seen to call.

/** Tests of a stack with everything, which those of other people share. */
export function deployerTests(deployment: () => Deployment): void {
  const policy = policyOf("deployer");
  const everyNeed = () =>
    distinct([
      ...lookUps(account, {
        bucket: "credential-report-kept",
        document: String(resourceOf(deployment(), "aws:ssm/document:Document").inputs.name),
        kmsKeyArn,
      }),
      ...deployment()
        .resources.filter(({ type }) => type.startsWith("aws:"))
        .flatMap((resource) => deployerNeeds(resource, account)),
    ]);

  test("may do what the provider calls for each resource of the stack", async () => {
    const rows = everyNeed().map(({ action, resource, context }): Row => ["", action, resource, { ...context }]);
    expect(rows.length).toBeGreaterThan(150);
    expect(await notAllowed(policy, rows, "Allowed")).toEqual([]);
  });

  test("has exactly the actions of providerActions.json, and the right to hand on roles", () => {
    const { functions, resources } = providerActions;
    const called = new Set([...Object.values(functions), ...Object.values(resources)].flat());
    const allowed = policy.Statement.flatMap(({ Action }) => list(Action));
    expect([...new Set(allowed)].sort()).toEqual([...called, "iam:PassRole"].sort());
  });

  test("may do nothing that the provider does not call", () => {
    expect(unused(policy, everyNeed())).toEqual([]);
  });

  test("is limited to names that begin as the stack's do, but where AWS knows no resource", () => {
    const withoutName = policy.Statement.filter(({ Resource }) => list(Resource).includes("*"));
    expect(withoutName.flatMap(({ Action }) => list(Action))).toEqual([
      // All are look-ups, the last of a text's form. AWS takes no resource for them; of permission sets, the instance is not known before.
      "logs:DescribeLogGroups",
      "organizations:DescribeOrganization",
      "sns:ListTopics",
      "sso:ListInstances",
      "sso:ListPermissionSets",
      "states:ValidateStateMachineDefinition",
    ]);
    const named = policy.Statement.flatMap(({ Resource }) => list(Resource)).filter((resource) => resource !== "*");
    const strange = named.filter((resource) => !/[:/]credential[-_]report[-_][^:]*$/.test(resource));
    expect(strange).toEqual([
      // A key's id says nothing; of it, only what it is for is told.
      "arn:aws:kms:eu-west-1:111122223333:key/*",
      "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:*",
      // Glue asks for every action on the account's catalogue, too.
      "arn:aws:glue:eu-west-1:111122223333:catalog",
    ]);
    expect(policy.Statement.flatMap(({ Action }) => list(Action)).filter((action) => action.includes("*"))).toEqual([]);
  });

  test("may not do what is dangerous beside it", async () => {
    const bucket = String(resourceOf(deployment(), "aws:s3/bucket:Bucket").outputs.arn);
    const report = `${bucket}/credential_reports/latest.json`;
    const functionArn = String(resourceOf(deployment(), "aws:lambda/function:Function").outputs.arn);
    const queue = String(resourceOf(deployment(), "aws:sqs/queue:Queue").outputs.arn);
    const machine = String(resourceOf(deployment(), "aws:sfn/stateMachine:StateMachine").outputs.arn);
    const ownRole = rolesOf(deployment()).function.arn;
    const iam = (resource: string) => `arn:aws:iam::111122223333:${resource}`;
    const instance = "arn:aws:sso:::instance/ssoins-0123456789abcdef";
    const rows: Row[] = [
      ["a role of another name", "iam:CreateRole", iam("role/admin")],
      ["a role that is named alike, elsewhere", "iam:CreateRole", iam("role/team/credential-report-x")],
      ["rights for another role", "iam:PutRolePolicy", iam("role/admin")],
      ["another role's trust", "iam:UpdateAssumeRolePolicy", iam("role/admin")],
      [
        "managed policies",
        "iam:AttachRolePolicy",
        ownRole,
        { "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess" },
      ],
      ["taking a boundary away", "iam:DeleteRolePermissionsBoundary", ownRole],
      ["users", "iam:CreateUser", iam("user/somebody")],
      ["access keys", "iam:CreateAccessKey", iam("user/somebody")],
      ["taking a role on", "sts:AssumeRole", ownRole],
      ["a role for EC2", "iam:PassRole", ownRole, { "iam:PassedToService": "ec2.amazonaws.com" }],
      ["a role for anyone", "iam:PassRole", ownRole],
      ["another role", "iam:PassRole", iam("role/admin"), { "iam:PassedToService": "lambda.amazonaws.com" }],
      ["another function", "lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:111122223333:function:another"],
      ["the function in another Region", "lambda:CreateFunction", functionArn.replace("eu-west-1", "us-east-1")],
      ["starting the function", "lambda:InvokeFunction", functionArn],
      ["starting a run", "states:StartExecution", machine],
      ["another state machine", "states:UpdateStateMachine", machine.replace("credential-report", "another")],
      ["opening the function", "lambda:AddPermission", functionArn],
      ["a public address", "lambda:CreateFunctionUrlConfig", functionArn, { "lambda:FunctionUrlAuthType": "NONE" }],
      ["reading reports", "s3:GetObject", report],
      ["forging reports", "s3:PutObject", report],
      ["deleting reports", "s3:DeleteObject", report],
      ["deleting reports for good", "s3:DeleteObjectVersion", report],
      ["unlocking reports", "s3:BypassGovernanceRetention", report],
      ["another bucket", "s3:PutBucketPolicy", "arn:aws:s3:::another"],
      ["reading the queue", "sqs:ReceiveMessage", queue],
      ["another log", "logs:DeleteLogGroup", "arn:aws:logs:eu-west-1:111122223333:log-group:another"],
      [
        "reading the log",
        "logs:FilterLogEvents",
        String(resourceOf(deployment(), "aws:cloudwatch/logGroup:LogGroup", "report-logs").outputs.arn),
      ],
      ["stripping the bucket", "s3:DeleteBucketPolicy", bucket],
      ["another document", "ssm:UpdateDocument", "arn:aws:ssm:eu-west-1:111122223333:document/another"],
      ["giving access", "sso:CreateAccountAssignment", instance],
      ["reading the logins", "cloudtrail:StartQuery", eventDataStoreArn],
      ["deleting the store", "cloudtrail:DeleteEventDataStore", eventDataStoreArn],
      ["the key", "kms:Decrypt", kmsKeyArn],
      ["the key's policy", "kms:PutKeyPolicy", kmsKeyArn],
      ["the key's end", "kms:ScheduleKeyDeletion", kmsKeyArn],
    ];
    expect(await notAllowed(policy, rows, "denied")).toEqual([]);
  });
}
