import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { Caller } from "../aws/aws";
import { reportError } from "../errors";
import type { Sink, SinkFile } from "../files/files";
import { notReadable, openObject } from "./reading";

/**
 * A sink in the report bucket. Small files are one PutObject, larger ones a multipart upload. Both refuse to overwrite: a file that
 * stands already is taken as written where it has the same bytes, and is `ReportExists` where it has others.
 *
 * `@aws-sdk/lib-storage` is not used: it leaves the upload open when its completion fails.
 *
 * @param folder key prefix of the run, with its trailing slash
 */
export function createS3Sink(s3: S3Client, Bucket: string, folder: string, call: Caller): Sink {
  const PART_BYTES = 8 * 1024 * 1024; // S3 takes 5 MiB to 5 GiB, and at most 10,000 parts: 80 GiB a file
  const PARTS_UNDER_WAY = 3;

  function create(name: string, ContentType: string): SinkFile {
    const Key = folder + name;
    let buffers: Buffer[] = [];
    let bufferedBytes = 0;
    let starting: Promise<string> | undefined;
    let partNumber = 0;
    const parts: { PartNumber: number; ETag: string | undefined; ChecksumCRC32: string | undefined }[] = [];
    const underWay = new Set<Promise<void>>();
    let failure: unknown = null;
    let closed = false;
    let aborted = false;

    async function startUpload(): Promise<string> {
      const input = { Bucket, Key, ContentType, ChecksumAlgorithm: "CRC32" as const };
      const { UploadId } = await call(s3, new CreateMultipartUploadCommand(input));
      if (!UploadId) throw reportError("UnexpectedAnswer", `s3 CreateMultipartUpload gave no id for ${Key}.`);
      return UploadId;
    }

    async function uploadPart(Body: Buffer): Promise<void> {
      starting ??= startUpload();
      const UploadId = await starting;
      if (aborted) throw reportError("Aborted", `The upload of ${Key} was given up.`);
      const PartNumber = ++partNumber;
      const upload = call(s3, new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))
        .then(
          ({ ETag, ChecksumCRC32 }) => {
            parts.push({ PartNumber, ETag, ChecksumCRC32 });
          },
          (error) => {
            failure ??= error;
          },
        )
        .finally(() => underWay.delete(upload));
      underWay.add(upload);
      if (underWay.size >= PARTS_UNDER_WAY) await Promise.race(underWay);
    }

    function takeBuffered(bytes: number): Buffer {
      const all = buffers.length === 1 ? buffers[0]! : Buffer.concat(buffers, bufferedBytes);
      const rest = all.subarray(bytes);
      buffers = rest.length > 0 ? [rest] : [];
      bufferedBytes = rest.length;
      return all.subarray(0, bytes);
    }

    /** The SHA-256 of what stands there, read back; `null` where nothing does. */
    async function hashThere(): Promise<string | null> {
      const object = await openObject(s3, Bucket, Key, call);
      if (object === null) return null;
      const hash = createHash("sha256");
      for await (const piece of object) hash.update(piece);
      return hash.digest("hex");
    }

    /**
     * The write that makes the file, unless one stands there. An answer may have been lost, so that the next attempt meets the first
     * one's file: whatever the error, the bytes that stand there settle it.
     */
    async function publish(sha256: string, write: () => Promise<unknown>): Promise<"written" | "stands already"> {
      try {
        await write();
        return "written";
      } catch (error) {
        const exists = (error as Error).name === "PreconditionFailed";
        const there = await hashThere().catch((unread) => {
          throw exists ? unread : error;
        });
        if (there === sha256) return "stands already";
        if (!exists) throw error;
        if (there === null) throw notReadable(Bucket, Key, error);
        throw reportError(
          "ReportExists",
          `s3://${Bucket}/${Key} exists already, with other content, and is not overwritten. Start a run with another runId.`,
          error,
        );
      }
    }

    async function close(sha256: string): Promise<void> {
      if (starting === undefined) {
        const Body = takeBuffered(bufferedBytes);
        const input = { Bucket, Key, Body, ContentType, IfNoneMatch: "*" };
        await publish(sha256, () => call(s3, new PutObjectCommand(input)));
      } else {
        if (bufferedBytes > 0) await uploadPart(takeBuffered(bufferedBytes));
        await Promise.all(underWay);
        if (failure !== null) throw failure;
        parts.sort((a, b) => a.PartNumber - b.PartNumber);
        const input = { Bucket, Key, UploadId: await starting, MultipartUpload: { Parts: parts }, IfNoneMatch: "*" };
        const outcome = await publish(sha256, () => call(s3, new CompleteMultipartUploadCommand(input)));
        // The file may be another upload's, and this one still open. Where it stays so, the file is there all the same.
        if (outcome === "stands already") await abort().catch(() => {});
      }
      closed = true;
    }

    async function abort(): Promise<void> {
      aborted = true;
      // An upload that is just being started is waited for: once it is there, nobody else would end it.
      const UploadId = await starting?.catch(() => undefined);
      if (closed || UploadId === undefined) return;
      await Promise.all(underWay);
      // Not through `call`: this must also work when the run has been ended.
      for (let tries = 1; ; tries++) {
        try {
          await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }), {
            abortSignal: AbortSignal.timeout(3_000),
          });
          return;
        } catch (error) {
          if ((error as Error).name === "NoSuchUpload") return;
          if (tries >= 5) throw error; // the bucket's lifecycle rule ends it after a day
        }
      }
    }

    return {
      async write(bytes) {
        buffers.push(bytes);
        bufferedBytes += bytes.length;
        while (bufferedBytes > PART_BYTES) await uploadPart(takeBuffered(PART_BYTES));
        if (failure !== null) throw failure;
      },
      close,
      abort,
    };
  }

  return { create };
}
