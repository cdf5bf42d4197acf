import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { parse } from "csv-parse/sync";
import type { Settings } from "../../handlers/model";
import { type Fault, type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import { BUCKET, type Container, captureLogs, startContainer, textOf } from "../support/container";
import {
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

async function review(container: Container): Promise<{ rows: Row[]; warnings: readonly string[]; text: string }> {
  const result = await container.run();
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
  Records: [login(0, 0, 0)],
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
  const { GrantKey, GrantState } = rows[1]!;
  await giveBack(`GrantKey,GrantState,Decision,DecidedBy\r\n${GrantKey},${GrantState},keep,carol\r\n`);

  const again = await review(container);

  expect(again.warnings).toEqual([]);
  expect(again.rows.map(({ Decision, DecidedBy, DecisionStatus }) => [Decision, DecidedBy, DecisionStatus])).toEqual([
    ["", "", ""],
    ["keep", "carol", "CARRIED"],
    ["", "", ""],
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
