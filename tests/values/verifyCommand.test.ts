import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { finished } from "node:stream/promises";
import type { Verdict } from "../../cli/verify/verdict";
import { runFolder } from "../../handlers/bucket/names";
import { COLUMNS } from "../../handlers/files/columns";
import { createCsvWriter } from "../../handlers/files/csv/writer";
import { type Bucket, type LocalAws, startLocalAws } from "../../local/aws";
import { publishFiles, type ReportFiles, reportDirectory } from "../support/reportDirectory";
import { rowWith, sourcesOf } from "../support/reportRows";

// `npm run verify` as it is run, on a directory and on the local AWS's S3.

const root = resolve(__dirname, "../..");

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
  const env = { ...process.env, ...environment };
  return new Promise((ended) => {
    execFile(join(root, "node_modules/.bin/tsx"), [join(root, "cli/verify.ts"), ...args], { env }, (error, out, err) =>
      ended({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

const organisation = sourcesOf({
  pairs: [["111111111111", 1, [["USER", "u-alice"]]]],
  users: [{ id: "u-alice", name: "alice" }],
});

function publishAt(now: string, runId: string, before: { key: string; files: ReportFiles } | null) {
  return publishFiles({ ...organisation, settings: { ...organisation.settings, now } }, { runId }, before);
}

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
    const { code, out, err } = await run([directory.path]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/: run run-1 of 2026-11-22T12:00:00Z\n/);
    expect(out).toMatch(/\n {2}ok {4}credential_report.csv \([\d,]+ bytes, 1 rows\)\n/);
    expect(out).toMatch(/The report is whole\.\n$/);
  });

  test("names file and line, and ends with 1, where it is not", async () => {
    directory.replace("credential_report.csv", `${directory.text("credential_report.csv")}too,few\r\n`);
    const { code, out } = await run([directory.path]);
    expect(code).toBe(1);
    expect(out).toContain("problem: credential_report.csv, line 3 has 2 cells, expected 22\n");
    expect(out).toMatch(/NOT WHOLE: \d problems\.\n$/);
  });

  test("gives the verdict as JSON", async () => {
    directory.remove("review.csv");
    const { code, out } = await run([directory.path, "--json"]);
    const verdict = JSON.parse(out) as Verdict;
    expect(code).toBe(1);
    expect(verdict).toMatchObject({ whole: false, runId: "run-1", earlierManifests: 0 });
    expect(verdict.problems).toEqual([
      { file: "review.csv", line: null, message: "is not there, though the manifest names it" },
    ]);
  });

  test("reads a large report in little memory", async () => {
    const rows = 400_000;
    const writer = createCsvWriter(COLUMNS);
    const file = createWriteStream(join(directory.path, "credential_report.csv"));
    const hash = createHash("sha256");
    const write = (text: string) => {
      hash.update(text);
      file.write(text);
    };
    write(writer.header());
    const row = (index: number) => rowWith({ Username: String(index).padStart(9, "0") });
    for (let at = 0; at < rows; at += 1000) {
      write(writer.lines(Array.from({ length: 1000 }, (_, index) => row(at + index))));
    }
    file.end();
    await finished(file);
    const { size } = statSync(file.path);
    directory.forge((manifest) => {
      Object.assign(manifest.files[0], { bytes: size, sha256: hash.digest("hex"), rows });
      Object.assign(manifest.rows, { total: rows, byRowStatus: { OK: rows }, byUsage: { USED: rows } });
    });
    const { code, out, err } = await run([directory.path], { NODE_OPTIONS: "--max-old-space-size=80" });
    expect(size).toBeGreaterThan(110_000_000);
    expect(err).toBe("");
    // The other files are of another report.
    expect(out).toMatch(/\n {2}ok {4}credential_report.csv \([\d,]+ bytes, 400,000 rows\)\n/);
    expect(code).toBe(1);
  }, 120_000);
});

describe("in a bucket", () => {
  const times = ["2026-11-08T12:00:00Z", "2026-11-15T12:00:00Z", "2026-11-22T12:00:00Z"];
  const folders = times.map((now, index) => runFolder(now, `run-${index}`));
  const newest = `s3://reports/${folders[2]}`;
  let aws: LocalAws;
  let bucket: Bucket;

  const put = (key: string, bytes: Buffer) =>
    bucket.objects.set(key, {
      body: [bytes],
      size: bytes.length,
      etag: '"etag"',
      lastModified: new Date(0),
      headers: {},
      checksums: {},
    });
  const manifestOf = (folder: string) => bucket.objects.get(`${folder}manifest.json`)!.body[0]!;

  beforeAll(async () => {
    aws = await startLocalAws({ organisation: join(root, "local/organisations/sample.json"), throttle: false });
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "example",
    });
  });
  beforeEach(async () => {
    bucket = { objects: new Map(), uploads: new Map() };
    aws.buckets.set("reports", bucket);
    let before: { key: string; files: ReportFiles } | null = null;
    for (const [index, now] of times.entries()) {
      const files = await publishAt(now, `run-${index}`, before);
      for (const [name, bytes] of Object.entries(files)) put(folders[index] + name, bytes);
      before = { key: `${folders[index]}manifest.json`, files };
    }
  });
  afterAll(() => aws.close());

  test("the report is read, and the chain followed to its beginning", async () => {
    const { code, out } = await run([newest]);
    expect(out).toContain("note: The chain is whole: 2 earlier reports, back to the first.\n");
    expect(code).toBe(0);
  });

  test("the manifest's address, and the folder's without its slash, are as good", async () => {
    expect((await run([`${newest}manifest.json`, "--json"])).code).toBe(0);
    expect((await run([newest.slice(0, -1)])).code).toBe(0);
  });

  test("a changed manifest breaks the chain, two reports on", async () => {
    const changed = manifestOf(folders[0]!).toString().replace('"note": ""', '"note": "nothing to see"');
    put(`${folders[0]}manifest.json`, Buffer.from(changed));
    const { code, out } = await run([newest]);
    expect(code).toBe(1);
    expect(out).toContain(
      `problem: ${folders[0]}manifest.json is not the manifest that the report after it was made with`,
    );
    expect(out).toContain("note: The chain is broken after 1 earlier report.\n");
  });

  test("the chain ends where a report has expired", async () => {
    bucket.objects.delete(`${folders[0]}manifest.json`);
    const { code, out } = await run([newest]);
    expect(code).toBe(0);
    expect(out).toContain(
      `note: The chain ends after 1 earlier report: s3://reports/${folders[0]}manifest.json is not there.\n`,
    );
  });

  test("an older report in the place of a newer one is found", async () => {
    for (const [key, object] of [...bucket.objects]) {
      if (key.startsWith(folders[1]!)) bucket.objects.set(key.replace(folders[1]!, folders[2]!), object);
    }
    const { code, out } = await run([newest]);
    expect(code).toBe(1);
    expect(out).toContain(
      "problem: manifest.json is of the run whose folder is 2026-11-15T120000Z-run-1, but lies in 2026-11-22T120000Z-run-2\n",
    );
  });

  test("a missing object is named", async () => {
    bucket.objects.delete(`${folders[2]}rows.jsonl.gz`);
    const { code, out } = await run([newest]);
    expect(code).toBe(1);
    expect(out).toContain("problem: rows.jsonl.gz is not there, though the manifest names it\n");
  });

  test("a bucket that there is not is no verdict, but an error", async () => {
    const { code, out, err } = await run(["s3://nowhere/credential_reports/x/"]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^The report could not be read: The specified bucket does not exist$/m);
  });
});

test.each<[string, string[], string]>([
  ["no report", [], "Expected one report, a directory or s3://…, got 0"],
  ["two reports", ["a", "b"], "Expected one report, a directory or s3://…, got 2"],
  ["an unknown option", ["a", "--fast"], "Unknown option '--fast'"],
  ["an address that is none", ["s3://Bucket"], "Expected s3://BUCKET/credential_reports/FOLDER/, got"],
  ["a bucket alone", ["s3://bucket/"], "Expected s3://BUCKET/credential_reports/FOLDER/, got"],
  ["a report before, of a bucket", ["s3://bucket/x/", "--previous", "b"], "--previous is for a directory"],
])("with %s it says so and ends with 2", async (_, args, words) => {
  const { code, out, err } = await run(args);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(words);
});

test("--help shows how it is used", async () => {
  const { code, out } = await run(["--help"]);
  expect(code).toBe(0);
  expect(out).toContain("Exit codes:");
});
