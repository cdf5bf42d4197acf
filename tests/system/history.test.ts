import { createHash } from "node:crypto";

import type { RunResult } from "../../handlers/bucket/bucket";
import type { Settings } from "../../handlers/model";

import { type LocalAws, type StoredObject, startLocalAws } from "../../local/aws";
import { type Container, captureLogs, jsonOf, startContainer, textOf } from "../support/container";
import { sample } from "../support/long";
import { login, many, now, oneGrant, organisationOf, permissionSet, userAssignment } from "../support/organisation";
import { folderOf, publishedFolders } from "../support/published";

// What stands in the bucket already, whole, gone or damaged, and what a run makes of it.

const organisation = organisationOf({
  ...oneGrant,
  PermissionSets: many(3, (set) => permissionSet(set)),
  AccountAssignments: many(3, (set) => userAssignment(0, set, 0)),
  Records: [login(0, 0, 0)],
});

captureLogs();
let localAws: LocalAws;
let container: Container;
/** Of the report that stands there. */
let folder: string;
/** What its run has left in the bucket, where each test finds it. */
let before: ReadonlyMap<string, StoredObject>;

beforeAll(async () => {
  localAws = await startLocalAws({ organisation, throttle: false, rate: 1000, missingKeyIs403: true, record: true });
  container = startContainer(localAws);
  folder = folderOf(await container.run({ runId: "before" }));
  before = new Map(container.bucket.objects);
});

beforeEach(() => {
  localAws.reset();
  const { objects, uploads } = container.bucket;
  uploads.clear();
  objects.clear();
  for (const [name, object] of before) objects.set(name, object);
  container = startContainer(localAws);
});

afterAll(() => localAws.close());

const key = (name: string) => `credential_reports/${name}`;

function overwrite(name: string, change: (text: string) => string): void {
  const object = container.bucket.objects.get(key(name))!;
  const body = [Buffer.from(change(textOf(container.bucket, name)!))];
  container.bucket.objects.set(key(name), { ...object, body, size: body[0]!.length, checksums: {} });
}

function put(name: string, text: string): void {
  const object = container.bucket.objects.get(key("latest.json")) ?? container.bucket.objects.values().next().value!;
  const body = [Buffer.from(text)];
  container.bucket.objects.set(key(name), { ...object, body, size: body[0]!.length, checksums: {} });
}

const edit = (change: (csv: string) => string) => overwrite(`${folder}/credential_report.csv`, change);

/** Another CSV, which the manifest vouches for. */
function republish(change: (csv: string) => string): void {
  edit(change);
  const bytes = Buffer.from(textOf(container.bucket, `${folder}/credential_report.csv`)!);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  overwrite(`${folder}/manifest.json`, (text) => {
    const manifest = JSON.parse(text);
    Object.assign(manifest.files[0], { bytes: bytes.length, sha256 });
    return JSON.stringify(manifest);
  });
}

/** What the page is made of. */
function pageOf(result: RunResult) {
  const page = textOf(container.bucket, `${folderOf(result)}/report.html`)!;
  return JSON.parse(/<script type="application\/json" id="report">(.*?)<\/script>/s.exec(page)![1]!);
}

const manifestOf = (result: RunResult) => jsonOf(container.bucket, `${folderOf(result)}/manifest.json`);

async function runAgain() {
  const result = await container.run({ runId: "next" });
  expect(jsonOf(container.bucket, "latest.json").runId).toBe("next");
  return { result, manifest: manifestOf(result) };
}

test("a whole report is compared with, and linked by its manifest's hash", async () => {
  const hash = createHash("sha256").update(textOf(container.bucket, `${folder}/manifest.json`)!);

  const { result, manifest } = await runAgain();

  expect(result.warnings).toEqual([]);
  expect(manifest.previousReport).toMatchObject({ status: "compared", reason: null });
  expect(manifest.previousManifest).toEqual({ key: key(`${folder}/manifest.json`), sha256: hash.digest("hex") });
  expect(textOf(container.bucket, `${folderOf(result)}/changes.csv`)).toBeDefined();
});

