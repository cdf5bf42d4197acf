import { ListAccountAssignmentsCommand, type SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { allPages, type Caller, inParallel, type MustBe } from "../aws/aws";
import type { Principal, PrincipalType, Progress, Provisioning } from "../model";
import { createDeletedSets } from "./deletedSets";
import { IN_FLIGHT, PAGE_SIZE } from "./requests";

export interface Assignments {
  /** For each pair, in order, the principals that are assigned to it; none of a permission set that was deleted meanwhile. */
  readonly principals: readonly (readonly Principal[])[];
  /** ARNs of permission sets that were found to be deleted. */
  readonly deletedSets: readonly string[];
  /** What of it is left out, for people. */
  readonly notes: readonly string[];
}

/**
 * Who is assigned to the pairs.
 *
 * @param onPrincipal told of each as soon as it is seen
 */
export async function listAssignments(
  InstanceArn: string,
  { pairs, permissionSets }: Provisioning,
  ssoAdmin: SSOAdminClient,
  call: Caller,
  mustBe: MustBe,
  progress: Progress,
  onPrincipal: (principal: Principal) => void,
): Promise<Assignments> {
  const TYPES: readonly PrincipalType[] = ["GROUP", "USER"];
  const deletedSets = createDeletedSets(InstanceArn, ssoAdmin, call, mustBe);

  function principalsOf(AccountId: string, PermissionSetArn: string): Promise<Principal[]> {
    return allPages(call, ssoAdmin, {
      command: (NextToken) =>
        new ListAccountAssignmentsCommand({
          InstanceArn,
          AccountId,
          PermissionSetArn,
          MaxResults: PAGE_SIZE,
          NextToken,
        }),
      list: "AccountAssignments",
      itemOf: ({ PrincipalType, PrincipalId }): Principal => [
        mustBe.oneOf("AccountAssignments.PrincipalType", PrincipalType, TYPES),
        mustBe.id("AccountAssignments.PrincipalId", PrincipalId),
      ],
      idOf: String,
      keptAs: `assignments ${AccountId} ${PermissionSetArn}`,
    });
  }

  let done = 0;
  const read = await inParallel(pairs, IN_FLIGHT, async ([accountId, permissionSet]) => {
    const { arn } = permissionSets[permissionSet]!;
    const principals = await deletedSets.unlessDeleted(arn, () => principalsOf(accountId, arn));
    principals?.forEach(onPrincipal);
    progress("assignments", ++done, pairs.length);
    return principals ?? [];
  });

  // Also what was read of them before they were deleted.
  const deleted = deletedSets.arns();
  const isDeleted = permissionSets.map(({ arn }) => deleted.includes(arn));
  return {
    deletedSets: deleted,
    principals: read.map((principals, index) => (isDeleted[pairs[index]![1]] ? [] : principals)),
    notes: permissionSets
      .filter((_, index) => isDeleted[index])
      .map(
        ({ name, arn }) => `The permission set ${name} (${arn}) was deleted while the report was made: it is left out.`,
      ),
  };
}
