import { trailLayoutOf } from "../../handlers/logins/athenaTable";
import { cloudTrailTable } from "../../local/aws";

const name = { catalog: "AwsDataCatalog", database: "logs", table: "trail", full: "logs.trail" };
const place = { bucket: "trail", account: "111122223333", region: "us-east-1", organizationId: "o-a1b2c3d4e5" };
type Layout = Parameters<typeof cloudTrailTable>[0];
const metadata = (layout: Layout) => cloudTrailTable(layout, "logs.trail", place).TableMetadata;
const layoutOf = (layout: Layout, change: (table: ReturnType<typeof metadata>) => object = (table) => table) =>
  trailLayoutOf(name, change(metadata(layout)) as never);
const ymd = ["year", "month", "day"];

test.each([
  ["projected", { account: { value: "111122223333" }, region: { value: "us-east-1" }, day: ["timestamp"] }],
  ["manual", { account: { value: "111122223333" }, region: { key: "region" }, day: ymd }],
  ["organization", { account: { key: "account" }, region: { key: "region" }, day: ymd }],
] as const)("AWS's own table of the layout %s", (layout, expected) => {
  expect(layoutOf(layout)).toEqual(expected);
});

describe("a projected table", () => {
  const root = "s3://aws-controltower-logs-444455556666-eu-west-1/o-a1/AWSLogs/o-a1/";
  const several = (parameters: object = {}, keys: readonly string[] = []) =>
    layoutOf("projected", (table) => ({
      ...table,
      PartitionKeys: [...keys, "timestamp"].map((Name) => ({ Name, Type: "string" })),
      Parameters: { ...table.Parameters, ...parameters },
    }));

  test("of a whole organization says account, Region and day by its keys", () => {
    const template = { "storage.location.template": `${root}\${acct}/CloudTrail/\${Region}/\${timestamp}/` };
    expect(several(template, ["Acct", "region"])).toEqual({
      account: { key: "acct" },
      region: { key: "region" },
      day: ["timestamp"],
    });
  });

  test("may have a key each for year, month and day", () => {
    const template = `${root}111122223333/CloudTrail/\${region}/\${y}/\${m}/\${d}`;
    const types = Object.fromEntries(["y", "m", "d"].map((key) => [`projection.${key}.type`, "integer"]));
    expect(several({ "storage.location.template": template, ...types }, ["region", "y", "m", "d"])).toEqual({
      account: { value: "111122223333" },
      region: { key: "region" },
      day: ["y", "m", "d"],
    });
  });

  test.each([
    ["another format", { "projection.timestamp.format": "yyyy-MM-dd" }],
    ["months", { "projection.timestamp.interval.unit": "MONTHS" }],
    ["weeks", { "projection.timestamp.interval": "7" }],
    ["no dates", { "projection.timestamp.type": "injected" }],
    ["another path", { "storage.location.template": `s3://trail/copies/\${timestamp}` }],
    ["more in the path", { "storage.location.template": `${root}1/CloudTrail/eu-west-1/x\${timestamp}` }],
    ["no path", { "storage.location.template": undefined }],
  ])("is not understood to be cut by day with %s", (_, parameters) => {
    expect(several(parameters).day).toBeNull();
  });
});

describe("a table whose partitions are added", () => {
  const at = (location: string, keys: readonly string[], Type = "string") =>
    layoutOf("manual", (table) => ({
      ...table,
      PartitionKeys: keys.map((Name) => ({ Name, Type })),
      Parameters: { ...table.Parameters, location },
    }));

  test("says by its location whose files it has", () => {
    expect(at("s3://trail/AWSLogs/111122223333/CloudTrail/eu-west-1/", ymd)).toMatchObject({
      account: { value: "111122223333" },
      region: { value: "eu-west-1" },
    });
    expect(at("s3://trail/a/b/AWSLogs/o-a1/111122223333", [])).toEqual({
      account: { value: "111122223333" },
      region: null,
      day: null,
    });
    expect(at("s3://trail/elsewhere/", ymd)).toEqual({ account: null, region: null, day: ymd });
  });

  test("is not understood to be cut by day with other keys, or with numbers", () => {
    expect(at("s3://trail/AWSLogs/", ["year", "month"]).day).toBeNull();
    expect(at("s3://trail/AWSLogs/", ["dt"]).day).toBeNull();
    expect(at("s3://trail/AWSLogs/", ymd, "int").day).toBeNull();
  });
});

describe("what cannot be asked for logins", () => {
  const refused = (change: (columns: { Name: string; Type: string }[]) => object[]) => {
    try {
      layoutOf("manual", (table) => ({ ...table, Columns: change(structuredClone(table.Columns) as never) }));
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
    throw new Error("It was taken.");
  };

  test.each<[string, (columns: { Name: string; Type: string }[]) => object[], string]>([
    ["no table of CloudTrail's", () => [{ Name: "id", Type: "bigint" }], "is not one over a CloudTrail trail's files"],
    [
      "one that lacks a column",
      (columns) => columns.filter(({ Name }) => Name !== "serviceeventdetails"),
      "it has no text serviceeventdetails",
    ],
    [
      "one with another type",
      (columns) => columns.map((column) => (column.Name === "readonly" ? { ...column, Type: "boolean" } : column)),
      "it has no text readonly",
    ],
    [
      "one whose user is a text",
      (columns) => columns.map((column) => (column.Name === "useridentity" ? { ...column, Type: "string" } : column)),
      "it has no useridentity with username, principalid and arn",
    ],
    [
      "an older one, that cannot tell users",
      (columns) =>
        columns.map(({ Name, Type }) => ({
          Name,
          Type: Type.replace("onbehalfof:struct<userid:string,identitystorearn:string>,", ""),
        })),
      "is older than the field in which events name their user (useridentity.onbehalfof.userid), so it cannot tell who logged in. Make it anew with the statement in docs/logins.md",
    ],
  ])("%s", (_, change, message) => {
    expect(refused(change)).toContain(message);
    expect(refused(change)).toMatch(/^NoTrailTable: The table logs\.trail /);
  });
});
