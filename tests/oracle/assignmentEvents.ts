/** Events of assignments that were made and ended: what is drawn for them, and their records. */
import fc from "fast-check";
import type { Ids } from "./ids";
import type { AccountAssignment, LoginEvent } from "./organisation";

const DAY = 86_400_000;

const oneOf = <T>(...choices: [weight: number, value: T][]) =>
  fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

export const assignmentEventShapes = fc.record({
  /** Which assignment, taken modulo their number. */
  assignment: fc.nat({ max: 11 }),
  name: oneOf<string>([8, "CreateAccountAssignment"], [3, "DeleteAccountAssignment"], [1, "ProvisionPermissionSet"]),
  source: oneOf<string>([24, "sso.amazonaws.com"], [1, "signin.amazonaws.com"]),
  error: oneOf<string | undefined>([12, undefined], [1, "AccessDenied"]),
  /** Before or after the instant from which on access is new, the window's beginning, or the present; in seconds. */
  time: fc.oneof(
    { weight: 4, arbitrary: fc.record({ from: fc.constant("new"), by: fc.integer({ min: -80 * 86_400, max: -1 }) }) },
    { weight: 2, arbitrary: fc.record({ from: fc.constant("new"), by: fc.integer({ min: 0, max: 13 * 86_400 }) }) },
    { weight: 2, arbitrary: fc.record({ from: fc.constant("new"), by: fc.constantFrom(0, 1, -1) }) },
    { weight: 1, arbitrary: fc.record({ from: fc.constant("start"), by: fc.constantFrom(0, 1, -1, 86_399, 86_400) }) },
    { weight: 1, arbitrary: fc.record({ from: fc.constant("now"), by: fc.constantFrom(0, 1, 86_400) }) },
  ),
  /** How the principal's id stands there. */
  principal: oneOf<"as it is" | "prefixed" | "bare" | "another store's" | "nobody's">(
    [8, "as it is"],
    [2, "prefixed"],
    [2, "bare"],
    [1, "another store's"],
    [1, "nobody's"],
  ),
  type: oneOf<"own" | "other">([12, "own"], [1, "other"]),
  twice: oneOf([9, false], [1, true]),
});

export type AssignmentEventShape = typeof assignmentEventShapes extends fc.Arbitrary<infer T> ? T : never;

/** What the events of an organisation aim at; times are milliseconds since 1970. */
export interface Aim {
  ids: Ids;
  owner: string;
  storePrefix: string;
  instanceArn: string;
  now: number;
  start: number;
  newAccessDays: number;
}

export function assignmentRecord(
  shape: AssignmentEventShape,
  { PrincipalType, PrincipalId, AccountId, PermissionSetArn }: AccountAssignment,
  number: number,
  { ids, owner, storePrefix, instanceArn, now, start, newAccessDays }: Aim,
): LoginEvent {
  const { from, by } = shape.time;
  const base = from === "new" ? now - newAccessDays * DAY : from === "start" ? start : now;
  const bare = PrincipalId.replace(/^[0-9a-f]{10}-(?=.{36}$)/, "");
  const otherType = PrincipalType === "USER" ? "GROUP" : "USER";
  const principalIds = {
    "as it is": PrincipalId,
    prefixed: `${storePrefix}-${bare}`,
    bare,
    "another store's": `0123456789-${bare}`,
    "nobody's": ids.uuid("unknown principal", number),
  };
  return {
    eventVersion: "1.11",
    userIdentity: {
      type: "AssumedRole",
      principalId: "AROAEXAMPLE:admin",
      arn: `arn:aws:sts::${owner}:assumed-role/Administrators/admin-${number % 3}`,
      accountId: owner,
    },
    eventTime: `${new Date(base + by * 1000).toISOString().slice(0, 19)}Z`,
    eventSource: shape.source,
    eventName: shape.name,
    awsRegion: "eu-central-1",
    ...(shape.error === undefined ? {} : { errorCode: shape.error }),
    requestParameters: {
      instanceArn,
      targetId: AccountId,
      targetType: "AWS_ACCOUNT",
      permissionSetArn: PermissionSetArn,
      principalType: shape.type === "own" ? PrincipalType : otherType,
      principalId: principalIds[shape.principal],
    },
    responseElements: null,
    eventID: ids.uuid("assignment event", number),
    readOnly: false,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: owner,
    eventCategory: "Management",
  };
}
