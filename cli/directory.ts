import { once } from "node:events";
import { createReadStream, createWriteStream, existsSync, rmSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { finished } from "node:stream/promises";
import {
  type Bytes,
  DECISIONS_FILE,
  type History,
  MANIFEST_FILE,
  type Manifest,
  type Sink,
} from "../handlers/files/files";

/**
 * A sink in a directory, which is made where it is missing. Files are written beside their place and moved there when they are
 * whole. A report that stood there before is replaced; its manifest goes first, so that no manifest ever vouches for
 * another report's files, and its files that the new report does not have go last.
 *
 * @param signal ends the writing, until the first file is in its place: from then on the report is finished
 */
export async function createDirectorySink(directory: string, signal: AbortSignal): Promise<Sink & { abandon(): void }> {
  await mkdir(directory, { recursive: true });
  const before = await fileNamesOf(join(directory, MANIFEST_FILE));
  const unfinished = new Set<string>();
  const created = new Set<string>();
  return {
    create(name) {
      created.add(name);
      const partial = join(directory, `.${name}.${process.pid}.partial`);
      unfinished.add(partial);
      const stream = createWriteStream(partial);
      let failure: Error | null = null;
      stream.on("error", (error) => {
        failure = error;
      });
      return {
        async write(bytes) {
          if (name !== MANIFEST_FILE) signal.throwIfAborted();
          if (failure) throw failure;
          if (!stream.write(bytes)) {
            await new Promise<void>((resolve) => {
              stream.once("drain", resolve);
              stream.once("close", resolve);
            });
          }
        },
        async close() {
          stream.end();
          await finished(stream);
          if (name !== MANIFEST_FILE) await rm(join(directory, MANIFEST_FILE), { force: true });
          await rename(partial, join(directory, name));
          unfinished.delete(partial);
          if (name !== MANIFEST_FILE) return;
          for (const old of before) if (!created.has(old)) await rm(join(directory, old), { force: true });
        },
        async abort() {
          stream.destroy();
          // Until it is closed, it may still be about to be opened, and so to be made.
          if (!stream.closed) await once(stream, "close");
          await rm(partial, { force: true });
          unfinished.delete(partial);
        },
      };
    },
    /** Removes what is unfinished, at once: for a process that is about to end. */
    abandon() {
      for (const partial of unfinished) rmSync(partial, { force: true });
    },
  };
}

/** The files that a manifest names; none where there is no readable one. */
async function fileNamesOf(manifest: string): Promise<string[]> {
  try {
    const { files } = JSON.parse(await readFile(manifest, "utf8")) as Manifest;
    return files.map(({ name }) => basename(name));
  } catch {
    return [];
  }
}

/** The history in a directory: the report that stands there and is about to be replaced, and `decisions/review.csv`. */
export function createDirectoryHistory(directory: string): History {
  const decisions = join(directory, DECISIONS_FILE);
  const manifestKey = join(directory, MANIFEST_FILE);

  /** Opens the file when it is read, not before: an error of a stream that nobody reads yet would end the process. */
  async function* open(path: string): Bytes {
    yield* createReadStream(path);
  }

  return {
    async newest() {
      if (!existsSync(manifestKey)) return null;
      return { manifestKey, manifest: await readFile(manifestKey), open: (name) => open(join(directory, name)) };
    },
    decisions: async () => (existsSync(decisions) ? open(decisions) : null),
  };
}
