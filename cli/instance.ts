import { ListInstancesCommand, type SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { allPages, type Caller } from "../handlers/aws/aws";
import { reportError } from "../handlers/errors";

interface Instance {
  readonly instanceArn: string;
  readonly identityStoreId: string;
}

/** The Identity Center instance: as given, the rest looked up. An account sees one instance, or none. */
export async function findInstance(given: Instance, ssoAdmin: SSOAdminClient, call: Caller): Promise<Instance> {
  if (given.instanceArn !== "" && given.identityStoreId !== "") return given;
  const instances = await allPages(call, ssoAdmin, {
    command: (NextToken) => new ListInstancesCommand({ MaxResults: 100, NextToken }),
    items: ({ Instances }) => Instances,
    idOf: ({ InstanceArn }) => InstanceArn ?? "",
  });
  const matching = instances.filter(
    ({ InstanceArn, IdentityStoreId }) =>
      (given.instanceArn === "" || InstanceArn === given.instanceArn) &&
      (given.identityStoreId === "" || IdentityStoreId === given.identityStoreId),
  );
  const [found] = matching;
  if (matching.length !== 1 || !found?.InstanceArn || !found.IdentityStoreId) {
    const seen = instances.map((each) => `${each.InstanceArn} (${each.IdentityStoreId})`).join(", ") || "none";
    throw reportError(
      "NoInstance",
      `Expected one IAM Identity Center instance${given.instanceArn || given.identityStoreId ? " with the given ids" : ""}, found ${matching.length}; this account and Region see ${seen}. Give the instance ARN and the identity store id, and check the account and the Region.`,
    );
  }
  return { instanceArn: found.InstanceArn, identityStoreId: found.IdentityStoreId };
}
