import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { reviewCheck } from "../../cli/reviewCheck";
import type { History } from "../../handlers/files/files";
import { startLocalAws } from "../../local/aws";
import { type ProductRun, runProduct } from "../../local/runReport";
import { askedInDocs } from "../support/questions";
import { historyOf } from "../support/reviewSheet";
import { textsIn } from "../support/workbook";

// The questions of docs/review.md, each answered in the way that stands there, for the sample organisation.

type Line = Record<string, string>;

let second: ProductRun;
let third: ProductRun;
let sheet: Line[];
let removed: Line;

const linesOf = (run: ProductRun, name: string): Line[] => parse(run.files[name]!, { columns: true, bom: true });

const after = (run: ProductRun, returned: Record<string, string>): History => ({
  ...historyOf(returned),
  newest: async () => ({
    manifestKey: "before/manifest.json",
    manifest: run.files["manifest.json"]!,
    async *open(name) {
      yield run.files[name]!;
    },
  }),
});

const returned = (decided: Line[]) =>
  `ActionKey,ActionState,Decision,DecidedBy,DecidedOn\r\n${decided.map((line) => `${line.ActionKey},${line.ActionState},REMOVE,carol,2026-08-17\r\n`).join("")}`;

/** A report, decisions about all that it suggests to remove, another report, one removal carried out, and a third report. */
beforeAll(async () => {
  const path = join(__dirname, "../../local/organisations/sample.json");
  const aws = await startLocalAws({ organisation: path, throttle: false, rate: 1000 });
  const settings = { reviewerPattern: "^(?:aws-)?([A-Za-z]+)" };
  try {
    const first = await runProduct(aws, settings);
    const suggested = linesOf(first, "review.csv").filter(({ SuggestedAction }) => SuggestedAction === "REMOVE");
    const decisions = { "2026-08.csv": returned(suggested) };
    second = await runProduct(aws, settings, after(first, decisions));
    sheet = linesOf(second, "review.csv");
    removed = suggested.find(({ Action }) => Action === "END_MEMBERSHIP")!;
    const organisation = JSON.parse(readFileSync(path, "utf8"));
    const left = organisation.GroupMemberships.filter(
      ({ GroupId, MemberId }: { GroupId: string; MemberId: { UserId: string } }) =>
        GroupId !== removed.PrincipalId || MemberId.UserId !== removed.UserId,
    );
    await aws.serveOrganisation({ ...organisation, GroupMemberships: left });
    third = await runProduct(aws, settings, after(second, decisions));
  } finally {
    await aws.close();
  }
}, 120_000);

test("what somebody can enter: the lines of their name, in Gives", () => {
  const rows = linesOf(second, "credential_report.csv");
  for (const name of new Set(rows.map(({ Username }) => Username).filter(Boolean))) {
    const given = sheet.filter(({ Username }) => Username === name).map(({ Grants }) => Number(Grants));
    const grants = rows.filter(({ Username }) => Username === name);
    expect([name, given.reduce((sum, count) => sum + count, 0)]).toEqual([name, grants.length]);
  }
});

test("who can administer an account: Administrator and what is given", () => {
  const rows = linesOf(second, "credential_report.csv");
  const administrators = sheet.filter(({ Administrator }) => Administrator === "yes");
  const sets = new Set(administrators.map(({ PermissionSetArn }) => PermissionSetArn).filter(Boolean));
  const [account] = rows.filter(({ PermissionSetArn, UserId }) => sets.has(PermissionSetArn!) && UserId !== "");
  const people = (lines: Line[]) => new Set(lines.map(({ UserId }) => UserId).filter(Boolean));
  const inSheet = people(
    administrators.filter(({ Gives, Grants }) => Gives!.includes(`(${account!.account})`) || Number(Grants) > 10),
  );
  const inReport = people(rows.filter((row) => row.account === account!.account && sets.has(row.PermissionSetArn!)));
  expect([...inReport].filter((person) => !inSheet.has(person))).toEqual([]);
  expect(inReport.size).toBeGreaterThan(0);
});

test("which access of a team can go this week: its reviewer's own workbook", () => {
  const reviewers = new Set(sheet.map(({ Reviewer }) => Reviewer).filter(Boolean));
  const workbooks = Object.keys(second.files).filter((name) => name.startsWith("review/"));
  expect(reviewers.size).toBeGreaterThan(1);
  expect(workbooks).toHaveLength(reviewers.size);
  for (const name of workbooks) {
    const [header, ...lines] = textsIn(second.files[name]!);
    const column = (of: string) => header!.indexOf(of);
    const removed = lines.filter((line) => line[column("SuggestedAction")] === "REMOVE");
    const reviewer = lines[0]![column("Reviewer")]!;
    const expected = sheet.filter(
      ({ Reviewer, SuggestedAction }) => Reviewer === reviewer && SuggestedAction === "REMOVE",
    );
    expect(removed.map((line) => line[column("ActionKey")])).toEqual(expected.map(({ ActionKey }) => ActionKey));
  }
});

