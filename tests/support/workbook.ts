import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";

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

/** The texts of a workbook's first sheet, row by row, whoever has written it; an empty text for an empty cell. */
export function textsIn(bytes: Buffer): string[][] {
  const shared = partsOf(bytes).includes("xl/sharedStrings.xml") ? partOf(bytes, "xl/sharedStrings.xml") : "";
  const strings = [...shared.matchAll(/<si>(.*?)<\/si>/gs)].map(([, text]) => textOf(text!));
  const rows = [...partOf(bytes, "xl/worksheets/sheet1.xml").matchAll(/<row r="\d+"[^>]*>(.*?)<\/row>/gs)];
  const numberOf = (letters: string) =>
    [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  const header = [...rows[0]![1]!.matchAll(/<c r="([A-Z]+)1"/g)].map(([, letters]) => letters!);
  const width = numberOf(header.at(-1)!) + 1;
  return rows.map(([, row]) => {
    const texts: string[] = Array(width).fill("");
    for (const [cell, letters, inner = ""] of row!.matchAll(/<c r="([A-Z]+)\d+"[^>]*?(?:\/>|>(.*?)<\/c>)/gs)) {
      texts[numberOf(letters!)] = /^[^>]* t="s"/.test(cell) ? strings[Number(textOf(inner))]! : textOf(inner);
    }
    return texts;
  });
}

function textOf(xml: string): string {
  return xml
    .replace(/<[^>]+>/g, "")
    .replaceAll("\r\n", "\n")
    .replace(/&#(x?)([0-9a-f]+);/gi, (_, hex, code) => String.fromCodePoint(Number.parseInt(code, hex ? 16 : 10)))
    .replace(/_x([0-9A-Fa-f]{4})_/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}

/** An archive of these entries, packed. */
export function zipOf(entries: Readonly<Record<string, string | Buffer>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(entries)) {
    const bytes = Buffer.from(content as string);
    const packed = deflateRawSync(bytes);
    const sizes = Buffer.alloc(16);
    sizes.writeUInt32LE(crc32(bytes), 0);
    sizes.writeUInt32LE(packed.length, 4);
    sizes.writeUInt32LE(bytes.length, 8);
    sizes.writeUInt16LE(name.length, 12);
    const common = Buffer.concat([Buffer.from("14000000080000002100", "hex"), sizes]);
    const local = Buffer.concat([Buffer.from("504b0304", "hex"), common, Buffer.from(name), packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    directory.push(Buffer.from("504b01021400", "hex"), common, place, Buffer.from(name));
    parts.push(local);
    at += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(Object.keys(entries).length, 8);
  end.writeUInt16LE(Object.keys(entries).length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, central, end]);
}

type CellOf = string | number | boolean | Date;

/** A workbook as a spreadsheet saves it, made by hand: its sheets' rows, with shared strings or with strings in their cells. */
export function sheetOf(
  sheets: readonly (readonly (readonly CellOf[])[])[],
  { shared = false, before = "", row: raw = "" } = {},
): Buffer {
  const strings: string[] = [];
  const escaped = (text: string) => (text === "&e;" ? text : text.replaceAll("&", "&amp;").replaceAll("<", "&lt;"));
  const cell = (value: CellOf): string => {
    if (value instanceof Date) return `<c s="1"><v>${value.getTime() / 86_400_000 + 25_569}</v></c>`;
    if (typeof value === "number") return `<c><v>${value}</v></c>`;
    if (typeof value === "boolean") return `<c t="b"><v>${Number(value)}</v></c>`;
    if (shared) return `<c t="s"><v>${strings.push(value) - 1}</v></c>`;
    return `<c t="inlineStr"><is><t>${escaped(value)}</t></is></c>`;
  };
  const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const bodies = sheets.map((rows) => {
    const lines = rows.map((cells, at) => `<row r="${at + 1}">${cells.map(cell).join("")}</row>`).join("");
    return `${before}<worksheet xmlns="${main}"><sheetData>${lines}${raw && `<row r="1">${raw}</row>`}</sheetData></worksheet>`;
  });
  const numbers = sheets.map((_, at) => at + 1);
  const related = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${relationships}/${type}" Target="${target}"/>`;
  const inPackage = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"';
  return zipOf({
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "_rels/.rels": `<Relationships ${inPackage}>${related("rId1", "officeDocument", "xl/workbook.xml")}</Relationships>`,
    "xl/workbook.xml": `<workbook xmlns="${main}" xmlns:r="${relationships}"><sheets>${numbers.map((at) => `<sheet name="S${at}" sheetId="${at}" r:id="rId${at}"/>`).join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships ${inPackage}>${numbers.map((at) => related(`rId${at}`, "worksheet", `worksheets/sheet${at}.xml`)).join("")}${related("rId90", "styles", "styles.xml")}${related("rId91", "sharedStrings", "sharedStrings.xml")}</Relationships>`,
    "xl/styles.xml": `<styleSheet xmlns="${main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
    "xl/sharedStrings.xml": `<sst xmlns="${main}">${strings.map((text) => `<si><t>${escaped(text)}</t></si>`).join("")}</sst>`,
    ...Object.fromEntries(bodies.map((body, at) => [`xl/worksheets/sheet${at + 1}.xml`, body])),
  });
}
