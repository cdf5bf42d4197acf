import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { messageOf } from "../handlers/errors";
import { chooseInstance, type Instance } from "../handlers/grants/grants";

/** An IAM Identity Center instance, its identity store, and the account that owns both. */
export interface IdentityCenter extends Instance {
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
    const given = { instanceArn: arn, identityStoreId: store };
    const instance =
      arn !== "" && store !== "" ? given : instanceAmong(await aws.ssoadmin.getInstances({}, opts), given);
    return { ...instance, ownerAccountId: (await organization).masterAccountId };
  });
}

/** @throws RunError, which Pulumi prints without a stack trace */
function instanceAmong({ arns, identityStoreIds }: aws.ssoadmin.GetInstancesResult, given: Instance): Instance {
  const found = arns.map((instanceArn, index) => ({ instanceArn, identityStoreId: identityStoreIds[index] ?? "" }));
  try {
    return chooseInstance(found, given);
  } catch (error) {
    throw new pulumi.RunError(messageOf(error));
  }
}
