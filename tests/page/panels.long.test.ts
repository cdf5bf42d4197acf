import type { Browser, Page } from "playwright-core";
import type { Row } from "../../handlers/files/columns";
import { launchChromium } from "../../local/browser/chromium";
import { ADMINISTRATOR_REASON, administratorArns, adviceOf, renderPage, sampleRows } from "../../local/sampleReport";
import * as naive from "./naive";
import { countsOf, type OpenedPage, openPage, polled, violationsOf } from "./openPage";

/** What opens beside the page, from what, and by which address. */
const rows = withUnusedAssignment(
  sampleRows({ accounts: 8, permissionSets: 6, users: 40, groups: 20, groupsAPair: 1 }),
);
const administrators = new Set(administratorArns(rows));
const NOT_READ = "not read: the customer-managed policies /team/Deploy, /Read";
const accountOf = (row: Row) => row.AccountName || row.account;

/** The last assignment of a group is one that none of its members used, and that is not theirs alone to lose. */
function withUnusedAssignment(sample: readonly Row[]): Row[] {
  const last = sample.filter((row) => naive.isGrant(row) && row.Type === "GROUP").at(-1)!;
  const isOfIt = (row: Row) =>
    row.account === last.account && row.PermissionSetArn === last.PermissionSetArn && row.GroupId === last.GroupId;
  const unused = { Usage: "UNUSED_IN_WINDOW", LastLogin: "NO_LOGIN_PRESENT", UserStatus: "DISABLED" } as const;
  return sample.map((row) => (isOfIt(row) ? { ...row, ...unused, DaysSinceLastLogin: "", LoginsInWindow: "0" } : row));
}

/** A role of an account of which the report has nothing else. */
const role: Row = {
  ...{ ...rows.find((row) => naive.isGrant(row) && row.Type === "USER")!, account: "999999999999", AccountName: "lab" },
  ...{ AccessType: "ACCOUNT_ROLE", PermissionSetName: "", PermissionSetDescription: "", PermissionSetArn: "" },
  ...{ RoleArn: "arn:aws:iam::999999999999:role/Operator", Usage: "UNKNOWN", LastLogin: "UNKNOWN" },
};
rows.push(role);

let browser: Browser;
let opened: OpenedPage;
let page: Page;
beforeAll(async () => {
  browser = await launchChromium();
  const reasons = rows.map((row) => [
    row.PermissionSetArn,
    administrators.has(row.PermissionSetArn) ? ADMINISTRATOR_REASON : NOT_READ,
  ]);
  opened = await openPage(browser, await renderPage(rows, { administratorReasons: Object.fromEntries(reasons) }));
  page = opened.page;
});
afterAll(() => browser.close());
afterEach(async () => {
  await page.keyboard.press("Escape");
  await polled(() => page.locator("dialog[open]").count(), 0);
  await page.click("#reset");
  expect(opened.problems).toEqual([]);
});

