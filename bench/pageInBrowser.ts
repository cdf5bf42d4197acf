import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { launchChromium } from "../local/browser/chromium";
import { renderPage, sampleRows } from "../local/sampleReport";

const ROWS = 50_000;
const TIMES = 5;

/** How long a person waits for a page of as many rows as one holds: to open it, to search it, to choose a preset. Medians. */
export async function* pageInBrowser(): AsyncGenerator<object> {
  const rows = sampleRows({ accounts: 130, permissionSets: 14, users: 4_000, groups: 300, groupsAPair: 2 }).slice(
    0,
    ROWS,
  );
  const directory = mkdtempSync(join(tmpdir(), "bench-page-"));
  const file = join(directory, "report.html");
  writeFileSync(file, await renderPage(rows));
  const browser = await launchChromium();
  const spent = { open: [] as number[], firstSearch: [] as number[], search: [] as number[], preset: [] as number[] };
  try {
    for (let time = 0; time < TIMES; time++) {
      const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
      await page.goto(pathToFileURL(file).href);
      await page.waitForSelector(".tabulator-row");
      spent.open.push(await page.evaluate<number>("performance.now()"));
      spent.firstSearch.push(await searched(page, "okafor"));
      spent.search.push(await searched(page, "administrator payments"));
      await searched(page, "");
      spent.preset.push(await until(page, "document.querySelector('[data-preset=unused]').click()"));
      await page.close();
    }
  } finally {
    await browser.close();
    rmSync(directory, { recursive: true });
  }
  const median = (all: number[]) => Math.round(all.sort((a, b) => a - b)[Math.floor(all.length / 2)]!) / 1000;
  yield {
    rows: rows.length,
    openSeconds: median(spent.open),
    firstSearchSeconds: median(spent.firstSearch),
    searchSeconds: median(spent.search),
    presetSeconds: median(spent.preset),
  };
}

/** From the last letter, with the wait for more of them, to the rows that are left. */
function searched(page: Page, typed: string): Promise<number> {
  return until(
    page,
    `(() => { const search = document.querySelector("#search"); search.value = ${JSON.stringify(typed)}; search.dispatchEvent(new Event("input")); })()`,
  );
}

/** Milliseconds from what is done to the next frame with other counts. */
function until(page: Page, done: string): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve) => {
    const counts = document.querySelector(".counts");
    const began = performance.now();
    new MutationObserver((_, observer) => {
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
    }).observe(counts, { childList: true, characterData: true, subtree: true });
    ${done};
  })`);
}
