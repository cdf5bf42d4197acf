import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { clients, failure, many, start, stopAll } from "./support";

const Bucket = "reports";
const mebibyte = 1024 * 1024;
let local: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  local = await start({}, { missingKeyIs403: (accessKeyId) => accessKeyId === "FUNCTION" });
});
beforeEach(async () => {
  local.aws.buckets.clear();
  await local.s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(stopAll);

const put = (Key: string, Body: string, more: object = {}) =>
  local.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const read = async (Key: string) => {
  const object = await local.s3.send(new GetObjectCommand({ Bucket, Key }));
  return { ...object, text: await object.Body?.transformToString() };
};

describe("buckets", () => {
  test("exist or not", async () => {
    await local.s3.send(new HeadBucketCommand({ Bucket }));
    expect((await failure(local.s3.send(new CreateBucketCommand({ Bucket })))).name).toBe("BucketAlreadyOwnedByYou");
    expect((await failure(local.s3.send(new CreateBucketCommand({ Bucket: "Wrong_Name" })))).name).toBe(
      "InvalidBucketName",
    );
    expect((await failure(local.s3.send(new HeadBucketCommand({ Bucket: "nope" })))).status).toBe(404);
    const missing = await failure(local.s3.send(new PutObjectCommand({ Bucket: "nope", Key: "k", Body: "x" })));
    expect(missing).toMatchObject({ name: "NoSuchBucket", status: 404 });
  });

  test("have no further subresources here", async () => {
    const error = await failure(local.s3.send(new GetBucketPolicyCommand({ Bucket })));
    expect(error).toMatchObject({ status: 501, message: "The local AWS does not implement s3 GET /reports?policy." });
  });
});

describe("objects", () => {
  test("come back as they were put, with metadata, type and encryption", async () => {
    const key = "a b/ü&<'\".csv";
    const written = await put(key, "héllo", {
      Metadata: { status: "degraded" },
      ContentType: "text/csv",
      ServerSideEncryption: "aws:kms",
      SSEKMSKeyId: "key",
    });
    expect(written).toMatchObject({ ServerSideEncryption: "aws:kms", SSEKMSKeyId: "key" });
    const object = await read(key);
    expect(object).toMatchObject({
      text: "héllo",
      ETag: written.ETag,
      Metadata: { status: "degraded" },
      ContentType: "text/csv",
    });
    const head = await local.s3.send(new HeadObjectCommand({ Bucket, Key: key }));
    expect(head).toMatchObject({ ContentLength: 6, Metadata: { status: "degraded" }, ServerSideEncryption: "aws:kms" });
    expect((await put("plain", "x")).ServerSideEncryption).toBe("AES256");
  });

  test("go away", async () => {
    await put("k", "x");
    await local.s3.send(new DeleteObjectCommand({ Bucket, Key: "k" }));
    expect(await failure(read("k"))).toMatchObject({ name: "NoSuchKey", status: 404 });
    expect((await failure(local.s3.send(new HeadObjectCommand({ Bucket, Key: "k" })))).status).toBe(404);
  });

  test("that are missing are forbidden to callers without s3:ListBucket", async () => {
    const { s3 } = clients(local.aws.url, { accessKeyId: "FUNCTION" });
    await put("k", "x");
    await s3.send(new GetObjectCommand({ Bucket, Key: "k" }));
    expect(await failure(s3.send(new GetObjectCommand({ Bucket, Key: "no" })))).toMatchObject({
      name: "AccessDenied",
      status: 403,
    });
    expect((await failure(s3.send(new HeadObjectCommand({ Bucket, Key: "no" })))).status).toBe(403);
    expect((await failure(s3.send(new ListObjectsV2Command({ Bucket })))).name).toBe("AccessDenied");
  });

  test("are not overwritten with If-None-Match, and only as expected with If-Match", async () => {
    const { ETag } = await put("k", "1", { IfNoneMatch: "*" });
    expect(await failure(put("k", "2", { IfNoneMatch: "*" }))).toMatchObject({
      name: "PreconditionFailed",
      status: 412,
    });
    expect((await failure(put("k", "2", { IfMatch: '"other"' }))).name).toBe("PreconditionFailed");
    const get = (IfMatch?: string) => local.s3.send(new GetObjectCommand({ Bucket, Key: "k", IfMatch }));
    expect(await failure(get('"other"'))).toMatchObject({ name: "PreconditionFailed", status: 412 });
    await expect(get(ETag)).resolves.toMatchObject({ ETag });
    expect((await failure(put("no", "2", { IfMatch: ETag }))).name).toBe("NoSuchKey");
    await put("k", "3", { IfMatch: ETag });
    expect((await read("k")).text).toBe("3");
  });

  test("arrive whole out of aws-chunked bodies", async () => {
    const pieces = many(50, (index) => `${index};`.repeat(3000));
    const Body = Readable.from(pieces.map((piece) => Buffer.from(piece)));
    await put("k", "", { Body, ContentLength: pieces.join("").length });
    expect((await read("k")).text).toBe(pieces.join(""));
  });

  test.each([
    ["a header", { "x-amz-checksum-crc32": "AAAAAA==" }, "hello"],
    [
      "a trailer",
      {
        "content-encoding": "aws-chunked",
        "x-amz-trailer": "x-amz-checksum-crc32",
        "x-amz-decoded-content-length": "5",
      },
      "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
    ],
  ])("with a wrong checksum in %s are refused", async (_, headers, body) => {
    const authorization = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request";
    const answer = await fetch(`${local.aws.url}/${Bucket}/k`, {
      method: "PUT",
      body,
      headers: { authorization, ...headers },
    });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("<Code>BadDigest</Code>")]);
    expect((await failure(read("k"))).name).toBe("NoSuchKey");
  });

  test("may carry 2 KB of metadata, and no ACL", async () => {
    expect((await failure(put("k", "x", { Metadata: { message: "x".repeat(2048) } }))).name).toBe("MetadataTooLarge");
    expect((await failure(put("k", "x", { ACL: "public-read" }))).name).toBe("AccessControlListNotSupported");
  });

  test("are listed in the order of their bytes, page by page, rolled up at a delimiter", async () => {
    for (const key of ["r/b/1", "r/a/1", "r/a/2", "r/z", "s", "r/\u{1F600}", "r/\uFFFD"]) await put(key, key);
    const list = (more: object) => local.s3.send(new ListObjectsV2Command({ Bucket, Prefix: "r/", ...more }));
    const all = await list({});
    expect(all.Contents?.map(({ Key }) => Key)).toEqual(["r/a/1", "r/a/2", "r/b/1", "r/z", "r/\uFFFD", "r/\u{1F600}"]);
    expect(all.Contents?.[0]).toMatchObject({ Size: 5, ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/) });
    const first = await list({ Delimiter: "/", MaxKeys: 3 });
    expect(first).toMatchObject({
      KeyCount: 3,
      IsTruncated: true,
      CommonPrefixes: [{ Prefix: "r/a/" }, { Prefix: "r/b/" }],
    });
    const last = await list({ Delimiter: "/", ContinuationToken: first.NextContinuationToken });
    expect(last.Contents?.map(({ Key }) => Key)).toEqual(["r/\uFFFD", "r/\u{1F600}"]);
    expect(last.IsTruncated).toBe(false);
    expect((await failure(list({ ContinuationToken: "3" }))).name).toBe("InvalidArgument");
    expect((await list({ StartAfter: "r/z" })).KeyCount).toBe(2);
  });
});

