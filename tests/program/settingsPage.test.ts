import { readFileSync } from "node:fs";
import { join } from "node:path";
import { settings } from "../../components/settings";
import type { Setting } from "../../handlers/settings";

const page = readFileSync(join(__dirname, "../../docs/settings.md"), "utf8");
const section = page.slice(0, page.indexOf("## Changing the schedule"));

/** Key → what the page says after it, in one line: type, range and default, the sample's name in brackets, and the meaning. */
const list = new Map(
  [...section.matchAll(/^- `(\w+)`: ((?:.+\n)(?: {2}.+\n)*)/gm)].map(
    ([, key, said]) => [key!, said!.replace(/\s*\n\s*/g, " ")] as const,
  ),
);

test("docs/settings.md has every key in the code's order, and no other", () => {
  expect([...list.keys()]).toEqual(Object.keys(settings));
  expect(section.match(/^- /gm)).toHaveLength(list.size);
});

test.each<[string, Setting]>(Object.entries(settings))(
  "docs/settings.md says of %s what the code says",
  (key, setting) => {
    const type = setting.type === "array" ? "list of names" : setting.type;
    const shown = setting.defaultValue === undefined ? "required" : showDefault(setting.defaultValue);
    const begin = [type, setting.range, shown].filter(Boolean).join(", ");
    const said = list.get(key)!;
    expect(said.slice(0, begin.length)).toBe(begin);
    const meaning = said
      .slice(begin.length)
      .replace(/^ \([^)]*\)/, "")
      .replaceAll("`", "");
    // More may follow: links, what AWS adds to it.
    expect(meaning.slice(0, setting.help.length + 3)).toBe(`. ${setting.help} `);
  },
);

function showDefault(value: unknown): string {
  return `\`${typeof value === "string" && value !== "" ? value : JSON.stringify(value)}\``;
}
