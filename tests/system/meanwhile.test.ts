import { parse } from "csv-parse/sync";
import { createCaller, createClients } from "../../handlers/aws/aws";
import type { Row } from "../../handlers/files/columns";
import { readInstance } from "../../handlers/grants/grants";
import { createLoginSource } from "../../handlers/logins/logins";
import { readMeanwhile, type WasRead } from "../../handlers/meanwhile";
import type { Settings } from "../../handlers/model";
import { type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import { defaultSettings } from "../../local/defaultSettings";
import { runProduct, useLocalAws } from "../../local/runReport";
import { sample } from "../support/long";
import * as organisation from "../support/organisation";
import { runSliced } from "../support/slicedRun";

// What changes in AWS while a long run reads: the pairs that the assignment events name are read again, once.

const { account, accountId, group, groupAssignment, groupId, login, membership } = organisation;
const { now, permissionSet, permissionSetArn, user, userAssignment, userId } = organisation;

const minutesLater = (minutes: number) =>
  new Date(Date.parse(now) + minutes * 60_000).toISOString().replace(".000Z", "Z");
const administrator = "arn:aws:sts::111122223333:assumed-role/Administrators/alice";

/** As AWS records it, twenty minutes after the run began. */
const changed = (eventName: string, of: ReturnType<typeof userAssignment>, more: object = {}) => ({
  eventTime: minutesLater(20),
  eventSource: "sso.amazonaws.com",
  eventName,
  readOnly: false,
  userIdentity: { type: "AssumedRole", principalId: "AROAEXAMPLE:alice", arn: administrator },
  requestParameters: {
    instanceArn: organisation.instanceArn,
    targetId: of.AccountId,
    targetType: "AWS_ACCOUNT",
    permissionSetArn: of.PermissionSetArn,
    principalType: of.PrincipalType,
    principalId: of.PrincipalId,
  },
  ...more,
});

const before = organisation.organisationOf({
  Accounts: [account(0), account(1)],
  PermissionSets: [permissionSet(0), permissionSet(1)],
  Users: [user(0), user(1), user(2), user(3)],
  Groups: [group(0), group(1)],
  GroupMemberships: [membership(0, 1), membership(1, 2)],
  AccountAssignments: [userAssignment(0, 0, 0), groupAssignment(0, 1, 0), userAssignment(1, 0, 1)],
  Records: [login(0, 0, 0), login(0, 1, 1)],
});

/** User 0 has lost a grant, and others have got one: a user who came meanwhile, a group whose members were not read, one in an account new to the set. */
const after = (minutes: number): OrganisationFile => ({
  ...before,
  Now: minutesLater(minutes),
  Users: [...before.Users!, user(8), user(9, { CreatedAt: minutesLater(5) })],
  GroupMemberships: [...before.GroupMemberships!, membership(1, 8)],
  AccountAssignments: [
    userAssignment(0, 0, 9),
    groupAssignment(0, 1, 0),
    groupAssignment(0, 1, 1),
    userAssignment(1, 1, 3),
    // No event tells that user 1 has lost this one, and user 2 got it.
    userAssignment(1, 0, 2),
  ],
  Records: [
    ...before.Records!,
    login(1, 0, 1, { eventName: "GetRoleCredentials", eventTime: minutesLater(15), readOnly: true }),
    changed("DeleteAccountAssignment", userAssignment(0, 0, 0)),
    changed("CreateAccountAssignment", userAssignment(0, 0, 9)),
    changed("CreateAccountAssignment", groupAssignment(0, 1, 1)),
    changed("CreateAccountAssignment", userAssignment(1, 1, 3)),
    // Of neither does the run know the permission set, or the account.
    changed("CreateAccountAssignment", userAssignment(0, 7, 3)),
    changed("CreateAccountAssignment", userAssignment(7, 0, 3)),
  ],
});

const rowsIn = (csv: Buffer): Row[] => parse(csv, { columns: true, record_delimiter: "\r\n" });
const grantsIn = (rows: readonly Row[]) =>
  rows.map(({ account: id, PermissionSetName, Type, Username }) => [id, PermissionSetName, Type, Username].join(" "));
const NAME = organisation.userName;
const grant = (inAccount: number, set: number, type: string, of: number) =>
  [accountId(inAccount), organisation.permissionSetName(set), type, NAME(of)].join(" ");

/** All but this machine's clock. */
const doNotFake = [
  ...(["hrtime", "nextTick", "performance", "queueMicrotask", "setImmediate", "clearImmediate"] as const),
  ...(["setInterval", "clearInterval", "setTimeout", "clearTimeout"] as const),
];

let aws: LocalAws;
beforeEach(() => jest.useFakeTimers({ now: Date.parse(now), doNotFake }));
afterEach(() => jest.useRealTimers());
beforeAll(async () => {
  aws = await startLocalAws({ organisation: before, throttle: false, rate: 1000 });
});
afterAll(() => aws.close());

/** A run during which the organization changes, once all but the logins is read, and so many minutes pass, by AWS's clock and this machine's. */
async function changedAfter(minutes: number, answers: number, ownMinutes = minutes) {
  await aws.serveOrganisation(before);
  aws.reset();
  jest.setSystemTime(Date.parse(now));
  let isChanged = false;
  const run = await runSliced(
    aws,
    () => answers,
    { now, eventDataStore: "" },
    undefined,
    async (kind) => {
      if (isChanged || kind !== "login archive") return;
      isChanged = true;
      await aws.serveOrganisation(after(minutes));
      jest.setSystemTime(Date.parse(minutesLater(ownMinutes)));
    },
  );
  expect(isChanged).toBe(true);
  const manifest = JSON.parse(run.files["manifest.json"]!.toString("utf8"));
  return {
    ...run,
    manifest,
    calls: aws.stats().calls,
    rows: rowsIn(run.files["credential_report.csv"]!),
  };
}

describe("a run that reads for 45 minutes", () => {
  test("has the grants as the events tell that they are by then, and the others as they were", async () => {
    const { rows, manifest } = await changedAfter(45, Number.POSITIVE_INFINITY);

    expect(grantsIn(rows)).toEqual([
      grant(0, 0, "USER", 9),
      grant(0, 1, "GROUP", 1),
      grant(0, 1, "GROUP", 2),
      grant(0, 1, "GROUP", 8),
      grant(1, 0, "USER", 1),
      grant(1, 1, "USER", 3),
    ]);
    const { readAgain, pairs } = manifest.sources.identityCenter;
    expect({ readAgain, pairs }).toEqual({
      readAgain: { from: expect.any(String), to: expect.any(String), pairs: 3, reason: null },
      pairs: 4,
    });
    expect(Date.parse(readAgain.to) - Date.parse(readAgain.from)).toBeGreaterThanOrEqual(45 * 60_000);
    expect(Date.parse(readAgain.to) - Date.parse(now)).toBeGreaterThanOrEqual(45 * 60_000);
    expect([manifest.status, manifest.warnings]).toEqual(["succeeded", []]);
  });

  test("knows when they were given, and calls none of them unused", async () => {
    const { rows } = await changedAfter(45, Number.POSITIVE_INFINITY);

    const given = rows.filter(({ AssignedAt }) => AssignedAt !== "");
    expect(grantsIn(given)).toEqual([
      grant(0, 0, "USER", 9),
      grant(0, 1, "GROUP", 2),
      grant(0, 1, "GROUP", 8),
      grant(1, 1, "USER", 3),
    ]);
    for (const row of given) expect(row).toMatchObject({ AssignedAt: minutesLater(20), Usage: "TOO_NEW" });
  });

  test("asks for the pairs, and for whom it did not know, once; one of 29 minutes asks for nothing more", async () => {
    const short = await changedAfter(29, Number.POSITIVE_INFINITY);
    const long = await changedAfter(45, Number.POSITIVE_INFINITY);

    expect(short.manifest.sources.identityCenter).toMatchObject({ readAgain: null, pairs: 3 });
    expect(grantsIn(short.rows)).toEqual([grant(0, 0, "USER", 0), grant(0, 1, "GROUP", 1), grant(1, 0, "USER", 1)]);
    const more = (name: string, count: number) => [name, (short.calls[name] ?? 0) + count];
    expect(long.calls).toEqual({
      ...short.calls,
      ...Object.fromEntries([
        more("cloudtrail:LookupEvents", 2), // one page of each assignment event
        more("sso-admin:ListAccountAssignments", 3),
        more("identitystore:ListGroupMemberships", 1),
        more("identitystore:DescribeUser", 2),
      ]),
    });
    expect(long.manifest.calls).toEqual(long.calls);
    expect(long.manifest.sources.logins.calls).toBe(short.manifest.sources.logins.calls + 2);
  });

  test.each(sample([3, 1, 7], 3))("in slices of %i answers gives the same, with the same calls", async (answers) => {
    const whole = await changedAfter(45, Number.POSITIVE_INFINITY);
    const cut = await changedAfter(45, answers);

    expect(cut.slices).toBeGreaterThan(3);
    expect(cut.rows).toEqual(whole.rows);
    expect(cut.calls).toEqual(whole.calls);
    expect(cut.manifest.sources.identityCenter.readAgain.pairs).toBe(3);
  });

  test("is one by AWS's clock: that this machine's was set five hours ahead meanwhile means nothing", async () => {
    const { manifest } = await changedAfter(10, Number.POSITIVE_INFINITY, 5 * 60);
    expect(manifest.sources.identityCenter.readAgain).toBeNull();
  });

  test("says it where the events cannot be read, and keeps what it has", async () => {
    const refused = { operation: "cloudtrail:LookupEvents", kind: "accessDenied" } as const;
    await aws.serveOrganisation(before);
    const unchanged = await runProduct(aws, { eventDataStore: "", now });
    let isChanged = false;
    const { files } = await runSliced(
      aws,
      () => 5,
      { eventDataStore: "", now },
      undefined,
      async (kind) => {
        if (kind === "login archive" && !isChanged) await aws.serveOrganisation(after(45));
        isChanged ||= kind === "login archive";
        if (kind === "meanwhile: clock") aws.inject([refused]);
      },
    );
    aws.inject([]);
    const manifest = JSON.parse(files["manifest.json"]!.toString("utf8"));

    const { reason } = manifest.sources.identityCenter.readAgain;
    expect(reason).toMatch(/^in eu-west-1, CloudTrail Event history could not be read there: .*LookupEvents/);
    expect(manifest.sources.identityCenter.readAgain.pairs).toBe(0);
    expect(manifest.status).toBe("succeeded");
    expect(manifest.warnings).toEqual([
      expect.stringMatching(
        /^Reading took from .* to .*, and which assignments were made or ended .* is not known in full/,
      ),
    ]);
    expect(files["credential_report.csv"]!.toString("utf8")).toBe(unchanged.csv);
  });
});

describe.each([
  ["Event history", { eventDataStore: "" }],
  ["CloudTrail Lake", { eventDataStore: organisation.eventDataStoreArn }],
  ["Athena", { eventDataStore: "", trailTable: organisation.trailTable }],
])("with %s", (_, given) => {
  const settings: Settings = {
    ...defaultSettings,
    instanceArn: organisation.instanceArn,
    identityStoreId: organisation.identityStoreId,
    requestsPerSecond: 10_000,
    now,
    ...given,
  };
  const sets = [0, 1].map((set) => ({
    ...{ arn: permissionSetArn(set), name: organisation.permissionSetName(set), description: "", administrator: false },
  }));
  /** What a run has read that began at `now`. */
  const read = {
    provisioning: { permissionSets: sets, pairs: [[accountId(0), 0]], notes: [] },
    collection: {
      ...{ principals: [[["USER", userId(0)]]], users: [], groups: [], memberships: {}, notes: [], notUnderstood: [] },
      accounts: [0, 1].map((index) => ({ id: accountId(index), name: "", state: "ACTIVE" })),
    },
    logins: { assignments: [], bytesScanned: null },
  } as unknown as WasRead;

  test("the same events are found, and the pairs read", async () => {
    await aws.serveOrganisation(after(45));
    useLocalAws(aws);
    const ending = new AbortController();
    const clients = createClients();
    const call = createCaller({ requestsPerSecond: 10_000, signal: ending.signal });
    const { value: instance } = await readInstance(settings, clients, call);
    const began = { ownMs: Date.now(), awsMs: Date.parse(now) };

    const { provisioning, collection, logins } = await readMeanwhile(read, began, {
      ...{ settings, instance, clients, call },
      loginSource: createLoginSource(settings),
      progress: () => {},
      untilMs: Number.POSITIVE_INFINITY,
      isFinal: () => true,
    });
    ending.abort(new Error("The test is over."));

    expect(provisioning.pairs).toEqual([
      [accountId(0), 0],
      [accountId(0), 1],
      [accountId(1), 1],
    ]);
    expect(collection.principals).toEqual([
      [["USER", userId(9)]],
      [
        ["GROUP", groupId(0)],
        ["GROUP", groupId(1)],
      ],
      [["USER", userId(3)]],
    ]);
    expect(collection.users.map(({ id }) => id)).toEqual([1, 2, 3, 8, 9].map(userId));
    expect(Object.keys(collection.memberships).sort()).toEqual([groupId(0), groupId(1)]);
    expect(collection.readAgain).toMatchObject({ pairs: 3, reason: null });
    expect(logins.assignments.map(({ kind, by }) => [kind, by]).sort()).toEqual([
      ...Array.from({ length: 5 }, () => ["created", administrator]),
      ["deleted", administrator],
    ]);
    expect(logins.lastLogins ?? []).toEqual([]);
  });
});
