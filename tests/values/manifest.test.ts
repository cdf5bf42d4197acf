import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { manifestProblems } from "../../cli/verify/manifestCheck";
import { type Manifest, manifestOf, originOf } from "../../handlers/files/manifest";
import schema from "../../handlers/files/manifest.schema.json";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { type ProductRun, runProduct } from "../../local/runReport";
import { publishFiles, sha256Of } from "../support/reportDirectory";
import { sourcesOf } from "../support/reportRows";

const root = resolve(__dirname, "../..");

describe("the schema", () => {
  test("is one of draft 2020-12", () => {
    const ajv = new Ajv2020();
    expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(ajv.validateSchema(schema)).toBe(true);
  });

  test("describes every field", () => {
    const undescribed: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [key, child] of Object.entries(value)) visit(child, `${path}/${key}`);
      // Those of an if and of its branches say something about a field that is described elsewhere.
      if (/\/(if|then|else|contains)(\/|$)/.test(path) || !("properties" in value)) return;
      for (const [name, field] of Object.entries(value.properties as object)) {
        if (typeof field.description !== "string") undescribed.push(`${path}/${name}`);
      }
    };
    visit(schema, "");
    expect(undescribed).toEqual([]);
  });

  test("lets no field be left out and no other be added, but where it says so", () => {
    const loose: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [key, child] of Object.entries(value)) visit(child, `${path}/${key}`);
      if (/\/(if|then|else|contains)(\/|$)/.test(path) || !("properties" in value)) return;
      const { properties, required, additionalProperties } = value as Record<string, object>;
      const optional = Object.keys(properties!).filter((name) => !(required as string[]).includes(name));
      if ((additionalProperties as unknown) !== false) loose.push(path);
      loose.push(...optional.map((name) => `${path}/${name}`));
    };
    visit(schema, "");
    expect(loose.sort()).toEqual([
      // What was not looked at has no number, only Event history has an archive, and manifests of version 0.1 do not have the rest.
      "/$defs/file/rows",
      "/decisions",
      // Manifests of version 0.1, and of some of 0.2, do not have these.
      "/figures",
      "/instance",
      "/news",
      "/notCovered",
      // What was not looked at has no number.
      "/properties/notCovered/items/count",
      "/properties/notCovered/items/names",
      "/properties/previousReport/rolesCompared",
      // Manifests of version 0.1 do not have these.
      "/properties/settings/loginRoleArn",
      "/properties/settings/trailTable",
      "/properties/settings/trailWorkgroup",
      "/properties/sources/accountAccess",
      // Only Event history has an archive.
      "/properties/sources/properties/identityCenter/readAgain",
      "/properties/sources/properties/logins/archive",
      "/properties/sources/properties/logins/assignments",
      "/properties/sources/properties/logins/notUnderstood",
      "/properties/sources/properties/logins/regions",
    ]);
  });
});

