import {
  DescribeGroupCommand,
  type DescribeGroupCommandOutput,
  DescribeUserCommand,
  type DescribeUserCommandOutput,
  type IdentitystoreClient,
  ListGroupsCommand,
  ListUsersCommand,
  type User as StoreUser,
} from "@aws-sdk/client-identitystore";
import { type AnswerTo, type AwsClient, allPagesUnless, type Caller, type Listing, type MustBe } from "../aws/aws";
import { reportError } from "../errors";
import type { Group, Progress, User } from "../model";
import { isNotFound } from "./notFound";
import { PAGE_SIZE } from "./requests";

/** The users and groups of one Identity Store. */
export interface Directory {
  /** Everyone: one listing replaces a DescribeUser for each member. `null` where the store lists by filter only. */
  listUsers(): Promise<User[] | null>;
  listGroups(): Promise<Group[] | null>;
  /** `null` where there is no such user, or group. */
  describeUser(id: string): Promise<User | null>;
  describeGroup(id: string): Promise<Group | null>;
}

export function createDirectory(
  IdentityStoreId: string,
  identityStore: IdentitystoreClient,
  call: Caller,
  mustBe: MustBe,
  progress: Progress,
): Directory {
  const STATUSES = ["ENABLED", "DISABLED"];

  function userOf(user: Partial<StoreUser>, member: string): User {
    const id = mustBe.id(`${member}UserId`, user.UserId);
    const email = user.Emails?.find((each) => each.Primary) ?? user.Emails?.[0];
    const status = user.UserStatus ?? "";
    return {
      id,
      name: mustBe.text(`${member}UserName`, user.UserName),
      displayName: mustBe.text(`${member}DisplayName`, user.DisplayName),
      email: mustBe.text(`${member}Emails.Value`, email?.Value),
      status: status === "" ? "" : mustBe.state("UserStatus of users", id, status, STATUSES, ""),
      createdMs: mustBe.instantMs("CreatedAt of users", id, user.CreatedAt),
    };
  }

  function groupOf({ GroupId, DisplayName }: { GroupId?: string; DisplayName?: string }, member: string): Group {
    return { id: mustBe.id(`${member}GroupId`, GroupId), name: mustBe.text(`${member}DisplayName`, DisplayName) };
  }

  /** With Active Directory as the identity source, AWS may list those only whom a filter names. */
  function isByFilterOnly(error: unknown): string | null {
    const { name, message } = error as Error;
    return name === "ValidationException" && /filter is required/i.test(message) ? message : null;
  }

  async function listed<Command, List extends keyof AnswerTo<Command> & string, Item>(
    listing: Listing<Command, List, Item>,
  ): Promise<Item[] | null> {
    const { items } = await allPagesUnless(call, identityStore as AwsClient<Command>, listing, isByFilterOnly);
    return items;
  }

  /** Whom was asked for, under the id that assignments and memberships have: AWS may answer with the store's prefix or without. */
  function underId<One extends { readonly id: string }>(id: string, one: One): One {
    const withoutPrefix = (either: string) => either.replace(/^[0-9a-f]{10}-(?=.{36}$)/, "");
    if (withoutPrefix(one.id) === withoutPrefix(id)) return { ...one, id };
    throw reportError("UnexpectedAnswer", `expected an answer about ${id}, got one about ${one.id}`);
  }

  function unlessGone<One>(what: string, type: "USER" | "GROUP", id: string, describe: () => Promise<One>) {
    return call.once(what, id, () =>
      describe().catch((error) => {
        if (isNotFound(error, type)) return null;
        throw error;
      }),
    );
  }

  return {
    listUsers: () =>
      listed({
        command: (NextToken) => new ListUsersCommand({ IdentityStoreId, MaxResults: PAGE_SIZE, NextToken }),
        list: "Users",
        itemOf: (user) => userOf(user, "Users."),
        idOf: ({ id }) => id,
        keptAs: "users",
        onPage: (count) => progress("users", count, null),
      }),

    listGroups: () =>
      listed({
        command: (NextToken) => new ListGroupsCommand({ IdentityStoreId, MaxResults: PAGE_SIZE, NextToken }),
        list: "Groups",
        itemOf: (group) => groupOf(group, "Groups."),
        idOf: ({ id }) => id,
        keptAs: "groups",
        onPage: (count) => progress("groups", count, null),
      }),

    describeUser: (UserId) =>
      unlessGone("users by id", "USER", UserId, () =>
        call(identityStore, new DescribeUserCommand({ IdentityStoreId, UserId }), (user: DescribeUserCommandOutput) =>
          underId(UserId, userOf(user, "")),
        ),
      ),

    describeGroup: (GroupId) =>
      unlessGone("groups by id", "GROUP", GroupId, () =>
        call(
          identityStore,
          new DescribeGroupCommand({ IdentityStoreId, GroupId }),
          (group: DescribeGroupCommandOutput) => underId(GroupId, groupOf(group, "")),
        ),
      ),
  };
}
