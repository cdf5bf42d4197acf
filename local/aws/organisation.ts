import { instanceOf, regionsOf } from "./instance";
import { readJsonFile } from "./jsonFile";
import { expected, OrganisationError, timesToSeconds, validate } from "./organisationShapes";
import { firstRegionOf, type Records } from "./records";

type Item = Record<string, unknown>;

/** The organisation file: JSON in AWS's own shapes, times as ISO 8601 strings. Missing arrays are empty, unknown keys ignored. */
export interface OrganisationFile {
  /** The instant that a run takes for the present. */
  readonly Now: string;
  readonly InstanceArn: string;
  readonly IdentityStoreId: string;
  /** The account that owns the instance. @default the event data store's account, else the first account */
  readonly OwnerAccountId?: string;
  readonly Accounts?: readonly object[];
  readonly PermissionSets?: readonly object[];
  readonly Users?: readonly object[];
  readonly Groups?: readonly object[];
  readonly GroupMemberships?: readonly object[];
  readonly AccountAssignments?: readonly object[];
  /** `{ PermissionSetArn, AccountId }`: provisioned, besides what follows from the assignments. */
  readonly ProvisionedAccounts?: readonly object[];
  /** `{ PermissionSetArn, AttachedManagedPolicies: [{ Name, Arn }] }` */
  readonly ManagedPolicies?: readonly object[];
  /** `{ PermissionSetArn, CustomerManagedPolicyReferences: [{ Name, Path }] }` @default none */
  readonly CustomerManagedPolicies?: readonly object[];
  /** `{ PermissionSetArn, InlinePolicy }`, the policy as a text. @default none */
  readonly InlinePolicies?: readonly object[];
  /**
   * What DescribeInstance answers beside the instance's ARN, store and owner: `PrimaryRegion`, `PermissionSetsEnabled`,
   * `EncryptionConfigurationDetails` … @default an active instance of 2020 with permission sets
   */
  readonly Instance?: object;
  /**
   * What ListRegions lists: `{ RegionName, Status, AddedDate, IsPrimaryRegion }`. Where the file has them, permission sets and
   * assignments are found in the primary Region alone. @default the Region of the first of the `Records` that names one, else the
   * event data store's, else eu-west-1; and permission sets are found in any
   */
  readonly Regions?: readonly object[];
  /** `{ applicationArn, createdAt, updatedAt, tenantId? }`: account access manager's, as ListApplications lists them. @default none */
  readonly AccountAccessApplications?: readonly object[];
  /** As ListEntitlements lists them, with the `applicationArn` of each. Times are texts, as on the wire. @default none */
  readonly AccountAccessEntitlements?: readonly object[];
  /** The instance's applications, as sso-admin ListApplications lists them. @default none */
  readonly Applications?: readonly object[];
  /** `{ ApplicationArn, Scopes: [{ Scope, AuthorizedTargets? }] }`. @default no application has any */
  readonly ApplicationAccessScopes?: readonly object[];
  /** As GetEventDataStore answers; without it there is no store. */
  readonly EventDataStore?: object;
  /**
   * `{ CatalogName, DatabaseName, TableMetadata, Partitions: [{ Values }], AccountId, Region }`: tables of Athena over the files of a
   * trail, which has all of the `Records`. `TableMetadata` is as GetTableMetadata answers; `cloudTrailTable` makes the documented ones.
   * @default CatalogName AwsDataCatalog, all partitions that there are files for, the owner's account, any Region
   */
  readonly AthenaTables?: readonly object[];
  /** As GetWorkGroup answers. @default `primary`, with a result location */
  readonly WorkGroups?: readonly object[];
  /** CloudTrail events. One without `eventID`, `awsRegion` or `recipientAccountId` is given one: by its place, primary Region, owner. */
  readonly Records?: readonly object[];
}

export interface Principal {
  readonly PrincipalType: string;
  readonly PrincipalId: string;
}

/** What stands on top of the file, completed. */
export interface OrganisationHeader {
  readonly Now: string;
  readonly InstanceArn: string;
  readonly IdentityStoreId: string;
  readonly OwnerAccountId: string;
  readonly EventDataStoreArn: string | undefined;
  readonly PrimaryRegion: string;
}

