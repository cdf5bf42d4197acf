import { publishFiles, type ReportFiles } from "./reportDirectory";
import { type SmallOrganisation, sourcesOf } from "./reportRows";
import { ACCOUNT } from "./reviewSheet";

/** Names that spreadsheets take for dates, numbers, formulas and errors, or that letters of Windows lack. */
const NAMES = [
  ...["2026-11-01", "1-2", "3/4/2025", "Mar 1", "00123", "12345678901234567890", "1E5", "1,5", "TRUE", "10%"],
  ...["=1+1", "-1", "@SUM(1)", "+49 30", "#N/A", "'quoted", '"a";"b"', "a,b;c\td", "Zoë Müller", "審査", "_x0041_"],
  ...["two\r\nlines", "x".repeat(300)],
];

/** Each of them may read in one account through one group, and never did. */
const organisation: SmallOrganisation = {
  pairs: [[ACCOUNT, 1, [["GROUP", "readers"]]]],
  users: NAMES.map((name, at) => ({ id: `94482488-3041-7018-a1b2-${String(at).padStart(12, "0")}`, name })),
  groups: [
    {
      id: "readers",
      name: "1-Nov",
      members: NAMES.map((_, at) => `94482488-3041-7018-a1b2-${String(at).padStart(12, "0")}`),
    },
  ],
};

export const handedOutSources = () => sourcesOf(organisation);

/** The report whose sheets went through the spreadsheets of tests/fixtures/spreadsheets. */
export const handedOut = (): Promise<ReportFiles> => publishFiles(handedOutSources());
