import { isUtf8 } from "node:buffer";
import { reportError } from "../../errors";
import { createCellReader } from "./cell";
import { utf8Of } from "./encoding";
import { findHeader } from "./header";

/** The records of a CSV file, some at a time. */
export interface CsvReader {
  /** The cells of the next records, in order, never an empty list; `null` after the last. */
  next(): Promise<string[][] | null>;
  /** How many rows of a spreadsheet stand above the first record; known once that was given. */
  rowsAbove(): number;
  /** Gives up what was not read. */
  close(): Promise<void>;
}

/**
 * Reads what `createCsvWriter` writes, and what a spreadsheet makes of it: in UTF-8 or in UTF-16 with its mark, with commas, semicolons or
 * tabs, lines that end in CRLF, LF or CR; blank lines are passed over. Cells come raw: each `'` that the writer puts before a formula is
 * taken off.
 *
 * A reader of its own because the maintained one, csv-parse 7, takes four times as long: docs/adr/0002-csv-reader.md.
 *
 * @param headerCell a column, in lower case, by which the header is known among lines that people have put above it; without it the
 * first line is the header
 * @param keepBlank gives blank lines, too, as records without cells, so that rows can be counted as a spreadsheet does
 */
export function createCsvReader(chunks: AsyncIterable<Buffer>, headerCell = "", keepBlank = false): CsvReader {
  const LONGEST_RECORD = 1024 * 1024; // a quote that never closes must not gather the whole file
  const HEAD_BYTES = 64 * 1024; // in which the header must begin
  const CR = 13;
  const QUOTE = 34;
  const fail = reportError;
  const utf8 = isUtf8;
  const readCell = createCellReader();
  const source = utf8Of(chunks);
  let started = false;
  let separator = ",";
  let lineEnd = "\n";
  let record = 0;
  let rowsAbove = 0;
  /** Bytes after the last line end, and text of a record whose last cell goes on over line ends. */
  let partialLine: Buffer[] = [];
  let partialRecord = "";

  const refuse = (what: string) =>
    fail("UnreadableCsv", `Record ${record + 1} ${what}. Expected CSV as this program writes it, in UTF-8.`);

  /** The record that begins at `at` and has a quote in its first line; `null` where its end is not in the text. */
  const quotedRecord = (text: string, at: number, last: boolean): { cells: string[]; end: number } | null => {
    const cells: string[] = [];
    let position = at;
    for (;;) {
      if (text.charCodeAt(position) === QUOTE) {
        let cell = "";
        let from = position + 1;
        let close = text.indexOf('"', from);
        while (close !== -1 && text.charCodeAt(close + 1) === QUOTE) {
          cell += text.slice(from, close + 1);
          from = close + 2;
          close = text.indexOf('"', from);
        }
        if (close === -1) {
          if (last) throw refuse("has a quote that does not close");
          return null;
        }
        cells.push(cell + text.slice(from, close));
        position = close + 1;
        if (lineEnd === "\n" && text.startsWith("\r\n", position)) position++;
        const next = text.charAt(position);
        if (next !== separator && next !== lineEnd && next !== "") throw refuse("has text after a closing quote");
      } else {
        let endOfLine = text.indexOf(lineEnd, position);
        if (endOfLine === -1) endOfLine = text.length;
        const cellEnd = text.indexOf(separator, position);
        const end = cellEnd !== -1 && cellEnd < endOfLine ? cellEnd : endOfLine;
        const bare = end === endOfLine && text.charCodeAt(end - 1) === CR && end > position ? end - 1 : end;
        cells.push(text.slice(position, bare));
        position = end;
      }
      if (text.charAt(position) !== separator) return { cells, end: position };
      position++;
    }
  };

  /** The records of a text that ends where a line does; a record that goes on is kept. */
  const recordsOf = (text: string, last: boolean): string[][] => {
    const records: string[][] = [];
    let at = 0;
    let quote = text.indexOf('"');
    let apostrophe = text.indexOf("'");
    while (at < text.length) {
      let end = text.indexOf(lineEnd, at);
      if (end === -1) end = text.length;
      if (quote !== -1 && quote < at) quote = text.indexOf('"', at);
      if (apostrophe !== -1 && apostrophe < at) apostrophe = text.indexOf("'", at);
      let cells: string[];
      if (quote === -1 || quote > end) {
        const bare = end > at && text.charCodeAt(end - 1) === CR ? end - 1 : end;
        cells = bare > at ? text.slice(at, bare).split(separator) : [];
      } else {
        const found = quotedRecord(text, at, last);
        if (found === null) break;
        cells = found.cells;
        end = found.end;
      }
      if (cells.length > 0 || keepBlank) {
        records.push(apostrophe === -1 || apostrophe > end ? cells : cells.map(readCell));
        record++;
      }
      at = end + 1;
    }
    partialRecord = text.slice(at);
    if (partialRecord.length > LONGEST_RECORD) throw refuse(`is longer than ${LONGEST_RECORD} characters`);
    return records;
  };

  const decode = (bytes: Buffer): string => {
    if (!utf8(bytes)) throw refuse("or one soon after it is not UTF-8");
    return bytes.toString("utf8");
  };

  /** The file from its header on, in pieces; finds out what it is written with from the first of them. */
  const nextChunk = async (): Promise<Buffer | null> => {
    if (started) return (await source.next()).value ?? null;
    started = true;
    const pieces: Buffer[] = [];
    for (let bytes = 0; bytes < HEAD_BYTES; ) {
      const { value: piece } = await source.next();
      if (!piece) break;
      pieces.push(piece);
      bytes += piece.length;
    }
    const head = Buffer.concat(pieces);
    const form = findHeader(head.subarray(0, HEAD_BYTES).toString("latin1"), headerCell);
    if (form.hasNul) throw refuse("has zero bytes: the file is no text, or UTF-16 without its mark");
    separator = form.separator;
    lineEnd = form.lineEnd;
    rowsAbove = form.rowsAbove;
    return head.subarray(form.at);
  };

  return {
    async next() {
      for (;;) {
        const chunk = await nextChunk();
        if (chunk === null) {
          const rest = decode(Buffer.concat(partialLine));
          partialLine = [];
          const records = recordsOf(partialRecord + rest, true);
          return records.length > 0 ? records : null;
        }
        const lastLineEnd = chunk.lastIndexOf(lineEnd);
        if (lastLineEnd === -1) {
          partialLine.push(chunk);
          if (partialLine.reduce((sum, { length }) => sum + length, 0) > LONGEST_RECORD)
            throw refuse(`is longer than ${LONGEST_RECORD} characters`);
          continue;
        }
        const lines = Buffer.concat([...partialLine, chunk.subarray(0, lastLineEnd + 1)]);
        partialLine = lastLineEnd + 1 < chunk.length ? [chunk.subarray(lastLineEnd + 1)] : [];
        const records = recordsOf(partialRecord + decode(lines), false);
        if (records.length > 0) return records;
      }
    },
    rowsAbove: () => rowsAbove,
    async close() {
      await source.return();
    },
  };
}
