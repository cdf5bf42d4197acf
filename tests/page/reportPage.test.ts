import type { Browser, Page } from "playwright-core";
import type { Row } from "../../handlers/files/columns";
import { createCsvWriter } from "../../handlers/files/csv/writer";
import { shownOf } from "../../handlers/files/page/browser/shown";
import { TABLE_COLUMNS } from "../../handlers/files/page/browser/tableColumns";
import { PAGE_COLUMN_NAMES, type PageRow } from "../../handlers/files/page/pageColumns";
import { launchChromium } from "../../local/browser/chromium";
import {
  ADMINISTRATOR_REASON,
  administratorArns,
  adviceOf,
  renderPage,
  SAMPLE_RUN,
  sampleRows,
} from "../../local/sampleReport";
import { sample } from "../support/long";
import * as naive from "./naive";
import { countsOf, downloaded, figureOf, type OpenedPage, openPage, pictureTable, polled } from "./openPage";

/** The real page in a real browser, opened from disk. What other browsers do is not shown here. */
const rows = sampleRows({ accounts: 14, permissionSets: 12, users: 90, groups: 30, groupsAPair: 1 });
const administrators = new Set(administratorArns(rows));
const asOnPage = (row: Row): PageRow => ({
  ...row,
  Administrator: administrators.has(row.PermissionSetArn) ? "true" : "",
  AdministratorReason: administrators.has(row.PermissionSetArn) ? ADMINISTRATOR_REASON : "",
  SuggestedAction: adviceOf(row).action,
  Reason: adviceOf(row).reason,
});
const isSuggested =
  (...actions: string[]) =>
  (row: Row) =>
    actions.includes(adviceOf(row).action);
const isUnusedAdministrator = (row: Row) => naive.isUnused(row) && administrators.has(row.PermissionSetArn);

let browser: Browser;
let opened: OpenedPage;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
  opened = await openPage(browser, await renderPage(rows));
  page = opened.page;
});
afterAll(() => browser.close());
afterEach(async () => {
  await page.click("#reset");
  expect(opened.problems).toEqual([]);
});

/** As the card has them: a user that is gone is not among the people. */
function peopleIn(shown: readonly Row[]): string[] {
  const grants = shown.filter(naive.isGrant);
  const isGone = (row: Row) => row.RowStatus === "USER_NOT_FOUND";
  const people = naive.distinct(grants.filter((row) => !isGone(row)).map((row) => row.UserId));
  const gone = naive.distinct(grants.filter(isGone).map((row) => row.UserId));
  return [
    people === 1 ? "1 person" : `${naive.counted(people)} people`,
    ...(gone === 0 ? [] : [`${naive.counted(gone)} user id${gone === 1 ? "" : "s"} without a user`]),
  ];
}

const counts = (shown: readonly Row[], of = rows.length) =>
  [
    `${naive.counted(shown.length)} of ${naive.counted(of)} rows`,
    ...peopleIn(shown),
    naive.distinct(shown.map((row) => row.account)) === 1
      ? "1 account"
      : `${naive.counted(naive.distinct(shown.map((row) => row.account)))} accounts`,
    `${naive.counted(shown.filter(naive.isUnused).length)} unused`,
    `${naive.counted(shown.filter(naive.isUnknown).length)} unknown`,
  ].join(" · ");

const choosePreset = (id: string) => page.click(`.presets [data-preset="${id}"]`);

/** Without the last column, which says what the page shows. */
const downloadedLines = async () =>
  (await downloaded(page)).split("\r\n").map((line) => line.replace(/,(Shown|"(?:[^"]|"")*"|[^",]*)$/, ""));
const expectCounts = (shown: readonly Row[]) => polled(() => countsOf(page), counts(shown));

