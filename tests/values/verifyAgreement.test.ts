import { gunzipSync, gzipSync } from "node:zlib";
import { directorySource } from "../../cli/verify/reportSource";
import { verifyReport } from "../../cli/verify/verifyReport";
import { COLUMNS } from "../../handlers/files/columns";
import {
  csvRecords,
  publishFiles,
  type ReportFiles,
  reportDirectory,
  said,
  sha256Of,
} from "../support/reportDirectory";
import { oddNames, sourcesOf } from "../support/reportRows";

// Shows that files which do not say the same are found, where the manifest vouches for each: what somebody does who can write anything,
// but not everything at once. Who can do that is found by --sha256 and the chain alone.

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

const verify = (sha256?: string) => verifyReport(directorySource(directory.path, undefined), sha256);

/** Changes rows.jsonl.gz, and lets the manifest vouch for it. */
function changeMachineRows(change: (lines: string[]) => void): void {
  const lines = gunzipSync(files["rows.jsonl.gz"]!).toString().split("\n");
  change(lines);
  directory.replace("rows.jsonl.gz", gzipSync(lines.join("\n")));
}

describe("files that do not agree, though the manifest vouches for each", () => {
  test("rows.jsonl.gz: USED turned into UNUSED_IN_WINDOW", async () => {
    changeMachineRows((lines) => {
      const at = lines.findIndex((line) => line.includes('"Usage":"USED"'));
      lines[at] = lines[at]!.replace('"Usage":"USED"', '"Usage":"UNUSED_IN_WINDOW"');
    });
    expect(said(await verify())).toEqual([
      'rows.jsonl.gz:5 differs from line 6 of credential_report.csv: Usage is "UNUSED_IN_WINDOW", there "USED"',
    ]);
  });

  test.each<[string, string, string]>([
    ["a text", '"AccountName":"one"', '"AccountName":"two"'],
    ["a text that is gone", '"AccountName":"one"', '"AccountName":null'],
    ["a time", '"LastLogin":"2026-11-20T08:15:30Z"', '"LastLogin":null'],
    ["a number", '"LoginsInWindow":1', '"LoginsInWindow":2'],
    ["a number as a text", '"LoginsInWindow":1', '"LoginsInWindow":"1"'],
    ["a text that is none", '"UserDisplayName":"alice"', '"UserDisplayName":["alice"]'],
  ])("rows.jsonl.gz: %s", async (_, from, to) => {
    changeMachineRows((lines) => {
      const at = lines.findIndex((line) => line.includes(from));
      lines[at] = lines[at]!.replace(from, to);
    });
    const [column] = /\w+/.exec(from)!;
    expect(said(await verify())).toEqual([
      expect.stringMatching(`^rows.jsonl.gz:\\d+ differs from line \\d+ of credential_report.csv: ${column} is`),
    ]);
  });

  test("rows.jsonl.gz: every column of the report, in every row, is compared", async () => {
    const [line] = gunzipSync(files["rows.jsonl.gz"]!).toString().split("\n").slice(4);
    for (const column of COLUMNS) {
      changeMachineRows((lines) => {
        lines[4] = JSON.stringify({ ...JSON.parse(line!), [column]: "forged" });
      });
      expect(said(await verify())).toEqual([expect.stringContaining(`: ${column} is "`)]);
    }
  });

  test("rows.jsonl.gz: the usage of two rows swapped", async () => {
    changeMachineRows((lines) => {
      lines[4] = lines[4]!.replace('"Usage":"USED"', '"Usage":"UNUSED_IN_WINDOW"');
      lines[5] = lines[5]!.replace('"Usage":"UNUSED_IN_WINDOW"', '"Usage":"USED"');
    });
    expect(said(await verify())).toHaveLength(2);
  });

  test("rows.jsonl.gz: two whole rows swapped, and a row more or less", async () => {
    changeMachineRows((lines) => {
      [lines[0], lines[1]] = [lines[1]!, lines[0]!];
    });
    expect(said(await verify())).toEqual([
      expect.stringMatching(/^rows.jsonl.gz:1 is about another grant than line 2 of credential_report.csv/),
    ]);
    changeMachineRows((lines) => lines.splice(-2, 1));
    expect(said(await verify())).toContain("rows.jsonl.gz has 11 rows that can be read, credential_report.csv has 12");
    changeMachineRows((lines) => lines.push(lines.at(-2)!, lines.pop()!));
    expect(said(await verify())).toContain("rows.jsonl.gz has 13 rows that can be read, credential_report.csv has 12");
  });

  test.each(["ReportTime", "LookbackDays", "RunId"])(
    "rows.jsonl.gz: another %s than the manifest's",
    async (column) => {
      changeMachineRows((lines) => {
        lines[2] = JSON.stringify({ ...JSON.parse(lines[2]!), [column]: 7 });
      });
      expect(said(await verify())).toEqual([expect.stringMatching(/^rows.jsonl.gz:3 (is of run 7|has 7 for )/)]);
    },
  );

  test.each<[string, string, string]>([
    ["usage", ",no,USED,", ",no,UNUSED_IN_WINDOW,"],
    ["status", ",OK,2025-01-01T00:00:00Z,", ",USER_NOT_FOUND,2025-01-01T00:00:00Z,"],
    ["name", ",alice,alice,", ",alice,Bob,"],
    ["kind", ",REMOVE_GRANT,", ",REMOVE_ASSIGNMENT,"],
    ["number of grants", ",1 of 2,2,", ",1 of 2,3,"],
    ["account's name", ",one,ReadOnly,", ",two,ReadOnly,"],
    ["instance", "arn:aws:sso:::instance/", "arn:aws:sso:::instance/x"],
    ["key", ",MEMBERSHIP/g-readers/u-alice,", ",MEMBERSHIP/g-readers/u-alicia,"],
    ["key, another line's", ",MEMBERSHIP/g-readers/u-alice,", ",MEMBERSHIP/g-readers/u-bob,"],
    ["state", ",OK USED 2025", ",OK UNUSED_IN_WINDOW 2025"],
    ["list of what is given", "GIVES 2 ", "GIVES 2 0"],
    ["suggestion", ",USED,2026-11-20T08:15:30Z,KEEP,", ",USED,2026-11-20T08:15:30Z,REMOVE,"],
    ["status of a decision", ",,,,,,,,OK,", ",,,,,DONE,,,OK,"],
  ])("review.csv: another %s", async (_, from, to) => {
    const sheet = directory.text("review.csv");
    expect(sheet).toContain(from);
    directory.replace("review.csv", sheet.replace(from, to));
    const problems = said(await verify());
    expect(problems).not.toEqual([]);
    const PROBLEM = /^review.csv(:\d+)? (differs|is about|has no line|says DONE|suggests to remove|belongs before)/;
    expect(problems.filter((one) => !PROBLEM.test(one))).toEqual([]);
  });

  test.each<[string, string, string]>([
    ["a membership", "MEMBERSHIP/g-readers/u-alice", "which line 6 of credential_report.csv takes"],
    [
      "a direct grant",
      "GRANT/111111111111/ps-2222222222222222/u-alice",
      "which line 10 of credential_report.csv takes",
    ],
    ["an assignment", "ASSIGNMENT/222222222222/ps-2222222222222222/g-readers", "of credential_report.csv takes"],
  ])("review.csv: %s struck out", async (_, key, taken) => {
    const lines = csvRecords(directory.text("review.csv")).filter((line) => !line.includes(`,${key},`));
    directory.replace("review.csv", lines.map((line) => `${line}\r\n`).join(""));
    directory.forge((manifest) => manifest.files.find(({ name }: { name: string }) => name === "review.csv").rows--);
    const [problem, ...others] = said(await verify());
    expect(problem).toMatch(`review.csv has no line for "${key}", `);
    expect(problem).toMatch(taken);
    expect(others).toEqual([]);
  });

  test("review.csv: an assignment that is used, though nobody decided about it", async () => {
    const sheet = directory.text("review.csv");
    const line = csvRecords(sheet).find((each) => each.includes(",ASSIGNMENT/222222222222/"))!;
    const used = line
      .replace("ASSIGNMENT/222222222222", "ASSIGNMENT/111111111111")
      .replace(/222222222222,two/, "111111111111,one")
      .replaceAll("UNUSED_IN_WINDOW", "USED")
      .replace(",REMOVE,", ",KEEP,");
    directory.replace("review.csv", sheet.replace(line, `${used}\r\n${line}`));
    directory.forge((manifest) => manifest.files.find(({ name }: { name: string }) => name === "review.csv").rows++);
    expect(said(await verify())).toEqual([
      expect.stringMatching(/^review.csv:\d+ is about an assignment that somebody uses, and that nobody decided about/),
    ]);
  });

  test("report.html: that of another run, or no page at all", async () => {
    const others = await publishFiles(organisation, { runId: "run-2" });
    directory.replace("report.html", others["report.html"]!);
    expect(said(await verify())).toEqual(['report.html says "run-2" for runId, the manifest says "run-1"']);
    directory.replace("report.html", "<p>Nobody has access.</p>");
    expect(said(await verify())).toEqual(["report.html is no page of this program: it lacks the data of a run"]);
  });

  // biome-ignore lint/suspicious/noExplicitAny: a forger is not held to types
  test.each<[string, (manifest: any) => void]>([
    ["lookbackDays", (m) => (m.settings.lookbackDays = 30)],
    ["newAccessDays", (m) => (m.settings.newAccessDays = 90)],
    ["requestsPerSecond", (m) => (m.settings.requestsPerSecond = 1)],
    ["eventDataStore", (m) => (m.settings.eventDataStore = "11111111-89ab-cdef-0123-456789abcdef")],
    ["instanceArn", (m) => (m.settings.instanceArn = "arn:aws:sso:::instance/ssoins-0000000000000000")],
    ["identityStoreId", (m) => (m.settings.identityStoreId = "d-0000000000")],
    ["reviewerPattern", (m) => (m.settings.reviewerPattern = "(.*)")],
    ["administratorPermissionSets", (m) => m.settings.administratorPermissionSets.push("ReadOnly")],
    ["the window", (m) => (m.sources.logins.windowFrom = "2026-01-01T00:00:00Z")],
    ["whether it was observed", (m) => (m.sources.logins.observed = false)],
    ["the status", (m) => Object.assign(m, { status: "degraded", warnings: ["Nothing was observed."] })],
  ])("manifest.json: %s changed", async (_, change) => {
    directory.forge(change);
    expect(said(await verify())).toContainEqual(expect.stringMatching(/^report.html says .* the manifest says /));
  });

  test("manifest.json: a warning taken out", async () => {
    const unattributed = [{ accountId: "111111111111", roleName: "ReadOnly", count: 3 }];
    directory.dispose();
    const noted = await publishFiles(sourcesOf({ ...oddNames, unattributed }));
    directory = reportDirectory(noted);
    expect(said(await verify())).toEqual([]);
    directory.forge((manifest) => manifest.warnings.pop());
    expect(said(await verify())).toEqual([
      expect.stringMatching(/^report.html has a warning that the manifest lacks: 3 /),
    ]);
  });
});