/** An organisation as the services look things up in it; times are already seconds, as on the wire. */
export interface Organisation {
  readonly header: OrganisationHeader;
  readonly accounts: readonly Item[];
  readonly permissionSets: ReadonlyMap<string, Item>;
  readonly users: readonly Item[];
  readonly groups: ReadonlyMap<string, Item>;
  readonly memberships: ReadonlyMap<string, readonly Item[]>;
  /** Permission set ARN → account id → principals. A pair without principals is provisioned all the same. */
  readonly provisioned: ReadonlyMap<string, ReadonlyMap<string, readonly Principal[]>>;
  readonly managedPolicies: ReadonlyMap<string, readonly unknown[]>;
  readonly accessApplications: readonly Item[];
  readonly accessEntitlements: readonly Item[];
  readonly applications: readonly Item[];
  /** By the application's ARN. */
  readonly accessScopes: ReadonlyMap<string, readonly unknown[]>;
  readonly customerManagedPolicies: ReadonlyMap<string, readonly unknown[]>;
  readonly inlinePolicies: ReadonlyMap<string, string>;
  readonly eventDataStore: Item | undefined;
  readonly instance: Item;
  /** At least one; `haveOwnRegions` says whether the file names them. */
  readonly regions: readonly Item[];
  readonly haveOwnRegions: boolean;
  readonly athenaTables: readonly Item[];
  readonly workGroups: ReadonlyMap<string, Item>;
  readonly records: Records;
}

export async function loadOrganisation(source: string | OrganisationFile): Promise<Organisation> {
  const loader = createLoader();
  if (typeof source !== "string") {
    for (const [key, value] of Object.entries(source)) {
      if (key === "Records" && Array.isArray(value)) loader.records({ events: value });
      else if (Array.isArray(value)) {
        for (const [index, item] of value.entries()) loader.element(key, index, structuredClone(item));
      } else if (value !== undefined) loader.value(key, structuredClone(value));
    }
    return await loader.finish();
  }
  try {
    await readJsonFile(source, {
      value: loader.value,
      element: loader.element,
      skip: (key) => key === "Records",
      skipped: (_key, start, end) => loader.records({ path: source, start, end }),
    });
    return await loader.finish();
  } catch (error) {
    throw new OrganisationError(`${source}: ${readable(error as NodeJS.ErrnoException)}`);
  }
}

function readable(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "no such file";
  if (error.code === "EISDIR") return "expected a file, got a directory";
  return error.message;
}