describe("overview", () => {
  test("says which run it is and what was observed", async () => {
    const header = await page.locator(".page-header").textContent();

    expect(header).toContain("2026-11-20 08:15 UTC");
    expect(header).toContain("2026-08-22 to 2026-11-20 (90 days)");
    expect(header).toContain("2025-01-08 00:00 UTC");
    expect(header).toContain(SAMPLE_RUN.runId);
    expect(header).toContain("succeeded");
    expect(await page.locator(".warnings").count()).toBe(0);
    expect(await page.locator(".not-covered").textContent()).toContain("Sign-in elsewhere is left out.");
  });

  test("figures are those of the rows", async () => {
    const grants = rows.filter(naive.isGrant);
    const expected = {
      "Unused administrator grants": rows.filter(isUnusedAdministrator).length,
      "Unused grants": rows.filter(naive.isUnused).length,
      "Orphaned grants": rows.filter(naive.isOrphaned).length,
      "Disabled users with access": naive.distinct(rows.filter(naive.isDisabled).map((row) => row.UserId)),
      "People with access": naive.distinct(grants.filter((row) => row.Username !== "").map((row) => row.UserId)),
      Grants: grants.length,
      Accounts: naive.distinct(rows.map((row) => row.account)),
      "Empty groups": naive.distinct(rows.filter(naive.isEmptyGroup).map((row) => row.GroupId)),
      "Too new to tell": rows.filter(naive.isTooNew).length,
      "Account roles": 0,
      "Use unknown": rows.filter(naive.isUnknown).length,
    };
    for (const [label, count] of Object.entries(expected)) {
      expect([label, await figureOf(page, label)]).toEqual([label, naive.counted(count)]);
    }
  });

  test("figures that count other things than rows say how many rows they are, and what is beside them", async () => {
    const noteOf = async (label: string) => {
      const card = page.locator(".card").filter({ has: page.getByText(label, { exact: true }) });
      return (await card.locator(".card-note").textContent()) ?? "";
    };
    const counted = (of: (row: Row) => boolean) => naive.counted(rows.filter(of).length);
    expect(await noteOf("Disabled users with access")).toContain(`with ${counted(naive.isDisabled)} grants`);
    expect(await noteOf("Empty groups")).toContain(`in ${counted(naive.isEmptyGroup)} assignments`);
    expect(await noteOf("Needs a look")).toContain(`in ${counted(isSuggested("REVIEW", "INVESTIGATE"))} rows`);
    expect(await noteOf("Can be removed")).toContain(
      `${counted(isSuggested("REMOVE"))} of ${counted(naive.isUnused)} unused grants would go`,
    );
  });

  test("a card leads to the rows that it counts", async () => {
    await page.click(".card[data-preset=orphaned]");

    await expectCounts(rows.filter(naive.isOrphaned));
    expect(await page.locator(".presets [data-preset=orphaned]").getAttribute("aria-pressed")).toBe("true");
  });
});

describe("pictures", () => {
  test("each is drawn, and tells the same as a table", async () => {
    const drawn = await page.evaluate(`[...document.querySelectorAll("canvas")].map((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size > 10;
    })`);
    expect(drawn).toEqual([true, true, true, true, true]);

    const days = Object.fromEntries(await pictureTable(page, "days"));
    expect(days).toMatchObject({
      today: naive.counted(rows.filter((row) => row.DaysSinceLastLogin === "0").length),
      unused: naive.counted(rows.filter(naive.isUnused).length),
      "too new": naive.counted(rows.filter(naive.isTooNew).length),
      unknown: naive.counted(rows.filter(naive.isUnknown).length),
    });
    expect(await pictureTable(page, "changes")).toContainEqual(["Now unused", "203"]);

    const byGroup = naive.groupBy(
      rows.filter((row) => naive.isGrant(row) && row.GroupId !== ""),
      (row) => row.GroupName,
    );
    for (const [name, use] of await pictureTable(page, "groups")) {
      const of = byGroup.get(name!)!;
      const members = naive.distinct(of.map((row) => row.UserId));
      const usedBy = naive.distinct(of.filter(naive.isUsed).map((row) => row.UserId));
      expect(use).toBe(`${usedBy} of ${members} member${members === 1 ? "" : "s"} used it`);
    }
    const cells = await pictureTable(page, "heat-map");
    const pairs = naive.groupBy(rows.filter(naive.isGrant), (row) => `${row.account}/${row.PermissionSetName}`);
    expect(cells).toHaveLength(pairs.size);
    const nobody =
      naive.distinct(rows.map((row) => row.account)) -
      naive.distinct(rows.filter(naive.isGrant).map((row) => row.account));
    const text = (await page.locator("#heat-map figcaption").textContent()) ?? "";
    expect(/are not here|is not here/.test(text)).toBe(nobody > 0);
    for (const [account, permissionSet, unused, , unknown, grants] of cells) {
      const of = pairs.get(`${account!.slice(-12)}/${permissionSet}`)!;
      expect(grants).toBe(String(of.length));
      expect(unused).toMatch(new RegExp(`^${of.filter(naive.isUnused).length} \\(`));
      expect(unknown).toBe(String(of.filter(naive.isUnknown).length));
    }
  });
});

