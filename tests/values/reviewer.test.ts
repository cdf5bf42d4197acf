import { createReviewerOf } from "../../handlers/files/review/review";
import { runSettings } from "../../handlers/settings";

const { problem: reviewerPatternProblem } = runSettings.reviewerPattern;

describe("createReviewerOf", () => {
  it.each([
    ["", "aws-payments-admins", "ReadOnly", ""],
    ["^aws-(.+?)-(?:admins|readers)$", "aws-payments-admins", "ReadOnly", "payments"],
    ["^aws-(.+?)-(?:admins|readers)$", "", "ReadOnly", ""],
    ["^(?:aws-)?(.+?)-(?:admins|Access)$", "", "payments-Access", "payments"],
    ["^(.*)$", "", "ReadOnly", "ReadOnly"],
    ["^(.*)$", "NOGROUP", "ReadOnly", "NOGROUP"],
    ["team=(\\w+)?", "team=", "team=other", ""],
    ["(?P<team>[^-]+)-", "zoë-admins", "", "zoë"],
  ])("by %j, for %j and %j, is %j", (pattern, groupName, permissionSetName, reviewer) => {
    expect(reviewerPatternProblem(pattern)).toBeUndefined();
    expect(createReviewerOf(pattern)(groupName, permissionSetName)).toBe(reviewer);
  });

  it("takes no longer than the name is long, whatever the pattern", () => {
    const started = process.cpuUsage();

    expect(createReviewerOf("^(a+)+$")(`${"a".repeat(1000)}!`, "")).toBe("");

    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
  });
});

describe("the setting reviewerPattern", () => {
  it.each([
    ["aws-.*", /has 0 capturing groups instead of one/],
    ["(a)(b)", /has 2 capturing groups instead of one/],
    ["(a", /is no regular expression of RE2's syntax: .*missing closing \)/],
    ["(?=a)(b)", /is no regular expression of RE2's syntax/],
    ["(a)\\1", /is no regular expression of RE2's syntax/],
    [`(${"a".repeat(500)})`, /has 502 characters, 500 are allowed/],
  ])("refuses %j", (pattern, problem) => {
    expect(reviewerPatternProblem(pattern)).toMatch(problem);
  });
});
