/** CloudTrail records of logins, in every form that one event data store may hold. */
import type { Ids } from "./ids";
import type { LoginEvent, PermissionSet, User } from "./organisation";
import type { Shape } from "./shapes";

/** A way in: what an event aims at. */
export interface Grant {
  userId: string;
  account: string;
  set: string;
}

/** What there is to aim at. */
export interface Known {
  ids: Ids;
  /** The account of the Identity Center instance. */
  owner: string;
  /** The 10 hex digits of the identity store. */
  storePrefix: string;
  PermissionSets: PermissionSet[];
  Users: User[];
  /** Of everyone, deleted users too. */
  userIds: string[];
  deletedUsers: string[];
  accountIds: string[];
}

/** The record of one event at a time (milliseconds) by one who holds a grant. */
export function recordOf(
  event: Shape["events"][number],
  grant: Grant,
  time: number,
  number: number,
  known: Known,
): LoginEvent {
  const errors = {
    none: {},
    null: { errorCode: null, errorMessage: null },
    code: { errorCode: "AccessDenied" },
    "code and message": { errorCode: "UnauthorizedException", errorMessage: "Not for you" },
    "message only": { errorMessage: "Not an error" },
  };
  return present({
    eventVersion: "1.11",
    userIdentity: identityOf(event, grant, known),
    eventTime: written(time, "Z"),
    eventSource: event.source,
    eventName: event.name,
    awsRegion: event.region,
    requestParameters: null,
    responseElements: null,
    ...errors[event.error],
    eventID: known.ids.uuid("event", number),
    readOnly: true,
    eventType: "AwsServiceEvent",
    managementEvent: true,
    recipientAccountId: known.owner,
    serviceEventDetails: detailsOf(event, grant, known),
    eventCategory: "Management",
  });
}

function identityOf(event: Shape["events"][number], grant: Grant, known: Known): LoginEvent["userIdentity"] {
  const { owner, storePrefix, Users, userIds, deletedUsers } = known;
  const identityStoreArn = `arn:aws:identitystore::${owner}:identitystore/d-${storePrefix}`;
  const nameOf = (userId: string) => Users.find((user) => user.UserId === userId)?.UserName ?? "nobody@example.com";
  const name = nameOf(grant.userId);
  const another = nameOf(pick(userIds, event.other));
  const onBehalfOf = { userId: grant.userId, identityStoreArn };
  const current = { type: "IdentityCenterUser", accountId: owner, credentialId: "AAAAAGpEaIMIfeJr" };
  const old = { type: "Unknown", principalId: owner, accountId: owner };
  switch (event.who) {
    case "id":
      return { ...current, onBehalfOf };
    case "id, type Unknown":
      return { type: "Unknown", accountId: owner, onBehalfOf };
    case "name":
      return { ...old, userName: name };
    case "NAME":
      return { ...old, userName: name.toUpperCase() };
    case "name, lower case":
      return { ...old, userName: name.toLowerCase() };
    case "name, type IdentityCenterUser":
      return { ...current, userName: name };
    case "both":
      return { ...current, userName: name, onBehalfOf };
    case "id and another's name":
      return { ...current, userName: another, onBehalfOf };
    case "deleted id and present name":
      return { ...current, userName: name, onBehalfOf: { ...onBehalfOf, userId: pick(deletedUsers, event.other) } };
    case "deleted id":
      return { ...current, onBehalfOf: { ...onBehalfOf, userId: pick(deletedUsers, event.other) } };
    case "id without its prefix":
      return { ...current, onBehalfOf: { ...onBehalfOf, userId: grant.userId.replace(`${storePrefix}-`, "") } };
    case "empty id and name":
      return { ...old, userName: name, onBehalfOf: { ...onBehalfOf, userId: "" } };
    case "null id and name":
      return { ...old, userName: name, onBehalfOf: { ...onBehalfOf, userId: null } };
    case "store without id, and name":
      return { ...old, userName: name, onBehalfOf: { identityStoreArn } };
    case "unknown name":
      return { ...old, userName: "nobody@example.com" };
    case "empty name":
      return { ...old, userName: "" };
    case "nobody":
      return { ...current, onBehalfOf: null };
    case "no identity":
      return undefined;
    case "id as the principal's":
      return { ...old, principalId: grant.userId };
    case "another's id as the principal's, and name":
      return { ...old, principalId: pick(userIds, event.other), userName: name };
    case "name in another Unicode form":
      return { ...old, userName: name.normalize("NFD") };
  }
}

function detailsOf(event: Shape["events"][number], grant: Grant, known: Known): LoginEvent["serviceEventDetails"] {
  const { ids, owner, PermissionSets, accountIds } = known;
  const role_name = grant.set;
  const account_id = grant.account;
  switch (event.role) {
    case "of the grant":
      return { role_name, account_id };
    case "with more details":
      return { relay_state: "role_name=Other, account_id=000000000000", role_name, account_id };
    case "application":
      return {
        application_arn: `arn:aws:sso::${owner}:application/ssoins-${ids.hex("instance", 0, 16)}/apl-${ids.hex("application", 0, 16)}`,
      };
    case "without name":
      return { account_id };
    case "without account":
      return { role_name };
    case "empty name":
      return { role_name: "", account_id };
    case "empty account":
      return { role_name, account_id: "" };
    case "null":
      return null;
    case "missing":
      return undefined;
    case "name in another case":
      return { role_name: role_name.toUpperCase(), account_id };
    case "another set":
      return { role_name: PermissionSets[event.other % 4]?.Name ?? "Other", account_id };
    case "another account":
      return { role_name, account_id: pick(accountIds, event.other) };
    case "unknown set":
      return { role_name: "NotHere", account_id };
    case "unknown account":
      return { role_name, account_id: ids.accountId(-3) };
    case "name of the role":
      return { role_name: `AWSReservedSSO_${role_name}_${ids.hex("role", 0, 16)}`, account_id };
    case "name of the role, cut":
      return { role_name: `AWSReservedSSO_${role_name}_${ids.hex("role", 0, 16)}`.slice(0, 32), account_id };
    case "ARN of the account":
      return { role_name, account_id: `arn:aws:organizations::${owner}:account/o-1/${account_id}` };
  }
}

export function pick<T>(from: readonly T[], number: number): T {
  return from[number % from.length] as T;
}

/** ISO 8601 in one of the forms that AWS's tools write; milliseconds only where there are some. */
export function written(time: number, form: "Z" | "+02:00" | "+00:00"): string {
  const shifted = new Date(form === "+02:00" ? time + 7_200_000 : time).toISOString().slice(0, -1);
  return `${shifted.endsWith(".000") ? shifted.slice(0, -4) : shifted}${form}`;
}

/** Without the keys whose value is undefined: missing, as in AWS's answers. */
export function present<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
