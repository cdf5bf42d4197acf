import {
  type IdentitystoreClient,
  ListGroupMembershipsCommand,
  ListGroupsCommand,
  ListUsersCommand,
} from "@aws-sdk/client-identitystore";
import { ListAccountsCommand, type OrganizationsClient } from "@aws-sdk/client-organizations";
import { ListAccountAssignmentsCommand, type SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { allPages, type Caller, inParallel } from "../aws/aws";
import { messageOf } from "../errors";
import type {
  Account,
  Collection,
  Group,
  Membership,
  Pair,
  Principal,
  Progress,
  Provisioning,
  Settings,
  User,
} from "../model";

export interface CollectClients {
  readonly ssoAdmin: SSOAdminClient;
  readonly identityStore: IdentitystoreClient;
  readonly organizations: OrganizationsClient;
}

/**
 * Who is assigned to the given pairs, and what is known about them. The services are read side by side; a group's
 * memberships are listed as soon as its first assignment is seen.
 */
export async function collect(
  settings: Settings,
  provisioning: Provisioning,
  clients: CollectClients,
  call: Caller,
  progress: Progress,
): Promise<Collection> {
  const { ssoAdmin, identityStore, organizations } = clients;
  const InstanceArn = settings.instanceArn;
  const IdentityStoreId = settings.identityStoreId;

  const idOf = ({ id }: { readonly id: string }) => id;
  let accountsRefused: string | null = null;

  // Groups wait here from their first assignment until one of the listing workers takes them.
  const groupIds: string[] = [];
  const seenGroups = new Set<string>();
  const memberships: Record<string, readonly Membership[]> = {};
  let groupsListed = 0;
  let assignmentsDone = false;
  let wake: (() => void)[] = [];

  async function listUsers(): Promise<User[]> {
    let done = 0;
    return allPages(async (NextToken) => {
      const page = await call("identitystore", "ListUsers", (abortSignal) =>
        identityStore.send(new ListUsersCommand({ IdentityStoreId, MaxResults: 100, NextToken }), { abortSignal }),
      );
      const items = (page.Users ?? []).map((user) => {
        const email = user.Emails?.find((each) => each.Primary) ?? user.Emails?.[0];
        return {
          id: user.UserId ?? "",
          name: user.UserName ?? "",
          displayName: user.DisplayName ?? "",
          email: email?.Value ?? "",
          status: user.UserStatus ?? "",
          createdMs: user.CreatedAt?.getTime() ?? null,
        };
      });
      done += items.length;
      progress("users", done, null);
      return { items, token: page.NextToken };
    }, idOf);
  }

  async function listGroups(): Promise<Group[]> {
    let done = 0;
    return allPages(async (NextToken) => {
      const page = await call("identitystore", "ListGroups", (abortSignal) =>
        identityStore.send(new ListGroupsCommand({ IdentityStoreId, MaxResults: 100, NextToken }), { abortSignal }),
      );
      const items = (page.Groups ?? []).map((group) => ({ id: group.GroupId ?? "", name: group.DisplayName ?? "" }));
      done += items.length;
      progress("groups", done, null);
      return { items, token: page.NextToken };
    }, idOf);
  }

  /** `null` where the group does not exist: asked for every assigned group, since one may be made after `listGroups` has passed. */
  async function listMemberships(GroupId: string): Promise<Membership[] | null> {
    try {
      return await allPages(
        async (NextToken) => {
          const page = await call("identitystore", "ListGroupMemberships", (abortSignal) =>
            identityStore.send(
              new ListGroupMembershipsCommand({ IdentityStoreId, GroupId, MaxResults: 100, NextToken }),
              {
                abortSignal,
              },
            ),
          );
          const items = (page.GroupMemberships ?? []).flatMap((membership) => {
            const userId = membership.MemberId?.UserId;
            return userId ? [{ userId, createdMs: membership.CreatedAt?.getTime() ?? null }] : [];
          });
          return { items, token: page.NextToken };
        },
        (membership) => membership.userId,
      );
    } catch (error) {
      if ((error as Error).name === "ResourceNotFoundException") return null;
      throw error;
    }
  }

  /** `null` where Organizations may not be read; why, is in `accountsRefused`. */
  async function listAccounts(): Promise<Account[] | null> {
    try {
      return await allPages(async (NextToken) => {
        const page = await call("organizations", "ListAccounts", (abortSignal) =>
          organizations.send(new ListAccountsCommand({ MaxResults: 20, NextToken }), { abortSignal }),
        );
        const items = (page.Accounts ?? []).map((account) => ({
          id: account.Id ?? "",
          name: account.Name ?? "",
          state: account.State ?? "UNKNOWN",
        }));
        return { items, token: page.NextToken };
      }, idOf);
    } catch (error) {
      const name = (error as Error).name;
      if (name !== "AccessDenied" && name !== "AWSOrganizationsNotInUseException") throw error;
      accountsRefused = messageOf(error);
      return null;
    }
  }

  async function listPrincipals([AccountId, permissionSet]: Pair): Promise<Principal[]> {
    const PermissionSetArn = provisioning.permissionSets[permissionSet]?.arn;
    const principals = await allPages(async (NextToken) => {
      const input = { InstanceArn, AccountId, PermissionSetArn, MaxResults: 100, NextToken };
      const page = await call("sso-admin", "ListAccountAssignments", (abortSignal) =>
        ssoAdmin.send(new ListAccountAssignmentsCommand(input), { abortSignal }),
      );
      const items = (page.AccountAssignments ?? []).flatMap((assignment): Principal[] => {
        const id = assignment.PrincipalId ?? "";
        return [[assignment.PrincipalType === "GROUP" ? "GROUP" : "USER", id]];
      });
      return { items, token: page.NextToken };
    }, String);
    for (const [type, id] of principals) if (type === "GROUP") noteGroup(id);
    return principals;
  }

  function noteGroup(id: string): void {
    if (seenGroups.has(id)) return;
    seenGroups.add(id);
    groupIds.push(id);
    wakeWorkers();
  }

  function wakeWorkers(): void {
    for (const each of wake) each();
    wake = [];
  }

  async function membershipWorker(): Promise<void> {
    for (;;) {
      const id = groupIds.shift();
      if (id !== undefined) {
        const members = await listMemberships(id);
        if (members !== null) memberships[id] = members;
        progress("group memberships", ++groupsListed, assignmentsDone ? seenGroups.size : null);
      } else if (assignmentsDone) {
        return;
      } else {
        await new Promise<void>((resolve) => wake.push(resolve));
      }
    }
  }

  async function listAssignments(): Promise<Principal[][]> {
    try {
      let done = 0;
      return await inParallel(provisioning.pairs, 50, async (pair) => {
        const principals = await listPrincipals(pair);
        progress("assignments", ++done, provisioning.pairs.length);
        return principals;
      });
    } finally {
      assignmentsDone = true;
      wakeWorkers();
    }
  }

  const [principals, users, groups, accounts] = await Promise.all([
    listAssignments(),
    listUsers(),
    listGroups(),
    listAccounts(),
    ...Array.from({ length: 20 }, membershipWorker),
  ]);
  return { principals, users, groups, memberships, accounts, accountsRefused };
}
