/** Arbitrary names: plain ones that repeat, awkward ones that someone really chose, and strings made of what breaks parsers. */
import fc from "fast-check";

/** Lower and upper case that do not simply mirror each other, too. */
const USER_NAMES = [
  "alice@example.com",
  "Alice@Example.com",
  "ALICE@EXAMPLE.COM",
  "bob",
  "Bob",
  "carol.o'neill",
  "straße",
  "STRASSE",
  "İpek",
  "ipek",
  "ΟΔΥΣΣΕΥΣ",
  "οδυσσευς",
  "Ünal",
  "ünal",
  "山田",
  // In the order of code points, but not of code units.
  "\u{ff41}lice",
  "😀",
  "=cmd|' /C calc'!A0",
  "+49170",
  "-dash",
  "@home",
  'quo"te',
  "com,ma=equals",
  "{userName=alice@example.com, type=Unknown}",
  "line\nbreak",
  "null",
  "NOGROUP",
] as const;

const DISPLAY_NAMES = [
  "Alice Liddell",
  "Alice Liddell",
  "Platform, Team",
  'The "Readers"',
  "Developers",
  "developers",
  "Developers ",
  "NOGROUP",
  "a=b, c=d",
  "'quoted'",
  "'=1+1",
  "=1+1",
  "+1",
  "-1",
  "@SUM(A1)",
  "\ttab first",
  "\rreturn first",
  "\nnewline first",
  "two\r\nlines",
  "semi;colon",
  "Doe;=1+1;x",
  "Doe; '@SUM(A1)",
  "\0=1+1",
  "tab\t-1",
  'quote;"=1+1;',
  "list:\n- one\n- two",
  "\u{a0}=1+1",
  "＝1+1",
  "\u{feff}mark",
  "nbsp\u{a0}",
  "\u{2028}separator",
  "Zoë 😀",
  "half \ud83d of a pair",
  "é",
  "e\u{301}",
  "ﬀ",
  "\u{10000}",
  "\u{10000}",
  "\u{ffff}",
  "\u{ff21}uditors",
  "名前",
  " ",
] as const;

const AWKWARD_UNITS = [..."aB09,=\"'\n\r\t +-@;|{}\\éßİıΣς😀名", "\u{301}", "\u{a0}", "\0", "\u{85}", "\u{200b}", "＝"];

const awkwardStrings = fc.string({ unit: fc.constantFrom(...AWKWARD_UNITS), minLength: 1, maxLength: 12 });
const unicodeStrings = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 });

export const userNames: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...USER_NAMES) },
  { weight: 2, arbitrary: awkwardStrings },
  { weight: 1, arbitrary: unicodeStrings },
);

/** For users, groups, accounts and descriptions: whatever a person may type. */
export const displayNames: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...DISPLAY_NAMES) },
  { weight: 3, arbitrary: awkwardStrings },
  { weight: 1, arbitrary: unicodeStrings },
);

/** `[\w+=,.@-]{1,32}`, AWS's own rule. */
export const permissionSetNames: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      "AdministratorAccess",
      "ReadOnly",
      "readonly",
      "ReadOnly,account_id=111111111111",
      "role_name=ReadOnly",
      "=SUM",
      "+plus",
      "-minus",
      "@at",
      "a,b=c",
      "Data.Engineer-EU@prod",
      "12345678901234567890123456789012",
    ),
  },
  {
    weight: 2,
    arbitrary: fc.string({ unit: fc.constantFrom(..."aZ09_+=,.@-"), minLength: 1, maxLength: 32 }),
  },
);
