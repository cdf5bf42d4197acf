/** How a CSV file is written, and where it begins. */
export interface CsvForm {
  /** Where the header is, in bytes. */
  readonly at: number;
  /** How many rows a spreadsheet shows above it. */
  readonly rowsAbove: number;
  readonly separator: string;
  readonly lineEnd: "\n" | "\r";
  /** Whether the first line has a zero byte, as no text in UTF-8 has there. */
  readonly hasNul: boolean;
}

/**
 * Finds the header of a CSV file: the first line that has a certain column, whichever separates it; else the first line, with the
 * one of comma, semicolon and tab that it has most of. A line `sep=;` above it, with which Excel is told the separator, is obeyed.
 *
 * @param head how the file begins, each byte a character
 * @param column in lower case; empty for whichever
 */
export function findHeader(head: string, column: string): CsvForm {
  const separators = [",", ";", "\t"];
  let first: CsvForm | null = null;
  let at = 0;
  let rowsAbove = 0;
  for (const end of head.matchAll(/\r\n|\r|\n|$/g)) {
    const line = head.slice(at, end.index);
    const lineEnd = end[0] === "\r" ? "\r" : "\n";
    if (first === null) {
      const cells = (separator: string) => line.split(separator).length;
      const separator = separators.reduce((best, other) => (cells(other) > cells(best) ? other : best));
      first = { at, rowsAbove: 0, separator, lineEnd, hasNul: line.includes("\0") };
    }
    if (column === "") break;
    const declared = /^"?sep=(.)"?$/i.exec(line)?.[1];
    if (declared !== undefined) separators.unshift(declared);
    for (const separator of separators) {
      const cells = line.split(separator).map((cell) => cell.replaceAll('"', "").trim().toLowerCase());
      if (cells.includes(column)) return { at, rowsAbove, separator, lineEnd, hasNul: first.hasNul };
    }
    if (declared === undefined) rowsAbove++;
    at = end.index + end[0].length;
  }
  return first!;
}
