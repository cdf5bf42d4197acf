import { ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import type { Caller } from "../aws/aws";
import { messageOf, reportError } from "../errors";
import { type Bytes, DECISIONS_FOLDER, type History, isReturnedSheet, type ReturnedSheet } from "../files/files";
import { formatInstant } from "../times";
import { REPORT_PREFIX } from "./names";
import { isMissing, notReadable, openObject } from "./reading";
import { createSmallObjects } from "./smallObjects";

/** The history in the report bucket. */
export function createS3History(s3: S3Client, Bucket: string, call: Caller): History {
  const objects = createSmallObjects(s3, Bucket, call);
  const Prefix = REPORT_PREFIX + DECISIONS_FOLDER;

  const open = (Key: string) => openObject(s3, Bucket, Key, call);

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
      throw reportError(
        "FileGone",
        `s3 GetObject: s3://${Bucket}/${Key}, of the newest report, could not be read${why}. Check that report with \`npm run verify\`, and that the role has s3:GetObject on it.`,
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

  /**
   * The newest report's manifest; `null` before the first report. Without s3:ListBucket, S3 says the same of an object that is not there and of
   * one that may not be read, and a run that took this for that would begin a second chain beside the first. So where none is
   * found, one that names no report is written, unless one stands there, and has to be found.
   */
  async function newestManifestKey(): Promise<string | null> {
    const NAME = "latest.json";
    const read = () => objects.read<{ manifestKey: string | null }>(NAME, { manifestKey: "key or null" });
    let latest = await read();
    if (latest === null) {
      await objects.write(NAME, { runId: null, reportKey: null, manifestKey: null, finishedAt: null }, null);
      latest = await read();
    }
    if (latest === null) throw notReadable(Bucket, REPORT_PREFIX + NAME, undefined);
    return latest.value.manifestKey;
  }

  /** An object below `decisions/`, as it was listed. */
  function returnedSheet(Key: string, bytes: number, modifiedMs: number, etag: string | undefined): ReturnedSheet {
    return {
      key: Key,
      name: Key.slice(Prefix.length),
      bytes,
      modifiedAt: formatInstant(modifiedMs),
      async open() {
        let version: string | null = null;
        const content = await openObject(s3, Bucket, Key, call, {
          etag,
          seen(found) {
            version = found;
          },
        }).catch((error) => {
          if ((error as Error).name === "PreconditionFailed") return null;
          throw error;
        });
        if (content !== null) return { content, version };
        const what = `s3://${Bucket}/${Key} was deleted or replaced since it was listed, or may not be read.`;
        throw reportError("FileGone", `s3 GetObject: ${what}`);
      },
    };
  }

  return {
    async newest() {
      const manifestKey = await newestManifestKey();
      if (manifestKey === null) return null;
      const manifest = await whole(required(manifestKey));
      const folder = manifestKey.slice(0, manifestKey.lastIndexOf("/") + 1);
      return { manifestKey, manifest, open: (name) => required(folder + name) };
    },
    async manifestAt(key) {
      // Without s3:ListBucket, S3 says of what has expired that it is refused.
      const manifest = await open(key).catch((error) => {
        if (isMissing(error)) return null;
        throw error;
      });
      return manifest && whole(manifest);
    },
    async decisions(most) {
      const MOST_PAGES = 100;
      const notUnderstood = (what: string) =>
        reportError("UnexpectedAnswer", `s3 ListObjectsV2 gave ${what} for s3://${Bucket}/${Prefix}.`);
      const sheets: ReturnedSheet[] = [];
      let ContinuationToken: string | undefined;
      for (let pages = 0; pages < MOST_PAGES; pages++) {
        const page = await call(s3, new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }));
        const { Contents = [], KeyCount, IsTruncated, NextContinuationToken } = page;
        // What was left out is not taken for what nobody has returned.
        if (KeyCount !== Contents.length) throw notUnderstood("another number of objects than it says");
        for (const { Key = "", Size = 0, LastModified, ETag } of Contents) {
          if (!Key.startsWith(Prefix) || LastModified === undefined)
            throw notUnderstood("an object without its key or date");
          if (!isReturnedSheet(Key.slice(Prefix.length))) continue;
          if (sheets.length >= most) return sheets;
          sheets.push(returnedSheet(Key, Size, LastModified.getTime(), ETag));
        }
        if (!IsTruncated) return sheets;
        if (!NextContinuationToken || NextContinuationToken === ContinuationToken) throw notUnderstood("no next page");
        ContinuationToken = NextContinuationToken;
      }
      throw notUnderstood(`more than ${MOST_PAGES} pages`);
    },
  };
}
