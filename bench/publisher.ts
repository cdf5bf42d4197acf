import { readFileSync } from "node:fs";
import { S3Client } from "@aws-sdk/client-s3";
import { createCaller } from "../handlers/aws/aws";
import { createS3Sink, REPORT_PREFIX } from "../handlers/bucket/bucket";
import {
  COLUMNS,
  type History,
  MANIFEST_VERSION,
  NO_DECISIONS,
  publish,
  REPORT_FILE,
  type RowSources,
  sha256Of,
} from "../handlers/files/files";
import { SIZES, type Size, sourcesOfSize } from "./sizeSources";
import { sourcesOf } from "./sources";

export interface PublishFigures {
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Of all threads: tells more than the time on a machine where others work, too. */
  readonly cpuSeconds: number;
  readonly peakMemoryMB: number;
}

/** A factory, so that it can be serialised as the handler is: publishes made-up sources to a bucket and measures itself. */
export function createPublisher() {
  const columns = COLUMNS.join();
  const sizes: readonly string[] = SIZES;

  /** A report without rows: beside it, all are granted. */
  function emptyReport({ settings }: RowSources): History {
    const csv = Buffer.from(`${columns}\r\n`);
    const files = [{ name: REPORT_FILE, bytes: csv.length, sha256: sha256Of(csv) }];
    const earlier = { manifestVersion: MANIFEST_VERSION, now: "2026-11-13T09:00:00Z", settings, files };
    const open = async function* () {
      yield csv;
    };
    const newest = { manifestKey: "earlier/manifest.json", manifest: Buffer.from(JSON.stringify(earlier)), open };
    return { newest: async () => newest, manifestAt: async () => null, decisions: async () => [] };
  }

  /**
   * @param endpoint of an S3 with a bucket `bench`
   * @param size one of `SIZES`, with an earlier report that has nothing of it; or accounts of 5,000 rows each, with none
   */
  return async (endpoint: string, size: string): Promise<PublishFigures> => {
    const s3 = new S3Client({
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
      maxAttempts: 1,
    });
    const call = createCaller({ requestsPerSecond: 15, signal: new AbortController().signal });
    const named = sizes.includes(size);
    const sources = named ? sourcesOfSize(size as Size) : sourcesOf(Number(size));
    const startedMs = performance.now();
    const before = process.cpuUsage();
    const facts = {
      runId: "bench",
      trigger: "manual",
      note: "",
      account: "111122223333",
      region: "us-east-1",
      caller: "arn:aws:lambda:us-east-1:111122223333:function:bench",
      startedMs: Date.now(),
      finishedMs: Date.now(),
      effort: call.effort(),
      loginsEffort: call.effort(),
    };
    const history = named
      ? emptyReport(sources)
      : { newest: async () => null, manifestAt: async () => null, decisions: async () => [] };
    const folder = `${REPORT_PREFIX}bench-${startedMs}/`;
    const {
      manifest: { rows, files },
    } = await publish(sources, facts, NO_DECISIONS, history, createS3Sink(s3, "bench", folder, call), () => {});
    const seconds = (performance.now() - startedMs) / 1000;
    const { user, system } = process.cpuUsage(before);
    const cpuSeconds = (user + system) / 1e6;
    // The process's own peak, page cache and the like left out.
    const peakMemoryMB = Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;
    return {
      rows: rows.total,
      bytes: files.reduce((total, file) => total + file.bytes, 0),
      seconds,
      cpuSeconds,
      peakMemoryMB,
    };
  };
}
