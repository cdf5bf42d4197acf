import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { readJsonFile } from "../../local/aws/jsonFile";
import { loadOrganisation } from "../../local/aws/organisation";
import { organisation, permissionSetArn } from "./support";

const folder = mkdtempSync(join(tmpdir(), "organisation-file-"));
const file = join(folder, "organisation.json");
afterAll(() => rmSync(folder, { recursive: true }));

const load = (text: string) => {
  writeFileSync(file, text);
  return loadOrganisation(file);
};
const messageOf = (text: string) =>
  load(text).then(
    () => "no error",
    (error: Error) => error.message.replace(`${file}: `, ""),
  );

test("any JSON object is read as JSON.parse reads it, arrays element by element", async () => {
  const value = fc.oneof(fc.array(fc.jsonValue(), { maxLength: 4 }), fc.jsonValue());
  const document = fc.dictionary(fc.string(), value, { maxKeys: 5, noNullPrototype: true });
  await fc.assert(
    fc.asyncProperty(document, fc.constantFrom(undefined, 2, "\t"), async (expected, indent) => {
      const text = JSON.stringify(expected, null, indent);
      writeFileSync(file, text);
      const found: [string, unknown][] = [];
      const skipped: Record<string, unknown> = {};
      await readJsonFile(file, {
        value: (key, item) => found.push([key, item]),
        element: (key, index, item) => found.push([`${key}[${index}]`, item]),
        skip: (key) => key.startsWith("a"),
        skipped: (key, start, end) => {
          skipped[key] = JSON.parse(Buffer.from(text).toString("utf8", start, end));
        },
      });
      const arrays = Object.entries(JSON.parse(text)).filter(
        ([key, item]) => Array.isArray(item) && key.startsWith("a"),
      );
      const rest = Object.entries(JSON.parse(text)).filter(
        ([key, item]) => !(Array.isArray(item) && key.startsWith("a")),
      );
      expect(Object.entries(skipped)).toEqual(arrays);
      expect(found).toEqual(
        rest.flatMap(([key, item]) =>
          Array.isArray(item) ? item.map((each, index) => [`${key}[${index}]`, each]) : [[key, item]],
        ),
      );
    }),
    { numRuns: 200, seed: 7 },
  );
});

test("elements may lie across the file's pieces", async () => {
  const Users = Array.from({ length: 3000 }, (_, index) => ({
    UserId: `ü"\\${index}`,
    DisplayName: "é".repeat(index),
  }));
  const { users } = await load(JSON.stringify({ ...organisation(), Users }));
  expect(users).toEqual(Users);
});

test("missing arrays are empty, unknown keys ignored, the owner is the store's account", async () => {
  const { header, users, accounts } = await load(JSON.stringify({ ...organisation(), Extra: [1], More: { a: 1 } }));
  expect([users, accounts]).toEqual([[], []]);
  expect(header.OwnerAccountId).toBe("111122223333");
});

describe("a wrong file is told where it is wrong, what was got and what is expected", () => {
  const withPart = (part: object) => JSON.stringify({ ...organisation(), ...part });
  test.each([
    ["", "byte 0: expected {, got the end of the file"],
    ["[]", 'byte 0: expected {, got "["'],
    ['{"Now" 1}', 'byte 7 (Now): expected :, got "1"'],
    ['{"Users": [{"UserId": 1,}]}', "byte 25, Users[0]: not valid JSON"],
    ['{"Users": [{"UserId": "u"} {}]}', 'expected , or ], got "{"'],
    ['{"Users": [{"UserId": "u"}', "expected , or ], got the end of the file"],
    ["{}", "Now: expected an ISO 8601 time with its zone (2026-11-20T09:00:00Z), got nothing"],
    [
      withPart({ Now: "2026-11-20" }),
      'Now: expected an ISO 8601 time with its zone (2026-11-20T09:00:00Z), got "2026-11-20"',
    ],
    [withPart({ Accounts: { Id: 1 } }), 'Accounts: expected an array, got {"Id":1}'],
    [withPart({ Accounts: [{ Id: "1" }] }), 'Accounts[0].Id: expected a 12-digit account id, got "1"'],
    [
      withPart({ Users: [{ UserId: "u", CreatedAt: 5 }] }),
      "Users[0].CreatedAt: expected an ISO 8601 time with its zone (2026-11-20T09:00:00Z), got 5",
    ],
    [withPart({ Groups: ["g"] }), 'Groups[0]: expected an object, got "g"'],
    [
      withPart({ PermissionSets: [{ PermissionSetArn: permissionSetArn(1), Name: "a b" }] }),
      "PermissionSets[0].Name: expected a permission set name",
    ],
    [
      withPart({ EventDataStore: { EventDataStoreArn: "x" } }),
      "EventDataStore.EventDataStoreArn: expected an event data store ARN",
    ],
  ])("%s", async (text, message) => {
    expect(await messageOf(text)).toContain(message);
  });

  test("a file that is not there", async () => {
    await expect(loadOrganisation(join(folder, "none.json"))).rejects.toThrow("none.json: no such file");
    await expect(loadOrganisation(folder)).rejects.toThrow("expected a file, got a directory");
  });
});
