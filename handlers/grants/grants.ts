import { type Caller, type Clients, createMustBe, type Staged } from "../aws/aws";
import type {
  Collection,
  Entitlements,
  InstanceFacts,
  Membership,
  Organization,
  PrincipalType,
  Progress,
  Provisioning,
  Settings,
} from "../model";
import { listAccounts } from "./accounts";
import { type Assignments, listAssignments } from "./assignments";
import { createDirectory } from "./directory";
import { findAccessApplications, listEntitlements } from "./entitlements";
import { listMembers } from "./memberships";
import { listProvisioning } from "./permissionSets";
import { createQueue } from "./queue";
import { IN_FLIGHT } from "./requests";

export { readApplications } from "./applications";
export { readInstance, requireOrganizationInstance, withNetworkControls } from "./describeInstance";
export { chooseInstance, type Instance } from "./instance";
export { readAgain } from "./readAgain";
export { readRegions } from "./regions";

/** Every permission set, and every account that it is provisioned to; none where the instance has no permission sets. */
export function readProvisioning(
  settings: Settings,
  { permissionSetsEnabled }: Pick<InstanceFacts, "permissionSetsEnabled">,
  { ssoAdmin }: Clients,
  call: Caller,
  progress: Progress,
): Promise<Staged<Provisioning>> {
  const stage = "provisioning";
  return call.stage(stage, async (own) =>
    permissionSetsEnabled === false
      ? { permissionSets: [], pairs: [], notes: [] }
      : listProvisioning(settings, ssoAdmin, own, createMustBe(own, stage), progress),
  );
}

/** The accounts, and the applications of account access manager: how much there is to ask for follows from both. */
export function readOrganization(
  { organizations, accountAccess }: Clients,
  call: Caller,
): Promise<Staged<Organization>> {
  const stage = "organization";
  return call.stage(stage, async (own) => {
    const mustBe = createMustBe(own, stage);
    const [accounts, access] = await Promise.all([
      listAccounts(organizations, own, mustBe),
      findAccessApplications(accountAccess, own, mustBe),
    ]);
    return { ...accounts, accountAccess: access, notUnderstood: mustBe.doubts() };
  });
}

/** Those of the organization, and those that occur: of an account outside of it, nobody else tells. In order. */
export function accountsToAsk(
  { accounts }: Pick<Organization, "accounts">,
  { pairs }: Pick<Provisioning, "pairs">,
): string[] {
  return [...new Set([...(accounts ?? []).map(({ id }) => id), ...pairs.map(([id]) => id)])].sort();
}

/**
 * Who is assigned to the given pairs, or was given a role of an account, and what is known about them. The services are read side by side; a
 * group's memberships are listed as soon as its first assignment is seen. Then those are asked for by id who occur and were not
 * listed: they came meanwhile, a listing that shifted has skipped them, the store lists nobody without a filter, or they are gone.
 */
