import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Caller } from "../aws/aws";
import { archiveFileName, type LoginArchive } from "../logins/logins";
import { REPORT_PREFIX } from "./names";
import { isMissing } from "./reading";

/** The login archive in the report bucket. Its files are evidence, and locked as reports are. */
export function createS3LoginArchive(s3: S3Client, Bucket: string, call: Caller): LoginArchive {
  const keyOf = (region: string, fromMs: number) => REPORT_PREFIX + archiveFileName(region, fromMs);

  async function read(region: string, fromMs: number): Promise<Buffer | null> {
    try {
      const get = new GetObjectCommand({ Bucket, Key: keyOf(region, fromMs) });
      return await call(s3, get, async ({ Body }) => Buffer.from((await Body?.transformToByteArray()) ?? []));
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  return {
    place: `s3://${Bucket}/${REPORT_PREFIX}`,
    read,

    async write(region, fromMs, Body) {
      const object = { Bucket, Key: keyOf(region, fromMs), Body, ContentType: "application/gzip", IfNoneMatch: "*" };
      try {
        await call(s3, new PutObjectCommand(object));
        return true;
      } catch (error) {
        if ((error as Error).name !== "PreconditionFailed") throw error;
        // The answer to a first attempt may have been lost: then what stands there is ours.
        return (await read(region, fromMs))?.equals(Body) === true;
      }
    },
  };
}
