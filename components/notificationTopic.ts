import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface NotificationTopicArgs {
  /** "" for none. */
  readonly notificationEmail: pulumi.Input<string>;
  /** "" for none. */
  readonly notificationTopicArn: pulumi.Input<string>;
  /** "" leaves the encryption to SNS. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /** The function's rights on the key. */
  readonly keyRights: readonly pulumi.Resource[];
}

/** The topic that is told: the given one, else a new one with the e-mail address; undefined where nobody is to be told. */
export function notificationTopic(
  name: string,
  args: NotificationTopicArgs,
  parent: pulumi.Resource,
): pulumi.Input<string> | undefined {
  if (args.notificationTopicArn !== "") return args.notificationTopicArn;
  if (args.notificationEmail === "") return undefined;
  const topic = new aws.sns.Topic(
    `${name}-notifications`,
    {
      displayName: "Credential report",
      // Without a key SNS encrypts its disks. Its AWS managed key would be worse: CloudWatch may not use it, and alarms would get lost.
      kmsMasterKeyId: pulumi.output(args.kmsKeyArn).apply((arn) => arn || undefined),
    },
    { parent, dependsOn: [...args.keyRights] },
  );
  new aws.sns.TopicSubscription(
    `${name}-notifications-email`,
    { topic: topic.arn, protocol: "email", endpoint: args.notificationEmail },
    { parent: topic },
  );
  return topic.arn;
}
