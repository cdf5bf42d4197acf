import { isUtf8 } from "node:buffer";
import { reportError } from "../../errors";
import { createCsvReader } from "../csv/csv";
import { createSheetLines, type SheetFindings } from "./sheetLines";

/** What a returned CSV file says, and what had to be guessed to read it. */
export interface CsvFindings {
  readonly findings: SheetFindings;
  readonly note: string | null;
}

/**
 * Reads a CSV file as spreadsheets make them: in UTF-8 or UTF-16, with a mark or where it can be told without one, or in Windows' Latin letters;
 * with commas, semicolons or tabs, CRLF, LF or CR, a `sep=` line and titles above the header. Throws `UnreadableSheet` or `UnreadableCsv`.
 */
export async function readCsvSheet(bytes: Buffer): Promise<CsvFindings> {
  const { text, note } = utf8TextOf(bytes);
  const lines = createSheetLines();
  const reader = createCsvReader(piecesOf(text), "decision", true);
  let row = 0;
  for (let records = await reader.next(); records !== null; records = await reader.next()) {
    if (row === 0) row = reader.rowsAbove();
    for (const cells of records) lines.add(++row, cells);
  }
  return { findings: lines.findings(), note };
}

/** In pieces, each of which is held a few times over while it is read. */
async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  const PIECE = 1024 * 1024;
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

/** The same text in UTF-8, without a mark. */
function utf8TextOf(bytes: Buffer): { text: Buffer; note: string | null } {
  const mark = bytes.toString("hex", 0, 3);
  if (mark === "efbbbf") return { text: bytes.subarray(3), note: null };
  if (mark.startsWith("fffe")) return { text: fromUtf16(bytes.subarray(2), false), note: null };
  if (mark.startsWith("feff")) return { text: fromUtf16(bytes.subarray(2), true), note: null };
  // Our header is ASCII: in UTF-16 every second byte of it is zero.
  const head = bytes.subarray(0, 64);
  const zeros = (from: number) => head.filter((byte, at) => at % 2 === from && byte === 0).length;
  if (zeros(1) > head.length / 4) return { text: fromUtf16(bytes, false), note: null };
  if (zeros(0) > head.length / 4) return { text: fromUtf16(bytes, true), note: null };
  if (isUtf8(bytes)) return { text: bytes, note: null };
  if (bytes.includes(0)) throw reportError("UnreadableSheet", "It is no text.");
  return {
    text: Buffer.from(new TextDecoder("windows-1252").decode(bytes), "utf8"),
    note: 'It is not in UTF-8. Letters beyond A to Z were taken for those of Western Windows: if they came out wrong, save it as "CSV UTF-8".',
  };
}

function fromUtf16(bytes: Buffer, bigEndian: boolean): Buffer {
  const even = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  const text = (bigEndian ? even.swap16() : even).toString("utf16le");
  if (/\p{Surrogate}/u.test(text)) throw reportError("UnreadableSheet", "It is marked as UTF-16, but is not.");
  return Buffer.from(text, "utf8");
}
