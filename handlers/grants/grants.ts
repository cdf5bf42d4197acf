import { type Caller, type Clients, createMustBe, type Staged } from "../aws/aws";
import type { Collection, Membership, Progress, Provisioning, Settings } from "../model";
import { listAccounts } from "./accounts";
import { type Assignments, listAssignments } from "./assignments";
import { createDirectory } from "./directory";
import { listMemberships } from "./memberships";
import { listProvisioning } from "./permissionSets";

export { chooseInstance, type Instance } from "./instance";
export { readRegions } from "./regions";

/** The first stage: every permission set, and every account that it is provisioned to. */
export function readProvisioning(
  settings: Settings,
  { ssoAdmin }: Clients,
  call: Caller,
  progress: Progress,
): Promise<Staged<Provisioning>> {
  const stage = "provisioning";
  return call.stage(stage, (own) => listProvisioning(settings, ssoAdmin, own, createMustBe(own, stage), progress));
}

/**
 * The second stage: who is assigned to the given pairs, and what is known about them. The services are read side by side; a
 * group's memberships are listed as soon as its first assignment is seen. Then those are asked for by id who occur and were not
 * listed: they came meanwhile, a listing that shifted has skipped them, the store lists nobody without a filter, or they are gone.
 */
export function collect(
  { instanceArn, identityStoreId }: Settings,
  provisioning: Provisioning,
  { ssoAdmin, identityStore, organizations }: Clients,
  call: Caller,
  progress: Progress,
): Promise<Staged<Collection>> {
  const stage = "collection";
  return call.stage(stage, async (own) => {
    const mustBe = createMustBe(own, stage);
    const directory = createDirectory(identityStoreId, identityStore, own, mustBe, progress);
    const members = listMemberships(identityStoreId, identityStore, own, mustBe, progress);
    const assigning = listAssignments(instanceArn, provisioning, ssoAdmin, own, mustBe, progress, ([type, id]) => {
      if (type === "GROUP") members.add(id);
    }).finally(members.end);
    const [assignments, listedUsers, listedGroups, accounts, listedMemberships] = await Promise.all([
      assigning,
      directory.listUsers(),
      directory.listGroups(),
      listAccounts(organizations, own, mustBe),
      members.memberships,
    ]);

    const unlistedGroups = without(assigned("GROUP", assignments), listedGroups ?? []);
    const foundGroups = await directory.describeGroups(unlistedGroups);
    const memberships: Record<string, readonly Membership[]> = { ...listedMemberships };
    // What a group by id is, its members must be as well: a group that is gone has none, one that is there has been listed.
    for (const id of without(unlistedGroups, foundGroups)) delete memberships[id];
    for (const { id } of foundGroups) {
      const found = memberships[id] ?? (await members.membersOf(id));
      if (found !== null) memberships[id] = found;
    }

    const occurring = assigned("USER", assignments);
    for (const ofGroup of Object.values(memberships)) for (const { userId } of ofGroup) occurring.add(userId);
    const foundUsers = await directory.describeUsers(without(occurring, listedUsers ?? []));

    return {
      principals: assignments.principals,
      users: [...(listedUsers ?? []), ...foundUsers],
      groups: [...(listedGroups ?? []), ...foundGroups],
      memberships,
      ...accounts,
      notes: [...assignments.notes, ...(listedUsers && listedGroups ? [] : [LISTED_BY_FILTER_ONLY])],
      notUnderstood: mustBe.doubts(),
    };
  });
}

const LISTED_BY_FILTER_ONLY =
  "The Identity Store lists users and groups by filter only, as with Active Directory: those who are assigned, and the members of assigned groups, were read by id, nobody else.";

/** The ids of all principals of a type. */
function assigned(type: "USER" | "GROUP", { principals }: Assignments): Set<string> {
  const ids = new Set<string>();
  for (const ofPair of principals) for (const [of, id] of ofPair) if (of === type) ids.add(id);
  return ids;
}

/** The ids that none of these has, in their order. */
function without(ids: Iterable<string>, known: readonly { readonly id: string }[]): string[] {
  const knownIds = new Set(known.map(({ id }) => id));
  return [...ids].filter((id) => !knownIds.has(id));
}
