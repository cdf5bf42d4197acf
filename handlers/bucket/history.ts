import type { S3Client } from "@aws-sdk/client-s3";
import type { Caller } from "../aws/aws";
import { messageOf, reportError } from "../errors";
import { type Bytes, DECISIONS_FILE, type History } from "../files/files";
import { REPORT_PREFIX } from "./names";
import { openObject } from "./reading";
import { createSmallObjects } from "./smallObjects";

/** The history in the report bucket. */
export function createS3History(s3: S3Client, Bucket: string, call: Caller): History {
  const objects = createSmallObjects(s3, Bucket, call);
  const decisionsKey = REPORT_PREFIX + DECISIONS_FILE;

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