test.each([
  [
    "is gone",
    () => container.bucket.objects.delete(key(`${folder}/credential_report.csv`)),
    /of the newest report, could not be read/,
  ],
  ["has other columns", () => republish((csv) => csv.replace("GroupName", "Group")), /other columns/],
  ["is no CSV", () => republish(() => '"a"b\r\n'), /text after a closing quote/],
  [
    "was edited",
    () => edit((csv) => csv.replace(",OK,", ",USER_DISABLED,")),
    /expected \d+ bytes with SHA-256 [0-9a-f]{64}, got/,
  ],
  ["was saved by a spreadsheet", () => edit((csv) => csv.replaceAll("\r\n", "\n")), /expected \d+ bytes with SHA-256/],
  ["lost its last rows", () => edit((csv) => csv.split("\r\n").slice(0, 2).join("\r\n") + "\r\n"), /with SHA-256/],
  ["lost all", () => edit(() => ""), /got 0 with/],
  [
    "has no entry in its manifest",
    () => overwrite(`${folder}/manifest.json`, (text) => text.replace('"credential_report.csv"', '"report.csv"')),
    /says neither size nor SHA-256 of credential_report\.csv/,
  ],
  [
    "has no hash in its manifest",
    () => overwrite(`${folder}/manifest.json`, (text) => text.replaceAll('"sha256"', '"sha1"')),
    /says neither size nor SHA-256/,
  ],
  [
    "is of a manifest without files",
    () => overwrite(`${folder}/manifest.json`, (text) => text.replace('"files"', '"file"')),
    /says neither size nor SHA-256/,
  ],
])("an earlier CSV that %s is not compared with, and manifest and warnings say why", async (_, damage, why) => {
  damage();

  const { result, manifest } = await runAgain();

  expect(result.status).toBe("succeeded");
  expect(manifest.previousReport).toMatchObject({ status: "other-version", reason: expect.stringMatching(why) });
  expect(result.warnings).toEqual([
    expect.stringMatching(/^There is no changes\.csv: the report before this one, of 2026-/),
  ]);
  expect(result.warnings[0]).toMatch(why);
  expect(manifest.warnings).toEqual(result.warnings);
  expect(pageOf(result).run.warnings).toEqual(result.warnings);
  expect(manifest.previousManifest.key).toBe(key(`${folder}/manifest.json`));
  expect(textOf(container.bucket, `${folderOf(result)}/changes.csv`)).toBeUndefined();
});

test.each([
  [
    "is gone",
    () => container.bucket.objects.delete(key(`${folder}/manifest.json`)),
    /manifest\.json, of the newest report, could not be read/,
  ],
  ["is no JSON", () => overwrite(`${folder}/manifest.json`, () => "{"), /manifest\.json is no manifest/],
  [
    "is another JSON",
    () => overwrite(`${folder}/manifest.json`, () => '{"manifestVersion":1}'),
    /manifest\.json is no manifest/,
  ],
])("an earlier manifest that %s breaks the chain, which the new report's warnings say", async (_, damage, why) => {
  damage();

  const { result, manifest } = await runAgain();

  expect(result.status).toBe("succeeded");
  expect(result.warnings).toEqual([
    expect.stringMatching(
      /^The newest report could not be read, so this one is linked to none and compared with none: /,
    ),
  ]);
  expect(manifest.warnings).toEqual(result.warnings);
  expect(manifest.previousManifest).toBeNull();
  expect(manifest.previousReport).toMatchObject({ status: "other-version", reason: expect.stringMatching(why) });
});

test.each([
  ["at once", 1, 2],
  ["at the end", 2, 3],
])("an earlier CSV whose damage shows only while it is compared (%s) is not compared with", async (_, one, other) => {
  republish((csv) => {
    const lines = csv.split("\r\n");
    [lines[one], lines[other]] = [lines[other]!, lines[one]!];
    return lines.join("\r\n");
  });

  const { result, manifest } = await runAgain();

  expect(result.status).toBe("succeeded");
  expect(manifest.previousReport).toMatchObject({
    status: "other-version",
    usageCompared: false,
    reason: expect.stringMatching(
      /^The previous report, of 2026-11-20T09:00:00Z, is not as this program writes it: a row /,
    ),
  });
  expect(manifest.previousManifest.key).toBe(key(`${folder}/manifest.json`));
  // What had been compared until then is neither published nor vouched for.
  expect(textOf(container.bucket, `${folderOf(result)}/changes.csv`)).toBeUndefined();
  expect(manifest.files.map(({ name }: { name: string }) => name)).not.toContain("changes.csv");
  const data = pageOf(result);
  const { reason } = manifest.previousReport;
  const none = { first: [], count: 0 };
  expect(data.changes).toEqual({ since: null, reason, counts: {}, given: none, between: none });
  expect(result.warnings).toEqual([expect.stringContaining(manifest.previousReport.reason)]);
  expect(data.run.warnings).toEqual(result.warnings);
  expect(container.bucket.uploads.size).toBe(0);
});

