import { linkSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { messageOf, reportError } from "../handlers/errors";
import { archiveFileName, type LoginArchive } from "../handlers/logins/logins";
import { makePrivateFolder, writeWhole } from "./directoryWork";

/**
 * The login archive beside the report in a directory, for this user alone. It stays whatever becomes of the run, and no report's files replace
 * it. A file is there whole or not at all.
 */
export function createDirectoryArchive(directory: string): LoginArchive {
  const pathOf = (region: string, fromMs: number) => join(directory, archiveFileName(region, fromMs));

  function find(path: string): Buffer | null {
    try {
      return readFileSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  return {
    place: directory + sep,
    read: async (region, fromMs) => find(pathOf(region, fromMs)),

    async write(region, fromMs, bytes) {
      const path = pathOf(region, fromMs);
      const unfinished = `${path}.unfinished`;
      try {
        makePrivateFolder(dirname(dirname(path)));
        makePrivateFolder(dirname(path));
        rmSync(unfinished, { force: true }); // of a run that was killed
        await writeWhole(unfinished, bytes);
        try {
          linkSync(unfinished, path); // unlike a renaming, it refuses where another file stands
          return true;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
          return find(path)?.equals(bytes) === true;
        } finally {
          rmSync(unfinished, { force: true });
        }
      } catch (error) {
        throw reportError(
          "NotKept",
          `What was read cannot be kept in ${dirname(path)} (${messageOf(error)}). See that there is room, and that it may be written to.`,
          error,
        );
      }
    },
  };
}
