import { reportError } from "../../errors";

/**
 * A text file as UTF-8, whichever encoding its byte order mark tells: UTF-16 is turned into UTF-8, all else is passed on as it is, the mark
 * left out.
 */
export async function* utf8Of(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const malformed = () =>
    reportError(
      "UnreadableCsv",
      "The file is marked as UTF-16, but is not. Expected CSV in UTF-8, or in UTF-16 with its mark.",
    );
  let encoding: "utf-8" | "utf-16le" | "utf-16be" | null = null;
  /** Bytes that say nothing without those that follow: of a mark, or of a character. */
  let held: Buffer = Buffer.alloc(0);

  const decoded = (bytes: Buffer): Buffer => {
    const text = (encoding === "utf-16be" ? Buffer.from(bytes).swap16() : bytes).toString("utf16le");
    if (/\p{Surrogate}/u.test(text)) throw malformed();
    return Buffer.from(text, "utf8");
  };

  for await (const chunk of chunks) {
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    if (encoding === null && bytes.length < 3) {
      held = bytes;
      continue;
    }
    let from = 0;
    if (encoding === null) {
      const mark = bytes.toString("hex", 0, 3);
      encoding = mark.startsWith("fffe") ? "utf-16le" : mark.startsWith("feff") ? "utf-16be" : "utf-8";
      from = encoding !== "utf-8" ? 2 : mark === "efbbbf" ? 3 : 0;
    }
    if (encoding === "utf-8") {
      held = Buffer.alloc(0);
      yield bytes.subarray(from);
      continue;
    }
    let to = bytes.length - ((bytes.length - from) % 2);
    const lastUnit =
      to - 2 < from ? 0 : encoding === "utf-16be" ? bytes.readUInt16BE(to - 2) : bytes.readUInt16LE(to - 2);
    if (lastUnit >= 0xd800 && lastUnit < 0xdc00) to -= 2; // its second half is in the next chunk
    held = Buffer.from(bytes.subarray(to));
    if (to > from) yield decoded(bytes.subarray(from, to));
  }
  if (encoding === null && held.length > 0) yield held;
  else if (held.length > 0) throw malformed();
}
