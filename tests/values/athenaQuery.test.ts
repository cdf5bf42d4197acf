import { Parser } from "node-sql-parser/build/trino";
import { TRAIL_COLUMNS, type TrailQuery, trailQuery } from "../../handlers/logins/athenaQuery";

const asked: TrailQuery = {
  name: { catalog: "AwsDataCatalog", database: "security", table: "logs", full: "security.logs" },
  layout: { account: { key: "account" }, region: { key: "region" }, day: ["year", "month", "day"] },
  window: { from: "2026-10-30T09:00:00Z", to: "2026-11-02T09:00:00Z" },
  ownerAccountId: "111122223333",
  regions: ["eu-west-1", "us-east-1"],
};
const query = (more: Partial<TrailQuery> = {}) => trailQuery({ ...asked, ...more });
const sets = /GROUPING SETS \(\((.*)\), \((.*)\)\)/;

test.each([1, 2])("is Trino, grouped by either of its sets: %d", (set) => {
  // The grammar here knows no GROUPING SETS: each of them is a GROUP BY.
  const parse = (text: string) => new Parser().astify(text, { database: "trino" });
  const one = query().replace(sets, `$${set}`);
  expect(parse(one)).toMatchObject({ type: "select" });
  expect(() => parse(one.replace("GROUP BY", "GROUP"))).toThrow();
});

test("reads the table once, and gives its columns in their order", () => {
  expect(query().match(/\bFROM "AwsDataCatalog"\."security"\."logs"/g)).toHaveLength(1);
  const answer = query().slice(query().lastIndexOf("SELECT "), query().lastIndexOf("FROM told"));
  expect([...answer.matchAll(/ AS (\w+),?$/gm)].map(([, column]) => column)).toEqual([...TRAIL_COLUMNS]);
});

test("asks for the owner's account, the instance's Regions and the window's days, and one day more, with and without a zero", () => {
  expect(query()).toContain(
    `WHERE (("year" = '2026' AND "month" IN ('10') AND "day" IN ('30', '31')) OR ` +
      `("year" = '2026' AND "month" IN ('11') AND "day" IN ('01', '1', '02', '2', '03', '3')))\n` +
      `    AND "account" = '111122223333'\n    AND "region" IN ('eu-west-1', 'us-east-1')\n    AND eventtime >= '2026-10-30T00:00:00Z'\n` +
      `    AND eventtime <= '2026-11-02T09:00:00Z'`,
  );
});

test("asks a projected table for its days", () => {
  const layout = { account: { value: "111122223333" }, region: { value: "us-east-1" }, day: ["timestamp"] } as const;
  expect(query({ layout })).toContain(`WHERE "timestamp" BETWEEN '2026/10/30' AND '2026/11/03'\n    AND eventtime`);
});

test("asks a table without partitions by time alone", () => {
  expect(query({ layout: { account: null, region: null, day: null } })).toContain("WHERE eventtime >= ");
});

test("asks for all Regions where it is not known which ones the instance has", () => {
  expect(query({ regions: [] })).not.toContain('"region"');
});

test("fits StartQueryExecution, whatever the window", () => {
  expect(query({ window: { from: "2016-11-20T09:00:00Z", to: "2026-11-20T09:00:00Z" } }).length).toBeLessThan(262_144);
});
