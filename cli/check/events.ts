import type { Recorded } from "./recording";
import { nameOnly } from "./shape";

/** Of events of one name in one Region. */
export interface EventsSeen {
  readonly region: string;
  readonly event: string;
  /** In the page that was read, newest first. */
  readonly events: number;
  /** Whether there were more than this page. */
  readonly isCut: boolean;
  /** A day, by the time that the page covers; `null` where it has none. */
  readonly perDay: number | null;
}

/** How events were told, and what this version does not know of them. */
export interface EventForms {
  /** `GetRoleCredentials: IdentityCenterUser, onBehalfOf.userId as 10 digits and a UUID, account and role` → how many. */
  readonly forms: Readonly<Record<string, number>>;
  readonly unknownFields: readonly string[];
}

/** The members of a record that CloudTrail documents, by the path to them. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  "": [
    ...[
      "eventVersion",
      "userIdentity",
      "eventTime",
      "eventSource",
      "eventName",
      "awsRegion",
      "sourceIPAddress",
      "userAgent",
    ],
    ...[
      "errorCode",
      "errorMessage",
      "requestParameters",
      "responseElements",
      "additionalEventData",
      "requestID",
      "eventID",
    ],
    ...[
      "eventType",
      "apiVersion",
      "managementEvent",
      "readOnly",
      "resources",
      "recipientAccountId",
      "serviceEventDetails",
    ],
    ...[
      "sharedEventID",
      "vpcEndpointId",
      "vpcEndpointAccountId",
      "eventCategory",
      "addendum",
      "sessionCredentialFromConsole",
    ],
    ...["eventContext", "edgeDeviceDetails", "tlsDetails"],
  ],
  userIdentity: [
    ...[
      "type",
      "userName",
      "principalId",
      "arn",
      "accountId",
      "accessKeyId",
      "sessionContext",
      "invokedBy",
      "sessionIssuer",
    ],
    ...["webIdFederationData", "inScopeOf", "identityProvider", "credentialId", "onBehalfOf"],
  ],
  "userIdentity.onBehalfOf": ["userId", "identityStoreArn"],
  serviceEventDetails: ["role_name", "account_id"],
};

/** How often events come, and in which forms, of all pages of Event history that were read. */
export function eventsOf(records: readonly Recorded[], spanMs: number): { seen: EventsSeen[]; forms: EventForms } {
  const seen: EventsSeen[] = [];
  const forms: Record<string, number> = {};
  const unknownFields = new Set<string>();
  for (const { call, region, input, answer, isCut, error } of records) {
    if (call !== "cloudtrail:LookupEvents" || error !== null || answer === null) continue;
    const [attribute] = (input.LookupAttributes ?? []) as { readonly AttributeValue?: string }[];
    const event = attribute?.AttributeValue ?? "";
    const events = (Array.isArray(answer.Events) ? answer.Events : []) as Readonly<Record<string, unknown>>[];
    const times = events.map(({ EventTime }) => 1000 * Number(EventTime)).filter((ms) => !Number.isNaN(ms));
    const coveredMs = isCut && times.length > 1 ? Math.max(1000, Math.max(...times) - Math.min(...times)) : spanMs;
    const perDay = events.length === 0 ? null : Math.round((events.length * 86_400_000) / coveredMs);
    seen.push({ region, event, events: events.length, isCut, perDay });
    for (const { CloudTrailEvent } of events) {
      const record = recordIn(CloudTrailEvent);
      const form = `${event}: ${record === null ? "a record that cannot be read" : formOf(record)}`;
      forms[form] = (forms[form] ?? 0) + 1;
      if (record !== null) for (const field of unknownIn(record)) unknownFields.add(`${event}: ${field}`);
    }
  }
  return { seen, forms: { forms, unknownFields: [...unknownFields].sort() } };
}

type Members = Readonly<Record<string, unknown>>;

function recordIn(text: unknown): Members | null {
  try {
    const value: unknown = JSON.parse(String(text));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : null;
  } catch {
    return null;
  }
}

const member = (record: Members, name: string): Members => {
  const value = record[name];
  return typeof value === "object" && value !== null ? (value as Members) : {};
};

/** What matters of a record's form, in words that have no value of it. */
function formOf(record: Members): string {
  const word = (value: unknown) => (typeof value === "string" && /^[A-Za-z]{2,40}$/.test(value) ? value : "no type");
  const identity = member(record, "userIdentity");
  const details = member(record, "serviceEventDetails");
  const onBehalfOf = member(identity, "onBehalfOf");
  const users = [
    ...(onBehalfOf.userId === undefined ? [] : [`onBehalfOf.userId as ${idForm(onBehalfOf.userId)}`]),
    ...(identity.principalId === undefined ? [] : [`principalId as ${idForm(identity.principalId)}`]),
    ...(identity.userName === undefined ? [] : ["userName"]),
  ];
  const target = [
    ...(details.account_id === undefined ? [] : ["account"]),
    ...(details.role_name === undefined ? [] : ["role"]),
  ];
  const type = record.eventType === undefined ? [] : [word(record.eventType)];
  return [
    word(identity.type),
    ...(users.length > 0 ? users : ["no user"]),
    target.join(" and ") || "neither account nor role",
    ...type,
    ...(record.errorCode === undefined ? [] : ["failed"]),
  ].join(", ");
}

function idForm(id: unknown): string {
  const UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  if (typeof id !== "string") return "no text";
  if (new RegExp(`^${UUID}$`, "i").test(id)) return "a UUID";
  if (new RegExp(`^[0-9a-f]{10}-${UUID}$`, "i").test(id)) return "10 digits and a UUID";
  return /^\d{12}$/.test(id) ? "an account id" : "another form";
}

function unknownIn(record: Members): string[] {
  return Object.entries(FIELDS).flatMap(([path, known]) => {
    const place = path.split(".").reduce((at, name) => (name === "" ? at : member(at, name)), record);
    return Object.keys(place)
      .filter((name) => !known.includes(name))
      .map((name) => nameOnly(path === "" ? name : `${path}.${name}`));
  });
}
