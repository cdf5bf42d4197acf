import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunResult } from "../../handlers/bucket/latest";
import {
  failedNotice,
  type Notice,
  type NoticeContext,
  publishedNotice,
  unusedFiles,
} from "../../handlers/notify/notices";

const place: NoticeContext = {
  functionArn: "arn:aws:lambda:eu-west-1:111122223333:function:credential-report-function-1a2b3c4",
  logGroupName: "credential-report-logs-1a2b3c4",
  bucket: "credential-report-reports-1a2b3c4",
  reportName: "credential-report-prod",
};
const runId = "a1b2c3d4-5678-90ab-cdef-111122223333";
const folder = `credential_reports/2026-11-22T200000Z-${runId}/`;
const result: RunResult = {
  runId,
  status: "succeeded",
  reportKey: `${folder}credential_report.csv`,
  manifestKey: `${folder}manifest.json`,
  manifestSha256: "c0535e4be2b79ffd93291305436bf889314e4a3faec05ecffcbb7df31ad9e51a",
  rows: 99,
  byUsage: { UNKNOWN: 5, TOO_NEW: 8, USED: 33, UNUSED_IN_WINDOW: 51 },
  byRowStatus: { GROUP_NOT_FOUND: 2, OK: 97 },
  warnings: [],
  finishedAt: "2026-11-22T20:05:12Z",
};

const alarms = readFileSync(join(__dirname, "../../docs/alarms.md"), "utf8");
const asPrinted = ({ subject, text }: Notice) => `\`\`\`\nSubject: ${subject}\n\n${text}\`\`\`\n`;

test("a published report: its key, its figures and its log, as docs/alarms.md shows it", () => {
  const notice = publishedNotice(result, place);
  expect(alarms).toContain(asPrinted(notice));
  expect(notice.text).toMatch(/^A credential report was published\.\n\nPage: {5}aws s3 cp s3:\/\//);
});

test("a degraded one says so first, with every warning", () => {
  const warnings = ["Where no login was seen, Usage is UNKNOWN: the query failed.", "AccountState is UNKNOWN: no."];
  const { subject, text } = publishedNotice({ ...result, status: "degraded", warnings }, place);
  expect(subject).toBe("Credential report published, but degraded: account 111122223333, eu-west-1");
  expect(text).toMatch(/^A credential report was published, but is degraded: .*UNKNOWN\. Take nobody's access away/);
  expect(text).toContain(
    `\n\n- ${warnings[0]}\n- ${warnings[1]}\n\nPage:     aws s3 cp s3://${place.bucket}/credential_reports/latest/report.html report.html\n`,
  );
});

const noOutcome = { carried: 0, stillThere: 0, changed: 0, contested: 0, done: 0 };
const file = (key: string, more: object) => ({
  ...{ key, version: null, sha256: null, modifiedAt: "2026-11-20T09:00:00Z", lines: 9, decisions: 3, refused: 0 },
  ...{ problem: null, ...noOutcome, ...more },
});

test("the news come first: new administrators and orphans by name, what changed, what is decided and not done", () => {
  const newAdministrators = { count: 12, named: ["alice: Admin in prod", "bob: Admin in prod"] };
  const news = { newAdministrators, newOrphans: { count: 0, named: [] }, changes: { GRANTED: 12, REVOKED: 3 } };
  const decisions = {
    ...noOutcome,
    carried: 7,
    stillThere: 4,
    changed: 1,
    done: 2,
    problem: null,
    files: [file("a.csv", { carried: 7 })],
  };
  const { text } = publishedNotice({ ...result, news, decisions, warnings: ["Something else."] }, place);

  expect(text).toMatch(
    /^A credential report was published\.\n\nNew administrators: 12\n {2}- alice: Admin in prod\n {2}- bob: Admin in prod\n {2}- and 10 more\nChanges since the report before: GRANTED 12, REVOKED 3\nDecided to go and still there: 4 \(STILL_THERE in review\.xlsx\); done: 2\nDecisions carried: 7; about what has changed since: 1; contested: 0\n- Something else\.\n\nPage:/,
  );
});

test("a returned file of which nothing is carried is named before all else", () => {
  const files = [
    file("unread.xlsx", { problem: "It is encrypted: save it without a password." }),
    file("old.csv", { changed: 3 }),
    file("good.csv", { carried: 1, changed: 2 }),
    file("done.csv", { done: 3 }),
    file("empty.csv", { decisions: 0 }),
  ];
  const told = { ...result, decisions: { ...noOutcome, problem: null, files } };

  expect(unusedFiles(told)).toEqual([
    "unread.xlsx: It is encrypted: save it without a password.",
    "old.csv: all that it decides has changed since, or is decided differently elsewhere.",
  ]);
  expect(publishedNotice(told, place).text).toContain("\n\n- Nothing is carried of unread.xlsx: It is encrypted");
});

test("where nobody knows which files there are, that is named", () => {
  const decisions = { ...noOutcome, problem: "s3 ListObjectsV2 was refused.", files: [] };
  expect(unusedFiles({ ...result, decisions })).toEqual(["decisions/: s3 ListObjectsV2 was refused."]);
});

test("a failed run: the error's own words, and where its status object is, as docs/alarms.md shows it", () => {
  const message =
    "sso-admin ListPermissionSets was refused (AccessDeniedException: …). The role that runs the report needs sso:ListPermissionSets; …";
  const error = Object.assign(new Error(message), { name: "AccessDenied" });
  expect(alarms).toContain(asPrinted(failedNotice(runId, error, `credential_reports/status/${runId}/failed`, place)));
});

test("a failed run whose status could not be written points to none", () => {
  expect(failedNotice(runId, "thrown", null, place).text).not.toContain("Status:");
});

test.each([
  [
    "arn:aws-us-gov:lambda:us-gov-west-1:",
    "https://console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1#",
  ],
  ["arn:aws-cn:lambda:cn-north-1:", "https://console.amazonaws.cn/cloudwatch/home?region=cn-north-1#"],
  [
    "arn:aws-eusc:lambda:eusc-de-east-1:",
    "https://eusc-de-east-1.console.amazonaws-eusc.eu/cloudwatch/home?region=eusc-de-east-1#",
  ],
  // No console that is known.
  ["arn:aws-iso:lambda:us-iso-east-1:", "log group "],
])("the log of a function at %s… is in the partition's own console", (start, console) => {
  const functionArn = `${start}111122223333:function:f`;
  expect(publishedNotice(result, { ...place, functionArn }).text).toContain(`Log:      ${console}`);
});

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
test("SNS takes it, whatever the reasons: they are cut before the report's key is", () => {
  const warnings = Array.from({ length: 20_000 }, (_, index) => `Größe ${index} — 漢字漢字漢字漢字漢字漢字`);
  const degraded = publishedNotice({ ...result, status: "degraded", warnings }, { ...place, functionArn: longest });
  const failed = failedNotice("r".repeat(64), new Error("漢".repeat(300_000)), null, {
    ...place,
    functionArn: longest,
  });
  for (const { subject, text } of [degraded, failed]) {
    expect(subject).toMatch(/^[A-Za-z0-9][\x20-\x7e]{0,98}$/);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(262_144);
    expect(text).toContain("… (the log has the rest)");
    expect(text).toContain("\nLog:      https://");
  }
  expect(degraded.text).toContain(`\nReport:   s3://${place.bucket}/${result.reportKey}\n`);
});

/** The longest names that a Region has. */
const longest = "arn:aws-us-gov:lambda:ap-northeast-1:111122223333:function:f";
