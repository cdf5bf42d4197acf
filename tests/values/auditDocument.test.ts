import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CHANGE_COLUMNS } from "../../handlers/files/changes/changeColumns";
import { COLUMNS } from "../../handlers/files/columns";
import schema from "../../handlers/files/manifest.schema.json";
import { REVIEW_COLUMNS } from "../../handlers/files/review/columns";
import { runSettings } from "../../handlers/settings";

// An auditor looks up what docs/audit.md names: each name has to be there.

const read = (name: string) => readFileSync(join(__dirname, "../..", name), "utf8");
const audit = read("docs/audit.md");
const named = [...new Set([...audit.matchAll(/`([\w.]+)`/g)].map(([, name]) => name!))];

/** Whether the manifest has such a place, by its schema. */
function isInManifest(path: string): boolean {
  let place: unknown = schema;
  for (const step of path.split(".")) {
    const { anyOf = [], properties } = place as { anyOf?: { properties?: object }[]; properties?: object };
    const here = properties ?? anyOf.find((one) => one.properties !== undefined)?.properties ?? {};
    place = (here as Record<string, unknown>)[step];
    if (place === undefined) return false;
  }
  return true;
}

test("every column, word, file, setting and place of the manifest that docs/audit.md names is there", () => {
  const columns: readonly string[] = [...COLUMNS, ...REVIEW_COLUMNS, ...CHANGE_COLUMNS];
  const words = `${read("docs/review.md")}${read("docs/report.md")}`;
  const files = ["review.csv", "changes.csv", "credential_report.csv"];
  const alarms = read("docs/alarms.md");
  const strange = named.filter(
    (name) =>
      !columns.includes(name) &&
      !files.includes(name) &&
      !(name in runSettings) &&
      !isInManifest(name) &&
      !(/^[A-Z_]+$/.test(name) && words.includes(`\`${name}\``)) &&
      !alarms.includes(`## \`credential-report-${name}\``),
  );
  expect(strange).toEqual([]);
  expect(named.length).toBeGreaterThan(25);
});

test.each([
  ["who reviewed what, when", ["decisions.files", "DecidedBy", "DecidedOn"]],
  ["was it carried out", ["DONE", "STILL_THERE", "DecidedSince", "REVOKED"]],
  ["how do I know that the report is whole and true", ["UNKNOWN"]],
])("it answers: %s", (_question, names) => {
  expect(named).toEqual(expect.arrayContaining(names));
  for (const framework of ["SOC 2", "ISO/IEC 27001", "PCI DSS"]) expect(audit).toContain(framework);
});
