import { join, resolve } from "node:path";
import { functionPackages } from "../../components/reportFunction";
import { pageAssets } from "../../handlers/files/page/document";
import { workerText } from "../../handlers/files/review/workbook/workbook";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { type Archive, zippedSize } from "../../local/deployment/archive";
import { type Deployment, deploy } from "../../local/deployment/deploy";
import { runProduct } from "../../local/runReport";
import { BUDGET, PACKAGES } from "./packages";

// Shows what Pulumi's own program runner makes of the handler, and that plain node runs it from the archive's files alone.
// Not that AWS Lambda does.

const PROJECT = resolve(__dirname, "../..");

/** What Node itself gives the serialised handler. */
const BUILT_IN = ["buffer", "crypto", "events", "fs", "util", "worker_threads", "zlib"];

/** Puts the page, and the worker that writes workbooks, together for a terminal. Their strings are in the text, so that Lambda never comes to it. */
const NEVER_LOADED = ["./bundle"];

let aws: LocalAws;
let deployment: Deployment;
let archive: Archive;

beforeAll(async () => {
  aws = await startLocalAws({ organisation: join(PROJECT, "local/organisations/sample.json"), rate: 20 });
  deployment = await deploy({ localAws: aws });
  archive = deployment.resources.find((resource) => resource.archive !== undefined)!.archive!;
}, 120_000);

afterAll(async () => {
  await deployment?.close();
  await aws?.close();
});

function serialisedText(): string {
  const entry = archive.get("__index.js");
  if (entry === undefined || !("text" in entry)) throw new Error("the archive has no __index.js");
  return entry.text;
}

it("loads the packages that it is given and no others", () => {
  const required = [...serialisedText().matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name!);
  // A package is required by its entry file.
  const packages = required.map((name) => name.replace(/^(@[^/]+\/[^/]+)\/.*$/, "$1"));
  expect([...new Set(packages)].sort()).toEqual([...functionPackages, ...BUILT_IN, ...NEVER_LOADED].sort());
});

it("carries the page's script and style along", () => {
  const { scriptHash, styleHash } = pageAssets();
  expect(serialisedText()).toContain(JSON.stringify(scriptHash));
  expect(serialisedText()).toContain(JSON.stringify(styleHash));
});

it("carries the text of the worker that writes workbooks along", () => {
  expect(serialisedText()).toContain(JSON.stringify(workerText()).slice(1, 2_000));
});

it("holds the packages that have a reason to be there, each in about its size", () => {
  const found = [...archive].filter(([path]) => path.startsWith("node_modules/"));
  const kilobytes = found.map(
    ([path, entry]) => [path.slice(13), zippedSize(new Map([[path, entry]])) / 1000] as const,
  );
  expect(kilobytes.map(([name]) => name).sort()).toEqual(Object.keys(PACKAGES).sort());
  const grown = kilobytes.filter(([name, size]) => Math.abs(size - PACKAGES[name]![0]) > 1 + size / 20);
  expect(grown).toEqual([]);
});

it(`is at most ${BUDGET / 1e6} MB when zipped`, () => {
  expect(zippedSize(archive)).toBeLessThan(BUDGET);
});

it("is the same, byte for byte, when another process makes it", async () => {
  const changes = await deployment.up();
  expect(changes.find(({ type }) => type === "aws:lambda/function:Function")?.operation).toBe("same");
}, 60_000);

it("writes the very bytes that the source writes", async () => {
  const { output } = await deployment.startExecution({}, "artefact").ended;
  const result = JSON.parse(output!) as { reportKey: string };
  const bucket = aws.buckets.get(String(deployment.outputs.bucketName));
  const fromArchive = Buffer.concat(bucket?.objects.get(result.reportKey)?.body ?? []);
  const { csv: fromSource, files } = await runProduct(aws, { requestsPerSecond: 300 });
  expect(fromArchive.toString("utf8")).toBe(fromSource);
  const workbook = bucket?.objects.get(result.reportKey.replace("credential_report.csv", "review.xlsx"))?.body ?? [];
  expect(Buffer.concat(workbook).equals(files["review.xlsx"]!)).toBe(true);
  expect(fromSource.split("\r\n").length).toBeGreaterThan(50);
});

it("answers a failure that is for good by its name, which ends the execution", async () => {
  const { status, error, cause } = await deployment.startExecution({ lookbackDays: "4000" }).ended;
  expect([status, error]).toEqual(["FAILED", "BadSetting"]);
  expect(cause).toContain("/credential_reports/status/");
});
