import { readFileSync } from "node:fs";
import { join } from "node:path";
import { settings } from "../../components/settings";

const readme = readFileSync(join(__dirname, "../../README.md"), "utf8");
const section = readme.slice(readme.indexOf("## Configuration"), readme.indexOf("### Changing the schedule"));

/** Key → the cell with its type and default. */
const table = new Map(
  [...section.matchAll(/^\| (`[^|]+) \| ([^|]+) \|/gm)].flatMap(([, keys, type]) =>
    [...keys!.matchAll(/`(\w+)`/g)].map(([, key]) => [key!, type!] as const),
  ),
);

test("the README's configuration table has every key and no other", () => {
  expect([...table.keys()].sort()).toEqual(Object.keys(settings).sort());
});

test.each(Object.entries(settings))("the README says the type, range and default of %s", (key, setting) => {
  const { type } = setting;
  const range = "min" in setting ? ` ${setting.min}–${setting.max}` : "";
  const shown = setting.default === undefined ? "required" : showDefault(setting.default);
  expect(table.get(key)).toBe(`${type === "array" ? "list of names" : type}${range}, ${shown}`);
});

function showDefault(value: unknown): string {
  return `\`${typeof value === "string" && value !== "" ? value : JSON.stringify(value)}\``;
}
