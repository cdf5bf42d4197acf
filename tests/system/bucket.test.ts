import { CreateBucketCommand, type GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { createCaller } from "../../handlers/aws/caller";
import { createS3History } from "../../handlers/bucket/history";
import { createS3Sink } from "../../handlers/bucket/sink";
import { createSmallObjects } from "../../handlers/bucket/smallObjects";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { organisationOf } from "../support/organisation";

// What else goes on in the bucket while a run reads and writes there.

const Bucket = "reports";
const MIB = 1024 * 1024;
const SHEET = "credential_reports/decisions/review.csv";
const FOLDER = "credential_reports/2026-11-20T090000Z-run-1/";

let localAws: LocalAws;
let s3: S3Client;
const ending = new AbortController();
const call = createCaller({ requestsPerSecond: 10_000, signal: ending.signal });

beforeEach(async () => {
  localAws = await startLocalAws({ organisation: organisationOf({}), rate: 1000, record: true });
  const credentials = { accessKeyId: "local", secretAccessKey: "x" };
  s3 = new S3Client({ endpoint: localAws.url, region: "eu-west-1", forcePathStyle: true, credentials, maxAttempts: 1 });
  await s3.send(new CreateBucketCommand({ Bucket }));
});

afterEach(async () => {
  s3.destroy();
  await localAws.close();
});

const put = (Key: string, Body: Buffer) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));

test("a sheet of several ranges is read whole", async () => {
  await put(SHEET, Buffer.alloc(17 * MIB, "a"));
  let bytes = 0;
  for await (const piece of (await createS3History(s3, Bucket, call).decisions())!) bytes += piece.length;
  expect(bytes).toBe(17 * MIB);
});

test("a sheet that is replaced while it is read is not joined to what it was", async () => {
  await put(SHEET, Buffer.alloc(9 * MIB, "a"));
  const sheet = (await createS3History(s3, Bucket, call).decisions())!;
  const reading = async () => {
    for await (const _ of sheet) await put(SHEET, Buffer.alloc(9 * MIB, "b"));
  };
  await expect(reading()).rejects.toMatchObject({
    name: "FileGone",
    message: expect.stringContaining("was deleted or replaced while it was read"),
  });
});

/** S3 as a client that refuses to read. */
function refusing(name: string, message: string): S3Client {
  const error = Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 403 } });
  return { send: () => Promise.reject(error) } as unknown as S3Client;
}

test.each([
  [
    "a key that the role may not use",
    "AccessDenied",
    "User: f is not authorized to perform: kms:Decrypt on resource: k",
  ],
  ["an archived object", "InvalidObjectState", "The operation is not valid for the object's storage class"],
])("%s is not taken for a sheet that is not there", async (_, name, message) => {
  const history = createS3History(refusing(name, message), Bucket, call);
  await expect(history.decisions()).rejects.toThrow(message);
});

test.each([
  ["NoSuchKey", "The specified key does not exist."],
  ["AccessDenied", "Access Denied"],
  ["AccessDenied", "User: f is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::reports"],
])("%s (%s) is what S3 says of a sheet that is not there", async (name, message) => {
  expect(await createS3History(refusing(name, message), Bucket, call).decisions()).toBeNull();
});

test("an earlier report that may not be decrypted is one that cannot be read, not the end of the run", async () => {
  const latest = Buffer.from(JSON.stringify({ manifestKey: `${FOLDER}manifest.json` }));
  await put("credential_reports/latest.json", latest);
  const denied = "User: f is not authorized to perform: kms:Decrypt on resource: k";
  const halfRefusing = {
    send: (command: GetObjectCommand, options: object) =>
      (command.input.Key?.endsWith("latest.json") ? s3 : refusing("AccessDenied", denied)).send(command, options),
  } as unknown as S3Client;
  await expect(createS3History(halfRefusing, Bucket, call).newest()).rejects.toMatchObject({
    name: "FileGone",
    message: expect.stringContaining(denied),
  });
});

test("the run's own objects that may not be decrypted end it, and say so", async () => {
  const denied = "User: f is not authorized to perform: kms:Decrypt on resource: k";
  const objects = createSmallObjects(refusing("AccessDenied", denied), Bucket, call);
  await expect(objects.read("running.json")).rejects.toMatchObject({
    name: "AccessDenied",
    message: expect.stringContaining(denied),
  });
  expect(await createSmallObjects(refusing("AccessDenied", "Access Denied"), Bucket, call).read("x")).toBeNull();
});

test("a file that is given up while its upload is being started leaves none open", async () => {
  localAws.inject([{ operation: "s3:CreateMultipartUpload", kind: "slow", ms: 300 }]);
  const file = createS3Sink(s3, Bucket, FOLDER, call).create("credential_report.csv", "text/csv");
  const writing = file.write(Buffer.alloc(9 * MIB));
  writing.catch(() => {});
  while (!localAws.stats().calls["s3:CreateMultipartUpload"]) await new Promise((resolve) => setTimeout(resolve, 5));

  await file.abort();

  await expect(writing).rejects.toThrow("was given up");
  expect(localAws.stats().calls["s3:AbortMultipartUpload"]).toBe(1);
  expect(localAws.buckets.get(Bucket)!.uploads.size).toBe(0);
});

test("a write that S3 refuses because another one is at it is tried again", async () => {
  const error = { name: "ConditionalRequestConflict", $metadata: { httpStatusCode: 409 } };
  let conflicts = 2;
  const busy = {
    send: (command: PutObjectCommand | GetObjectCommand, options: object) =>
      conflicts-- > 0
        ? Promise.reject(Object.assign(new Error("Another request is in progress."), error))
        : s3.send(command as PutObjectCommand, options),
  } as unknown as S3Client;
  const file = createS3Sink(busy, Bucket, FOLDER, call).create("manifest.json", "application/json");
  await file.write(Buffer.from("{}"));

  await file.close();

  expect(localAws.buckets.get(Bucket)!.objects.has(`${FOLDER}manifest.json`)).toBe(true);
});
