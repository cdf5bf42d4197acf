import type { AccountAccessStatus, Entitlements, InstanceFacts } from "../model";

/** What kind of instance the report is about. */
export interface ManifestInstance {
  readonly ownerAccount: string | null;
  readonly primaryRegion: string | null;
  readonly regions: InstanceFacts["regionStates"];
  /** `false`: the report consists of what account access manager gives. */
  readonly permissionSetsEnabled: boolean | null;
  readonly encryption: InstanceFacts["encryption"];
  readonly networkControls: InstanceFacts["networkControls"];
  /** Why AWS did not describe it; `null` where it did. */
  readonly reason: string | null;
}

/** What account access manager gave. */
export interface ManifestAccountAccess {
  readonly status: AccountAccessStatus;
  readonly applications: number;
  /** Roles of accounts that it gives, and users and groups that each is given to. */
  readonly roles: number;
  readonly entitlements: number;
  readonly reason: string | null;
}

export function manifestInstance(instance: InstanceFacts): ManifestInstance {
  return {
    ownerAccount: instance.ownerAccountId,
    primaryRegion: instance.primary,
    regions: instance.regionStates,
    permissionSetsEnabled: instance.permissionSetsEnabled,
    encryption: instance.encryption,
    networkControls: instance.networkControls,
    reason: instance.notDescribed,
  };
}

export function manifestAccountAccess({ status, applications, roles, reason }: Entitlements): ManifestAccountAccess {
  const entitlements = roles.reduce((sum, { principals }) => sum + principals.length, 0);
  return { status, applications, roles: roles.length, entitlements, reason };
}

/** What people must know of the instance to read the report. It makes no report degraded. */
export function instanceNotes({ permissionSetsEnabled, notDescribed }: InstanceFacts): string[] {
  const notes: string[] = [];
  if (permissionSetsEnabled === false) {
    notes.push(
      "Permission sets are not enabled for this instance: the report consists of the roles that account access manager gives, whose use cannot be seen.",
    );
  }
  if (notDescribed !== null) {
    notes.push(`What kind of instance it is could not be read: ${notDescribed.replace(/\.?$/, ".")}`);
  }
  return notes;
}

/** Of ways into accounts that are missing, which makes a report degraded. */
export function entitlementWarnings({ status, reason }: Entitlements): string[] {
  if (status !== "failed") return [];
  const why = `${reason ?? ""}`.replace(/\.?$/, ".");
  return [
    `The list of ways into accounts is not complete: the roles that account access manager gives could not be read. ${why}`,
  ];
}
