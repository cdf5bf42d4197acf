import { LookupEventsCommand, StartQueryCommand } from "@aws-sdk/client-cloudtrail";
import { ListUsersCommand } from "@aws-sdk/client-identitystore";
import { ListAccountsCommand } from "@aws-sdk/client-organizations";
import { ListInstancesCommand, ListPermissionSetsCommand } from "@aws-sdk/client-sso-admin";
import { AssumeRoleCommand, type AssumeRoleCommandInput, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { clients, failure, identityStoreId, instanceArn, start, stopAll, storeId } from "./support";

const owner = "111122223333";
const other = "444455556666";
const RoleArn = `arn:aws:iam::${other}:role/audit/read-logins`;
const roles = {
  [RoleArn]: {},
  [`${RoleArn}-long`]: { maxSessionDuration: 43_200 },
  [`${RoleArn}-short`]: { endsAfterMs: 40 },
  [`${RoleArn}-external`]: { externalId: "secret" },
};
const lambda = `arn:aws:sts::${owner}:assumed-role/function-role/credential-report`;
const Records = [owner, other].map((recipientAccountId) => ({
  eventTime: "2026-11-19T00:00:00Z",
  eventID: `of-${recipientAccountId}`,
  awsRegion: "us-east-1",
  recipientAccountId,
}));

let local: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  local = await start({ Records }, { roles, callers: { FUNCTION: lambda }, record: true });
});
afterEach(() => local.aws.inject([]));
afterAll(stopAll);

const ofFunction = () => clients(local.aws.url, { accessKeyId: "FUNCTION" });
const assume = async (input: Partial<AssumeRoleCommandInput> = {}, { sts } = local) =>
  sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "report", ...input }));
const session = async (input: Partial<AssumeRoleCommandInput> = {}, from = local) => {
  const { Credentials } = await assume(input, from);
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken } = Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
};
const asRole = async (input: Partial<AssumeRoleCommandInput> = {}) => clients(local.aws.url, await session(input));

test("credentials of a role are for an hour, and say whose they are", async () => {
  const before = Date.now();
  const { Credentials, AssumedRoleUser } = await assume();
  expect(AssumedRoleUser).toEqual({
    Arn: `arn:aws:sts::${other}:assumed-role/read-logins/report`,
    AssumedRoleId: expect.stringMatching(/^AROA[0-9A-F]{17}:report$/),
  });
  expect(Credentials?.AccessKeyId).toMatch(/^ASIA\w{16}$/);
  const lasts = Credentials!.Expiration!.getTime() - before;
  expect(lasts).toBeGreaterThan(3_598_000);
  expect(lasts).toBeLessThan(3_660_000);
  const { sts } = await asRole();
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: other,
    Arn: AssumedRoleUser?.Arn,
    UserId: AssumedRoleUser?.AssumedRoleId,
  });
});

test("calls count as the role's account: its events, its rights, in what is recorded", async () => {
  const { trail, sso, store, organizations } = await asRole();
  const events = await trail.send(new LookupEventsCommand({}));
  expect(events.Events?.map(({ EventId }) => EventId)).toEqual([`of-${other}`]);
  const own = await local.trail.send(new LookupEventsCommand({}));
  expect(own.Events?.map(({ EventId }) => EventId)).toEqual([`of-${owner}`]);
  const lookUps = local.aws.stats().requests?.filter(({ operation }) => operation === "LookupEvents");
  expect(lookUps?.map(({ account }) => account)).toEqual([other, owner]);

  await sso.send(new ListInstancesCommand({}));
  const denied = { name: "AccessDeniedException", message: expect.stringContaining("assumed-role/read-logins/report") };
  const sets = failure(sso.send(new ListPermissionSetsCommand({ InstanceArn: instanceArn })));
  expect(await sets).toMatchObject({ ...denied, message: expect.stringContaining("sso:ListPermissionSets") });
  const users = failure(store.send(new ListUsersCommand({ IdentityStoreId: identityStoreId })));
  expect(await users).toMatchObject(denied);
  expect((await failure(organizations.send(new ListAccountsCommand({})))).name).toBe("AccessDeniedException");
  const query = new StartQueryCommand({ QueryStatement: `SELECT eventID FROM ${storeId}` });
  expect((await failure(trail.send(query))).name).toBe("EventDataStoreNotFoundException");
});

