/**
 * The pictures of the page that the README shows, taken of a report on disk:
 *
 *     npm start && npx tsx local/pictures.ts out/report.html
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { launchChromium } from "./browser/chromium";

interface Shot {
  readonly name: string;
  readonly colorScheme: "light" | "dark";
  readonly height: number;
  readonly prepare?: (page: Page) => Promise<void>;
}

const SHOTS: readonly Shot[] = [
  { name: "overview", colorScheme: "light", height: 1000 },
  { name: "overview-dark", colorScheme: "dark", height: 1000 },
  {
    name: "grants",
    colorScheme: "light",
    height: 960,
    prepare: showTable,
  },
  { name: "panel", colorScheme: "light", height: 900, prepare: openPanel },
];

/** As a person who came by a link, or clicked there. */
async function openPanel(page: Page): Promise<void> {
  await page.click(".presets [data-preset=can-be-removed]");
  await page.locator(".tabulator-row [tabulator-field=Usage]").first().click();
  await page.waitForSelector("dialog[open]");
  await page.waitForTimeout(300);
}

/** Its end, where names of several scripts and rows of every kind stand. */
async function showTable(page: Page): Promise<void> {
  await page.locator("#grants").evaluate((section) => section.scrollIntoView());
  await page.locator(".tabulator-tableholder").evaluate((holder) => holder.scrollTo(0, holder.scrollHeight));
  await page.waitForTimeout(300);
}

async function takePictures(report: string): Promise<void> {
  const browser = await launchChromium();
  try {
    for (const { name, colorScheme, height, prepare } of SHOTS) {
      const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height } });
      await page.goto(pathToFileURL(resolve(report)).href);
      await page.waitForSelector(".tabulator-row");
      await prepare?.(page);
      await page.screenshot({ path: resolve(__dirname, "../docs/pictures", `${name}.png`) });
      await page.close();
    }
  } finally {
    await browser.close();
  }
}

takePictures(process.argv[2] ?? "out/report.html").catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
