import { randomUUID } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { Caller } from "../aws/aws";
import { reportError } from "../errors";
import type { Sink, SinkFile } from "../files/files";

/**
 * A sink in the report bucket. Small files are one PutObject, larger ones a multipart upload; both refuse to overwrite.
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
    // Tells our own object from somebody else's when the answer to a conditional write was lost.
    const attempt = randomUUID();
    const Metadata = { attempt };
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
      const input = { Bucket, Key, ContentType, Metadata, ChecksumAlgorithm: "CRC32" as const };
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

    /** A conditional write whose answer was lost, or was "exists already": was it ours after all? */
    async function isOurs(): Promise<boolean> {
      try {
        const head = await call(s3, new HeadObjectCommand({ Bucket, Key }));
        return head.Metadata?.attempt === attempt;
      } catch {
        return false;
      }
    }

    async function publish(writing: () => Promise<unknown>): Promise<void> {
      try {
        await writing();
      } catch (error) {
        if (await isOurs()) return;
        const name = (error as Error).name;
        if (name === "PreconditionFailed") {
          throw reportError(
            "ReportExists",
            `s3://${Bucket}/${Key} exists already and is not overwritten. Start a run with another runId.`,
            error,
          );
        }
        throw error;
      }
    }

    async function close(): Promise<void> {
      if (starting === undefined) {
        const Body = takeBuffered(bufferedBytes);
        const input = { Bucket, Key, Body, ContentType, Metadata, IfNoneMatch: "*" };
        await publish(() => call(s3, new PutObjectCommand(input)));
      } else {
        if (bufferedBytes > 0) await uploadPart(takeBuffered(bufferedBytes));
        await Promise.all(underWay);
        if (failure !== null) throw failure;
        parts.sort((a, b) => a.PartNumber - b.PartNumber);
        const input = { Bucket, Key, UploadId: await starting, MultipartUpload: { Parts: parts }, IfNoneMatch: "*" };
        await publish(() => call(s3, new CompleteMultipartUploadCommand(input)));
      }
      closed = true;
    }

    return {
      async write(bytes) {
        buffers.push(bytes);
        bufferedBytes += bytes.length;
        while (bufferedBytes > PART_BYTES) await uploadPart(takeBuffered(PART_BYTES));
        if (failure !== null) throw failure;
      },
      close,
      async abort() {
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
      },
    };
  }

  return { create };
}
