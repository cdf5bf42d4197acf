import { directorySource } from "../../cli/verify/reportSource";
import { verifyReport } from "../../cli/verify/verifyReport";
import { publishFiles, type ReportFiles, reportDirectory, said } from "../support/reportDirectory";
import { sourcesOf } from "../support/reportRows";
import { ACCOUNT, alice, readers } from "../support/reviewSheet";
import { partOf, partsOf, zipOf } from "../support/workbook";

// Shows that a workbook that does not say what review.csv says is found, though the manifest vouches for it.

const SHEET = "xl/worksheets/sheet1.xml";

let files: ReportFiles;
let directory: ReturnType<typeof reportDirectory>;

beforeAll(async () => {
  const groups = ["pay-a", "shop-a", "none"].map((name) => ({ ...readers, id: `g-${name}`, name }));
  const users = [{ ...alice, name: "Zoë <&> _x0041_ \r\n 審査 😀 '=1+1" }];
  const sources = sourcesOf({
    pairs: [[ACCOUNT, 1, groups.map(({ id }) => ["GROUP", id] as const)]],
    ...{ users, groups },
  });
  files = await publishFiles({ ...sources, settings: { ...sources.settings, reviewerPattern: "^(.+)-a$" } });
});
beforeEach(() => {
  directory = reportDirectory(files);
});
afterEach(() => directory.dispose());

const verify = async () => said(await verifyReport(directorySource(directory.path, undefined)));

/** Changes one part of a workbook, packs it anew, and lets the manifest vouch for it. */
function change(name: string, edit: (text: string) => string, part = SHEET): void {
  const parts = partsOf(files[name]!).map((each) => [each, partOf(files[name]!, each)] as const);
  const changed = parts.map(([each, text]) => [each, each === part ? edit(text) : text] as const);
  directory.replace(name, zipOf(Object.fromEntries(changed)));
}

const without = (text: string, row: number) => text.replace(new RegExp(`<row r="${row}".*?</row>`, "s"), "");

test("workbooks of nobody's making but ours are whole, packed by whatever means", async () => {
  expect(Object.keys(files).filter((name) => name.endsWith(".xlsx"))).toEqual([
    "review.xlsx",
    "review/pay.xlsx",
    "review/shop.xlsx",
  ]);
  expect(await verify()).toEqual([]);
  change("review.xlsx", (text) => text);
  expect(await verify()).toEqual([]);
});

