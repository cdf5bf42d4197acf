import { once } from "node:events";
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { finished } from "node:stream/promises";
import { unfinishedHead, type WorkStore } from "../handlers/bucket/bucket";
import {
  type Bytes,
  DECISIONS_FOLDER,
  type History,
  isReturnedSheet,
  MANIFEST_FILE,
  type Manifest,
  type Sink,
} from "../handlers/files/files";
import { formatInstant } from "../handlers/times";
import { lockDirectory } from "./directoryLock";
import { restoreReport, swapReport } from "./directorySwap";
import { createDirectoryWork, makePrivateFolder } from "./directoryWork";

/** Below the directory: what a run has read that has not ended, and its files while they are written. */
export const UNFINISHED_FOLDER = ".unfinished";
const STAGING = "files";

/** Below the directory: where a degraded report goes that would have replaced a whole one. */
const DEGRADED_FOLDER = "degraded";

export interface DirectorySink extends Sink {
  /** What an unfinished run has read. Nothing, once the manifest is closed. */
  readonly work: WorkStore;
  /** Where the report is, once its manifest is closed. */
  place(): string;
  /** Removes what is in `work`. */
  forget(): void;
  /** Removes files that are not published, and lets other runs in; keeps `work`. At once: for a process that is about to end. */
  end(): void;
}

/**
 * A sink in a directory, which is made where it is missing, and which is this run's until `end`. The files are written below it, out of
 * sight, and move to their place together, once the manifest is whole. A report that stood there before is replaced; but a degraded one
 * replaces no whole one.
 *
 * @param signal ends the writing, until the manifest is begun: from then on the report is finished
 */
export async function createDirectorySink(directory: string, signal: AbortSignal): Promise<DirectorySink> {
  await mkdir(directory, { recursive: true });
  const lock = lockDirectory(directory);
  const unfinished = join(directory, UNFINISHED_FOLDER);
  const staging = join(unfinished, STAGING);
  const work = createDirectoryWork(unfinished, lock.check);
  const staged = new Map<string, string>();
  let place = directory;
  let published = false;

  function forget(): void {
    const names = existsSync(unfinished) ? readdirSync(unfinished) : [];
    for (const name of names) if (name !== STAGING) rmSync(join(unfinished, name), { recursive: true, force: true });
  }

  /** Removes files that are not published, and the folder where nothing else is in it. */
  function clear(): void {
    rmSync(staging, { recursive: true, force: true });
    try {
      rmdirSync(unfinished);
    } catch {} // it holds what was read, or is not there
  }

  function publish(): void {
    lock.check();
    const degrades = manifestIn(staging)?.status === "degraded" && manifestIn(directory)?.status === "succeeded";
    if (degrades) place = join(directory, DEGRADED_FOLDER);
    mkdirSync(place, { recursive: true });
    restoreReport(place);
    swapReport(place, staged);
    staged.clear();
    published = true;
    forget();
  }

  /** A run that was killed between its last two steps has published, and nothing of it is to be gone on with. */
  async function forgetPublished(): Promise<void> {
    const left = await unfinishedHead(work).catch(() => null); // damaged: whoever goes on with it says so
    const reports = [directory, join(directory, DEGRADED_FOLDER)].map((each) => manifestIn(each)?.runId);
    if (left !== null && reports.includes(left.runId)) forget();
  }

  try {
    clear(); // what a run has left that was killed
    restoreReport(directory);
    await forgetPublished();
  } catch (error) {
    lock.release();
    throw error;
  }
  return {
    create(name) {
      makePrivateFolder(unfinished);
      const path = join(staging, name);
      mkdirSync(dirname(path), { recursive: true });
      const stream = createWriteStream(path);
      let failure: Error | null = null;
      let closed = false;
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
          closed = true;
          staged.set(name, path);
          if (name === MANIFEST_FILE) publish();
        },
        async abort() {
          if (closed) return;
          stream.destroy();
          // Until it is closed, it may still be about to be opened, and so to be made.
          if (!stream.closed) await once(stream, "close");
          await rm(path, { force: true });
        },
      };
    },
    work,
    place: () => place,
    forget() {
      if (lock.isOurs()) forget();
    },
    end() {
      // What was being kept while the report was published may have come after it.
      if (published && lock.isOurs()) forget();
      if (lock.isOurs()) clear();
      lock.release();
    },
  };
}

/** The manifest in a directory; `null` where there is none that can be read. */
function manifestIn(directory: string): Partial<Manifest> | null {
  try {
    return JSON.parse(readFileSync(join(directory, MANIFEST_FILE), "utf8")) as Partial<Manifest>;
  } catch {
    return null;
  }
}

/** The history in a directory: the report that stands there and is about to be replaced, and what is in `decisions/`. */
export function createDirectoryHistory(directory: string): History {
  const decisions = join(directory, DECISIONS_FOLDER);
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
    // A directory has one report, which replaces the one before.
    manifestAt: async () => null,
    async decisions(most) {
      if (!existsSync(decisions)) return [];
      const entries = readdirSync(decisions, { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      );
      const names = entries.map((entry) =>
        relative(decisions, join(entry.parentPath, entry.name)).replaceAll(sep, "/"),
      );
      return names
        .filter(isReturnedSheet)
        .sort()
        .slice(0, most)
        .map((name) => {
          const key = join(decisions, name);
          const { size, mtimeMs } = statSync(key);
          const sheet = { key, name, bytes: size, modifiedAt: formatInstant(mtimeMs) };
          return { ...sheet, open: async () => ({ content: open(key), version: null }) };
        });
    },
  };
}
