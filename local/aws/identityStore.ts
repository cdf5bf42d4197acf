import { AwsError, type Call, type Handler } from "./call";
import { fires } from "./faults";
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

const idPattern = /^.{1,47}$/;

export function identityStore(organisation: Organisation): Handler {
  const { header, users, groups, memberships, regions, haveOwnRegions } = organisation;
  const IdentityStoreId = header.IdentityStoreId;
  const groupList = [...groups.values()];
  const usersById = new Map(users.map((user) => [user.UserId, user]));

  const requireStore = (input: Input, call: Call) => {
    if (fires(call.faults, "keyNotFound")) throw keyNotFound();
    const id = requireString(input, "IdentityStoreId", /^(d-[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/);
    const isHere = !haveOwnRegions || regions.some(({ RegionName }) => RegionName === call.region);
    if (id !== IdentityStoreId || !isHere) throw notFound("IDENTITY_STORE", id);
  };
  const inStore = (items: readonly object[]) => items.map((item) => ({ IdentityStoreId, ...item }));

  return jsonService({
    ListUsers: (input, call) => {
      refuseMembers(call, input, ["Filters", "Extensions"]);
      requireStore(input, call);
      refuseWithoutFilter(call);
      const { items, NextToken } = page(call, input, "", users, paging);
      return { Users: inStore(items), NextToken };
    },

    ListGroups: (input, call) => {
      refuseMembers(call, input, ["Filters"]);
      requireStore(input, call);
      refuseWithoutFilter(call);
      const { items, NextToken } = page(call, input, "", groupList, paging);
      return { Groups: inStore(items), NextToken };
    },

    DescribeUser: (input, call) => {
      refuseMembers(call, input, ["Extensions"]);
      requireStore(input, call);
      const userId = requireString(input, "UserId", idPattern);
      const user = usersById.get(userId);
      if (!user || fires(call.faults, "notFound")) throw notFound("USER", userId);
      return { IdentityStoreId, ...user };
    },

    DescribeGroup: (input, call) => {
      requireStore(input, call);
      const groupId = requireString(input, "GroupId", idPattern);
      const group = groups.get(groupId);
      if (!group || fires(call.faults, "notFound")) throw notFound("GROUP", groupId);
      return { IdentityStoreId, ...group };
    },

    ListGroupMemberships: (input, call) => {
      requireStore(input, call);
      const groupId = requireString(input, "GroupId", idPattern);
      if (!groups.has(groupId) || fires(call.faults, "notFound")) throw notFound("GROUP", groupId);
      const { items, NextToken } = page(call, input, groupId, memberships.get(groupId) ?? [], paging);
      return { GroupMemberships: inStore(items), NextToken };
    },
  });
}

function notFound(ResourceType: string, ResourceId: string): AwsError {
  return new AwsError("ResourceNotFoundException", `${ResourceType} not found.`, 400, { ResourceType, ResourceId });
}

/** Seen with Active Directory as the identity source, since 2023. */
function refuseWithoutFilter({ faults }: Call): void {
  if (fires(faults, "filterRequired")) throw validationException("Filter is required");
}

function keyNotFound(): AwsError {
  const members = { ResourceType: "IDENTITY_STORE", Reason: "KMS_KEY_NOT_FOUND" };
  return new AwsError("ResourceNotFoundException", "The KMS key of the identity store is not found.", 400, members);
}