const title = () => page.locator("#panel-title").textContent();
const summary = () => page.locator(".panel-summary").textContent();
const panelText = async () => (await page.locator("dialog.panel").textContent()) ?? "";
const hash = () => page.evaluate<string>("location.hash");
const grantsIn = (of: readonly Row[]) => {
  const count = of.filter(naive.isGrant).length;
  return `${count} grant${count === 1 ? "" : "s"}`;
};
/** Loads the page anew with this view. */
async function visit(view: Record<string, string | readonly string[]>): Promise<void> {
  const parts = new URLSearchParams();
  for (const [name, values] of Object.entries(view)) for (const value of [values].flat()) parts.append(name, value);
  await page.evaluate(`location.hash = ${JSON.stringify(`#${parts}`)}`);
}
const tableOf = (heading: string) =>
  page.evaluate<string[][]>(`(() => {
    const heading = [...document.querySelectorAll("dialog h3")].find(({ textContent }) => textContent.startsWith(${JSON.stringify(heading)}));
    return [...heading.nextElementSibling.querySelectorAll("tbody tr")].map((row) => [...row.children].map(({ textContent }) => textContent));
  })()`);

describe("opened by", () => {
  const place = rows.findIndex((row) => naive.isGrant(row) && row.Type === "GROUP");
  const first = rows[place]!;
  const shown = () => page.locator(".tabulator-row").nth(place);

  test.each([
    ["Username", "person", first.Username],
    ["account", "account", accountOf(first)],
    ["PermissionSetName", "permission-set", first.PermissionSetName],
    ["GroupName", "group", first.GroupName],
  ])("a click on what the cell %s names", async (field, kind, name) => {
    await shown().locator(`[tabulator-field=${field}] .opens`).click();
    expect(await title()).toBe(name);
    expect(await hash()).toContain(`open=${kind}`);
    expect(await violationsOf(page)).toEqual([]);
  });

  test("a click elsewhere on a row, and Enter on it: the grant", async () => {
    const expected = `${first.Username} in ${accountOf(first)} as ${first.PermissionSetName}`;
    await shown().locator("[tabulator-field=Usage]").click();
    expect(await title()).toBe(expected);
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await polled(hash, "");

    await shown().focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    expect(await title()).toBe(expected);
    expect(await page.evaluate("document.activeElement.id")).toBe("panel-title");
  });

  test("a bar and a cell, in the picture and in its table", async () => {
    const group = await page.evaluate<string>("document.querySelector('#groups tbody th').textContent");
    await page.locator("#groups summary").click();
    await page.locator("#groups tbody th button").first().focus();
    await page.keyboard.press("Enter");
    expect(await title()).toBe(group);
    await page.keyboard.press("Escape");

    const box = (await page.locator("#groups canvas").boundingBox())!;
    await page.locator("#groups canvas").click({ position: { x: box.width * 0.45, y: 26 } });
    await polled(title, group);
    await page.keyboard.press("Escape");

    await page.locator("#heat-map summary").click();
    const [account, set] = await page.evaluate<string[]>(
      "[...document.querySelector('#heat-map tbody tr').children].map(({ textContent }) => textContent)",
    );
    await page.locator("#heat-map tbody th button").first().click();
    const ofCell = rows.filter((row) => row.account === account!.slice(-12) && row.PermissionSetName === set);
    expect(await summary()).toContain(grantsIn(ofCell));
    await page.keyboard.press("Escape");

    await page.locator("#days summary").click();
    await page.locator("#days tbody th button", { hasText: "unused" }).click();
    expect(await summary()).toContain(`${rows.filter(naive.isUnused).length} unused`);
    await page.keyboard.press("Escape");

    await page.locator("#changes summary").click();
    await page.locator("#changes tbody th button", { hasText: /^Revoked/ }).click();
    expect(await title()).toBe("Revoked: 74");
    expect(await panelText()).toContain("filter its column Change for REVOKED");
  });
});

describe("says", () => {
  test("of a person: everything that can be entered, by which ways, and where as administrator", async () => {
    const { UserId } = rows.find((row) => naive.isGrant(row) && administrators.has(row.PermissionSetArn))!;
    const own = rows.filter((row) => row.UserId === UserId);
    await visit({ open: ["person", UserId] });

    expect(await summary()).toContain(grantsIn(own));
    expect(await tableOf("Everything that this person can enter")).toEqual(
      own.map((row) => [
        row.AccountName === "" ? row.account : `${row.AccountName} · ${row.account}`,
        row.PermissionSetName + (administrators.has(row.PermissionSetArn) ? " · administrator" : ""),
        row.Type === "USER" ? "direct" : row.GroupName,
        row.Usage.toLowerCase().replaceAll("_", " "),
        adviceOf(row).action.toLowerCase(),
      ]),
    );
    expect(await panelText()).toContain("Administrator in");
  });

  test("of an account: who can enter it, and who as administrator", async () => {
    const { account } = rows.find((row) => naive.isGrant(row) && administrators.has(row.PermissionSetArn))!;
    const own = rows.filter((row) => row.account === account);
    await visit({ open: ["account", account] });

    expect(await tableOf("Who can enter this account")).toHaveLength(own.length);
    const people = new Set(
      own
        .filter((row) => naive.isGrant(row) && administrators.has(row.PermissionSetArn))
        .map((row) => row.Username || row.UserId),
    );
    const listed = await page.evaluate<string[]>(
      "[...document.querySelectorAll('dialog .panel-list li')].map(({ textContent }) => textContent)",
    );
    expect(new Set(listed)).toEqual(people);
    expect(await panelText()).toContain(`Who can enter as administrator: ${people.size}`);
  });

  test("of a permission set: as many people as the table counts, and apart from them the ids of nobody", async () => {
    const { PermissionSetArn } = rows.find(({ RowStatus }) => RowStatus === "USER_NOT_FOUND")!;
    const own = rows.filter((row) => naive.isGrant(row) && row.PermissionSetArn === PermissionSetArn);
    const idsOf = (gone: boolean) =>
      naive.distinct(own.filter((row) => (row.RowStatus === "USER_NOT_FOUND") === gone).map((row) => row.UserId));
    await visit({ open: ["permission-set", PermissionSetArn] });
    expect(await summary()).toContain(`· ${idsOf(false)} people · ${idsOf(true)} user id without a user ·`);
    await page.click("dialog button:has-text('in the table')");
    await polled(
      async () => (await countsOf(page)).includes(`· ${idsOf(false)} people · 1 user id without a user ·`),
      true,
    );
  });

  test("of an account: a permission set that may be an administrator's, since not all of its policies were read", async () => {
    const row = rows.find((one) => naive.isGrant(one) && !administrators.has(one.PermissionSetArn))!;
    await visit({ open: ["account", row.account] });
    expect(await panelText()).toContain(`${row.PermissionSetName}: ${NOT_READ}.`);
  });

  test("of an account: that nobody knows what its own roles may do", async () => {
    await visit({ open: ["account", role.account] });
    expect(await panelText()).toContain("Who can enter as administrator: none is known");
    expect(await panelText()).toContain("lab as Operator: what this role of the account may do was not read.");
  });

  test("of a grant: what ending the membership would also end, and the command that ends it", async () => {
    const row = rows.find(
      (one) =>
        one.Type === "GROUP" &&
        naive.isUnused(one) &&
        rows.some((other) => other !== one && other.GroupId === one.GroupId && other.UserId === one.UserId),
    )!;
    await visit({ open: ["grant", row.account, row.PermissionSetArn, row.RoleArn, "GROUP", row.GroupId, row.UserId] });

    const also = rows.filter((other) => other !== row && other.GroupId === row.GroupId && other.UserId === row.UserId);
    expect(await tableOf("What ending the membership would also end")).toHaveLength(also.length);
    expect(await panelText()).toContain(adviceOf(row).reason);
    expect(await panelText()).toContain("aws identitystore delete-group-membership");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.locator(".command button").first().click();
    await polled(() => page.locator(".command button").first().textContent(), "Copied");
    expect(await page.evaluate("navigator.clipboard.readText()")).toContain(`--member-id UserId='${row.UserId}'`);
    expect(await page.locator("dialog a").getAttribute("href")).toMatch(
      /^https:\/\/eu-west-1\.console\.aws\.amazon\.com\//,
    );
  });

  describe("of a grant through a group, first what fits, and whom removing the group's assignment concerns:", () => {
    const assignments = naive.groupBy(
      rows.filter((row) => naive.isGrant(row) && row.Type === "GROUP"),
      (row) => `${row.account} ${row.PermissionSetArn} ${row.GroupId}`,
    );
    const count = (members: readonly Row[], usage: string) => members.filter(({ Usage }) => Usage === usage).length;
    const find = (is: (members: readonly Row[]) => boolean) => [...assignments.values()].find(is)!;
    const commands = () => page.locator("dialog .command").allTextContents();
    const open = ([row]: readonly Row[]) =>
      visit({ open: ["grant", row!.account, row!.PermissionSetArn, row!.RoleArn, "GROUP", row!.GroupId, row!.UserId] });

    test("the membership, where others use it", async () => {
      const members = find((of) => count(of, "USED") > 0 && count(of, "UNKNOWN") > 0);
      await open(members);
      const [first, second] = await commands();
      expect(first).toContain("aws identitystore delete-group-membership");
      expect(second).toContain(
        `for all of its ${members.length} members, of whom ${count(members, "USED")} used it, ` +
          `and of ${count(members, "UNKNOWN")} it is not known`,
      );
    });

    test("the assignment, where nobody uses it and the membership is needed", async () => {
      const isUnused = (of: readonly Row[]) => of.length > 1 && of.every(naive.isUnused);
      const isNeeded = (row: Row) => adviceOf(row).action !== "REMOVE";
      const members = find((of) => isUnused(of) && of.some(isNeeded));
      await open(members.filter(isNeeded));
      const [first, second] = await commands();
      expect(first).toContain("aws sso-admin delete-account-assignment");
      expect(first).toContain(`for all of its ${members.length} members, of whom 0 used it`);
      expect(second).toContain("aws identitystore delete-group-membership");
    });
  });

  test("of a use that is not known: why", async () => {
    const row = rows.find(naive.isUnknown)!;
    await visit({ open: ["grant", row.account, row.PermissionSetArn, row.RoleArn, row.Type, row.GroupId, row.UserId] });
    expect(await panelText()).toContain("Why it is not known whether this was used");
    expect(await panelText()).toContain("the event does not say who");
  });

  test("of a group: its members, what it gives, and what nobody used", async () => {
    const { GroupId } = rows.find((row) => row.Type === "GROUP" && row.UserId !== "")!;
    const own = rows.filter((row) => row.GroupId === GroupId);
    await visit({ open: ["group", GroupId] });
    expect(await panelText()).toContain(`Its members: ${naive.distinct(own.map((row) => row.UserId))} user`);
    expect(await tableOf("Who used what")).toHaveLength(own.length);
    const pairs = naive.groupBy(own, (row) => `${row.account} ${row.PermissionSetArn}`);
    const unused = [...pairs.values()].filter((of) => of.every(naive.isUnused)).length;
    expect((await panelText()).split("Remove what nobody in the group used").length - 1).toBe(2 * unused);
  });

  test("nothing of what the page has not", async () => {
    for (const open of [["person", "nobody"], ["<img src=x onerror=alert(1)>", "x"], ["grant"]]) {
      await visit({ open });
      await polled(title, "Not in this page");
    }
  });
});

describe("the address", () => {
  test("goes back and forth, and is there after the page is loaded anew", async () => {
    await page.click(".presets [data-preset=unused]");
    await page.fill("#search", "okafor");
    await polled(async () => (await hash()).includes("search=okafor"), true);
    await page.selectOption("[aria-label='Filter Suggested action']", "REMOVE");
    await polled(async () => (await hash()).includes("filter.SuggestedAction=REMOVE"), true);
    const counted = await countsOf(page);
    await page.locator(".tabulator-row [tabulator-field=Username] .opens").first().click();
    const name = await title();

    await page.reload();
    await page.waitForSelector(".tabulator-row");
    expect(await title()).toBe(name);
    expect(await countsOf(page)).toBe(counted);
    expect(await page.inputValue("#search")).toBe("okafor");

    await page.goBack();
    await polled(() => page.locator("dialog[open]").count(), 0);
    expect(await countsOf(page)).toBe(counted);
    await page.goBack();
    await polled(async () => (await countsOf(page)).split(" of ")[0], naive.counted(rows.length));
    expect(await page.inputValue("#search")).toBe("");
    await page.goForward();
    await polled(() => countsOf(page), counted);
  });

  test("narrows the table to what a panel is about, and says so until all are shown", async () => {
    const { account } = rows[0]!;
    await visit({ open: ["account", account] });
    await page.click("dialog button:has-text('in the table')");
    const own = rows.filter((row) => row.account === account);
    await polled(async () => (await countsOf(page)).split(" of ")[0], naive.counted(own.length));
    expect(await page.locator(".only").textContent()).toContain(accountOf(rows[0]!));
    await page.click(".only button");
    await polled(async () => (await countsOf(page)).split(" of ")[0], naive.counted(rows.length));
    expect(await page.locator(".only").isVisible()).toBe(false);
  });

  test("shows a column whose filter it names", async () => {
    await visit({ "filter.UserStatus": "DISABLED" });
    await polled(
      async () => (await countsOf(page)).split(" of ")[0],
      naive.counted(rows.filter(naive.isDisabled).length),
    );
    expect(await page.locator("[aria-label='Filter User status']").isVisible()).toBe(true);
  });
});
