import { now } from "./directory";
import { removedRegion, timeOf } from "./events";
import { instanceArn, type Structure } from "./structure";

/**
 * The administrators' events, in the order of their time: most make an assignment that is there, some delete one that is not, a few
 * fail. One removes a Region. They are recorded in the primary Region, by the account that owns the instance.
 */
export function* assignmentEvents(structure: Structure) {
  const { size, random, odd, pair, groupsOf, groupId, userId, permissionSetArn } = structure;
  const removed = now - removedRegion.daysAgo * 86_400_000;
  let before = 0;
  for (let index = 0; index < size.assignmentEvents; index++) {
    const time = timeOf(index, size.assignmentEvents);
    if (before < removed && time >= removed) {
      const requestParameters = { instanceArn, regionName: removedRegion.name };
      yield record(structure, "RemoveRegion", size.assignmentEvents, removed, requestParameters, {
        status: "REMOVING",
      });
    }
    before = time;
    const pairIndex = random.integer("assigned pair", index, size.pairs);
    const { accountId, permissionSet } = pair(pairIndex);
    const groups = groupsOf(pairIndex);
    const creates = groups.length > 0 && !random.chance("deletes", index, 0.15);
    const assignment = {
      targetId: accountId,
      targetType: "AWS_ACCOUNT",
      permissionSetArn: permissionSetArn(permissionSet),
      principalType: creates ? "GROUP" : "USER",
      principalId: creates
        ? groupId(random.pick("assigned group", index, groups))
        : userId(random.integer("former assignee", index, size.users)),
    };
    const status = { status: "IN_PROGRESS", requestId: random.uuid("assignment request", index), ...assignment };
    yield record(
      structure,
      creates ? "CreateAccountAssignment" : "DeleteAccountAssignment",
      index,
      time,
      { instanceArn, ...assignment },
      odd("failed assignment", index)
        ? undefined
        : { [`accountAssignment${creates ? "Creation" : "Deletion"}Status`]: status },
    );
  }
}

/** @param responseElements of a call that failed, nothing */
function record(
  { random, accountId }: Structure,
  eventName: string,
  index: number,
  time: number,
  requestParameters: object,
  responseElements: object | undefined,
) {
  const owner = accountId(0);
  const role = `arn:aws:iam::${owner}:role/Administrators`;
  const name = `admin-${random.integer("administrator", index, 5)}`;
  return {
    eventVersion: "1.11",
    userIdentity: {
      type: "AssumedRole",
      principalId: `AROAEXAMPLEADMINISTRA:${name}`,
      arn: `arn:aws:sts::${owner}:assumed-role/Administrators/${name}`,
      accountId: owner,
      sessionContext: {
        sessionIssuer: {
          type: "Role",
          principalId: "AROAEXAMPLEADMINISTRA",
          arn: role,
          accountId: owner,
          userName: "Administrators",
        },
      },
    },
    eventTime: new Date(time).toISOString().replace(/\.\d{3}Z$/, "Z"),
    eventSource: "sso.amazonaws.com",
    eventName,
    awsRegion: "us-east-1",
    ...(!responseElements && { errorCode: "AccessDenied", errorMessage: "User is not authorized to perform this" }),
    requestParameters,
    responseElements: responseElements ?? null,
    eventID: random.uuid("assignment event", index),
    readOnly: false,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: owner,
    eventCategory: "Management",
  };
}

/** Both kinds of events, in the order of their time. */
export function* inOrder<T extends { eventTime: string }>(one: Iterable<T>, other: Iterable<T>): Generator<T> {
  const others = other[Symbol.iterator]();
  let next = others.next();
  for (const event of one) {
    for (; !next.done && next.value.eventTime < event.eventTime; next = others.next()) yield next.value;
    yield event;
  }
  for (; !next.done; next = others.next()) yield next.value;
}
