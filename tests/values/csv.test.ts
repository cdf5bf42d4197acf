import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { createCsvWriter } from "../../handlers/files/csv/writer";

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
    ["a=b", "a=b"],
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
    const cell = fc.oneof(fc.string({ unit: "grapheme" }), fc.stringMatching(/^[=+\-@\t\r",'\n]{0,3}\w?$/));
    const guarded = (value: string) => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value);
    fc.assert(
      fc.property(fc.array(fc.record({ a: cell, b: cell }), { minLength: 1 }), (rows) => {
        const read = parse(write(rows), { columns: true, record_delimiter: "\r\n", relax_quotes: false });
        expect(read).toEqual(rows.map(({ a, b }) => ({ a: guarded(a), b: guarded(b) })));
      }),
    );
  });
});