describe("the manifest of a run", () => {
  let aws: LocalAws;
  let runs: [ProductRun, ProductRun];

  beforeAll(async () => {
    aws = await startLocalAws({ organisation: join(root, "local/organisations/sample.json"), throttle: false });
    runs = [await runProduct(aws), await runProduct(aws)];
  });
  afterAll(() => aws.close());

  test("is what the schema says", () => {
    expect(manifestProblems(runs[0].manifest)).toEqual([]);
    expect(JSON.parse(runs[0].files["manifest.json"]!.toString())).toEqual(runs[0].manifest);
  });

  test("says by whom, where and with which program", () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(runs[0].manifest).toMatchObject({
      programVersion: version,
      account: "111122223333",
      region: "eu-west-1",
      caller: "arn:aws:iam::111122223333:role/test",
    });
  });

  test("names every file with its size, hash and rows", () => {
    const { manifest, files } = runs[0];
    const others = Object.keys(files).filter((name) => name !== "manifest.json");
    expect(manifest.files.map(({ name }) => name).sort()).toEqual(others.sort());
    for (const { name, bytes, sha256, rows } of manifest.files) {
      expect([name, bytes, sha256]).toEqual([name, files[name]!.length, sha256Of(files[name]!)]);
      if (name === "credential_report.csv") expect(rows).toBe(manifest.rows.total);
    }
  });

  test("says of each source how many calls it took and how many pages it gave", () => {
    const { calls, sources } = runs[0].manifest;
    const pages = (...names: string[]) => names.reduce((sum, name) => sum + calls[name]!, 0);
    const { identityCenter, identityStore, organizations, logins } = sources;
    const ofCenter = Object.keys(calls).filter((name) => name.startsWith("sso-admin:"));
    expect(identityCenter.calls).toBe(pages(...ofCenter));
    // A description is no page, nor is an inline policy.
    const single = pages(
      "sso-admin:DescribePermissionSet",
      "sso-admin:DescribeInstance",
      "sso-admin:GetInlinePolicyForPermissionSet",
    );
    expect(identityCenter.pages).toBe(pages(...ofCenter) - single);
    const ofStore = Object.keys(calls).filter((name) => name.startsWith("identitystore:"));
    expect(identityStore).toMatchObject({ calls: pages(...ofStore) });
    expect(identityStore.pages).toBeLessThanOrEqual(identityStore.calls);
    expect(organizations).toMatchObject({
      calls: pages("organizations:ListAccounts"),
      pages: pages("organizations:ListAccounts"),
    });
    expect(logins.pages).toBe(pages("cloudtrail:GetQueryResults"));
    expect(logins.calls).toBeGreaterThan(logins.pages);
    expect(logins.bytesScanned).toBeGreaterThan(0);
  });

  test("the same state and present give the same bytes but for the run's own", () => {
    /** Without what the schema calls of the run itself; its id, place and note are the same here. */
    const lasting = ({ startedAt, finishedAt, calls, throttled, sources, ...rest }: Manifest) => {
      const { queryId, bytesScanned, calls: polls, ...logins } = sources.logins;
      return JSON.stringify({ ...rest, sources: { ...sources, logins } });
    };
    const [first, second] = runs;
    expect(lasting(first.manifest)).toBe(lasting(second.manifest));
    for (const [name, bytes] of Object.entries(first.files)) {
      if (name !== "manifest.json") expect([name, second.files[name]!.equals(bytes)]).toEqual([name, true]);
    }
    expect(first.manifest.sources.logins.queryId).not.toBe(second.manifest.sources.logins.queryId);
  });
});

test("calls that were throttled are no pages", () => {
  const effort = {
    calls: { "organizations:ListAccounts": 5, "s3:PutObject": 7 },
    answered: { "organizations:ListAccounts": 3, "s3:PutObject": 7 },
    throttled: { "organizations:ListAccounts": 2 },
  };
  const place = { account: "111122223333", region: "eu-west-1", caller: "arn:aws:iam::111122223333:role/test" };
  const facts = {
    ...place,
    runId: "r",
    trigger: "manual",
    note: "",
    startedMs: 0,
    finishedMs: 0,
    effort,
    loginsEffort: effort,
  };
  const counts = { total: 0, byRowStatus: {}, byUsage: {} };
  const previousReport = {
    status: "none",
    reportedAt: null,
    manifestKey: null,
    usageCompared: false,
    rolesCompared: false,
    reason: null,
  } as const;
  const previous = { previousManifest: null, previousReport, notes: [] };
  const nothing = { carried: 0, stillThere: 0, changed: 0, contested: 0, done: 0, problem: null, files: [] };
  const found = { decisions: nothing, news: null, notCovered: [] };
  const { sources, throttled } = manifestOf(sourcesOf({}), facts, counts, [], found, previous);
  expect(sources.organizations).toMatchObject({ calls: 5, pages: 3 });
  expect(sources.identityStore).toMatchObject({ calls: 0, pages: 0 });
  expect(throttled).toEqual(effort.throttled);
});

test("each manifest names the one before it by the hash of its bytes", async () => {
  const later = (now: string) => ({ ...sourcesOf({}), settings: { ...sourcesOf({}).settings, now } });
  const first = await publishFiles(later("2026-11-01T00:00:00Z"));
  const second = await publishFiles(later("2026-11-08T00:00:00Z"), {}, { key: "first/manifest.json", files: first });
  const link = (files: typeof first) => (JSON.parse(files["manifest.json"]!.toString()) as Manifest).previousManifest;
  expect(link(first)).toBeNull();
  expect(link(second)).toEqual({ key: "first/manifest.json", sha256: sha256Of(first["manifest.json"]!) });
  expect(manifestProblems(JSON.parse(second["manifest.json"]!.toString()))).toEqual([]);
});

test("a function's place is in its ARN", () => {
  const arn = "arn:aws-us-gov:lambda:us-gov-west-1:444455556666:function:report-function:live";
  expect(originOf(arn)).toEqual({ account: "444455556666", region: "us-gov-west-1", caller: arn });
  expect(() => originOf("")).toThrow('Lambda gave "" for the function\'s ARN');
});
