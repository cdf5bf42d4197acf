import { type Answer, AwsError, type Call, notImplemented } from "../call";
import { pageToken, tokenOffset } from "../paging";
import { element, xmlAnswer } from "../xml";
import {
  type Bucket,
  encryptionHeaders,
  expirationHeader,
  objectHeaders,
  requireBucket,
  type S3Buckets,
  type StoredObject,
} from "./buckets";
import { accessDenied, invalidArgument, noSuchKey, preconditionFailed } from "./errors";
import { md5, readPayload } from "./payload";

export const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

export function putObject(buckets: S3Buckets, call: Call): Answer {
  const bucket = requireBucket(buckets, call);
  const headers = objectHeaders(call);
  const { body, checksums } = readPayload(call);
  requirePreconditions(bucket, call);
  const etag = `"${md5(body).toString("hex")}"`;
  bucket.objects.set(call.key!, {
    body: [body],
    size: body.length,
    etag,
    lastModified: new Date(),
    headers,
    checksums,
  });
  return { status: 200, headers: { etag, ...checksums, ...encryptionHeaders(headers) }, body: [] };
}

/** As the product copies: within a bucket, with metadata of its own, of the object as it was seen. */
export function copyObject(buckets: S3Buckets, call: Call): Answer {
  const bucket = requireBucket(buckets, call);
  const headers = objectHeaders(call);
  if (call.headers["x-amz-metadata-directive"] !== "REPLACE")
    throw notImplemented("s3", "CopyObject that copies metadata");
  const [, from = "", key = ""] =
    /^\/?([^/]+)\/(.+)$/.exec(decodeURIComponent(String(call.headers["x-amz-copy-source"]))) ?? [];
  if (from !== call.bucket) throw notImplemented("s3", "CopyObject from another bucket");
  const source = bucket.objects.get(key);
  if (!source) throw noSuchKey(key);
  const expected = call.headers["x-amz-copy-source-if-match"];
  if (expected !== undefined && unquoted(String(expected)) !== unquoted(source.etag))
    throw preconditionFailed("x-amz-copy-source-If-Match");
  const lastModified = new Date();
  bucket.objects.set(call.key!, { ...source, headers, lastModified });
  const result = element("ETag", source.etag) + element("LastModified", lastModified.toISOString());
  return xmlAnswer(200, `<CopyObjectResult xmlns="${namespace}">${result}</CopyObjectResult>`);
}

/** If-None-Match: * writes only what is not there, If-Match only over the object of that ETag. */
export function requirePreconditions(bucket: Bucket, { key = "", headers }: Call): void {
  const present = bucket.objects.get(key);
  const ifNoneMatch = headers["if-none-match"];
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*") {
    throw new AwsError(
      "NotImplemented",
      "A header you provided implies functionality that is not implemented: If-None-Match takes only *.",
      501,
    );
  }
  if (ifNoneMatch === "*" && present) throw preconditionFailed("If-None-Match");
  const ifMatch = headers["if-match"];
  if (ifMatch === undefined) return;
  if (!present) throw noSuchKey(key);
  if (unquoted(ifMatch) !== unquoted(present.etag)) throw preconditionFailed("If-Match");
}

export function unquoted(etag: string): string {
  return etag.replace(/^"|"$/g, "");
}

/** GetObject and HeadObject. */
export function getObject(buckets: S3Buckets, call: Call, missingKeyIs403: boolean): Answer {
  const bucket = requireBucket(buckets, call);
  const { objects } = bucket;
  for (const header of ["if-none-match", "if-modified-since"]) {
    if (call.headers[header] !== undefined) throw notImplemented("s3", `${call.operation} with ${header}`);
  }
  const object = objects.get(call.key!);
  if (!object) throw missingKeyIs403 ? accessDenied() : noSuchKey(call.key!);
  const ifMatch = call.headers["if-match"];
  if (ifMatch !== undefined && unquoted(ifMatch) !== unquoted(object.etag)) throw preconditionFailed("If-Match");
  const range = requireRange(call.headers.range, object.size);
  // The checksums are of the whole object.
  const withChecksums = !range && call.headers["x-amz-checksum-mode"] === "ENABLED" ? object.checksums : {};
  return {
    status: range ? 206 : 200,
    headers: {
      ...encryptionHeaders(object.headers),
      ...object.headers,
      ...withChecksums,
      etag: object.etag,
      "last-modified": object.lastModified.toUTCString(),
      ...expirationHeader(bucket, object),
      "accept-ranges": "bytes",
      ...(range && { "content-range": `bytes ${range.from}-${range.to - 1}/${object.size}` }),
      ...(call.method === "HEAD" && { "content-length": String(object.size) }),
    },
    body: call.method === "HEAD" ? [] : range ? slice(object.body, range.from, range.to) : object.body,
  };
}

