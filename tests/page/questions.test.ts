import type { Browser, Page } from "playwright-core";
import type { Row } from "../../handlers/files/columns";
import { launchChromium } from "../../local/browser/chromium";
import { administratorArns, adviceOf, renderPage, sampleRows } from "../../local/sampleReport";
import { askedInDocs } from "../support/questions";
import * as naive from "./naive";
import { countsOf, openPage, polled } from "./openPage";

/** The questions of docs/report.md that the page answers, each in three steps at most: a step is a click or what is typed. */
const rows = sampleRows({ accounts: 12, permissionSets: 8, users: 40, groups: 20, groupsAPair: 1 });
const administrators = new Set(administratorArns(rows));
const trend = {
  points: [
    {
      now: "2026-08-21T08:00:00Z",
      people: 30,
      grants: 200,
      unused: 90,
      administrators: 8,
      orphaned: 3,
      decidedNotDone: 2,
    },
  ],
  reason: null,
  administrators: 7,
  decidedNotDone: 1,
};

/** The walks below, each a test of that name. */
const walked: string[] = [];

let browser: Browser;
let html: string;
beforeAll(async () => {
  browser = await launchChromium();
  html = await renderPage(rows, { trend: () => trend });
});
afterAll(() => browser.close());

const preset = (id: string) => async (page: Page) => page.click(`.presets [data-preset=${id}]`);
const type = (text: string) => async (page: Page) => {
  const before = await countsOf(page);
  await page.fill("#search", text);
  await polled(async () => (await countsOf(page)) !== before, true);
};
const first = (field: string) => async (page: Page) =>
  page
    .locator(`.tabulator-row [tabulator-field=${field}] ${field === "Usage" ? "" : ".opens"}`)
    .first()
    .click();
const inPicture = (id: string, line: number) => async (page: Page) => {
  // The picture's own bar does the same: panels.long.test.ts.
  await page.evaluate(`document.querySelector("#${id} details").open = true`);
  await page.locator(`#${id} tbody th button`).nth(line).click();
};
const panel = async (page: Page) => (await page.locator("dialog.panel").textContent()) ?? "";
const shown = async (page: Page) => (await countsOf(page)).split(" of ")[0];
const count = (of: (row: Row) => boolean) => naive.counted(rows.filter(of).length);

const someone = rows.find((row) => naive.isGrant(row) && row.Username !== "")!;
const administered = rows.find(
  (row) => naive.isGrant(row) && administrators.has(row.PermissionSetArn) && row.AccountName !== "",
)!;

test.each<[string, ((page: Page) => Promise<void>)[], (page: Page) => Promise<void>]>([
  [
    "What can a person enter?",
    [type(someone.Username), first("Username")],
    async (page) => {
      expect(await panel(page)).toContain("Everything that this person can enter, and how");
      const own = rows.filter((row) => row.UserId === someone.UserId).length;
      expect(await panel(page)).toContain(`${own} grant`);
    },
  ],
  [
    "Who can administer an account?",
    [type(administered.account), first("account")],
    async (page) => {
      const own = rows.filter((row) => row.account === administered.account && naive.isGrant(row));
      const people = own.filter((row) => administrators.has(row.PermissionSetArn)).map((row) => row.UserId);
      expect(await panel(page)).toContain(`Who can enter as administrator: ${naive.distinct(people)}`);
    },
  ],
  [
    "Which access of a team can go?",
    [preset("can-be-removed"), type("payments")],
    async (page) => {
      const text = (row: Row) => Object.values(row).join("\n").toLowerCase();
      expect(await shown(page)).toBe(
        count((row) => adviceOf(row).action === "REMOVE" && text(row).includes("payments")),
      );
    },
  ],
  [
    "Why is a use UNKNOWN?",
    [preset("unknown"), first("Usage")],
    async (page) => expect(await panel(page)).toContain("Why it is not known whether this was used"),
  ],
  [
    "What else ends, if somebody leaves a group?",
    [preset("unused"), first("Usage")],
    async (page) => expect(await panel(page)).toContain("What ending the membership would also end"),
  ],
  [
    "Who does not use their administrator access?",
    [preset("unused-administrators")],
    async (page) =>
      expect(await shown(page)).toBe(count((row) => naive.isUnused(row) && administrators.has(row.PermissionSetArn))),
  ],
  [
    "Who is in a group, and who uses what it gives?",
    [inPicture("groups", 0)],
    async (page) => {
      expect(await panel(page)).toContain("Its members");
      expect(await panel(page)).toContain("Who used what");
    },
  ],
  [
    "What changed since the report before?",
    [inPicture("changes", 0)],
    async (page) => expect(await panel(page)).toContain("filter its column Change for GRANTED"),
  ],
  [
    "Is it getting less?",
    [],
    async (page) =>
      expect(await page.locator("#trend figcaption").textContent()).toContain("2 reports since 2026-08-21"),
  ],
])("%s", async (question, steps, answered) => {
  walked.push(question);
  const { page, problems } = await openPage(browser, html);
  for (const step of steps) await step(page);
  await answered(page);

  expect(steps.length).toBeLessThanOrEqual(3);
  expect(askedInDocs("On the page")).toContain(question);
  expect(problems).toEqual([]);
});

test("every question that docs/report.md answers by the page was walked, and with those of the files they are ten and more", () => {
  expect(walked).toEqual(askedInDocs("On the page"));
  expect(walked.length + askedInDocs("With the sheet").length).toBeGreaterThanOrEqual(10);
});
