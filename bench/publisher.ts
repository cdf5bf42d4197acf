import { readFileSync } from "node:fs";
import { S3Client } from "@aws-sdk/client-s3";
import { createCaller } from "../handlers/aws/aws";
import { createS3Sink, REPORT_PREFIX } from "../handlers/bucket/bucket";
import { publish } from "../handlers/files/files";
import { sourcesOf } from "./sources";

export interface PublishFigures {
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly peakMemoryMB: number;
}

/** A factory, so that it can be serialised as the handler is: publishes made-up sources to a bucket and measures itself. */
export function createPublisher() {
  /** @param endpoint of an S3 with a bucket `bench`; @param accounts rows ÷ 5,000 */
  return async (endpoint: string, accounts: number): Promise<PublishFigures> => {
    const s3 = new S3Client({
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
      maxAttempts: 1,
    });
    const call = createCaller({ requestsPerSecond: 15, signal: new AbortController().signal });
    const sources = sourcesOf(accounts);
    const startedMs = performance.now();
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
    const history = { newest: async () => null, decisions: async () => null };
    const folder = `${REPORT_PREFIX}bench-${startedMs}-${accounts}/`;
    const {
      manifest: { rows, files },
    } = await publish(sources, facts, history, createS3Sink(s3, "bench", folder, call), () => {});
    const seconds = (performance.now() - startedMs) / 1000;
    // The process's own peak, page cache and the like left out.
    const peakMemoryMB = Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;
    return { rows: rows.total, bytes: files.reduce((total, file) => total + file.bytes, 0), seconds, peakMemoryMB };
  };
}
