import { readFileSync } from "node:fs";
import { createDirectoryArchive } from "../cli/directoryArchive";
import { createCaller } from "../handlers/aws/aws";
import { createEventHistorySource } from "../handlers/logins/logins";
import { formatInstant } from "../handlers/times";
import { OWNER } from "./madeHistory";

export interface ArchiveFigures {
  readonly files: number;
  readonly combinations: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMemoryMB: number;
}

/** `readArchiveIn.ts DIRECTORY FROM TO`: reads a window that the archive has as a report does, in this process, and prints its figures as JSON. */
async function main([directory, fromMs, toMs]: readonly string[]): Promise<void> {
  const keeping = {
    archive: createDirectoryArchive(directory!),
    earlierFiles: async () => [],
    readByMs: Number.POSITIVE_INFINITY,
  };
  const source = createEventHistorySource({ region: "eu-west-1" }, { ...OWNER, requestsPerSecond: 15, keeping });
  const call = createCaller({ requestsPerSecond: 15, signal: new AbortController().signal });
  const window = { from: formatInstant(Number(fromMs)), to: formatInstant(Number(toMs)) };
  const before = process.cpuUsage();
  const startedMs = performance.now();
  const { reading } = await source.begin(window, { regions: ["eu-west-1"], primary: "eu-west-1", refused: null }, call);
  const read = await source.goOn(reading, Number.POSITIVE_INFINITY, call, () => {});
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(before);
  if (!read.done || read.part.reason !== null) throw new Error(JSON.stringify(read).slice(0, 400));
  const figures: ArchiveFigures = {
    files: read.part.archive!.length,
    combinations: read.part.lastLogins.length,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    // The process's own peak, page cache and the like left out.
    peakMemoryMB: Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024,
  };
  process.stdout.write(JSON.stringify(figures));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
