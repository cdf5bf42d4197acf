import { textOfCell } from "./cellText";

/** Tells of each record whether it stands where it belongs. */
export type RowOrder = (record: readonly string[]) => boolean;

/**
 * Checks that records are sorted by some of their cells, in code-unit order, equal ones allowed. The order is that of the raw values,
 * and in reports of 0.1 a cell tells its raw value only up to one doubt: `'=x` is what `=x` is written as, and also what `'=x` is. So a record
 * is in order if it can be, with every record before it read in the way that leaves most room.
 *
 * @param keys indexes of the cells to sort by
 */
export function createRowOrder(keys: readonly number[]): RowOrder {
  let last: readonly string[] | null = null;
  return (record) => {
    const readings = readingsOf(keys.map((key) => record[key] ?? ""));
    const before = last;
    const fitting = before === null ? readings[0] : readings.find((reading) => compare(reading, before) >= 0);
    last = fitting ?? readings[0]!;
    return fitting !== undefined;
  };
}

/** All that the cells may have been before a `'` was put into them, least first. */
function readingsOf(cells: readonly string[]): (readonly string[])[] {
  if (!cells.some((cell) => cell.includes("'"))) return [cells];
  let readings: string[][] = [[]];
  for (const cell of cells) {
    const values = [...new Set([cell, textOfCell(cell)])];
    readings = readings.flatMap((reading) => values.map((value) => [...reading, value]));
  }
  return readings.sort(compare);
}

function compare(one: readonly string[], other: readonly string[]): number {
  for (const [index, value] of one.entries()) {
    if (value !== other[index]) return value < other[index]! ? -1 : 1;
  }
  return 0;
}
