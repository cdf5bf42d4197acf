import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ACCOUNT_ACCESS_REGIONS } from "../handlers/aws/aws";
import { REPORT_PREFIX } from "../handlers/bucket/bucket";
import { chooseInstance, type Instance } from "../handlers/grants/grants";
import type { AwsAccount } from "./awsAccount";
import { ask, LookUpError, lookUpError, orRunError, refusalOf } from "./refusal";
import { isRunbookOf } from "./runbookDocument";
import type { SettingValues } from "./settings";
import { type LoginPlace, ownerProblem, regionProblems } from "./settingsCheck";

type Options = pulumi.InvokeOptions;

/**
 * Looks up what only AWS can know of a stack's settings, before the stack has a resource: through the provider, whose credentials are
 * those that deploy. What is wrong comes as one error, all of it at once.
 *
 * @param name the component's
 * @param hide takes out of a problem what is not to be printed
 * @throws RunError, which Pulumi prints without a stack trace
 */
export async function lookUp(
  name: string,
  reportName: string,
  settings: SettingValues,
  hide = (problem: string) => problem,
): Promise<void> {
  const { region, accountId } = await orRunError(() => place());
  const elsewhere = regionProblems(settings, region);
  const isHere = (key: "kmsKeyArn" | "notificationTopicArn") =>
    settings[key] !== "" && !elsewhere.some((problem) => problem.startsWith(`${key}:`));
  const results = await Promise.allSettled([
    ownerAccountId(settings, accountId),
    checkInstance(settings, accountId),
    warnOfAdministrator(accountId, region),
    settings.adoptBucket ? checkBucket(settings.bucketName, region) : undefined,
    isHere("kmsKeyArn") ? checkKey(settings.kmsKeyArn) : undefined,
    isHere("notificationTopicArn") ? checkTopic(settings.notificationTopicArn, accountId) : undefined,
    checkNames(name, reportName, settings),
  ]);
  const problems = [...elsewhere];
  for (const result of results) {
    if (result.status === "fulfilled") continue;
    if (!(result.reason instanceof LookUpError)) throw result.reason;
    problems.push(result.reason.message);
  }
  if (problems.length > 0) throw lookUpError(problems.map(hide));
}

/** Where the provider deploys to. */
export async function place(opts: Options = {}): Promise<AwsAccount> {
  const answers = Promise.all([aws.getPartition({}, opts), aws.getRegion({}, opts), aws.getCallerIdentity({}, opts)]);
  const [{ partition, dnsSuffix }, { region }, { accountId }] = await ask(answers, {
    about: "aws:profile and aws:region: expected credentials and a Region that AWS takes",
    right: "sts:GetCallerIdentity",
    remedy: "Log in, or set aws:profile to a profile that is.",
  });
  return { partition, region, accountId, dnsSuffix };
}

/**
 * The account that owns the organization, and so its Identity Center instance.
 *
 * @param accountId of the account that the stack is in: another one needs an event data store or a table
 * @throws LookUpError
 */
export async function ownerAccountId(logins: LoginPlace, accountId: string, opts: Options = {}): Promise<string> {
  const owner = await managementAccountId(opts);
  const problem = ownerProblem(logins, accountId, owner);
  if (problem !== undefined) throw new LookUpError(problem);
  return owner;
}

async function managementAccountId(opts: Options): Promise<string> {
  // The organization alone: with its accounts, a large one takes a minute to read.
  const organization = await ask(aws.organizations.getOrganization({ returnOrganizationOnly: true }, opts), {
    about: "aws:profile: expected an account of an organization",
    right: "organizations:DescribeOrganization",
    remedy: "Deploy into the organization's management account, or Identity Center's delegated administrator.",
  });
  return organization.masterAccountId;
}

/** The instances that the account sees in the provider's Region. */
export async function instances(opts: Options = {}): Promise<Instance[]> {
  const { arns, identityStoreIds } = await ask(aws.ssoadmin.getInstances({}, opts), {
    about: "instanceArn: expected AWS to list the IAM Identity Center instances",
    right: "sso:ListInstances",
    remedy: "Set aws:region to the primary Region of Identity Center.",
  });
  return arns.map((instanceArn, index) => ({ instanceArn, identityStoreId: identityStoreIds[index] ?? "" }));
}

/** What is empty of an instance and its identity store, from those that there are. @throws LookUpError */
export function instanceAmong(found: readonly Instance[], given: Instance): Instance {
  try {
    return chooseInstance(found, given);
  } catch (error) {
    throw new LookUpError((error as Error).message);
  }
}

/** The bucket of that name, as it is. */
export function bucketOf(bucketName: string, opts: Options = {}): Promise<aws.s3.GetBucketResult> {
  return ask(aws.s3.getBucket({ bucket: bucketName }, opts), {
    about: `bucketName: expected a bucket of this account to adopt, named ${JSON.stringify(bucketName)}`,
    right: "s3:ListBucket on it, and the bucket is to be this account's",
    remedy: "Correct the name, or leave adoptBucket out to create the bucket.",
  });
}

