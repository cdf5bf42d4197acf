import { parse } from "csv-parse/sync";
import { textOfCell } from "../../cli/verify/cellText";
import { REVIEW_COLUMNS } from "../../handlers/files/review/columns";
import { fileNameOf } from "../../handlers/files/review/sheets";
import { createWorkbooks } from "../../handlers/files/review/workbook/workbook";
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
  expect(partOf(bytes, "xl/workbook.xml")).toContain("Review!$A$1:$R$10");
  expect(partOf(bytes, "xl/workbook.xml")).toContain("Review!$1:$1");
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

test("a sheet of more lines than a workbook takes is split, and that is said", async () => {
  const users = Array.from({ length: 20_500 }, (_, index) => ({ id: `u-${String(index).padStart(5, "0")}`, name: "" }));
  const all = { id: "all", name: "All", members: users.map(({ id }) => id) };
  const files = await published({ pairs: [[ACCOUNT, 1, [["GROUP", "all"]]]], users, groups: [all] });
  const userIds = (name: string) =>
    textsIn(files[name]!)
      .slice(1)
      .map((line) => line[REVIEW_COLUMNS.indexOf("UserId")]);

  expect(
    Object.keys(files)
      .filter((name) => name.endsWith(".xlsx"))
      .sort(),
  ).toEqual(["review-2.xlsx", "review.xlsx"]);
  expect([...userIds("review.xlsx"), ...userIds("review-2.xlsx")]).toEqual([...all.members, ""]);
  expect(JSON.parse(files["manifest.json"]!.toString()).warnings).toContain(
    "The review sheet has 20501 lines, of which review.xlsx has the first 20000: the others are in review-2.xlsx. review.csv has all.",
  );
}, 120_000);

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

test("what cannot be written is an error, and ends nothing but its thread", async () => {
  const workbooks = createWorkbooks();
  const sheet = { columns: [], lines: [], choices: { column: "x", values: [], title: "", message: "" }, printed: 1 };
  await expect(workbooks.write({ ...sheet, at: "no instant" })).rejects.toMatchObject({ name: "WorkbookFailed" });
  const column = { name: "x", width: 9, hidden: false, long: false, fillIn: false };
  const bytes = await workbooks.write({ ...sheet, columns: [column], lines: [["y"]], at: "2026-11-22T12:00:00Z" });
  expect(partsOf(bytes)).toContain("xl/worksheets/sheet1.xml");
  workbooks.close();
});
