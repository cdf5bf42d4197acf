import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Where the provider deploys to: ARNs are built from this, never from a literal partition, Region or account. */
export interface AwsAccount {
  /** `aws`, `aws-us-gov`, `aws-cn` … */
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

export function awsAccount(opts: pulumi.InvokeOutputOptions): pulumi.Output<AwsAccount> {
  return pulumi.output({
    partition: aws.getPartitionOutput({}, opts).partition,
    region: aws.getRegionOutput({}, opts).region,
    accountId: aws.getCallerIdentityOutput({}, opts).accountId,
  });
}
