import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Caller } from "../aws/aws";
import { reportError } from "../errors";
import type { Bytes } from "../files/files";

/** A piece of an object, the object's size, and which version it is of. */
interface Range {
  readonly bytes: Buffer;
  readonly size: number;
  readonly etag: string | undefined;
}

/** What it means that S3 does not give an object: there is none, it may not be read, or S3 does not say which of the two. */
export type Refusal = "missing" | "missing or refused" | "refused";

/**
 * What S3 means by an error of GetObject or HeadObject; `null` where it is about something else, such as the network or the credentials.
 * To a caller without s3:ListBucket S3 says "forbidden" of an object that is not there: sometimes without a reason, sometimes naming
 * the permission that it would take to say so.
 *
 * @param error of the SDK, or of a `Caller`, whose cause that is
 */
export function refusalOf(error: unknown): Refusal | null {
  const { name, cause } = error as Error;
  const said = cause instanceof Error ? cause : (error as Error);
  if (name === "NoSuchKey" || said.name === "NotFound") return "missing";
  if (said.name === "InvalidObjectState" || said.name.startsWith("KMS.")) return "refused"; // archived; encrypted
  if (name !== "AccessDenied") return null;
  if (/kms|s3:GetObject/i.test(said.message)) return "refused";
  return /s3:ListBucket/.test(said.message) ? "missing" : "missing or refused";
}

/** Whether there is no such object, as far as S3 says: where it names another reason, the object is there. */
export function isMissing(error: unknown): boolean {
  const refusal = refusalOf(error);
  return refusal === "missing" || refusal === "missing or refused";
}

/** For an object that S3 has said is there, and then does not show. */
export function notReadable(Bucket: string, Key: string, cause: unknown): Error {
  return reportError(
    "AccessDenied",
    `s3 GetObject was refused for s3://${Bucket}/${Key}, which exists. The role that runs the report needs s3:GetObject on it.`,
    cause,
  );
}

export interface ExpectedObject {
  /** What it was when it was listed: rejects with `PreconditionFailed` where it is another by now. */
  readonly etag?: string | undefined;
  /** Told which version is read; `null` where the bucket keeps none. */
  readonly seen?: (version: string | null) => void;
}

/**
 * An object from its first byte, in ranges, each of which can be tried again, so that none of any size is held whole. `null` where there
 * is no such object, or (without s3:ListBucket) S3 does not say.
 */
export async function openObject(
  s3: S3Client,
  Bucket: string,
  Key: string,
  call: Caller,
  { etag, seen }: ExpectedObject = {},
): Promise<Bytes | null> {
  const RANGE_BYTES = 8 * 1024 * 1024;

  async function readRange(from: number, IfMatch?: string): Promise<Range | null> {
    const input = { Bucket, Key, Range: `bytes=${from}-${from + RANGE_BYTES - 1}`, IfMatch };
    try {
      return await call(s3, new GetObjectCommand(input), async ({ Body, ContentRange, ETag, VersionId }) => {
        seen?.(VersionId ?? null);
        const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
        return { bytes, size: Number(ContentRange?.split("/")[1] ?? from + bytes.length), etag: ETag };
      });
    } catch (error) {
      if (isMissing(error)) return null;
      if ((error as Error).name !== "InvalidRange") throw error;
      return { bytes: Buffer.alloc(0), size: 0, etag: undefined }; // an empty object has no first byte
    }
  }

  async function* readOn(first: Range): AsyncGenerator<Buffer, void, undefined> {
    yield first.bytes;
    for (let from = first.bytes.length; from < first.size; ) {
      // Of the same object: what is replaced in the meantime must not be joined to what was there.
      const next = await readRange(from, first.etag).catch((error) => {
        if ((error as Error).name === "PreconditionFailed") return null;
        throw error;
      });
      if (next === null || next.bytes.length === 0) {
        const what = `s3://${Bucket}/${Key} was deleted or replaced while it was read.`;
        throw reportError("FileGone", `s3 GetObject: ${what}`);
      }
      yield next.bytes;
      from += next.bytes.length;
    }
  }

  const first = await readRange(0, etag);
  return first && readOn(first);
}
