import { readFileSync } from "node:fs";
import { join } from "node:path";
import { trailLayoutOf } from "../../handlers/logins/athenaTable";

test("the table that docs/logins.md makes is one that can be asked, by account, Region and day", () => {
  const documentation = readFileSync(join(__dirname, "../../docs/logins.md"), "utf8");
  const statement = /CREATE EXTERNAL TABLE[\s\S]*?\n```/.exec(documentation)![0];
  const [columns = "", rest = ""] = statement.slice(statement.indexOf("(") + 1).split("\n)\nPARTITIONED BY (");
  // At the statement's own level: what a struct has stands in its brackets.
  const level = columns.replace(/\s+/g, " ").split(/,(?![^<]*>)(?=\s*\w+ (?:string|struct))/);
  const listed = (texts: readonly string[]) =>
    texts.map((text) => {
      const [Name = "", ...type] = text.trim().replaceAll("`", "").split(" ");
      return { Name, Type: type.join("") };
    });
  const [partitions = ""] = rest.split(")");
  const properties = [...statement.matchAll(/'([\w.]+)'='([^']*)'/g)].map(([, key, value]) => [key, value]);
  const layout = trailLayoutOf(
    { catalog: "", database: "", table: "", full: "security.cloudtrail_logs" },
    {
      Name: "cloudtrail_logs",
      Columns: listed(level),
      PartitionKeys: listed(partitions.split(",")),
      Parameters: Object.fromEntries(properties),
    },
  );
  expect(layout).toEqual({ account: { key: "account" }, region: { key: "region" }, day: ["timestamp"] });
});