const GARBAGE = ["", "{", "null", "{}", "[]", "7", '"latest"'];

/** Each small object, and what it says where one of its members is another than it must be. */
const DAMAGED: [string, string][] = [
  ...["latest.json", "running.json", "status/next/succeeded"].flatMap((name) =>
    GARBAGE.map((text): [string, string] => [name, text]),
  ),
  ["latest.json", '{"runId":"x","reportKey":"a","manifestKey":"b","finishedAt":"2026-11-20T09:00:00Z"}'],
  ["latest.json", '{"runId":"x","reportKey":[],"manifestKey":{},"finishedAt":7}'],
  ["running.json", '{"runId":"x","attempt":"y","startedAt":"2026-11-20T09:00:00Z","until":"soon"}'],
  ["running.json", '{"runId":"x","attempt":"y","startedAt":"2026-11-20T09:00:00Z","until":1e20}'],
  ["status/next/succeeded", '{"runId":"next","status":"succeeded"}'],
];

test.each(sample(DAMAGED, 5))(
  "%s that is %j is damaged: the run stops before it publishes, and says which object",
  async (name, text) => {
    put(name, text);
    localAws.reset();

    const error = await container.run({ runId: "next" }).catch((thrown) => thrown as Error);

    expect(error).toMatchObject({
      name: "DamagedObject",
      message: expect.stringMatching(
        / is not the JSON that this program writes \(.+\)\. .* delete it; then run again\.$/,
      ),
    });
    expect((error as Error).message).toContain(`s3://reports/credential_reports/${name} `);
    expect(publishedFolders(container.bucket)).toEqual([folder]);
    expect(textOf(container.bucket, name)).toBe(text);
    const reads = localAws.stats().requests!.filter(({ key: read }) => read === key(name));
    expect(reads.filter(({ operation }) => operation === "GetObject").length).toBeLessThanOrEqual(2);
  },
);

test.each(GARBAGE)("what a watch reads is damaged where it is %j", async (text) => {
  put("latest.json", text);
  await expect(container.watch()).rejects.toMatchObject({ name: "DamagedObject" });
  container.bucket.objects.delete(key("latest.json"));
  put("watch.json", text);
  await expect(container.watch()).rejects.toMatchObject({
    name: "DamagedObject",
    message: expect.stringContaining("credential_reports/watch.json"),
  });
});

test("a latest.json that may not be read, which S3 says as it does of one that is not there, stops the run before it publishes", async () => {
  localAws.inject([{ operation: "s3:GetObject", kind: "accessDenied", key: "latest.json" }]);

  await expect(container.run({ runId: "next" })).rejects.toMatchObject({
    name: "AccessDenied",
    message: expect.stringContaining("refused for s3://reports/credential_reports/latest.json, which exists"),
  });

  expect(publishedFolders(container.bucket)).toEqual([folder]);
  expect([...container.bucket.objects.keys()].filter((name) => name.includes("-next/"))).toEqual([]);
});

test("a first run that fails while it publishes leaves no report to follow, and a watch counts on", async () => {
  const bucket = container.bucket;
  bucket.objects.clear();
  localAws.inject([{ operation: "s3:PutObject", kind: "internalError", key: "manifest.json" }]);
  await expect(container.run({ runId: "failing" })).rejects.toMatchObject({ name: "ServiceFailed" });
  localAws.inject([]);
  expect(jsonOf(bucket, "latest.json")).toEqual({ runId: null, reportKey: null, manifestKey: null, finishedAt: null });
  expect(await container.watch()).toMatchObject({ hoursSinceLastReport: 0 });

  const { manifest } = await runAgain();

  expect(manifest.previousManifest).toBeNull();
  expect(manifest.previousReport.status).toBe("none");
});

