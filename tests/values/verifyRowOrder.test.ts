import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { textOfCell } from "../../cli/verify/cellText";
import { createCsvCheck } from "../../cli/verify/csvCheck";
import { createRowOrder } from "../../cli/verify/rowOrder";
import { createProblems } from "../../cli/verify/verdict";
import { createCsvWriter } from "../../handlers/files/csv/writer";
import { REVIEW_COLUMNS } from "../../handlers/files/review/review";

/** Whether each record is in order, by all of its cells. */
function inOrder(records: string[][]): boolean[] {
  const order = createRowOrder(records[0]?.map((_, index) => index) ?? []);
  return records.map((record) => order(record));
}

test.each<[string, string[][], boolean[]]>([
  [
    "in order",
    [
      ["a", "b"],
      ["a", "c"],
      ["b", "a"],
    ],
    [true, true, true],
  ],
  ["equal ones", [["a"], ["a"]], [true, true]],
  ["one out of order", [["a"], ["c"], ["b"], ["d"]], [true, true, false, true]],
  ["by code units, not by language", [["Z"], ["a"], ["é"], ["\u{1f600}"], ["\uff5e"]], [true, true, true, true, true]],
  ["escaped cells by their raw values", [["'+a"], ["0"], ["'=a"], ["A"]], [true, true, true, true]],
  ["a cell that begins with ' and is not escaped", [["#"], ["'a"], ["("]], [true, true, true]],
  ["a cell that may have been raw", [["&"], ["'=a"], ["("]], [true, true, true]],
  ["a cell that cannot have been in place, either way", [["A"], ["'=a"]], [true, false]],
  ["what an earlier reading leaves no room for", [["'=a"], ["("], ["'=a"], ["("]], [true, true, true, false]],
])("%s", (_, records, expected) => {
  expect(inOrder(records)).toEqual(expected);
});

const awkward = fc.string({
  unit: fc.constantFrom(
    "'",
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    '"',
    ",",
    ";",
    " ",
    "\0",
    "a",
    "B",
    "é",
    "\u{1f600}",
  ),
});

/** Cells as they stand in the file, without quotes. */
function written(rows: string[][]): string[][] {
  const writer = createCsvWriter(["0", "1"]);
  return parse(writer.lines(rows.map(([first, second]) => ({ "0": first, "1": second }))), {
    record_delimiter: "\r\n",
  });
}

const compare = (one: string[], other: string[]) => {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at === -1 ? 0 : one[at]! < other[at]! ? -1 : 1;
};

test("whatever the names, what is sorted raw and then written is in order", () => {
  const rows = fc.array(fc.tuple(awkward, awkward), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(rows, (given) => {
      const sorted = given.sort(compare) as string[][];
      expect(inOrder(written(sorted))).toEqual(sorted.map(() => true));
    }),
  );
});

test("a cell of the file tells the text that was written, whatever it is", () => {
  fc.assert(
    fc.property(awkward, awkward, (one, other) => {
      expect(written([[one, other]])[0]!.map(textOfCell)).toEqual([one, other]);
    }),
    { numRuns: 1000 },
  );
});

test("of rows without a doubtful cell, any other order is found", () => {
  const name = fc.string({ unit: fc.constantFrom("a", "B", "é", "_") });
  fc.assert(
    fc.property(fc.array(fc.tuple(name, name), { minLength: 2 }), (rows) => {
      const sorted = rows.every((row, index) => index === 0 || compare(rows[index - 1]!, row) <= 0);
      expect(inOrder(rows).every(Boolean)).toBe(sorted);
    }),
  );
});

test.each<[string, string[], number[]]>([
  ["in order", ["g-1", "g-2"], []],
  ["out of order", ["g-2", "g-1"], [3]],
])("lines of a sheet through two groups of one name, %s by the groups' ids", async (_, groups, lines) => {
  const problems = createProblems();
  const check = createCsvCheck("review.csv", problems, REVIEW_COLUMNS);
  const rows = groups.map((PrincipalId, index) => {
    const cells: Record<string, string> = { Action: "END_MEMBERSHIP", GroupName: "readers", PrincipalId };
    return REVIEW_COLUMNS.map((column) => (column === "Username" ? "ba"[index] : (cells[column] ?? ""))).join(",");
  });
  await check.write(Buffer.from([REVIEW_COLUMNS.join(","), ...rows, ""].join("\r\n")));
  await check.end();
  expect(problems.all().map(({ line }) => line)).toEqual(lines);
});