function createLoader() {
  const values: Record<string, unknown> = {};
  const accounts: Item[] = [];
  const users: Item[] = [];
  const regions: Item[] = [];
  const athenaTables: Item[] = [];
  const accessApplications: Item[] = [];
  const accessEntitlements: Item[] = [];
  const applications: Item[] = [];
  const accessScopes = new Map<string, readonly unknown[]>();
  const workGroups = new Map<string, Item>();
  const permissionSets = new Map<string, Item>();
  const groups = new Map<string, Item>();
  const memberships = new Map<string, Item[]>();
  const provisioned = new Map<string, Map<string, Principal[]>>();
  const managedPolicies = new Map<string, readonly unknown[]>();
  const customerManagedPolicies = new Map<string, readonly unknown[]>();
  const inlinePolicies = new Map<string, string>();
  let records: Records = { events: [] };

  // Ids repeat in millions of assignments: one string for each.
  const known = new Map<string, string>();
  const intern = (text: string) => getOrSet(known, text, () => text);

  const principalsOf = (permissionSetArn: string, accountId: string) => {
    const byAccount = getOrSet(provisioned, intern(permissionSetArn), () => new Map<string, Principal[]>());
    return getOrSet(byAccount, intern(accountId), () => []);
  };

  const arrays: Record<string, (item: Item) => void> = {
    Accounts: (item) => accounts.push(item),
    Regions: (item) => regions.push(item),
    AccountAccessApplications: (item) => accessApplications.push(item),
    AccountAccessEntitlements: (item) => accessEntitlements.push(item),
    Applications: (item) => applications.push(item),
    ApplicationAccessScopes: (item) => accessScopes.set(String(item.ApplicationArn), item.Scopes as unknown[]),
    AthenaTables: (item) => {
      athenaTables.push({ ...item, TableMetadata: athenaTable(athenaTables.length, item.TableMetadata) });
    },
    WorkGroups: (item) => workGroups.set(String(item.Name), item),
    Users: (item) => users.push(item),
    PermissionSets: (item) => permissionSets.set(String(item.PermissionSetArn), item),
    Groups: (item) => groups.set(String(item.GroupId), item),
    GroupMemberships: (item) => getOrSet(memberships, intern(String(item.GroupId)), () => []).push(item),
    AccountAssignments: (item) =>
      principalsOf(String(item.PermissionSetArn), String(item.AccountId)).push({
        PrincipalType: intern(String(item.PrincipalType)),
        PrincipalId: intern(String(item.PrincipalId)),
      }),
    ProvisionedAccounts: (item) => principalsOf(String(item.PermissionSetArn), String(item.AccountId)),
    ManagedPolicies: (item) =>
      managedPolicies.set(String(item.PermissionSetArn), item.AttachedManagedPolicies as unknown[]),
    CustomerManagedPolicies: (item) =>
      customerManagedPolicies.set(String(item.PermissionSetArn), item.CustomerManagedPolicyReferences as unknown[]),
    InlinePolicies: (item) => inlinePolicies.set(String(item.PermissionSetArn), String(item.InlinePolicy)),
  };

  return {
    value(key: string, value: unknown) {
      if (arrays[key] || key === "Records") throw expected(key, "an array", value);
      values[key] = value;
    },
    element(key: string, index: number, value: unknown) {
      const add = arrays[key];
      if (!add) return;
      add(timesToSeconds(key, index, validate(key, index, value)));
    },
    records(found: Records) {
      records = found;
    },
    async finish(): Promise<Organisation> {
      const store = values.EventDataStore
        ? timesToSeconds("EventDataStore", undefined, validate("EventDataStore", undefined, values.EventDataStore))
        : undefined;
      // AWS always says when a store was last changed: one that never was, when it was created.
      const eventDataStore: Item | undefined = store && { UpdatedTimestamp: store.CreatedTimestamp, ...store };
      const storeArn = eventDataStore?.EventDataStoreArn as string | undefined;
      const { Now, InstanceArn, IdentityStoreId } = validate("", undefined, values) as Record<string, string>;
      const OwnerAccountId = values.OwnerAccountId ?? storeArn?.split(":")[4] ?? accounts[0]?.Id ?? "000000000000";
      const where = regionsOf(values.Instance, regions);
      const elsewhere = where ? undefined : await firstRegionOf(records);
      const PrimaryRegion = where ?? elsewhere ?? storeArn?.split(":")[3] ?? "eu-west-1";
      const header = {
        Now: Now!,
        InstanceArn: InstanceArn!,
        IdentityStoreId: IdentityStoreId!,
        OwnerAccountId: String(OwnerAccountId),
        EventDataStoreArn: storeArn,
        PrimaryRegion,
      };
      const instance = instanceOf(values.Instance, header);
      const AddedDate = instance.CreatedDate;
      const onlyRegion = { RegionName: PrimaryRegion, Status: "ACTIVE", AddedDate, IsPrimaryRegion: true };
      return {
        header,
        accounts,
        permissionSets,
        users,
        groups,
        memberships,
        provisioned,
        managedPolicies,
        accessApplications,
        accessEntitlements,
        applications,
        accessScopes,
        customerManagedPolicies,
        inlinePolicies,
        eventDataStore,
        instance,
        regions: regions.length > 0 ? regions : [onlyRegion],
        haveOwnRegions: where !== undefined,
        athenaTables,
        workGroups: workGroups.size > 0 ? workGroups : new Map([["primary", primaryWorkGroup]]),
        records,
      };
    },
  };
}

/** The work group that every account has, with the result location that somebody must have given it. */
const primaryWorkGroup: Item = {
  Name: "primary",
  State: "ENABLED",
  Configuration: {
    ResultConfiguration: { OutputLocation: "s3://aws-athena-query-results-local/" },
    EnforceWorkGroupConfiguration: false,
    PublishCloudWatchMetricsEnabled: true,
    RequesterPaysEnabled: false,
    EngineVersion: { SelectedEngineVersion: "AUTO", EffectiveEngineVersion: "Athena engine version 3" },
  },
};

function athenaTable(index: number, metadata: unknown): Item {
  return timesToSeconds("TableMetadata", index, validate("TableMetadata", index, metadata));
}

function getOrSet<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
