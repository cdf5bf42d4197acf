import fc from "fast-check";
import { createCsvReader } from "../../handlers/files/csv/reader";
import { createCsvWriter } from "../../handlers/files/csv/writer";
import { displayNames } from "../oracle/names";
import { chunksOf } from "../support/reportRows";

/** As they come from the edge, where AWS is read. */
const wellFormed = displayNames.map((name) => name.toWellFormed());

async function read(text: string | Buffer, chunkBytes = 1000): Promise<string[][]> {
  const reader = createCsvReader(chunksOf(text, chunkBytes));
  const records: string[][] = [];
  for (let next = await reader.next(); next !== null; next = await reader.next()) records.push(...next);
  return records;
}

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le");

/** Of what can stand between a separator and a formula, in every order. */
const awkward = fc.string({
  unit: fc.constantFrom(...",;\t\r\n\0\v\u{85}\u{2028}\u{feff} \u{a0}\"'=+-@＝＋－＠ab"),
  maxLength: 12,
});

describe("createCsvReader", () => {
  it("gives back what createCsvWriter wrote, whatever the chunks", async () => {
    const names = fc.oneof(wellFormed, awkward);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ a: names, b: fc.oneof(names, fc.constant("")) }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 60 }),
        async (rows, chunkBytes) => {
          const writer = createCsvWriter(["a", "b"]);

          const records = await read(writer.header() + writer.lines(rows), chunkBytes);

          expect(records).toEqual([["a", "b"], ...rows.map(({ a, b }) => [a, b])]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    [
      "LF line ends",
      "a,b\n1,2\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "no line end at the end",
      "a,b\r\n1,2",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "a quoted cell at the end",
      'a,b\r\n1,"2"',
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "a byte order mark",
      "\ufeffa,b\r\n1,2\r\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "semicolons, as a German Excel saves them",
      "a;b\r\n1,5;2\r\n",
      [
        ["a", "b"],
        ["1,5", "2"],
      ],
    ],
    [
      "tabs",
      "a\tb\r\n1\t2\r\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "quotes everywhere",
      '"a","b"\r\n"1","2"\r\n',
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "blank lines",
      "a,b\r\n\r\n1,2\r\n\r\n\r\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "a quote inside a bare cell",
      'a,b\r\n5" disk,2\r\n',
      [
        ["a", "b"],
        ['5" disk', "2"],
      ],
    ],
    [
      "empty cells",
      'a,b\r\n,""\r\n',
      [
        ["a", "b"],
        ["", ""],
      ],
    ],
    [
      "line ends in quotes",
      'a,b\r\n"1\r\n\n2",3\r\n',
      [
        ["a", "b"],
        ["1\r\n\n2", "3"],
      ],
    ],
    ["nothing", "", []],
    [
      "CR line ends, as old spreadsheets on a Mac save them",
      'a,b\r1,"2\n3"\r\r4,5\r',
      [
        ["a", "b"],
        ["1", "2\n3"],
        ["4", "5"],
      ],
    ],
    [
      "line ends other than the header's within quotes",
      'a,b\r1,"2\r\n3"\r4,"5"\r',
      [
        ["a", "b"],
        ["1", "2\r\n3"],
        ["4", "5"],
      ],
    ],
  ])("reads %s", async (_what, text, records) => {
    expect(await read(text)).toEqual(records);
    expect(await read(text, 1)).toEqual(records);
  });

  it.each([
    ["UTF-8 with its mark", (text: string) => Buffer.from(`\ufeff${text}`)],
    ["UTF-16, little end first", utf16],
    ["UTF-16, big end first", (text: string) => utf16(text).swap16()],
  ])("reads %s, whatever the chunks", async (_what, encoded) => {
    await fc.assert(
      fc.asyncProperty(fc.array(wellFormed, { minLength: 1 }), fc.integer({ min: 1, max: 9 }), async (names, size) => {
        const writer = createCsvWriter(["a", "b"]);
        const text = writer.header() + writer.lines(names.map((a) => ({ a, b: "😀" })));

        expect(await read(encoded(text), size)).toEqual([["a", "b"], ...names.map((a) => [a, "😀"])]);
      }),
    );
  });

  it.each([
    ["a title", "Access review; Q4, 2026\r\n\r\nGrantKey;b\r\n1,5;2\r\n"],
    ["titles that name the column", '"Do not change GrantKey,\r\nplease";\r\n;\r\n"GrantKey";"b"\r\n1,5;2\r\n'],
    ["a line for Excel", "sep=;\r\nGrantKey;b\r\n1,5;2\r\n"],
    ["a line for Excel with a separator of its own", "sep=|\r\nGrantKey|b\r\n1,5|2\r\n"],
    ["a title in a CR file", "Title\rGrantKey\tb\r1,5\t2\r"],
    ["nothing", "grantkey\tb\n1,5\t2"],
  ])("finds a header that is known by a column below %s", async (_what, text) => {
    for (const size of [1, 1000]) {
      const reader = createCsvReader(chunksOf(text, size), "grantkey");
      const [header, ...records] = (await reader.next())!;
      const rest = (await reader.next()) ?? [];

      expect([header!.map((name) => name.toLowerCase()), ...records, ...rest]).toEqual([
        ["grantkey", "b"],
        ["1,5", "2"],
      ]);
    }
  });

  it.each([
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["'quoted", "'quoted"],
    ["'=1+1", "''=1+1"],
    ["x;=1+1", "x;'=1+1"],
    ["x;'=1+1", "x;''=1+1"],
    ["=1+1", "=1+1"], // a spreadsheet took the ' off
  ])("reads %j from the cell %j", async (value, cell) => {
    expect(await read(`a,b\r\n${cell},x\r\n`)).toEqual([
      ["a", "b"],
      [value, "x"],
    ]);
  });

  it.each([
    ["a quote that does not close", 'a,b\r\n"1,2\r\n3,4\r\n', /Record 2 has a quote that does not close/],
    ["text after a closing quote", 'a,b\r\n1,2\r\n"3"4,5\r\n', /Record 3 has text after a closing quote/],
    [
      "UTF-16 without its mark",
      Buffer.from("a,b\r\n1,2\r\n", "utf16le"),
      /Record 1 has zero bytes: .* UTF-16 without its mark/,
    ],
    [
      "UTF-16 that ends within a character",
      Buffer.from("\ufeffa,b\r\n", "utf16le").subarray(0, -1),
      /marked as UTF-16, but is not/,
    ],
    ["UTF-16 with half a surrogate pair", Buffer.from("\ufeffa,\ud83d\r\n", "utf16le"), /marked as UTF-16, but is not/],
    ["Windows-1252", Buffer.from("a,b\r\nM\xfcller,2\r\n", "latin1"), /is not UTF-8/],
    ["a line without end", "a,b\r\n" + "x".repeat(1_100_000), /is longer than 1048576 characters/],
    ["a record without end", `a,b\r\n"${"x\n".repeat(600_000)}`, /is longer than 1048576 characters/],
  ])("refuses %s", async (_what, text, message) => {
    await expect(read(text, 65_536)).rejects.toThrow(message);
  });
});
