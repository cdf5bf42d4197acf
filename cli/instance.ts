import { ListInstancesCommand, type SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { allPages, type Caller, createMustBe } from "../handlers/aws/aws";
import { chooseInstance, type Instance } from "../handlers/grants/grants";
import { optionOf } from "./arguments";

/** The Identity Center instance: as given, the rest looked up. An account sees one instance, or none. */
export async function findInstance(given: Instance, ssoAdmin: SSOAdminClient, call: Caller): Promise<Instance> {
  if (given.instanceArn !== "" && given.identityStoreId !== "") return given;
  const mustBe = createMustBe();
  const found = await allPages(call, ssoAdmin, {
    command: (NextToken) => new ListInstancesCommand({ MaxResults: 100, NextToken }),
    list: "Instances",
    itemOf: ({ InstanceArn, IdentityStoreId }) => ({
      // "" where AWS gives none: an instance without one of them is told of by its other one.
      instanceArn: mustBe.text("Instances.InstanceArn", InstanceArn),
      identityStoreId: mustBe.text("Instances.IdentityStoreId", IdentityStoreId),
    }),
    idOf: ({ instanceArn }) => instanceArn,
  });
  return chooseInstance(found, given, optionOf);
}
