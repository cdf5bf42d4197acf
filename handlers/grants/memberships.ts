import { type IdentitystoreClient, ListGroupMembershipsCommand } from "@aws-sdk/client-identitystore";
import { allPagesUnless, type Caller, type MustBe } from "../aws/aws";
import type { Membership, Progress } from "../model";
import { isNotFound } from "./notFound";
import { PAGE_SIZE } from "./requests";

/** Lists the memberships of groups that are named while it works. */
export interface MembershipListing {
  /** Names a group; a second time, nothing. */
  add(groupId: string): void;
  /** No more groups come. */
  end(): void;
  /** Group id → members, of the groups that exist. */
  readonly memberships: Promise<Record<string, readonly Membership[]>>;
  /** One group's members; `null` where the group does not exist. */
  membersOf(groupId: string): Promise<readonly Membership[] | null>;
}

/** Starts listing: a group's members are asked for as soon as the group is named. */
export function listMemberships(
  IdentityStoreId: string,
  identityStore: IdentitystoreClient,
  call: Caller,
  mustBe: MustBe,
  progress: Progress,
): MembershipListing {
  const WORKERS = 20; // one answer a second each, at the 20 a second that AWS grants
  const queue: string[] = [];
  const seen = new Set<string>();
  const memberships: Record<string, readonly Membership[]> = {};
  let listed = 0;
  let ended = false;
  let wake: (() => void)[] = [];

  /** Asked for every assigned group, since one may be made after the listing has passed. */
  async function membersOf(GroupId: string): Promise<Membership[] | null> {
    const { items } = await allPagesUnless(
      call,
      identityStore,
      {
        command: (NextToken) =>
          new ListGroupMembershipsCommand({ IdentityStoreId, GroupId, MaxResults: PAGE_SIZE, NextToken }),
        list: "GroupMemberships",
        itemOf: ({ MemberId, CreatedAt }) => {
          // A union: a member that is no user, as AWS may add one day, has no UserId.
          const userId = mustBe.id("GroupMemberships.MemberId.UserId", MemberId?.UserId);
          const createdMs = mustBe.instantMs("CreatedAt of memberships", `${userId} in ${GroupId}`, CreatedAt);
          // The user's age must not stand in for a date that is there, though nobody understands it.
          return createdMs === null && CreatedAt ? { userId, createdMs, ageNotKnown: true } : { userId, createdMs };
        },
        idOf: ({ userId }) => userId,
        keptAs: `members ${GroupId}`,
      },
      (error) => (isNotFound(error, "GROUP") ? "the group does not exist" : null),
    );
    return items;
  }

  async function work(): Promise<void> {
    for (;;) {
      const id = queue.shift();
      if (id !== undefined) {
        const members = await membersOf(id);
        if (members !== null) memberships[id] = members;
        progress("group memberships", ++listed, ended ? seen.size : null);
      } else if (ended) {
        return;
      } else {
        await new Promise<void>((resolve) => wake.push(resolve));
      }
    }
  }

  function wakeWorkers(): void {
    for (const each of wake) each();
    wake = [];
  }

  return {
    add(groupId) {
      if (seen.has(groupId)) return;
      seen.add(groupId);
      queue.push(groupId);
      wakeWorkers();
    },
    end() {
      ended = true;
      wakeWorkers();
    },
    memberships: Promise.all(Array.from({ length: WORKERS }, work)).then(() => memberships),
    membersOf,
  };
}
