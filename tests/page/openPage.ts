import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

export interface OpenedPage {
  readonly page: Page;
  /** Errors and warnings of the console, exceptions, and requests other than the one for the page. */
  readonly problems: string[];
}

const directory = mkdtempSync(join(tmpdir(), "report-page-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** Opens the page from disk, as a person would, and waits for its table. */
export async function openPage(
  browser: Browser,
  html: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const file = join(directory, "report.html");
  writeFileSync(file, html);
  const url = pathToFileURL(file).href;
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("request", (request) => {
    if (request.url() !== url && !request.url().startsWith("data:")) problems.push(`request ${request.url()}`);
  });
  await page.goto(url);
  await page.waitForSelector(".tabulator-row, .tabulator-placeholder");
  return { page, problems };
}

/** What the status line above the table says. */
export async function countsOf(page: Page): Promise<string> {
  return (await page.locator(".counts").textContent()) ?? "";
}

/** The values of a picture's text alternative: its rows as texts. */
export function pictureTable(page: Page, id: string): Promise<string[][]> {
  return page
    .locator(`#${id} tbody tr`)
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? "")));
}

/** The value of a card. */
export async function figureOf(page: Page, label: string): Promise<string> {
  const card = page.locator(".card").filter({ has: page.getByText(label, { exact: true }) });
  return (await card.locator(".card-value").textContent()) ?? "";
}

/** The file that the button gives. */
export async function downloaded(page: Page): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
  return readFileSync(await download.path(), "utf8");
}

/** Waits until a value is the expected one; fails with the last value if it does not become so. */
export async function polled<Value>(read: () => Promise<Value>, expected: Value): Promise<void> {
  const end = Date.now() + 5_000;
  let actual = await read();
  while (actual !== expected && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    actual = await read();
  }
  expect(actual).toBe(expected);
}

const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Rules of WCAG 2.2 A and AA and axe's best practices; what only a person can judge is not shown. */
export async function violationsOf(page: Page, within = ":root"): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<{ violations: Violation[] }>(
    `axe.run(document.querySelector("${within}"), { resultTypes: ["violations"] })`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
  );
}
