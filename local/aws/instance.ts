import { expected, timesToSeconds, validate } from "./organisationShapes";

type Item = Record<string, unknown>;

/** The primary Region that an organisation file names, in its `Instance` or its `Regions`; undefined where it names none. */
export function regionsOf(instance: unknown, regions: readonly Item[]): string | undefined {
  const primary = (instance as Item | undefined)?.PrimaryRegion;
  const marked = regions.filter(({ IsPrimaryRegion }) => IsPrimaryRegion).map(({ RegionName }) => String(RegionName));
  if (regions.length === 0) return primary === undefined ? undefined : String(primary);
  if (marked.length !== 1) throw expected("Regions", "exactly one with IsPrimaryRegion true", marked);
  if (primary !== undefined && primary !== marked[0]) {
    throw expected("Instance.PrimaryRegion", `the primary one of Regions, "${marked[0]}"`, primary);
  }
  return marked[0];
}

/**
 * What DescribeInstance tells of the instance, but for its Regions.
 *
 * @param ids what the file itself says of it
 */
export function instanceOf(
  instance: unknown,
  {
    InstanceArn,
    IdentityStoreId,
    OwnerAccountId,
  }: Readonly<Record<"InstanceArn" | "IdentityStoreId" | "OwnerAccountId", string>>,
): Item {
  const known: Item = { InstanceArn, IdentityStoreId, OwnerAccountId };
  const told = instance === undefined ? {} : validate("Instance", undefined, instance);
  for (const [member, value] of Object.entries(known)) {
    if (told[member] !== undefined && told[member] !== value) {
      throw expected(`Instance.${member}`, `what the file says itself, ${JSON.stringify(value)}`, told[member]);
    }
  }
  return {
    ...known,
    CreatedDate: Date.parse("2020-01-01T00:00:00Z") / 1000,
    Status: "ACTIVE",
    PermissionSetsEnabled: true,
    EncryptionConfigurationDetails: { KeyType: "AWS_OWNED_KMS_KEY", EncryptionStatus: "ENABLED" },
    ...timesToSeconds("Instance", undefined, told),
  };
}