async function checkInstance({ instanceArn, identityStoreId }: Instance, accountId: string): Promise<void> {
  const found = await instances();
  const isListed = found.some((one) => one.instanceArn === instanceArn);
  // An instance that is not listed may be there all the same, if both are given: its permission sets tell.
  const isGiven = instanceArn !== "" && identityStoreId !== "" && !isListed;
  const instance = isGiven ? { instanceArn } : instanceAmong(found, { instanceArn, identityStoreId });
  const about = `instanceArn: expected AWS to list the permission sets of ${instance.instanceArn}`;
  const right = "sso:ListPermissionSets";
  try {
    await aws.ssoadmin.getPermissionSets({ instanceArn: instance.instanceArn });
  } catch (error) {
    const { isInvalid, isMissing } = refusalOf(error);
    if (isInvalid && (await managementAccountId({})) === accountId) {
      // In the management account, there is no instance but the organization's. The run reads the flag, and says the same.
      void pulumi.log.warn(
        `instanceArn: permission sets are not enabled for ${instance.instanceArn}: reports consist of the roles that account access manager gives.`,
      );
      return;
    }
    const remedy = isInvalid
      ? "It is an account instance, which lets nobody into an account, or the organization's without permission sets, and only in the " +
        "management account can both be told apart: deploy there."
      : isMissing
        ? "An instance has its permission sets in its primary Region alone: set aws:region to that (IAM Identity Center → Settings → Regions)."
        : "Where the instance has network controls, deploy from a network that they admit (docs/own-resources.md).";
    await ask(Promise.reject(error), { about, right, remedy });
  }
}

/** Account access manager has delegated administrators of its own, of which nothing here tells. */
async function warnOfAdministrator(accountId: string, region: string): Promise<void> {
  if (!ACCOUNT_ACCESS_REGIONS.includes(region)) return;
  const owner = await managementAccountId({}).catch(() => accountId); // whoever looks up the owner says what is wrong
  if (owner === accountId) return;
  void pulumi.log.warn(
    `Account access manager answers to account ${owner}, the organization's management account, and to its own delegated administrator. Unless ` +
      `account ${accountId} is that one, reports are degraded, since their list of ways into accounts is not complete.`,
  );
}

async function checkBucket(bucketName: string, region: string): Promise<void> {
  const { bucketRegion } = await bucketOf(bucketName);
  if (bucketRegion !== region) {
    throw new LookUpError(
      `bucketName: expected a bucket in ${region}, the stack's Region, got ${JSON.stringify(bucketName)}, which is in ${bucketRegion}. ` +
        "Adopt another, or deploy where it is.",
    );
  }
}

async function checkKey(kmsKeyArn: string): Promise<void> {
  const key = await ask(aws.kms.getKey({ keyId: kmsKeyArn }), {
    about: `kmsKeyArn: expected a key that is there, got ${JSON.stringify(kmsKeyArn)}`,
    right: "kms:DescribeKey on it",
    remedy: "Correct the ARN.",
  });
  const isUsable =
    key.keyState === "Enabled" && key.keyUsage === "ENCRYPT_DECRYPT" && key.keySpec === "SYMMETRIC_DEFAULT";
  if (isUsable) return;
  throw new LookUpError(
    `kmsKeyArn: expected an enabled key that encrypts symmetrically, got ${JSON.stringify(kmsKeyArn)}, which is ${key.keyState}, ` +
      `for ${key.keyUsage}, of ${key.keySpec}. Enable it, or name another.`,
  );
}

/** Topics are found by name among the account's own: of another account's, the first run tells. */
async function checkTopic(topicArn: string, accountId: string): Promise<void> {
  const [, , , , owner, name] = topicArn.split(":");
  if (owner !== accountId) return;
  await ask(aws.sns.getTopic({ name: name! }), {
    about: `notificationTopicArn: expected a topic that is there, got ${JSON.stringify(topicArn)}`,
    right: "sns:ListTopics",
    remedy: "Correct the ARN, or create the topic.",
  });
}

/** Names that the stack gives, against what has them already. The runbook's text tells whether that is the stack itself. */
async function checkNames(name: string, reportName: string, settings: SettingValues): Promise<void> {
  const runbook = await runbookNamed(settings.documentName);
  const isOwn = runbook !== undefined && isRunbookOf(runbook, name, reportName);
  if (runbook !== undefined && !isOwn) {
    throw new LookUpError(
      `documentName: expected a name that is free, got ${JSON.stringify(settings.documentName)}, which another report or somebody else has. ` +
        `Set another, such as ${JSON.stringify(`credential_report_export_${pulumi.getStack()}`.replace(/[^\w.-]/g, "_"))}.`,
    );
  }
  if (settings.bucketName === "" || settings.adoptBucket) return;
  if (isOwn && runbook.includes(JSON.stringify(settings.bucketName))) return;
  if (!(await holdsReports(settings.bucketName))) return;
  throw new LookUpError(
    `bucketName: expected a name that is free, got ${JSON.stringify(settings.bucketName)}, a bucket that holds reports already. ` +
      "To take up a bucket that an earlier stack has kept, set adoptBucket to true; otherwise set another name.",
  );
}

/** The text of the document of that name, undefined where there is none. */
async function runbookNamed(documentName: string): Promise<string | undefined> {
  try {
    return (await aws.ssm.getDocument({ name: documentName })).content;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal.isMissing) return undefined;
    return ask(Promise.reject(error), {
      about: `documentName: expected AWS to say whether ${JSON.stringify(documentName)} is free`,
      right: "ssm:GetDocument on it",
      remedy: "Try again.",
    });
  }
}

/**
 * Whether a bucket is there and holds reports. An empty one may be the stack's own, of an update that was interrupted; S3 refuses
 * somebody else's by itself.
 */
async function holdsReports(bucketName: string): Promise<boolean> {
  try {
    const { keys } = await aws.s3.getObjects({ bucket: bucketName, prefix: REPORT_PREFIX, maxKeys: 1 });
    return keys.length > 0;
  } catch (error) {
    if (refusalOf(error).isMissing) return false;
    return ask(Promise.reject(error), {
      about: `bucketName: expected AWS to say whether ${JSON.stringify(bucketName)} is free`,
      right: "s3:ListBucket on it; without it, the name may be another account's",
      remedy: "Set another name.",
    });
  }
}
