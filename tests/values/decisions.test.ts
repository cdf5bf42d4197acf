import { readDecisions } from "../../handlers/files/review/decisions";
import { chunksOf } from "../support/reportRows";

const KEY = "111111111111/ps-1111111111111111/GROUP/readers/u-alice";
const DIRECT = "111111111111/ps-1111111111111111/USER//u-alice";
const HEADER = "GrantKey,GrantState,Decision,DecidedBy,DecidedOn,Comment\r\n";

describe("readDecisions", () => {
  it("reads none where there is no sheet", async () => {
    expect(await readDecisions(null)).toEqual({ byAction: new Map(), byGrant: new Map(), warnings: [] });
  });

  it.each([
    ["as it was written", `${HEADER}${KEY},OK USED,KEEP,carol,2026-11-23,"fine, for now"\r\n`],
    ["with other line ends", `${HEADER}${KEY},OK USED,KEEP,carol,2026-11-23,"fine, for now"`.replaceAll("\r\n", "\n")],
    [
      "with semicolons and a mark",
      `\ufeff${HEADER.replaceAll(",", ";")}${KEY};OK USED;KEEP;carol;2026-11-23;fine, for now\r\n`,
    ],
    [
      "with other columns, in another order",
      `Comment,Mine,decision,GRANTKEY,GrantState ,DecidedOn,DecidedBy\r\n"fine, for now",x,KEEP,${KEY},OK USED,2026-11-23,carol\r\n`,
    ],
    ["with CR line ends", `${HEADER}${KEY},OK USED,KEEP,carol,2026-11-23,"fine, for now"\r\n`.replaceAll("\r\n", "\r")],
    [
      "as Excel's Unicode text",
      Buffer.from(
        `\ufeff${HEADER.replaceAll(",", "\t")}${KEY}\tOK USED\tKEEP\tcarol\t2026-11-23\tfine, for now\r\n`,
        "utf16le",
      ),
    ],
    [
      "below titles and a separator for Excel",
      `sep=;\r\nReview, second half;;\r\n;;\r\n${HEADER.replaceAll(",", ";")}${KEY};OK USED;KEEP;carol;2026-11-23;fine, for now\r\n`,
    ],
    ["with spaces around", `${HEADER} ${KEY} , OK USED,KEEP ,carol,2026-11-23,"fine, for now "\r\n`],
  ])("reads a sheet %s", async (_what, sheet) => {
    const decision = {
      state: "OK USED",
      decision: "KEEP",
      decidedBy: "carol",
      decidedOn: "2026-11-23",
      comment: "fine, for now",
    };

    expect(await readDecisions(chunksOf(sheet, 7))).toEqual({
      byAction: new Map(),
      byGrant: new Map([[KEY, decision]]),
      warnings: [],
    });
  });

  it("holds only the lines with a decision", async () => {
    const { byGrant } = await readDecisions(
      chunksOf(`${HEADER}${KEY},OK USED,,,,a thought\r\n${DIRECT},OK USED,KEEP,,,\r\n`),
    );

    expect([...byGrant.keys()]).toEqual([DIRECT]);
  });

  it("does without the columns that may be missing", async () => {
    const { byGrant } = await readDecisions(chunksOf(`GrantKey,GrantState,Decision\r\n${KEY},OK USED,KEEP\r\n`));

    expect(byGrant.get(KEY)).toEqual({ state: "OK USED", decision: "KEEP", decidedBy: "", decidedOn: "", comment: "" });
  });

  it("takes a line that stands there twice, but no grant decided in two ways", async () => {
    const twice = `${DIRECT},OK USED,KEEP,,,\r\n`;
    const { byGrant, warnings } = await readDecisions(
      chunksOf(`${HEADER}${twice}${twice}${KEY},OK USED,KEEP,,,\r\n${KEY},OK USED,REMOVE,,,\r\n`),
    );

    expect([...byGrant.keys()]).toEqual([DIRECT]);
    expect(warnings).toEqual([
      "Of the returned review sheet, 1 actions are decided in two ways, and are not carried forward.",
    ]);
  });

  it("says so where a key was damaged", async () => {
    const { byGrant, warnings } = await readDecisions(chunksOf(`${HEADER}1.11E+11,OK USED,KEEP,,,\r\n`));

    expect(byGrant.size).toBe(0);
    expect(warnings).toEqual([
      "Of the returned review sheet, 1 decided lines have no readable key, and are not carried forward.",
    ]);
  });

  it("cuts long texts, and says so", async () => {
    const { byGrant, warnings } = await readDecisions(
      chunksOf(`${HEADER}${KEY},OK USED,KEEP,,,${"x".repeat(3000)}\r\n`),
    );

    expect(byGrant.get(KEY)!.comment.length).toBe(2000);
    expect(warnings).toEqual(["Of the returned review sheet, 1 texts are longer than 2000 characters, and are cut."]);
  });

  async function* broken(): AsyncGenerator<Buffer> {
    yield Buffer.from(`${HEADER}${KEY},OK USED,KEEP,,,\r\n`);
    throw new Error("the connection was reset");
  }
  const many = Array.from({ length: 200_001 }, (_, number) => `111111111111/ps-1/USER//u-${number},OK,KEEP,,,\r\n`);

  it.each([
    ["without its columns", chunksOf("a,b\r\n1,2\r\n"), /has 0 of "actionkey": "a", "b"/],
    ["with a column twice", chunksOf("GrantKey,GrantState,Decision,decision\r\n"), /has 2 of "decision"/],
    [
      "that is no UTF-8",
      chunksOf(Buffer.from(`${HEADER}${KEY},OK,KEEP,M\xfcller,,\r\n`, "latin1")),
      /is not UTF-8\. .* save it as "CSV UTF-8"/,
    ],
    ["that is a spreadsheet file", chunksOf(Buffer.from([0x50, 0x4b, 3, 4, 0xff, 0xfe, 10, 0xff])), /is not UTF-8/],
    ["whose quotes do not close", chunksOf(`${HEADER}${KEY},OK,KEEP,"carol\r\n`), /a quote that does not close/],
    ["with more decisions than can be held", chunksOf(HEADER + many.join(""), 65_536), /more than 200000 decisions/],
    ["that cannot be read", broken(), /the connection was reset\. See that .* may read decisions/],
    [
      "without a byte",
      chunksOf(""),
      /: It is empty\. Fill in review\.csv of the newest report, save it as "CSV UTF-8"/,
    ],
    ["with blank lines only", chunksOf("\r\n\r\n"), /: It is empty\. /],
    [
      "with blank cells only",
      chunksOf(`${HEADER}\r\n${HEADER.replace(/[^,]/g, "")}\r\n`),
      /: It has no line below its header\. /,
    ],
    ["without a line below its header", chunksOf(HEADER), /: It has no line below its header\. Fill in /],
    [
      "in UTF-16 without its mark",
      chunksOf(Buffer.from(HEADER, "utf16le")),
      /UTF-16 without its mark\. .* "CSV UTF-8"/,
    ],
  ])("carries nothing forward from a sheet %s", async (_what, sheet, reason) => {
    const { byGrant, warnings } = await readDecisions(sheet);

    expect(byGrant.size).toBe(0);
    expect(warnings).toEqual([expect.stringMatching(reason)]);
    expect(warnings[0]).toMatch(/^No decision of the returned review sheet is carried forward: /);
  });
});
