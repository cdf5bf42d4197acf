import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reviewCheck } from "../../cli/reviewCheck";
import { sourcesOf } from "../support/reportRows";
import { review, unusedGroup } from "../support/reviewSheet";
import { sheetOf } from "../support/workbook";

let folder: string;
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "check-"));
  said = [];
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, "write").mockImplementation((text) => said.push(String(text).replaceAll(`${folder}/`, "")) > 0);
  }
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const HEADER = "ActionKey,ActionState,Decision\r\n";
const [membership, assignment] = review(sourcesOf(unusedGroup)).lines;
const line = (Decision: string, { ActionKey, ActionState } = membership!) =>
  `${ActionKey},${ActionState},${Decision}\r\n`;

test("says of a good sheet how many of how many, whatever it is saved as", async () => {
  const csv = file("a.csv", HEADER + line("KEEP") + line("", assignment));
  const cells = [HEADER.trim().split(","), [membership!.ActionKey!, membership!.ActionState!, "keep"]];

  expect(await reviewCheck([csv, file("b.xlsx", sheetOf([cells]))])).toBe(0);
  expect(said.join("")).toBe(
    "a.csv: 1 of 1 decisions would be carried forward.\nb.xlsx: 1 of 1 decisions would be carried forward.\n",
  );
});

test("says what is wrong in which row, as the spreadsheet counts", async () => {
  const broken = file("a.csv", `Our review\r\n${HEADER}${line("KEEP")}1.2E+11,OK,REMOVE\r\n`);

  expect(await reviewCheck([broken])).toBe(1);
  expect(said).toEqual([
    'a.csv: 1 of 2 decisions would be carried forward.\n  row 4 has no ActionKey by which it can be found again: "1.2E+11". Copy it from the sheet that was handed out.\n',
  ]);
});

test("names files that decide differently", async () => {
  const files = [
    file("a.csv", HEADER + line("KEEP")),
    file("b.csv", HEADER + line("REMOVE") + line("KEEP", assignment)),
  ];

  expect(await reviewCheck(files)).toBe(1);
  expect(said).toEqual([
    "a.csv: 0 of 1 decisions would be carried forward.\n  row 2 says KEEP, but row 2 of b.csv says REMOVE: neither would be carried.\n",
    "b.csv: 1 of 2 decisions would be carried forward.\n  row 2 says REMOVE, but row 2 of a.csv says KEEP: neither would be carried.\n",
  ]);
});

test("against the newest report, says what has changed or is gone", async () => {
  const newest = file("review.csv", review(sourcesOf({ ...unusedGroup, observed: false })).csv);
  const sheet = file(
    "a.csv",
    HEADER + line("KEEP") + line("REMOVE", { ActionKey: "MEMBERSHIP/x/y", ActionState: "OK" }),
  );

  expect(await reviewCheck([sheet, "--against", newest])).toBe(1);
  expect(said[0]).toMatch(
    /^a\.csv: 0 of 2 .*\n {2}row 2 is about what was OK UNUSED_IN_WINDOW .*, and is OK UNKNOWN .* now: look at it again\.\n {2}row 3 is about what the newest report has no line for\.\n$/,
  );
  said.length = 0;
  expect(
    await reviewCheck([
      file("b.csv", HEADER + line("KEEP")),
      "--against",
      file("same.csv", review(sourcesOf(unusedGroup)).csv),
    ]),
  ).toBe(0);
});

test("counts a decision once that is contested and about what has changed", async () => {
  const newest = file("review.csv", review(sourcesOf({ ...unusedGroup, observed: false })).csv);
  const files = [file("a.csv", HEADER + line("KEEP")), file("b.csv", HEADER + line("REMOVE"))];

  expect(await reviewCheck([...files, "--against", newest])).toBe(1);
  for (const one of said) expect(one).toMatch(/: 0 of 1 .*\n {2}row 2 says .*\n {2}row 2 is about what was /);
});

test("of a sheet of version 0.1, knows direct grants again, and says why not those of memberships", async () => {
  const direct = sourcesOf({ ...unusedGroup, pairs: [["111111111111", 1, [["USER", "u-alice"]]]] });
  const newest = file("review.csv", review(direct).csv);
  const set = "111111111111/ps-2222222222222222";
  const old = `GrantKey,GrantState,Decision\r\n${set}/USER//u-alice,OK UNUSED_IN_WINDOW,KEEP\r\n${set}/GROUP/readers/u-alice,OK UNUSED_IN_WINDOW,KEEP\r\n`;

  expect(await reviewCheck([file("old.csv", old), "--against", newest])).toBe(1);
  expect(said).toEqual([
    "old.csv: 1 of 2 decisions would be carried forward.\n  row 3 is about a single grant of a membership: the report takes it only where all of them are decided alike.\n",
  ]);
});

test.each<[string, string | Buffer, RegExp]>([
  ["a.xlsx", Buffer.from("d0cf11e0a1b11ae100000000", "hex"), /save it as \.xlsx, without a password/],
  ["a.csv", "", /It is empty/],
  ["a.ods", "x", /save it as \.xlsx, or as "CSV UTF-8"/],
  ["a.csv", Buffer.from(`${HEADER}${line("Ü")}`, "latin1"), /save it as "CSV UTF-8"/],
])("%s that cannot be trusted: what to do, in words of the spreadsheet", async (name, content, words) => {
  expect(await reviewCheck([file(name, content)])).toBe(1);
  expect(said.join("")).toMatch(words);
});

test("--json is what was found, --quiet says nothing, and a file that is not there is neither good nor bad", async () => {
  const good = file("a.csv", HEADER + line("KEEP"));
  expect(await reviewCheck([good, "--json"])).toBe(0);
  expect(JSON.parse(said.join(""))).toMatchObject([{ file: "a.csv", decisions: 1, carried: 1, problems: [] }]);

  said.length = 0;
  expect(await reviewCheck([good, file("b.csv", HEADER + line("REMOVE")), "--quiet"])).toBe(1);
  expect(said).toEqual([]);

  expect(await reviewCheck([good, join(folder, "nowhere.csv")])).toBe(3);
  expect(said[1]).toMatch(/^nowhere\.csv could not be read: .*ENOENT/);
});

test.each<[string, string[], RegExp]>([
  ["no file", [], /Expected one file or more, got none/],
  ["an unknown option", ["--fast"], /Unknown option '--fast'/],
  [
    "a sheet that is none to compare with",
    ["a.csv", "--against", "/nowhere.csv"],
    /--against \/nowhere\.csv: .*ENOENT/,
  ],
])("%s is a wrong argument", async (_, args, words) => {
  expect(await reviewCheck(args)).toBe(2);
  expect(said.join("")).toMatch(words);
});

test("--help says what it does", async () => {
  expect(await reviewCheck(["--help"])).toBe(0);
  expect(said.join("")).toMatch(/^Says of filled-in review sheets/);
});