describe("multipart uploads", () => {
  const create = async (more: object = {}) =>
    (await local.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "big", ...more }))).UploadId;
  const upload = async (UploadId: string | undefined, PartNumber: number, size: number): Promise<CompletedPart> => {
    const Body = Buffer.alloc(size, PartNumber);
    const part = await local.s3.send(new UploadPartCommand({ Bucket, Key: "big", UploadId, PartNumber, Body }));
    return { PartNumber, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 };
  };
  const complete = (UploadId: string | undefined, Parts: CompletedPart[], more: object = {}) =>
    local.s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key: "big", UploadId, MultipartUpload: { Parts }, ...more }),
    );

  test("become one object, with the upload's metadata", async () => {
    const id = await create({ Metadata: { rows: "3" }, ContentType: "text/csv" });
    const last = await upload(id, 2, 10);
    const first = await upload(id, 1, 5 * mebibyte);
    expect((await failure(read("big"))).name).toBe("NoSuchKey");
    const { ETag } = await complete(id, [first, last]);
    const object = await local.s3.send(new GetObjectCommand({ Bucket, Key: "big" }));
    expect(object).toMatchObject({
      ETag,
      ContentLength: 5 * mebibyte + 10,
      Metadata: { rows: "3" },
      ContentType: "text/csv",
    });
    expect(ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    const bytes = await object.Body!.transformToByteArray();
    expect([bytes[0], bytes.at(-1)]).toEqual([1, 2]);
    expect(await failure(complete(id, [first, last]))).toMatchObject({ name: "NoSuchUpload", status: 404 });
  });

  test("have parts of at least 5 MiB but for the last", async () => {
    const id = await create();
    const parts = [await upload(id, 1, 5 * mebibyte - 1), await upload(id, 2, 1)];
    expect(await failure(complete(id, parts))).toMatchObject({ name: "EntityTooSmall", status: 400 });
  });

  test("name parts in order, each as it was uploaded", async () => {
    const id = await create({ ChecksumAlgorithm: "CRC32" });
    const [one, two] = [await upload(id, 1, 5 * mebibyte), await upload(id, 2, 1)];
    expect((await failure(complete(id, [two, one]))).name).toBe("InvalidPartOrder");
    expect((await failure(complete(id, [one, { ...two, ETag: one.ETag }]))).name).toBe("InvalidPart");
    expect((await failure(complete(id, [one, { ...two, PartNumber: 3 }]))).name).toBe("InvalidPart");
    expect((await failure(complete(id, [one, { ...two, ChecksumCRC32: undefined }]))).name).toBe("InvalidRequest");
    expect((await failure(upload(id, 10_001, 1))).name).toBe("InvalidArgument");
    expect((await failure(complete(id, []))).name).toBe("MalformedXML");
  });

  test("do not overwrite with If-None-Match, and stay open then", async () => {
    const id = await create();
    const part = await upload(id, 1, 1);
    await put("big", "there first");
    expect((await failure(complete(id, [part], { IfNoneMatch: "*" }))).name).toBe("PreconditionFailed");
    expect((await read("big")).text).toBe("there first");
    await local.s3.send(new AbortMultipartUploadCommand({ Bucket, Key: "big", UploadId: id }));
    expect((await failure(upload(id, 1, 1))).name).toBe("NoSuchUpload");
  });

  test("are listed while they are open", async () => {
    const id = await create();
    await upload(id, 2, 7);
    const { Uploads } = await local.s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: "b" }));
    expect(Uploads).toMatchObject([{ Key: "big", UploadId: id }]);
    const { Parts } = await local.s3.send(new ListPartsCommand({ Bucket, Key: "big", UploadId: id }));
    expect(Parts).toMatchObject([{ PartNumber: 2, Size: 7 }]);
    expect((await local.s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: "x" }))).Uploads).toBeUndefined();
  });
});
