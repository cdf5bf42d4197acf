import { join, resolve } from "node:path";
import { functionPackages } from "../../components/reportFunction";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { type Archive, zippedSize } from "../../local/deployment/archive";
import { type Deployment, deploy } from "../../local/deployment/deploy";
import { runProduct } from "../../local/runReport";

export interface ArtefactOptions {
  /** Makes the project whose program is deployed, and gives its directory. */
  readonly project: () => Promise<string>;
  /** Every package in the archive: about how many kB it adds, and what needs it. */
  readonly packages: Readonly<Record<string, readonly [kilobytes: number, reason: string]>>;
  /** What the archive may weigh when it is zipped, in bytes. */
  readonly budget: number;
  /** Settings of the program, all but the first deployment's. @default as they were */
  readonly otherSettings?: Readonly<Record<string, unknown>>;
  /** What the serialised text may require besides `functionPackages` and what Node itself gives it. */
  readonly alsoRequired: readonly string[];
}

/** What Node itself gives the serialised handler. */
const BUILT_IN = ["buffer", "crypto", "events", "fs", "util", "worker_threads", "zlib"];

/**
 * What every archive does that Pulumi's own program runner makes of the handler: it holds the packages that it needs and no others, and plain
 * node runs it, from the archive's files alone. Not shown: that AWS Lambda does.
 *
 * @returns the archive, once it is made
 */
export function artefactSuite(options: ArtefactOptions): () => Archive {
  let aws: LocalAws;
  let deployment: Deployment;
  let archive: Archive;
  /** Each entry's size, zipped by itself. */
  let sizes: ReadonlyMap<string, number>;

  beforeAll(async () => {
    const projectDirectory = await options.project();
    const organisation = join(resolve(__dirname, "../.."), "local/organisations/sample.json");
    aws = await startLocalAws({ organisation, throttle: false, rate: 1000 });
    deployment = await deploy({ localAws: aws, projectDirectory, requestsPerSecond: 10_000 });
    archive = ofFunction().archive!;
    sizes = new Map([...archive].map(([path, entry]) => [path, zippedSize(new Map([[path, entry]]))]));
  }, 180_000);

  const ofFunction = () => deployment.resources.find((resource) => resource.archive !== undefined)!;

  afterAll(async () => {
    await deployment?.close();
    await aws?.close();
  });

  it("loads the packages that it is given and no others", () => {
    const required = [...textOf(archive).matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name!);
    // A package is required by its entry file, or by another of its files.
    const packages = required.map((name) => name.replace(/^(@[^/]+\/[^/]+|[^@./][^/]*)\/.*$/, "$1"));
    const allowed = [...functionPackages, ...BUILT_IN, ...options.alsoRequired];
    expect([...new Set(packages)].filter((name) => !allowed.includes(name))).toEqual([]);
    for (const name of options.alsoRequired) expect(packages).toContain(name);
  });

  it("holds the packages that have a reason to be there, each in about its size", () => {
    const found = [...sizes].filter(([path]) => path.startsWith("node_modules/"));
    const kilobytes = found.map(([path, size]) => [path.slice(13), size / 1000] as const);
    expect(kilobytes.map(([name]) => name).sort()).toEqual(Object.keys(options.packages).sort());
    const grown = kilobytes.filter(([name, size]) => Math.abs(size - options.packages[name]![0]) > 1 + size / 20);
    expect(grown).toEqual([]);
  });

  it(`is at most ${options.budget / 1e6} MB when zipped`, () => {
    const endings = zippedSize(new Map()) * (sizes.size - 1); // one zip has one
    const size = [...sizes.values()].reduce((sum, each) => sum + each, 0) - endings;
    expect(size).toBeLessThan(options.budget);
  });

  it("writes the very bytes that the source writes", async () => {
    const { output } = await deployment.startExecution({}, "artefact").ended;
    const result = JSON.parse(output!) as { reportKey: string };
    const bucket = aws.buckets.get(String(deployment.outputs.bucketName));
    const fromArchive = Buffer.concat(bucket?.objects.get(result.reportKey)?.body ?? []);
    const { csv: fromSource, files } = await runProduct(aws);
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

  // Pulumi sees new code wherever the archive differs.
  it("is the same, byte for byte, when another process makes it, whatever the settings", async () => {
    const { code } = ofFunction().inputs;
    const changes = await deployment.up(options.otherSettings);
    expect(ofFunction().inputs.code).toBe(code);
    expect(changes.find(({ type }) => type === "aws:lambda/function:Function")?.operation).toBe(
      options.otherSettings === undefined ? "same" : "updated",
    );
  }, 60_000);

  return () => archive;
}

/** What Pulumi wrote. */
export function textOf(archive: Archive): string {
  const entry = archive.get("__index.js");
  if (entry === undefined || !("text" in entry)) throw new Error("the archive has no __index.js");
  return entry.text;
}
