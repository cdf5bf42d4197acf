import { type IdentitystoreClient, ListGroupsCommand, ListUsersCommand } from "@aws-sdk/client-identitystore";
import { allPages, type Caller } from "../aws/aws";
import type { Group, Progress, User } from "../model";
import { PAGE_SIZE } from "./requests";

/** Everyone in the Identity Store: one listing replaces a DescribeUser for each member. */
export function listUsers(
  IdentityStoreId: string,
  identityStore: IdentitystoreClient,
  call: Caller,
  progress: Progress,
): Promise<User[]> {
  return allPages(call, identityStore, {
    command: (NextToken) => new ListUsersCommand({ IdentityStoreId, MaxResults: PAGE_SIZE, NextToken }),
    items: ({ Users }) =>
      Users?.map((user) => {
        const email = user.Emails?.find((each) => each.Primary) ?? user.Emails?.[0];
        return {
          id: user.UserId ?? "",
          name: user.UserName ?? "",
          displayName: user.DisplayName ?? "",
          email: email?.Value ?? "",
          status: user.UserStatus ?? "",
          createdMs: user.CreatedAt?.getTime() ?? null,
        };
      }),
    idOf: ({ id }) => id,
    onPage: (count) => progress("users", count, null),
  });
}

export function listGroups(
  IdentityStoreId: string,
  identityStore: IdentitystoreClient,
  call: Caller,
  progress: Progress,
): Promise<Group[]> {
  return allPages(call, identityStore, {
    command: (NextToken) => new ListGroupsCommand({ IdentityStoreId, MaxResults: PAGE_SIZE, NextToken }),
    items: ({ Groups }) => Groups?.map((group) => ({ id: group.GroupId ?? "", name: group.DisplayName ?? "" })),
    idOf: ({ id }) => id,
    onPage: (count) => progress("groups", count, null),
  });
}
