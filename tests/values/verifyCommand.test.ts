import { statSync } from "node:fs";
import { join } from "node:path";
import type { Verdict } from "../../cli/verify/verdict";
import { COLUMNS } from "../../handlers/files/columns";
import { longTest } from "../support/long";
import { many } from "../support/organisation";
import { publishFiles, type ReportFiles, reportDirectory } from "../support/reportDirectory";
import { sourcesOf } from "../support/reportRows";
import { publishAt, runVerify, verifyHere } from "../support/verifyCommand";

// `npm run verify` on a directory: as it is run, and what is not about that, in this process. On a bucket: verifyBucket.test.ts.

describe("on a directory", () => {
  let files: ReportFiles;
  let directory: ReturnType<typeof reportDirectory>;

  beforeAll(async () => {
    files = await publishAt("2026-11-22T12:00:00Z", "run-1", null);
  });
  beforeEach(() => {
    directory = reportDirectory(files);
  });
  afterEach(() => directory.dispose());

  test("says what is there and ends with 0 where all is whole", async () => {
    const { code, out, err } = await runVerify([directory.path]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/: run run-1 of 2026-11-22T12:00:00Z\n/);
    expect(out).toMatch(/\n {2}ok {4}credential_report.csv \([\d,]+ bytes, 1 rows\)\n/);
    expect(out).toMatch(/The report is whole\.\n$/);
  });

  test("names file and line, and ends with 1, where it is not", async () => {
    directory.replace("credential_report.csv", `${directory.text("credential_report.csv")}too,few\r\n`);
    const { code, out } = await runVerify([directory.path]);
    expect(code).toBe(1);
    expect(out).toContain(`problem: credential_report.csv, line 3 has 2 cells, expected ${COLUMNS.length}\n`);
    expect(out).toMatch(/NOT WHOLE: \d problems\.\n$/);
  });

  test("gives the verdict as JSON", async () => {
    directory.remove("review.csv");
    const { code, out } = await verifyHere([directory.path, "--json"]);
    const verdict = JSON.parse(out) as Verdict;
    expect(code).toBe(1);
    expect(verdict).toMatchObject({ whole: false, runId: "run-1", earlierManifests: 0 });
    expect(verdict.problems).toEqual([
      { file: "review.csv", line: null, message: "is not there, though the manifest names it" },
    ]);
  });

  test("says nothing where only the exit code is wanted", async () => {
    expect(await runVerify([directory.path, "--quiet"])).toMatchObject({ code: 0, out: "", err: "" });
    directory.remove("review.csv");
    expect(await verifyHere([directory.path, "--quiet"])).toMatchObject({ code: 1, out: "", err: "" });
  });

  longTest(
    "reads a large report in little memory, its files side by side",
    async () => {
      const [accounts, users] = [100, 2_000];
      const id = (index: number) => String(index).padStart(6, "0");
      const large = sourcesOf({
        pairs: many(accounts, (index) => [`111111${id(index)}`, 1, [["GROUP", "g-all"]]]),
        users: many(users, (index) => ({ id: `u-${id(index)}`, name: `user ${id(index)}, of all` })),
        groups: [{ id: "g-all", name: "All", members: many(users, (index) => `u-${id(index)}`) }],
      });
      directory.dispose();
      directory = reportDirectory(await publishFiles(large));
      const { code, out, err } = await runVerify([directory.path], { NODE_OPTIONS: "--max-old-space-size=80" });
      expect(statSync(join(directory.path, "credential_report.csv")).size).toBeGreaterThan(40_000_000);
      expect(err).toBe("");
      expect(out).toMatch(/\n {2}ok {4}review.csv \([\d,]+ bytes, 2,100 rows\)\n/);
      expect(out).toMatch(/\nThe report is whole\.\n$/);
      expect(code).toBe(0);
    },
    240_000,
  );
});

test.each<[string, string[], string]>([
  ["no report", [], "Expected one report, a directory or s3://…, got 0"],
  ["two reports", ["a", "b"], "Expected one report, a directory or s3://…, got 2"],
  ["an unknown option", ["a", "--fast"], "Unknown option '--fast'"],
  ["an address that is none", ["s3://Bucket"], "Expected s3://BUCKET/credential_reports/FOLDER/, got"],
  ["a bucket alone", ["s3://bucket/"], "Expected s3://BUCKET/credential_reports/FOLDER/, got"],
  ["a SHA-256 that is none", ["a", "--sha256", "abc"], '--sha256: expected 64 hexadecimal digits, got "abc"'],
  ["a report before, of a bucket", ["s3://bucket/x/", "--previous", "b"], "--previous is for a directory"],
])("with %s it says so and ends with 2", async (_, args, words) => {
  const { code, out, err } = await verifyHere(args);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(words);
});

test("--help shows how it is used", async () => {
  const { code, out } = await runVerify(["--help"]);
  expect(code).toBe(0);
  expect(out).toContain("Exit codes:");
});
