import { AwsError, type Call, type Handler } from "./call";
import { fires } from "./faults";
import { type Input, jsonService, refuseMembers, requireString, validationException, violation } from "./jsonProtocol";
import type { Organisation } from "./organisation";
import { instanceArnPattern, permissionSetArnPattern } from "./organisationShapes";
import { type Paging, page } from "./paging";
import { notEnabled } from "./serviceErrors";

/** As in the service model. */
const applicationArnPattern = /^arn:[\w-]+:sso::\d{12}:application\/(sso)?ins-[a-zA-Z0-9-.]{16}\/apl-[a-zA-Z0-9]{16}$/;

const paging: Paging = {
  sizeMember: "MaxResults",
  maximum: 100,
  size: 100,
  invalidSize: validationException,
  invalidToken: validationException,
};

export function ssoAdmin(organisation: Organisation): Handler {
  const { header, instance, regions, haveOwnRegions, provisioned, managedPolicies } = organisation;
  const { accessScopes, applications, customerManagedPolicies, inlinePolicies } = organisation;
  const permissionSets = new Map(organisation.permissionSets);

  const isInstanceIn = (region: string) => !haveOwnRegions || regions.some(({ RegionName }) => RegionName === region);
  const requireInstance = (input: Input, { region }: Call) => {
    const arn = requireString(input, "InstanceArn", instanceArnPattern);
    if (arn !== header.InstanceArn || !isInstanceIn(region)) throw notFound("Instance", arn);
  };
  /** Permission sets and assignments are in the primary Region; elsewhere what they belong to does not exist. */
  const requirePermissionSets = (input: Input, call: Call) => {
    requireInstance(input, call);
    if (haveOwnRegions && call.region !== header.PrimaryRegion) throw notFound("Instance", header.InstanceArn);
    if (instance.PermissionSetsEnabled === false) throw notEnabled();
  };
  const requirePermissionSet = (input: Input, call: Call) => {
    const { faults } = call;
    requirePermissionSets(input, call);
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
    ListInstances: (input, call) => {
      const scope = input.RegionScope ?? "CURRENT_REGION";
      if (scope !== "CURRENT_REGION" && scope !== "ALL_REGIONS") {
        const allowed = "Member must satisfy enum value set: [CURRENT_REGION, ALL_REGIONS]";
        throw validationException(violation("RegionScope", scope, allowed));
      }
      const isSeen = scope === "ALL_REGIONS" || isInstanceIn(call.region);
      const inRegions = { PrimaryRegion: header.PrimaryRegion, Regions: regions };
      return pageOf(call, input, "Instances", String(scope), isSeen ? [{ ...listedOf(instance), ...inRegions }] : []);
    },

    DescribeInstance: (input, call) => {
      requireInstance(input, call);
      return { ...instance, PrimaryRegion: header.PrimaryRegion, Regions: regions };
    },

    ListRegions: (input, call) => {
      requireInstance(input, call);
      return pageOf(call, input, "Regions", "", regions);
    },

    ListApplications: (input, call) => {
      refuseMembers(call, input, ["Filter"]);
      requireInstance(input, call);
      return pageOf(call, input, "Applications", "", applications);
    },

    ListApplicationAccessScopes: (input, call) => {
      const arn = requireString(input, "ApplicationArn", applicationArnPattern);
      if (!applications.some(({ ApplicationArn }) => ApplicationArn === arn)) throw notFound("Application", arn);
      const { items, NextToken } = page(call, input, arn, accessScopes.get(arn) ?? [], {
        ...paging,
        maximum: 10,
        size: 10,
      });
      return { Scopes: items, NextToken };
    },

    ListPermissionSets: (input, call) => {
      requirePermissionSets(input, call);
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

    ListCustomerManagedPolicyReferencesInPermissionSet: (input, call) => {
      const { arn } = requirePermissionSet(input, call);
      return pageOf(call, input, "CustomerManagedPolicyReferences", arn, customerManagedPolicies.get(arn) ?? []);
    },

    // AWS gives an empty text where there is none.
    GetInlinePolicyForPermissionSet: (input, call) => {
      const { arn } = requirePermissionSet(input, call);
      return { InlinePolicy: inlinePolicies.get(arn) ?? "" };
    },
  });
}

function notFound(what: string, arn: string): AwsError {
  return new AwsError("ResourceNotFoundException", `Could not find ${what} with id ${arn.split("/").at(-1)}`);
}

/** What ListInstances tells of an instance, out of what DescribeInstance does. */
function listedOf(instance: Organisation["instance"]): object {
  const described = ["EncryptionConfigurationDetails", "NetworkConfigurationDetails", "PermissionSetsEnabled"];
  return Object.fromEntries(Object.entries(instance).filter(([member]) => !described.includes(member)));
}
