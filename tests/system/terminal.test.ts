import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { REPORT_FILES } from "../../handlers/files/files";
import type { Settings } from "../../handlers/model";
import { type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import { reportCases } from "../oracle/organisations";
import { captureLogs, startContainer, textOf } from "../support/container";
import { many, now } from "../support/organisation";
import { folderOf } from "../support/published";
import { sha256Of } from "../support/reportDirectory";
import { bundledReport, lake, small, startReport } from "./terminalRuns";

// `npm run report`: as it is started, tsx and all, in the first test, and as it is packed in the others. Not shown: what a real terminal shows (tests/values has the bars), and that real
// profiles and SSO sessions give credentials, which is the SDK's matter.

const root = join(__dirname, "../..");
const sample = join(root, "local/organisations/sample.json");

captureLogs();
let folder: string;
let program: Awaited<ReturnType<typeof bundledReport>>;
let localAws: LocalAws;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "terminal-"));
  program = await bundledReport(folder);
  localAws = await startLocalAws({ organisation: small, throttle: false, rate: 1000 });
});
afterEach(() => localAws.reset());
afterAll(async () => {
  await localAws.close();
  await rm(folder, { recursive: true, force: true });
});

const start = (args: readonly string[], { url } = localAws) => startReport(args, url, {}, program);
const run = (...given: Parameters<typeof start>) => start(...given).ended;

/** How many calls a report's manifest counts. */
function callsIn(out: string): number {
  const { calls } = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
  return Object.values<number>(calls).reduce((sum, count) => sum + count, 0);
}

/** A file of the deployed function's report. */
async function deployed(
  served: LocalAws,
  settings: Partial<Settings> = {},
  file = "credential_report.csv",
): Promise<string> {
  const container = startContainer(served, {}, settings);
  const result = await container.run();
  return textOf(container.bucket, `${folderOf(result)}/${file}`)!;
}

describe("writes the bytes that the deployed function writes", () => {
  test("for the sample organisation, and shows how it goes in plain lines", async () => {
    const served = await startLocalAws({ organisation: sample, throttle: false, rate: 1000 });
    const out = join(folder, "sample");
    const { code, stdout, stderr } = await startReport([...lake(served), "--out", out], served.url).ended;

    expect(code).toBe(0);
    expect(readFileSync(join(out, "credential_report.csv"), "utf8")).toBe(await deployed(served));
    expect(stdout).toMatch(
      new RegExp(
        `^${out}/credential_report\\.csv: \\d+ rows \\(\\d+ [A-Z_]+(, \\d+ [A-Z_]+)*\\), succeeded\n` +
          `${out}/report\\.html: the page to look at\n${out}/review\\.csv: the access-review sheet\n` +
          `${out}/unexplained_logins\\.csv: logins that no present grant explains\n` +
          `${out}/manifest\\.json: SHA-256 ${sha256Of(readFileSync(join(out, "manifest.json")))}\n` +
          `\\d+ s, ${callsIn(out)} calls to AWS, 0 of them throttled\n$`,
      ),
    );
    for (const line of [
      /^the login source$/m,
      /^permission sets: 8 of 8$/m,
      /^assignments: (\d+) of \1$/m,
      /^users: 25$/m,
      /^rows: \d+$/m,
    ]) {
      expect(stderr).toMatch(line);
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no cursor is moved where there is no terminal
    expect(stdout + stderr).not.toMatch(/\x1b/);
    await served.close();
  });

  test("for a random organisation, with other settings", async () => {
    const oddities = fc.sample(reportCases(), { seed: 20_261_122, numRuns: 40 });
    const { organisation } = oddities.find(
      ({ organisation: { AccountAssignments, EventDataStore } }) => EventDataStore && AccountAssignments.length > 5,
    )!;
    const served = await startLocalAws({ organisation: organisation as OrganisationFile, throttle: false, rate: 1000 });
    const out = join(folder, "random");
    const days = ["--lookback-days", "30", "--new-access-days", "3"];
    const { code, stdout } = await run([...lake(served), ...days, "--json", "--out", out], served);

    expect(code).toBe(JSON.parse(stdout).status === "degraded" ? 3 : 0);
    const expected = await deployed(served, { lookbackDays: 30, newAccessDays: 3 });
    expect(readFileSync(join(out, "credential_report.csv"), "utf8")).toBe(expected);
    const { rows, ...summary } = JSON.parse(stdout);
    expect(rows.total).toBe(parse(expected).length - 1);
    expect(summary).toEqual({
      runId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: expect.stringMatching(/^(succeeded|degraded)$/),
      report: join(out, "credential_report.csv"),
      manifest: join(out, "manifest.json"),
      manifestSha256: sha256Of(readFileSync(join(out, "manifest.json"))),
      warnings: expect.any(Array),
      startedAt: expect.any(String),
      finishedAt: expect.any(String),
    });
    await served.close();
  });
});

test("reviewers and administrators are told of as the deployed function's settings do", async () => {
  const served = await startLocalAws({ organisation: sample, throttle: false, rate: 1000 });
  const out = join(folder, "review");
  const named = ["--administrator-permission-set", "Billing", "--reviewer-pattern", "^(\\w+)"];
  const { code } = await run([...lake(served), ...named, "--quiet", "--out", out], served);

  expect(code).toBe(0);
  const review = readFileSync(join(out, "review.csv"), "utf8");
  const settings = { administratorPermissionSets: ["Billing"], reviewerPattern: "^(\\w+)" };
  expect(review).toBe(await deployed(served, settings, "review.csv"));
  const plain = await deployed(served, {}, "review.csv");
  const administrators = (text: string) =>
    (parse(text, { columns: true }) as Record<string, string>[]).filter((row) => row.Administrator === "yes").length;
  expect(administrators(review)).toBeGreaterThan(administrators(plain));
  expect(review).not.toBe(plain);
  await served.close();
});

test("a degraded report exits with 3 and replaces no whole one; a whole one replaces whatever stands in DIR", async () => {
  const out = join(folder, "replaced");
  const degraded = ["--no-logins", "--quiet", "--now", now, "--out", out];
  expect(await run(degraded)).toEqual({ code: 3, stdout: "", stderr: "" });
  const rows = parse(readFileSync(join(out, "credential_report.csv")), { columns: true }) as Record<string, string>[];
  expect(rows.map(({ Usage, LastLogin }) => [Usage, LastLogin])).toEqual(many(2, () => ["UNKNOWN", "UNKNOWN"]));
  const first = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
  expect(first).toMatchObject({ status: "degraded", sources: { logins: { status: "left-out" } } });
  await writeFile(join(out, "notes.txt"), "not ours");

  expect(await run([...lake(localAws), "--out", out])).toMatchObject({ code: 0 });
  const whole = readFileSync(join(out, "manifest.json"), "utf8");
  const names = JSON.parse(whole).files.map(({ name }: { name: string }) => name);
  expect(readdirSync(out).sort()).toEqual([...names, "manifest.json", "notes.txt"].sort());
  expect(names).toContain("unexplained_logins.csv");
  expect(REPORT_FILES).toEqual(expect.arrayContaining(names));

  const { code, stderr } = await run(degraded);
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: `${out} has a whole report, which stays: this one is degraded.\n`,
  });
  expect(readFileSync(join(out, "manifest.json"), "utf8")).toBe(whole);
  expect(JSON.parse(readFileSync(join(out, "degraded/manifest.json"), "utf8"))).toMatchObject({ status: "degraded" });
  expect(localAws.stats().calls["cloudtrail:StartQuery"]).toBe(1); // the whole one's
});

