import { type Decisions, readDecisions } from "../../handlers/files/review/decisions";
import { createWorkbooks } from "../../handlers/files/review/workbook/workbook";
import { isLong } from "../support/long";
import { decisionsOf, historyOf } from "../support/reviewSheet";
import { partOf, partsOf, sheetOf, zipOf } from "../support/workbook";

const KEY = "MEMBERSHIP/readers/u-alice";
const DIRECT = "GRANT/111111111111/ps-1111111111111111/u-alice";
const OLD_KEY = "111111111111/ps-1111111111111111/GROUP/readers/u-alice";
const HEADER = "ActionKey,ActionState,Decision,DecidedBy,DecidedOn,Comment\r\n";
const LINE = `${KEY},OK USED,KEEP,Zoë,2026-11-23,"fine, for now"\r\n`;
const cells = [...`${HEADER}${LINE.replaceAll('"', "").replace("fine, for", "fine; for")}`.trim().split("\r\n")].map(
  (line) => line.split(",").map((cell) => cell.replace(";", ",")),
);

const allOf = (bytes: Buffer) => Object.fromEntries(partsOf(bytes).map((name) => [name, partOf(bytes, name)]));

const one = async (name: string, content: string | Buffer) => {
  const { byAction, warnings, files } = await decisionsOf({ [name]: content });
  return { decided: Object.fromEntries(byAction), warnings, file: files[0]! };
};

/** What `iconv` makes of it, for letters of Western Windows. */
const ansi = (text: string) => Buffer.from(text, "latin1");

