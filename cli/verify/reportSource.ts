import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { REPORT_PREFIX } from "../../handlers/bucket/bucket";
import { MANIFEST_FILE } from "../../handlers/files/files";

/** A file of a report, or why there is none. */
export type Opened = { readonly stream: Readable } | { readonly missing: string };

/** Where a report lies. Only read. */
export interface ReportSource {
  /** For people. */
  readonly name: string;
  /** The folder that the run wrote to; `null` in a directory, which may have any name. */
  readonly folder: string | null;
  open(file: string): Promise<Opened>;
  /** Names of all files there; `null` where that is not asked. */
  list(): Promise<readonly string[] | null>;
  /**
   * The bytes of the manifest that a later one names, or why they are not to be had. `undefined`: this source does not reach other
   * reports.
   */
  readonly earlierManifest: ((key: string) => Promise<Buffer | string>) | undefined;
}

/** @param previous directory of the report before, if it is there to be checked too */
export function directorySource(directory: string, previous: string | undefined): ReportSource {
  return {
    name: directory,
    folder: null,
    async open(file) {
      const path = join(directory, file);
      const found = await stat(path).catch(() => null);
      if (found === null) return { missing: "is not there" };
      return found.isFile() ? { stream: createReadStream(path) } : { missing: "is no file" };
    },
    async list() {
      const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
      return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    },
    // One step back: that directory's own predecessor is not known to anybody.
    earlierManifest:
      previous === undefined
        ? undefined
        : async () =>
            readFile(join(previous, MANIFEST_FILE)).catch(() => `${join(previous, MANIFEST_FILE)} is not there`),
  };
}

export interface S3SourceOptions {
  readonly bucket: string;
  /** With its trailing slash. */
  readonly prefix: string;
  readonly region: string | undefined;
  readonly profile: string | undefined;
}

/** @returns the source and what ends its connections */
export function s3Source({ bucket, prefix, region, profile }: S3SourceOptions): ReportSource & { close(): void } {
  const s3 = new S3Client({ ...(region && { region }), ...(profile && { profile }) });

  async function openKey(Key: string): Promise<Opened> {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      return { stream: Body as Readable };
    } catch (error) {
      const { name } = error as Error;
      if (name === "NoSuchKey") return { missing: "is not there" };
      // Without s3:ListBucket S3 does not tell whether there is such an object.
      if (name === "AccessDenied") return { missing: "is not there, or may not be read: that needs s3:GetObject" };
      throw error;
    }
  }

  return {
    name: `s3://${bucket}/${prefix}`,
    folder: basename(prefix),
    open: (file) => openKey(prefix + file),
    list: async () => null,
    async earlierManifest(key) {
      const where = `s3://${bucket}/${key}`;
      if (!key.startsWith(REPORT_PREFIX) || !key.endsWith(`/${MANIFEST_FILE}`)) return `${key} is not in this bucket`;
      const opened = await openKey(key);
      if ("missing" in opened) return `${where} ${opened.missing}`;
      const chunks: Buffer[] = [];
      for await (const chunk of opened.stream) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    close: () => s3.destroy(),
  };
}
