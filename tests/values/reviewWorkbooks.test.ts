import { parse } from "csv-parse/sync";
import { textOfCell } from "../../cli/verify/cellText";
import { REVIEW_COLUMNS, type ReviewLine } from "../../handlers/files/review/columns";
import { createSheets, fileNameOf } from "../../handlers/files/review/sheets";
import { createWorkbooks, type Workbooks } from "../../handlers/files/review/workbook/workbook";
import { publishFiles } from "../support/reportDirectory";
import { oddNames, sourcesOf } from "../support/reportRows";
import { ACCOUNT, alice, readers } from "../support/reviewSheet";
import { partOf, partsOf, textsIn } from "../support/workbook";

// What stands in the workbooks, by the parts of the archive that a spreadsheet reads. That Excel and LibreOffice open them is not shown here.

const published = (organisation = oddNames, reviewerPattern = "") => {
  const sources = sourcesOf(organisation);
  return publishFiles({ ...sources, settings: { ...sources.settings, reviewerPattern } });
};

test("review.xlsx says what review.csv says, cell for cell, with names of all kinds", async () => {
  const files = await published({ ...oddNames, users: [...oddNames.users!.slice(1), { id: "u-alice", name: "#N/A" }] });
  const records: string[][] = parse(files["review.csv"]!, { bom: true });

  expect(textsIn(files["review.xlsx"]!)).toEqual(records.map((cells) => cells.map(textOfCell)));
  expect(textsIn(files["review.xlsx"]!).flat()).toEqual(
    expect.arrayContaining(["#N/A", "=carol", 'bob "the, builder"\r\nof two lines']),
  );
});

test("every cell is text: neither a number, nor a date, nor a formula", async () => {
  const sheet = partOf((await published())["review.xlsx"]!, "xl/worksheets/sheet1.xml");
  const kinds = new Set([...sheet.matchAll(/<c r="[A-Z]+\d+"( t="\w+")?/g)].map(([, kind]) => kind ?? " empty"));

  expect([...kinds].sort()).toEqual([" empty", ' t="inlineStr"']);
  expect(sheet).not.toMatch(/<f>|<v>/);
});

test("the header stays in view, columns can be filtered, ids are hidden, Decision offers its choices, and a page shows what people read", async () => {
  const bytes = (await published())["review.xlsx"]!;
  const sheet = partOf(bytes, "xl/worksheets/sheet1.xml");
  const columns = [...sheet.matchAll(/<col min="(\d+)" [^>]*?( hidden="true")?\/>/g)];
  const hidden = columns.filter(([, , isHidden]) => isHidden).map(([, number]) => REVIEW_COLUMNS[Number(number) - 1]);

  expect(sheet).toContain('<pane ySplit="1" topLeftCell="A2" state="frozen"');
  expect(sheet).toContain('<autoFilter ref="A1:AK10"/>');
  expect(hidden).toEqual(REVIEW_COLUMNS.slice(REVIEW_COLUMNS.indexOf("InstanceArn")));
  expect(sheet).toMatch(/<dataValidation type="list" sqref="L2:L10" [^>]*><formula1>"KEEP,REMOVE,LATER"<\/formula1>/);
  expect(sheet).not.toContain("showErrorMessage");
  expect(REVIEW_COLUMNS.indexOf("Decision")).toBe("ABCDEFGHIJKL".indexOf("L"));
  expect(sheet).toContain('orientation="landscape" fitToWidth="1" fitToHeight="0"');
  expect(partOf(bytes, "xl/workbook.xml")).toContain("Review!$A$1:$O$10");
  expect(partOf(bytes, "xl/workbook.xml")).toContain("Review!$1:$1");
});

test("a row is as high as its longest text, broken at its column's width, so that no text covers the next", async () => {
  const workbooks = createWorkbooks();
  const long = { ...column, width: 10, long: true };
  const texts = ["short", "x".repeat(11), "a\nb\nc", "審査".repeat(5), "x".repeat(5_000)].map((text) => [
    text,
    "y".repeat(99),
  ]);
  const sheet = { ...plain, columns: [long, { ...column, name: "z" }], at: "2026-11-22T12:00:00Z" };
  const bytes = await written(workbooks.write(sheet, [texts][Symbol.iterator]()));
  workbooks.close();

  const heights = [...partOf(bytes, "xl/worksheets/sheet1.xml").matchAll(/<row r="\d+" ht="(\d+)">/g)];
  expect(heights.map(([, points]) => Number(points))).toEqual([15, 30, 45, 30, 405]);
});

