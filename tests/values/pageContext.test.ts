import { publishFiles, type ReportFiles } from "../support/reportDirectory";
import { sourcesOf } from "../support/reportRows";

// What a run hands to the page. What the page makes of it is tests/page's matter.

const organisation = {
  pairs: [["111111111111", 0, [["USER", "u-1"]]]] as [string, 0, ["USER", string][]][],
  users: [{ id: "u-1", name: "alice" }],
  accounts: [{ id: "111111111111", name: "workload", state: "ACTIVE" }],
};

/** The data in the page. */
function dataOf(files: ReportFiles) {
  const page = files["report.html"]!.toString("utf8");
  return JSON.parse(/<script type="application\/json" id="report">(.*?)<\/script>/s.exec(page)![1]!);
}

test("says that the window was not observed, and why", async () => {
  const data = dataOf(await publishFiles(sourcesOf({ ...organisation, observed: false })));
  expect(data.run).toMatchObject({ observed: false, status: "degraded", warnings: [expect.any(String)] });
  expect(dataOf(await publishFiles(sourcesOf(organisation))).run).toMatchObject({ observed: true, warnings: [] });
});

test("has the changes since the report before, or why there are none", async () => {
  const first = await publishFiles(sourcesOf(organisation));
  expect(dataOf(first).changes).toEqual({ since: null, reason: "there is no earlier report", counts: {} });

  const key = "credential_reports/before/manifest.json";
  const second = dataOf(await publishFiles(sourcesOf({ ...organisation, pairs: [] }), {}, { key, files: first }));

  expect(second.changes).toEqual({
    since: "2026-11-22T12:00:00Z",
    reason: null,
    counts: { GRANTED: 0, REVOKED: 1, STATUS_CHANGED: 0, NOW_UNUSED: 0, USED_AGAIN: 0 },
  });
});

test("leaves out the changes of usage where the two reports have other windows", async () => {
  const first = await publishFiles(sourcesOf(organisation));
  const sources = sourcesOf(organisation);
  const longer = { ...sources, settings: { ...sources.settings, lookbackDays: 120 } };
  const second = dataOf(await publishFiles(longer, {}, { key: "before/manifest.json", files: first }));
  expect(second.changes.counts).toEqual({ GRANTED: 0, REVOKED: 0, STATUS_CHANGED: 0 });
});