describe("every file that such a run writes is required, though the manifest does not name it", () => {
  test.each(["review.csv", "review.xlsx", "rows.jsonl.gz", "report.html", "unexplained_logins.csv"])(
    "%s",
    async (name) => {
      directory.remove(name);
      directory.forge((manifest) => {
        manifest.files = manifest.files.filter((entry: { name: string }) => entry.name !== name);
      });
      expect(said(await verify())).toEqual([
        expect.stringMatching(`^${name} is not named by the manifest, though every such run of version \\d`),
      ]);
    },
  );

  test("unexplained_logins.csv only where the login source was read", async () => {
    directory.dispose();
    directory = reportDirectory(await publishFiles(sourcesOf({ ...oddNames, source: "failed", observed: false })));
    expect(said(await verify())).toEqual([]);
  });

  test("a file that is named twice", async () => {
    directory.forge((manifest) => manifest.files.push(manifest.files[2]));
    expect(said(await verify())).toEqual(["unexplained_logins.csv is named twice by the manifest"]);
  });
});

test.each(["credential_report.csv", "report.html", "unexplained_logins.csv", "manifest.json"])(
  "%s must be UTF-8",
  async (name) => {
    const bytes = Buffer.from(directory.text(name));
    const at = Math.max(bytes.indexOf("DESCRIPTION"), bytes.indexOf("Reason"), bytes.indexOf("credential"));
    bytes[at] = 0xe9;
    if (name === "manifest.json") directory.write(name, bytes);
    else directory.replace(name, bytes);
    expect(said(await verify())).toContainEqual(expect.stringMatching(`^${name} is not UTF-8`));
  },
);