describe("a returned file is read", () => {
  const utf16 = (text: string, mark = "\ufeff") => Buffer.from(mark + text, "utf16le");
  const semicolons = `${HEADER.replaceAll(",", ";")}${LINE.replaceAll(",", ";").replace("fine; for", "fine, for")}`;

  it.each<[string, string, string | Buffer]>([
    ["as it was written", "a.csv", HEADER + LINE],
    ["with a mark", "a.csv", `\ufeff${HEADER}${LINE}`],
    ["with LF", "a.csv", (HEADER + LINE).replaceAll("\r\n", "\n")],
    ["with CR, as Excel for Mac once did", "a.csv", (HEADER + LINE).replaceAll("\r\n", "\r")],
    ["with semicolons", "a.csv", semicolons],
    ["with tabs, as Excel's text", "a.txt", (HEADER + LINE).replaceAll(",", "\t").replace("fine\t", "fine,")],
    ["in UTF-16", "a.csv", utf16(HEADER + LINE)],
    ["in UTF-16, the other way round", "a.csv", utf16(HEADER + LINE).swap16()],
    ["in UTF-16 without its mark", "a.csv", utf16(HEADER + LINE, "")],
    ["below a title and a separator for Excel", "a.csv", `sep=;\r\nReview, second half;;\r\n;;\r\n${semicolons}`],
    [
      "with other columns, in another order",
      "a.csv",
      `Comment,x,decision,ACTIONKEY,ActionState ,DecidedOn,DecidedBy\r\n"fine, for now",,KEEP,${KEY},OK USED,2026-11-23,Zoë\r\n`,
    ],
    ["as a workbook", "a.xlsx", sheetOf([cells])],
    ["as a workbook with shared strings, as Excel saves it", "a.xlsx", sheetOf([cells], { shared: true })],
    [
      "as a workbook with a title above, on the second sheet",
      "a.xlsx",
      sheetOf([[["Hello"]], [["Review of November"], [], ...cells]]),
    ],
    ["as a workbook with the wrong name", "a.csv", sheetOf([cells])],
  ])("%s", async (_what, name, content) => {
    const { decided, warnings, file } = await one(name, content);

    const decision = {
      state: "OK USED",
      decision: "KEEP",
      decidedBy: "Zoë",
      decidedOn: "2026-11-23",
      comment: "fine, for now",
    };
    expect(warnings).toEqual([]);
    expect(decided).toEqual({ [KEY]: [expect.objectContaining(decision)] });
    expect(file).toMatchObject({
      ...{ key: `decisions/${name}`, version: "v1", lines: 1, decisions: 1, refused: 0, problem: null },
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it("in Western Windows' letters, and says that it had to guess", async () => {
    const { decided, warnings } = await one("a.csv", ansi(HEADER + LINE));

    expect(decided[KEY]).toMatchObject([{ decidedBy: "Zoë" }]);
    expect(warnings).toEqual([
      expect.stringMatching(/^decisions\/a\.csv: It is not in UTF-8\. .* save it as "CSV UTF-8"\.$/),
    ]);
  });

  it("with dates and numbers that a spreadsheet has made of texts", async () => {
    const dated = sheetOf([[...cells.slice(0, 1), [KEY, "OK USED", "KEEP", 7, new Date("2026-11-23"), true]]]);
    expect((await one("a.xlsx", dated)).decided[KEY]).toMatchObject([
      { decidedBy: "7", decidedOn: "2026-11-23", comment: "TRUE" },
    ]);
  });

  it.each([
    ["46350", "2026-11-24"],
    ["36526", "2000-01-01"],
    ["12345", "12345"],
    ["week 46350", "week 46350"],
  ])("with %s for a day, as a spreadsheet has it in a cell of text", async (DecidedOn, day) => {
    const { decided } = await one("a.csv", `${HEADER}${KEY},OK USED,KEEP,,${DecidedOn},\r\n`);
    expect(decided[KEY]).toMatchObject([{ decidedOn: day }]);
  });

  it("of version 0.1, by its grants", async () => {
    const { byGrant, byAction } = await decisionsOf({
      "review.csv": `GrantKey,GrantState,Decision\r\n${OLD_KEY},OK USED,KEEP\r\n`,
    });
    expect([byAction, byGrant]).toEqual([[], [[OLD_KEY, [expect.objectContaining({ decision: "KEEP", row: 2 })]]]]);
  });
});

it("holds only the lines with a decision, and counts rows as a spreadsheet does", async () => {
  const { decided, file } = await one(
    "a.csv",
    `Title\r\n\r\n${HEADER}${KEY},OK USED,,,,a thought\r\n\r\n${DIRECT},OK USED,KEEP,,,"two\r\nlines"\r\n`,
  );

  expect(decided).toEqual({ [DIRECT]: [expect.objectContaining({ row: 6, comment: "two\r\nlines" })] });
  expect(file).toMatchObject({ lines: 2, decisions: 1 });
});

it("says which row has lost its key", async () => {
  const { decided, warnings, file } = await one("a.csv", `${HEADER}${LINE}1.11E+11,OK USED,KEEP,,,\r\n`);

  expect(Object.keys(decided)).toEqual([KEY]);
  expect(file).toMatchObject({ lines: 2, decisions: 1, refused: 1, problem: null });
  expect(warnings).toEqual([
    'decisions/a.csv: 1 of its decided lines are not carried forward: row 3 has no ActionKey by which it can be found again: "1.11E+11". Copy it from the sheet that was handed out.',
  ]);
});

it("cuts long texts, and says so", async () => {
  const { decided, warnings } = await one("a.csv", `${HEADER}${KEY},OK USED,KEEP,,,${"x".repeat(3000)}\r\n`);

  expect(decided[KEY]![0]!.comment.length).toBe(2000);
  expect(warnings).toEqual(["decisions/a.csv: 1 of its texts are longer than 2,000 characters, and are cut."]);
});

describe("nothing is carried of a file, which is named with the reason, and the others are read", () => {
  const many = Array.from({ length: 200_001 }, (_, number) => `GRANT/111111111111/ps-1/u-${number},OK,KEEP,,,\r\n`);
  const bomb = zipOf({ "[Content_Types].xml": "x", "xl/worksheets/sheet1.xml": Buffer.alloc(210_000_000) });
  const entity = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>';

  it.each<[string, string, string | Buffer, RegExp]>([
    ["without its columns", "b.csv", "a,b\r\n1,2\r\n", /has the columns ActionKey, .*; its first row is "a", "b"/],
    ["with a column twice", "b.csv", "ActionKey,ActionState,Decision,decision\r\n", /has 2 columns "decision"/],
    ["whose quotes do not close", "b.csv", `${HEADER}${KEY},OK,KEEP,"carol\r\n`, /a quote that does not close/],
    ["with more decisions than can be held", "b.csv", HEADER + many.join(""), /more than 200000 decisions/],
    ["without a byte", "b.csv", "", /It is empty\. Fill in review\.xlsx .* save it as \.xlsx or as "CSV UTF-8"/],
    ["without a line below its header", "b.csv", HEADER, /It has no line below its header/],
    ["that is a picture", "b.png", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]), /neither \.csv nor \.xlsx/],
    ["that is bytes", "b.csv", Buffer.from([0x41, 0xff, 0x42, 0, 0xfe]), /It is no text/],
    ["that is encrypted, or old", "b.xlsx", Buffer.from("d0cf11e0a1b11ae100000000", "hex"), /without a password/],
    ["with macros by its name", "b.xlsm", sheetOf([cells]), /macros/],
    ["with macros", "b.xlsx", zipOf({ "[Content_Types].xml": "", "xl/vbaProject.bin": "x" }), /macros/],
    ["that is another archive", "b.xlsx", zipOf({ "word.xml": "x" }), /no workbook/],
    ["that is a piece of an archive", "b.xlsx", sheetOf([cells]).subarray(0, 300), /damaged/],
    ["that unpacks to more than may be", "b.xlsx", bomb, /unpacks to more than the \d+ bytes that are left/],
    ["that is too large", "b.csv", Buffer.alloc(50_000_001, "a"), /larger than 50000000 bytes/],
    [
      "that includes another file",
      "b.xlsx",
      sheetOf([[...cells.slice(0, 1), ["&e;", "x", "KEEP"]]], { before: entity }),
      /None of its 1 decided lines/,
    ],
  ])("%s", async (_what, name, content, reason) => {
    const { byAction, files, warnings } = await decisionsOf({ "a.csv": HEADER + LINE, [name]: content });

    expect(byAction.map(([key]) => key)).toEqual([KEY]);
    expect(files.map(({ problem }) => problem)).toEqual([null, expect.stringMatching(/./)]);
    expect(`${files[1]!.problem} ${warnings.join(" ")}`).toMatch(reason);
    expect(JSON.stringify([files, warnings])).not.toContain("root:");
  });

  it("a cell without end does not end the run", async () => {
    const cell = "<c/>".repeat(isLong ? 12_000_000 : 1_000_000);
    const { files, byAction } = await decisionsOf({ "a.csv": HEADER + LINE, "b.xlsx": sheetOf([[]], { row: cell }) });

    expect(byAction).toHaveLength(1);
    expect(files[1]!.problem).toMatch(/./);
  }, 120_000);
});

it("reads 200 files, and says of the next that neither it nor those after it are read", async () => {
  const returned = Object.fromEntries(
    Array.from({ length: 205 }, (_, index) => [`${1000 + index}.csv`, HEADER + LINE]),
  );
  const { files, warnings } = await decisionsOf(returned);

  const unread = files.filter(({ problem }) => problem !== null);
  expect(files).toHaveLength(201);
  expect(unread).toMatchObject([
    {
      key: "decisions/1200.csv",
      sha256: null,
      problem: expect.stringMatching(/^Of .* the first 200 by name are read/),
    },
  ]);
  expect(warnings).toEqual([`No decision of decisions/1200.csv is carried forward: ${unread[0]!.problem}`]);
});

it("reads no more of all files together than may be unpacked, however little each is", async () => {
  const sheet = zipOf({ ...allOf(sheetOf([cells])), "xl/media/image1.png": Buffer.alloc(120_000_000) });
  const { files } = await decisionsOf({ "a.xlsx": sheet, "b.xlsx": sheet, "c.csv": HEADER + LINE });

  expect(files.map(({ problem }) => problem)).toEqual([
    null,
    expect.stringMatching(/^It unpacks to more than the 79\d+ bytes that are left of what all files may have/),
    null,
  ]);
});

it("reads no more of a file than may be, whatever its listing says of it", async () => {
  const history = historyOf({ "a.csv": Buffer.alloc(50_000_001, "a") });
  const [listed] = await history.decisions(1);
  const small = { ...history, decisions: async () => [{ ...listed!, bytes: 10 }] };
  const { files } = await readDecisions(small, createWorkbooks());

  expect(files[0]!.problem).toMatch(/^It is larger than 50000000 bytes/);
});

it("takes what a formula gave when it was last reckoned, and reckons none", async () => {
  const formula = `<c r="A1" t="str"><f>"MEMBERSHIP/readers/u-alice"</f><v>${KEY}</v></c><c r="B1" t="str"><f>1/0</f><v>OK USED</v></c><c r="C1" t="str"><f>WEBSERVICE("http://127.0.0.1:1/")</f><v>KEEP</v></c><c r="D1" t="str"><f>NOW()</f></c>`;
  const rows = `<row r="2">${formula.replaceAll(/([A-D])1"/g, '$12"')}</row>`;
  const book = allOf(sheetOf([cells.slice(0, 1)]));
  const sheet = String(book["xl/worksheets/sheet1.xml"]).replace("</sheetData>", `${rows}</sheetData>`);
  const { decided } = await one("a.xlsx", zipOf({ ...book, "xl/worksheets/sheet1.xml": sheet }));

  expect(decided).toEqual({ [KEY]: [expect.objectContaining({ state: "OK USED", decision: "KEEP", decidedBy: "" })] });
});

it("refuses an archive whose entries are encrypted", async () => {
  const bytes = Buffer.from(sheetOf([cells]));
  const directory = bytes.readUInt32LE(bytes.length - 22 + 16);
  bytes.writeUInt16LE(bytes.readUInt16LE(directory + 8) | 1, directory + 8);
  expect((await one("a.xlsx", bytes)).file.problem).toBe("It is encrypted: save it without a password.");
});

it("is plain JSON", async () => {
  const decisions = await decisionsOf({ "a.csv": HEADER + LINE, "b.csv": "" });
  expect(JSON.parse(JSON.stringify(decisions)) as Decisions).toEqual(decisions);
});

it("what cannot be listed is a warning, and what ends the run is passed on", async () => {
  const failing = (name: string) => ({
    ...historyOf({}),
    decisions: () => Promise.reject(Object.assign(new Error("s3 ListObjectsV2 was refused."), { name })),
  });
  const { warnings, problem } = await readDecisions(failing("AccessDenied"), createWorkbooks());
  expect(warnings).toEqual([`No decision of the returned review sheets is carried forward: ${problem}`]);
  expect(warnings).toEqual([
    "No decision of the returned review sheets is carried forward: s3 ListObjectsV2 was refused. See that the report's role, or whoever runs it, may list and read decisions/; the next run that can carries its decisions.",
  ]);
  await expect(readDecisions(failing("OutOfTime"), createWorkbooks())).rejects.toMatchObject({ name: "OutOfTime" });
});
