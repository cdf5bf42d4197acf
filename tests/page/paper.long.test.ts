import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Row } from "../../handlers/files/columns";
import { launchChromium } from "../../local/browser/chromium";
import { renderPage, SAMPLE_RUN, sampleRows } from "../../local/sampleReport";
import { sample } from "../support/long";
import * as naive from "./naive";
import { openPage } from "./openPage";

/** How the page comes out of a printer: Chromium's own PDF, read by pdf.js. */
const rows = sampleRows({ accounts: 4, permissionSets: 4, users: 30, groups: 12, groupsAPair: 1 });
const LONG = (letter: string) => letter.repeat(128);
/** Names as long as AWS lets them be, without a place to break them. */
const longNames = rows.map(
  (row): Row => ({
    ...row,
    AccountName: LONG("A"),
    GroupName: row.Type === "GROUP" ? LONG("G") : row.GroupName,
    Username: row.UserId === "" ? "" : LONG("U"),
    UserDisplayName: row.UserId === "" ? "" : LONG("D"),
    PermissionSetName: LONG("P").slice(0, 32),
  }),
);
/** More is new than the page lists. */
const changes = () => ({
  since: "2026-11-13T20:00:12Z",
  reason: null,
  counts: { GRANTED: 9 },
  given: { first: ["Z", "B"].map((by) => given(LONG(by))), count: 7 },
  between: { first: [{ ...given(LONG("M")), revokedAt: "2026-11-19T10:00:00Z", revokedBy: LONG("R") }], count: 1 },
});
const given = (by: string) => ({
  account: LONG("A"),
  permissionSet: LONG("P").slice(0, 32),
  group: true,
  principal: LONG("G"),
  at: "2026-11-18T10:00:00Z",
  by,
  rows: 2,
});
const DOTS_A_MM = 72 / 25.4;
const MARGIN_MM = 14;

interface PdfPage {
  readonly width: number;
  readonly height: number;
  readonly texts: readonly { readonly text: string; readonly left: number; readonly right: number }[];
}

const directory = mkdtempSync(join(tmpdir(), "report-paper-"));
let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  rmSync(directory, { recursive: true });
});

async function printed(page: Page, format: "A4" | "Letter", landscape: boolean): Promise<PdfPage[]> {
  const file = join(directory, "page.pdf");
  writeFileSync(file, await page.pdf({ format, landscape }));
  return JSON.parse(
    execFileSync(process.execPath, [join(__dirname, "pdfText.mjs"), file], { encoding: "utf8", maxBuffer: 2 ** 28 }),
  );
}

const PAPERS = [
  ["A4", false],
  ["Letter", false],
  ["A4", true],
  ["Letter", true],
] as const;

test.each(sample(PAPERS, 3))(
  "%s, landscape %s: names of 128 unbreakable characters fit, and every answer is there",
  async (format, landscape) => {
    const warnings = [LONG("w")];
    const { page, problems } = await openPage(
      browser,
      await renderPage(longNames, { run: { ...SAMPLE_RUN, warnings }, changes }),
    );
    const pages = await printed(page, format, landscape);
    const texts = pages.flatMap((each) => each.texts).filter(({ text }) => text.trim() !== "");

    const margin = MARGIN_MM * DOTS_A_MM;
    const { width, height } = pages[0]!;
    expect(landscape).toBe(width > height);
    expect(texts.filter((each) => each.right > width - margin + 1)).toEqual([]);
    // The table is as wide as the sheet: its first column begins at the margin, and its last one, a tenth of it, ends at the other.
    const heading = (title: RegExp) => texts.find(({ text }) => title.test(text))!.left;
    expect(Math.abs(heading(/^User$/) - margin)).toBeLessThan(1);
    expect(heading(/^A ?dministrator( rights)?$/)).toBeGreaterThan(width - margin - 0.11 * (width - 2 * margin));

    const all = texts
      .map((each) => each.text)
      .join("")
      .replace(/\s+/g, "");
    const count = (text: string) => all.split(text).length - 1;
    expect(rows.length).toBeLessThan(500);
    expect(count("unusedinwindow")).toBe(rows.filter(naive.isUnused).length);
    expect(count(LONG("U"))).toBe(rows.filter(naive.isGrant).length);
    // What is shut on the screen: who assigned what is new, and the pictures in words.
    for (const words of [
      ...["Whoassignedthenewaccess:7assignments", "AccountPermissionsetorroleToAssignedAssignedbyNewgrants", LONG("B")],
      ...["And5more:changes.csvhasallofthem.", "DayssincelastuseGrants", "GroupUseGrantsUnused", "ChangeGrants"],
      ...["Givenandtakenawayagainsincethelastreport:1assignment", LONG("R")],
    ])
      expect([words, all.includes(words)]).toEqual([words, true]);
    expect(await page.locator("details[open]").count()).toBe(0);
    expect(count(LONG("G"))).toBeGreaterThanOrEqual(rows.filter((row) => row.Type === "GROUP").length);
    expect(problems).toEqual([]);
  },
);

test("the filtered rows as a table, light, without what can only be clicked", async () => {
  const { page } = await openPage(browser, await renderPage(rows), { colorScheme: "dark" });
  await page.click(".presets [data-preset=unused]");
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const ink = "getComputedStyle(document.body).color";
  expect(await page.evaluate(ink)).toBe("rgb(24, 33, 44)");
  await page.evaluate("dispatchEvent(new Event('beforeprint'))");

  const expected = rows.filter(naive.isUnused).length;
  expect(expected).toBeGreaterThan(5);
  expect(await page.locator("table.paper tbody tr").count()).toBe(expected);
  for (const hidden of [".toolbar", ".tabulator", ".presets"]) {
    expect([hidden, await page.locator(hidden).first().isVisible()]).toEqual([hidden, false]);
  }
  expect(await page.evaluate(ink)).toBe("rgb(24, 33, 44)");
  await page.evaluate("dispatchEvent(new Event('afterprint'))");
  expect(await page.locator("table.paper").count()).toBe(0);
});

test("of very many rows the first are printed, and the page says so", async () => {
  const many = sampleRows({ accounts: 20, permissionSets: 10, users: 60, groups: 20, groupsAPair: 1 });
  const { page } = await openPage(browser, await renderPage(many));
  await page.evaluate("dispatchEvent(new Event('beforeprint'))");

  expect(many.length).toBeGreaterThan(500);
  expect(await page.locator("table.paper tbody tr").count()).toBe(500);
  expect(await page.locator(".print-only").textContent()).toContain(`first 500 of ${naive.counted(many.length)} rows`);
});
