import { ListInstancesCommand, type SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { allPages, type Caller } from "../handlers/aws/aws";
import { chooseInstance, type Instance } from "../handlers/grants/grants";
import { optionOf } from "./arguments";

/** The Identity Center instance: as given, the rest looked up. An account sees one instance, or none. */
export async function findInstance(given: Instance, ssoAdmin: SSOAdminClient, call: Caller): Promise<Instance> {
  if (given.instanceArn !== "" && given.identityStoreId !== "") return given;
  const instances = await allPages(call, ssoAdmin, {
    command: (NextToken) => new ListInstancesCommand({ MaxResults: 100, NextToken }),
    items: ({ Instances }) => Instances,
    idOf: ({ InstanceArn }) => InstanceArn ?? "",
  });
  const found = instances.map(({ InstanceArn: instanceArn = "", IdentityStoreId: identityStoreId = "" }) => ({
    instanceArn,
    identityStoreId,
  }));
  return chooseInstance(found, given, optionOf);
}
