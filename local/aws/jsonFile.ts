import { createReadStream } from "node:fs";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

export interface JsonFileVisitor {
  /** A top-level member that is not an array. */
  value(key: string, value: unknown): void;
  /** One element of a top-level array, and where it stands: from one offset up to another, in bytes. */
  element(key: string, index: number, value: unknown, start: number, end: number): void;
  /** True for an array whose elements are not wanted, only where it stands. */
  skip(key: string): boolean;
  /** Where a skipped array stands: the offset of its `[` and the one after its `]`, in bytes. */
  skipped(key: string, start: number, end: number): void;
}

type Expectation =
  | "{"
  | "key or }"
  | "key"
  | ":"
  | "value"
  | "element or ]"
  | "element"
  | ", or ]"
  | ", or }"
  | "end of file";

/**
 * Reads a file that holds one JSON object, without ever holding more of it than one element of a top-level array:
 * JSON.parse ends at V8's longest string, 512 MB.
 */
export async function readJsonFile(path: string, visitor: JsonFileVisitor): Promise<void> {
  let expect = "{" as Expectation;
  let key = "";
  let index = 0;
  let arrayStart = 0;
  let skipping = false;
  // The key, value or element that is being read.
  let reading: "no" | "string" | "scalar" | "nested" = "no";
  let nesting = 0;
  let inString = false;
  let escaped = false;
  let earlier: Buffer[] = [];
  let offset = 0;

  const where = () =>
    key === "" ? "" : ` (${expect.includes("]") || expect === "element" ? `${key}[${index}]` : key})`;
  const unexpected = (at: number, got: string) => new Error(`byte ${at}${where()}: expected ${expect}, got ${got}`);

  const finish = (chunk: Buffer, start: number, end: number) => {
    reading = "no";
    const place = expect === "value" ? key : `${key}[${index}]`;
    let parsed: unknown;
    let length = 0;
    if (!skipping) {
      const bytes = Buffer.concat([...earlier, chunk.subarray(start, end)]);
      length = bytes.length;
      try {
        parsed = JSON.parse(bytes.toString("utf8"));
      } catch (error) {
        throw new Error(`byte ${offset + end}, ${place}: not valid JSON: ${(error as Error).message}`);
      }
    }
    earlier = [];
    if (expect === "key" || expect === "key or }") {
      key = parsed as string;
      expect = ":";
    } else if (expect === "value") {
      visitor.value(key, parsed);
      expect = ", or }";
    } else {
      if (!skipping) visitor.element(key, index, parsed, offset + end - length, offset + end);
      index += 1;
      expect = ", or ]";
    }
  };

  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) {
          inString = false;
          if (reading === "string") finish(chunk, start, i + 1);
        }
        continue;
      }
      if (reading === "nested") {
        if (byte === QUOTE) inString = true;
        else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) nesting += 1;
        else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
          nesting -= 1;
          if (nesting === 0) finish(chunk, start, i + 1);
        }
        continue;
      }
      if (reading === "scalar") {
        if (!isSpace(byte) && byte !== COMMA && byte !== CLOSE_ARRAY && byte !== CLOSE_OBJECT) continue;
        finish(chunk, start, i);
      }
      if (isSpace(byte)) continue;

      if (expect === "{" && byte === OPEN_OBJECT) expect = "key or }";
      else if ((expect === "key or }" || expect === ", or }") && byte === CLOSE_OBJECT) expect = "end of file";
      else if (expect === ", or }" && byte === COMMA) expect = "key";
      else if (expect === ":" && byte === COLON) expect = "value";
      else if (expect === ", or ]" && byte === COMMA) expect = "element";
      else if ((expect === "element or ]" || expect === ", or ]") && byte === CLOSE_ARRAY) {
        if (skipping) visitor.skipped(key, arrayStart, offset + i + 1);
        skipping = false;
        expect = ", or }";
      } else if (expect === "value" && byte === OPEN_ARRAY) {
        index = 0;
        arrayStart = offset + i;
        skipping = visitor.skip(key);
        expect = "element or ]";
      } else if (opensUnit(expect, byte)) {
        start = i;
        reading = byte === QUOTE ? "string" : byte === OPEN_OBJECT || byte === OPEN_ARRAY ? "nested" : "scalar";
        inString = byte === QUOTE;
        nesting = 1;
      } else {
        throw unexpected(offset + i, JSON.stringify(String.fromCharCode(byte)));
      }
    }
    if (reading !== "no" && !skipping) earlier.push(chunk.subarray(start));
    offset += chunk.length;
  }
  if (expect !== "end of file") throw unexpected(offset, "the end of the file");
}

function opensUnit(expect: Expectation, byte: number): boolean {
  if (expect === "key" || expect === "key or }") return byte === QUOTE;
  if (expect !== "value" && expect !== "element" && expect !== "element or ]") return false;
  return byte !== COMMA && byte !== COLON && byte !== CLOSE_ARRAY && byte !== CLOSE_OBJECT;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