test.each<[string, Record<string, string>, Partial<Settings>, RegExp]>([
  [
    "of another instance",
    {},
    { instanceArn: "arn:aws:sso:::instance/ssoins-aaaabbbbccccdddd" },
    /since it is of another instance, /,
  ],
  [
    "later",
    { CREDENTIAL_REPORT_NOW: "2026-11-19T09:00:00Z" },
    {},
    /since it is of 2026-11-20T09:00:00Z, later than this one\.$/,
  ],
  ["of another window", {}, { lookbackDays: 30 }, /^Usage was not compared: lookbackDays was 90 and is 30\.$/],
  ["of another grace period", {}, { newAccessDays: 3 }, /^Usage was not compared: newAccessDays was 14 and is 3\.$/],
])("an earlier report that is %s: the warnings say what was not compared", async (_, environment, settings, why) => {
  overwrite(`${folder}/manifest.json`, (text) =>
    settings.instanceArn ? text.replace(/"instanceArn": "[^"]+"/, `"instanceArn": "${settings.instanceArn}"`) : text,
  );
  const { instanceArn: __, ...others } = settings;

  const { warnings, status } = await startContainer(localAws, environment, others).run({ runId: "next" });

  expect({ warnings, status }).toEqual({ warnings: [expect.stringMatching(why)], status: "succeeded" });
});

test("latest.json never goes back to an older report", async () => {
  const later = startContainer(localAws, { CREDENTIAL_REPORT_NOW: "2026-11-20T09:14:00Z" });
  await later.run({ runId: "later" });
  const older = startContainer(localAws, { CREDENTIAL_REPORT_NOW: now });

  const { reportKey } = await older.run({ runId: "older" });

  expect(container.bucket.objects.has(reportKey)).toBe(true);
  expect(jsonOf(container.bucket, "latest.json").runId).toBe("later");
});

test("a report of a clock that was ahead is a link of the chain, is compared with none, and is the newest no longer", async () => {
  const ahead = startContainer(localAws, { CREDENTIAL_REPORT_NOW: "2027-06-01T09:00:00Z" });
  const { manifestKey } = await ahead.run({ runId: "ahead" });

  const next = startContainer(localAws, { CREDENTIAL_REPORT_NOW: "2026-11-27T09:00:00Z" });
  const first = manifestOf(await next.run({ runId: "next" }));
  expect(first.previousManifest.key).toBe(manifestKey);
  expect(first.previousReport).toMatchObject({
    status: "other-version",
    reason: "it is of 2027-06-01T09:00:00Z, later than this one",
  });
  expect(jsonOf(container.bucket, "latest.json").runId).toBe("next");

  const last = startContainer(localAws, { CREDENTIAL_REPORT_NOW: "2026-12-04T09:00:00Z" });
  const second = manifestOf(await last.run({ runId: "last" }));
  expect(second.previousManifest.key).toContain("-next/");
  expect(second.previousReport).toMatchObject({ status: "compared", reportedAt: "2026-11-27T09:00:00Z" });
  expect(jsonOf(container.bucket, "latest.json").runId).toBe("last");
});

test.each(["credential_report.csv", "manifest.json"])(
  "another %s that stands where the run writes is not overwritten: the run fails, and is none of it",
  async (name) => {
    const taken = key(`2026-11-20T090000Z-twice/${name}`);
    overwrite(`${folder}/${name}`, (text) => `${text} `);
    const theirs = container.bucket.objects.get(key(`${folder}/${name}`))!;
    container.bucket.objects.set(taken, theirs);

    await expect(container.run({ runId: "twice" })).rejects.toMatchObject({
      name: "ReportExists",
      message: `s3://reports/${taken} exists already, with other content, and is not overwritten. Start a run with another runId.`,
    });

    expect(container.bucket.objects.get(taken)).toBe(theirs);
    expect(jsonOf(container.bucket, "latest.json").runId).toBe("before");
    expect(jsonOf(container.bucket, "status/twice/succeeded")).toBeUndefined();
  },
);

test("the same file that stands where the run writes, from a run that died, is taken as written", async () => {
  const taken = key("2026-11-20T090000Z-twice/credential_report.csv");
  const theirs = container.bucket.objects.get(key(`${folder}/credential_report.csv`))!;
  container.bucket.objects.set(taken, theirs);

  const result = await container.run({ runId: "twice" });

  expect(result).toMatchObject({ status: "succeeded", reportKey: taken });
  expect(container.bucket.objects.get(taken)).toBe(theirs);
  expect(jsonOf(container.bucket, "latest.json").runId).toBe("twice");
});

test("the rows are shown to Athena once the report is published", async () => {
  const { result } = await runAgain();
  expect(textOf(container.bucket, "rows/dt=2026-11-20/next.txt")).toBe(
    `s3://reports/${key(folderOf(result))}/rows.jsonl.gz\n`,
  );
});
