import { ListUsersCommand } from "@aws-sdk/client-identitystore";
import {
  DescribeInstanceCommand,
  ListInstancesCommand,
  ListPermissionSetsCommand,
  ListRegionsCommand,
} from "@aws-sdk/client-sso-admin";
import { loadOrganisation } from "../../local/aws/organisation";
import {
  clients,
  failure,
  identityStoreId,
  instanceArn,
  organisation,
  permissionSetArn,
  start,
  stopAll,
} from "./support";

const InstanceArn = instanceArn;
const PermissionSets = [{ PermissionSetArn: permissionSetArn(1), Name: "Set" }];
const Regions = [
  { RegionName: "eu-west-1", Status: "ACTIVE", AddedDate: "2024-05-01T00:00:00Z", IsPrimaryRegion: true },
  { RegionName: "us-east-1", Status: "ADDING", AddedDate: "2026-06-01T10:00:00Z", IsPrimaryRegion: false },
];
let local: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  local = await start({ PermissionSets, Regions, Instance: { Name: "main", CreatedDate: "2024-05-01T00:00:00Z" } });
});
afterAll(stopAll);
const inRegion = (region: string) => clients(local.aws.url, {}, region);

/** The answer as it is on the wire: the pinned client leaves out what it does not know. */
async function raw(operation: string, input: object, region = "eu-west-1", url = local.aws.url) {
  const authorization = `AWS4-HMAC-SHA256 Credential=A/20261120/${region}/sso/aws4_request, Signature=0`;
  const headers = { authorization, "x-amz-target": `SWBExternalService.${operation}` };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(input) });
  return (await answer.json()) as Record<string, unknown>;
}

describe("an instance in two Regions", () => {
  test("has its permission sets in the primary one", async () => {
    const primary = await inRegion("eu-west-1").sso.send(new ListPermissionSetsCommand({ InstanceArn }));
    expect(primary.PermissionSets).toEqual([permissionSetArn(1)]);
    for (const region of ["us-east-1", "ap-south-1"]) {
      const elsewhere = await failure(inRegion(region).sso.send(new ListPermissionSetsCommand({ InstanceArn })));
      expect(elsewhere.name).toBe("ResourceNotFoundException");
    }
  });

  test("has its identity store in both, and in no other", async () => {
    const list = new ListUsersCommand({ IdentityStoreId: identityStoreId });
    for (const region of ["eu-west-1", "us-east-1"]) await inRegion(region).store.send(list);
    const elsewhere = await failure(inRegion("ap-south-1").store.send(list));
    expect(elsewhere).toMatchObject({ name: "ResourceNotFoundException", ResourceType: "IDENTITY_STORE" });
  });

  test("lists its Regions in each of them", async () => {
    for (const region of ["eu-west-1", "us-east-1"]) {
      const listed = await inRegion(region).sso.send(new ListRegionsCommand({ InstanceArn }));
      expect(listed.Regions).toEqual(Regions.map((one) => ({ ...one, AddedDate: new Date(one.AddedDate) })));
      const first = await inRegion(region).sso.send(new ListRegionsCommand({ InstanceArn, MaxResults: 1 }));
      expect([first.Regions?.length, typeof first.NextToken]).toEqual([1, "string"]);
    }
    const elsewhere = await failure(inRegion("ap-south-1").sso.send(new ListRegionsCommand({ InstanceArn })));
    expect(elsewhere.name).toBe("ResourceNotFoundException");
  });

  test("is described with what the file has of it", async () => {
    expect(await raw("DescribeInstance", { InstanceArn })).toEqual({
      ...{ InstanceArn, IdentityStoreId: identityStoreId, OwnerAccountId: "111122223333", Status: "ACTIVE" },
      ...{ Name: "main", CreatedDate: 1714521600, PermissionSetsEnabled: true, PrimaryRegion: "eu-west-1" },
      EncryptionConfigurationDetails: { KeyType: "AWS_OWNED_KMS_KEY", EncryptionStatus: "ENABLED" },
      Regions: [
        { ...Regions[0], AddedDate: 1714521600 },
        { ...Regions[1], AddedDate: 1780308000 },
      ],
    });
    const described = await inRegion("us-east-1").sso.send(new DescribeInstanceCommand({ InstanceArn }));
    expect(described.CreatedDate).toEqual(new Date("2024-05-01T00:00:00Z"));
  });

  test("is listed where it is, and everywhere to who asks for all Regions", async () => {
    const listed = async (region: string) => (await inRegion(region).sso.send(new ListInstancesCommand({}))).Instances;
    expect((await listed("us-east-1"))?.[0]).toMatchObject({
      PrimaryRegion: "eu-west-1",
      OwnerAccountId: "111122223333",
    });
    expect(await listed("ap-south-1")).toEqual([]);
    const everywhere = await raw("ListInstances", { RegionScope: "ALL_REGIONS" }, "ap-south-1");
    expect(everywhere.Instances).toEqual([expect.objectContaining({ InstanceArn, PrimaryRegion: "eu-west-1" })]);
    expect(await raw("ListInstances", { RegionScope: "SOME" })).toMatchObject({ __type: "ValidationException" });
  });
});

