import * as pulumi from "@pulumi/pulumi";
import type { Instance } from "../handlers/grants/grants";
import { instanceAmong, instances, managementAccountId } from "./lookUp";
import { orRunError } from "./refusal";

/** An IAM Identity Center instance, its identity store, and the account that owns both. */
export interface IdentityCenter extends Instance {
  /** The organization's management account: an organization's instance and its event data store belong to it. */
  readonly ownerAccountId: string;
}

/** Looks up what is empty of instance and identity store; asks AWS for the instances only then. */
export function identityCenter(
  instanceArn: pulumi.Input<string>,
  identityStoreId: pulumi.Input<string>,
  opts: pulumi.InvokeOptions,
): pulumi.Output<IdentityCenter> {
  return pulumi.all([instanceArn, identityStoreId]).apply(([arn, store]) =>
    orRunError(async () => {
      const given = { instanceArn: arn, identityStoreId: store };
      const isGiven = arn !== "" && store !== "";
      const [ownerAccountId, found] = await Promise.all([
        managementAccountId(opts),
        isGiven ? [given] : instances(opts),
      ]);
      return { ...instanceAmong(found, given), ownerAccountId };
    }),
  );
}
