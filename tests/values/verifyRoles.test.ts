import { directorySource } from "../../cli/verify/reportSource";
import { verifyReport } from "../../cli/verify/verifyReport";
import { publishFiles, reportDirectory, said } from "../support/reportDirectory";
import { oddNames, sourcesOf } from "../support/reportRows";

// What account access manager gives, and what is not covered, in a report that is verified.

test("a report with roles is whole, and a role that was changed in one file is found", async () => {
  const roles = ["a,=b", "teams/Operator"].map(
    (name) => ["111111111111", `arn:aws:iam::111111111111:role/${name}`, [["GROUP", "g-readers"]]] as const,
  );
  const sources = sourcesOf({ ...oddNames, roles: roles.map(([account, arn, to]) => [account, arn, [...to]]) });
  const directory = reportDirectory(await publishFiles(sources));
  expect(said(await verifyReport(directorySource(directory.path, undefined)))).toEqual([]);

  const key = "ENTITLEMENT/111111111111/g-readers/arn:aws:iam::111111111111:role/teams/";
  directory.replace("review.csv", directory.text("review.csv").replace(`${key}Operator`, `${key}Admin`));
  expect(said(await verifyReport(directorySource(directory.path, undefined)))).toContainEqual(
    expect.stringMatching(/^review.csv.* has no line for "ENTITLEMENT.*teams\/Operator"/),
  );
  directory.dispose();
});

test("a page that leaves out something of what is not covered is found", async () => {
  const directory = reportDirectory(await publishFiles(sourcesOf(oddNames)));
  const page = directory.text("report.html");
  directory.replace("report.html", page.replace(/"notCovered":\["[^"]+",/, '"notCovered":['));
  expect(said(await verifyReport(directorySource(directory.path, undefined)))).toEqual([
    expect.stringMatching(/^report.html says .* for notCovered, the manifest says/),
  ]);
  directory.dispose();
});
