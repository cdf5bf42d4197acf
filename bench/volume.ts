import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { memoryMiB } from "../components/limits";
import { heapFlags } from "../local/deployment/heapFlags";
import type { PublishFigures } from "./publisher";

const ACCOUNTS = [20, 60, 200];

/**
 * From the join to the last S3 part, in a process of its own: serialised as Lambda runs it, and as it stands in the source. S3 is a
 * server that takes everything and keeps nothing, so that its own work is not measured.
 */
export async function* volume(): AsyncGenerator<object> {
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    const create = request.method === "POST" && request.url?.includes("uploads");
    response.setHeader("etag", '"0"');
    response.end(
      create ? "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>" : "<Done/>",
    );
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    for (const accounts of ACCOUNTS) {
      const serialised = await publishIn("serialised", endpoint, accounts);
      const source = await publishIn("source", endpoint, accounts);
      yield {
        rows: serialised.rows,
        bytes: serialised.bytes,
        seconds: round(serialised.seconds),
        rowsPerSecond: Math.round(serialised.rows / serialised.seconds),
        peakMemoryMB: Math.round(serialised.peakMemoryMB),
        secondsNotSerialised: round(source.seconds),
        serialisedToSource: round(serialised.seconds / source.seconds),
      };
    }
  } finally {
    server.close();
  }
}

/** The median of three runs by time; the highest peak. */
async function publishIn(form: "serialised" | "source", endpoint: string, accounts: number): Promise<PublishFigures> {
  const runs: PublishFigures[] = [];
  for (let run = 0; run < 3; run++) {
    const script = resolve(__dirname, "publishIn.js");
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...heapFlags(memoryMiB),
      ...[script, form, endpoint, String(accounts)],
    ]);
    runs.push(JSON.parse(stdout));
  }
  runs.sort((a, b) => a.seconds - b.seconds);
  return { ...runs[1]!, peakMemoryMB: Math.max(...runs.map((each) => each.peakMemoryMB)) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