test("which assignments nobody uses: a line each, and no row of theirs is used", () => {
  const rows = linesOf(second, "credential_report.csv");
  const unused = sheet.filter(
    ({ Action, SuggestedAction }) => Action === "REMOVE_ASSIGNMENT" && SuggestedAction === "REMOVE",
  );
  expect(unused.length).toBeGreaterThan(0);
  for (const line of unused) {
    const behind = rows.filter(
      (row) =>
        row.account === line.account &&
        row.PermissionSetArn === line.PermissionSetArn &&
        row.GroupId === line.PrincipalId,
    );
    expect(new Set(behind.map(({ Usage }) => Usage))).toEqual(new Set(["UNUSED_IN_WINDOW"]));
    expect(behind).toHaveLength(Number(line.Grants));
  }
});

test("why something is UNKNOWN: its Reason", () => {
  const unknown = sheet.filter(({ Usage }) => Usage === "UNKNOWN");
  expect(unknown.length).toBeGreaterThan(0);
  for (const { Reason } of unknown) expect(Reason).toMatch(/not|may have been|Somebody/);
});

test("what was decided in August, and whether it is done: DecidedSince and DecisionStatus", () => {
  const inAugust = (run: ProductRun) =>
    linesOf(run, "review.csv").filter(({ DecidedSince }) => DecidedSince!.startsWith("2026-08"));
  expect(new Set(inAugust(second).map(({ DecisionStatus }) => DecisionStatus))).toEqual(new Set(["STILL_THERE"]));
  const done = inAugust(third).filter(({ DecisionStatus }) => DecisionStatus === "DONE");
  expect(done.map(({ ActionKey }) => ActionKey)).toEqual([removed.ActionKey]);
});

test("what is decided and not done: STILL_THERE, as many as the manifest and the page's last point say", () => {
  for (const run of [second, third]) {
    const waiting = linesOf(run, "review.csv").filter(({ DecisionStatus }) => DecisionStatus === "STILL_THERE");
    const json = /id="report">(.*?)<\/script>/s.exec(run.files["report.html"]!.toString("utf8"))![1]!;
    expect(waiting.length).toBeGreaterThan(0);
    expect([run.manifest.decisions.stillThere, JSON.parse(json).trend.decidedNotDone]).toEqual([
      waiting.length,
      waiting.length,
    ]);
  }
});

test("docs/review.md asks these of the files, and nothing else", () => {
  expect(askedInDocs("With the sheet")).toEqual([
    "Which access of the payments team can go this week?",
    "Which assignments does nobody use?",
    "What did we decide in August, and is it done?",
    "What is decided and not done?",
    "Was this removal decided, by whom?",
    "Who had access for a few hours, and who gave it?", // walked in grantedAndRevoked.test.ts
    "Will my sheet be taken?",
  ]);
});

test("whether a removal was decided, and by whom: changes.csv", () => {
  const revoked = linesOf(third, "changes.csv").filter(({ Change }) => Change === "REVOKED");
  expect(revoked).toHaveLength(Number(removed.Grants));
  for (const line of revoked)
    expect(line).toMatchObject({ Decision: "REMOVE", DecidedBy: "carol", DecidedOn: "2026-08-17" });
});

test("which files were read, and what became of them: the manifest", () => {
  const [file] = third.manifest.decisions.files;
  expect(file).toMatchObject({ key: "decisions/2026-08.csv", version: "v1", done: 1, refused: 0, problem: null });
  expect(file!.carried + file!.changed + file!.done).toBe(file!.decisions);
  expect(third.manifest.news?.changes).toMatchObject({ REVOKED: Number(removed.Grants) });
});

test("whether a sheet will be taken: review check", async () => {
  const folder = mkdtempSync(join(tmpdir(), "questions-"));
  const write = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  writeFileSync(join(folder, "mine.csv"), returned(sheet.slice(0, 3)));
  writeFileSync(join(folder, "review.csv"), second.files["review.csv"]!);
  const code = await reviewCheck([join(folder, "mine.csv"), "--against", join(folder, "review.csv")]);
  const said = String(write.mock.calls[0]?.[0]);
  write.mockRestore();
  rmSync(folder, { recursive: true });
  expect([code, said]).toEqual([0, expect.stringMatching(/: 3 of 3 decisions would be carried forward\.\n$/)]);
});
