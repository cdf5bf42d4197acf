import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { logsUrl, type WatchedReport } from "./alarms";
import { type PolicyDocument, policyDocument, serviceTrust, useKey } from "./policy";
import { reportPrefix } from "./reportBucket";

export interface NoticesArgs extends WatchedReport {
  readonly topicArn: pulumi.Input<string>;
  /** The key of the topic that this stack creates; "" where SNS encrypts it. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /** Tell of published reports, too. */
  readonly notifyOnSuccess: boolean;
}

/** What the topic is told of: an object that arrives in the bucket, and the sentences around its key. */
interface Notice {
  readonly description: string;
  readonly key: { readonly wildcard: string };
  readonly sentences: string;
}

const notices = {
  failed: {
    description: "A run of the credential report failed: its status object arrived.",
    key: { wildcard: `${reportPrefix}status/*/failed` },
    sentences:
      "A run of the credential report failed in account <account>, <region>, at <time>. Why: s3://<bucket>/<key>.",
  },
  degraded: {
    description: "A credential report was published, but is degraded: the object that says so arrived.",
    key: { wildcard: `${reportPrefix}degraded/*` },
    sentences: `A credential report was published in account <account>, <region>, at <time>, but is degraded: not all could be observed, and cells say UNKNOWN. Its key and why: s3://<bucket>/<key>. The report is in the folder of that name: s3://<bucket>/${reportPrefix}.`,
  },
  published: {
    description: "A credential report was published: its manifest arrived.",
    key: { wildcard: `${reportPrefix}*/manifest.json` },
    sentences:
      "A credential report was published in account <account>, <region>, at <time>. Its manifest names its files, counts its rows and says what could not be observed: s3://<bucket>/<key>.",
  },
} satisfies Record<string, Notice>;

/**
 * Tells the topic of each run that failed, of each report that is degraded and, if asked to, of each that was published. What tells
 * is an object's arrival in the bucket, so the function needs no further right: docs/adr/notices.md.
 */
export function tellTopic(name: string, args: NoticesArgs, parent: pulumi.Resource): void {
  const { account, bucket, notifyOnSuccess, report, topicArn } = args;
  new aws.s3.BucketNotification(`${name}-reports-events`, { bucket: bucket.name, eventbridge: true }, { parent });
  const told = Object.entries<Notice>(notices)
    .filter(([what]) => notifyOnSuccess || what !== "published")
    .map(([what, notice]) => {
      const eventPattern = bucket.name.apply((bucketName) => JSON.stringify(arrival(bucketName, notice)));
      const { description } = notice;
      const rule = new aws.cloudwatch.EventRule(`${name}-${what}-arrival`, { description, eventPattern }, { parent });
      return { what, notice, rule };
    });
  const ruleArns = pulumi.all(told.map(({ rule }) => rule.arn));
  const { role, policy } = noticesRole(name, { ...args, ruleArns }, parent);
  const logs = pulumi.output({ account, logGroupName: report.logGroup.name }).apply(logsUrl);
  for (const { what, notice, rule } of told) {
    const inputTransformer = logs.apply((url) => message(notice, url));
    new aws.cloudwatch.EventTarget(
      `${name}-${what}-notice`,
      { rule: rule.name, arn: topicArn, roleArn: role.arn, inputTransformer },
      { parent: rule, dependsOn: [policy] },
    );
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
function arrival(bucketName: string, { key }: Notice) {
  return {
    source: ["aws.s3"],
    "detail-type": ["Object Created"],
    detail: { bucket: { name: [bucketName] }, object: { key: [key] } },
  };
}

/** The message, with what EventBridge takes from the event. A template that is no object must be a JSON string. */
function message({ sentences }: Notice, logs: string) {
  return {
    inputPaths: {
      account: "$.account",
      bucket: "$.detail.bucket.name",
      key: "$.detail.object.key",
      region: "$.region",
      time: "$.time",
    },
    inputTemplate: JSON.stringify(`${sentences} The log: ${logs}`),
  };
}

interface NoticesRoleArgs extends NoticesArgs {
  readonly ruleArns: pulumi.Output<string[]>;
}

function noticesRole(name: string, args: NoticesRoleArgs, parent: pulumi.Resource) {
  const role = new aws.iam.Role(
    `${name}-notices-role`,
    {
      description: "Lets EventBridge tell a topic what became of a credential report.",
      assumeRolePolicy: pulumi
        .output({ account: args.account, ruleArns: args.ruleArns })
        .apply(({ account, ruleArns }) =>
          JSON.stringify(serviceTrust("events.amazonaws.com", account.accountId, ruleArns)),
        ),
    },
    { parent },
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-notices-policy`,
    {
      role: role.id,
      policy: pulumi
        .output({ topicArn: args.topicArn, kmsKeyArn: args.kmsKeyArn })
        .apply((arns) => JSON.stringify(noticesPolicy(arns))),
    },
    { parent: role },
  );
  return { role, policy };
}

export interface NoticesPolicyArgs {
  readonly topicArn: string;
  /** "" where the topic is encrypted with SNS' own key. */
  readonly kmsKeyArn: string;
}

export function noticesPolicy({ topicArn, kmsKeyArn }: NoticesPolicyArgs): PolicyDocument {
  return policyDocument(
    { Sid: "TellTopic", Effect: "Allow", Action: "sns:Publish", Resource: topicArn },
    ...(kmsKeyArn === "" ? [] : [useKey(kmsKeyArn, ["sns"])]),
  );
}
