import fc from "fast-check";
import { PAGE_COLUMNS } from "../../handlers/files/columns";
import { matchOf, matchOfCount, matchOfInstant } from "../../handlers/files/page/browser/match";
import { csvText } from "../../handlers/files/page/browser/rows";
import { shownOf, textOfCell, textOfRow } from "../../handlers/files/page/browser/shown";
import { PAGE_COLUMN_NAMES, type PageRow } from "../../handlers/files/page/pageColumns";

/** Names as people and hostile people choose them, and some that are the page's own words. */
const name = fc.oneof(
  fc.constantFrom(
    "",
    "used",
    "Unused",
    "none",
    "DIRECT",
    "administrator",
    "a b",
    "=1+1",
    'say "no"',
    "김민준",
    "שלום",
    "ΑΣ ΣΑΣ",
  ),
  fc.string({ unit: "grapheme", maxLength: 12 }),
);
const instant = fc
  .date({ min: new Date("2020-01-01"), max: new Date("2027-01-01"), noInvalidDate: true })
  .map((date) => `${date.toISOString().slice(0, 19)}Z`);
const id = fc.stringMatching(/^[0-9a-f]{4,12}$/);

const row: fc.Arbitrary<PageRow> = fc
  .record({
    base: fc.record(
      Object.fromEntries(
        PAGE_COLUMNS.map(({ name: column, kind }) => [
          column,
          kind === "instant"
            ? fc.oneof(fc.constant(""), instant)
            : kind === "count"
              ? fc.oneof(fc.constant(""), fc.nat(400).map(String))
              : kind === "flag"
                ? fc.constantFrom("", "true")
                : column === "Reason"
                  ? fc.constantFrom(
                      "No login. Nothing else was used either.",
                      "Used by nobody: may have been unused.",
                      "",
                    )
                  : kind === "word"
                    ? fc.constantFrom("OK", "EMPTY_GROUP", "DISABLED", "ACTIVE")
                    : name,
        ]),
      ),
    ),
    ids: fc.record({ account: fc.stringMatching(/^\d{12}$/), UserId: fc.oneof(fc.constant(""), id), GroupId: id }),
    login: fc.oneof(
      instant.map((LastLogin) => ({ Usage: "USED", LastLogin })),
      fc.constantFrom(
        { Usage: "UNUSED_IN_WINDOW", LastLogin: "NO_LOGIN_PRESENT" },
        { Usage: "TOO_NEW", LastLogin: "NO_LOGIN_PRESENT" },
        { Usage: "UNKNOWN", LastLogin: "UNKNOWN" },
        { Usage: "", LastLogin: "" },
      ),
    ),
    Type: fc.constantFrom("GROUP", "USER"),
    access: fc.oneof(
      fc.constant({ AccessType: "PERMISSION_SET", RoleArn: "" }),
      fc.record({
        AccessType: fc.constant("ACCOUNT_ROLE"),
        RoleArn: fc.stringMatching(/^arn:aws:iam::\d{12}:role\/[\w+=,.@-]{1,20}$/),
        PermissionSetName: fc.constant(""),
      }),
    ),
  })
  .map(({ base, ids, login, Type, access }) => ({ ...base, ...ids, ...login, Type, ...access }) as PageRow);

