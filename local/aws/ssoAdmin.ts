import { AwsError, type Call, type Handler } from "./call";
import { fires } from "./faults";
import { type Input, jsonService, refuseMembers, requireString, validationException } from "./jsonProtocol";
import type { Organisation } from "./organisation";
import { instanceArnPattern, permissionSetArnPattern } from "./organisationShapes";
import { type Paging, page } from "./paging";

const paging: Paging = {
  sizeMember: "MaxResults",
  maximum: 100,
  size: 100,
  invalidSize: validationException,
  invalidToken: validationException,
};

export function ssoAdmin(organisation: Organisation): Handler {
  const { header, provisioned, managedPolicies } = organisation;
  const permissionSets = new Map(organisation.permissionSets);

  const requireInstance = (input: Input) => {
    const arn = requireString(input, "InstanceArn", instanceArnPattern);
    if (arn !== header.InstanceArn) throw notFound("Instance", arn);
  };
  const requirePermissionSet = (input: Input, { faults }: Call) => {
    requireInstance(input);
    const arn = requireString(input, "PermissionSetArn", permissionSetArnPattern);
    if (fires(faults, "deleted")) permissionSets.delete(arn);
    const permissionSet = permissionSets.get(arn);
    if (!permissionSet || fires(faults, "notFound")) throw notFound("PermissionSet", arn);
    return { arn, permissionSet };
  };
  const pageOf = <T>(call: Call, input: Input, member: string, listing: string, items: readonly T[]) => {
    const { items: found, NextToken } = page(call, input, listing, items, paging);
    return { [member]: found, NextToken };
  };

  return jsonService({
    ListInstances: (input, call) =>
      pageOf(call, input, "Instances", "", [
        {
          InstanceArn: header.InstanceArn,
          IdentityStoreId: header.IdentityStoreId,
          OwnerAccountId: header.OwnerAccountId,
          Status: "ACTIVE",
        },
      ]),

    ListPermissionSets: (input, call) => {
      requireInstance(input);
      return pageOf(call, input, "PermissionSets", "", [...permissionSets.keys()]);
    },

    DescribePermissionSet: (input, call) => ({ PermissionSet: requirePermissionSet(input, call).permissionSet }),

    ListAccountsForProvisionedPermissionSet: (input, call) => {
      refuseMembers(call, input, ["ProvisioningStatus"]);
      const { arn } = requirePermissionSet(input, call);
      return pageOf(call, input, "AccountIds", arn, [...(provisioned.get(arn)?.keys() ?? [])]);
    },

    ListAccountAssignments: (input, call) => {
      const { arn } = requirePermissionSet(input, call);
      const AccountId = requireString(input, "AccountId", /^\d{12}$/);
      const principals = provisioned.get(arn)?.get(AccountId) ?? [];
      const { items, NextToken } = page(call, input, `${AccountId} ${arn}`, principals, paging);
      return {
        AccountAssignments: items.map((principal) => ({ AccountId, PermissionSetArn: arn, ...principal })),
        NextToken,
      };
    },

    ListManagedPoliciesInPermissionSet: (input, call) => {
      const { arn } = requirePermissionSet(input, call);
      return pageOf(call, input, "AttachedManagedPolicies", arn, managedPolicies.get(arn) ?? []);
    },
  });
}

function notFound(what: string, arn: string): AwsError {
  return new AwsError("ResourceNotFoundException", `Could not find ${what} with id ${arn.split("/").at(-1)}`);
}
