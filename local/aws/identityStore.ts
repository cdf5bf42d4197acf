import { AwsError, type Handler } from "./call";
import { type Input, jsonService, refuseMembers, requireString, validationException } from "./jsonProtocol";
import type { Organisation } from "./organisation";
import { type Paging, page } from "./paging";

const paging: Paging = {
  sizeMember: "MaxResults",
  maximum: 100,
  size: 100,
  invalidSize: validationException,
  invalidToken: validationException,
};

export function identityStore({ header, users, groups, memberships }: Organisation): Handler {
  const IdentityStoreId = header.IdentityStoreId;
  const groupList = [...groups.values()];

  const requireStore = (input: Input) => {
    const id = requireString(input, "IdentityStoreId", /^(d-[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/);
    if (id !== IdentityStoreId) throw notFound("IDENTITY_STORE", id);
  };
  const inStore = (items: readonly object[]) => items.map((item) => ({ IdentityStoreId, ...item }));

  return jsonService({
    ListUsers: (input, call) => {
      refuseMembers(call, input, ["Filters", "Extensions"]);
      requireStore(input);
      const { items, NextToken } = page(call, input, "", users, paging);
      return { Users: inStore(items), NextToken };
    },

    ListGroups: (input, call) => {
      refuseMembers(call, input, ["Filters"]);
      requireStore(input);
      const { items, NextToken } = page(call, input, "", groupList, paging);
      return { Groups: inStore(items), NextToken };
    },

    ListGroupMemberships: (input, call) => {
      requireStore(input);
      const groupId = requireString(input, "GroupId", /^.{1,47}$/);
      if (!groups.has(groupId)) throw notFound("GROUP", groupId);
      const { items, NextToken } = page(call, input, groupId, memberships.get(groupId) ?? [], paging);
      return { GroupMemberships: inStore(items), NextToken };
    },
  });
}

function notFound(ResourceType: string, ResourceId: string): AwsError {
  return new AwsError("ResourceNotFoundException", `${ResourceType} not found.`, 400, { ResourceType, ResourceId });
}
