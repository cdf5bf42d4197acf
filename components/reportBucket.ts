import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { LATEST_PAGE, REPORT_PREFIX } from "../handlers/bucket/bucket";
import { bucketOf } from "./lookUp";
import { type PolicyDocument, policyDocument } from "./policy";
import { orRunError } from "./refusal";

/** How long a deleted or overwritten object can still be brought back, in days. */
const undeleteDays = 30;

/** How long an unfinished run can be gone on with, in days: as long as Step Functions can redrive it. */
const unfinishedDays = 14;

export interface ReportBucket {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** What makes it fit for reports; none of an adopted bucket's. */
  readonly settings: readonly pulumi.Resource[];
}

/** The bucket of that name, as it is. A missing one fails the preview. */
export function adoptedBucket(bucketName: pulumi.Input<string>, opts: pulumi.InvokeOptions): ReportBucket {
  const bucket = pulumi.output(bucketName).apply((name) => orRunError(() => bucketOf(name, opts)));
  return { name: bucket.bucket, arn: bucket.arn, settings: [] };
}

export interface CreatedBucketArgs {
  /** "" generates one. */
  readonly bucketName: pulumi.Input<string>;
  /** "" leaves the encryption to S3. */
  readonly kmsKeyArn: pulumi.Input<string>;
  readonly retentionDays: pulumi.Input<number>;
  /** How far back a report looks for logins, in days. */
  readonly lookbackDays: pulumi.Input<number>;
  /** Of the only role that writes reports. */
  readonly functionRoleArn: pulumi.Input<string>;
  readonly lockReports: number;
  readonly deleteBucket: boolean;
  /** The rights on the key that a bucket must not be encrypted without. */
  readonly keyRights: readonly pulumi.Resource[];
}

/** A private bucket. Reports are evidence: unless the stack says otherwise they outlive it, and so does what protects them. */
export function createdBucket(name: string, args: CreatedBucketArgs, parent: pulumi.Resource): ReportBucket {
  const bucket = new aws.s3.Bucket(
    `${name}-reports`,
    { bucket: pulumi.output(args.bucketName).apply((given) => given || undefined) },
    { parent, retainOnDelete: !args.deleteBucket },
  );
  // What protects reports goes with the bucket, never before it: the engine deletes settings first, and S3 then refuses to delete a
  // bucket that is not empty.
  const ofBucket = { parent: bucket, retainOnDelete: true };

  const publicAccess = new aws.s3.BucketPublicAccessBlock(
    `${name}-reports-public-access`,
    {
      bucket: bucket.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    ofBucket,
  );
  const ownership = new aws.s3.BucketOwnershipControls(
    `${name}-reports-ownership`,
    { bucket: bucket.id, rule: { objectOwnership: "BucketOwnerEnforced" } },
    ofBucket,
  );
  const versioning = new aws.s3.BucketVersioning(
    `${name}-reports-versioning`,
    { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } },
    ofBucket,
  );
  const encryption = new aws.s3.BucketServerSideEncryptionConfiguration(
    `${name}-reports-encryption`,
    {
      bucket: bucket.id,
      rules: [pulumi.output(args.kmsKeyArn).apply(encryptionRule)],
    },
    { ...ofBucket, dependsOn: [...args.keyRights] },
  );
  const lifecycle = new aws.s3.BucketLifecycleConfiguration(
    `${name}-reports-lifecycle`,
    {
      bucket: bucket.id,
      rules: pulumi.all([args.retentionDays, args.lookbackDays]).apply((days) => lifecycleRules(...days)),
    },
    // S3 refuses rules for noncurrent versions until versioning is on.
    { ...ofBucket, dependsOn: [versioning] },
  );
  const policy = new aws.s3.BucketPolicy(
    `${name}-reports-policy`,
    {
      bucket: bucket.id,
      policy: pulumi.all([bucket.arn, args.functionRoleArn]).apply((arns) => JSON.stringify(bucketPolicy(...arns))),
    },
    // Both change the same settings of the bucket; S3 answers a conflict when they come at once.
    { ...ofBucket, dependsOn: [publicAccess] },
  );
  const settings: pulumi.Resource[] = [publicAccess, ownership, versioning, encryption, lifecycle, policy];
  if (args.lockReports > 0) {
    const lock = new aws.s3.BucketObjectLockConfiguration(
      `${name}-reports-lock`,
      { bucket: bucket.id, rule: { defaultRetention: { mode: "GOVERNANCE", days: args.lockReports } } },
      { ...ofBucket, dependsOn: [versioning] },
    );
    settings.push(lock);
  }
  return { name: bucket.bucket, arn: bucket.arn, settings };
}

