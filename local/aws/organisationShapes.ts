/** A message for the person who wrote the organisation file. */
export class OrganisationError extends Error {
  override readonly name = "OrganisationError";
}

type Item = Record<string, unknown>;

interface Rule {
  readonly what: string;
  readonly holds: (value: unknown) => boolean;
}

/** As in the service model of sso-admin. */
export const instanceArnPattern = /^arn:[\w-]+:sso:::instance\/(sso)?ins-[a-zA-Z0-9-.]{16}$/;
export const permissionSetArnPattern =
  /^arn:[\w-]+:sso:::permissionSet\/(sso)?ins-[a-zA-Z0-9-.]{16}\/ps-[a-zA-Z0-9-./]{16}$/;

const text: Rule = { what: "a text", holds: (value) => typeof value === "string" && value !== "" };
const accountId: Rule = { what: "a 12-digit account id", holds: matches(/^\d{12}$/) };
const permissionSetArn: Rule = {
  what: "a permission set ARN (arn:aws:sso:::permissionSet/ssoins-…/ps-…, 16 characters after each -)",
  holds: matches(permissionSetArnPattern),
};
const accessApplicationArn: Rule = {
  what: "the ARN of an application of account access manager (arn:aws:account-access:REGION:ACCOUNT:application/ID)",
  holds: matches(/^arn:[a-z0-9-]+:account-access:[a-z0-9-]+:\d{12}:application\/[a-zA-Z0-9-]+$/),
};
const region: Rule = { what: "a Region (eu-west-1)", holds: matches(/^([a-z]+-){2,3}\d$/) };
const instant: Rule = {
  what: "an ISO 8601 time with its zone (2026-11-20T09:00:00Z)",
  holds: (value) =>
    matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/)(value) &&
    !Number.isNaN(Date.parse(String(value))),
};

/** What each kind of object must have; "" is the file itself. What AWS may leave out, the file may. */
const required: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  "": {
    Now: instant,
    InstanceArn: {
      what: "an instance ARN (arn:aws:sso:::instance/ssoins-…, 16 characters after the -)",
      holds: matches(instanceArnPattern),
    },
    IdentityStoreId: {
      what: "an identity store id (d- and ten hexadecimal digits, or a UUID)",
      holds: matches(/^(d-[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/),
    },
  },
  Accounts: { Id: accountId },
  Regions: {
    RegionName: region,
    Status: { what: "ACTIVE, ADDING or REMOVING", holds: matches(/^(ACTIVE|ADDING|REMOVING)$/) },
    IsPrimaryRegion: { what: "true or false", holds: (value) => typeof value === "boolean" },
  },
  PermissionSets: {
    PermissionSetArn: permissionSetArn,
    Name: {
      what: "a permission set name of 1–32 characters out of A–Z a–z 0–9 _ + = , . @ -",
      holds: matches(/^[\w+=,.@-]{1,32}$/),
    },
  },
  Users: { UserId: text },
  Groups: { GroupId: text },
  GroupMemberships: { GroupId: text, MemberId: { what: 'an object { "UserId": … }', holds: isObject } },
  AccountAssignments: {
    AccountId: accountId,
    PermissionSetArn: permissionSetArn,
    PrincipalType: { what: "GROUP or USER", holds: matches(/^(GROUP|USER)$/) },
    PrincipalId: text,
  },
  ProvisionedAccounts: { AccountId: accountId, PermissionSetArn: permissionSetArn },
  ManagedPolicies: {
    PermissionSetArn: permissionSetArn,
    AttachedManagedPolicies: { what: "an array", holds: Array.isArray },
  },
  AccountAccessApplications: { applicationArn: accessApplicationArn, createdAt: instant, updatedAt: instant },
  AccountAccessEntitlements: {
    applicationArn: accessApplicationArn,
    entitlementId: text,
    createdAt: instant,
    entitlement: { what: "an object { principalRole: … }", holds: isObject },
  },
  Applications: { ApplicationArn: text },
  ApplicationAccessScopes: { ApplicationArn: text, Scopes: { what: "an array", holds: Array.isArray } },
  CustomerManagedPolicies: {
    PermissionSetArn: permissionSetArn,
    CustomerManagedPolicyReferences: { what: "an array", holds: Array.isArray },
  },
  InlinePolicies: { PermissionSetArn: permissionSetArn, InlinePolicy: text },
  AthenaTables: { DatabaseName: text, TableMetadata: { what: "an object", holds: isObject } },
  TableMetadata: { Name: text, Columns: { what: "an array", holds: Array.isArray } },
  WorkGroups: { Name: text, State: { what: "ENABLED or DISABLED", holds: matches(/^(ENABLED|DISABLED)$/) } },
  EventDataStore: {
    EventDataStoreArn: {
      what: "an event data store ARN (arn:aws:cloudtrail:REGION:ACCOUNT:eventdatastore/UUID)",
      holds: matches(/^arn:[\w-]+:cloudtrail:[\w-]+:\d{12}:eventdatastore\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    },
    Status: text,
  },
};

const times: Readonly<Record<string, readonly string[]>> = {
  Accounts: ["JoinedTimestamp"],
  PermissionSets: ["CreatedDate"],
  Users: ["CreatedAt", "UpdatedAt"],
  Groups: ["CreatedAt", "UpdatedAt"],
  GroupMemberships: ["CreatedAt", "UpdatedAt"],
  EventDataStore: ["CreatedTimestamp", "UpdatedTimestamp"],
  Instance: ["CreatedDate"],
  TableMetadata: ["CreateTime", "LastAccessTime"],
  WorkGroups: ["CreationTime"],
  Regions: ["AddedDate"],
  Applications: ["CreatedDate"],
};

export function validate(key: string, index: number | undefined, value: unknown): Item {
  if (!isObject(value)) throw expected(place(key, index), "an object", value);
  for (const [member, rule] of Object.entries(required[key] ?? {})) {
    if (!rule.holds(value[member])) throw expected(place(key, index, member), rule.what, value[member]);
  }
  return value;
}

/** ISO 8601 in the file, seconds since 1970 on the wire of the JSON protocols. Changes the item. */
export function timesToSeconds(key: string, index: number | undefined, item: Item): Item {
  for (const member of times[key] ?? []) {
    const value = item[member];
    if (value === undefined || value === null) continue;
    if (!instant.holds(value)) throw expected(place(key, index, member), instant.what, value);
    item[member] = Date.parse(String(value)) / 1000;
  }
  return item;
}

export function expected(where: string, what: string, got: unknown): OrganisationError {
  return new OrganisationError(
    `${where}: expected ${what}, got ${got === undefined ? "nothing" : JSON.stringify(got)}`,
  );
}

function place(key: string, index: number | undefined, member?: string): string {
  return [index === undefined ? key : `${key}[${index}]`, member].filter(Boolean).join(".") || "the file";
}

function matches(pattern: RegExp) {
  return (value: unknown) => typeof value === "string" && pattern.test(value);
}

function isObject(value: unknown): value is Item {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
