import { LIST, STRUCTURE, UNION } from "./schemaKinds";

const TEXT = 0;
/** In the form of the SDK's schemas: kind, namespace, name, traits, and what is in it. */
const list = (item: unknown) => [LIST, "", "", 0, item];
const members = (kind: number, of: Readonly<Record<string, unknown>>) => {
  return [kind, "", "", 0, Object.keys(of), Object.values(of)];
};

const principal = members(UNION, { identityCenter: members(UNION, { userId: TEXT, groupId: TEXT }) });
const principalRole = members(STRUCTURE, { principal, roleArn: TEXT, account: TEXT, accountName: TEXT });
const entitlement = members(STRUCTURE, {
  entitlementId: TEXT,
  createdAt: TEXT,
  entitlement: members(UNION, { principalRole }),
});
const application = members(STRUCTURE, { applicationArn: TEXT, tenantId: TEXT, createdAt: TEXT, updatedAt: TEXT });

/** What account access manager answers, by call: its service model, since the SDK has no client of it. */
export const ACCOUNT_ACCESS: Readonly<Record<string, unknown>> = {
  "account-access:ListApplications": members(STRUCTURE, { applications: list(application), nextToken: TEXT }),
  "account-access:ListEntitlements": members(STRUCTURE, { entitlements: list(entitlement), nextToken: TEXT }),
};
