import { basename } from "node:path";
import type { Readable } from "node:stream";
import { GetObjectCommand, type GetObjectCommandOutput, S3Client } from "@aws-sdk/client-s3";
import { type ClientOptions, clientSettings } from "../../handlers/aws/aws";
import { REPORT_PREFIX, type Refusal, refusalOf } from "../../handlers/bucket/bucket";
import { MANIFEST_FILE } from "../../handlers/files/files";
import { regionOf } from "../access";
import type { Opened, ReportSource } from "./reportSource";

export interface S3SourceOptions {
  readonly bucket: string;
  /** With its trailing slash. */
  readonly prefix: string;
}

/** @returns the source and what ends its connections */
export async function s3Source(
  { bucket, prefix }: S3SourceOptions,
  access: ClientOptions,
): Promise<ReportSource & { close(): void }> {
  const clientIn = (options: ClientOptions) => new S3Client({ ...clientSettings(options), maxAttempts: 3 });
  let s3 = clientIn(access);
  await regionOf(s3, "the bucket");

  /** Asks again in the bucket's own Region, once, where S3 says that it is in another one; from then on all is asked there. */
  async function get(Key: string): Promise<GetObjectCommandOutput> {
    try {
      return await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    } catch (error) {
      const itsOwn = regionIn(error);
      if (itsOwn === null || itsOwn === (await s3.config.region())) throw error;
      s3.destroy();
      s3 = clientIn({ ...access, region: itsOwn });
      return s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    }
  }

  async function open(key: string): Promise<Opened> {
    try {
      const { Body, Expiration, LastModified } = await get(key);
      return { stream: Body as Readable, keptDays: keptDaysOf(Expiration, LastModified) };
    } catch (error) {
      const { name, message } = error as Error;
      const refusal = refusalOf(error);
      if (refusal === "missing") return { missing: "is not there" };
      return {
        unreadable: `${whatItNeeds(refusal, key, message)}. S3 said ${name}: ${message}`,
        perhapsMissing: refusal === "missing or refused",
      };
    }
  }

  function whatItNeeds(refusal: Refusal | null, key: string, message: string): string {
    const read = `s3:GetObject on s3://${bucket}/${key}`;
    if (refusal === null) return "could not be read";
    if (refusal === "refused") {
      return `may not be read: that needs ${/kms/i.test(message) ? "kms:Decrypt on the bucket's key" : read}`;
    }
    return `may not be read, or is not there: that needs ${read}, and s3:ListBucket on the bucket for S3 to say which`;
  }

  return {
    name: `s3://${bucket}/${prefix}`,
    folder: basename(prefix),
    open: (file) => open(prefix + file),
    list: async () => null,
    archiveFile: (name) => open(REPORT_PREFIX + name),
    async earlierManifest(key) {
      if (key.startsWith(REPORT_PREFIX) && key.endsWith(`/${MANIFEST_FILE}`)) return open(key);
      return {
        missing: `is no manifest below ${REPORT_PREFIX} of this bucket, though the report after it was made with it`,
      };
    },
    close: () => s3.destroy(),
  };
}

/** The Region that S3 names where it is asked in the wrong one: in a header, or in the error's text; `null` where it names none. */
function regionIn(error: unknown): string | null {
  const { $response, Region } = error as {
    $response?: { headers?: Readonly<Record<string, string>> };
    Region?: string;
  };
  return $response?.headers?.["x-amz-bucket-region"] ?? Region ?? null;
}

/**
 * How many whole days the bucket keeps such an object, by what S3 says of this one: `expiry-date="Fri, 21 Dec 2026 00:00:00 GMT", …`, which
 * is its age limit, rounded up to midnight.
 */
function keptDaysOf(expiration: string | undefined, lastModified: Date | undefined): number | null {
  const [, date] = /expiry-date="([^"]+)"/.exec(expiration ?? "") ?? [];
  if (date === undefined || lastModified === undefined) return null;
  return Math.floor((Date.parse(date) - lastModified.getTime()) / 86_400_000);
}
