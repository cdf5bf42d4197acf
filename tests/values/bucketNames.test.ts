import { presentIn, runFolder } from "../../handlers/bucket/names";

test("a run's folder tells the present of the run", () => {
  const now = "2026-11-20T08:15:30Z";
  expect(presentIn(`${runFolder(now, "id")}manifest.json`)).toBe(Date.parse(now));
});

test.each(["", "undefined", "2026-11-20T081530Z-id/manifest.json", "credential_reports/latest.json"])(
  "%j tells none",
  (key) => expect(presentIn(key)).toBeNull(),
);

test("nor does a folder of a day that does not exist", () => {
  expect(presentIn(runFolder("2026-11-31T08:15:30Z", "id"))).toBeNull();
});
