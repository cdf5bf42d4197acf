import { gunzipSync, gzipSync } from "node:zlib";
import { createJsonLinesCheck } from "../../cli/verify/jsonLinesCheck";
import { directorySource } from "../../cli/verify/reportSource";
import { createProblems } from "../../cli/verify/verdict";
import { verifyReport } from "../../cli/verify/verifyReport";
import { COLUMNS } from "../../handlers/files/columns";
import { csvRecords, publishFiles, type ReportFiles, reportDirectory, said } from "../support/reportDirectory";
import { NOW, oddNames, sourcesOf } from "../support/reportRows";

// Shows that what is done to a report in a directory is found and named. That a bucket is read as well is verifyCommand.test.ts's matter.

const organisation = sourcesOf(oddNames);

let files: ReportFiles;
let directory: ReturnType<typeof reportDirectory>;

beforeAll(async () => {
  files = await publishFiles(organisation);
});
beforeEach(() => {
  directory = reportDirectory(files);
});
afterEach(() => directory.dispose());

const verify = () => verifyReport(directorySource(directory.path, undefined));

/** What is said of one file alone; that the others do not agree with it any more is verifyAgreement.test.ts's matter. */
const saidOf = async (name: string) => said(await verify()).filter((one) => one.startsWith(name));

const recordsOf = (name = "credential_report.csv") => csvRecords(directory.text(name));
const fileOf = (records: string[]) => records.map((record) => `${record}\r\n`).join("");

test("a report that nobody touched is whole, with names of all kinds", async () => {
  const verdict = await verify();
  expect(said(verdict)).toEqual([]);
  expect(verdict).toMatchObject({ whole: true, runId: "run-1", now: NOW });
  expect(verdict.files.map(({ name, rows }) => [name, rows])).toEqual([
    ["credential_report.csv", 12],
    ["review.csv", 9],
    ["unexplained_logins.csv", 0],
    ["rows.jsonl.gz", 12],
    ["report.html", null],
    ["review.xlsx", null],
  ]);
  expect(verdict.notes).toEqual([expect.stringContaining("first of its chain")]);
});

test("an identity store id is right in whatever form AWS says it", async () => {
  const settings = { ...organisation.settings, identityStoreId: "store-of-an-emulator" };
  directory.dispose();
  directory = reportDirectory(await publishFiles({ ...organisation, settings }));
  expect(said(await verify())).toEqual([]);
});

