import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { heapFlags } from "../local/deployment/heapFlags";
import type { PublishFigures } from "./publisher";

export type { PublishFigures } from "./publisher";

/** An S3 that takes everything and keeps nothing, so that its own work is not measured. */
export async function withS3(): Promise<{ endpoint: string; close(): void }> {
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    const create = request.method === "POST" && request.url?.includes("uploads");
    response.setHeader("etag", '"0"');
    response.end(
      create ? "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>" : "<Done/>",
    );
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  };
}

/**
 * Publishes once in a process of its own, which has the heap that Lambda gives a function of that memory.
 *
 * @param size see `createPublisher`
 */
export async function publishIn(
  form: "serialised" | "source",
  endpoint: string,
  size: string,
  memoryMiB: number,
): Promise<PublishFigures> {
  const script = resolve(__dirname, "publishIn.js");
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...heapFlags(memoryMiB),
    ...[script, form, endpoint, size],
  ]);
  return JSON.parse(stdout);
}