test("logins that could not be read make a degraded report, which exits with 3", async () => {
  localAws.inject([{ operation: "cloudtrail:StartQuery", kind: "accessDenied" }]);
  const { code, stdout, stderr } = await run([...lake(localAws), "--out", join(folder, "degraded")]);
  expect(code).toBe(3);
  expect(stdout).toMatch(/, degraded\n[\s\S]*manifest\.json: SHA-256 [0-9a-f]{64}\n.* calls to AWS/);
  expect(stderr).toMatch(/^warning: /m);
});

test("a store that is not there ends the run at once, before anything is collected", async () => {
  const out = join(folder, "wrong-lake");
  localAws.inject([{ operation: "sso-admin:ListPermissionSets", kind: "slow", ms: 60_000 }]);
  const { code, stderr } = await run(["--lake-id", "00000000-1111-4222-8333-444444444444", "--quiet", "--out", out]);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^cloudtrail GetEventDataStore .*EventDataStoreNotFound.* --lake-id takes .*Nothing was written\.\n$/,
  );
  expect(readdirSync(out)).toEqual([]);
});

test("while one run writes into DIR, a second one is refused, and the first goes on", async () => {
  const out = join(folder, "shared");
  localAws.inject([{ operation: "sso-admin:ListPermissionSets", kind: "slow", ms: 8_000, at: 1 }]);
  const first = start([...lake(localAws), "--quiet", "--out", out]);
  while (!localAws.stats().calls["sso-admin:ListPermissionSets"])
    await new Promise((resolve) => setTimeout(resolve, 10));

  const { code, stderr } = await run([...lake(localAws), "--quiet", "--out", out]);

  expect(code).toBe(1);
  expect(stderr).toMatch(/^--out: process \d+ on .* is writing a report there\. Wait for it, or give another --out/);
  expect(await first.ended).toMatchObject({ code: 0, stderr: "" });
});

