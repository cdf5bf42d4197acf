import { join } from "node:path";
import type { Verdict } from "../../cli/verify/verdict";
import { runFolder } from "../../handlers/bucket/names";
import { type Bucket, type LocalAws, startLocalAws } from "../../local/aws";
import { type ReportFiles, sha256Of } from "../support/reportDirectory";
import { publishAt, root, runVerify, verifyHere } from "../support/verifyCommand";

// `npm run verify` on the local AWS's S3: as a process for each exit code, and else in this one. Not shown: that S3 says it in these words.

describe("in a bucket", () => {
  const times = ["2024-11-08T12:00:00Z", "2024-11-15T12:00:00Z", "2024-11-22T12:00:00Z"];
  const folders = times.map((now, index) => runFolder(now, `run-${index}`));
  const newest = `s3://reports/${folders[2]}`;
  let aws: LocalAws;
  let bucket: Bucket;
  let published: Bucket["objects"];

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
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "example",
    });
  });
  beforeAll(async () => {
    bucket = { objects: new Map(), uploads: new Map() };
    let before: { key: string; files: ReportFiles } | null = null;
    for (const [index, now] of times.entries()) {
      const files = await publishAt(now, `run-${index}`, before);
      for (const [name, bytes] of Object.entries(files)) put(folders[index] + name, bytes);
      before = { key: `${folders[index]}manifest.json`, files };
    }
    published = bucket.objects;
  });
  beforeEach(() => {
    bucket = { objects: new Map(published), uploads: new Map() };
    aws.buckets.set("reports", bucket);
  });
  afterAll(() => aws.close());

  test("the report is read, and the chain followed to its beginning", async () => {
    const { code, out } = await runVerify([newest]);
    expect(out).toContain("note: The chain is whole: 2 earlier reports, back to the first.\n");
    expect(code).toBe(0);
  });

  test("the manifest's address, and the folder's without its slash, are as good", async () => {
    expect((await verifyHere([`${newest}manifest.json`, "--json"])).code).toBe(0);
    expect((await verifyHere([newest.slice(0, -1)])).code).toBe(0);
  });

  test("a changed manifest breaks the chain, two reports on", async () => {
    const changed = manifestOf(folders[0]!).toString().replace('"note": ""', '"note": "nothing to see"');
    put(`${folders[0]}manifest.json`, Buffer.from(changed));
    const { code, out } = await runVerify([newest]);
    expect(code).toBe(1);
    expect(out).toContain(
      `problem: ${folders[0]}manifest.json is not the manifest that the report after it was made with`,
    );
    expect(out).toContain("note: The chain is broken after 1 earlier report.\n");
  });

  describe("a report before that is not there", () => {
    const key = `${folders[0]}manifest.json`;
    /** As if it were so many days after the first of the reports, whose folder has the time. */
    const keptDays = (days: number) => Math.floor((Date.now() - Date.parse(times[0]!)) / 86_400_000) + days;
    const keep = (expirationDays: number | undefined) => {
      const { objects, uploads } = bucket;
      bucket = { objects, uploads, ...(expirationDays !== undefined && { expirationDays }) };
      aws.buckets.set("reports", bucket);
      objects.delete(key);
    };

    test("ends the chain where it is as old as the bucket keeps reports", async () => {
      keep(keptDays(0));
      const { code, out } = await verifyHere([newest]);
      expect(out).toContain(`note: The chain ends after 1 earlier report: ${key} has expired.\n`);
      expect(code).toBe(0);
    });

    test("breaks it where it is not as old as that", async () => {
      keep(keptDays(2));
      const { code, out } = await verifyHere([newest]);
      expect(out).toContain(
        `problem: ${key} is not there, though the bucket keeps reports for ${keptDays(2)} days: someone has deleted it, or`,
      );
      expect(code).toBe(1);
    });

    test("breaks it where nothing expires", async () => {
      keep(undefined);
      const { code, out } = await verifyHere([newest]);
      expect(out).toContain(
        `problem: ${key} is not there, and S3 says of the report after it that nothing here expires: someone has deleted it\n`,
      );
      expect(out).toContain("note: The chain breaks off after 1 earlier report.\n");
      expect(code).toBe(1);
    });

    test("breaks it where the chain names what is no manifest of this bucket", async () => {
      const elsewhere = { key: "out/manifest.json", files: await publishAt(times[1]!, "run-1", null) };
      const files = await publishAt(times[2]!, "run-2", elsewhere);
      for (const [name, bytes] of Object.entries(files)) put(folders[2] + name, bytes);
      const { code, out } = await verifyHere([newest]);
      expect(out).toContain("problem: out/manifest.json is no manifest below credential_reports/ of this bucket");
      expect(code).toBe(1);
    });
  });

  describe("what may not be read is no verdict on the report", () => {
    const served = { missingKeyIs403: false };
    let strict: LocalAws;
    beforeAll(async () => {
      strict = await startLocalAws({
        organisation: join(root, "local/organisations/sample.json"),
        throttle: false,
        missingKeyIs403: () => served.missingKeyIs403,
      });
    });
    beforeEach(() => {
      strict.buckets.set("reports", bucket);
      served.missingKeyIs403 = false;
      strict.inject([]);
    });
    afterAll(() => strict.close());
    const runThere = (args: string[]) => verifyHere(args, { AWS_ENDPOINT_URL: strict.url });

    test("where the manifest is refused, it says so with the permission, and ends with 3", async () => {
      strict.inject([{ operation: "s3:GetObject", kind: "accessDenied" }]);
      const { code, out } = await runThere([newest, "--json"]);
      const verdict = JSON.parse(out) as Verdict;
      expect(verdict).toMatchObject({ verdict: "CANNOT_TELL", whole: false, problems: [], manifestSha256: null });
      expect(verdict.unreadable).toEqual([
        {
          file: "manifest.json",
          line: null,
          message: `may not be read, or is not there: that needs s3:GetObject on ${newest}manifest.json, and s3:ListBucket on the bucket for S3 to say which. S3 said AccessDenied: Access Denied`,
        },
      ]);
      expect(code).toBe(3);
    });

    test("where one file of it is missing and S3 does not say so, too", async () => {
      served.missingKeyIs403 = true;
      bucket.objects.delete(`${folders[2]}rows.jsonl.gz`);
      const { code, out } = await runThere([newest]);
      expect(out).toContain("\n  ?     rows.jsonl.gz (0 bytes)\n");
      expect(out).toContain(
        "\nnot read: rows.jsonl.gz may not be read, or is not there: that needs s3:GetObject on s3://",
      );
      expect(out).toMatch(/\nCANNOT TELL: not all of it could be read\. Nothing is wrong with what was read\.\n$/);
      expect(code).toBe(3);
    });

    test("where the report before is refused, too; it is not called expired", async () => {
      served.missingKeyIs403 = true;
      bucket.objects.delete(`${folders[0]}manifest.json`);
      const { code, out } = await runThere([newest]);
      expect(out).toContain(`\nnot read: ${folders[0]}manifest.json may not be read, or is not there`);
      expect(code).toBe(3);
    });

    test("but where the report before may be missing, and is as old as the bucket keeps reports, it has expired", async () => {
      served.missingKeyIs403 = true;
      bucket.objects.delete(`${folders[0]}manifest.json`);
      strict.buckets.set("reports", { ...bucket, expirationDays: 1 });
      const { code, out } = await runThere([newest]);
      expect(out).toContain(`note: The chain ends after 1 earlier report: ${folders[0]}manifest.json has expired.\n`);
      expect(code).toBe(0);
    });

    test("but what is wrong with the rest is wrong", async () => {
      served.missingKeyIs403 = true;
      bucket.objects.delete(`${folders[2]}rows.jsonl.gz`);
      put(`${folders[2]}report.html`, Buffer.from("<p>Nobody has access.</p>"));
      expect((await runThere([newest])).code).toBe(1);
    });

    test("a connection that ends in the middle of a file", async () => {
      strict.inject([{ operation: "s3:GetObject", kind: "truncate", at: 2 }]);
      const { code, out } = await runThere([newest]);
      expect(out).toMatch(/\nnot read: \S+ could not be read to its end: /);
      expect(code).toBe(3);
    });
  });

  describe("a bucket of another Region", () => {
    test.each(["eu-west-1", "us-east-1"])("is asked there, where %s says so", async (region) => {
      aws.buckets.set("reports", { ...bucket, region: "ap-southeast-2" });
      const { code, out } = await verifyHere([newest, "--region", region]);
      expect(out).toContain("note: The chain is whole: 2 earlier reports, back to the first.\n");
      expect(code).toBe(0);
    });
  });

  test("an older report in the place of a newer one is found", async () => {
    for (const [key, object] of [...bucket.objects]) {
      if (key.startsWith(folders[1]!)) bucket.objects.set(key.replace(folders[1]!, folders[2]!), object);
    }
    const { code, out } = await verifyHere([newest]);
    expect(code).toBe(1);
    expect(out).toContain(
      "problem: manifest.json is of the run whose folder is 2024-11-15T120000Z-run-1, but lies in 2024-11-22T120000Z-run-2\n",
    );
  });

  test("a missing object is named", async () => {
    bucket.objects.delete(`${folders[2]}rows.jsonl.gz`);
    const { code, out } = await verifyHere([newest]);
    expect(code).toBe(1);
    expect(out).toContain("problem: rows.jsonl.gz is not there, though the manifest names it\n");
  });

  test("of a bucket that there is not, nobody can tell", async () => {
    const { code, out } = await runVerify(["s3://nowhere/credential_reports/x/"]);
    expect(out).toContain(
      "not read: manifest.json could not be read. S3 said NoSuchBucket: The specified bucket does not exist\n",
    );
    expect(code).toBe(3);
  });

  test.each([
    [
      "without the profile's credentials",
      ["--profile", "nosuch"],
      {},
      /^CANNOT TELL: No credentials from the profile nosuch: .*list-profiles/,
    ],
    [
      "without a Region",
      [],
      { AWS_REGION: "" },
      /^CANNOT TELL: No AWS Region is set\. Give --region, .* of the bucket\.\n$/,
    ],
    [
      "in a Region that is none",
      ["--region", "x y"],
      {},
      /^CANNOT TELL: Region not accepted: region="x y" .* Give --region, /,
    ],
    ["behind a proxy that is none", [], { HTTPS_PROXY: "socks5://proxy" }, /^CANNOT TELL: HTTPS_PROXY: expected a URL/],
  ])("%s nothing is asked, and it is said what is missing", async (_what, options, environment, expected) => {
    const files = { AWS_CONFIG_FILE: "/nonexistent", AWS_SHARED_CREDENTIALS_FILE: "/nonexistent" };
    const { code, err } = await verifyHere([newest, ...options], { ...files, ...environment });
    expect(err).toMatch(expected);
    expect(code).toBe(3);
  });

  test("the SHA-256 that the run said tells it from another report", async () => {
    const sha256 = sha256Of(manifestOf(folders[2]!));
    const { code, out } = await verifyHere([newest, "--sha256", sha256.toUpperCase()]);
    expect(out).toContain(`\n  manifest.json: SHA-256 ${sha256}\n`);
    expect(code).toBe(0);
    expect((await verifyHere([newest, "--sha256", "0".repeat(64)])).code).toBe(1);
  });
});
