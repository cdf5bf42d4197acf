import { createHash, randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { join, sep } from "node:path";
import type { WorkStore } from "../handlers/bucket/bucket";
import { messageOf, reportError } from "../handlers/errors";

/**
 * The parts of an unfinished run in a folder, which is made when the first one is written, for this user alone. A file is there whole or not
 * at all, also after the power has failed.
 *
 * @param check throws where the folder is no longer this process's: conditions hold only among those who have it
 */
export function createDirectoryWork(folder: string, check: () => void): WorkStore {
  function find(name: string) {
    try {
      const bytes = readFileSync(join(folder, name));
      return { bytes, tag: tagOf(bytes) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  /** Takes the file's place, if that is as expected. In one go, so that nothing of this process comes in between. */
  function takePlace(path: string, name: string, bytes: Buffer, expected: string | null | undefined): string | null {
    check();
    if (expected !== undefined) {
      const there = find(name);
      // As of an object in the bucket: what has these bytes already is taken as written.
      if (there?.bytes.equals(bytes)) return there.tag;
      if ((there?.tag ?? null) !== expected) return null;
    }
    renameSync(path, join(folder, name));
    return tagOf(bytes);
  }

  return {
    place: folder + sep,
    read: async (name) => find(name),

    async write(name, bytes, expected) {
      const path = join(folder, `.${name}.${randomUUID()}`);
      try {
        makePrivateFolder(folder);
        await writeWhole(path, bytes);
        try {
          return takePlace(path, name, bytes, expected);
        } finally {
          rmSync(path, { force: true }); // where it has not taken the place
        }
      } catch (error) {
        if (typeof (error as NodeJS.ErrnoException).code !== "string") throw error;
        throw reportError(
          "NotKept",
          `What was read cannot be kept in ${folder} (${messageOf(error)}). See that there is room, and that it may be written to.`,
          error,
        );
      }
    },

    async remove(names) {
      check();
      for (const name of names) rmSync(join(folder, name), { force: true });
    },
  };
}

/** Writes a new file for this user alone, which has reached the disk when it resolves. */
export async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a folder, where it is missing, that nobody but this user can look into. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700); // one that stood there
}

function tagOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
