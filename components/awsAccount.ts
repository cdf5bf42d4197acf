/** Where the provider deploys to: ARNs are built from this, never from a literal partition, Region or account. */
export interface AwsAccount {
  /** `aws`, `aws-us-gov`, `aws-cn` … */
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  /** What the partition's service names end in: `amazonaws.com`, `amazonaws.com.cn`, `amazonaws.eu` … */
  readonly dnsSuffix: string;
}
