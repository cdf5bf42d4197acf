import { gunzipSync } from "node:zlib";
import { type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import { runProduct } from "../../local/runReport";
import { sample } from "../support/long";
import {
  accessApplication,
  account,
  applicationArn,
  entitlement,
  group,
  groupId,
  login,
  many,
  membership,
  oneGrant,
  organisationOf,
  user,
  userId,
} from "../support/organisation";
import { runSliced } from "../support/slicedRun";

// What account access manager gives, and what could not be read of it, is the same however often the run is cut.

const organisation: OrganisationFile = organisationOf({
  ...oneGrant,
  Accounts: many(4, (index) => account(index)),
  Users: [user(0), user(1)],
  Groups: [group(0)],
  GroupMemberships: [membership(0, 0), membership(0, 1)],
  AccountAccessApplications: [accessApplication(0), accessApplication(1)],
  AccountAccessEntitlements: [
    ...many(130, (index) => entitlement(1, `Role${index}`, { userId: userId(1) })),
    entitlement(2, "Operator", { groupId: groupId(0) }, { applicationArn: accessApplication(1).applicationArn }),
    entitlement(3, "Gone", { userId: userId(9) }),
    entitlement(3, "Gone", { groupId: groupId(9) }),
  ],
  Applications: many(3, (index) => ({ ApplicationArn: applicationArn(index) })),
  ApplicationAccessScopes: [{ ApplicationArn: applicationArn(1), Scopes: [{ Scope: "sso:account:access" }] }],
  Records: [login(0, 0, 0)],
});

let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws({ organisation, throttle: false, rate: 1000 });
});
afterAll(() => aws.close());

/** The files of a report, without the manifest's times and effort. */
function lasting(files: Record<string, Buffer>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => {
      if (name !== "manifest.json") return [name, (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8")];
      const { startedAt, finishedAt, calls, sources, files: entries, ...rest } = JSON.parse(bytes.toString("utf8"));
      const found = Object.values(sources as Record<string, Record<string, unknown>>).map(
        ({ calls: made, pages, queryId, ...others }) => others,
      );
      return [name, { ...rest, found }];
    }),
  );
}

test.each(sample([3, 1, 10], 3))(
  "a run that is cut after every %i answers gives the files of one that is not",
  async (answers) => {
    await aws.serveOrganisation(organisation);
    aws.reset();
    const whole = await runProduct(aws);
    const { "cloudtrail:DescribeQuery": _, ...calls } = aws.stats().calls;
    aws.reset();

    const { files, slices } = await runSliced(aws, () => answers);

    expect(slices).toBeGreaterThan(1);
    expect(lasting(files)).toEqual(lasting(whole.files));
    const { "cloudtrail:DescribeQuery": __, ...again } = aws.stats().calls;
    expect(again).toEqual(calls);
    expect(whole.manifest.sources.accountAccess).toMatchObject({ status: "read", entitlements: 133 });
  },
);

test("what could not be read in one slice is not asked for in another, where it might be", async () => {
  await aws.serveOrganisation({ ...organisation, Accounts: [account(0)] });
  aws.reset();
  const refusing = { operation: "account-access:ListEntitlements", kind: "accessDenied", at: 1, times: 1 } as const;
  aws.inject([refusing]);

  const { files } = await runSliced(aws, () => 12);
  aws.inject([]);

  const manifest = JSON.parse(files["manifest.json"]!.toString("utf8"));
  expect(manifest.sources.accountAccess).toMatchObject({ status: "failed", entitlements: 0 });
  expect(manifest.status).toBe("degraded");
  expect(files["credential_report.csv"]!.toString("utf8")).not.toContain("ACCOUNT_ROLE");
});