describe("table", () => {
  test.each<[string, (row: Row) => boolean]>([
    ["unused", naive.isUnused],
    ["can-be-removed", isSuggested("REMOVE")],
    ["needs-a-look", isSuggested("REVIEW", "INVESTIGATE")],
    ["suggested-keep", isSuggested("KEEP")],
    ["suggested-wait", isSuggested("WAIT")],
    ["administrators", (row) => naive.isGrant(row) && administrators.has(row.PermissionSetArn)],
    ["unused-administrators", isUnusedAdministrator],
    ["orphaned", naive.isOrphaned],
    ["disabled", naive.isDisabled],
    ["empty-groups", naive.isEmptyGroup],
    ["too-new", naive.isTooNew],
    ["account-roles", (row) => row.AccessType === "ACCOUNT_ROLE"],
    ["unknown", naive.isUnknown],
  ])("preset %s", async (id, matches) => {
    const expected = rows.filter(matches);
    expect(await page.locator(`.presets [data-preset="${id}"] .count`).textContent()).toBe(
      naive.counted(expected.length),
    );

    await choosePreset(id);

    await expectCounts(expected);
  });

  test("preset, free text and the filters of columns narrow together", async () => {
    await choosePreset("unused");
    await page.fill("#search", "PAYMENTS okafor");
    const searched = rows.filter(
      (row) =>
        naive.isUnused(row) &&
        ["payments", "okafor"].every((word) => Object.values(row).join("\n").toLowerCase().includes(word)),
    );
    expect(searched.length).toBeGreaterThan(1);
    await expectCounts(searched);

    await page.locator("[aria-label='Filter Permission set']").pressSequentially("admin");
    const filtered = searched.filter((row) => row.PermissionSetName.toLowerCase().includes("admin"));
    expect(filtered.length).not.toBe(searched.length);
    await expectCounts(filtered);

    await page.click("#reset");
    await expectCounts(rows);
    expect(await page.inputValue("[aria-label='Filter Permission set']")).toBe("");
  });

  test("every text that is seen in the table finds its row", async () => {
    await page.click(".columns summary");
    await page.evaluate("for (const box of document.querySelectorAll('.columns input:not(:checked)')) box.click()");
    await page.click(".columns summary");
    const seen = await page.evaluate<string[][]>(`(() => {
      const texts = (cell) => [...cell.querySelectorAll("span")].filter(({ children }) => children.length === 0);
      return [...document.querySelector(".tabulator-row").querySelectorAll("[tabulator-field]")].map((cell) => [
        cell.getAttribute("tabulator-field"), ...texts(cell).map(({ textContent }) => textContent),
      ]);
    })()`);
    const texts = seen.flatMap(([, ...of]) => of).filter((text) => text !== "");
    const shown = TABLE_COLUMNS.map((column) => [column, ...shownOf(column, asOnPage(rows[0]!))]);

    expect(seen.map((texts) => texts.filter((text) => text !== ""))).toEqual(shown);
    expect(texts).toEqual(expect.arrayContaining(["AdministratorAccess", "administrator"]));
    for (const text of sample(texts, 8)) {
      await page.fill("#search", text);
      await page.waitForTimeout(200);
      await polled(
        () =>
          page
            .locator(".tabulator-row")
            .first()
            .evaluate((row) => row.textContent !== ""),
        true,
      );
      const first = await page.locator(".tabulator-row").first().locator("[tabulator-field=UserId]").textContent();
      expect([text, first]).toEqual([text, rows[0]!.UserId]);
    }
    await page.click(".columns summary");
    await page.evaluate("location.reload()");
    await page.waitForSelector(".tabulator-row");
  });

  test("words, numbers and dates narrow the table", async () => {
    await page.fill("#search", "Used");
    await expectCounts(rows.filter(naive.isUsed));
    await page.fill("#search", "unused");
    await expectCounts(rows.filter(naive.isUnused));
    await page.fill("#search", "direct administrator none");
    await expectCounts(
      rows.filter(
        (row) =>
          row.Type === "USER" && administrators.has(row.PermissionSetArn) && row.LastLogin === "NO_LOGIN_PRESENT",
      ),
    );
    await page.click("#reset");

    const filter = async (title: string, typed: string, of: (row: Row) => boolean) => {
      const expected = rows.filter(of);
      expect(expected.length).toBeGreaterThan(1);
      await page.locator(`[aria-label='Filter ${title}']`).pressSequentially(typed);
      await expectCounts(expected);
      await page.click("#reset");
    };
    await filter("Days", ">60", (row) => Number(row.DaysSinceLastLogin) > 60);
    await filter("Days", "<7", (row) => row.DaysSinceLastLogin !== "" && Number(row.DaysSinceLastLogin) < 7);
    await filter("Last login", "2026-11", (row) => row.LastLogin.startsWith("2026-11"));
    await filter("Last login", "<2026-10", (row) => /^2026-0/.test(row.LastLogin));
    await filter("Last login", "none", (row) => row.LastLogin === "NO_LOGIN_PRESENT");
    await filter("Through group", "direct", (row) => row.Type === "USER");
  });

  test("any column can be shown and filtered", async () => {
    await page.click(".columns summary");
    await page.getByLabel("User status", { exact: true }).check();
    await page.click(".columns summary");
    await page.selectOption("[aria-label='Filter User status']", "DISABLED");
    await expectCounts(rows.filter(naive.isDisabled));

    // A filter that cannot be seen would hide rows from whoever looks.
    await page.click(".columns summary");
    await page.getByLabel("User status", { exact: true }).uncheck();
    await page.click(".columns summary");
    await expectCounts(rows);
  });

  test("sorts by number, by keyboard alone", async () => {
    await choosePreset("all");
    const button = page.locator(".sort-button", { hasText: "Days" });
    await button.focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");

    const header = page.locator(".tabulator-col", { has: button });
    expect(await header.getAttribute("aria-sort")).toBe("descending");
    const shown = await page.locator(".tabulator-row [tabulator-field=DaysSinceLastLogin]").allTextContents();
    const sorted = rows.map((row) => Number(row.DaysSinceLastLogin)).sort((a, b) => b - a);
    expect(shown.slice(0, 10)).toEqual(sorted.slice(0, 10).map(String));
  });

  test("presets, search and rows are reached and worked with the keyboard", async () => {
    await page.locator("#search").focus();
    await page.keyboard.press("Shift+Tab");
    expect(await page.evaluate("document.activeElement.dataset.preset")).toBe("suggested-keep");
    await page.keyboard.press("Space");
    await expectCounts(rows.filter(isSuggested("KEEP")));
    await page.click("#reset");

    const holder = page.locator(".tabulator-tableholder");
    await holder.focus();
    await page.keyboard.press("PageDown");
    await page.keyboard.press("PageDown");
    await polled(() => holder.evaluate((element) => element.scrollTop > 300), true);
  });

  test("the filtered rows are downloaded as the report has them", async () => {
    await choosePreset("unused-administrators");
    const expected = rows.filter(isUnusedAdministrator);
    await expectCounts(expected);

    const csv = createCsvWriter(PAGE_COLUMN_NAMES);
    const lines = csv.header() + csv.lines(expected.map(asOnPage));
    expect(await downloadedLines()).toEqual(lines.split("\r\n"));
  });

  test("all rows survive the way into the page and out of it", async () => {
    const csv = createCsvWriter(PAGE_COLUMN_NAMES);
    const given = rows.map(asOnPage);
    expect(await downloadedLines()).toEqual((csv.header() + csv.lines(given)).split("\r\n"));
  });
});
