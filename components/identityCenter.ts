import * as pulumi from "@pulumi/pulumi";
import type { Instance } from "../handlers/grants/grants";
import type { AwsAccount } from "./awsAccount";
import { instanceAmong, instances, ownerAccountId } from "./lookUp";
import { orRunError } from "./refusal";

/** An IAM Identity Center instance, its identity store, and the account that owns both. */
export interface IdentityCenter extends Instance {
  /** The organization's management account: an organization's instance belongs to it, and a store that is named by its id alone. */
  readonly ownerAccountId: string;
}

export interface IdentityCenterArgs {
  readonly instanceArn: pulumi.Input<string>;
  readonly identityStoreId: pulumi.Input<string>;
  readonly lakeId: pulumi.Input<string>;
  readonly trailTable: pulumi.Input<string>;
  readonly loginRoleArn: pulumi.Input<string>;
  readonly account: pulumi.Input<AwsAccount>;
}

/**
 * Looks up what is empty of instance and identity store; asks AWS for the instances only then. Fails where the account is not the owner's and
 * no event data store is named.
 */
export function identityCenter(
  { instanceArn, identityStoreId, lakeId, trailTable, loginRoleArn, account }: IdentityCenterArgs,
  opts: pulumi.InvokeOptions,
): pulumi.Output<IdentityCenter> {
  const known = pulumi.all([
    instanceArn,
    identityStoreId,
    pulumi.output({ lakeId, trailTable, loginRoleArn }),
    account,
  ]);
  return known.apply(([arn, store, logins, { accountId }]) =>
    orRunError(async () => {
      const given = { instanceArn: arn, identityStoreId: store };
      const isGiven = arn !== "" && store !== "";
      const [owner, found] = await Promise.all([
        ownerAccountId(logins, accountId, opts),
        isGiven ? [given] : instances(opts),
      ]);
      return { ...instanceAmong(found, given), ownerAccountId: owner };
    }),
  );
}
