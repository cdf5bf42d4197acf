import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Setting, settings } from "../../handlers/settings";

const readme = readFileSync(join(__dirname, "../../README.md"), "utf8");
const section = readme.slice(readme.indexOf("## Configuration"), readme.indexOf("### Changing the schedule"));

/** Key → the cells with its type, range and default, and with its meaning. */
const table = new Map(
  [...section.matchAll(/^\| `(\w+)` \| ([^|]+) \|[^|]*\| ([^|]+) \|$/gm)].map(
    ([, key, type, meaning]) => [key!, { type: type!, meaning: meaning!.replaceAll("`", "") }] as const,
  ),
);

test("the README's configuration table has every key in the code's order, and no other", () => {
  expect([...table.keys()]).toEqual(Object.keys(settings));
  expect(section.match(/^\| `/gm)).toHaveLength(table.size);
});

test.each<[string, Setting]>(Object.entries(settings))("the README says of %s what the code says", (key, setting) => {
  const type = setting.type === "array" ? "list of names" : setting.type;
  const shown = setting.defaultValue === undefined ? "required" : showDefault(setting.defaultValue);
  expect(table.get(key)!.type).toBe([type, setting.range, shown].filter(Boolean).join(", "));
  // More may follow: links, what AWS adds to it.
  expect(`${table.get(key)!.meaning} `.slice(0, setting.help.length + 1)).toBe(`${setting.help} `);
});

function showDefault(value: unknown): string {
  return `\`${typeof value === "string" && value !== "" ? value : JSON.stringify(value)}\``;
}
