import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { parse } from "csv-parse/sync";
import type { Settings } from "../../handlers/model";
import { type Fault, type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import { BUCKET, type Container, captureLogs, startContainer, textOf } from "../support/container";
import {
  accountId,
  login,
  many,
  oneGrant,
  organisationOf,
  permissionSet,
  permissionSetArn,
  userAssignment,
} from "../support/organisation";
import { folderOf } from "../support/published";

// The access-review sheet from AWS and from people's hands to the bucket. What stands in it is tests/values' and the oracle's.

type Row = Record<string, string>;

captureLogs();
let localAws: LocalAws;
afterEach(() => localAws.close());

async function start(parts: Partial<OrganisationFile>, settings: Partial<Settings> = {}, faults: Fault[] = []) {
  const organisation = organisationOf(parts);
  localAws = await startLocalAws({ organisation, throttle: false, rate: 1000, missingKeyIs403: true, faults });
  return startContainer(localAws, {}, settings);
}

async function review(
  container: Container,
  runId = "",
): Promise<{ rows: Row[]; warnings: readonly string[]; text: string }> {
  const result = await container.run({ runId });
  const text = textOf(container.bucket, `${folderOf(result)}/review.csv`)!;
  return { rows: parse(text, { columns: true, bom: true }) as Row[], warnings: result.warnings, text };
}

const managed = (set: number, Name: string) => ({
  PermissionSetArn: permissionSetArn(set),
  AttachedManagedPolicies: [{ Name, Arn: `arn:aws:iam::aws:policy/${Name}` }],
});

const threeSets: Partial<OrganisationFile> = {
  ...oneGrant,
  PermissionSets: [
    permissionSet(0, { Name: "Full" }),
    permissionSet(1, { Name: "Named" }),
    permissionSet(2, { Name: "Reader" }),
  ],
  ManagedPolicies: [managed(0, "AdministratorAccess"), managed(2, "ReadOnlyAccess")],
  AccountAssignments: many(3, (set) => userAssignment(0, set, 0)),
  Records: [login(0, 0, 0, { serviceEventDetails: { role_name: "Full", account_id: accountId(0) } })],
};

test.each<[string, Fault[]]>([
  ["its policies, or its name in the settings", []],
  [
    "policies on a second page",
    [{ operation: "sso-admin:ListManagedPoliciesInPermissionSet", kind: "emptyPage", at: 1, times: 3 }],
  ],
])("a permission set is an administrator's by %s", async (_, faults) => {
  const { rows } = await review(await start(threeSets, { administratorPermissionSets: ["Named"] }, faults));

  expect(rows.map(({ PermissionSetName, Administrator }) => [PermissionSetName, Administrator])).toEqual([
    ["Full", "yes"],
    ["Named", "yes"],
    ["Reader", "no"],
  ]);
});

test("the settings' pattern names the reviewer", async () => {
  const { rows } = await review(await start(threeSets, { reviewerPattern: "^(R\\w+)$" }));
  expect(rows.map(({ Reviewer }) => Reviewer)).toEqual(["", "", "Reader"]);
});

/** Puts the sheet where docs/review.md says. */
async function giveBack(sheet: string): Promise<void> {
  const s3 = new S3Client({ endpoint: localAws.url, region: "eu-west-1", forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "credential_reports/decisions/review.csv", Body: sheet }));
  s3.destroy();
}

test("a decision in the returned sheet is carried forward, to its grant alone", async () => {
  const container = await start(threeSets);
  const { rows } = await review(container);
  const { ActionKey, ActionState } = rows[1]!;
  await giveBack(`ActionKey,ActionState,Decision,DecidedBy\r\n${ActionKey},${ActionState},keep,carol\r\n`);

  const again = await review(container);

  expect(again.warnings).toEqual([]);
  expect(again.rows.map(({ Decision, DecidedBy, DecisionStatus }) => [Decision, DecidedBy, DecisionStatus])).toEqual([
    ["", "", ""],
    ["keep", "carol", "CARRIED"],
    ["", "", ""],
  ]);
});

/** Alice uses the first of three sets. */
const oneUsed: Partial<OrganisationFile> = {
  ...oneGrant,
  PermissionSets: many(3, (set) => permissionSet(set)),
  AccountAssignments: many(3, (set) => userAssignment(0, set, 0)),
  Records: [login(0, 0, 0)],
};

test("a grant that was revoked and given anew between two reports carries no decision, and is not said to be removed", async () => {
  const container = await start(oneUsed);
  const { rows } = await review(container, "a");
  expect(rows[1]).toMatchObject({ SuggestedAction: "REMOVE" });
  const { ActionKey, ActionState } = rows[1]!;
  await giveBack(`ActionKey,ActionState,Decision\r\n${ActionKey},${ActionState},remove\r\n`);
  await localAws.serveOrganisation(organisationOf({ ...oneUsed, AccountAssignments: [userAssignment(0, 0, 0)] }));
  await review(container, "b");
  await localAws.serveOrganisation(organisationOf(oneUsed));

  const again = await review(container, "c");

  expect(again.rows.map(({ SuggestedAction }) => SuggestedAction)).toEqual(["KEEP", "WAIT", "WAIT"]);
  expect(again.rows[1]).toMatchObject({
    Usage: "UNUSED_IN_WINDOW",
    ActionState,
    Decision: "",
    DecisionStatus: "CHANGED",
    EarlierDecision: `remove; it was then ${ActionState}, and not all of it was there in the report before`,
    Reason: expect.stringContaining(
      "at most as old as the report before this one, of 2026-11-20, which did not have all of it",
    ),
  });
});

test("an earlier report that was edited grants nothing: decisions are carried, and suggestions stay", async () => {
  const container = await start(oneUsed);
  const { rows } = await review(container, "a");
  const { ActionKey, ActionState } = rows[1]!;
  await giveBack(`ActionKey,ActionState,Decision\r\n${ActionKey},${ActionState},remove\r\n`);
  const key = "credential_reports/2026-11-20T090000Z-a/credential_report.csv";
  const object = container.bucket.objects.get(key)!;
  const [header] = textOf(container.bucket, key.slice("credential_reports/".length))!.split("\r\n");
  const body = [Buffer.from(`${header}\r\n`)];
  container.bucket.objects.set(key, { ...object, body, size: body[0]!.length, checksums: {} });

  const again = await review(container, "b");

  expect(again.warnings).toEqual([
    expect.stringMatching(/^There is no changes\.csv: .* is not the file that its manifest names/),
  ]);
  expect(again.rows.map(({ SuggestedAction, DecisionStatus }) => [SuggestedAction, DecisionStatus])).toEqual([
    ["KEEP", ""],
    ["REMOVE", "CARRIED"],
    ["REMOVE", ""],
  ]);
});

test("a returned sheet that cannot be read is a warning, and no decision is made up", async () => {
  const container = await start(threeSets);
  await giveBack("Grant,Verdict\r\n1,keep\r\n");

  const { rows, warnings } = await review(container);

  expect(warnings).toEqual([expect.stringMatching(/^No decision of the returned review sheet is carried forward: /)]);
  expect(rows.map(({ Decision }) => Decision)).toEqual(["", "", ""]);
});

test("a returned sheet that S3 does not let the role read is a warning that says what to do", async () => {
  const refused = { operation: "s3:GetObject", kind: "notAuthorized", key: "decisions/" } as const;
  const container = await start(threeSets, {}, [refused]);

  const { warnings } = await review(container);

  expect(warnings).toEqual([
    expect.stringMatching(/^No decision of the returned review sheet is carried forward: .* may read decisions/),
  ]);
});
