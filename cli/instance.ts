import { ListInstancesCommand, type SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { allPages, type Caller, createMustBe } from "../handlers/aws/aws";
import { reportError } from "../handlers/errors";
import { chooseInstance, type Instance } from "../handlers/grants/grants";
import type { Settings } from "../handlers/model";
import { waysToLogins } from "../handlers/settings";
import { optionOf } from "./arguments";

/** The name of the error of a run that would look for logins where they are not. */
export const NOT_THE_OWNER = "NotTheOwner";

/**
 * The Identity Center instance: as given, the rest looked up. An account sees one instance, or none. Where it is looked up, it must be the
 * account's own for its logins to be read from Event history.
 *
 * @param account of the credentials
 */
export async function findInstance(
  {
    eventDataStore,
    trailTable,
    loginRoleArn,
    instanceArn,
    identityStoreId,
  }: Instance & Pick<Settings, "eventDataStore" | "trailTable" | "loginRoleArn">,
  account: string,
  ssoAdmin: SSOAdminClient,
  call: Caller,
): Promise<Instance> {
  const given = { instanceArn, identityStoreId };
  if (instanceArn !== "" && identityStoreId !== "") return given;
  const mustBe = createMustBe();
  const found = await allPages(call, ssoAdmin, {
    command: (NextToken) => new ListInstancesCommand({ MaxResults: 100, NextToken }),
    list: "Instances",
    itemOf: ({ InstanceArn, IdentityStoreId, OwnerAccountId }) => ({
      // "" where AWS gives none: an instance without one of them is told of by its other one.
      instanceArn: mustBe.text("Instances.InstanceArn", InstanceArn),
      identityStoreId: mustBe.text("Instances.IdentityStoreId", IdentityStoreId),
      ownerAccountId: mustBe.text("Instances.OwnerAccountId", OwnerAccountId),
    }),
    idOf: ({ instanceArn }) => instanceArn,
  });
  const chosen = chooseInstance(found, given, optionOf);
  const owner = found.find((one) => one.instanceArn === chosen.instanceArn)?.ownerAccountId ?? "";
  if (eventDataStore === "" && trailTable === "" && loginRoleArn === "" && owner !== "" && owner !== account)
    throw notTheOwner(account, owner);
  return { instanceArn: chosen.instanceArn, identityStoreId: chosen.identityStoreId };
}

/** Event history holds an account's own events alone, and logins are recorded in the account that owns the instance. */
function notTheOwner(account: string, owner: string): Error {
  return reportError(
    NOT_THE_OWNER,
    `The logins are in the CloudTrail Event history of account ${owner}, which owns the IAM Identity Center instance, and can be read there ` +
      `alone; these credentials are of account ${account}. Use credentials of account ${owner}, or leave logins out with --no-logins, or: ` +
      `${waysToLogins(owner, ["--login-role-arn", "--lake-id", "--trail-table"])} Nothing was written.`,
  );
}
