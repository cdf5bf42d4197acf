import type { Recorded } from "./recording";
import { LIST, STRUCTURE, UNION } from "./schemaKinds";

/** What an answer has that this version does not know, or lacks: a path of names, never a value but an unknown kind's. */
export type Oddity = string;

/** What each word of an answer may be, by the path in it. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  "sso-admin:ListInstances Instances[].Status": ["CREATE_IN_PROGRESS", "CREATE_FAILED", "DELETE_IN_PROGRESS", "ACTIVE"],
  "sso-admin:DescribeInstance Status": ["CREATE_IN_PROGRESS", "CREATE_FAILED", "DELETE_IN_PROGRESS", "ACTIVE"],
  "sso-admin:DescribeInstance EncryptionConfigurationDetails.KeyType": ["AWS_OWNED_KMS_KEY", "CUSTOMER_MANAGED_KEY"],
  "sso-admin:DescribeInstance EncryptionConfigurationDetails.EncryptionStatus": [
    "UPDATING",
    "ENABLED",
    "UPDATE_FAILED",
  ],
  "sso-admin:ListRegions Regions[].Status": ["ACTIVE", "ADDING", "REMOVING"],
  "sso-admin:ListAccountAssignments AccountAssignments[].PrincipalType": ["GROUP", "USER"],
  "identitystore:ListUsers Users[].UserStatus": ["ENABLED", "DISABLED"],
  "identitystore:DescribeUser UserStatus": ["ENABLED", "DISABLED"],
  "organizations:ListAccounts Accounts[].State": [
    ...["ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION"],
  ],
  "cloudtrail:GetEventDataStore Status": [
    ...["CREATED", "ENABLED", "PENDING_DELETION", "STARTING_INGESTION", "STOPPING_INGESTION", "STOPPED_INGESTION"],
  ],
};

/** What each item of an answer must have for a report to take it. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  "sso-admin:ListInstances Instances[]": ["InstanceArn", "IdentityStoreId", "OwnerAccountId"],
  "sso-admin:DescribeInstance ": ["OwnerAccountId"],
  "sso-admin:ListRegions Regions[]": ["RegionName", "IsPrimaryRegion"],
  "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet CustomerManagedPolicyReferences[]": ["Name"],
  "sso-admin:ListApplications Applications[]": ["ApplicationArn"],
  "sso-admin:ListApplicationAccessScopes Scopes[]": ["Scope"],
  "account-access:ListApplications applications[]": ["applicationArn"],
  "account-access:ListEntitlements entitlements[]": ["entitlementId", "entitlement"],
  "account-access:ListEntitlements entitlements[].entitlement.principalRole": ["principal", "roleArn", "account"],
  "sso-admin:ListAccountAssignments AccountAssignments[]": ["PrincipalType", "PrincipalId"],
  "identitystore:ListUsers Users[]": ["UserId", "UserName"],
  "identitystore:ListGroups Groups[]": ["GroupId", "DisplayName"],
  "identitystore:ListGroupMemberships GroupMemberships[]": ["MemberId"],
  "organizations:ListAccounts Accounts[]": ["Id", "Name", "State"],
  "cloudtrail:LookupEvents Events[]": ["EventId", "EventName", "EventSource", "EventTime", "CloudTrailEvent"],
};

/** Members that AWS documents, or was seen to answer, and that the SDK does not know yet. */
const UNKNOWN_TO_SDK: typeof REQUIRED = {
  "sso-admin:DescribeInstance ": ["NetworkConfigurationDetails", "PrimaryRegion", "Regions"],
};

/** What items may lack, as AWS says, and what a report then does not know. */
const OPTIONAL: typeof REQUIRED = {
  "identitystore:ListUsers Users[]": ["UserStatus", "CreatedAt"],
  "identitystore:ListGroupMemberships GroupMemberships[]": ["CreatedAt"],
};
const MAY_BE_MISSING = "missing, as it may be";

/** Whether an oddity is one that AWS's documentation allows for. */
export function isAllowedFor(oddity: Oddity): boolean {
  return oddity.includes(MAY_BE_MISSING);
}

/** The list that an answer is read for. */
const LISTS: Readonly<Record<string, string>> = {
  "sso-admin:ListInstances": "Instances",
  "sso-admin:ListRegions": "Regions",
  "sso-admin:ListPermissionSets": "PermissionSets",
  "sso-admin:ListManagedPoliciesInPermissionSet": "AttachedManagedPolicies",
  "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet": "CustomerManagedPolicyReferences",
  "sso-admin:ListAccountsForProvisionedPermissionSet": "AccountIds",
  "sso-admin:ListApplications": "Applications",
  "sso-admin:ListApplicationAccessScopes": "Scopes",
  "account-access:ListApplications": "applications",
  "account-access:ListEntitlements": "entitlements",
  "sso-admin:ListAccountAssignments": "AccountAssignments",
  "identitystore:ListUsers": "Users",
  "identitystore:ListGroups": "Groups",
  "identitystore:ListGroupMemberships": "GroupMemberships",
  "organizations:ListAccounts": "Accounts",
  "cloudtrail:LookupEvents": "Events",
};

