import { createCaller } from "../../handlers/aws/caller";
import { createLoginSource } from "../../handlers/logins/logins";
import { cloudTrailTable, startLocalAws } from "../../local/aws";
import { defaultSettings } from "../../local/defaultSettings";
import { instanceArn, login, organisationOf, trailTable } from "../support/organisation";
import { needsOf } from "./authorization";
import { decide, type Need } from "./evaluator";
import { policyOf, unused } from "./policyCheck";

// The role that reads logins in another account: what docs/policies gives it is what each source asks for with it, and whoever may
// assume it is who makes the report.

const deploying = "111122223333";
const other = "444455556666";
const loginRoleArn = `arn:aws:iam::${other}:role/read-logins`;
const store = `arn:aws:cloudtrail:eu-west-1:${other}:eventdatastore/0f1e2d3c-4b5a-4697-8877-665544332211`;
const place = { bucket: "trail", account: deploying, region: "eu-west-1", organizationId: "o-a1b2c3d4e5" };

/** What a role asks AWS for where it reads with this source. */
async function asked(settings: { eventDataStore: string; trailTable: string }): Promise<Need[]> {
  const AthenaTables = [{ ...cloudTrailTable("organization", trailTable, place), AccountId: other }];
  const EventDataStore = { ...organisationOf({}).EventDataStore!, EventDataStoreArn: store };
  const organisation = organisationOf({
    ...{ OwnerAccountId: deploying, AthenaTables, EventDataStore },
    Records: [login(0, 0, 0)],
  } as never);
  const aws = await startLocalAws({
    organisation,
    throttle: false,
    rate: 1000,
    record: true,
    roles: { [loginRoleArn]: {} },
  });
  const ending = new AbortController();
  const call = createCaller({ requestsPerSecond: 10_000, signal: ending.signal });
  Object.assign(process.env, { AWS_ENDPOINT_URL: aws.url, AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "a" });
  const source = createLoginSource(
    { ...defaultSettings, ...settings, instanceArn, loginRoleArn },
    { region: "eu-west-1" },
  )!;
  const window = { from: "2026-11-10T09:00:00Z", to: "2026-11-20T09:00:00Z" };
  const regions = { regions: ["eu-west-1"], primary: "eu-west-1", refused: null };
  const { reading } = await source.begin(window, regions, call);
  await source.goOn(reading, Number.POSITIVE_INFINITY, call, () => {});
  await source.giveUp(reading);
  const requests = aws.stats().requests!;
  ending.abort(new Error("The test is over."));
  await aws.close();
  const where = {
    ...{ partition: "aws", region: "eu-west-1", accountId: other, ownerAccountId: other, eventDataStoreArn: store },
    ...{ keys: { reports: "", lake: "", identityCenter: "" }, trailOwner: deploying },
    buckets: {
      trail: `aws-controltower-logs-${other}-eu-west-1/o-a1b2c3d4e5/AWSLogs`,
      results: `aws-athena-query-results-${other}-eu-west-1`,
    },
  };
  return requests.filter(({ account }) => account === other).flatMap((request) => needsOf(request, where));
}

test("may do what each source asks with it, and nothing that none does", async () => {
  const needs = [
    ...(await asked({ eventDataStore: "", trailTable: "" })),
    ...(await asked({ eventDataStore: store, trailTable: "" })),
    ...(await asked({ eventDataStore: "", trailTable })),
  ];
  const policy = policyOf("login-role");
  const denied: object[] = [];
  for (const need of needs) {
    const asker = { principal: loginRoleArn, accountId: other, identityPolicies: [policy] };
    const resource = need.resource.startsWith("arn:aws:s3") ? { ...asker, accountId: other } : asker;
    if ((await decide(resource, need)) !== "Allowed") denied.push(need);
  }
  expect(denied).toEqual([]);
  expect(unused(policy, needs)).toEqual([]);
});

describe("its trust", () => {
  const assume = (principal: string, more: Record<string, string> = {}) => {
    const arn = principal.replace(":sts:", ":iam:");
    const allowing = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow" as const, Action: "sts:AssumeRole", Resource: loginRoleArn }],
    };
    const asker = {
      ...{ principal, accountId: principal.split(":")[4]!, identityPolicies: [allowing] },
      resourcePolicy: policyOf("login-role-trust"),
    };
    const context = { "aws:PrincipalArn": arn, "aws:PrincipalOrgID": "o-a1b2c3d4e5", ...more };
    return decide(asker, { action: "sts:AssumeRole", resource: loginRoleArn, context });
  };
  const role = (name: string, account = deploying) => `arn:aws:iam::${account}:role/${name}`;

  test.each([
    ["the function's role, also one that takes its place", role("credential-report-function-role-1a2b3c4")],
    [
      "the terminal's role",
      role("aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_SecurityAudit_0123456789abcdef"),
    ],
  ])("lets in %s", async (_, principal) => {
    expect(await assume(principal)).toBe("Allowed");
  });

  test.each<[string, string, Record<string, string>]>([
    ["another role of the account", role("admin"), {}],
    ["a role of the name in another account", role("credential-report-function-role-1", "999988887777"), {}],
    [
      "the role, once its account has left the organization",
      role("credential-report-function-role-1"),
      { "aws:PrincipalOrgID": "o-0000000000" },
    ],
    ["a user", `arn:aws:iam::${deploying}:user/credential-report-function-role-1`, {}],
  ])("keeps out %s", async (_, principal, more) => {
    expect(await assume(principal, more)).not.toBe("Allowed");
  });
});
