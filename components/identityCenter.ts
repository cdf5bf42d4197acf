import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** An IAM Identity Center instance, its identity store, and the account that owns both. */
export interface IdentityCenter {
  readonly instanceArn: string;
  readonly identityStoreId: string;
  /** The organisation's management account: an organisation's instance and its event data store belong to it. */
  readonly ownerAccountId: string;
}

/** Looks up what is empty of instance and identity store; asks AWS for the instances only then. */
export function identityCenter(
  instanceArn: pulumi.Input<string>,
  identityStoreId: pulumi.Input<string>,
  opts: pulumi.InvokeOptions,
): pulumi.Output<IdentityCenter> {
  return pulumi.all([instanceArn, identityStoreId]).apply(async ([arn, store]) => {
    // The organisation alone: with its accounts, a large one takes a minute to read.
    const organization = aws.organizations.getOrganization({ returnOrganizationOnly: true }, opts);
    const instance =
      arn !== "" && store !== ""
        ? { instanceArn: arn, identityStoreId: store }
        : chooseInstance(await aws.ssoadmin.getInstances({}, opts), arn, store);
    return { ...instance, ownerAccountId: (await organization).masterAccountId };
  });
}

/** The one instance among those found that has the given ARN and identity store; "" stands for any. */
export function chooseInstance(
  found: { readonly arns: readonly string[]; readonly identityStoreIds: readonly string[] },
  instanceArn: string,
  identityStoreId: string,
): { instanceArn: string; identityStoreId: string } {
  const instances = found.arns.map((arn, index) => ({
    instanceArn: arn,
    identityStoreId: found.identityStoreIds[index]!,
  }));
  const list = instances.map((one) => `${one.instanceArn} with identity store ${one.identityStoreId}`).join(", ");
  if (instances.length === 0) {
    throw new pulumi.RunError(
      "instanceArn and identityStoreId: expected an IAM Identity Center instance in this account and Region, found none. Deploy to " +
        "the Region of Identity Center, in the management account or its delegated administrator, or set both instanceArn and identityStoreId.",
    );
  }
  const matching = instances.filter(
    (one) =>
      (instanceArn === "" || one.instanceArn === instanceArn) &&
      (identityStoreId === "" || one.identityStoreId === identityStoreId),
  );
  if (matching.length === 1) return matching[0]!;
  if (matching.length > 1) {
    throw new pulumi.RunError(
      `instanceArn: expected one IAM Identity Center instance, found ${matching.length}: ${list}. Set instanceArn to the one to report on.`,
    );
  }
  const [key, value] = instanceArn === "" ? ["identityStoreId", identityStoreId] : ["instanceArn", instanceArn];
  throw new pulumi.RunError(
    `${key}: expected that of an IAM Identity Center instance of this account and Region, got "${value}", found ${list}. ` +
      "Correct it, or leave it empty if there is one instance only.",
  );
}
