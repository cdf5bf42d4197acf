import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Caller } from "../aws/aws";
import { messageOf, reportError } from "../errors";
import { type Bytes, DECISIONS_FILE, type History } from "../files/files";
import { REPORT_PREFIX } from "./names";
import { createSmallObjects, isMissing } from "./smallObjects";

/** A piece of an object, the object's size, and which version it is of. */
interface Range {
  readonly bytes: Buffer;
  readonly size: number;
  readonly etag: string | undefined;
}

/** The history in the report bucket. Large files are read in ranges, each of which can be tried again. */
export function createS3History(s3: S3Client, Bucket: string, call: Caller): History {
  const RANGE_BYTES = 8 * 1024 * 1024;
  const objects = createSmallObjects(s3, Bucket, call);
  const decisionsKey = REPORT_PREFIX + DECISIONS_FILE;
  const fail = reportError;

  /** One range; `null` where there is no such object, or (without s3:ListBucket) S3 does not say. */
  async function readRange(Key: string, from: number, IfMatch?: string): Promise<Range | null> {
    const input = { Bucket, Key, Range: `bytes=${from}-${from + RANGE_BYTES - 1}`, IfMatch };
    try {
      return await call(s3, new GetObjectCommand(input), async ({ Body, ContentRange, ETag }) => {
        const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
        return { bytes, size: Number(ContentRange?.split("/")[1] ?? from + bytes.length), etag: ETag };
      });
    } catch (error) {
      if (isMissing(error)) return null;
      if ((error as Error).name !== "InvalidRange") throw error;
      return { bytes: Buffer.alloc(0), size: 0, etag: undefined }; // an empty object has no first byte
    }
  }

  async function* readOn(Key: string, first: Range): AsyncGenerator<Buffer, void, undefined> {
    yield first.bytes;
    for (let from = first.bytes.length; from < first.size; ) {
      // Of the same object: what is replaced in the meantime must not be joined to what was there.
      const next = await readRange(Key, from, first.etag).catch((error) => {
        if ((error as Error).name === "PreconditionFailed") return null;
        throw error;
      });
      if (next === null || next.bytes.length === 0)
        throw fail("FileGone", `s3 GetObject: s3://${Bucket}/${Key} was deleted or replaced while it was read.`);
      yield next.bytes;
      from += next.bytes.length;
    }
  }

  async function open(Key: string): Promise<Bytes | null> {
    const first = await readRange(Key, 0);
    return first && readOn(Key, first);
  }

  /** A file that must be there. */
  async function* required(Key: string): AsyncGenerator<Buffer, void, undefined> {
    let refusal: unknown;
    const file = await open(Key).catch((error) => {
      if ((error as Error).name !== "AccessDenied") throw error;
      refusal = error;
      return null;
    });
    if (file === null) {
      const why = refusal === undefined ? "" : ` (${messageOf(refusal)})`;
      throw fail(
        "FileGone",
        `s3 GetObject: s3://${Bucket}/${Key}, of the newest report, is not there or is refused${why}. Check that report with \`npm run verify\`, and that the role has s3:GetObject on it.`,
        refusal,
      );
    }
    yield* file;
  }

  async function whole(file: Bytes): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of file) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  return {
    async newest() {
      const latest = await objects.read("latest.json");
      if (latest === null) return null;
      const { manifestKey } = latest.value as { manifestKey: string };
      const manifest = await whole(required(manifestKey));
      const folder = manifestKey.slice(0, manifestKey.lastIndexOf("/") + 1);
      return { manifestKey, manifest, open: (name) => required(folder + name) };
    },
    decisions: () => open(decisionsKey),
  };
}
