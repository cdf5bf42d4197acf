import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { handedOut, handedOutSources } from "../support/handedOut";
import { decisionsOf, review } from "../support/reviewSheet";
import { textsIn } from "../support/workbook";

// What programs of others have made of our sheets, recorded once: tests/fixtures/spreadsheets/README.md says how. What is to be shown anew where the
// sheet's keys, states or columns have changed, fails here.

const recorded = (name: string) => readFileSync(join(__dirname, "../fixtures/spreadsheets", name));
const sources = handedOutSources();
const { lines } = review(sources);

const throughWorkbook = ["libreOffice-fromXlsx.xlsx", "openpyxl.xlsx", "exceljs.xlsx", "sheetjs.xlsx"];
const throughCsv = ["libreOffice-fromCsv.xlsx", "libreOffice-fromCsv.csv"];
const fromWorkbook: Record<string, [separator: string, encoding: "utf8" | "utf16le" | "latin1"]> = {
  "libreOffice-semicolons.csv": [";", "utf8"],
  "libreOffice-utf16.csv": ["\t", "utf16le"],
  "libreOffice-ansi.csv": [";", "latin1"],
};

test.each([...throughWorkbook, ...Object.keys(fromWorkbook), ...throughCsv])(
  "every decision in %s is carried, with who, when and why",
  async (name) => {
    const decisions = await decisionsOf({ [name]: recorded(name) });

    expect(decisions.files).toMatchObject([
      { lines: lines.length, decisions: lines.length, refused: 0, problem: null },
    ]);
    const carried = review(sources, decisions);
    expect(carried.outcome).toMatchObject({ carried: lines.length, changed: 0, contested: 0, done: 0 });
    for (const [at, line] of carried.lines.entries()) {
      const row = at + 2;
      expect(line).toMatchObject({
        Decision: row % 2 === 0 ? "REMOVE" : "KEEP",
        DecidedBy: "Zoë",
        // Opened as CSV, a cell is no text, and what is typed becomes a date as the country writes it.
        DecidedOn: name === "libreOffice-fromCsv.csv" ? "11/24/2026" : "2026-11-24",
        Comment: `row ${row}; fine, "so far"`,
        DecisionStatus: row % 2 === 0 ? "STILL_THERE" : "CARRIED",
      });
    }
  },
);

const DECIDED = ["Decision", "DecidedBy", "DecidedOn", "Comment"];
const asLines = ([header, ...rows]: string[][]) =>
  rows.map((cells) =>
    Object.fromEntries(
      header!.map((name, at) => [name, DECIDED.includes(name) ? "" : cells[at]!.replaceAll("\r\n", "\n")]),
    ),
  );
const handedOutLines = async () => asLines(textsIn((await handedOut())["review.xlsx"]!));
const mapped = (lines: readonly Record<string, string>[], each: (text: string) => string) =>
  lines.map((line) => Object.fromEntries(Object.entries(line).map(([column, text]) => [column, each(text)])));

test.each(throughWorkbook)(
  "nothing else of the workbook is changed in %s: no name is a date, no id is rounded",
  async (name) => {
    // SheetJS takes the escape of what looks like an escape for one, and writes it without.
    const known = (text: string) => (name === "sheetjs.xlsx" && text === "_x0041_" ? "A" : text);
    expect(asLines(textsIn(recorded(name)))).toEqual(mapped(await handedOutLines(), known));
  },
);

test.each(Object.entries(fromWorkbook))(
  "nor in %s, which was saved of the workbook",
  async (name, [delimiter, encoding]) => {
    const cells: string[][] = parse(recorded(name).toString(encoding), { delimiter, bom: true });
    // Letters that Western Windows has not are lost on the way.
    const known = (text: string) => (encoding === "latin1" ? text.replaceAll("審査", "??") : text);
    expect(asLines(cells)).toEqual(mapped(await handedOutLines(), known));
  },
);

test("opened as CSV, names become dates and numbers, as docs/review.md says: keys and ids do not", async () => {
  const asOpened = asLines(textsIn(recorded("libreOffice-fromCsv.xlsx")));
  const expected = await handedOutLines();
  const column = (of: readonly Record<string, string>[], name: string) => of.map((line) => line[name]);

  expect(column(asOpened, "Username")).not.toEqual(column(expected, "Username"));
  for (const name of ["ActionKey", "ActionState", "UserId"])
    expect(column(asOpened, name)).toEqual(column(expected, name));
});
