import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { parse } from "csv-parse/sync";
import type { Settings } from "../../handlers/model";
import { type Fault, type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import { BUCKET, type Container, captureLogs, jsonOf, startContainer, textOf } from "../support/container";
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
import { sha256Of } from "../support/reportDirectory";

// The access-review sheet from AWS and from people's hands to the bucket. What stands in it is tests/values' and the oracle's.

type Row = Record<string, string>;

const logs = captureLogs();
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
    Reason: expect.stringContaining("The report before this one, of 2026-11-20, did not have all of it"),
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
    ["REMOVE", "STILL_THERE"],
    ["REMOVE", ""],
  ]);
});

test("another attempt at publishing takes the decisions of the first, whatever stands there by now", async () => {
  const container = await start(threeSets);
  const { rows } = await review(container);
  const sheet = (Decision: string) => {
    const { ActionKey, ActionState } = rows[1]!;
    return `ActionKey,ActionState,Decision\r\n${ActionKey},${ActionState},${Decision}\r\n`;
  };
  await giveBack(sheet("keep"));
  localAws.inject([{ operation: "s3:PutObject", kind: "internalError", key: "/manifest.json", times: 20 }]);
  await expect(container.slice({ runId: "twice", retries: 0, request: {} })).rejects.toMatchObject({
    name: "ServiceFailed",
  });
  expect(textOf(container.bucket, "2026-11-20T090000Z-twice/review.csv")).toContain(",keep,");
  await giveBack(sheet("remove"));
  localAws.inject([]);

  const again = await review(container, "twice");

  expect(again.rows[1]).toMatchObject({ Decision: "keep", DecisionStatus: "CARRIED" });
  const { decisions } = jsonOf(container.bucket, "2026-11-20T090000Z-twice/manifest.json");
  const [file] = decisions.files;
  expect(file).toMatchObject({
    key: "credential_reports/decisions/review.csv",
    sha256: sha256Of(Buffer.from(sheet("keep"))),
  });
  expect(file).toMatchObject({ lines: 1, decisions: 1, carried: 1, stillThere: 0, changed: 0, done: 0, refused: 0 });
});

test("the newest page is always at one address, and names its run", async () => {
  const container = await start(oneUsed);
  await review(container, "a");
  await review(container, "b");

  const page = container.bucket.objects.get("credential_reports/latest/report.html")!;
  expect(Buffer.concat(page.body).equals(Buffer.concat(objectOf(container, "b/report.html").body))).toBe(true);
  expect(page.headers).toMatchObject({ "content-type": "text/html; charset=utf-8", "x-amz-meta-runid": "b" });
});

test("and is replaced after latest.json only", async () => {
  const container = await start(oneUsed);
  await review(container, "a");
  localAws.inject([{ operation: "s3:PutObject", kind: "internalError", key: "/latest.json", times: 40 }]);
  await expect(container.slice({ runId: "b", retries: 0, request: {} })).rejects.toMatchObject({
    name: "NotAnnounced",
  });
  localAws.inject([]);

  expect(container.bucket.objects.has("credential_reports/2026-11-20T090000Z-b/manifest.json")).toBe(true);
  const page = container.bucket.objects.get("credential_reports/latest/report.html")!;
  expect(page.headers).toMatchObject({ "x-amz-meta-runid": "a" });
});

const objectOf = ({ bucket }: Container, name: string) =>
  bucket.objects.get(`credential_reports/2026-11-20T090000Z-${name}`)!;

test("a removal that was decided and carried out is said to be done, and the change says by whom", async () => {
  const container = await start(oneUsed);
  const { rows } = await review(container, "a");
  const { ActionKey, ActionState } = rows[1]!;
  await giveBack(`ActionKey,ActionState,Decision,DecidedBy\r\n${ActionKey},${ActionState},REMOVE,carol\r\n`);
  expect((await review(container, "b")).rows[1]).toMatchObject({ DecisionStatus: "STILL_THERE" });
  await localAws.serveOrganisation(organisationOf({ ...oneUsed, AccountAssignments: [userAssignment(0, 0, 0)] }));

  const { rows: after } = await review(container, "c");

  expect(after.map((row) => [row.ActionKey, row.DecisionStatus])).toEqual([
    [rows[0]!.ActionKey, ""],
    [ActionKey, "DONE"],
  ]);
  const changes = textOf(container.bucket, "2026-11-20T090000Z-c/changes.csv")!;
  expect(parse(changes, { columns: true }) as Row[]).toMatchObject([
    { Change: "REVOKED", Decision: "REMOVE", DecidedBy: "carol" },
    { Change: "REVOKED", Decision: "", DecidedBy: "" },
  ]);
});

/** What the alarm is made of, of each report. */
const sheetsNotCarried = () => logs.flatMap((line) => ("_aws" in line ? [line.SheetsNotCarried] : []));

test("a file of which nothing can be carried sets off the alarm and is told of in a message, though nobody wants one of every report", async () => {
  logs.length = 0;
  const topic = "arn:aws:sns:eu-west-1:111122223333:notifications";
  const organisation = organisationOf(threeSets);
  localAws = await startLocalAws({ organisation, throttle: false, rate: 1000, missingKeyIs403: true, topics: [topic] });
  const container = startContainer(localAws, { TOPIC_ARN: topic, NOTIFY_ON_SUCCESS: "false" });
  await review(container, "a");
  expect(localAws.messages).toEqual([]);
  await giveBack("Grant,Verdict\r\n1,keep\r\n");

  await review(container, "b");

  expect(localAws.messages).toHaveLength(1);
  expect(localAws.messages[0]!.message).toContain(
    "- Nothing is carried of credential_reports/decisions/review.csv: No row",
  );
  expect(sheetsNotCarried()).toEqual([0, 1]);
});

test("where decisions/ may not be listed, nobody's decisions are carried: the alarm goes off, and the report is made", async () => {
  logs.length = 0;
  const refused = { operation: "s3:ListObjectsV2", kind: "notAuthorized" } as const;
  const container = await start(threeSets, {}, [refused]);

  const { rows, warnings } = await review(container);

  expect(rows).toHaveLength(3);
  expect(warnings).toEqual([
    expect.stringMatching(/^No decision of the returned review sheets .*s3 ListObjectsV2 was refused/),
  ]);
  expect(sheetsNotCarried()).toEqual([1]);
});

test("a returned sheet that cannot be read is a warning, and no decision is made up", async () => {
  const container = await start(threeSets);
  await giveBack("Grant,Verdict\r\n1,keep\r\n");

  const { rows, warnings } = await review(container);

  expect(warnings).toEqual([
    expect.stringMatching(/^No decision of credential_reports\/decisions\/review\.csv is carried forward: No row/),
  ]);
  expect(rows.map(({ Decision }) => Decision)).toEqual(["", "", ""]);
});

test("a returned sheet that S3 does not let the role read is a warning that says what to do", async () => {
  const refused = { operation: "s3:GetObject", kind: "notAuthorized", key: "decisions/" } as const;
  const container = await start(threeSets, {}, [refused]);

  await giveBack("ActionKey,ActionState,Decision\r\n");
  const { warnings } = await review(container);

  expect(warnings).toEqual([
    expect.stringMatching(
      /^No decision of credential_reports\/decisions\/review\.csv is carried forward: .*s3:GetObject/,
    ),
  ]);
});
