import type { Answer } from "./call";
import { type Fault, type FaultKind, fires } from "./faults";

type Item = Record<string, unknown>;

function setDates(item: Item, to: (seconds: number) => unknown): void {
  for (const member of ["CreatedAt", "CreatedTimestamp", "AddedDate", "EventTime"]) {
    if (item[member] !== undefined) item[member] = to(Number(item[member]));
  }
  if (typeof item.createdAt === "string") item.createdAt = to(Date.parse(item.createdAt) / 1000);
}

/** Of an entitlement of account access manager, whom it is for. */
function identityOf({ entitlement }: Item): Item | undefined {
  const given = entitlement as { principalRole?: { principal?: { identityCenter?: Item } } } | undefined;
  return given?.principalRole?.principal?.identityCenter;
}

/** What becomes of each item of an answer, or of an answer that is one. */
const items: Partial<Record<FaultKind, (item: Item) => void>> = {
  withoutId: (item) => {
    delete identityOf(item)?.userId;
    delete identityOf(item)?.groupId;
    for (const member of ["PrincipalId", "MemberId", "UserId", "Id", "EventId", "RegionName"]) delete item[member];
    if (item.MembershipId === undefined) delete item.GroupId; // a membership's is the one that was asked for
  },
  unknownKind: (item) => {
    if (item.entitlement !== undefined)
      item.entitlement = { principalPolicy: { policyArn: "arn:aws:iam::aws:policy/X" } };
    if (item.PrincipalType !== undefined) item.PrincipalType = "APPLICATION";
    if (item.MemberId !== undefined) item.MemberId = { ApplicationId: "apl-1" };
  },
  unknownState: (item) => {
    if (item.State !== undefined) item.State = "PARKED";
    if (item.UserStatus !== undefined) item.UserStatus = "PARKED";
    if (item.IsPrimaryRegion !== undefined) item.Status = "PARKED";
  },
  withoutState: (item) => {
    delete item.State;
    if (item.IsPrimaryRegion !== undefined) delete item.Status;
  },
  withoutRecord: (item) => {
    delete item.CloudTrailEvent;
  },
  recordNotJson: (item) => {
    if (typeof item.CloudTrailEvent === "string") item.CloudTrailEvent = item.CloudTrailEvent.slice(0, -1);
  },
  dateInMilliseconds: (item) => setDates(item, (seconds) => seconds * 1000),
  dateTooLarge: (item) => setDates(item, () => 1e20),
  dateAsText: (item) => setDates(item, (seconds) => new Date(seconds * 1000).toISOString()),
};

/** What becomes of a whole answer. */
const wholes: Partial<Record<FaultKind, (answer: Item) => Item>> = {
  emptyObject: () => ({}),
  errorInBody: () => ({ __type: "InternalServerException", Message: "Internal server error" }),
  withoutList: (answer) => Object.fromEntries(Object.entries(answer).filter(([, value]) => !Array.isArray(value))),
  listOfNothing: (answer) => {
    const list = Object.keys(answer).find((name) => Array.isArray(answer[name]));
    return list === undefined ? {} : { [list]: [] };
  },
};

/** The answer as these faults make it; of a service that does not speak JSON, as it is. */
export function spoiled(answer: Answer, faults: readonly Fault[]): Answer {
  if (!/json/.test(answer.headers["content-type"] ?? "")) return answer;
  if (fires(faults, "emptyBody")) return { ...answer, body: "" };
  if (typeof answer.body !== "string" || !faults.some(({ kind }) => items[kind] ?? wholes[kind])) return answer;
  let body = JSON.parse(answer.body) as Item;
  for (const { kind } of faults) {
    for (const item of [body, ...Object.values(body).filter(Array.isArray).flat()]) items[kind]?.(item);
    body = wholes[kind]?.(body) ?? body;
  }
  return { ...answer, body: JSON.stringify(body) };
}
