import { LATEST_PAGE, REPORT_PREFIX } from "../handlers/bucket/bucket";
import { DECISIONS_FOLDER } from "../handlers/files/files";
import type { AwsAccount } from "./awsAccount";
import type { IdentityCenter } from "./identityCenter";
import { loginStatements } from "./loginRights";
import { allow, type PolicyDocument, policyDocument, type Statement, viaServices } from "./policy";

export interface FunctionPolicyArgs {
  readonly account: AwsAccount;
  readonly identityCenter: IdentityCenter;
  /** "" where logins are read from elsewhere. */
  readonly eventDataStoreArn: string;
  /** "" where logins are read from no table of Athena's. */
  readonly trailTable: string;
  readonly trailWorkgroup: string;
  /** "" where the function itself reads logins. */
  readonly loginRoleArn: string;
  readonly bucketArn: string;
  readonly logGroupArn: string;
  /** Whether the bucket locks what is written, unless that says otherwise. */
  readonly reportsLocked: boolean;
  /** "" where nobody is to be told. */
  readonly topicArn: string;
  /** "" where the event data store has no key of the customer's. */
  readonly lakeKmsKeyArn: string;
  /** "" where Identity Center has no key of the customer's. */
  readonly identityCenterKmsKeyArn: string;
}

/**
 * All that the function may do: read assignments, entitlements, identities, accounts, applications' scopes and login events; write below
 * the report prefix, and delete there what an unfinished run has kept; tell the topic. The resource types that each action takes: https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
export function functionPolicy(args: FunctionPolicyArgs): PolicyDocument {
  const { partition, region, dnsSuffix } = args.account;
  const { instanceArn, identityStoreId, ownerAccountId } = args.identityCenter;
  const applications = `arn:${partition}:sso::${ownerAccountId}:application/${instanceArn.split("/")[1]}/*`;
  const permissionSets = `arn:${partition}:sso:::permissionSet/${instanceArn.split("/")[1]}/*`;
  const store = `arn:${partition}:identitystore::${ownerAccountId}:identitystore/${identityStoreId}`;
  const inStore = (type: string) => `arn:${partition}:identitystore:::${type}/*`;
  const below = (key: string) => `${args.bucketArn}/${REPORT_PREFIX}${key}`;
  const work = below("work/*");

  return policyDocument(
    allow("ReadInstance", ["sso:DescribeInstance", "sso:ListPermissionSets", "sso:ListRegions"], [instanceArn]),
    allow(
      "ReadPermissionSets",
      [
        "sso:DescribePermissionSet",
        "sso:GetInlinePolicyForPermissionSet",
        "sso:ListAccountsForProvisionedPermissionSet",
        "sso:ListCustomerManagedPolicyReferencesInPermissionSet",
        "sso:ListManagedPoliciesInPermissionSet",
      ],
      [instanceArn, permissionSets],
    ),
    allow("ListAssignments", "sso:ListAccountAssignments", [
      instanceArn,
      permissionSets,
      `arn:${partition}:sso:::account/*`,
    ]),
    allow("ReadUsers", ["identitystore:DescribeUser", "identitystore:ListUsers"], [store, inStore("user")]),
    allow("ReadGroups", ["identitystore:DescribeGroup", "identitystore:ListGroups"], [store, inStore("group")]),
    allow("ListMemberships", "identitystore:ListGroupMemberships", [store, inStore("group"), inStore("membership")]),
    // Organizations knows no narrower resource for it.
    allow("ListAccounts", "organizations:ListAccounts", "*"),
    // Both services know no narrower resource for it.
    allow("ListApplications", ["account-access:ListApplications", "sso:ListApplications"], "*"),
    allow("ReadApplicationScopes", "sso:ListApplicationAccessScopes", applications),
    allow(
      "ListEntitlements",
      "account-access:ListEntitlements",
      `arn:${partition}:account-access:${region}:${ownerAccountId}:application/*`,
    ),
    ...loginStatements({ ...args, instanceArn }),
    allow("ReadAndWriteReports", ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], below("*")),
    // What people return, under names of their own.
    {
      ...allow("ListDecisions", "s3:ListBucket", args.bucketArn),
      Condition: { StringEquals: { "s3:prefix": `${REPORT_PREFIX}${DECISIONS_FOLDER}` } },
    },
    allow("RemoveParts", "s3:DeleteObject", work),
    // What is no evidence is locked for a day, not as long as a report.
    ...(args.reportsLocked
      ? [
          allow("ShortenLocks", "s3:PutObjectRetention", [
            work,
            ...(args.eventDataStoreArn === "" && args.trailTable === "" ? [below("harvest.json")] : []),
            ...["latest.json", LATEST_PAGE, "running.json", "watch.json"].map(below),
          ]),
        ]
      : []),
    allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], `${args.logGroupArn}:*`),
    ...ifGiven(args.topicArn, (topic) => allow("TellTopic", "sns:Publish", topic)),
    ...ifGiven(args.identityCenterKmsKeyArn, (key) => ({
      ...allow("ReadEncryptedIdentities", "kms:Decrypt", key),
      Condition: viaServices(["sso", "identitystore"], region, dnsSuffix),
    })),
  );
}

/**
 * The ARN of an event data store that may be given by its id alone: it is then one of the organization's management account, in
 * the Region of the stack.
 */
export function eventDataStoreArn(lakeId: string, account: AwsAccount, ownerAccountId: string): string {
  return lakeId === "" || lakeId.startsWith("arn:")
    ? lakeId
    : `arn:${account.partition}:cloudtrail:${account.region}:${ownerAccountId}:eventdatastore/${lakeId}`;
}

function ifGiven(arn: string, statement: (arn: string) => Statement): Statement[] {
  return arn === "" ? [] : [statement(arn)];
}
