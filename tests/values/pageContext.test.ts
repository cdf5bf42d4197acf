import { publishFiles, type ReportFiles } from "../support/reportDirectory";
import { type SmallOrganisation, sourcesOf } from "../support/reportRows";

// What a run hands to the page. What the page makes of it is tests/page's matter.

const organisation = {
  pairs: [["111111111111", 0, [["USER", "u-1"]]]] as [string, 0, ["USER", string][]][],
  users: [{ id: "u-1", name: "alice" }],
  accounts: [{ id: "111111111111", name: "workload", state: "ACTIVE" }],
};

const NONE = { first: [], count: 0 };

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
  expect(dataOf(first).changes).toEqual({
    since: null,
    reason: "there is no earlier report",
    counts: {},
    given: NONE,
    between: NONE,
  });

  const key = "credential_reports/before/manifest.json";
  const second = dataOf(await publishFiles(sourcesOf({ ...organisation, pairs: [] }), {}, { key, files: first }));

  expect(second.changes).toEqual({
    since: "2026-11-22T12:00:00Z",
    reason: null,
    counts: { GRANTED: 0, REVOKED: 1, GRANTED_AND_REVOKED: 0, STATUS_CHANGED: 0, NOW_UNUSED: 0, USED_AGAIN: 0 },
    given: NONE,
    between: NONE,
  });
});

test("tells who assigned what is new since then: each way once, with the rows that it gives", async () => {
  const readers = { id: "g-readers", name: "Readers", members: ["u-1", "u-2"] };
  const users = [...organisation.users, { id: "u-2", name: "bob" }];
  const before = { ...organisation, users, groups: [readers] };
  const first = await publishFiles(sourcesOf(before));
  const pairs: SmallOrganisation["pairs"] = [
    ["111111111111", 0, [["USER", "u-1"]]],
    [
      "111111111111",
      1,
      [
        ["GROUP", "g-readers"],
        ["USER", "u-2"],
      ],
    ],
  ];
  const direct = { principalType: "USER" as const, principalId: "u-2", by: "" };
  const after = sourcesOf({ ...before, pairs, assignments: [{}, direct] });

  const { changes } = dataOf(await publishFiles(after, {}, { key: "before/manifest.json", files: first }));

  const at = "2026-11-20T08:15:30Z";
  const common = { account: "workload", permissionSet: "ReadOnly", at };
  const by = "arn:aws:iam::111122223333:user/zoe";
  expect(changes.given).toEqual({
    first: [
      { ...common, group: true, principal: "Readers", by, rows: 2 },
      { ...common, group: false, principal: "bob", by: "", rows: 1 },
    ],
    count: 2,
  });
});

test("names no more of them than people read, and counts all", async () => {
  const users = Array.from({ length: 60 }, (_, index) => ({ id: `u-${index}`, name: `user-${index}` }));
  const first = await publishFiles(sourcesOf({ ...organisation, users, pairs: [] }));
  const principals = users.map(({ id }) => ["USER", id] as const);
  const assignments = users.map(({ id }) => ({ principalType: "USER" as const, principalId: id }));
  const after = sourcesOf({ ...organisation, users, pairs: [["111111111111", 1, principals]], assignments });

  const { changes } = dataOf(await publishFiles(after, {}, { key: "before/manifest.json", files: first }));

  expect(changes.given.first).toHaveLength(50);
  expect(changes.given.count).toBe(60);
});

test("says what was seen of each Region", async () => {
  const regions = [
    { region: "eu-west-1", from: "2026-08-24T12:00:00Z", to: "2026-11-22T12:00:00Z", reason: null },
    { region: "us-east-1", from: null, to: "2026-11-22T12:00:00Z", reason: "it could not be read" },
  ];
  const sources = sourcesOf(organisation);

  const { run } = dataOf(await publishFiles({ ...sources, logins: { ...sources.logins, regions } }));

  expect(run.regions).toEqual(regions);
});

test("leaves out the changes of usage where the two reports have other windows", async () => {
  const first = await publishFiles(sourcesOf(organisation));
  const sources = sourcesOf(organisation);
  const longer = { ...sources, settings: { ...sources.settings, lookbackDays: 120 } };
  const second = dataOf(await publishFiles(longer, {}, { key: "before/manifest.json", files: first }));
  expect(second.changes.counts).toEqual({ GRANTED: 0, REVOKED: 0, GRANTED_AND_REVOKED: 0, STATUS_CHANGED: 0 });
});