test("a file without Regions has one, where its records are, and its permission sets in any", async () => {
  const Records = [{ eventTime: "2026-11-01T00:00:00Z", awsRegion: "ap-south-1" }];
  const regionOf = async (parts: object) => (await loadOrganisation(organisation(parts))).header.PrimaryRegion;
  expect(await regionOf({ Records })).toBe("ap-south-1");
  expect(await regionOf({ Records: [{}] })).toBe("us-east-1"); // the store's
  expect(await regionOf({ EventDataStore: undefined })).toBe("eu-west-1");
  expect(await regionOf({ Records, Instance: { PrimaryRegion: "eu-north-1" } })).toBe("eu-north-1");
  const { aws, sso } = await start({ PermissionSets, Records });
  expect((await sso.send(new ListPermissionSetsCommand({ InstanceArn }))).PermissionSets).toHaveLength(1);
  const { Regions: regions } = await sso.send(new ListRegionsCommand({ InstanceArn }));
  expect(regions).toEqual([expect.objectContaining({ RegionName: "ap-south-1", IsPrimaryRegion: true })]);
  expect(await raw("DescribeInstance", { InstanceArn }, "eu-west-1", aws.url)).toMatchObject({
    PrimaryRegion: "ap-south-1",
  });
});

test("an instance without permission sets says so", async () => {
  const { sso, aws } = await start({ PermissionSets, Instance: { PermissionSetsEnabled: false } });
  const error = await failure(sso.send(new ListPermissionSetsCommand({ InstanceArn })));
  expect(error).toMatchObject({
    name: "ValidationException",
    message: "Permission Sets are not enabled for this instance",
  });
  const described = await raw("DescribeInstance", { InstanceArn }, "us-east-1", aws.url);
  expect(described.PermissionSetsEnabled).toBe(false);
});

describe("a wrong file is told", () => {
  const [first, second] = Regions;
  test.each([
    [{ Regions: [second] }, "Regions: expected exactly one with IsPrimaryRegion true, got []"],
    [{ Regions: [first, { ...second, IsPrimaryRegion: true }] }, 'got ["eu-west-1","us-east-1"]'],
    [
      { Regions: [{ ...first, RegionName: "Ireland" }] },
      'Regions[0].RegionName: expected a Region (eu-west-1), got "Ireland"',
    ],
    [{ Regions: [{ ...first, Status: "GONE" }] }, "Regions[0].Status: expected ACTIVE, ADDING or REMOVING"],
    [{ Regions: [{ ...first, AddedDate: "May" }] }, "Regions[0].AddedDate: expected an ISO 8601 time"],
    [
      { Regions, Instance: { PrimaryRegion: "us-east-1" } },
      'Instance.PrimaryRegion: expected the primary one of Regions, "eu-west-1"',
    ],
    [{ Instance: { OwnerAccountId: "999900001111" } }, "Instance.OwnerAccountId: expected what the file says itself"],
    [{ Instance: "x" }, 'Instance: expected an object, got "x"'],
  ])("%#", async (parts, message) => {
    await expect(loadOrganisation(organisation(parts as object))).rejects.toThrow(message);
  });
});

test("hostile answers spoil Regions too", async () => {
  const list = async () => (await raw("ListRegions", { InstanceArn })).Regions as Record<string, unknown>[];
  for (const [kind, seen] of [
    ["unknownState", { Status: "PARKED" }],
    ["dateInMilliseconds", { AddedDate: 1714521600000 }],
  ] as const) {
    local.aws.inject([{ operation: "sso-admin:ListRegions", kind }]);
    expect((await list())[0]).toMatchObject(seen);
  }
  for (const [kind, member] of [
    ["withoutState", "Status"],
    ["withoutId", "RegionName"],
  ] as const) {
    local.aws.inject([{ operation: "sso-admin:ListRegions", kind }]);
    expect((await list())[0]).not.toHaveProperty(member);
  }
  local.aws.inject([]);
});