describe("finds", () => {
  test("one changed byte, in each file", async () => {
    for (const [name, bytes] of Object.entries(files)) {
      if (name === "manifest.json") continue;
      const changed = Buffer.from(bytes);
      const at = bytes.length - 4;
      changed[at] = changed[at]! ^ 1;
      directory.write(name, changed);
      expect(said(await verify())).toContainEqual(
        expect.stringMatching(
          new RegExp(`^${name} is not what was published: its SHA-256 is [0-9a-f]{64}, the manifest says`),
        ),
      );
      directory.write(name, bytes);
    }
    expect((await verify()).whole).toBe(true);
  });

  test("a missing file", async () => {
    directory.remove("rows.jsonl.gz");
    expect(said(await verify())).toEqual(["rows.jsonl.gz is not there, though the manifest names it"]);
  });

  test("a cut file", async () => {
    const bytes = files["credential_report.csv"]!;
    directory.write("credential_report.csv", bytes.subarray(0, bytes.length - 40));
    expect(said(await verify())).toContainEqual(
      `credential_report.csv has ${bytes.length - 40} bytes, the manifest says ${bytes.length}`,
    );
  });

  test("a missing manifest", async () => {
    directory.remove("manifest.json");
    const verdict = await verify();
    expect(said(verdict)).toEqual([
      expect.stringMatching(/^manifest.json is not there: without it there is no report/),
    ]);
    expect(verdict.whole).toBe(false);
  });

  test("a manifest that is no JSON, or no manifest", async () => {
    directory.write("manifest.json", "{");
    expect(said(await verify())).toEqual([expect.stringMatching(/^manifest.json is no JSON: /)]);
    directory.write("manifest.json", "[]");
    expect(said(await verify())).toEqual(["manifest.json the manifest must be object"]);
  });

  test("swapped rows, though the manifest vouches for them", async () => {
    const lines = recordsOf();
    [lines[1], lines[2]] = [lines[2]!, lines[1]!];
    directory.replace("credential_report.csv", fileOf(lines));
    expect(await saidOf("credential_report.csv")).toEqual([
      expect.stringMatching(
        /^credential_report.csv:3 belongs before the row above it: rows are sorted by account, Perm/,
      ),
    ]);
  });

  test("rows out of order after a record of several lines, on their line of the file", async () => {
    const lines = recordsOf();
    // The first Bob, and two rows after him.
    const bob = lines.findIndex((record) => record.includes("builder"));
    [lines[bob + 1], lines[bob + 2]] = [lines[bob + 2]!, lines[bob + 1]!];
    directory.replace("credential_report.csv", fileOf(lines));
    const line = fileOf(lines.slice(0, bob + 2)).split("\r\n").length;
    expect(line).toBeGreaterThan(bob + 3);
    expect(await saidOf("credential_report.csv")).toEqual([
      expect.stringMatching(`^credential_report.csv:${line} belongs before`),
    ]);
  });

  test("swapped rows of the review sheet", async () => {
    const lines = recordsOf("review.csv");
    [lines[1], lines[2]] = [lines[2]!, lines[1]!];
    directory.replace("review.csv", fileOf(lines));
    expect(await saidOf("review.csv")).toContainEqual(expect.stringMatching(/^review.csv:3 belongs before/));
  });

  test("a removed row, by the counts of file, report, status and usage", async () => {
    const lines = recordsOf();
    lines.splice(2, 1);
    directory.replace("credential_report.csv", fileOf(lines));
    expect(await saidOf("credential_report.csv")).toEqual([
      "credential_report.csv has 11 rows, the manifest says 12 of the file",
      "credential_report.csv has 11 rows, the manifest says 12 of the report",
      "credential_report.csv has 11 rows that are OK, the manifest says 12",
      "credential_report.csv has 9 rows that are UNUSED_IN_WINDOW, the manifest says 10",
    ]);
  });

  test("another status or usage in a cell", async () => {
    directory.replace("credential_report.csv", directory.text("credential_report.csv").replace(",USED", ",TOO_NEW"));
    expect((await saidOf("credential_report.csv")).sort()).toEqual([
      "credential_report.csv has 1 rows that are TOO_NEW, the manifest says 0",
      "credential_report.csv has 1 rows that are USED, the manifest says 2",
    ]);
  });

  test("another header", async () => {
    directory.replace("credential_report.csv", directory.text("credential_report.csv").replace("GroupName", "Group"));
    expect(await saidOf("credential_report.csv")).toEqual([
      `credential_report.csv:1 the header has "Group" for column 7, expected "GroupName"; expected ${COLUMNS.length} columns`,
    ]);
  });

  test("a row with too few cells", async () => {
    const lines = recordsOf();
    lines[1] = lines[1]!.slice(0, lines[1]!.lastIndexOf(","));
    directory.replace("credential_report.csv", fileOf(lines));
    expect(said(await verify())[0]).toBe(
      `credential_report.csv:2 has ${COLUMNS.length - 1} cells, expected ${COLUMNS.length}`,
    );
  });

  test("what is no CSV, from its line on", async () => {
    const lines = recordsOf();
    lines[1] = `"${lines[1]}`;
    directory.replace("credential_report.csv", fileOf(lines));
    expect(said(await verify())[0]).toMatch(/^credential_report.csv:2 is no CSV from here on: /);
  });

  test("a file without any byte", async () => {
    directory.replace("unexplained_logins.csv", "");
    expect(said(await verify())[0]).toBe("unexplained_logins.csv:1 has no header");
  });

  test("machine-readable rows of another run, and what is no JSON, on their lines", async () => {
    const lines = gunzipSync(files["rows.jsonl.gz"]!).toString().split("\n");
    lines[1] = lines[1]!.replace('"RunId":"run-1"', '"RunId":"run-0"');
    lines[4] = "{";
    directory.replace("rows.jsonl.gz", gzipSync(lines.join("\n")));
    expect((await saidOf("rows.jsonl.gz")).slice(0, 2)).toEqual([
      'rows.jsonl.gz:2 is of run "run-0", not of run-1',
      "rows.jsonl.gz:5 is no JSON",
    ]);
  });

  test("what is no gzip file", async () => {
    directory.replace("rows.jsonl.gz", "no gzip");
    expect(said(await verify())[0]).toMatch(/^rows.jsonl.gz:1 is no gzip file of JSON Lines from here on: /);
  });

  test.each<[string, (rows: Buffer) => Buffer, string]>([
    [
      "a second gzip member",
      (rows) => Buffer.concat([rows, gzipSync('{"RunId":"run-1"}\n')]),
      "has 38 bytes after its first gzip member; many readers stop there, and would miss rows",
    ],
    [
      "rows in a second member, behind an empty one",
      (rows) => Buffer.concat([gzipSync(""), rows]),
      "after its first gzip member",
    ],
    [
      "anything else behind the member",
      (rows) => Buffer.concat([rows, Buffer.from("#")]),
      "has 1 bytes after its first gzip member",
    ],
    ["a checksum that breaks off", (rows) => rows.subarray(0, -1), "ends before its gzip checksum does"],
    [
      "a checksum of something else",
      (rows) => Buffer.concat([rows.subarray(0, -8), Buffer.alloc(4), rows.subarray(-4)]),
      "has another content than its gzip checksum says",
    ],
  ])("machine-readable rows with %s", async (_, damaged, problem) => {
    directory.replace("rows.jsonl.gz", damaged(files["rows.jsonl.gz"]!));

    expect(said(await verify())).toContainEqual(expect.stringContaining(problem));
  });

  test("no fault in several gzip members where they are said to be right, as in reports of 0.1", async () => {
    const problems = createProblems();
    const check = createJsonLinesCheck("rows.jsonl.gz", problems, "run-1", "many");
    await check.write(Buffer.concat([gzipSync('{"RunId":"run-1"}\n'), gzipSync('{"RunId":"run-1"}\n')]));

    expect([await check.end(), problems.countOf("rows.jsonl.gz")]).toEqual([2, 0]);
  });

  test("many problems, told in a few", async () => {
    const lines = recordsOf();
    const many = Array.from({ length: 50 }, () => "too,few");
    directory.replace("credential_report.csv", [lines[0], ...many, ""].join("\r\n"));
    const all = said(await verify());
    expect(all.filter((one) => one.includes("has 2 cells"))).toHaveLength(20);
    expect(all).toContainEqual(expect.stringMatching(/^credential_report.csv and \d+ more problems$/));
  });
});

