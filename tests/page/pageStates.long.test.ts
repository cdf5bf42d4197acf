import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import type { Row } from "../../handlers/files/columns";
import { launchChromium } from "../../local/browser/chromium";
import { renderPage, SAMPLE_RUN, sampleRows } from "../../local/sampleReport";
import { sample } from "../support/long";
import * as naive from "./naive";
import { countsOf, downloaded, figureOf, openPage, pictureTable, polled, violationsOf } from "./openPage";

const rows = sampleRows({ accounts: 8, permissionSets: 6, users: 40, groups: 20, groupsAPair: 1 });

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** In the page itself: what is behind something else is clicked, too. */
const clickAll = (page: Page, selector: string) =>
  page.evaluate(`for (const found of document.querySelectorAll("${selector}")) found.click()`);

describe("hostile names", () => {
  const IMAGE = "<img src=x onerror=globalThis.hacked=1>";
  const SCRIPT = "</script><script>globalThis.hacked=1</script><!--";
  const FORMULA = "=cmd|'/c calc'!A1,\"quoted\"\u2028\u2029;+1";
  const hostile = rows.map(
    (row, index): Row => ({
      ...row,
      AccountName: IMAGE,
      AccountState: SCRIPT,
      PermissionSetDescription: SCRIPT,
      GroupName: row.Type === "GROUP" ? IMAGE : row.GroupName,
      Username: row.UserId === "" ? "" : index % 2 === 0 ? SCRIPT : FORMULA,
      UserDisplayName: IMAGE,
      UserEmail: FORMULA,
      RowStatus: row.RowStatus,
    }),
  );

  test("are shown as text, run nothing and load nothing, on the screen and on paper", async () => {
    const { page, problems } = await openPage(
      browser,
      await renderPage(hostile, { run: { ...SAMPLE_RUN, warnings: [IMAGE, SCRIPT] } }),
    );
    await clickAll(page, "summary");
    await clickAll(page, ".columns input:not(:checked)");
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    const printed = await page.locator("table.paper").textContent();
    await page.evaluate("dispatchEvent(new Event('afterprint'))");

    expect(printed).toContain(IMAGE);
    expect(await page.locator(".warnings").textContent()).toContain(SCRIPT);
    expect(await page.locator(".tabulator-row").first().textContent()).toContain(IMAGE);
    expect((await pictureTable(page, "groups")).flat()).toContain(IMAGE);
    expect(await page.locator("img, body script:not(#report) ~ script").count()).toBe(0);
    expect(await page.evaluate("globalThis.hacked")).toBeUndefined();
    expect(problems).toEqual([]);
  });

  test("start no formula in the downloaded file", async () => {
    const { page } = await openPage(browser, await renderPage(hostile));
    const csv = await downloaded(page);

    expect(csv).toContain(`"'=cmd|'/c calc'!A1,""quoted""\u2028\u2029;'+1"`);
    expect(csv).not.toMatch(/(^|[,;])"?[=+@-]/m);
  });
});

describe("the network", () => {
  let server: Server;
  const asked: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => server.close());

  test("is out of reach for whatever might run in the page", async () => {
    const { page } = await openPage(browser, await renderPage(rows));
    const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const outcomes = await page.evaluate(`Promise.all([
      fetch("${target}/fetch", { mode: "no-cors" }).then(() => "sent", () => "refused"),
      new Promise((done) => { const image = new Image(); image.onload = () => done("sent"); image.onerror = () => done("refused"); image.src = "${target}/image"; }),
      new Promise((done) => { const script = document.createElement("script"); script.onload = () => done("sent"); script.onerror = () => done("refused"); script.src = "${target}/script"; document.head.append(script); }),
      new FontFace("far", "url(${target}/font)").load().then(() => "sent", () => "refused"),
      new Promise((done) => { const frame = document.createElement("iframe"); frame.onload = () => done("loaded"); frame.src = "${target}/frame"; document.body.append(frame); }),
      navigator.sendBeacon("${target}/beacon") ? "queued" : "refused",
      new Promise((done) => { const script = document.createElement("script"); script.textContent = "globalThis.inline = 1"; document.head.append(script); done(globalThis.inline ? "ran" : "refused"); }),
    ])`);

    expect(outcomes).toEqual([
      "refused",
      "refused",
      "refused",
      "refused",
      expect.any(String),
      expect.any(String),
      "refused",
    ]);
    await page.waitForTimeout(100);
    expect(asked).toEqual([]);
  });
});

describe("a window that was not observed", () => {
  const unobserved = sampleRows({
    accounts: 8,
    permissionSets: 6,
    users: 40,
    groups: 20,
    groupsAPair: 1,
    observed: false,
  });

  test("is never shown as unused", async () => {
    const warning = "Where no login was seen, Usage is UNKNOWN: the event data store is too young.";
    const { page, problems } = await openPage(
      browser,
      await renderPage(unobserved, {
        run: { ...SAMPLE_RUN, status: "degraded", observed: false, warnings: [warning] },
      }),
    );
    expect(await page.locator(".warnings").textContent()).toContain(warning);
    expect(await figureOf(page, "Unused grants")).toBe("not known");
    expect(await figureOf(page, "Unused administrator grants")).toBe("not known");
    expect(await figureOf(page, "Use unknown")).toBe(naive.counted(unobserved.filter(naive.isUnknown).length));
    expect(await page.locator("#groups").textContent()).toContain("is unknown");
    expect(await page.locator("#groups canvas").count()).toBe(0);
    for (const [, , unused] of await pictureTable(page, "heat-map")) expect(unused).toBe("0 (unknown)");
    expect(await countsOf(page)).toContain(" 0 unused");
    expect(problems).toEqual([]);
    expect(await violationsOf(page)).toEqual([]);
  });
});

