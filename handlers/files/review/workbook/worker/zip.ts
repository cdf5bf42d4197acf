import { once } from "node:events";
import { crc32, createDeflateRaw } from "node:zlib";

/** An archive without ZIP64: no entry, and no archive, may be larger. */
const MOST_BYTES = 0xffff_ffff;

/** 1 January 1980, the first day that an archive knows: the same content gives the same bytes. */
const DATE = 0x21;

/** Entries are packed, and their sizes follow them, since nobody knows them before. */
const FLAGS = 0x0808; // with a descriptor behind it, its name in UTF-8
const DEFLATED = 8;
const VERSION = 20;

/**
 * Writes a ZIP archive, entry after entry, without holding more of it than nobody has taken yet:
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function createZip() {
  let ready: Buffer[] = [];
  let at = 0;
  const directory: Buffer[] = [];

  function put(bytes: Buffer): void {
    ready.push(bytes);
    at += bytes.length;
    if (at > MOST_BYTES) throw new Error("It has more than 4 GB.");
  }

  /** What the directory and the entry itself both say, from the version on. */
  function facts(crc: number, packed: number, size: number, nameLength: number): Buffer {
    const bytes = Buffer.alloc(26);
    bytes.writeUInt16LE(VERSION, 0);
    bytes.writeUInt16LE(FLAGS, 2);
    bytes.writeUInt16LE(DEFLATED, 4);
    bytes.writeUInt16LE(DATE, 8);
    bytes.writeUInt32LE(crc, 10);
    bytes.writeUInt32LE(packed, 14);
    bytes.writeUInt32LE(size, 18);
    bytes.writeUInt16LE(nameLength, 22);
    return bytes;
  }

  /** Begins an entry. The one before must have ended. */
  function entry(name: string) {
    const from = at;
    const deflate = createDeflateRaw();
    const nameBytes = Buffer.from(name, "utf8");
    let crc = 0;
    let size = 0;
    let packed = 0;
    put(Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), facts(0, 0, 0, nameBytes.length), nameBytes]));
    deflate.on("data", (chunk: Buffer) => {
      packed += chunk.length;
      put(chunk);
    });
    return {
      /** How many bytes it has, unpacked. */
      size: () => size,
      async write(content: Buffer): Promise<void> {
        crc = crc32(content, crc);
        size += content.length;
        if (size > MOST_BYTES) throw new Error("A sheet has more than 4 GB.");
        if (!deflate.write(content)) await once(deflate, "drain");
      },
      async end(): Promise<void> {
        const ended = once(deflate, "end");
        deflate.end();
        await ended;
        const descriptor = Buffer.alloc(16);
        descriptor.write("PK\x07\x08", "latin1");
        descriptor.writeUInt32LE(crc, 4);
        descriptor.writeUInt32LE(packed, 8);
        descriptor.writeUInt32LE(size, 12);
        put(descriptor);
        const place = Buffer.alloc(14);
        place.writeUInt32LE(from, 10);
        const start = Buffer.from("PK\x01\x02\x14\x00", "latin1");
        directory.push(start, facts(crc, packed, size, nameBytes.length), place, nameBytes);
      },
    };
  }

  return {
    entry,
    /** What is written since this was last asked. */
    take(): Buffer {
      const bytes = Buffer.concat(ready);
      ready = [];
      return bytes;
    },
    /** Ends the archive, once its last entry has ended. */
    end(): void {
      const entries = directory.length / 4;
      const length = directory.reduce((sum, bytes) => sum + bytes.length, 0);
      const end = Buffer.alloc(22);
      end.write("PK\x05\x06", "latin1");
      end.writeUInt16LE(entries, 8);
      end.writeUInt16LE(entries, 10);
      end.writeUInt32LE(length, 12);
      end.writeUInt32LE(at, 16);
      for (const bytes of directory) put(bytes);
      put(end);
    },
  };
}