export function collect(
  { instanceArn, identityStoreId }: Settings,
  provisioning: Provisioning,
  organization: Organization,
  { ssoAdmin, identityStore, accountAccess }: Clients,
  call: Caller,
  progress: Progress,
): Promise<Staged<Collection>> {
  const stage = "collection";
  return call.stage(stage, async (own) => {
    const mustBe = createMustBe(own, stage);
    const directory = createDirectory(identityStoreId, identityStore, own, mustBe, progress);
    const listing = [directory.listUsers(), directory.listGroups()] as const;
    const membersOf = (id: string) => listMembers(identityStoreId, id, identityStore, own, mustBe);
    const memberships: Record<string, readonly Membership[]> = {};
    const usersById = findUnlisted("users by id", listing[0], directory.describeUser, progress);
    const groupsById = findUnlisted("groups by id", listing[1], directory.describeGroup, progress);
    const members = createQueue(
      MEMBERSHIP_WORKERS,
      async (id) => {
        const ofGroup = await membersOf(id);
        if (ofGroup === null) return;
        memberships[id] = ofGroup;
        for (const { userId } of ofGroup) usersById.add(userId);
      },
      (done, total) => progress("group memberships", done, total),
    );
    const onPrincipal = (type: PrincipalType, id: string) => {
      if (type === "USER") usersById.add(id);
      else for (const queue of [members, groupsById]) queue.add(id);
    };
    const accountIds = accountsToAsk(organization, provisioning);
    const giving = Promise.all([
      listAssignments(instanceArn, provisioning, ssoAdmin, own, mustBe, progress, ([type, id]) =>
        onPrincipal(type, id),
      ),
      listEntitlements(organization.accountAccess, accountIds, accountAccess, own, mustBe, progress, onPrincipal),
    ]).finally(() => {
      members.end();
      groupsById.end();
    });
    const [[assignments, entitlements], listedUsers, listedGroups, foundGroups] = await Promise.race([
      Promise.all([giving, ...listing, groupsById.found, members.done]),
      usersById.failure,
    ]);

    // What a group by id is, its members must be as well: a group that is gone has none, one that is there has been listed.
    for (const id of without(given("GROUP", assignments, entitlements), [...(listedGroups ?? []), ...foundGroups])) {
      delete memberships[id];
    }
    for (const { id } of foundGroups) {
      const ofGroup = memberships[id] ?? (await membersOf(id));
      if (ofGroup === null) continue;
      memberships[id] = ofGroup;
      for (const { userId } of ofGroup) usersById.add(userId);
    }
    usersById.end();
    const foundUsers = await usersById.found;

    return {
      principals: assignments.principals,
      users: [...(listedUsers ?? []), ...foundUsers],
      groups: [...(listedGroups ?? []), ...foundGroups],
      memberships,
      accounts: organization.accounts,
      accountsRefused: organization.accountsRefused,
      entitlements,
      notes: [...assignments.notes, ...(listedUsers && listedGroups ? [] : [LISTED_BY_FILTER_ONLY])],
      notUnderstood: [...organization.notUnderstood, ...mustBe.doubts()].sort(),
    };
  });
}

const LISTED_BY_FILTER_ONLY =
  "The Identity Store lists users and groups by filter only, as with Active Directory: those who are assigned, and the members of assigned groups, were read by id, nobody else.";

/** One answer a second each, at the 20 a second that AWS grants. */
const MEMBERSHIP_WORKERS = 20;

/** Asks by id for those who are named and not listed, as soon as both is known. `found` has those of them that exist, in the order of their ids. */
function findUnlisted<One extends { readonly id: string }>(
  what: string,
  listing: Promise<readonly One[] | null>,
  describe: (id: string) => Promise<One | null>,
  progress: Progress,
) {
  const found: One[] = [];
  let asked = 0;
  const listed = listing.then((all) => new Set(all?.map(({ id }) => id)));
  listed.catch(() => {}); // whoever lists them tells
  const queue = createQueue(
    IN_FLIGHT,
    async (id) => {
      if ((await listed).has(id)) return;
      const one = await describe(id);
      if (one !== null) found.push(one);
      progress(what, ++asked, null);
    },
    () => {},
  );
  const results = {
    /** Rejects as soon as one could not be asked for; else it stays open. */
    failure: queue.done.then(() => new Promise<never>(() => {})),
    found: queue.done.then(() => found.sort((one, other) => (one.id < other.id ? -1 : 1))),
  };
  for (const result of Object.values(results)) result.catch(() => {}); // waited for later, or not at all
  return { add: queue.add, end: queue.end, ...results };
}

/** The ids of all principals of a type. */
function given(type: PrincipalType, { principals }: Assignments, { roles }: Entitlements): Set<string> {
  const ids = new Set<string>();
  for (const ofPair of principals) for (const [of, id] of ofPair) if (of === type) ids.add(id);
  for (const role of roles) for (const [of, id] of role.principals) if (of === type) ids.add(id);
  return ids;
}

/** The ids that none of these has, in their order. */
function without(ids: Iterable<string>, known: readonly { readonly id: string }[]): string[] {
  const knownIds = new Set(known.map(({ id }) => id));
  return [...ids].filter((id) => !knownIds.has(id));
}