describe("colours and screens", () => {
  test.each(sample(["light", "dark"] as const, 2, 1))(
    "%s: nothing that axe-core finds fault with",
    async (colorScheme) => {
      const { page, problems } = await openPage(browser, await renderPage(rows), { colorScheme });
      const background = await page.evaluate("getComputedStyle(document.body).backgroundColor");

      expect(background).toBe(colorScheme === "dark" ? "rgb(15, 19, 24)" : "rgb(245, 246, 248)");
      expect(await violationsOf(page)).toEqual([]);
      await clickAll(page, "summary");
      expect(await violationsOf(page)).toEqual([]);
      expect(problems).toEqual([]);
    },
  );

  test("pictures follow the colours when these change", async () => {
    const { page } = await openPage(browser, await renderPage(rows), { colorScheme: "light" });
    const picture = () => page.evaluate("document.querySelector('#days canvas').toDataURL()");
    const light = await picture();
    await page.emulateMedia({ colorScheme: "dark" });
    await polled(async () => (await picture()) !== light, true);
    const dark = await picture();
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    const paper = await picture();
    await page.evaluate("dispatchEvent(new Event('afterprint'))");

    expect(new Set([light, dark, paper]).size).toBe(3);
    expect(await picture()).toBe(dark);
  });
});

describe("size", () => {
  test("above the limit the figures count all rows, and the table holds those that need attention and says so", async () => {
    const { page, problems } = await openPage(browser, await renderPage(rows, { rowLimit: 100 }));

    expect(await page.locator("h2#grants-title").textContent()).toBe("Grants that need attention");
    expect(await page.locator(".limit-note").textContent()).toContain(
      `${naive.counted(rows.length)} rows, more than the 100`,
    );
    expect(await countsOf(page)).toContain("100 of 100 rows in this page");
    expect(await figureOf(page, "Grants")).toBe(naive.counted(rows.filter(naive.isGrant).length));
    const presets = await page.evaluate(
      "[...document.querySelectorAll('.presets button')].map((button) => button.dataset.preset)",
    );
    expect(presets).toEqual(["all", "can-be-removed", "unused-administrators", "unused", "orphaned", "disabled"]);
    expect(await page.locator("button.card").count()).toBe(5);
    expect(problems).toEqual([]);
  });

  test("accounts that are not in the organization are counted apart", async () => {
    const few = rows.slice(0, 60);
    const outside = few.map((row): Row => (row.account === few[0]!.account ? { ...row, AccountState: "" } : row));
    const { page } = await openPage(browser, await renderPage(outside));
    const accounts = naive.distinct(few.map((row) => row.account));
    expect(await figureOf(page, "Accounts")).toBe(String(accounts));
    expect(await page.locator(".figures").textContent()).toContain(
      `Accounts${accounts}${accounts - 1} of the organization's ${SAMPLE_RUN.accountsInOrganization}, 1 outside of it`,
    );
  });

  test("an empty organisation", async () => {
    const { page, problems } = await openPage(
      browser,
      await renderPage([], {
        changes: () => ({
          since: null,
          reason: "there is no earlier report",
          counts: {},
          given: { first: [], count: 0 },
          between: { first: [], count: 0 },
        }),
      }),
    );

    expect(await figureOf(page, "Grants")).toBe("0");
    expect(await page.locator("#changes").textContent()).toContain("Not compared: there is no earlier report.");
    expect(await page.locator("#heat-map").textContent()).toContain("There are no grants.");
    expect(await countsOf(page)).toContain("0 of 0 rows");
    expect(problems).toEqual([]);
    expect(await violationsOf(page)).toEqual([]);
  });

  test("changes of a kind that was not compared are not shown as none", async () => {
    const changes = () => ({
      since: "2026-11-13T20:00:12Z",
      reason: null,
      counts: { GRANTED: 0, REVOKED: 4, STATUS_CHANGED: 1 },
      given: { first: [], count: 0 },
      between: { first: [], count: 0 },
    });
    const { page } = await openPage(browser, await renderPage(rows.slice(0, 50), { changes }));

    expect(await pictureTable(page, "changes")).toEqual([
      ["Granted", "0"],
      ["Revoked", "4"],
      ["Granted and revoked", "not compared"],
      ["Now unused", "not compared"],
      ["Used again", "not compared"],
      ["Status changed", "1"],
    ]);
  });

  test("50,000 rows: shown, filtered and searched, few of them in the document", async () => {
    const many = sampleRows({ accounts: 130, permissionSets: 14, users: 4_000, groups: 300, groupsAPair: 2 }).slice(
      0,
      50_000,
    );
    expect(many).toHaveLength(50_000);
    const html = await renderPage(many);
    const begun = Date.now();
    const { page, problems } = await openPage(browser, html);
    const loadedMs = Date.now() - begun;
    await page.fill("#search", "okafor");
    const found = many.filter((row) => Object.values(row).join("\n").toLowerCase().includes("okafor")).length;
    await polled(async () => (await countsOf(page)).split(" of ")[0], naive.counted(found));

    expect(await page.locator(".tabulator-row").count()).toBeLessThan(200);
    expect(html.length).toBeLessThan(8_000_000);
    // It takes about one second; the machine may be busy with other tests.
    expect(loadedMs).toBeLessThan(8_000);
    expect(problems).toEqual([]);
  });
});
