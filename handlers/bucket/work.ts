import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { type Caller, inParallel } from "../aws/aws";
import { reportError } from "../errors";
import { shortLock } from "./names";
import { isMissing, notReadable } from "./reading";
import type { WorkStore } from "./unfinished";

/**
 * The parts of an unfinished run in the report bucket.
 *
 * @param folder their key prefix, with its trailing slash: `workFolder`
 */
export function createS3Work(s3: S3Client, Bucket: string, folder: string, call: Caller): WorkStore {
  async function read(name: string) {
    try {
      return await call(s3, new GetObjectCommand({ Bucket, Key: folder + name }), async ({ Body, ETag }) => {
        if (!ETag) throw reportError("UnexpectedAnswer", `no ETag of ${folder}${name}`);
        return { bytes: Buffer.from((await Body?.transformToByteArray()) ?? []), tag: ETag };
      });
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  return {
    place: `s3://${Bucket}/${folder}`,
    read,

    async write(name, Body, expected) {
      const Key = folder + name;
      const condition = expected === undefined ? {} : expected === null ? { IfNoneMatch: "*" } : { IfMatch: expected };
      try {
        const put = new PutObjectCommand({ Bucket, Key, Body, ...condition, ...shortLock() });
        return await call(s3, put, ({ ETag }) => {
          if (!ETag) throw reportError("UnexpectedAnswer", `no ETag of ${Key}`);
          return ETag;
        });
      } catch (error) {
        const { name: refusal } = error as Error;
        if (refusal === "NoSuchKey" && typeof expected === "string") return null; // removed meanwhile
        if (refusal !== "PreconditionFailed") throw error;
        const there = await read(name);
        if (there === null) throw notReadable(Bucket, Key, error);
        // The answer to a first attempt may have been lost: then what stands there is ours.
        return there.bytes.equals(Body) ? there.tag : null;
      }
    },

    async remove(names) {
      const AT_A_TIME = 20; // a run of hours has hundreds
      await inParallel(names, AT_A_TIME, (name) => call(s3, new DeleteObjectCommand({ Bucket, Key: folder + name })));
    },
  };
}