// biome-ignore lint/suspicious/noExplicitAny: a forger is not held to types
describe.each<[string, (manifest: any) => void, string]>([
  ["a missing field", (m) => delete m.caller, "the manifest must have required property 'caller'"],
  ["a field that there is not", (m) => (m.extra = 1), "the manifest must NOT have additional properties: extra"],
  ["an account that is none", (m) => (m.account = "1111"), "/account must match pattern"],
  ["an impossible instant", (m) => (m.startedAt = "2026-13-01T00:00:00Z"), "/startedAt must match pattern"],
  ["another version", (m) => (m.manifestVersion = 2), "/manifestVersion must be equal to constant"],
  ["a degraded report without reason", (m) => (m.status = "degraded"), "/warnings must NOT have fewer than 1 items"],
  [
    "an unknown status",
    (m) => (m.rows.byRowStatus.FINE = 1),
    "/rows/byRowStatus must be equal to one of the allowed values",
  ],
  ["a CSV without its rows", (m) => delete m.files[0].rows, "/files/0 must have required property 'rows'"],
  ["a page with rows", (m) => (m.files.at(-1).rows = 1), "/files/5/rows boolean schema is false"],
  ["a hash that is none", (m) => (m.files[0].sha256 = "x"), "/files/0/sha256 must match pattern"],
  ["no report among the files", (m) => m.files.shift(), "/files must contain at least 1 valid item(s)"],
  ["a file elsewhere", (m) => (m.files[0].name = "../../etc/passwd"), "/files/0/name must match pattern"],
  ["a source that is missing", (m) => delete m.sources.logins, "/sources must have required property 'logins'"],
])("a manifest with %s", (_, change, expected) => {
  test("is refused, in words", async () => {
    directory.forge(change);
    const verdict = await verify();
    expect(verdict.whole).toBe(false);
    expect(said(verdict)).toContainEqual(expect.stringContaining(`manifest.json ${expected}`));
    expect(verdict.files.map(({ name }) => name)).not.toContain("../../etc/passwd");
  });
});

describe("counts of the manifest", () => {
  // biome-ignore lint/suspicious/noExplicitAny: a forger is not held to types
  test.each<[string, (manifest: any) => void, string[]]>([
    ["of a file", (m) => m.files[1].rows++, ["review.csv has 9 rows, the manifest says 10 of the file"]],
    [
      "of the report",
      (m) => m.rows.total--,
      [
        "credential_report.csv has 12 rows, the manifest says 11 of the report",
        "rows.jsonl.gz has 12 rows, the manifest says 11 of the report",
        "report.html says 12 for rows, the manifest says 11",
      ],
    ],
    [
      "by status",
      (m) => (m.rows.byRowStatus.USER_DISABLED = 2),
      ["credential_report.csv has 0 rows that are USER_DISABLED, the manifest says 2"],
    ],
  ])("%s must be those of the rows", async (_, change, expected) => {
    directory.forge(change);
    expect(said(await verify())).toEqual(expected);
  });
});

test("files that are not of the report are told, and do not count", async () => {
  directory.write("notes.txt", "mine");
  const verdict = await verify();
  expect(verdict.whole).toBe(true);
  expect(verdict.notes[0]).toBe("Not of the report, so nothing vouches for it: notes.txt.");
});
