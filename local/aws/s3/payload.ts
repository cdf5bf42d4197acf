import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import * as zlib from "node:zlib";
import { AwsError, type Call } from "../call";

export interface Payload {
  readonly body: Buffer;
  /** The checksum that the client sent, by its header's name: `x-amz-checksum-crc32`. */
  readonly checksums: Readonly<Record<string, string>>;
}

const algorithms: Readonly<Record<string, (body: Buffer) => string>> = {
  "x-amz-checksum-crc32": crc32,
  "x-amz-checksum-sha1": (body) => createHash("sha1").update(body).digest("base64"),
  "x-amz-checksum-sha256": (body) => createHash("sha256").update(body).digest("base64"),
};

/** The body as the client meant it: out of its aws-chunked coding where it is in one, and checked against its checksums. */
export function readPayload(call: Call): Payload {
  const { headers } = call;
  const { body, trailers } = isChunked(headers) ? decodeChunks(call.body) : { body: call.body, trailers: {} };
  const decodedLength = headers["x-amz-decoded-content-length"];
  if (decodedLength !== undefined && Number(decodedLength) !== body.length) {
    throw new AwsError(
      "IncompleteBody",
      "You did not provide the number of bytes specified by the Content-Length HTTP header",
    );
  }
  if (headers["content-md5"] !== undefined && headers["content-md5"] !== md5(body).toString("base64")) {
    throw new AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
  const promised = headers["x-amz-trailer"];
  if (typeof promised === "string" && trailers[promised] === undefined) {
    throw new AwsError(
      "MalformedTrailerError",
      "The request contained trailing data that was not well-formed or did not conform to our published schema.",
    );
  }
  const sent = Object.entries({ ...headers, ...trailers }).filter(([name]) =>
    /^x-amz-checksum-(?!type|algorithm|mode)/.test(name),
  );
  const checksums: Record<string, string> = {};
  for (const [name, value] of sent) {
    const algorithm = algorithms[name];
    if (!algorithm) throw new AwsError("NotImplemented", `The local AWS does not implement s3 ${name}.`, 501);
    if (algorithm(body) !== value) {
      const what = name.replace("x-amz-checksum-", "").toUpperCase();
      throw new AwsError("BadDigest", `The ${what} you specified did not match the calculated checksum.`);
    }
    checksums[name] = String(value);
  }
  return { body, checksums };
}

export function md5(body: Buffer): Buffer {
  return createHash("md5").update(body).digest();
}

export function crc32(body: Buffer): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE((zlib as unknown as { crc32(data: Buffer): number }).crc32(body));
  return sum.toString("base64");
}

function isChunked(headers: IncomingHttpHeaders): boolean {
  const encodings = String(headers["content-encoding"] ?? "").split(/\s*,\s*/);
  return encodings.includes("aws-chunked") || String(headers["x-amz-content-sha256"]).startsWith("STREAMING-");
}

/** `<hex length>[;chunk-signature=…]\r\n<bytes>\r\n` until a length of 0, then the trailers. */
function decodeChunks(coded: Buffer): { body: Buffer; trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  let position = 0;
  const line = () => {
    const end = coded.indexOf("\r\n", position);
    if (end < 0) throw new AwsError("IncompleteBody", "The request body terminated unexpectedly");
    const text = coded.toString("latin1", position, end);
    position = end + 2;
    return text;
  };
  for (;;) {
    const length = Number.parseInt(line(), 16);
    if (!(position + length <= coded.length)) {
      throw new AwsError("IncompleteBody", "The request body terminated unexpectedly");
    }
    if (length === 0) break;
    chunks.push(coded.subarray(position, position + length));
    position += length + 2;
  }
  const trailers: Record<string, string> = {};
  while (position < coded.length) {
    const [, name, value] = /^([^:]+):\s*(.*)$/.exec(line()) ?? [];
    if (name) trailers[name.toLowerCase()] = value ?? "";
  }
  return { body: Buffer.concat(chunks), trailers };
}