/** `bytes=FIRST-LAST`, both inclusive; what lies behind the object's end is left off. */
function requireRange(header: string | undefined, size: number): { from: number; to: number } | undefined {
  if (header === undefined) return undefined;
  const match = /^bytes=(\d+)-(\d+)$/.exec(header);
  if (!match) throw notImplemented("s3", `GetObject with range ${header}`);
  const from = Number(match[1]);
  if (from >= size) throw new AwsError("InvalidRange", "The requested range is not satisfiable", 416);
  return { from, to: Math.min(Number(match[2]) + 1, size) };
}

function slice(parts: readonly Buffer[], from: number, to: number): Buffer[] {
  const slices: Buffer[] = [];
  let start = 0;
  for (const part of parts) {
    const piece = part.subarray(Math.max(0, from - start), Math.max(0, to - start));
    if (piece.length > 0) slices.push(piece);
    start += part.length;
  }
  return slices;
}

export function deleteObject(buckets: S3Buckets, call: Call): Answer {
  requireBucket(buckets, call).objects.delete(call.key!);
  return { status: 204, headers: {}, body: [] };
}

export function listObjects(buckets: S3Buckets, call: Call): Answer {
  const { objects } = requireBucket(buckets, call);
  const { query, bucket } = call;
  if (query.get("list-type") !== "2") throw notImplemented("s3", "ListObjects (version 1)");
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const maxKeys = requireCount(query, "max-keys");
  const listing = `ListObjectsV2 ${bucket} ${prefix} ${delimiter}`;
  const token = query.get("continuation-token");
  const start = token === null ? 0 : tokenOffset(listing, token);
  if (start === undefined)
    throw invalidArgument("The continuation token provided is incorrect", "continuation-token", token!);

  const found = keysAndPrefixes(objects, prefix, delimiter, query.get("start-after") ?? "");
  const shown = found.slice(start, start + maxKeys);
  const isTruncated = start + shown.length < found.length;
  const name = (text: string) => (query.get("encoding-type") === "url" ? encodeURIComponent(text) : text);
  const contents = shown.filter((entry) => entry.object).map(({ name: key, object }) => content(name(key), object!));
  const prefixes = shown
    .filter((entry) => !entry.object)
    .map((entry) => `<CommonPrefixes>${element("Prefix", name(entry.name))}</CommonPrefixes>`);
  const inside =
    element("Name", bucket) +
    element("Prefix", name(prefix)) +
    element("Delimiter", delimiter === "" ? undefined : name(delimiter)) +
    element("MaxKeys", maxKeys) +
    element("KeyCount", shown.length) +
    element("IsTruncated", isTruncated) +
    element("EncodingType", query.get("encoding-type") ?? undefined) +
    element("ContinuationToken", token ?? undefined) +
    element("NextContinuationToken", isTruncated ? pageToken(listing, start + shown.length) : undefined);
  return xmlAnswer(
    200,
    `<ListBucketResult xmlns="${namespace}">${inside}${contents.join("")}${prefixes.join("")}</ListBucketResult>`,
  );
}

/** A count from the query, 1,000 where there is none or more than that. */
export function requireCount(query: URLSearchParams, name: string): number {
  const text = query.get(name);
  if (text === null) return 1000;
  if (!/^\d{1,9}$/.test(text))
    throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, text);
  return Math.min(Number(text), 1000);
}

function content(key: string, object: StoredObject): string {
  const inside =
    element("Key", key) +
    element("LastModified", object.lastModified.toISOString()) +
    element("ETag", object.etag) +
    element("Size", object.size) +
    element("StorageClass", "STANDARD");
  return `<Contents>${inside}</Contents>`;
}

/** In the order of their UTF-8 bytes; keys with the delimiter after the prefix are rolled up into one entry. */
function keysAndPrefixes(objects: Map<string, StoredObject>, prefix: string, delimiter: string, startAfter: string) {
  const found = new Map<string, StoredObject | undefined>();
  for (const [key, object] of objects) {
    if (!key.startsWith(prefix) || compareBytes(key, startAfter) <= 0) continue;
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    if (cut < 0) found.set(key, object);
    else found.set(key.slice(0, cut + delimiter.length), undefined);
  }
  return [...found].map(([name, object]) => ({ name, object })).sort((a, b) => compareBytes(a.name, b.name));
}

export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