test("the same state gives the same bytes, which say that they are of the report's instant", async () => {
  const [one, other] = [await published(), await published()];

  expect(one["review.xlsx"]!.equals(other["review.xlsx"]!)).toBe(true);
  expect(partOf(one["review.xlsx"]!, "docProps/core.xml")).toContain("2026-11-22T12:00:00Z</dcterms:modified>");
});

test("each reviewer has a workbook of their own, with their lines and no others", async () => {
  const groups = ["pay-a", "pay-b", "Zoë ../x-c", "none"].map((name, index) => ({
    ...readers,
    id: `g-${index}`,
    name,
  }));
  const files = await published(
    { pairs: [[ACCOUNT, 1, groups.map(({ id }) => ["GROUP", id] as const)]], users: [alice], groups },
    "^(.+)-[a-c]$",
  );
  const names = Object.keys(files).filter((name) => name.startsWith("review/"));

  expect(names).toEqual([expect.stringMatching(/^review\/Zoe_x-[0-9a-f]{8}\.xlsx$/), "review/pay.xlsx"].sort());
  const groupsIn = (name: string) =>
    textsIn(files[name]!)
      .slice(1)
      .map((line) => line[REVIEW_COLUMNS.indexOf("GroupName")]);
  expect(groupsIn("review/pay.xlsx")).toEqual(["pay-a", "pay-b", "pay-a", "pay-b"]);
  expect(groupsIn(names.find((name) => name.includes("Zoe"))!)).toEqual(["Zoë ../x-c", "Zoë ../x-c"]);
  expect(groupsIn("review.xlsx")).toHaveLength(8);
});

describe("a sheet of more lines than a workbook takes", () => {
  const sheetsOf = (lines: readonly ReviewLine[], workbooks: Workbooks) =>
    createSheets({
      ...{ columns: REVIEW_COLUMNS, now: "2026-11-22T12:00:00Z", workbooks, mostLines: 1_200 },
      *linesOf(reviewer) {
        yield* lines.filter(({ Reviewer }) => reviewer === undefined || Reviewer === reviewer);
      },
    });
  const nothing = Object.fromEntries(REVIEW_COLUMNS.map((name) => [name, ""])) as ReviewLine;
  const linesOf = (count: number): ReviewLine[] =>
    Array.from({ length: count }, (_, at) => ({ ...nothing, Reviewer: at < 1_300 ? "pay" : "", UserId: `u-${at}` }));

  /** The files, each written before the next is asked for, as the report does; by name, whom their lines are about. */
  async function writtenOf(sheets: ReturnType<typeof createSheets>): Promise<Record<string, string[]>> {
    const written: Record<string, string[]> = {};
    for (const file of sheets.files(["", "pay"])) {
      const pieces: Buffer[] = [];
      for await (const piece of file.end() as AsyncIterable<Buffer>) pieces.push(piece);
      const [, ...lines] = textsIn(Buffer.concat(pieces));
      written[file.name] = lines.map((line) => line[REVIEW_COLUMNS.indexOf("UserId")]!);
    }
    return written;
  }

  test("is split, each line stands in one of the parts, and that is said", async () => {
    const workbooks = createWorkbooks();
    const lines = linesOf(2_401);
    const sheets = sheetsOf(lines, workbooks);
    const written = await writtenOf(sheets);
    workbooks.close();

    expect(Object.entries(written).map(([name, { length }]) => [name, length])).toEqual([
      ["review.xlsx", 1_200],
      ["review-2.xlsx", 1_200],
      ["review-3.xlsx", 1],
      ["review/pay.xlsx", 1_200],
      ["review/pay-2.xlsx", 100],
    ]);
    const ids = lines.map(({ UserId }) => UserId);
    expect(Object.values(written).slice(0, 3).flat()).toEqual(ids);
    expect(Object.values(written).slice(3).flat()).toEqual(ids.slice(0, 1_300));
    expect(sheets.notes(["", "pay"])).toEqual([
      "The review sheet has 2401 lines, of which review.xlsx has the first 1200: the others are in review-2.xlsx to review-3.xlsx. review.csv has all.",
    ]);
  });

  test("is not, where it takes just all; and one without a line is a header", async () => {
    const workbooks = createWorkbooks();
    const sheets = sheetsOf(linesOf(1_200), workbooks);
    expect(Object.keys(await writtenOf(sheets))).toEqual(["review.xlsx", "review/pay.xlsx"]);
    expect(sheets.notes(["", "pay"])).toEqual([]);
    expect(await writtenOf(sheetsOf([], workbooks))).toEqual({ "review.xlsx": [], "review/pay.xlsx": [] });
    workbooks.close();
  });

  test("a workbook has as many lines as Excel takes, by default", async () => {
    const seen: number[] = [];
    const endless: Pick<Workbooks, "write"> = {
      async *write(_sheet, batches) {
        let lines = 0;
        for (let each = batches.next(); !each.done; each = batches.next()) lines += each.value.length;
        seen.push(lines);
        yield Buffer.alloc(0);
      },
    };
    const sheets = createSheets({
      ...{ columns: ["UserId"], now: "2026-11-22T12:00:00Z", workbooks: endless as Workbooks },
      *linesOf() {
        for (let at = 0; at < 1_048_577; at++) yield nothing;
      },
    });
    for (const file of sheets.files([])) for await (const _ of file.end() as AsyncIterable<Buffer>);
    expect(seen).toEqual([1_048_575, 2]);
    expect(sheets.notes([])[1]).toMatch(
      /^The review sheet has 1048577 lines\. A workbook of more than 80000 may be too/,
    );
  });
});

