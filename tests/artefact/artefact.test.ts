import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, resolve } from "node:path";
import { pageAssets } from "../../handlers/files/page/document";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { type Archive, zippedSize } from "../../local/deployment/archive";
import { type Deployment, deploy } from "../../local/deployment/deploy";
import { runProduct } from "../../local/runReport";

// Shows what Pulumi's own program runner makes of the handler, and that plain node runs it from the archive's files alone.
// Not that AWS Lambda does.

const PROJECT = resolve(__dirname, "../..");

/** All that the serialised handler may load. Never `./bundle`, which puts the page together: the page's strings are in the text. */
const REQUIRED = [
  "./bundle",
  "@aws-sdk/client-cloudtrail",
  "@aws-sdk/client-identitystore",
  "@aws-sdk/client-organizations",
  "@aws-sdk/client-s3",
  "@aws-sdk/client-sns",
  "@aws-sdk/client-sso-admin",
  "@json2csv/plainjs",
  "buffer",
  "crypto",
  "events",
  "re2js",
  "zlib",
];

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

it("loads these packages and no others", () => {
  const required = [...serialisedText().matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name!);
  // A package is required by its entry file.
  const packages = required.map((name) => name.replace(/^(@[^/]+\/[^/]+)\/.*$/, "$1"));
  expect([...new Set(packages)].sort()).toEqual(REQUIRED);
});

it("carries the page's script and style along", () => {
  const { scriptHash, styleHash } = pageAssets();
  expect(serialisedText()).toContain(JSON.stringify(scriptHash));
  expect(serialisedText()).toContain(JSON.stringify(styleHash));
});

it("holds the packages that these need, none of Pulumi's and none for development", () => {
  const { devDependencies } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8"));
  const packages = [...archive.keys()].flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1] ?? []);
  expect(packages).toEqual(
    expect.arrayContaining(REQUIRED.filter((name) => !builtinModules.includes(name) && name !== "./bundle")),
  );
  expect(packages.filter((name) => name.startsWith("@pulumi/"))).toEqual([]);
  const direct = Object.keys(devDependencies).filter((name) => packages.includes(name));
  // What the SDK's credential providers bring along stands among our own tools too.
  expect(direct.filter((name) => !name.startsWith("@aws-sdk/"))).toEqual([]);
});

it("is at most 6 MB when zipped", () => {
  expect(zippedSize(archive)).toBeLessThan(6_000_000);
});

it("is the same, byte for byte, when another process makes it", async () => {
  const changes = await deployment.up();
  expect(changes.find(({ type }) => type === "aws:lambda/function:Function")?.operation).toBe("same");
}, 60_000);

it("writes the very bytes that the source writes", async () => {
  const result = (await deployment.invoke({ runId: "artefact" })) as { reportKey: string; status: string };
  const bucket = aws.buckets.get(String(deployment.outputs.bucketName));
  const fromArchive = Buffer.concat(bucket?.objects.get(result.reportKey)?.body ?? []);
  const fromSource = (await runProduct(aws, { requestsPerSecond: 300 })).csv;
  expect(fromArchive.toString("utf8")).toBe(fromSource);
  expect(fromSource.split("\r\n").length).toBeGreaterThan(50);
});

it("throws a failure as an error with name and message, which Lambda counts", async () => {
  await expect(deployment.invoke({ runId: "not/an/id" })).rejects.toMatchObject({ name: "BadEvent" });
});
