import { parse } from "csv-parse/sync";
import type { Settings } from "../../handlers/model";
import { cloudTrailTable, type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import { emptyHistory, type ProductRun, runProduct } from "../../local/runReport";
import {
  accountId,
  daysAgo,
  eventDataStore,
  eventDataStoreArn,
  group,
  groupId,
  instanceArn,
  login,
  oneGrant,
  organisationOf,
  permissionSetArn,
  trailTable,
  userId,
} from "../support/organisation";

// Access that was given and taken between two reports: each login source reads the events that tell of it.

const seconds = (instant: string) => instant.replace(".000Z", "Z");
const EARLIER = seconds(daysAgo(7));

/** As AWS records that somebody assigns a permission set, and takes it away. */
const assignment = (what: "Create" | "Delete", days: number, principalType: string, principalId: string, set = 0) => ({
  eventTime: seconds(daysAgo(days)),
  eventSource: "sso.amazonaws.com",
  eventName: `${what}AccountAssignment`,
  eventID: `${what} ${days} ${principalId}`,
  awsRegion: "eu-west-1",
  readOnly: false,
  recipientAccountId: "111122223333",
  userIdentity: { type: "AssumedRole", arn: `arn:aws:sts::111122223333:assumed-role/Elevation/${what.toLowerCase()}` },
  requestParameters: {
    ...{ instanceArn, targetId: accountId(0), targetType: "AWS_ACCOUNT" },
    ...{ permissionSetArn: permissionSetArn(set), principalType, principalId },
  },
});

const organisation: OrganisationFile = organisationOf({
  ...oneGrant,
  OwnerAccountId: "111122223333",
  Groups: [group(0)],
  EventDataStore: eventDataStore,
  AthenaTables: [
    cloudTrailTable("organization", trailTable, {
      ...{ bucket: "trail", account: "111122223333", region: "eu-west-1", organizationId: "o-a1b2c3d4e5" },
    }),
  ],
  Records: [
    login(0, 0, 0, { recipientAccountId: "111122223333", awsRegion: "eu-west-1" }),
    assignment("Create", 3, "GROUP", groupId(0)),
    assignment("Delete", 2, "GROUP", groupId(0)),
    assignment("Create", 5, "USER", userId(77), 9),
    assignment("Delete", 4, "USER", userId(77), 9),
    // Of the time before the earlier report, and of an assignment that is there.
    assignment("Create", 9, "USER", userId(78)),
    assignment("Delete", 8, "USER", userId(78)),
    assignment("Create", 3, "USER", userId(0)),
  ],
} as Partial<OrganisationFile>);

const sources: [name: string, settings: Partial<Settings>][] = [
  ["CloudTrail Lake", { eventDataStore: eventDataStoreArn }],
  ["Event history", { eventDataStore: "" }],
  ["Athena", { eventDataStore: "", trailTable }],
];

let aws: LocalAws;
let earlier: ProductRun;
beforeAll(async () => {
  aws = await startLocalAws({ organisation, throttle: false, rate: 1000 });
  earlier = await runProduct(aws, { eventDataStore: null, now: EARLIER });
});
afterAll(() => aws.close());
afterEach(() => aws.inject([]));

const historyOf = ({ files }: ProductRun) => ({
  ...emptyHistory,
  newest: async () => ({
    manifestKey: "before/manifest.json",
    manifest: files["manifest.json"]!,
    open: async function* (name: string) {
      yield files[name]!;
    },
  }),
});
const changesIn = ({ files }: ProductRun): Record<string, string>[] =>
  parse(files["changes.csv"] ?? "", { columns: true, bom: true });

test.each(sources)("read from %s, has a line each, and is counted", async (_, settings) => {
  const run = await runProduct(aws, settings, historyOf(earlier));

  const by = (what: string) => `arn:aws:sts::111122223333:assumed-role/Elevation/${what}`;
  const common = {
    Change: "GRANTED_AND_REVOKED",
    account: accountId(0),
    AssignedBy: by("create"),
    RevokedBy: by("delete"),
  };
  expect(changesIn(run)).toMatchObject([
    {
      ...{ ...common, PermissionSetArn: permissionSetArn(9), PermissionSetName: "", UserId: userId(77), Username: "" },
      ...{ AssignedAt: seconds(daysAgo(5)), RevokedAt: seconds(daysAgo(4)) },
    },
    {
      ...{ ...common, PermissionSetArn: permissionSetArn(0), Type: "GROUP", GroupId: groupId(0), UserId: "" },
      ...{ AssignedAt: seconds(daysAgo(3)), RevokedAt: seconds(daysAgo(2)) },
    },
  ]);
  const { news, notCovered } = run.manifest;
  expect(news?.changes.GRANTED_AND_REVOKED).toBe(2);
  expect(notCovered.find(({ what }) => what === "BETWEEN_REPORTS")).toMatchObject({ count: 3 });
  const page = run.files["report.html"]!.toString("utf8");
  expect(page).toContain(`"revokedAt":"${seconds(daysAgo(2))}"`);
});

test("is not said to be none where no logins were read, and has no file where there is no report before", async () => {
  const unread = await runProduct(aws, { eventDataStore: null }, historyOf(earlier));
  expect(unread.manifest.news?.changes).toEqual({
    ...{ GRANTED: 0, REVOKED: 0, STATUS_CHANGED: 0, NOW_UNUSED: 0, USED_AGAIN: 0 },
  });
  const first = await runProduct(aws, { eventDataStore: eventDataStoreArn });
  expect([first.files["changes.csv"], first.manifest.news]).toEqual([undefined, null]);
  expect(first.manifest.notCovered.find(({ what }) => what === "BETWEEN_REPORTS")).toMatchObject({
    count: 3,
    names: expect.arrayContaining([expect.stringContaining(userId(78))]),
  });
});
