import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import fc from "fast-check";
import schema from "../../handlers/files/manifest.schema.json";
import { schemaProblems } from "../../handlers/files/schema";
import { publishFiles } from "../support/reportDirectory";
import { sourcesOf } from "../support/reportRows";

// What a run checks its manifest with before it publishes, against a validator of the whole standard. Not shown: what the standard means.

const isManifest = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(schema);
const manifests = ["first", "second"].map((report) =>
  readFileSync(join(__dirname, `../fixtures/report-0.1/${report}/manifest.json`), "utf8"),
);

type Container = Record<string, unknown>;

/** All objects and lists in a value, itself among them. */
function containersOf(value: unknown): Container[] {
  if (typeof value !== "object" || value === null) return [];
  return [value as Container, ...Object.values(value).flatMap(containersOf)];
}

const texts = [
  "",
  "x",
  "read",
  "degraded",
  "2026-11-20T09:00:00Z",
  "credential_report.csv",
  "page.html",
  "111122223333",
];
const anything = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 0, 1, 1.5, 1e20, 4000, [], {}, ...texts),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Changes one place: another value, one less, or one more. */
const mutation = fc.record({
  where: fc.nat(),
  which: fc.nat(),
  kind: fc.constantFrom("set", "remove", "add"),
  value: anything,
});

function mutate(
  manifest: unknown,
  { where, which, kind, value }: typeof mutation extends fc.Arbitrary<infer T> ? T : never,
) {
  const containers = containersOf(manifest);
  const container = containers[where % containers.length]!;
  const keys = Object.keys(container);
  const key = keys[which % keys.length] ?? "new";
  if (kind === "set") container[key] = value;
  else if (kind === "add" && Array.isArray(container)) container.push(value);
  else if (kind === "add") container[texts[which % texts.length]!] = value;
  else if (Array.isArray(container)) container.splice(which % Math.max(1, container.length), 1);
  else delete container[key];
}

test("agrees with ajv on every manifest that is changed in a few places", () => {
  let valid = 0;
  let invalid = 0;
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.constantFrom(...manifests), mutations, (text, changes) => {
      const manifest = JSON.parse(text);
      for (const change of changes) mutate(manifest, change);
      const expected = isManifest(manifest);
      if (expected) valid++;
      else invalid++;
      expect({ problems: schemaProblems(schema, manifest), errors: isManifest.errors }).toEqual(
        expected
          ? { problems: [], errors: null }
          : { problems: expect.arrayContaining([expect.any(String)]), errors: expect.anything() },
      );
    }),
    { numRuns: 4000, seed: 15 },
  );
  // Or it would show nothing.
  expect([valid > 50, invalid > 2000]).toEqual([true, true]);
});

test.each<unknown>([null, [], "manifest", 1, {}])("has something against %j, as ajv has", (value) => {
  expect(isManifest(value)).toBe(false);
  expect(schemaProblems(schema, value)).not.toEqual([]);
});

test("says where, and what is allowed", () => {
  const manifest = JSON.parse(manifests[1]!);
  manifest.account = "1111";
  manifest.files[0].extra = 1;
  delete manifest.sources.logins.rows;
  manifest.rows.byUsage.FINE = 1;
  expect(schemaProblems(schema, manifest)).toEqual([
    "/account must match ^\\d{12}$",
    "/sources/logins must have rows",
    "/rows/byUsage/FINE, a name, must be one of USED, UNKNOWN, TOO_NEW, UNUSED_IN_WINDOW",
    "/files/0/extra must not be there",
  ]);
});

test("does not pass over a keyword that it does not know", () => {
  expect(() => schemaProblems({ type: "string", format: "uuid" }, "x")).toThrow("No rule for the keyword format");
});

test("a run whose manifest is not what the schema says publishes nothing", async () => {
  const written: string[] = [];
  const publishing = publishFiles(sourcesOf({}), { account: "nobody's" }, null, (name) => written.push(name));
  await expect(publishing).rejects.toMatchObject({
    name: "BadManifest",
    message: expect.stringContaining("nothing was published: /account must match"),
  });
  expect(written).toEqual([]);
});
