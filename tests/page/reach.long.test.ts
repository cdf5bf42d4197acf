import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../local/browser/chromium";
import { renderPage, sampleRows } from "../../local/sampleReport";
import { sample } from "../support/long";
import * as naive from "./naive";
import { openPage, polled, violationsOf } from "./openPage";

/** What can be worked with, by whom, and whether axe-core finds fault with any view of it. */
const rows = sampleRows({ accounts: 3, permissionSets: 3, users: 12, groups: 6, groupsAPair: 1 }).slice(0, 14);
const changes = () => ({
  since: "2026-11-13T20:00:12Z",
  reason: null,
  counts: { GRANTED: 9 },
  given: {
    first: [
      { account: "a", permissionSet: "p", group: false, principal: "u", at: "2026-11-18T10:00:00Z", by: "", rows: 1 },
    ],
    count: 1,
  },
  between: { first: [], count: 0 },
});

let browser: Browser;
let html: string;
beforeAll(async () => {
  browser = await launchChromium();
  html = await renderPage(rows, { changes });
});
afterAll(() => browser.close());

/** Names what of it Tab does not come to, begun where the focus is. */
async function unreached(page: Page, within: string): Promise<string[]> {
  const focusable = "a[href], button, input, select, summary, [tabindex='0']";
  const count = await page.evaluate<number>(`(() => {
    globalThis.unreached = new Set([...document.querySelector("${within}").querySelectorAll("${focusable}")].filter((found) => found.checkVisibility()));
    document.addEventListener("focusin", ({ target }) => unreached.delete(target));
    return unreached.size;
  })()`);
  expect(count).toBeGreaterThan(5);
  for (let pressed = 0; pressed <= count; pressed++) await page.keyboard.press("Tab");
  return page.evaluate("[...unreached].map(({ outerHTML }) => outerHTML.slice(0, 120))");
}

test("Tab comes to everything that a click can do, in the page, in a menu and in a panel", async () => {
  const { page, problems } = await openPage(browser, html);
  await page.evaluate(
    "for (const details of document.querySelectorAll('figure details, .given details')) details.open = true",
  );
  expect(await unreached(page, "body")).toEqual([]);

  await page.locator(".columns summary").focus();
  await page.keyboard.press("Enter");
  expect(await unreached(page, ".columns .menu")).toEqual([]);
  await polled(() => page.evaluate("document.querySelector('.columns').open"), false);

  const row = page.locator(".tabulator-row").nth(rows.findIndex((one) => naive.isGrant(one) && one.Type === "GROUP"));
  await row.focus();
  await page.keyboard.press("Enter");
  expect(await unreached(page, "dialog")).toEqual([]);
  await page.keyboard.press("Escape");
  await polled(() => row.evaluate((element) => element.matches(":focus")), true);
  expect(problems).toEqual([]);
});

const screens = [
  ["dark, 1,280 pixels", { colorScheme: "dark", viewport: { width: 1280, height: 800 } }],
  [
    "light, 390 pixels",
    { colorScheme: "light", viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  ],
] as const;
test.each(sample(screens, 2, 1))("%s: axe-core finds no fault with any panel or menu", async (_, options) => {
  const { page, problems } = await openPage(browser, html, options);
  const row = rows.find((one) => naive.isGrant(one) && one.Type === "GROUP")!;
  const { account, PermissionSetArn, RoleArn, Type, GroupId, UserId } = row;
  await page.click(".columns summary");
  expect(["menu", await violationsOf(page)]).toEqual(["menu", []]);
  await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
  expect(["all open", await violationsOf(page)]).toEqual(["all open", []]);
  for (const open of [
    ["grant", account, PermissionSetArn, RoleArn, Type, GroupId, UserId],
    ["person", UserId],
    ["account", account],
    ["permission-set", PermissionSetArn],
    ["group", GroupId],
    ["role", account, PermissionSetArn, RoleArn],
    ["usage", "USED"],
    ["changes", "GRANTED"],
    ["person", "nobody"],
  ]) {
    const view = new URLSearchParams(open.map((part): [string, string] => ["open", part]));
    await page.evaluate(`location.hash = ${JSON.stringify(`#${view}`)}`);
    await polled(() => page.locator("dialog[open]").count(), 1);
    await page.evaluate("for (const details of document.querySelectorAll('dialog details')) details.open = true");
    expect([open[0], await violationsOf(page, "dialog")]).toEqual([open[0], []]);
  }
  expect(await page.locator("#panel-title").textContent()).toBe("Not in this page");
  expect(problems).toEqual([]);
});
