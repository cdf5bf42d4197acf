import { OrganisationError, type OrganisationFile } from "./aws";

type Item = Readonly<Record<string, unknown>>;

/** Since when something is there, by the name that AWS has for that, and what others name it by. */
const kinds: Readonly<Record<string, { readonly created: string; readonly id: string }>> = {
  Accounts: { created: "JoinedTimestamp", id: "Id" },
  Regions: { created: "AddedDate", id: "RegionName" },
  PermissionSets: { created: "CreatedDate", id: "PermissionSetArn" },
  Users: { created: "CreatedAt", id: "UserId" },
  Groups: { created: "CreatedAt", id: "GroupId" },
  AccountAccessApplications: { created: "createdAt", id: "applicationArn" },
  AccountAccessEntitlements: { created: "createdAt", id: "entitlementId" },
};

/** What says who is in a group and who may enter which account, and needs all that it names. */
const links = [
  "GroupMemberships",
  "AccountAssignments",
  "ProvisionedAccounts",
  "ManagedPolicies",
  "CustomerManagedPolicies",
  "InlinePolicies",
];

/**
 * The organisation as it was at an earlier instant, which becomes its `Now`: without what was created later, and with what
 * has been deleted since. For the latter, an organisation file may have beside each array another one of the same shape, whose
 * name begins with `Former` (`FormerUsers`, `FormerGroupMemberships` …) and whose objects have a `DeletedAt`.
 *
 * What has no time of its creation was there, and whatever else can change about a thing is as it is now. `Records` stay: a
 * report's window leaves out those after its present.
 *
 * @param instant ISO 8601, not after the organisation's `Now`
 */
export function organisationAt(organisation: OrganisationFile, instant: string): OrganisationFile {
  const present = milliseconds("the instant", instant);
  const arrays = organisation as unknown as Readonly<Record<string, readonly Item[] | undefined>>;
  const store = organisation.EventDataStore as Item | undefined;
  const isLater = (created: unknown) => created !== undefined && Date.parse(String(created)) > present;
  const earlier: Record<string, unknown> = { ...organisation, Now: instant };

  /** Everything of a kind that was not deleted by then. */
  const notDeleted = (key: string): Item[] => {
    const former = (arrays[`Former${key}`] ?? []).flatMap(({ DeletedAt, ...item }, index) =>
      milliseconds(`Former${key}[${index}].DeletedAt`, DeletedAt) > present ? [item] : [],
    );
    return [...(arrays[key] ?? []), ...former];
  };

  const notYet = new Set<unknown>();
  for (const [key, { created, id }] of Object.entries(kinds)) {
    const items = notDeleted(key);
    for (const item of items) if (isLater(item[created])) notYet.add(item[id]);
    earlier[key] = items.filter((item) => !isLater(item[created]));
  }
  for (const key of links) {
    earlier[key] = notDeleted(key).filter(
      ({ CreatedAt, AccountId, PermissionSetArn, GroupId, PrincipalId, MemberId }) => {
        const named = [AccountId, PermissionSetArn, GroupId, PrincipalId, (MemberId as Item | undefined)?.UserId];
        return !isLater(CreatedAt) && !named.some((id) => notYet.has(id));
      },
    );
  }
  if (isLater(store?.CreatedTimestamp)) delete earlier.EventDataStore;
  for (const key of Object.keys(earlier)) if (key.startsWith("Former")) delete earlier[key];
  return earlier as unknown as OrganisationFile;
}

function milliseconds(where: string, value: unknown): number {
  const parsed = Date.parse(String(value));
  if (Number.isNaN(parsed)) {
    throw new OrganisationError(
      `${where}: expected an ISO 8601 time (2026-11-20T09:00:00Z), got ${JSON.stringify(value)}`,
    );
  }
  return parsed;
}
