import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { createCaller } from "../../handlers/aws/caller";
import { createS3History } from "../../handlers/bucket/history";
import { createS3Sink } from "../../handlers/bucket/sink";
import { createSmallObjects } from "../../handlers/bucket/smallObjects";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { historySuite } from "../suites/history";
import { sinkSuite } from "../suites/sink";
import { organisationOf } from "../support/organisation";
import { sha256Of } from "../support/reportDirectory";

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
  localAws = await startLocalAws({ organisation: organisationOf({}), rate: 1000, missingKeyIs403: true });
  const credentials = { accessKeyId: "local", secretAccessKey: "x" };
  s3 = new S3Client({ endpoint: localAws.url, region: "eu-west-1", forcePathStyle: true, credentials, maxAttempts: 1 });
  await s3.send(new CreateBucketCommand({ Bucket }));
});

afterEach(async () => {
  s3.destroy();
  await localAws.close();
});

const put = (Key: string, Body: Buffer) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));

sinkSuite(
  "in the bucket",
  () => ({
    sink: createS3Sink(s3, Bucket, FOLDER, call),
    files() {
      const objects = [...localAws.buckets.get(Bucket)!.objects];
      return Object.fromEntries(objects.map(([key, { body }]) => [key.slice(FOLDER.length), Buffer.concat(body)]));
    },
    unfinished: () => localAws.buckets.get(Bucket)!.uploads.size,
  }),
  "kept",
);

historySuite("in the bucket", () => {
  let reports = 0;
  const folder = () => `credential_reports/2026-11-2${reports}T090000Z-run/`;
  return {
    history: createS3History(s3, Bucket, call),
    async publish(files) {
      reports += 1;
      for (const [name, bytes] of Object.entries(files)) await put(folder() + name, bytes);
      const manifestKey = `${folder()}manifest.json`;
      await put("credential_reports/latest.json", Buffer.from(JSON.stringify({ manifestKey })));
      return manifestKey;
    },
    async remove(name) {
      localAws.buckets.get(Bucket)!.objects.delete(folder() + name);
    },
    async returnSheet(name, bytes) {
      await put(`credential_reports/decisions/${name}`, bytes);
    },
  };
});

test("a sheet that is replaced while it is read is not joined to what it was", async () => {
  await put(SHEET, Buffer.alloc(9 * MIB, "a"));
  const [sheet] = await createS3History(s3, Bucket, call).decisions(9);
  const reading = async () => {
    for await (const _ of (await sheet!.open()).content) await put(SHEET, Buffer.alloc(9 * MIB, "b"));
  };
  await expect(reading()).rejects.toMatchObject({
    name: "FileGone",
    message: expect.stringContaining("was deleted or replaced while it was read"),
  });
});

/** S3 as a client that refuses to read. */
function refusing(name: string, message: string): S3Client {
  const error = Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 403 } });
  return { config: { serviceId: "S3" }, send: () => Promise.reject(error) } as unknown as S3Client;
}

test.each([
  [
    "a key that the role may not use",
    "AccessDenied",
    "User: f is not authorized to perform: kms:Decrypt on resource: k",
  ],
  [
    "an object that the role may not read",
    "AccessDenied",
    "User: f is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::reports/k with an explicit deny",
  ],
  ["an archived object", "InvalidObjectState", "The operation is not valid for the object's storage class"],
])("%s is not taken for a sheet that is not there", async (_, name, message) => {
  const history = createS3History(refusing(name, message), Bucket, call);
  await expect(history.decisions(9)).rejects.toThrow(message);
});

test.each<[string, object]>([
  ["no count", { Contents: [{ Key: SHEET, LastModified: new Date() }] }],
  ["fewer objects than it counts", { KeyCount: 2, Contents: [{ Key: SHEET, LastModified: new Date() }] }],
  ["nothing at all", {}],
  ["an object of another place", { KeyCount: 1, Contents: [{ Key: "elsewhere.csv", LastModified: new Date() }] }],
  ["an object without a date", { KeyCount: 1, Contents: [{ Key: SHEET }] }],
  ["no token to go on with", { KeyCount: 0, IsTruncated: true }],
  ["the same token for ever", { KeyCount: 0, IsTruncated: true, NextContinuationToken: "again" }],
])("a listing of what was returned with %s is not taken for what is there", async (_, answer) => {
  const s3Of = { config: { serviceId: "S3" }, send: async () => answer } as unknown as S3Client;
  await expect(createS3History(s3Of, Bucket, call).decisions(9)).rejects.toMatchObject({ name: "UnexpectedAnswer" });
});