test.each<[string, string, (text: string) => string, string]>([
  [
    "a suggestion",
    "review.xlsx",
    (text) => text.replace(">REMOVE<", ">KEEP<"),
    ":2 does not say what line \\d+ of review.csv says",
  ],
  [
    "a reason",
    "review/pay.xlsx",
    (text) => text.replace(">No login in", ">Login in"),
    ":2 does not say what line \\d+ of review.csv says",
  ],
  [
    "a decision that nobody made",
    "review/pay.xlsx",
    (text) => text.replace(/<c r="L2"[^>]*\/>/, '<c r="L2" t="inlineStr" s="3"><is><t>REMOVE</t></is></c>'),
    ":2 does not say what line \\d+ of review.csv says",
  ],
  [
    "the last line taken out",
    "review.xlsx",
    (text) => without(text, 7),
    " lacks 1 lines, from line \\d+ of review.csv on",
  ],
  [
    "a reviewer's last line taken out",
    "review/pay.xlsx",
    (text) => without(text, 3),
    " lacks 1 lines, from line \\d+ of review.csv on",
  ],
  ["all lines taken out", "review/shop.xlsx", (text) => without(without(text, 2), 3), " has no line"],
  [
    "a line in the middle taken out",
    "review.xlsx",
    (text) => without(text, 3),
    " is no workbook of this program: it has row 4 where row 3 belongs",
  ],
  [
    "a line twice",
    "review.xlsx",
    (text) =>
      text.replace(
        "</sheetData>",
        `${/<row r="7".*?<\/row>/s.exec(text)![0].replaceAll(/"([A-Z]*)7"/g, '"$18"')}</sheetData>`,
      ),
    ":8 has a line where review.csv has none more",
  ],
  ["another reviewer's line", "review/pay.xlsx", (text) => text.replace(/>pay<\/t>/g, ">shop</t>"), ":2 does not say"],
  ["a header", "review.xlsx", (text) => text.replace(">Usage<", ">Use<"), ":1 has another header than review.csv"],
  [
    "a formula",
    "review.xlsx",
    (text) => text.replace(/<c r="L2"[^>]*\/>/, '<c r="L2"><f>HYPERLINK("http://x")</f></c>'),
    " is no workbook of this program: it has a cell in row 2 that is no text",
  ],
  [
    "a number",
    "review.xlsx",
    (text) => text.replace(/<c r="L2"[^>]*\/>/, '<c r="L2"><v>1</v></c>'),
    " is no workbook of this program: it has a cell in row 2 that is no text",
  ],
  [
    "two cells swapped",
    "review.xlsx",
    (text) => text.replace('"A4"', '"Z4"'),
    " is no workbook of this program: it has a cell B4 in row 4, where none belongs",
  ],
  [
    "its end",
    "review.xlsx",
    (text) => text.slice(0, text.length / 2),
    " is no workbook of this program: it breaks off in its rows",
  ],
  [
    "lines behind its lines",
    "review.xlsx",
    (text) => text.replace("</sheetData>", "</sheetData><sheetData></sheetData>"),
    " is no workbook of this program: it has its rows in two places",
  ],
])("%s", async (_what, name, edit, message) => {
  change(name, edit);
  const problems = await verify();
  expect(problems.join("\n")).toMatch(new RegExp(`^${name}${message}`, "m"));
});

test.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
  [
    "another sheet that a spreadsheet may show",
    (bytes) => zipOf({ ...allOf(bytes), "xl/worksheets/sheet2.xml": "x" }),
    /has a part "xl\/worksheets\/sheet2\.xml"/,
  ],
  [
    "another part in the sheet's place",
    (bytes) => renamed(bytes, "xl/worksheets/other.xml"),
    /has 0 parts xl\/worksheets\/sheet1\.xml/,
  ],
  ["no archive", () => Buffer.from("x"), /is no whole archive/],
  ["an archive cut off", (bytes) => bytes.subarray(0, bytes.length - 9), /is no whole archive/],
  [
    "packed bytes that are damaged",
    (bytes) => Buffer.concat([bytes.subarray(0, 90), Buffer.alloc(40), bytes.subarray(130)]),
    /is no workbook of this program: it /,
  ],
])("%s", async (_what, edit, message) => {
  directory.replace("review.xlsx", edit(files["review.xlsx"]!));
  expect((await verify()).join()).toMatch(message);
});

const allOf = (bytes: Buffer) => Object.fromEntries(partsOf(bytes).map((name) => [name, partOf(bytes, name)]));
const renamed = (bytes: Buffer, name: string) => {
  const { [SHEET]: sheet, ...others } = allOf(bytes);
  return zipOf({ ...others, [name]: sheet! });
};

test("a relation that leads a spreadsheet to something else than our sheet", async () => {
  change("review.xlsx", (text) => text.replace("worksheets/sheet1.xml", "styles.xml"), "xl/_rels/workbook.xml.rels");
  expect((await verify())[0]).toContain("review.xlsx is no workbook of this program: it names another sheet");
});

test("a reviewer's workbook that is left out", async () => {
  directory.forge((manifest) => {
    manifest.files = manifest.files.filter(({ name }: { name: string }) => name !== "review/shop.xlsx");
  });
  expect(await verify()).toEqual(['review.xlsx has the lines of the reviewer "shop", who has no workbook in review/']);
});
