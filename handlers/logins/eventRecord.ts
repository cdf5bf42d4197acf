import type { AssignmentEvent } from "../model";
import { EVENT_SOURCE, type LoginEventName } from "./events";
import type { NamedLogins } from "./part";

/** What CloudTrail says of an event outside of its record. */
export interface LookedUpEvent {
  readonly EventId?: string | undefined;
  readonly EventName?: string | undefined;
  readonly EventSource?: string | undefined;
  readonly EventTime?: Date | undefined;
  /** The record, as JSON. */
  readonly CloudTrailEvent?: string | undefined;
}

/** One login event. */
export interface LoginEvent {
  /** Tells it apart from all others. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly login: Pick<NamedLogins, "userId" | "principalId" | "userName" | "accountId" | "roleName">;
}

/**
 * The login that an event tells of; `null` where it tells of none: it is another service's, it failed, or it is about an application. An event
 * whose record cannot be read is a login of nobody to nowhere, which is evidence of use all the same.
 *
 * @param unknownMs when it was, where it does not say so itself
 */
export function loginOf(event: LookedUpEvent, name: LoginEventName, unknownMs: number): LoginEvent | null {
  const record = recordIn(event.CloudTrailEvent);
  if (isOfAnother(event, record) || textIn(record, "errorCode") !== "") return null;
  const identity = memberOf(record, "userIdentity");
  const details = memberOf(record, "serviceEventDetails");
  const userId = textIn(memberOf(identity, "onBehalfOf"), "userId");
  const accountId = textIn(details, "account_id");
  const roleName = textIn(details, "role_name");
  if (record !== null && name === "Federate" && accountId === "" && roleName === "") return null;
  return {
    id: idOf(event),
    atMs: timeOf(event) ?? unknownMs,
    login: {
      userId,
      principalId: userId === "" ? textIn(identity, "principalId") : "",
      userName: userId === "" ? textIn(identity, "userName") : "",
      accountId,
      roleName,
    },
  };
}

/** What tells an event apart from all others. */
export function idOf({ EventId, CloudTrailEvent = "" }: LookedUpEvent): string {
  return EventId || textIn(recordIn(CloudTrailEvent), "eventID") || CloudTrailEvent;
}

/** When an event was, by what look-ups go by, milliseconds since 1970; `null` where it does not say. */
export function timeOf({ EventTime, CloudTrailEvent }: LookedUpEvent): number | null {
  const times = [EventTime?.getTime() ?? Number.NaN, Date.parse(textIn(recordIn(CloudTrailEvent), "eventTime"))];
  return times.find((ms) => !Number.isNaN(ms)) ?? null;
}

/**
 * The assignment of this instance that an event tells of; `null` where it tells of none in a form that is known: that there is no such event
 * proves nothing.
 */
export function assignmentOf(
  event: LookedUpEvent,
  instanceArn: string,
): Pick<AssignmentEvent, "accountId" | "permissionSetArn" | "principalType" | "principalId" | "by"> | null {
  const record = recordIn(event.CloudTrailEvent);
  if (record === null || isOfAnother(event, record) || textIn(record, "errorCode") !== "") return null;
  const asked = memberOf(record, "requestParameters");
  const accountId = textIn(asked, "targetId");
  const permissionSetArn = textIn(asked, "permissionSetArn");
  const principalType = textIn(asked, "principalType");
  const principalId = textIn(asked, "principalId");
  if (textIn(asked, "instanceArn") !== instanceArn) return null;
  if (textIn(asked, "targetType") !== "AWS_ACCOUNT" || !/^\d{12}$/.test(accountId)) return null;
  if (!permissionSetArn.startsWith("arn:") || principalId === "") return null;
  if (principalType !== "GROUP" && principalType !== "USER") return null;
  return { accountId, permissionSetArn, principalType, principalId, by: callerIn(record) };
}

/** Who made a call; "" where its record does not say. */
function callerIn(record: Record): string {
  const identity = memberOf(record, "userIdentity");
  const names = [textIn(identity, "arn"), textIn(identity, "userName")];
  const ids = [textIn(memberOf(identity, "onBehalfOf"), "userId"), textIn(identity, "principalId")];
  return [...names, ...ids].find((text) => text !== "") ?? "";
}

/**
 * The Region that an event tells was removed from the instance; `null` where it tells of none: it is another service's, or it failed. "" where
 * nobody can say which.
 */
export function removedRegionOf(event: LookedUpEvent): string | null {
  const record = recordIn(event.CloudTrailEvent);
  if (isOfAnother(event, record) || textIn(record, "errorCode") !== "") return null;
  return textIn(memberOf(record, "requestParameters"), "regionName");
}

/** Whether an event is another service's: one that does not say whose it is may be this one's. */
function isOfAnother({ EventSource = "" }: LookedUpEvent, record: Record | null): boolean {
  return [EventSource, textIn(record, "eventSource")].some((source) => source !== "" && source !== EVENT_SOURCE);
}

type Record = Readonly<{ [member: string]: unknown }>;

/** The record that a text is; `null` where it is none. */
function recordIn(text: string | undefined): Record | null {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record) : null;
  } catch {
    return null;
  }
}

function memberOf(record: Record | null, name: string): Record | null {
  const member = record?.[name];
  return typeof member === "object" && member !== null ? (member as Record) : null;
}

function textIn(record: Record | null, name: string): string {
  const value = record?.[name];
  return typeof value === "string" ? value : "";
}
