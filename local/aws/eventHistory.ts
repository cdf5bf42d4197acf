import { open } from "node:fs/promises";
import { AwsError, type Call } from "./call";
import { createEventIndex, type EventIndex } from "./eventIndex";
import { fires } from "./faults";
import { type Input, refuseMembers, validationException, violation } from "./jsonProtocol";
import type { Organisation } from "./organisation";
import { type Paging, page } from "./paging";
import { type CloudTrailRecord, madeEventId } from "./records";

const DAYS_KEPT = 90;

const paging: Paging = {
  sizeMember: "MaxResults",
  maximum: 50,
  size: 50,
  invalidSize: (message) => new AwsError("InvalidMaxResultsException", message),
  invalidToken: (message) => new AwsError("InvalidNextTokenException", message),
};

const attributeKeys = [
  "EventId",
  "EventName",
  "ReadOnly",
  "Username",
  "ResourceType",
  "ResourceName",
  "EventSource",
  "AccessKeyId",
];

/**
 * LookupEvents over the organisation's `Records`: the management events of the caller's account and of the Region that the request
 * is signed for, of the last 90 days, the newest first; those of one second in the order of the file, the last one first.
 *
 * @param nowMs the organisation's clock: what is later has not happened
 */
export function eventHistory({ header, records }: Organisation, nowMs: () => number) {
  let indexed: Promise<EventIndex> | undefined;

  const read = async (places: readonly number[], index: EventIndex): Promise<CloudTrailRecord[]> => {
    const whole = (text: string, place: number) => completed(JSON.parse(text) as CloudTrailRecord, place, header);
    if ("events" in records) return places.map((place) => whole(JSON.stringify(records.events[place]), place));
    const file = await open(records.path);
    try {
      const found: CloudTrailRecord[] = [];
      for (const place of places) {
        const { start, length } = index.where(place);
        const { buffer } = await file.read(Buffer.alloc(length), 0, length, start);
        found.push(whole(buffer.toString("utf8"), place));
      }
      return found;
    } finally {
      await file.close();
    }
  };

  return async (input: Input, call: Call) => {
    const { faults, region, caller } = call;
    if (input.EventCategory === "insight") refuseMembers(call, input, ["EventCategory"]);
    if (input.EventCategory !== undefined) {
      throw new AwsError("InvalidEventCategoryException", `Invalid event category: ${String(input.EventCategory)}`);
    }
    const { key, value } = lookupAttribute(input, call);
    const [start, end] = [seconds(input, "StartTime"), seconds(input, "EndTime")];
    if (start !== undefined && end !== undefined && start > end) {
      throw new AwsError("InvalidTimeRangeException", "The start time must be before the end time.");
    }
    if (fires(faults, "expiredNextToken") && typeof input.NextToken === "string") {
      throw paging.invalidToken("The provided NextToken is expired.");
    }
    const now = nowMs() / 1000;
    const late = fires(faults, "eventsArriveLate");
    const latest = Math.floor(now - (late ? (late.ms ?? 900_000) / 1000 : 0));
    indexed ??= createEventIndex(records, header);
    const index = await indexed;
    const range = {
      from: Math.max(start ?? 0, Math.ceil(now - DAYS_KEPT * 86_400)),
      to: Math.min(end ?? latest, latest),
    };
    const found = index.find(caller.account, region, `${key}=${value}`, range);
    const listing = JSON.stringify([
      caller.account,
      region,
      key,
      value,
      input.StartTime,
      input.EndTime,
      input.MaxResults,
    ]);

    const size = Number(input.MaxResults ?? paging.size);
    const repeats = fires(faults, "repeatedEvent") && size > 1;
    const { items, NextToken } = page(
      call,
      repeats ? { ...input, MaxResults: size - 1 } : input,
      listing,
      found,
      paging,
    );
    const first = items[0];
    const before = repeats && first !== undefined ? [found.before(first)] : [];
    const events = await read([...before, ...items], index);
    return { Events: events.map(asEvent), NextToken };
  };
}

/** A record as AWS always has them: what a file may leave out is made from its place, and from the organisation. */
function completed(
  record: CloudTrailRecord,
  place: number,
  { OwnerAccountId, PrimaryRegion }: Organisation["header"],
): CloudTrailRecord {
  return {
    ...record,
    eventID: record.eventID || madeEventId(place),
    awsRegion: record.awsRegion ?? PrimaryRegion,
    recipientAccountId: record.recipientAccountId ?? OwnerAccountId,
  };
}

/** The event as LookupEvents lists it: some of the record's members, and the record as a text. */
function asEvent(record: CloudTrailRecord) {
  const identity = (record.userIdentity ?? {}) as CloudTrailRecord;
  return {
    EventId: record.eventID,
    EventName: record.eventName,
    ReadOnly: record.readOnly === undefined ? undefined : String(record.readOnly),
    AccessKeyId: identity.accessKeyId,
    EventTime: Math.floor(Date.parse(String(record.eventTime)) / 1000),
    EventSource: record.eventSource,
    Username: userName(identity),
    Resources: [],
    CloudTrailEvent: JSON.stringify(record),
  };
}

/** A user's name, the name of a role's session, or root; of others AWS has none. */
function userName({ type, userName, principalId }: CloudTrailRecord): string | undefined {
  if (typeof userName === "string") return userName;
  if (type === "Root") return "root";
  return type === "AssumedRole" ? String(principalId).split(":")[1] : undefined;
}

function lookupAttribute(input: Input, call: Call): { key: string; value: string } {
  const attributes = input.LookupAttributes ?? [];
  if (!Array.isArray(attributes)) throw new AwsError("SerializationException", "LookupAttributes: expected a list.");
  const invalid = (message: string) => new AwsError("InvalidLookupAttributesException", message);
  if (attributes.length > 1) throw invalid("You can specify only one lookup attribute.");
  if (attributes.length === 0) return { key: "", value: "" };
  const { AttributeKey: key, AttributeValue: value } = (attributes[0] ?? {}) as Record<string, unknown>;
  if (typeof key !== "string" || !attributeKeys.includes(key)) throw invalid(`Invalid attribute key: ${String(key)}`);
  if (typeof value !== "string" || value === "" || lengthOf(value) > 2000) throw invalid("Invalid attribute value.");
  if (!["EventName", "EventSource", "ReadOnly"].includes(key)) refuseMembers(call, { [key]: value }, [key]);
  return { key, value };
}

/** These characters count as two. */
function lengthOf(value: string): number {
  return value.length + (value.match(/[_ ,\n]/g)?.length ?? 0);
}

/** Seconds since 1970, without fractions, as events have their time. */
function seconds(input: Input, member: string): number | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number") throw validationException(violation(member, value, "Member must be a timestamp"));
  return Math.floor(value);
}
