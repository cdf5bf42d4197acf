import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { type Deployment, deploy } from "../../local/deployment/deploy";
import { clientConfig } from "../../local/deployment/provider";
import { eventDataStoreArn, organisationOf } from "../support/organisation";
import { bucketSettings, changed, failed, lockedOut, one } from "./stackState";

// What a preview, an interrupted update, the next one and a destroy do to what stands in AWS, in the engine's order as the local deployment
// has it: to one stack, one after the other, since each takes seconds. Each by itself, and more: stackChanges.long.test.ts.

const config = { lakeId: eventDataStoreArn, notificationEmail: "security@example.com", deleteBucket: true };
const wanted = { ...config, lookbackDays: 30, kmsKeyArn: one };
/** What stands between the two. */
const WHAT_CHANGES = [
  "credential-report updated",
  "credential-report-function updated",
  "credential-report-function-key-policy created",
  "credential-report-logs updated",
  "credential-report-notifications updated",
  "credential-report-reports-encryption updated",
  "credential-report-runs-logs updated",
  "credential-report-schedule-dead-letters updated",
  "credential-report-schedule-key-policy created",
];

let localAws: LocalAws;
let deployment: Deployment;

beforeAll(async () => {
  const organisation = organisationOf({ OwnerAccountId: "111122223333" });
  localAws = await startLocalAws({ organisation, rate: 20, keys: { [one]: "Enabled" } });
  deployment = await deploy({ localAws, config });
}, 120_000);

afterAll(async () => {
  await deployment?.close();
  await localAws?.close();
});

/** By its name: what stands in AWS, as JSON. */
const inAws = () => new Map(deployment.standing.map(({ name, inputs }) => [name, JSON.stringify(inputs)]));

test("a preview says what an update would do, only what depends on the settings, and does nothing", async () => {
  const before = inAws();
  expect(changed(await deployment.preview(wanted)).sort()).toEqual(WHAT_CHANGES);
  expect(inAws()).toEqual(before);
});

test("an update that is interrupted has done part of that, and the next one does the rest; after each change, a role may use what it must", async () => {
  const before = inAws();
  const wrong: string[][] = [];
  const onChange = () => void wrong.push(lockedOut(deployment));
  expect((await failed(deployment.up(wanted, { failAfter: 4, onChange }))).message).toContain(
    "AWS refuses this, as it was asked to",
  );
  expect(wrong).toEqual([[], [], [], []]);
  const carriedOut = [...inAws()].flatMap(([name, inputs]) => {
    const previous = before.get(name);
    return previous === inputs ? [] : [`${name} ${previous === undefined ? "created" : "updated"}`];
  });
  expect(carriedOut).toHaveLength(4);

  const others = changed(await deployment.up(wanted, { onChange }));
  expect(wrong.flat()).toEqual([]);
  // The component is in the stack's state alone, where the interrupted update has changed it.
  expect(["credential-report updated", ...carriedOut, ...others].sort()).toEqual(WHAT_CHANGES);
  expect(wrong).toHaveLength(WHAT_CHANGES.length - 1);
}, 120_000);

test("destroying the stack while its bucket holds something leaves the bucket with all its protections; an empty one goes with them", async () => {
  const Bucket = String(deployment.outputs.bucketName);
  const s3 = new S3Client({
    ...clientConfig({ endpoint: localAws.url, region: "us-east-1" }, "deployer"),
    forcePathStyle: true,
  });
  await s3.send(new PutObjectCommand({ Bucket, Key: "credential_reports/latest.json", Body: "{}" }));
  s3.destroy();

  expect((await failed(deployment.destroy())).message).toContain("BucketNotEmpty");
  const standing = () => deployment.standing.map(({ name }) => name);
  expect(standing()).toEqual(expect.arrayContaining(["credential-report-reports", ...bucketSettings]));

  localAws.buckets.get(Bucket)!.objects.clear();
  await deployment.destroy();
  expect([standing(), [...localAws.buckets.keys()]]).toEqual([[], []]);
});
