import { previousReportOf, withOtherColumns } from "../../handlers/files/previous/previous";
import { sourcesOf } from "../support/reportRows";

const { settings } = sourcesOf({});
const { now: _, ...earlierSettings } = settings;
const earlier = { manifestVersion: 1 as const, now: "2026-11-15T12:00:00Z", settings: earlierSettings };
const KEY = "credential_reports/2026-11-15T120000Z-run-0/manifest.json";

describe("previousReportOf", () => {
  it("says that there is none", () => {
    expect(previousReportOf(null, KEY, settings, 1)).toEqual({
      status: "none",
      reportedAt: null,
      manifestKey: null,
      usageCompared: false,
      rolesCompared: false,
      reason: null,
    });
  });

  it("names the report that is compared with", () => {
    expect(previousReportOf(earlier, KEY, settings, 1)).toEqual({
      status: "compared",
      reportedAt: "2026-11-15T12:00:00Z",
      manifestKey: KEY,
      usageCompared: true,
      rolesCompared: true,
      reason: null,
    });
  });

  it("compares two reports of one instant", () => {
    expect(previousReportOf({ ...earlier, now: settings.now }, KEY, settings, 1).status).toBe("compared");
  });

  it.each([
    ["lookbackDays", { lookbackDays: 30 }, "Usage was not compared: lookbackDays was 30 and is 90"],
    ["newAccessDays", { newAccessDays: 7 }, "Usage was not compared: newAccessDays was 7 and is 14"],
  ])("leaves usage out where %s differs", (_what, values, reason) => {
    const previous = previousReportOf({ ...earlier, settings: { ...earlierSettings, ...values } }, KEY, settings, 1);

    expect(previous).toMatchObject({ status: "compared", usageCompared: false, reason });
  });

  it.each([
    ["another version", earlier, 2, "its manifest is of version 1, this one of version 2"],
    [
      "another instance",
      { ...earlier, settings: { ...earlierSettings, instanceArn: "arn:other" } },
      1,
      "it is of another instance, arn:other",
    ],
    [
      "the future",
      { ...earlier, now: "2026-11-29T12:00:00Z" },
      1,
      "it is of 2026-11-29T12:00:00Z, later than this one",
    ],
  ])("does not compare with %s", (_what, manifest, version, reason) => {
    expect(previousReportOf(manifest, KEY, settings, version)).toEqual({
      status: "other-version",
      reportedAt: manifest.now,
      manifestKey: KEY,
      usageCompared: false,
      rolesCompared: false,
      reason,
    });
  });

  it("says so where the columns turn out to be others", () => {
    expect(withOtherColumns(previousReportOf(earlier, KEY, settings, 1))).toMatchObject({
      status: "other-version",
      reason: "it has other columns than this one",
    });
  });
});
