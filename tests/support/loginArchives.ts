import { createEventHistorySource } from "../../handlers/logins/eventHistory";
import { archiveFileName, type LoginArchive, type LoginKeeping, NOTHING_KEPT } from "../../handlers/logins/logins";
import { identityStoreId, instanceArn } from "./organisation";

/** An archive in memory: a file is written once. `read` and `written` count. */
export function createMemoryArchive(files: Map<string, Buffer> = new Map()) {
  const counts = { read: 0, written: 0 };
  const archive: LoginArchive = {
    place: "memory/",
    async read(region, fromMs) {
      counts.read += 1;
      return files.get(archiveFileName(region, fromMs)) ?? null;
    },
    async write(region, fromMs, bytes) {
      const name = archiveFileName(region, fromMs);
      const there = files.get(name);
      if (there !== undefined) return there.equals(bytes);
      counts.written += 1;
      files.set(name, bytes);
      return true;
    },
  };
  return { ...archive, files, counts };
}

/** Event history of the small organisations as a source; nothing is kept, unless that is said. */
export function historySource(kept: Partial<LoginKeeping> = {}) {
  const keeping = { ...NOTHING_KEPT, ...kept };
  return createEventHistorySource(
    { region: "eu-west-1" },
    { instanceArn, identityStoreId, requestsPerSecond: 10_000, keeping },
  );
}
