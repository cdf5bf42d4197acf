import type { Applications, Entitlements, InstanceFacts } from "../handlers/model";

/** An organization's instance as most are, for what makes reports without asking for one. */
export const plainInstance: InstanceFacts = {
  regions: ["eu-west-1"],
  primary: "eu-west-1",
  refused: null,
  regionStates: [{ region: "eu-west-1", status: "ACTIVE", addedAt: "2020-01-01T00:00:00Z" }],
  ownerAccountId: "111122223333",
  permissionSetsEnabled: true,
  encryption: { keyType: "AWS_OWNED_KMS_KEY", keyArn: null, status: "ENABLED" },
  networkControls: null,
  notDescribed: null,
};

/** Account access manager is not in use. */
export const noEntitlements: Entitlements = { status: "read", reason: null, applications: 0, roles: [] };

export const noApplications: Applications = { refused: null, count: 0, acting: [], withoutScopes: 0 };
