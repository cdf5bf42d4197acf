import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Caller } from "../aws/aws";
import { reportError } from "../errors";
import { REPORT_PREFIX } from "./names";
import { isMissing, notReadable } from "./reading";

/** Small objects below `REPORT_PREFIX`: JSON, or text. */
export interface SmallObjects {
  /** `null` where there is no such object: without s3:ListBucket, S3 answers "forbidden" for it. */
  read(name: string): Promise<SmallObject | null>;
  /**
   * @param expected write only where the object still is as it was read, or (`null`) still does not exist
   * @returns whether it was written
   */
  write(
    name: string,
    value: object | string,
    expected?: SmallObject | null,
    metadata?: Record<string, string>,
  ): Promise<boolean>;
}

export interface SmallObject {
  readonly value: Record<string, unknown>;
  readonly etag: string | undefined;
}

export function createSmallObjects(s3: S3Client, Bucket: string, call: Caller): SmallObjects {
  async function readText(Key: string): Promise<{ text: string; etag: string | undefined } | null> {
    try {
      return await call(s3, new GetObjectCommand({ Bucket, Key }), async ({ Body, ETag }) => ({
        text: (await Body?.transformToString()) ?? "",
        etag: ETag,
      }));
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  function jsonIn(Key: string, text: string): Record<string, unknown> {
    try {
      return JSON.parse(text);
    } catch (error) {
      const what = `s3://${Bucket}/${Key} is not the JSON that this program writes.`;
      throw reportError(
        "DamagedObject",
        `${what} Bring an earlier version of it back, or delete it; then run again.`,
        error,
      );
    }
  }

  return {
    async read(name) {
      const found = await readText(REPORT_PREFIX + name);
      return found && { value: jsonIn(REPORT_PREFIX + name, found.text), etag: found.etag };
    },

    async write(name, value, expected, Metadata) {
      const Key = REPORT_PREFIX + name;
      const text = typeof value === "string";
      const Body = text ? value : JSON.stringify(value, null, 2) + "\n";
      const condition =
        expected === undefined ? {} : expected === null ? { IfNoneMatch: "*" } : { IfMatch: expected.etag };
      const object = {
        Bucket,
        Key,
        Body,
        ContentType: text ? "text/plain" : "application/json",
        Metadata,
        ...condition,
      };
      try {
        await call(s3, new PutObjectCommand(object));
        return true;
      } catch (error) {
        const { name } = error as Error;
        if (name !== "PreconditionFailed") throw error;
        const there = await readText(Key);
        if (there === null) throw notReadable(Bucket, Key, error);
        // The answer to a first attempt may have been lost: then what stands there is ours.
        return there.text === Body;
      }
    },
  };
}
