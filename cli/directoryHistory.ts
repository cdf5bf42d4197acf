import { createReadStream, existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DECISIONS_FILE } from "../handlers/decisions";
import { MANIFEST_FILE } from "../handlers/fileNames";
import type { History } from "../handlers/history";

/** The history in a directory: the report that stands there and is about to be replaced, and `decisions/review.csv`. */
export function createDirectoryHistory(directory: string): History {
  const decisions = join(directory, DECISIONS_FILE);
  const manifestKey = join(directory, MANIFEST_FILE);
  return {
    async newest() {
      if (!existsSync(manifestKey)) return null;
      return {
        manifestKey,
        manifest: await readFile(manifestKey),
        open: (name) => createReadStream(join(directory, name)),
      };
    },
    decisions: async () => (existsSync(decisions) ? createReadStream(decisions) : null),
  };
}
