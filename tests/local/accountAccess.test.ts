import { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import {
  type AccountAccessClient,
  createAccountAccess,
  listAccessApplications,
  listAccountEntitlements,
} from "../../handlers/aws/aws";
import { type LocalAws, startLocalAws } from "../../local/aws";
import {
  accessApplication,
  accountId,
  entitlement,
  groupId,
  many,
  oneGrant,
  organisationOf,
  userId,
} from "../support/organisation";

// The local AWS speaks account-access as its service model says, and refuses what the model refuses; the program's client understands it.

const { applicationArn } = accessApplication(0);
let aws: LocalAws;
let client: AccountAccessClient;

const clientOf = (accessKeyId = "AKIDEXAMPLE", region = "eu-west-1") =>
  createAccountAccess(
    new SSOAdminClient({ endpoint: aws.url, region, credentials: { accessKeyId, secretAccessKey: "example" } }),
  );

beforeAll(async () => {
  aws = await startLocalAws({
    organisation: organisationOf({
      ...oneGrant,
      OwnerAccountId: "111122223333",
      Regions: [
        { RegionName: "eu-west-1", Status: "ACTIVE", IsPrimaryRegion: true },
        { RegionName: "us-east-1", Status: "ACTIVE", IsPrimaryRegion: false },
      ],
      AccountAccessApplications: [accessApplication(0), accessApplication(1)],
      AccountAccessEntitlements: [
        ...many(205, (index) => entitlement(0, `Role${index}`, { userId: userId(index) })),
        entitlement(1, "Deploy", { groupId: groupId(0) }),
        entitlement(1, "Other", { groupId: groupId(0) }, { applicationArn: accessApplication(1).applicationArn }),
      ],
    }),
    throttle: false,
    record: true,
    callers: {
      AKIDMEMBER: "arn:aws:iam::999988887777:user/member",
      AKIDDELEGATED: "arn:aws:iam::444455556666:user/delegated",
    },
    accountAccessAdministrators: ["444455556666"],
  });
  client = clientOf();
});

afterAll(() => aws.close());

/** Sends any input, and gives the answer or the error's name and status. */
async function send(path: string, input: object, sender = client) {
  const answerOf = (body: object) => body as Record<string, unknown>;
  const command = {
    schema: [0, "accountaccess", "Any"] as [number, string, string],
    path,
    input: { ...input },
    answerOf,
  };
  return sender.send(command, { abortSignal: new AbortController().signal }).catch((error) => ({
    error: error.name,
    status: error.$metadata.httpStatusCode,
    said: error.message,
  }));
}

test("lists applications and an account's entitlements in the model's shapes, page by page", async () => {
  const abortSignal = new AbortController().signal;
  expect(await client.send(listAccessApplications(undefined), { abortSignal })).toMatchObject({
    applications: [accessApplication(0), accessApplication(1)],
    $metadata: { httpStatusCode: 200, requestId: expect.any(String) },
  });
  const sizes: number[] = [];
  const ids = new Set<unknown>();
  let token: string | undefined;
  do {
    const page = await client.send(listAccountEntitlements(applicationArn, accountId(0), token), { abortSignal });
    sizes.push(page.entitlements.length);
    for (const { entitlementId } of page.entitlements) ids.add(entitlementId);
    token = page.NextToken as string | undefined;
  } while (token !== undefined);
  expect([sizes, ids.size]).toEqual([[100, 100, 5], 205]);
  const { applicationArn: _, ...listed } = entitlement(1, "Deploy", { groupId: groupId(0) });
  const filter = { principalRole: { principal: { identityCenter: { groupId: groupId(0) } } } };
  const byPrincipal = await send("/entitlements-list", { applicationArn, filter });
  expect(byPrincipal).toEqual({ entitlements: [{ ...listed, entitlementId: expect.any(String) }] });
  expect(aws.stats().calls).toMatchObject({
    "account-access:ListApplications": 1,
    "account-access:ListEntitlements": 4,
  });
});

const filter = { principalRole: { account: accountId(0) } };

test.each<[what: string, path: string, input: object, code: string, status: number]>([
  ["a filter for all", "/entitlements-list", { applicationArn, filter: {} }, "ValidationException", 400],
  ["no filter", "/entitlements-list", { applicationArn }, "ValidationException", 400],
  [
    "a filter with both",
    "/entitlements-list",
    { applicationArn, filter: { principalRole: { account: accountId(0), principal: {} } } },
    "ValidationException",
    400,
  ],
  [
    "an account that is none",
    "/entitlements-list",
    { applicationArn, filter: { principalRole: { account: "1" } } },
    "ValidationException",
    400,
  ],
  ["no application", "/entitlements-list", { filter }, "ValidationException", 400],
  [
    "an application that is not there",
    "/entitlements-list",
    { applicationArn: `${applicationArn}x`, filter },
    "ResourceNotFoundException",
    404,
  ],
  ["a page that is too large", "/applications-list", { maxResults: 101 }, "ValidationException", 400],
  ["another listing's token", "/applications-list", { nextToken: "x" }, "ValidationException", 400],
  ["a member that the model does not have", "/applications-list", { MaxResults: 10 }, "ValidationException", 400],
  ["another path", "/applications", {}, "NotImplemented", 501],
])("refuses %s", async (_, path, input, error, status) => {
  expect(await send(path, input)).toMatchObject({ error, status });
});

test("answers to the management account and to its own delegated administrator, in the primary Region", async () => {
  const list = (sender: AccountAccessClient) => send("/applications-list", {}, sender);
  expect(await list(clientOf("AKIDMEMBER"))).toMatchObject({ error: "AccessDeniedException", status: 403 });
  expect(await list(clientOf("AKIDDELEGATED"))).toMatchObject({ applications: expect.any(Array) });
  expect(await list(clientOf("AKIDEXAMPLE", "us-east-1"))).toMatchObject({
    error: "AccessDeniedException",
    status: 403,
  });
});

test("throttles with 429", async () => {
  aws.inject([{ operation: "account-access:*", kind: "throttle" }]);
  expect(await send("/applications-list", {})).toMatchObject({
    error: "ThrottlingException",
    status: 429,
    said: "Rate exceeded",
  });
  aws.inject([]);
});

test("is asked at its own host, signed for its own name", async () => {
  const asked: { hostname: string; headers: Record<string, string> }[] = [];
  const ssoAdmin = new SSOAdminClient({
    region: "eu-north-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "example" },
    requestHandler: {
      async handle(request: (typeof asked)[number]) {
        asked.push(request);
        throw Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
      },
    } as never,
  });
  const { AWS_ENDPOINT_URL } = process.env;
  delete process.env.AWS_ENDPOINT_URL;
  const sending = createAccountAccess(ssoAdmin).send(listAccessApplications(undefined), {
    abortSignal: new AbortController().signal,
  });
  await expect(sending).rejects.toMatchObject({ code: "ENOTFOUND" });
  if (AWS_ENDPOINT_URL !== undefined) process.env.AWS_ENDPOINT_URL = AWS_ENDPOINT_URL;
  expect(asked).toMatchObject([
    { hostname: "account-access.eu-north-1.api.aws", method: "POST", path: "/applications-list" },
  ]);
  expect(asked[0]!.headers.authorization).toMatch(
    /Credential=AKIDEXAMPLE\/\d{8}\/eu-north-1\/account-access\/aws4_request/,
  );
  expect(asked[0]!.headers.host).toBe("account-access.eu-north-1.api.aws");
});