/** What is odd about an answer, each oddity once, with how many of the answer's items have it. */
export function odditiesOf({ call, answer, schema }: Pick<Recorded, "call" | "answer" | "schema">): Oddity[] {
  if (answer === null) return ["no JSON object came"];
  const counts = new Map<string, number>();
  const add = (oddity: string): void => {
    counts.set(oddity, (counts.get(oddity) ?? 0) + 1);
  };

  function visit(value: unknown, given: unknown, path: string): void {
    if (value === null || value === undefined) return;
    const known = resolved(given);
    for (const name of REQUIRED[`${call} ${path}`] ?? []) {
      if ((value as Record<string, unknown>)[name] === undefined) add(`${placeOf(path, name)}: missing`);
    }
    for (const name of OPTIONAL[`${call} ${path}`] ?? []) {
      if ((value as Record<string, unknown>)[name] === undefined) add(`${placeOf(path, name)}: ${MAY_BE_MISSING}`);
    }
    checkKind(value, path);
    if (!Array.isArray(known)) {
      checkType(value, Number(known), path);
    } else if (known[0] === LIST) {
      if (!Array.isArray(value)) add(`${path}: expected a list, got ${typeOf(value)}`);
      else for (const item of value) visit(item, known[4], `${path}[]`);
    } else if (known[0] === STRUCTURE || known[0] === UNION) {
      if (typeOf(value) === "an object") visitMembers(value as object, known, path);
      else add(`${path || "the answer"}: expected an object, got ${typeOf(value)}`);
    }
  }

  function visitMembers(value: object, known: readonly unknown[], path: string): void {
    const names = known[4] as readonly string[];
    const others = ["__type", ...(UNKNOWN_TO_SDK[`${call} ${path}`] ?? [])];
    for (const [name, member] of Object.entries(value)) {
      const at = names.indexOf(name);
      const place = placeOf(path, name);
      if (at >= 0) visit(member, (known[5] as readonly unknown[])[at], place);
      else if (!others.includes(name)) add(`${nameOnly(place)}: a member that is not known`);
    }
  }

  function checkKind(value: unknown, path: string): void {
    const kinds = KINDS[`${call} ${path}`];
    if (kinds === undefined || typeof value !== "string" || kinds.includes(value)) return;
    add(
      `${path}: ${/^[A-Z][A-Z0-9_]{1,40}$/.test(value) ? value : "a word of another form"}, a kind that is not known`,
    );
  }

  function checkType(value: unknown, type: number, path: string): void {
    if (type >= MAP_OF) return; // of any names
    if (type >= LIST_OF) {
      if (!Array.isArray(value)) add(`${path}: expected a list, got ${typeOf(value)}`);
      return;
    }
    const expected = TYPES[type];
    if (expected !== undefined && typeOf(value) !== expected)
      add(`${path}: expected ${expected}, got ${typeOf(value)}`);
  }

  const list = LISTS[call];
  if (list !== undefined && !Array.isArray(answer[list])) add(`${list}: missing`);
  visit(answer, schema, "");
  return [...counts].map(([oddity, count]) => (count > 1 ? `${oddity} (${count} times)` : oddity));
}

// Of the SDK's schemas, numbers for lists and maps of simple types begin with these.
const LIST_OF = 64;
const MAP_OF = 128;
/** As JSON has them: an instant is a number. */
const TYPES: Readonly<Record<number, string>> = {
  0: "a text",
  1: "a number",
  2: "true or false",
  4: "a number",
  7: "a number",
};

/** A schema stands behind functions, and beside traits. */
function resolved(schema: unknown): unknown {
  let known = schema;
  while (typeof known === "function" || (Array.isArray(known) && typeof known[0] !== "number")) {
    known = typeof known === "function" ? known() : known[0];
  }
  return known;
}

const placeOf = (path: string, name: string) => (path === "" ? name : `${path}.${name}`);

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  const words = { string: "a text", number: "a number", boolean: "true or false", object: "an object" };
  return words[typeof value as keyof typeof words] ?? "nothing";
}

/** Names are AWS's. What has another form may be somebody's. */
export function nameOnly(path: string): string {
  return path
    .split(".")
    .map((name) => (/^[A-Za-z][A-Za-z0-9_]{0,60}(\[\])?$/.test(name) ? name : "(a name of another form)"))
    .join(".");
}
