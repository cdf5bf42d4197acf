import { ListAccountAssignmentsCommand, type SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { allPages, type Caller, inParallel } from "../aws/aws";
import type { Principal, Progress, Provisioning } from "../model";
import { IN_FLIGHT, PAGE_SIZE } from "./requests";

/**
 * For each pair, in order, the principals that are assigned to it.
 *
 * @param onPrincipal told of each as soon as it is seen
 */
export function listAssignments(
  InstanceArn: string,
  { pairs, permissionSets }: Provisioning,
  ssoAdmin: SSOAdminClient,
  call: Caller,
  progress: Progress,
  onPrincipal: (principal: Principal) => void,
): Promise<Principal[][]> {
  let done = 0;
  return inParallel(pairs, IN_FLIGHT, async ([AccountId, permissionSet]) => {
    const PermissionSetArn = permissionSets[permissionSet]?.arn;
    const principals = await allPages(call, ssoAdmin, {
      command: (NextToken) =>
        new ListAccountAssignmentsCommand({
          InstanceArn,
          AccountId,
          PermissionSetArn,
          MaxResults: PAGE_SIZE,
          NextToken,
        }),
      items: ({ AccountAssignments }) =>
        AccountAssignments?.map(
          ({ PrincipalType, PrincipalId = "" }): Principal => [
            PrincipalType === "GROUP" ? "GROUP" : "USER",
            PrincipalId,
          ],
        ),
      idOf: String,
    });
    principals.forEach(onPrincipal);
    progress("assignments", ++done, pairs.length);
    return principals;
  });
}