test.each<[string, RegExp]>([
  ["payments", /^payments$/],
  ["Payments EU", /^Payments_EU-[0-9a-f]{8}$/],
  ["../../etc/passwd", /^etc_passwd-[0-9a-f]{8}$/],
  ["審査", /^reviewer-[0-9a-f]{8}$/],
  ["con", /^con-[0-9a-f]{8}$/],
  ["a-2", /^a-2-[0-9a-f]{8}$/], // which could be the second workbook of "a"
  ["x".repeat(200), /^x{60}-[0-9a-f]{8}$/],
  [".hidden", /^hidden-[0-9a-f]{8}$/],
])("the file of the reviewer %j", (reviewer, name) => {
  expect(fileNameOf(reviewer, new Set())).toMatch(name);
  expect(fileNameOf(reviewer, new Set())).toBe(fileNameOf(reviewer, new Set()));
});

test("two reviewers whose names are the same but for their case have two files", () => {
  const taken = new Set<string>();
  const names = ["Team", "team"].map((reviewer) => fileNameOf(reviewer, taken).toLowerCase());
  expect(new Set(names).size).toBe(2);
});

const written = async (pieces: AsyncIterable<Buffer>) => {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
};
const column = { name: "x", width: 9, hidden: false, long: false, fillIn: false };
const plain = { columns: [column], choices: { column: "x", values: [], title: "", message: "" }, printed: 1 };

test("what cannot be written is an error, and ends nothing but its thread", async () => {
  const workbooks = createWorkbooks();
  const nothing = [][Symbol.iterator]();
  await expect(written(workbooks.write({ ...plain, at: "no instant" }, nothing))).rejects.toMatchObject({
    name: "WorkbookFailed",
  });
  const lines = [[["y"]]][Symbol.iterator]();
  const bytes = await written(workbooks.write({ ...plain, at: "2026-11-22T12:00:00Z" }, lines));
  expect(partsOf(bytes)).toContain("xl/worksheets/sheet1.xml");
  workbooks.close();
});

test("any text comes back as it was, but for what XML cannot hold and what is longer than a cell", async () => {
  const workbooks = createWorkbooks();
  const texts = [
    "a",
    " a ",
    "_x0041_",
    "_x",
    "x\u0000\u0001\u001f\ty\nz\r\n",
    "<&>\"'",
    "Zoë 😀 審査",
    "\u0085\u2028",
    "#N/A",
  ];
  const lines = [...texts, "\ud800", "\ufffe", "x".repeat(40_000)].map((text) => [text]);
  const bytes = await written(workbooks.write({ ...plain, at: "2026-11-22T12:00:00Z" }, [lines][Symbol.iterator]()));
  workbooks.close();

  const [, ...read] = textsIn(bytes).flat();
  expect(read.slice(0, texts.length)).toEqual(texts);
  expect(read.slice(texts.length)).toEqual(["\ufffd", "\ufffd", `${"x".repeat(32_766)}…`]);
});
