import { createReadStream } from "node:fs";
import { access, constants, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { MANIFEST_FILE, REVIEW_FOLDER } from "../../handlers/files/files";

/** A file of a report; why there is none; or why nobody can tell, as it may not be read. All for people, to go on after the file's name. */
export type Opened =
  | {
      readonly stream: Readable;
      /** How many days the place keeps such a file, as it says of this one; `null` where it says nothing, and keeps it. */
      readonly keptDays: number | null;
    }
  | { readonly missing: string }
  | {
      readonly unreadable: string;
      /** Whether it may as well be missing. */
      readonly perhapsMissing: boolean;
    };

/** Where a report lies. Only read. */
export interface ReportSource {
  /** For people. */
  readonly name: string;
  /** The folder that the run wrote to; `null` in a directory, which may have any name. */
  readonly folder: string | null;
  open(file: string): Promise<Opened>;
  /** Names of all files there; `null` where that is not asked. */
  list(): Promise<readonly string[] | null>;
  /** A file of the login archive, by its name below the place of all reports. */
  archiveFile(name: string): Promise<Opened>;
  /** The manifest that a later one names by this key. `undefined`: this source does not reach other reports. */
  readonly earlierManifest: ((key: string) => Promise<Opened>) | undefined;
}

/** @param previous directory of the report before, if it is there to be checked too */
export function directorySource(directory: string, previous: string | undefined): ReportSource {
  return {
    name: directory,
    folder: null,
    open: (file) => openFile(join(directory, file), ""),
    async list() {
      const filesIn = async (folder: string) => {
        const entries = await readdir(join(directory, folder), { withFileTypes: true }).catch(() => []);
        return entries.filter((entry) => entry.isFile()).map((entry) => folder + entry.name);
      };
      return [...(await filesIn("")), ...(await filesIn(REVIEW_FOLDER))];
    },
    // A degraded report lies in a folder below; the archive is never there.
    async archiveFile(name) {
      const beside = await openFile(join(directory, name), "");
      return "missing" in beside ? openFile(join(directory, "..", name), "") : beside;
    },
    // One step back: that directory's own predecessor is not known to anybody.
    earlierManifest:
      previous === undefined
        ? undefined
        : () => openFile(join(previous, MANIFEST_FILE), `cannot be checked: ${join(previous, MANIFEST_FILE)} `),
  };
}

/** @param words what to say before the reason */
async function openFile(path: string, words: string): Promise<Opened> {
  try {
    if (!(await stat(path)).isFile()) return { missing: `${words}is no file` };
    await access(path, constants.R_OK);
    return { stream: createReadStream(path), keptDays: null };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { missing: `${words}is not there` };
    return { unreadable: `${words}may not be read: ${message}`, perhapsMissing: false };
  }
}

/** @returns why a file could not be read to its end; `null` where it was */
export async function eachChunk(stream: Readable, take: (chunk: Buffer) => Promise<void>): Promise<string | null> {
  const chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  for (;;) {
    let next: IteratorResult<Buffer>;
    try {
      next = await chunks.next();
    } catch (error) {
      return `could not be read to its end: ${(error as Error).message}`;
    }
    if (next.done) return null;
    await take(next.value);
  }
}

/** A small file as a whole. */
export async function readWhole(
  opening: Promise<Opened>,
): Promise<{ bytes: Buffer; keptDays: number | null } | Exclude<Opened, { stream: Readable }>> {
  const opened = await opening;
  if (!("stream" in opened)) return opened;
  const chunks: Buffer[] = [];
  const failure = await eachChunk(opened.stream, async (chunk) => {
    chunks.push(chunk);
  });
  return failure === null
    ? { bytes: Buffer.concat(chunks), keptDays: opened.keptDays }
    : { unreadable: failure, perhapsMissing: false };
}
