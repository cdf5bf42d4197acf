import { inflateRawSync } from "node:zlib";

/** The parts of a workbook, by name: read with Node's own means, not with the library that writes them. */
function entriesOf(bytes: Buffer): Map<string, Buffer> {
  const entries = new Map<string, Buffer>();
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06"));
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const local = bytes.readUInt32LE(at + 42);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(from, from + bytes.readUInt32LE(at + 20));
    entries.set(
      bytes.toString("utf8", at + 46, at + 46 + name),
      bytes.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed,
    );
    at += 46 + name + extra + comment;
  }
  return entries;
}

export const partsOf = (bytes: Buffer): string[] => [...entriesOf(bytes).keys()];

export const partOf = (bytes: Buffer, name: string): string => entriesOf(bytes).get(name)!.toString("utf8");

/** The texts of a workbook's one sheet, row by row; an empty text for an empty cell. */
export function textsIn(bytes: Buffer): string[][] {
  const rows = [...partOf(bytes, "xl/worksheets/sheet1.xml").matchAll(/<row r="\d+"[^>]*>(.*?)<\/row>/gs)];
  return rows.map(([, row]) =>
    [...row!.matchAll(/<c r="[A-Z]+\d+"[^>]*?(?:\/>|>(.*?)<\/c>)/gs)].map(([, cell]) =>
      (cell ?? "")
        .replace(/<[^>]+>/g, "")
        .replace(/_x([0-9A-F]{4})_/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
        .replaceAll("&lt;", "<")
        .replaceAll("&gt;", ">")
        .replaceAll("&amp;", "&"),
    ),
  );
}