test("a file that is in use leaves the report that stood there as it was, and is named", async () => {
  const out = join(folder, "in-use");
  expect(await run([...lake(localAws), "--quiet", "--out", out])).toMatchObject({ code: 0 });
  await rm(join(out, "review.csv"));
  await mkdir(join(out, "review.csv")); // what can be replaced on no system, as a file that a spreadsheet has open on some
  const files = () => ["credential_report.csv", "manifest.json"].map((name) => readFileSync(join(out, name), "utf8"));
  const before = files();

  const { code, stderr } = await run([...lake(localAws), "--quiet", "--out", out]);

  expect(code).toBe(1);
  expect(stderr).toContain(`${join(out, "review.csv")} cannot be replaced`);
  expect(stderr).toMatch(/Close it in the spreadsheet.*then run again\. Nothing was written/);
  expect(files()).toEqual(before);
});

test("a report into a DIR that has one compares with it, and is linked to it by its manifest's hash", async () => {
  const out = join(folder, "twice");
  expect(await run([...lake(localAws), "--quiet", "--out", out])).toMatchObject({ code: 0 });
  const first = readFileSync(join(out, "manifest.json"));

  expect(await run([...lake(localAws), "--quiet", "--out", out])).toMatchObject({ code: 0 });

  const second = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
  expect(second.previousReport.status).toBe("compared");
  expect(second.previousManifest.sha256).toBe(createHash("sha256").update(first).digest("hex"));
  expect(readFileSync(join(out, "changes.csv"), "utf8").trim().split("\r\n")).toHaveLength(1);
});

test("--region is where Identity Center and Organizations are asked", async () => {
  const served = await startLocalAws({ organisation: small, throttle: false, rate: 1000, record: true });
  const args = [...lake(served), "--region", "eu-central-1", "--quiet", "--out", join(folder, "region")];
  expect(await run(args, served)).toMatchObject({ code: 0 });
  const regions = new Map(served.stats().requests!.map(({ service, region }) => [service, region]));
  expect(Object.fromEntries(regions)).toMatchObject({
    "sso-admin": "eu-central-1",
    identitystore: "eu-central-1",
    cloudtrail: "eu-west-1", // the store's own
  });
  await served.close();
});

test("--help tells how, and wrong arguments what is wrong; neither asks AWS anything", async () => {
  const [help, wrong] = await Promise.all([run(["--help"]), run(["--lake-id", "abc"])]);

  expect(help).toMatchObject({ code: 0, stderr: "" });
  for (const words of [/^Usage: credential-report report /m, /^Examples:$/m, /^Exit codes:$/m])
    expect(help.stdout).toMatch(words);
  expect(wrong).toEqual({
    code: 2,
    stdout: "",
    stderr:
      '--lake-id: expected an event data store id (UUID) or ARN, or "" for Event history, got "abc". Find it under CloudTrail → Lake → Event data stores.\n',
  });
  expect(localAws.stats().calls).toEqual({});
});

test("a run that fails exits with 1, names the call, and leaves the report that stood there as it was", async () => {
  const out = join(folder, "failing");
  await mkdir(out);
  for (const name of ["credential_report.csv", "manifest.json"]) await writeFile(join(out, name), "{}");
  localAws.inject([{ operation: "identitystore:ListUsers", kind: "accessDenied" }]);

  const { code, stdout, stderr } = await run([...lake(localAws), "--quiet", "--out", out]);

  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(
    /^identitystore ListUsers was refused .* needs identitystore:ListUsers\.\nNothing was published, .* kept\. `credential-report report .* --resume` goes on from there\.\n$/,
  );
  expect(readdirSync(out).sort()).toEqual([".unfinished", "credential_report.csv", "manifest.json"]);
  expect(readFileSync(join(out, "manifest.json"), "utf8")).toBe("{}");
});

test("a DIR that cannot be made exits with 1 and says why and what to do, without a stack trace", async () => {
  const file = join(folder, "a-file");
  await writeFile(file, "");

  const { code, stderr } = await run(["--no-logins", "--out", join(file, "below")]);

  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^--out: .*a-file\/below cannot be used \(ENOTDIR: .*\)\. Give a directory that can be made and written to\.\n$/,
  );
});

describe("Ctrl-C", () => {
  test.each(["sso-admin:ListAccountAssignments", "cloudtrail:GetQueryResults"])(
    "while %s is not answered: ends within seconds, cancels no query, and says how to go on",
    async (operation) => {
      const out = join(folder, operation.replace(":", "-"));
      localAws.inject([{ operation, kind: "slow", ms: 60_000 }]);
      const { child, ended } = start([...lake(localAws), "--out", out]);
      while (!localAws.stats().calls[operation]) await new Promise((resolve) => setTimeout(resolve, 10));
      const startedMs = performance.now();
      process.kill(-child.pid!, "SIGINT"); // as a terminal does, the whole process group
      const { code, stderr } = await ended;

      expect(code).toBe(130);
      expect(performance.now() - startedMs).toBeLessThan(10_000);
      expect(stderr).toMatch(
        /^Interrupted: nothing was published, less than a minute of reading kept\. `credential-report report .* --resume` goes on from there\.$/m,
      );
      expect(readdirSync(out)).toEqual([".unfinished"]);
      expect(localAws.stats().calls["cloudtrail:CancelQuery"]).toBeUndefined();
    },
  );
});
