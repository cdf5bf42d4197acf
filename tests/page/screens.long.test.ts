import type { Browser, Page } from "playwright-core";
import type { Row } from "../../handlers/files/columns";
import { launchChromium } from "../../local/browser/chromium";
import { renderPage, sampleRows } from "../../local/sampleReport";
import { openPage, polled, violationsOf } from "./openPage";

const rows = sampleRows({ accounts: 8, permissionSets: 6, users: 40, groups: 20, groupsAPair: 1 });

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** What of a cell of the first row is inside the table's frame, and not under another cell: from 0 to 1. */
const partInView = (page: Page, field: string) =>
  page.evaluate<number>(`(() => {
    const cell = document.querySelector(".tabulator-row [tabulator-field='${field}']");
    const { left, right, top, bottom } = cell.getBoundingClientRect();
    const frame = document.querySelector(".tabulator-tableholder").getBoundingClientRect();
    const points = Array.from({ length: 100 }, (_, index) => left + ((index + 0.5) / 100) * (right - left));
    const seen = points.filter((x) => x > frame.left && x < frame.right && cell.contains(document.elementFromPoint(x, (top + bottom) / 2)));
    return seen.length / points.length;
  })()`);

test.each([
  ["1,024 pixels", { viewport: { width: 1024, height: 768 } }],
  ["200 % of 1,280 pixels", { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 }],
  [
    "a phone of 390 pixels",
    { viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true },
  ],
])("%s: the person and the answer stay in view however far the table is scrolled", async (_, options) => {
  const { page, problems } = await openPage(browser, await renderPage(rows), options);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(options.viewport.width);
  await page.evaluate("document.querySelector('.tabulator-tableholder').scrollIntoView()");
  for (const scrolled of [0, 200, 10_000]) {
    await page.evaluate(`document.querySelector(".tabulator-tableholder").scrollLeft = ${scrolled}`);
    await page.waitForTimeout(50);
    for (const field of ["Username", "Usage"]) {
      // At its edges are the handles by which columns are made wider.
      const seen = await partInView(page, field);
      expect([scrolled, field, seen > 0.8]).toEqual([scrolled, field, true]);
    }
  }
  expect(await partInView(page, "AdministratorReason")).toBeGreaterThan(0);
  // Whole words, not their beginnings.
  const cut = await page.evaluate(
    "[...document.querySelectorAll('.tabulator-row .usage')].filter((chip) => chip.scrollWidth > chip.clientWidth + 1).length",
  );
  expect(cut).toBe(0);
  // A name that is cut stands whole in what the pointer shows, and in the panel that its row opens.
  const names = await page.evaluate<[string, boolean][]>(
    `[...document.querySelectorAll(".tabulator-row .cell, .tabulator-row .cell span")]
      .filter((span) => span.children.length === 0 && (span.scrollWidth > span.clientWidth + 1 || span.scrollHeight > span.clientHeight + 1))
      .map((span) => [span.textContent, span.closest("[title]")?.title.includes(span.textContent) === true])`,
  );
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter(([, isWhole]) => !isWhole)).toEqual([]);
  expect(await violationsOf(page)).toEqual([]);
  expect(problems).toEqual([]);
});

test("the menu of columns closes by Escape, by a click elsewhere, and when the focus goes on", async () => {
  const { page } = await openPage(browser, await renderPage(rows));
  const isOpen = () => page.evaluate("document.querySelector('.columns').open");
  for (const close of [
    () => page.keyboard.press("Escape"),
    () => page.mouse.click(5, 5),
    () => page.locator("#search").focus(),
  ]) {
    await page.click(".columns summary");
    expect(await isOpen()).toBe(true);
    await page.locator(".columns input").first().focus();
    expect(await isOpen()).toBe(true);
    await close();
    await polled(isOpen, false);
  }
  await page.click(".columns summary");
  await page.keyboard.press("Escape");
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Columns");
});

test("names of every script are drawn, each from its own side", async () => {
  const names = ["陳偉", "さくら", "김민준", "נועה לוי", "نور نصار"];
  const named = rows.map(
    (row, index): Row => ({ ...row, UserDisplayName: row.UserId === "" ? "" : names[index % names.length]! }),
  );
  const { page, problems } = await openPage(browser, await renderPage(named));
  const drawn = await page.evaluate<Record<string, number>>(`(async () => {
    await document.fonts.ready;
    const inkOf = (text) => {
      const canvas = document.createElement("canvas");
      canvas.width = 200;
      canvas.height = 40;
      const context = canvas.getContext("2d");
      context.font = "24px " + getComputedStyle(document.body).fontFamily;
      context.fillText(text, 4, 30);
      return canvas.toDataURL();
    };
    return Object.fromEntries(${JSON.stringify(names)}.map((name) => [name, new Set([inkOf(""), inkOf(name), ...[...name].slice(0, 2).map(inkOf)]).size]));
  })()`);
  // Nothing, the name, and two of its letters all look otherwise; missing letters would look the same.
  expect(drawn).toEqual(Object.fromEntries(names.map((name) => [name, 4])));
  const direction = (name: string) =>
    page.evaluate<string>(
      `getComputedStyle([...document.querySelectorAll(".tabulator-row span")].find((span) => span.textContent === ${JSON.stringify(name)})).direction`,
    );
  expect([await direction("陳偉"), await direction("נועה לוי"), await direction("نور نصار")]).toEqual([
    "ltr",
    "rtl",
    "rtl",
  ]);
  expect(problems).toEqual([]);
});
