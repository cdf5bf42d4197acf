import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { parse } from "csv-parse/sync";
import type { PageData, PageTrend } from "../../handlers/files/page/pageData";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { BUCKET, captureLogs, jsonOf, startContainer, textOf } from "../support/container";
import { login, many, oneGrant, organisationOf, permissionSet, userAssignment } from "../support/organisation";
import { folderOf } from "../support/published";

// The figures of the reports before, from their manifests to the page.

const organisation = organisationOf({
  ...oneGrant,
  PermissionSets: many(3, (set) => permissionSet(set)),
  AccountAssignments: many(3, (set) => userAssignment(0, set, 0)),
  Records: [login(0, 0, 0)],
});

captureLogs();
let localAws: LocalAws;
beforeEach(async () => {
  localAws = await startLocalAws({ organisation, throttle: false, rate: 1000, missingKeyIs403: true });
});
afterEach(() => localAws.close());

const days = ["2026-11-18T09:00:00Z", "2026-11-19T09:00:00Z", "2026-11-20T09:00:00Z"];

/** Runs a report of that present; gives its manifest's key, and what its page knows of the reports before. */
async function reportOf(
  now: string,
): Promise<{ key: string; trend: PageTrend; figures: unknown; stillThere: number; sheet: string }> {
  const container = startContainer(localAws, { CREDENTIAL_REPORT_NOW: now });
  const folder = folderOf(await container.run({ runId: `of-${now.slice(0, 10)}` }));
  const html = textOf(container.bucket, `${folder}/report.html`)!;
  const { trend } = JSON.parse(
    /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(html)![1]!,
  ) as PageData;
  const { figures, decisions } = jsonOf(container.bucket, `${folder}/manifest.json`);
  return {
    key: `credential_reports/${folder}/manifest.json`,
    trend,
    figures,
    stillThere: decisions.stillThere,
    sheet: textOf(container.bucket, `${folder}/review.csv`)!,
  };
}

const objects = () => [...localAws.buckets.values()][0]!.objects;

test("each report knows the figures of those before it, the oldest first", async () => {
  const first = await reportOf(days[0]!);
  expect(first.trend).toMatchObject({ points: [], reason: null });
  expect(first.figures).toEqual({ people: 1, administrators: 0 });
  await reportOf(days[1]!);
  const { trend } = await reportOf(days[2]!);

  expect(trend.reason).toBeNull();
  expect(trend.points.map(({ now }) => now)).toEqual(days.slice(0, 2));
  for (const point of trend.points) {
    expect(point).toMatchObject({ people: 1, grants: 3, administrators: 0, orphaned: 0, decidedNotDone: 0 });
  }
});

test("what is decided and not done is this report's own figure, as its manifest and the next report have it", async () => {
  const { sheet } = await reportOf(days[0]!);
  const lines: Record<string, string>[] = parse(sheet, { columns: true, bom: true });
  const decided = lines.map(({ ActionKey, ActionState, SuggestedAction }) =>
    [ActionKey, ActionState, SuggestedAction === "REMOVE" ? "remove" : "keep"].join(),
  );
  const s3 = new S3Client({ endpoint: localAws.url, region: "eu-west-1", forcePathStyle: true });
  const Body = ["ActionKey,ActionState,Decision", ...decided].join("\r\n");
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "credential_reports/decisions/august.csv", Body }));
  s3.destroy();

  const second = await reportOf(days[1]!);
  expect([second.stillThere, second.trend.decidedNotDone]).toEqual([2, 2]);
  const { trend } = await reportOf(days[2]!);
  expect(trend.points.map(({ decidedNotDone }) => decidedNotDone)).toEqual([0, 2]);
});

test("the lines begin with the first report that is kept", async () => {
  const { key } = await reportOf(days[0]!);
  await reportOf(days[1]!);
  objects().delete(key);
  const { trend } = await reportOf(days[2]!);
  expect([trend.reason, trend.points.map(({ now }) => now)]).toEqual([null, [days[1]]]);
});

test("a manifest that is not the one that was published leaves the lines out, and says so; the report comes", async () => {
  const { key } = await reportOf(days[0]!);
  await reportOf(days[1]!);
  const object = objects().get(key)!;
  const text = Buffer.concat(object.body).toString("utf8");
  const body = [Buffer.from(text.replace('"people": 1', '"people": 2'))];
  objects().set(key, { ...object, body, checksums: {} });
  const { trend } = await reportOf(days[2]!);
  expect(trend.points).toEqual([]);
  expect(trend.reason).toBe(`${key} is not the manifest that the one after it names`);
});