/** All that the function writes. What people hand in, `decisions/`, is not among it. */
const writtenByTheFunction = [
  ...["2*", "harvest.json", "latest.json", LATEST_PAGE, "logins/*", "rows/*"],
  ...["running.json", "status/*", "watch.json", "work/*"],
];

/**
 * Nobody but the function writes what it says, or removes it: a forged report, or a forged "nothing happened" of its login archive, takes access
 * from people. S3's lifecycle asks no policy. Administrators can lift it, and this is seen (docs/own-resources.md).
 */
export function bucketPolicy(bucketArn: string, functionRoleArn: string): PolicyDocument {
  return policyDocument(
    {
      Sid: "DenyPlainHttp",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [bucketArn, `${bucketArn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    {
      Sid: "OnlyTheFunctionWrites",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject"],
      Resource: writtenByTheFunction.map((key) => `${bucketArn}/${REPORT_PREFIX}${key}`),
      Condition: { ArnNotEquals: { "aws:PrincipalArn": functionRoleArn } },
    },
  );
}

function encryptionRule(kmsKeyArn: string) {
  return kmsKeyArn === ""
    ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
    : {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn },
        // One key for the bucket instead of one call to KMS an object.
        bucketKeyEnabled: true,
      };
}

/**
 * Reports go after `retentionDays`; what was deleted or overwritten before can be brought back for a while. What is not a report's stays:
 * `latest.json`, and above all the decisions that people have returned. S3's filters only take prefixes in.
 */
function lifecycleRules(retentionDays: number, lookbackDays: number) {
  /** What a window needs of the login archive, and some days in which no report is made. */
  const archivedDays = Math.max(retentionDays, lookbackDays + 10);
  const abandonedUploads = {
    id: "abort-abandoned-uploads",
    status: "Enabled",
    filter: { prefix: REPORT_PREFIX },
    // A slice that was killed cannot abort its own; none lasts a day.
    abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
  };
  // Parts of runs that nobody ended. A finished run removes its own, and nobody needs them back.
  const unfinishedRuns = {
    id: "expire-work",
    status: "Enabled",
    filter: { prefix: `${REPORT_PREFIX}work/` },
    expiration: { days: unfinishedDays },
    noncurrentVersionExpiration: { noncurrentDays: 1 },
  };
  if (retentionDays === 0) return [abandonedUploads, unfinishedRuns];
  // A report's folder begins with its year.
  const expiries = Object.entries({ reports: "2", rows: "rows/", statuses: "status/" }).map(([what, prefix]) => ({
    id: `expire-${what}`,
    status: "Enabled",
    filter: { prefix: REPORT_PREFIX + prefix },
    expiration: { days: retentionDays },
  }));
  const archivedLogins = {
    id: "expire-logins",
    status: "Enabled",
    filter: { prefix: `${REPORT_PREFIX}logins/` },
    expiration: { days: archivedDays },
  };
  const noncurrent = {
    id: "expire-noncurrent-versions",
    status: "Enabled",
    filter: { prefix: REPORT_PREFIX },
    noncurrentVersionExpiration: { noncurrentDays: Math.min(retentionDays, undeleteDays) },
  };
  return [abandonedUploads, unfinishedRuns, ...expiries, archivedLogins, noncurrent];
}
