import type { Browser } from "playwright-core";
import type { PageChanges, PageRun } from "../../handlers/files/page/pageData";
import { launchChromium } from "../../local/browser/chromium";
import { renderPage, SAMPLE_RUN, sampleRows } from "../../local/sampleReport";
import { openPage } from "./openPage";

// What the page says of when which Region was seen, and of who assigned what is new.

const rows = sampleRows({ accounts: 2, permissionSets: 2, users: 8, groups: 3, groupsAPair: 1 });
const to = SAMPLE_RUN.now;

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

async function observedSince(run: Partial<PageRun>): Promise<string[]> {
  const { page, problems } = await openPage(browser, await renderPage(rows, { run: { ...SAMPLE_RUN, ...run } }));
  const fact = page.locator(".facts > div").filter({ has: page.getByText("Observed since", { exact: true }) });
  const items = await fact.locator("li").allTextContents();
  expect(problems).toEqual([]);
  return items.length > 0 ? items : fact.locator("dd").allTextContents();
}

describe("observed since", () => {
  const from = "2026-08-22T08:15:30Z";
  const whole = { from, to, reason: null };

  test("is one line where all Regions were seen for the whole window", async () => {
    const regions = [
      { region: "eu-west-1", ...whole },
      { region: "us-east-1", ...whole },
    ];
    expect(await observedSince({ regions })).toEqual(["2026-08-22 08:15 UTC, in eu-west-1, us-east-1"]);
  });

  test("tells of each Region what was seen from when to when, where one was not", async () => {
    const regions = [
      { region: "eu-west-1", from: "2026-09-10T00:00:00Z", to, reason: "older events are gone" },
      { region: "eu-west-2", ...whole },
      { region: "us-east-1", from: null, to, reason: "<b>it</b> could not be read" },
    ];
    expect(await observedSince({ observed: false, status: "degraded", regions })).toEqual([
      "eu-west-1: 2026-09-10 00:00 UTC to 2026-11-20 08:15 UTC (older events are gone)",
      "eu-west-2: 2026-08-22 08:15 UTC to 2026-11-20 08:15 UTC",
      "us-east-1: nothing seen (<b>it</b> could not be read)",
    ]);
  });

  test("tells the store's beginning, or that it is not known, where no Regions are", async () => {
    expect(await observedSince({ regions: [], observedFrom: from })).toEqual(["2026-08-22 08:15 UTC"]);
    expect(await observedSince({ regions: [], observedFrom: null })).toEqual(["not known"]);
  });
});

describe("who assigned what is new", () => {
  const pageWith = async (given: PageChanges["given"], between: PageChanges["between"] = { first: [], count: 0 }) => {
    const changes = () => ({ since: "2026-11-13T20:00:12Z", reason: null, counts: { GRANTED: 4 }, given, between });
    return openPage(browser, await renderPage(rows, { changes }));
  };
  const given = {
    account: "payments-prod",
    permissionSet: "ReadOnly",
    group: true,
    principal: "Readers",
    at: "2026-11-19T10:00:00Z",
    by: "arn:aws:iam::111122223333:user/<i>zoe</i>",
    rows: 3,
  };

  test("is a table of assignments, as text, and counts those that it leaves out", async () => {
    const direct = { ...given, group: false, principal: "alice", by: "", rows: 1 };
    const { page, problems } = await pageWith({ first: [given, direct], count: 7 });

    const cells = await page
      .locator("#given tbody tr")
      .evaluateAll((lines) => lines.map((line) => [...line.children].map((cell) => cell.textContent)));

    const at = "2026-11-19 10:00 UTC";
    expect(cells).toEqual([
      ["payments-prod", "ReadOnly", "group Readers", at, "arn:aws:iam::111122223333:user/<i>zoe</i>", "3"],
      ["payments-prod", "ReadOnly", "alice", at, "not recorded", "1"],
    ]);
    expect(await page.locator("#given summary").textContent()).toBe("Who assigned the new access: 7 assignments");
    expect(await page.locator("#given p").textContent()).toBe("And 5 more: changes.csv has all of them.");
    expect(problems).toEqual([]);
  });

  test("stands beside who had access between the two reports, and until when", async () => {
    const { rows: _, ...made } = given;
    const ended = { revokedAt: "2026-11-19T11:30:00Z", revokedBy: "" };
    const first = [
      { ...made, ...ended },
      { ...made, ...ended, group: false, principal: "alice", revokedBy: "zoe" },
    ];
    const { page, problems } = await pageWith({ first: [], count: 0 }, { first, count: 3 });

    const cells = await page
      .locator("#between tbody tr")
      .evaluateAll((lines) => lines.map((line) => [...line.children].map((cell) => cell.textContent)));

    const [at, until, by] = ["2026-11-19 10:00 UTC", "2026-11-19 11:30 UTC", made.by];
    expect(cells).toEqual([
      ["payments-prod", "ReadOnly", "group Readers", at, by, until, "not recorded"],
      ["payments-prod", "ReadOnly", "alice", at, by, until, "zoe"],
    ]);
    expect(await page.locator("#between summary").textContent()).toBe(
      "Given and taken away again since the last report: 3 assignments",
    );
    expect(await page.locator("#between details > p").textContent()).toBe("And 1 more: changes.csv has all of them.");
    expect(problems).toEqual([]);
  });

  test("is left out where no event tells", async () => {
    const { page } = await pageWith({ first: [], count: 0 });
    expect(await page.locator("#given, #between").count()).toBe(0);
  });
});
