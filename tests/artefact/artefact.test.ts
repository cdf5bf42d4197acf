import { resolve } from "node:path";
import { functionPackages } from "../../components/reportFunction";
import { pageAssets } from "../../handlers/files/page/document";
import { workerText } from "../../handlers/files/review/workbook/workbook";
import { artefactSuite, textOf } from "../suites/artefact";
import { BUDGET, PACKAGES } from "./packages";

// The archive of this repository's own program.

/** Puts the page, and the worker that writes workbooks, together for a terminal. Their strings are in the text, so that Lambda never comes to it. */
const NEVER_LOADED = ["./bundle"];

const archive = artefactSuite({
  project: async () => resolve(__dirname, "../.."),
  packages: PACKAGES,
  budget: BUDGET,
  alsoRequired: NEVER_LOADED,
  otherSettings: {
    lakeId: "11111111-89ab-cdef-0123-456789abcdef",
    schedule: "cron(0 6 ? * MON *)",
    scheduleTimezone: "Europe/Berlin",
    lookbackDays: 30,
    newAccessDays: 30,
    administratorPermissionSets: ["PlatformAdmin"],
    reviewerPattern: "^team-(.*)",
    requestsPerSecond: 5,
    notificationEmail: "security@example.com",
  },
});

it("loads every package that it is said to load", () => {
  for (const name of functionPackages) expect(textOf(archive())).toMatch(new RegExp(`\\brequire\\("${name}[/"]`));
});

it("carries the page's script and style along", () => {
  const { scriptHash, styleHash } = pageAssets();
  expect(textOf(archive())).toContain(JSON.stringify(scriptHash));
  expect(textOf(archive())).toContain(JSON.stringify(styleHash));
});

it("carries the text of the worker that writes workbooks along", () => {
  expect(textOf(archive())).toContain(JSON.stringify(workerText()).slice(1, 2_000));
});