test("a delegated administrator reads what the owner does, but not its Event history", async () => {
  const callers = { ADMIN: `arn:aws:iam::${other}:user/admin` };
  const { aws } = await start({ Records }, { callers, delegatedAdministrators: [other] });
  const { sso, store, organizations, trail } = clients(aws.url, { accessKeyId: "ADMIN" });
  await sso.send(new ListPermissionSetsCommand({ InstanceArn: instanceArn }));
  await store.send(new ListUsersCommand({ IdentityStoreId: identityStoreId }));
  await organizations.send(new ListAccountsCommand({}));
  await trail.send(new StartQueryCommand({ QueryStatement: `SELECT eventID FROM ${storeId}` }));
  const { Events } = await trail.send(new LookupEventsCommand({}));
  expect(Events?.map(({ EventId }) => EventId)).toEqual([`of-${other}`]);
});

describe("AssumeRole refuses", () => {
  test.each<[string, string, Partial<AssumeRoleCommandInput>]>([
    ["AccessDenied", "not authorized to perform: sts:AssumeRole on resource", { RoleArn: `${RoleArn}-unknown` }],
    ["AccessDenied", "user/local", { RoleArn: `${RoleArn}-external` }],
    ["AccessDenied", "user/local", { RoleArn: `${RoleArn}-external`, ExternalId: "guess" }],
    ["ValidationError", "is invalid", { RoleArn: `arn:aws:iam::${other}:user/somebody` }],
    ["ValidationError", "'roleSessionName'", { RoleSessionName: "x" }],
    ["ValidationError", "less than or equal to 64", { RoleSessionName: "x".repeat(65) }],
    ["ValidationError", "regular expression", { RoleSessionName: "two words" }],
    ["ValidationError", "must not be null", { RoleSessionName: undefined }],
    ["ValidationError", "greater than or equal to 900", { DurationSeconds: 899 }],
    ["ValidationError", "less than or equal to 43200", { DurationSeconds: 43_201 }],
    ["ValidationError", "exceeds the MaxSessionDuration set for this role", { DurationSeconds: 3601 }],
    ["NotImplemented", "AssumeRole with Policy", { Policy: "{}" }],
  ])("%s: %s", async (name, message, input) => {
    const error = await failure(assume(input));
    expect([error.name, error.message]).toEqual([name, expect.stringContaining(message)]);
  });

  test("more than an hour to a session of a role, whatever the role allows", async () => {
    const long = { RoleArn: `${RoleArn}-long`, DurationSeconds: 7200 };
    expect((await assume(long)).Credentials).toBeDefined();
    for (const from of [ofFunction(), await asRole()]) {
      const error = await failure(assume(long, { ...local, ...from }));
      expect(error.message).toContain("exceeds the 1 hour session limit for roles assumed by role chaining");
      await assume({ ...long, DurationSeconds: 3600 }, { ...local, ...from });
    }
  });

  test("on request, and who is no longer trusted", async () => {
    local.aws.inject([{ operation: "sts:AssumeRole", kind: "accessDenied", at: 1 }]);
    expect(await failure(assume())).toMatchObject({ name: "AccessDenied", status: 403 });
    await assume();
    const role = local.aws.roles.get(RoleArn)!;
    local.aws.roles.delete(RoleArn);
    expect((await failure(assume())).name).toBe("AccessDenied");
    local.aws.roles.set(RoleArn, role);
  });
});

test("the right external id is taken", async () => {
  await assume({ RoleArn: `${RoleArn}-external`, ExternalId: "secret" });
});

test("credentials end when they said, with each protocol's name for it", async () => {
  const { Credentials } = await assume({ RoleArn: `${RoleArn}-short` });
  expect(Credentials!.Expiration!.getTime() - Date.now()).toBeLessThanOrEqual(40);
  const { trail, sts } = await asRole({ RoleArn: `${RoleArn}-short` });
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect((await failure(trail.send(new LookupEventsCommand({})))).name).toBe("ExpiredTokenException");
  expect(await failure(sts.send(new GetCallerIdentityCommand({})))).toMatchObject({
    name: "ExpiredToken",
    status: 403,
  });
});

test("credentials are not taken without their token, nor where nobody was given them", async () => {
  const credentials = await session();
  for (const wrong of [
    { sessionToken: undefined },
    { sessionToken: "other" },
    { accessKeyId: "ASIALOCALAAAAAAAAAAA" },
  ]) {
    const { trail, sts } = clients(local.aws.url, { ...credentials, ...wrong });
    expect((await failure(trail.send(new LookupEventsCommand({})))).name).toBe("UnrecognizedClientException");
    expect((await failure(sts.send(new GetCallerIdentityCommand({})))).name).toBe("InvalidClientTokenId");
  }
});
