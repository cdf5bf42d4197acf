import { applicationArn, now } from "./directory";
import { identityStoreId, type Structure } from "./structure";

/** How far the events go back: further than the report's default of 90 days. */
const days = 120;

/** A Region in which the instance was, and people acted, until so many days ago. */
export const removedRegion = { name: "ap-southeast-2", daysAgo: 40 };

/** When one of so many events is, which are spread evenly. */
export function timeOf(index: number, count: number): number {
  const span = days * 86_400_000;
  return now - span + Math.floor((span * (index + 1)) / count);
}

/** Logins, in the order of their time. Most of them a present grant explains; a third of the members never come. */
export function* events(structure: Structure) {
  const { size, random, odd, accountId } = structure;
  const owner = accountId(0);
  const removed = now - removedRegion.daysAgo * 86_400_000;
  for (let index = 0; index < size.events; index++) {
    const { user, role } = login(structure, index);
    const console = random.chance("console", index, 0.4);
    const time = timeOf(index, size.events);
    const wasThere = time < removed && random.chance("removed region", index, 0.05);
    yield {
      eventVersion: "1.11",
      userIdentity: userIdentity(structure, index, user, owner),
      eventTime: wholeSeconds(time),
      eventSource: "sso.amazonaws.com",
      eventName: console ? "Federate" : "GetRoleCredentials",
      awsRegion: wasThere ? removedRegion.name : random.pick("region", index, ["us-east-1", "eu-west-1"]),
      ...(odd("failed", index) && {
        errorCode: "AccessDenied",
        errorMessage: "User is not authorized to use this role",
      }),
      requestParameters: null,
      responseElements: null,
      eventID: random.uuid("event", index),
      readOnly: true,
      eventType: "AwsServiceEvent",
      managementEvent: true,
      recipientAccountId: owner,
      serviceEventDetails: console && odd("application", index) ? { application_arn: applicationArn(owner) } : role,
      eventCategory: "Management",
    };
  }
}

function login(structure: Structure, index: number) {
  const { size, random, odd, pair, groupsOf, membersOf, member, permissionSetName } = structure;
  const pairIndex = random.integer("pair", index, size.pairs);
  const { accountId, permissionSet } = pair(pairIndex);
  const group = groupsOf(pairIndex)[0];
  const members = group === undefined ? 0 : Math.ceil(membersOf(group) * 0.67);
  const user =
    group === undefined || members === 0 || odd("unexplained", index)
      ? random.integer("any user", index, size.users)
      : member(group, random.integer("member", index, members));
  const account_id = odd("unknown account", index) ? String(800_000_000_000 + index) : accountId;
  return { user, role: { role_name: permissionSetName(permissionSet), account_id } };
}

/** Since July 2025 by the user's id; before, and in some events since, by the name; in some by both. */
function userIdentity({ random, odd, userId, userName }: Structure, index: number, user: number, accountId: string) {
  const form = random.integer("event form", index, 20);
  const name = userName(user);
  if (form === 0) {
    const userNameOtherwise = random.chance("name's case", index, 0.5) ? name.toUpperCase() : name;
    return { type: "Unknown", principalId: accountId, userName: userNameOtherwise, accountId };
  }
  return {
    type: form === 1 ? "Unknown" : "IdentityCenterUser",
    ...(form === 2 && { userName: name }),
    accountId,
    onBehalfOf: {
      userId: odd("unknown user", index) ? random.uuid("unknown user", index) : userId(user),
      identityStoreArn: `arn:aws:identitystore::${accountId}:identitystore/${identityStoreId}`,
    },
    credentialId: `AAAA${random.hex("credential", index, 12)}`,
  };
}

function wholeSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, "Z");
}