/** Without what makes a cell harmless in a spreadsheet. */
const plain = (text: string) => text.replace(/["']/g, "");

test("every text that a row shows finds the row: by the search, by the filter of its column, in the downloaded file", () => {
  fc.assert(
    fc.property(row, (of) => {
      const line = plain(csvText([of]));
      for (const { name: column, kind } of PAGE_COLUMNS) {
        for (const text of shownOf(column, of)) {
          const typed = matchOf(text);
          if (typed === null) continue; // nothing but spaces
          const compare = kind === "count" ? matchOfCount(text) : kind === "instant" ? matchOfInstant(text) : null;
          const found = {
            search: typed(textOfRow(of)),
            filter: compare === null ? typed(textOfCell(column, of)) : compare(of[column]),
            file: line.includes(plain(text)),
          };
          expect([column, text, found]).toEqual([column, text, { search: true, filter: true, file: true }]);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("a role of an account is found by its own name and by what it is called, as the table shows it", () => {
  fc.assert(
    fc.property(row, (of) => {
      const isRole = of.AccessType === "ACCOUNT_ROLE";
      expect(matchOf("role of the account")!(textOfCell("PermissionSetName", of))).toBe(isRole);
      if (isRole) expect(shownOf("PermissionSetName", of)[0]).toBe(of.RoleArn.split("/")[1]);
    }),
    { numRuns: 100 },
  );
});

test("used does not find what was unused, nor unused what was used", () => {
  fc.assert(
    fc.property(row, (of) => {
      for (const [word, Usage] of [
        ["used", "USED"],
        ["unused", "UNUSED_IN_WINDOW"],
      ] as const)
        expect([of.Usage, word, matchOf(word)!(textOfCell("Usage", of))]).toEqual([of.Usage, word, of.Usage === Usage]);
    }),
    { numRuns: 100 },
  );
});

test("what the report has for a cell finds the row, too", () => {
  fc.assert(
    fc.property(row, (of) => {
      for (const column of PAGE_COLUMN_NAMES) {
        const typed = matchOf(of[column]);
        if (typed === null || (column === "Username" && of.UserId === "")) continue;
        expect([column, of[column], typed(textOfRow(of))]).toEqual([column, of[column], true]);
      }
    }),
    { numRuns: 100 },
  );
});

test.each([
  ["used", "used", true],
  ["used", "unused in window", false],
  ["Used", "used by the team", true],
  ["used", "team-used", true],
  ["unused", "unused_in_window unused in window", true],
  ["use", "unused in window", true],
  ["none", "nonesuch", false],
  ["direct", "directory", false],
  ["okafor payments", "payments-prod\nana okafor", true],
  ["okafor payments", "ana okafor", false],
])("%j in %j: %s", (typed, text, found) => {
  expect(matchOf(typed)!(text)).toBe(found);
});

test.each([
  [">60", "61", true],
  [">60", "60", false],
  ["> 60", "100", true],
  [">=60", "60", true],
  ["<7", "6", true],
  ["<7", "", false],
  ["<7", "70", false],
  ["<=7", "7", true],
  ["7", "7", true],
  ["7", "70", false],
  ["=0", "0", true],
  [">1,000", "1001", true],
])("a number: %s of %j: %s", (typed, value, found) => {
  expect(matchOfCount(typed)!(value)).toBe(found);
});

test.each([
  ["2026-11", "2026-11-20T08:15:30Z", true],
  ["2026-11", "2026-10-31T23:59:59Z", false],
  [">2026-11", "2026-11-30T23:59:59Z", false],
  [">2026-11", "2026-12-01T00:00:00Z", true],
  [">=2026-11", "2026-11-01T00:00:00Z", true],
  ["<2026-11-20", "2026-11-19T23:59:59Z", true],
  ["<2026-11-20", "2026-11-20T00:00:00Z", false],
  ["<2026", "", false],
  [">2026-11-20 08:15 UTC", "2026-11-20T08:16:00Z", true],
  ["2026-11-20T08:15:30Z", "2026-11-20T08:15:30Z", true],
  ["<2026-11", "NO_LOGIN_PRESENT", false],
])("an instant: %s of %j: %s", (typed, value, found) => {
  expect(matchOfInstant(typed)!(value)).toBe(found);
});

test("what can be compared with nothing is looked for as a text", () => {
  for (const typed of [">", "<none", "seven", "2026-1", ""]) {
    expect([typed, matchOfCount(typed.replace(/\d/g, "x")), matchOfInstant(typed)]).toEqual([typed, null, null]);
  }
});
