import { type IdentitystoreClient, ListGroupMembershipsCommand } from "@aws-sdk/client-identitystore";
import { allPagesUnless, type Caller, type MustBe } from "../aws/aws";
import type { Membership } from "../model";
import { isNotFound } from "./notFound";
import { PAGE_SIZE } from "./requests";

/**
 * One group's members; `null` where the group does not exist. Asked for every assigned group, since one may be made after the listing has
 * passed.
 */
export async function listMembers(
  IdentityStoreId: string,
  GroupId: string,
  identityStore: IdentitystoreClient,
  call: Caller,
  mustBe: MustBe,
): Promise<readonly Membership[] | null> {
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
