import { once } from "node:events";
import { createInflateRaw } from "node:zlib";

/** An entry of a ZIP archive, as its directory says. */
interface Entry {
  readonly name: string;
  readonly encrypted: boolean;
  readonly packed: Buffer;
  readonly deflated: boolean;
}

/** For a person: what is wrong with the file that they returned. */
export function unreadable(message: string): Error {
  return Object.assign(new Error(message), { name: "UnreadableSheet" });
}

/**
 * Throws unless the archive is a workbook without macros that may be unpacked: what it says of its sizes is not believed, each entry is unpacked
 * once to be counted, and nothing of it is kept. The library would unpack up to 2 GB of each.
 *
 * @returns how many bytes it unpacks to
 */
export async function checkArchive(bytes: Buffer, mostUnpacked: number): Promise<number> {
  const entries = entriesOf(bytes);
  const names = entries.map(({ name }) => name.toLowerCase());
  if (entries.some(({ encrypted }) => encrypted)) throw unreadable("It is encrypted: save it without a password.");
  if (names.some((name) => name.endsWith("vbaproject.bin"))) {
    throw unreadable("It has macros, which are not looked at: save it as .xlsx, without them.");
  }
  if (!names.includes("[content_types].xml")) throw unreadable("It is an archive, but no workbook: save it as .xlsx.");
  let unpacked = 0;
  for (const { deflated, packed } of entries) {
    unpacked += deflated ? await inflatedSize(packed, mostUnpacked - unpacked) : packed.length;
    if (unpacked > mostUnpacked) {
      throw unreadable(`It unpacks to more than the ${mostUnpacked} bytes that are left of what all files may have.`);
    }
  }
  return unpacked;
}

/** How much it inflates to; where that is more than `most`, any number above. */
async function inflatedSize(packed: Buffer, most: number): Promise<number> {
  const inflate = createInflateRaw();
  let size = 0;
  inflate.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > most) inflate.destroy();
  });
  const ended = once(inflate, "close");
  const failed = once(inflate, "error").then(([error]) => {
    throw unreadable(`It is damaged: ${(error as Error).message}.`);
  });
  failed.catch(() => {});
  inflate.end(packed);
  await Promise.race([ended, failed]);
  return size;
}

/** https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, without ZIP64, which no workbook of this size has. */
export function entriesOf(bytes: Buffer, most = 5_000): Entry[] {
  const damaged = () => unreadable("It is no archive as workbooks are, or a damaged one: save it as .xlsx again.");
  const end = bytes.lastIndexOf("PK\x05\x06", undefined, "latin1");
  if (end === -1 || end + 22 > bytes.length) throw damaged();
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  if (count > most) throw damaged();
  const entries: Entry[] = [];
  for (let index = 0; index < count; index++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50) throw damaged();
    const length = bytes.readUInt16LE(at + 28);
    const local = bytes.readUInt32LE(at + 42);
    if (local + 30 > bytes.length || bytes.readUInt32LE(local) !== 0x04034b50) throw damaged();
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    entries.push({
      name: bytes.toString("utf8", at + 46, at + 46 + length),
      encrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
      packed: bytes.subarray(from, from + bytes.readUInt32LE(at + 20)),
      deflated: bytes.readUInt16LE(at + 10) !== 0,
    });
    at += 46 + length + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}
