import { gunzipSync, gzipSync } from "node:zlib";
import { directorySource } from "../../cli/verify/reportSource";
import { verifyReport } from "../../cli/verify/verifyReport";
import { publishFiles, type ReportFiles, reportDirectory, said } from "../support/reportDirectory";
import { oddNames, sourcesOf } from "../support/reportRows";

// Reports of 0.2.0 from before it knew account access manager: the same, without the columns and the members that came then.

const ROLE_COLUMNS = ["AccessType", "RoleArn", "AssignedAt"];

function before(files: ReportFiles): ReportFiles {
  const cut = (name: string) =>
    files[name]!.toString("utf8").replace(/,(AccessType,RoleArn,AssignedAt|PERMISSION_SET,,)\r\n/g, "\r\n");
  const lines = gunzipSync(files["rows.jsonl.gz"]!).toString("utf8").trimEnd().split("\n");
  const rows = lines.map((line) =>
    JSON.stringify(
      Object.fromEntries(Object.entries(JSON.parse(line)).filter(([name]) => !ROLE_COLUMNS.includes(name))),
    ),
  );
  return {
    ...files,
    "credential_report.csv": Buffer.from(cut("credential_report.csv")),
    "review.csv": Buffer.from(cut("review.csv")),
    "rows.jsonl.gz": gzipSync(`${rows.join("\n")}\n`),
  };
}

async function reportBefore() {
  const files = before(await publishFiles(sourcesOf(oddNames)));
  const directory = reportDirectory(files);
  directory.forge((manifest) => {
    delete manifest.instance;
    delete manifest.notCovered;
    delete manifest.sources.accountAccess;
    delete manifest.previousReport.rolesCompared;
  });
  for (const name of ["credential_report.csv", "review.csv", "rows.jsonl.gz"]) directory.replace(name, files[name]!);
  return directory;
}

test("such a report is whole by its own rules", async () => {
  const directory = await reportBefore();
  expect(said(await verifyReport(directorySource(directory.path, undefined)))).toEqual([]);
  expect(directory.text("credential_report.csv").split("\r\n")[0]).toMatch(/,Usage$/);
  directory.dispose();
});

test("one that says it knew account access manager is not", async () => {
  const directory = await reportBefore();
  directory.forge((manifest) => {
    const nothing = { calls: 0, pages: 0, applications: 0, roles: 0, entitlements: 0 };
    manifest.sources.accountAccess = { status: "read", reason: null, ...nothing };
  });
  expect(said(await verifyReport(directorySource(directory.path, undefined)))).toContainEqual(
    expect.stringMatching(
      /^credential_report.csv:1 the header has 22 columns; expected 25|has "nothing" for column 23/,
    ),
  );
  directory.dispose();
});

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