test("a sheet that is replaced between its being listed and read is not taken for the one that was listed", async () => {
  await put(SHEET, Buffer.from("a"));
  const [sheet] = await createS3History(s3, Bucket, call).decisions(9);
  await put(SHEET, Buffer.from("b"));
  await expect(sheet!.open()).rejects.toMatchObject({ name: "FileGone" });
});

test("an earlier report that may not be decrypted is one that cannot be read, not the end of the run", async () => {
  const latest = Buffer.from(JSON.stringify({ manifestKey: `${FOLDER}manifest.json` }));
  await put("credential_reports/latest.json", latest);
  const denied = "User: f is not authorized to perform: kms:Decrypt on resource: k";
  const halfRefusing = {
    config: s3.config,
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
  await expect(objects.read("running.json", {})).rejects.toMatchObject({
    name: "AccessDenied",
    message: expect.stringContaining(denied),
  });
  expect(await createSmallObjects(refusing("AccessDenied", "Access Denied"), Bucket, call).read("x", {})).toBeNull();
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
    config: s3.config,
    send: (command: PutObjectCommand | GetObjectCommand, options: object) =>
      conflicts-- > 0
        ? Promise.reject(Object.assign(new Error("Another request is in progress."), error))
        : s3.send(command as PutObjectCommand, options),
  } as unknown as S3Client;
  const file = createS3Sink(busy, Bucket, FOLDER, call).create("manifest.json", "application/json");
  await file.write(Buffer.from("{}"));

  await file.close(sha256Of(Buffer.from("{}")));

  expect(localAws.buckets.get(Bucket)!.objects.has(`${FOLDER}manifest.json`)).toBe(true);
});

describe("a file that stands where the run writes", () => {
  const key = `${FOLDER}credential_report.csv`;
  const bytes = Buffer.alloc(20 * MIB, "a,b\n");

  /** @param client what the run sees of S3 */
  async function publish(client = s3): Promise<void> {
    const file = createS3Sink(client, Bucket, FOLDER, call).create("credential_report.csv", "text/csv");
    await file.write(bytes);
    await file.close(sha256Of(bytes));
  }

  /** S3, but for what it answers to GetObject. */
  const notReading = (name: string, message: string, status: number) =>
    ({
      config: s3.config,
      send(command: GetObjectCommand | PutObjectCommand, options: object) {
        const error = Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
        return command instanceof GetObjectCommand
          ? Promise.reject(error)
          : s3.send(command as PutObjectCommand, options);
      },
    }) as unknown as S3Client;

  test("is compared in ranges, none of which is larger than a part of an upload", async () => {
    await put(key, bytes);
    const sizes: number[] = [];
    const counting = {
      config: s3.config,
      async send(command: GetObjectCommand, options: object) {
        const answer = await s3.send(command, options);
        if (command instanceof GetObjectCommand) sizes.push(answer.ContentLength!);
        return answer;
      },
    } as unknown as S3Client;
    await publish(counting);
    expect(sizes).toEqual([8 * MIB, 8 * MIB, 4 * MIB]);
  });

  test("and that the role may not read, is an error that says so", async () => {
    await put(key, bytes);
    await expect(publish(notReading("AccessDenied", "Access Denied", 403))).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringContaining(`s3 GetObject was refused for s3://${Bucket}/${key}, which exists.`),
    });
  });

  test("and that cannot be read at present, is not said to have other content", async () => {
    await put(key, bytes);
    await expect(publish(notReading("InternalError", "We had a problem", 500))).rejects.toMatchObject({
      name: "ServiceFailed",
      message: expect.stringContaining("s3 GetObject failed 8 times in a row"),
    });
  });

  test("is taken as written although the upload beside it cannot be given up", async () => {
    await put(key, bytes);
    localAws.inject([{ operation: "s3:AbortMultipartUpload", kind: "internalError" }]);
    await publish();
    expect(localAws.stats().calls["s3:AbortMultipartUpload"]).toBe(5);
  });
});

test("a write that fails for another reason gives that reason, also where nothing can be read back", async () => {
  localAws.inject([{ operation: "s3:*", kind: "internalError" }]);
  const file = createS3Sink(s3, Bucket, FOLDER, call).create("manifest.json", "application/json");
  await file.write(Buffer.from("{}"));
  await expect(file.close(sha256Of(Buffer.from("{}")))).rejects.toThrow("s3 PutObject failed 8 times in a row");
});
