import { once } from "node:events";
import { createInflateRaw } from "node:zlib";

/** A part of a workbook, as the archive's directory says, which is what spreadsheets go by. */
export interface Part {
  readonly name: string;
  readonly size: number;
  readonly packed: Buffer;
}

/** The parts of a ZIP archive, in the order of its directory. Throws where it is none that this program writes: packed parts, without ZIP64. */
export function partsOf(archive: Buffer): Part[] {
  const at = (place: number, length: number) => {
    if (place + length > archive.length) throw new Error("is no whole archive");
    return place;
  };
  const end = archive.length - 22; // without a comment
  if (end < 0 || archive.readUInt32LE(end) !== 0x06054b50) throw new Error("is no whole archive");
  const parts: Part[] = [];
  let place = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at(place, 46)) !== 0x02014b50 || archive.readUInt16LE(place + 10) !== 8)
      throw new Error("has a directory that this program does not write");
    const length = archive.readUInt16LE(place + 28);
    const packed = archive.readUInt32LE(place + 20);
    const local = at(archive.readUInt32LE(place + 42), 30);
    const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    parts.push({
      name: archive.toString("utf8", at(place + 46, length), place + 46 + length),
      size: archive.readUInt32LE(place + 24),
      packed: archive.subarray(at(from, packed), from + packed),
    });
    place += 46 + length + archive.readUInt16LE(place + 30) + archive.readUInt16LE(place + 32);
  }
  return parts;
}

/** What a part unpacks to, piece by piece. Throws where it is damaged, or has another size than the directory says. */
export async function* unpacked({ size, packed }: Part): AsyncGenerator<Buffer, void, undefined> {
  const inflate = createInflateRaw();
  const closed = once(inflate, "close").catch(() => {});
  inflate.end(packed);
  let length = 0;
  for await (const piece of inflate) {
    length += (piece as Buffer).length;
    if (length > size) throw new Error(`has a part of more than the ${size} bytes that its directory says`);
    yield piece as Buffer;
  }
  await closed;
  if (length !== size) throw new Error(`has a part of ${length} bytes, its directory says ${size}`);
}
