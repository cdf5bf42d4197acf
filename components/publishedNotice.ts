import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { logsUrl, type WatchedReport } from "./alarms";
import { type PolicyDocument, policyDocument, serviceTrust, useKey } from "./policy";
import { reportPrefix } from "./reportBucket";

export interface PublishedNoticeArgs extends WatchedReport {
  /** The key of the topic that this stack creates; "" where SNS encrypts it. */
  readonly kmsKeyArn: pulumi.Input<string>;
}

/**
 * Tells the topic of every published report. A report exists once its manifest does, so what tells is the manifest's arrival in the
 * bucket, and the function needs no further right: docs/adr/published-notice.md.
 */
export function publishedNotice(name: string, args: PublishedNoticeArgs, parent: pulumi.Resource): void {
  const { account, bucket, report, topicArn } = args;
  if (topicArn === undefined) throw new Error("a notice needs a topic, which checkSettings has seen to");
  new aws.s3.BucketNotification(`${name}-reports-events`, { bucket: bucket.name, eventbridge: true }, { parent });
  const rule = new aws.cloudwatch.EventRule(
    `${name}-published`,
    {
      description: "A credential report was published: its manifest arrived.",
      eventPattern: bucket.name.apply((bucketName) => JSON.stringify(manifestArrived(bucketName))),
    },
    { parent },
  );
  const { role, policy } = noticeRole(name, { ...args, topicArn, ruleArn: rule.arn }, parent);
  const logs = pulumi.output({ account, logGroupName: report.logGroup.name }).apply(logsUrl);
  new aws.cloudwatch.EventTarget(
    `${name}-published-notice`,
    { rule: rule.name, arn: topicArn, roleArn: role.arn, inputTransformer: logs.apply(notice) },
    { parent: rule, dependsOn: [policy] },
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
export function manifestArrived(bucketName: string) {
  return {
    source: ["aws.s3"],
    "detail-type": ["Object Created"],
    detail: {
      bucket: { name: [bucketName] },
      object: { key: [{ wildcard: `${reportPrefix}*/manifest.json` }] },
    },
  };
}

/** The message, with what EventBridge takes from the event. A template that is no object must be a JSON string. */
export function notice(logs: string) {
  return {
    inputPaths: {
      account: "$.account",
      bucket: "$.detail.bucket.name",
      manifest: "$.detail.object.key",
      region: "$.region",
      time: "$.time",
    },
    inputTemplate: JSON.stringify(
      `A credential report was published in account <account>, <region>, at <time>. Its manifest names its files, counts its rows and says what could not be observed: s3://<bucket>/<manifest>. The log: ${logs}`,
    ),
  };
}

interface NoticeRoleArgs extends PublishedNoticeArgs {
  readonly topicArn: pulumi.Input<string>;
  readonly ruleArn: pulumi.Output<string>;
}

function noticeRole(name: string, args: NoticeRoleArgs, parent: pulumi.Resource) {
  const role = new aws.iam.Role(
    `${name}-published-role`,
    {
      description: "Lets EventBridge tell a topic that a credential report was published.",
      assumeRolePolicy: pulumi
        .output({ account: args.account, ruleArn: args.ruleArn })
        .apply(({ account, ruleArn }) =>
          JSON.stringify(serviceTrust("events.amazonaws.com", account.accountId, ruleArn)),
        ),
    },
    { parent },
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-published-policy`,
    {
      role: role.id,
      policy: pulumi
        .output({ topicArn: args.topicArn, kmsKeyArn: args.kmsKeyArn })
        .apply((arns) => JSON.stringify(noticePolicy(arns))),
    },
    { parent: role },
  );
  return { role, policy };
}

export interface NoticePolicyArgs {
  readonly topicArn: string;
  /** "" where the topic is encrypted with SNS' own key. */
  readonly kmsKeyArn: string;
}

export function noticePolicy({ topicArn, kmsKeyArn }: NoticePolicyArgs): PolicyDocument {
  return policyDocument(
    { Sid: "TellTopic", Effect: "Allow", Action: "sns:Publish", Resource: topicArn },
    ...(kmsKeyArn === "" ? [] : [useKey(kmsKeyArn, ["sns"])]),
  );
}
