import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Keeps what could not be delivered for 14 days, the longest that SQS can: long enough for someone to come back from holiday. */
export function deadLetterQueue(
  name: string,
  kmsKeyArn: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): aws.sqs.Queue {
  const key = pulumi.output(kmsKeyArn);
  return new aws.sqs.Queue(
    name,
    {
      messageRetentionSeconds: 14 * 24 * 60 * 60,
      kmsMasterKeyId: key.apply((arn) => arn || undefined),
      sqsManagedSseEnabled: key.apply((arn) => (arn === "" ? true : undefined)),
    },
    opts,
  );
}
