import { crc32, createInflateRaw } from "node:zlib";

const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;

/**
 * Takes a gzip file apart into its one member (RFC 1952) and what is left over. Node's own gunzip reads members one after the other as
 * one text and passes over what follows, which is just what is to be found here.
 */
export function createGzipMember() {
  const inflate = createInflateRaw();
  let header = Buffer.alloc(0);
  let trailer = Buffer.alloc(0);
  let bytes = 0;
  let outputBytes = 0;
  let outputCrc = 0;

  function checkHeader(): void {
    // The two bytes of gzip, deflate, and no flag: neither a name nor anything else before the data.
    if (header.toString("hex", 0, 4) !== "1f8b0800") inflate.destroy(new Error("it does not begin as a gzip file"));
  }

  return {
    inflate,
    /** Takes the file's next bytes, and gives those of them that `inflate` is to get. */
    take(next: Buffer): Buffer {
      const missing = HEADER_BYTES - header.length;
      bytes += next.length;
      trailer = Buffer.concat([trailer, next.subarray(-TRAILER_BYTES)]).subarray(-TRAILER_BYTES);
      if (missing <= 0) return next;
      header = Buffer.concat([header, next.subarray(0, missing)]);
      if (header.length === HEADER_BYTES) checkHeader();
      return next.subarray(missing);
    },
    /** What the member holds. */
    async *output(): AsyncGenerator<Buffer> {
      for await (const piece of inflate as AsyncIterable<Buffer>) {
        outputBytes += piece.length;
        outputCrc = crc32(piece, outputCrc);
        yield piece;
      }
    },
    /** What is wrong with the file around the member's data, once all was taken and read; `null` where nothing is. */
    damage(): string | null {
      const left = bytes - HEADER_BYTES - inflate.bytesWritten - TRAILER_BYTES;
      if (left < 0) return "ends before its gzip checksum does";
      if (left > 0) {
        return `has ${left} bytes after its first gzip member; many readers stop there, and would miss rows`;
      }
      const intact = trailer.readUInt32LE(0) === outputCrc && trailer.readUInt32LE(4) === outputBytes % 2 ** 32;
      return intact ? null : "has another content than its gzip checksum says";
    },
  };
}
