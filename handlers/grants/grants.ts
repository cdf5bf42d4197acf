import type { Caller, Clients, Staged } from "../aws/aws";
import type { Collection, Progress, Provisioning, Settings } from "../model";
import { listAccounts } from "./accounts";
import { listAssignments } from "./assignments";
import { listGroups, listUsers } from "./directory";
import { listMemberships } from "./memberships";
import { listProvisioning } from "./permissionSets";

export { chooseInstance, type Instance } from "./instance";

/** The first stage: every permission set, and every account that it is provisioned to. */
export function readProvisioning(
  settings: Settings,
  { ssoAdmin }: Clients,
  call: Caller,
  progress: Progress,
): Promise<Staged<Provisioning>> {
  return call.stage((own) => listProvisioning(settings, ssoAdmin, own, progress));
}

/**
 * The second stage: who is assigned to the given pairs, and what is known about them. The services are read side by side; a
 * group's memberships are listed as soon as its first assignment is seen.
 */
export function collect(
  { instanceArn, identityStoreId }: Settings,
  provisioning: Provisioning,
  { ssoAdmin, identityStore, organizations }: Clients,
  call: Caller,
  progress: Progress,
): Promise<Staged<Collection>> {
  return call.stage(async (own) => {
    const members = listMemberships(identityStoreId, identityStore, own, progress);
    const assignments = listAssignments(instanceArn, provisioning, ssoAdmin, own, progress, ([type, id]) => {
      if (type === "GROUP") members.add(id);
    }).finally(members.end);
    const [principals, users, groups, accounts, memberships] = await Promise.all([
      assignments,
      listUsers(identityStoreId, identityStore, own, progress),
      listGroups(identityStoreId, identityStore, own, progress),
      listAccounts(organizations, own),
      members.memberships,
    ]);
    return { principals, users, groups, memberships, ...accounts };
  });
}
