import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { createCsvWriter } from "../../handlers/files/csv/writer";
import { displayNames } from "../oracle/names";
import { guarded } from "../oracle/report";

const COLUMNS = ["a", "b"];

function write(rows: { a: string; b: string }[]): string {
  const csv = createCsvWriter(COLUMNS);
  return csv.header() + csv.lines(rows);
}

describe("createCsvWriter", () => {
  it.each([
    ["plain text", "plain text"],
    ["", ""],
    ["a,b", '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ["two\nlines", '"two\nlines"'],
    ["two\r\nlines", '"two\r\nlines"'],
    ["żółć 🙂", "żółć 🙂"],
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\tx", "'\tx"],
    ["\rx", '"\'\rx"'],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ["'already", "'already"],
    ["'=1+1", "''=1+1"],
    ["a=b", "a=b"],
    ["Team A - Admins", "Team A - Admins"],
    ["first.last@example.com", "first.last@example.com"],
    // Behind what another import takes for the end of a cell or of a line.
    ["Doe;=1+1;x", "Doe;'=1+1;x"],
    ["Doe; =1+1;x", "Doe; '=1+1;x"],
    ["Doe;;@SUM(A1)", "Doe;;'@SUM(A1)"],
    ["Doe;'=1+1", "Doe;''=1+1"],
    ["Doe\t-1", "Doe\t'-1"],
    ["Doe,+1", '"Doe,\'+1"'],
    ["Doe\n=1+1;", '"Doe\n\'=1+1;"'],
    ["Doe\r\n=1+1;", '"Doe\r\n\'=1+1;"'],
    ["Doe\u{85}=1+1", "Doe\u{85}'=1+1"],
    ["Doe\u{2028}=1+1", "Doe\u{2028}'=1+1"],
    ['Doe;"=1+1;', '"Doe;""\'=1+1;"'],
    ["=1;=2;=3", "'=1;'=2;'=3"],
    // Behind what a spreadsheet drops, or does not show.
    ["\0=1+1", "'\0'=1+1"],
    ["Doe\0=1+1", "Doe\0'=1+1"],
    ["\0x", "'\0x"],
    [" =1+1", " '=1+1"],
    ["\u{a0}=1+1", "\u{a0}'=1+1"],
    ["\u{feff}=1+1", "\u{feff}'=1+1"],
    ["\t=1+1", "'\t'=1+1"],
    // Full width, which spreadsheets of East Asia take for the same.
    ["＝1+1", "'＝1+1"],
    ["Doe;＠SUM(A1)", "Doe;'＠SUM(A1)"],
  ])("writes %j as %j", (value, cell) => {
    expect(write([{ a: value, b: "end" }])).toBe(`a,b\r\n${cell},end\r\n`);
  });

  it("ends every line with CRLF, the last one too", () => {
    expect(
      write([
        { a: "1", b: "2" },
        { a: "3", b: "4" },
      ]),
    ).toBe("a,b\r\n1,2\r\n3,4\r\n");
  });

  it("writes the header alone where there are no rows, and nothing for an empty batch", () => {
    const csv = createCsvWriter(COLUMNS);
    expect(csv.header()).toBe("a,b\r\n");
    expect(csv.lines([])).toBe("");
  });

  it("keeps a row whose cells are all empty", () => {
    expect(write([{ a: "", b: "" }])).toBe("a,b\r\n,\r\n");
  });

  it("is read back by another reader as it was, but for the guard before formulas", () => {
    const cell = fc.oneof(
      displayNames.map((name) => name.toWellFormed()),
      fc.string({ unit: "grapheme" }),
      fc.stringMatching(/^[=+\-@\t\r",'\n]{0,3}\w?$/),
    );
    fc.assert(
      fc.property(fc.array(fc.record({ a: cell, b: cell }), { minLength: 1 }), (rows) => {
        const read = parse(write(rows), { columns: true, record_delimiter: "\r\n", relax_quotes: false });
        expect(read).toEqual(rows.map(({ a, b }) => ({ a: guarded(a), b: guarded(b) })));
      }),
    );
  });

  // What a splitter that honours no quote makes of the file, at whatever may separate, once what cannot be seen is dropped.
  it("begins no formula wherever a line is split", () => {
    const cell = fc.string({
      unit: fc.constantFrom(...",;\t\r\n\0\v\u{85}\u{2028}\u{feff} \u{a0}\"'=+-@＝＋－＠ab"),
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(fc.record({ a: cell, b: cell }), { minLength: 1 }), (rows) => {
        for (const separators of [/[,;\t\r\n\v\u{85}\u{2028}]/u, /[;\r\n]/, /[\t\r\n]/]) {
          const pieces = write(rows).split(separators);
          const seen = pieces.map((piece) => piece.replace(/[\p{Cc}\p{Cf}\s"]/gu, ""));
          expect(seen.filter((piece) => /^[=+\-@＝＋－＠]/.test(piece))).toEqual([]);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
