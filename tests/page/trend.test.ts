import fc from "fast-check";
import type { Browser } from "playwright-core";
import { countPeople } from "../../handlers/files/people";
import { administratorArns, rowBatches } from "../../handlers/files/rows";
import { launchChromium } from "../../local/browser/chromium";
import { renderPage, sampleRows } from "../../local/sampleReport";
import { rowSources } from "../oracle/sources";
import * as naive from "./naive";
import { openPage, pictureTable, violationsOf } from "./openPage";

const rows = sampleRows({ accounts: 4, permissionSets: 4, users: 30, groups: 12, groupsAPair: 1 });
let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

test("people and administrators are those of the rows", () => {
  fc.assert(
    fc.property(rowSources, (sources) => {
      const administrators = new Set(administratorArns(sources));
      const grants = [...rowBatches(sources, 100)]
        .flat()
        .filter((row) => naive.isGrant(row) && row.RowStatus !== "USER_NOT_FOUND");
      const own = grants.filter((row) => administrators.has(row.PermissionSetArn));
      expect(countPeople(sources)).toEqual({
        people: naive.distinct(grants.map((row) => row.UserId)),
        administrators: naive.distinct(own.map((row) => row.UserId)),
      });
    }),
  );
});

/** What a page cannot count by its rows. */
const ofThis = { administrators: 5, decidedNotDone: 3 };
const point = {
  now: "2026-11-13T08:00:00Z",
  people: 20,
  grants: 90,
  unused: 30,
  administrators: 4,
  orphaned: 2,
  decidedNotDone: 7,
};

test("the figures of the reports before and of this one are lines, and the same in words", async () => {
  const points = [
    { ...point, now: "2026-11-06T08:00:00Z", people: null, administrators: null, decidedNotDone: null },
    point,
  ];
  const { page, problems } = await openPage(
    browser,
    await renderPage(rows, { trend: () => ({ points, reason: null, ...ofThis }) }),
  );
  const grants = rows.filter(naive.isGrant);
  const people = naive.distinct(grants.filter((row) => row.RowStatus !== "USER_NOT_FOUND").map((row) => row.UserId));
  expect(await pictureTable(page, "trend")).toEqual([
    ["2026-11-06", "90", "30", "not known", "not known", "2", "not known"],
    ["2026-11-13", "90", "30", "20", "4", "2", "7"],
    [
      "2026-11-20",
      ...[grants.length, grants.filter(naive.isUnused).length, people, 5, rows.filter(naive.isOrphaned).length, 3].map(
        String,
      ),
    ],
  ]);
  expect(await page.locator("#trend thead").textContent()).toContain("Decided, not done");
  expect(await page.locator("#trend canvas").count()).toBe(1);
  expect(await violationsOf(page)).toEqual([]);
  expect(problems).toEqual([]);
});

test("lines that could not be read are left out, and the page says why", async () => {
  const trend = { points: [], reason: "the key is not the manifest that the one after it names", ...ofThis };
  const { page } = await openPage(browser, await renderPage(rows, { trend: () => trend }));
  expect(await page.locator("#trend").textContent()).toContain(`could not be read: ${trend.reason}.`);
  expect(await page.locator("#trend canvas").count()).toBe(0);
});