test("half a surrogate pair in a name is no damage", async () => {
  const odd = { ...oddNames, accounts: [{ id: "111111111111", name: "half \ud83d", state: "ACTIVE" }] };
  directory.dispose();
  directory = reportDirectory(await publishFiles(sourcesOf(odd)));
  expect(said(await verify())).toEqual([]);
});

describe("a SHA-256 that is known from elsewhere", () => {
  test("is that of the report that it was said of", async () => {
    const { manifestSha256 } = await verify();
    expect(manifestSha256).toBe(sha256Of(files["manifest.json"]!));
    expect((await verify(manifestSha256!)).verdict).toBe("WHOLE");
  });

  test("tells of another report that is whole in itself", async () => {
    const others = reportDirectory(await publishFiles(organisation, { note: "another" }));
    const source = directorySource(others.path, undefined);
    expect((await verifyReport(source)).verdict).toBe("WHOLE");
    const verdict = await verifyReport(source, sha256Of(files["manifest.json"]!));
    expect(said(verdict)).toEqual([
      expect.stringMatching(/^manifest.json is not the one that is meant: its SHA-256 is /),
    ]);
    others.dispose();
  });
});

describe("a manifest that is none, whatever it is", () => {
  const odd = ["{}", "null", "[]", "1", '"x"', '{"files":null}', '{"files":[null,1,{}]}', '{"programVersion":"0.1.0"}'];

  test.each(odd)("%s is not whole, in words", async (text) => {
    directory.write("manifest.json", text);
    const verdict = await verify();
    expect(verdict).toMatchObject({ verdict: "NOT_WHOLE", runId: null, files: [] });
    expect(said(verdict).filter((one) => !one.startsWith("manifest.json "))).toEqual([]);
  });

  test("with any one of its values replaced by something else", async () => {
    const values = [null, [], {}, 0, "x", true];
    for (const key of Object.keys(directory.manifest())) {
      for (const value of values) {
        directory.write("manifest.json", files["manifest.json"]!);
        directory.forge((manifest) => {
          manifest[key] = value;
        });
        expect({ key, value, verdict: (await verify()).verdict }).toEqual({
          key,
          value,
          verdict: expect.stringMatching(/WHOLE/),
        });
      }
    }
  });
});
