import { AwsError, type Call } from "../call";
import { elsewhere, noSuchBucket } from "./errors";

export interface StoredObject {
  /** One buffer, or one for each part. */
  readonly body: readonly Buffer[];
  readonly size: number;
  /** With its quotes. */
  readonly etag: string;
  readonly lastModified: Date;
  /** Everything that GetObject and HeadObject give back as it was sent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksums: Readonly<Record<string, string>>;
}

export interface Part {
  readonly body: Buffer;
  readonly etag: string;
  readonly checksums: Readonly<Record<string, string>>;
  readonly lastModified: Date;
}

export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly initiated: Date;
  readonly headers: Readonly<Record<string, string>>;
  /** `CRC32` …, where the upload was created with one: the completion must then carry each part's. */
  readonly checksumAlgorithm: string | undefined;
  readonly parts: Map<number, Part>;
}

export interface Bucket {
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, Upload>;
  /** Calls that are signed for another Region are refused. @default any Region will do */
  readonly region?: string;
  /** By a lifecycle rule, as GetObject tells of it; nothing is deleted here. @default never */
  readonly expirationDays?: number;
}

export type S3Buckets = Map<string, Bucket>;

export function requireBucket(buckets: S3Buckets, { bucket = "", region }: Call): Bucket {
  const found = buckets.get(bucket);
  if (!found) throw noSuchBucket(bucket);
  if (found.region !== undefined && found.region !== region) throw elsewhere(bucket, found.region, region);
  return found;
}

/** A lifecycle rule's day is over at the next midnight: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html */
export function expirationHeader({ expirationDays }: Bucket, { lastModified }: StoredObject): Record<string, string> {
  if (expirationDays === undefined) return {};
  const DAY_MS = 86_400_000;
  const dueMs = lastModified.getTime() + expirationDays * DAY_MS;
  const expiry = new Date(Math.ceil(dueMs / DAY_MS) * DAY_MS).toUTCString();
  return { "x-amz-expiration": `expiry-date="${expiry}", rule-id="expire-reports"` };
}

const kept =
  /^(content-type|content-disposition|content-language|cache-control|expires|x-amz-meta-.*|x-amz-server-side-encryption.*|x-amz-storage-class|x-amz-object-lock-.*|x-amz-website-redirect-location)$/;

/** The headers that belong to the object; refuses what S3 refuses about them. */
export function objectHeaders({ headers }: Call): Record<string, string> {
  const acl = headers["x-amz-acl"];
  if (acl !== undefined && acl !== "bucket-owner-full-control") {
    throw new AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs");
  }
  const own: Record<string, string> = { "content-type": "application/octet-stream" };
  let metadataBytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (!kept.test(name) || value === undefined) continue;
    own[name] = String(value);
    if (name.startsWith("x-amz-meta-"))
      metadataBytes += name.length - "x-amz-meta-".length + Buffer.byteLength(String(value));
  }
  const encoding = String(headers["content-encoding"] ?? "")
    .split(/\s*,\s*/)
    .filter((coding) => coding !== "" && coding !== "aws-chunked");
  if (encoding.length > 0) own["content-encoding"] = encoding.join(",");
  if (metadataBytes > 2048) {
    throw new AwsError("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", 400, {
      Size: metadataBytes,
      MaxSizeAllowed: 2048,
    });
  }
  return own;
}

/** What the answer to a write says about encryption: S3 encrypts with AES256 where nothing else is asked for. */
export function encryptionHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => name.startsWith("x-amz-server-side-encryption"));
  return own.length > 0 ? Object.fromEntries(own) : { "x-amz-server-side-encryption": "AES256" };
}
