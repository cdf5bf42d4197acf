/**
 * changes.csv and review.csv held against their oracles, on random pasts and presents of one small organisation.
 *
 * This shows that two readings of docs/report.md agree; not that the words there are wise.
 */

import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { createRowOrder } from "../../cli/verify/rowOrder";
import {
  CHANGE_COLUMNS,
  type Changes,
  grantedAndRevoked,
  openChanges,
  sinceReport,
} from "../../handlers/files/changes/changes";
import { COLUMNS, SORTED_BY } from "../../handlers/files/columns";
import { createCsvWriter } from "../../handlers/files/csv/writer";
import { type Decisions, NO_DECISIONS } from "../../handlers/files/review/decisions";
import { createReview } from "../../handlers/files/review/review";
import { assignedBy, evidenceOf, type RowSources, revokedBy, rowBatches } from "../../handlers/files/rows";
import { seedOf, series } from "../support/long";
import { endOf, oracleBetween, oracleChanges } from "./changes";
import { guarded, type Row } from "./report";
import { oracleReview, type ReviewedAction } from "./review";
import { rowSources } from "./sources";

const RUNS = { numRuns: series(150, 3_000), seed: seedOf(20_261_122) };
const EARLIER = "2026-11-15T12:00:00Z";

const rowsOf = (sources: RowSources): Row[] => [...rowBatches(sources, 100)].flat();

async function* csvOf(rows: Row[], chunkBytes: number): AsyncGenerator<Buffer> {
  const writer = createCsvWriter(COLUMNS);
  const bytes = Buffer.from(writer.header() + writer.lines(rows), "utf8");
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

async function textOf(changes: Changes, rows: Row[], batchSize: number): Promise<string> {
  let text = changes.begin();
  for (let at = 0; at < rows.length; at += batchSize) {
    for await (const piece of changes.rows(rows.slice(at, at + batchSize))) text += piece;
  }
  for await (const piece of changes.end()) text += piece;
  return text;
}

/** Who made the newest of the assignments that let the row's user in: of two at one instant, the one with the greater id. */
function giverOf({ settings, logins }: RowSources, row: Row): string {
  const newest = logins.assignments
    .filter(({ kind, atMs }) => kind === "created" && atMs >= 0 && atMs <= Date.parse(settings.now))
    .filter((event) => event.accountId === row.account && event.permissionSetArn === row.PermissionSetArn)
    .filter((event) => event.principalType === row.Type && event.principalId === (row.GroupId || row.UserId))
    .sort((one, other) => one.atMs - other.atMs || (one.id < other.id ? -1 : 1));
  return newest.at(-1)?.by ?? "";
}

const endCells = (ended: { atMs: number; by: string } | undefined) => ({
  RevokedAt: ended === undefined ? "" : `${new Date(ended.atMs).toISOString().slice(0, 19)}Z`,
  RevokedBy: ended === undefined ? "" : guarded(ended.by),
});

const records = (csv: string): Record<string, string>[] =>
  parse(csv, { columns: true, bom: true, relax_column_count: false });

test("changes.csv is what the oracle finds, whatever the batches and chunks", async () => {
  let lines = 0;
  let givenLines = 0;
  let betweenCount = 0;
  let endedLines = 0;
  await fc.assert(
    fc.asyncProperty(
      rowSources,
      rowSources,
      fc.boolean(),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 400 }),
      async (past, present, sameSettings, batchSize, chunkBytes) => {
        const before = rowsOf(past);
        const after = rowsOf(present);
        const evidence = evidenceOf(present);
        const csv = () => csvOf(before, chunkBytes);
        const changes = await openChanges({
          reportedAt: EARLIER,
          csv: csv(),
          sameSettings,
          assignedBy: (row) => assignedBy(evidence, row),
          revokedBy: (row) => revokedBy(evidence, row, Date.parse(EARLIER)),
          between: await sinceReport(grantedAndRevoked(present, evidence), evidence.users, EARLIER, csv),
        });

        const all = records(await textOf(changes!, after, batchSize));
        const isBetween = ({ Change }: Record<string, string>) => Change === "GRANTED_AND_REVOKED";
        const found = all.filter((line) => !isBetween(line));
        const { assignments } = present.logins;
        const { users, groups } = present.collection;
        const named = (type: string, id: string) =>
          guarded((type === "USER" ? users : groups).find((one) => one.id === id)?.name ?? "");
        const between = oracleBetween(before, after, [...assignments], EARLIER, present.settings.now);
        const betweenLines = between.map(({ made, ended, at, until }) => [
          ...[
            made.accountId,
            made.permissionSetArn,
            made.principalType,
            made.principalId,
            named(made.principalType, made.principalId),
          ],
          ...[at, guarded(made.by), until, guarded(ended.by), "PERMISSION_SET", EARLIER],
        ]);
        const foundBetween = all
          .filter(isBetween)
          .map((line) => [
            ...[line.account, line.PermissionSetArn, line.Type, line.GroupId || line.UserId],
            ...[
              line.Type === "GROUP" ? line.GroupName : line.Username,
              line.AssignedAt,
              line.AssignedBy,
              line.RevokedAt,
            ],
            ...[line.RevokedBy, line.AccessType, line.PreviousReport],
          ]);
        expect(foundBetween.sort()).toEqual(betweenLines.sort());
        const inOrder = createRowOrder(SORTED_BY.map((column) => CHANGE_COLUMNS.indexOf(column)));
        expect(all.filter((line) => !inOrder(Object.values(line)))).toEqual([]);
        betweenCount += between.length;

        const expected = oracleChanges(before, after, sameSettings).map(({ row, ...change }) => ({
          ...change,
          account: row.account,
          PermissionSetArn: row.PermissionSetArn,
          PermissionSetName: guarded(row.PermissionSetName),
          Type: row.Type,
          GroupId: row.GroupId,
          GroupName: guarded(row.GroupName),
          Username: guarded(row.Username),
          UserId: row.UserId,
          PreviousReport: EARLIER,
          AssignedAt: change.Change === "GRANTED" ? row.AssignedAt : "",
          AssignedBy: change.Change === "GRANTED" ? guarded(giverOf(present, row)) : "",
          AccessType: row.AccessType,
          RoleArn: guarded(row.RoleArn),
          ...{ Decision: "", DecidedBy: "", DecidedOn: "" },
          ...endCells(
            change.Change === "REVOKED" ? endOf(row, [...assignments], EARLIER, present.settings.now) : undefined,
          ),
        }));
        expect(found).toEqual(expected);
        expect(changes!.recordCount()).toBe(expected.length + between.length);
        const granted = expected.filter(({ Change, UserId }) => Change === "GRANTED" && UserId !== "");
        expect(after.filter((row) => changes!.granted.has(row))).toHaveLength(granted.length);
        const given = expected.filter(({ AssignedAt }) => AssignedAt !== "");
        const ways = given.map((line) =>
          [line.account, line.PermissionSetArn, line.RoleArn, line.GroupId || line.UserId].join(),
        );
        expect(changes!.given.count).toBe(new Set(ways).size);
        expect(changes!.given.first.reduce((sum, { rows }) => sum + rows, 0)).toBe(given.length);
        lines += expected.length;
        givenLines += given.length;
        endedLines += expected.filter(({ RevokedAt }) => RevokedAt !== "").length;
      },
    ),
    RUNS,
  );
  expect(lines).toBeGreaterThan(RUNS.numRuns); // the arbitraries do give changes
  expect(givenLines).toBeGreaterThan(RUNS.numRuns / 5);
  expect(Math.min(betweenCount, endedLines)).toBeGreaterThan(RUNS.numRuns / 10);
});

test("a report compared with itself has no changes", async () => {
  await fc.assert(
    fc.asyncProperty(rowSources, async (sources) => {
      const rows = rowsOf(sources);
      const changes = await openChanges({ reportedAt: EARLIER, csv: csvOf(rows, 64), sameSettings: true });

      expect(records(await textOf(changes!, rows, 3))).toEqual([]);
    }),
    RUNS,
  );
});

/** The whole of review.csv, written batch by batch as a run does: the comparison is given each batch first. */
async function reviewOf(sources: RowSources, changes: Changes | null, decisions: Decisions, batchSize: number) {
  const rows = rowsOf(sources);
  const review = createReview({ sources, decisions, granted: changes?.granted });
  let text = review.begin();
  for (let at = 0; at < rows.length; at += batchSize) {
    const batch = rows.slice(at, at + batchSize);
    if (changes !== null) for await (const _ of changes.rows(batch));
    text += review.rows(batch);
  }
  if (changes !== null) for await (const _ of changes.end());
  for (const piece of review.end()) text += piece;
  return { text, count: review.recordCount() };
}

test("review.csv advises what the oracle does, never to remove what was not observed to be unused or was not there before, and carries no decision to what was granted since", async () => {
  const seen = { WAIT: 0, CARRIED: 0, CHANGED: 0, redundant: 0 };
  await fc.assert(
    fc.asyncProperty(
      rowSources,
      fc.option(rowSources, { freq: 4 }),
      fc.nat(2),
      fc.integer({ min: 1, max: 7 }),
      async (sources, past, decidedOf, batchSize) => {
        const rows = rowsOf(sources);
        const before = past && rowsOf(past);
        const compare = () =>
          before && openChanges({ reportedAt: EARLIER, csv: csvOf(before, 64), sameSettings: true });
        // Every third action was decided when it was as it is now, whether it was there in between or not.
        const sheet = records((await reviewOf(sources, null, NO_DECISIONS, batchSize)).text);
        const ofThird = sheet.filter((_, index) => index % 3 === decidedOf);
        const decision = (line: Record<string, string>) => ({
          decision: "keep",
          decidedBy: "",
          decidedOn: "",
          comment: "",
          ...{ decidedSince: "", file: 0, row: 2, about: "" },
          state: line.ActionState!,
        });
        const byAction = ofThird.map((line) => [line.ActionKey!, [decision(line)]] as const);
        const file = { key: "decisions/review.csv", version: null, sha256: null, modifiedAt: EARLIER };
        const files = [{ ...file, lines: 1, decisions: 1, refused: 0, problem: null }];
        const about = ({ Action, account, PermissionSetArn, RoleArn, ...of }: Partial<ReviewedAction>) =>
          [Action, account, PermissionSetArn, RoleArn, of.PrincipalId, of.UserId].join();
        const decidedActions = new Set(ofThird.map(about));

        const decisions = { ...NO_DECISIONS, files, byAction };
        const { text, count } = await reviewOf(sources, await compare(), decisions, batchSize);

        const found = records(text);
        const administrators = sources.provisioning.permissionSets
          .filter((set) => set.administrator)
          .map((set) => set.arn);
        const known = {
          rows: before ?? rows,
          decided: (action: Partial<ReviewedAction>) => decidedActions.has(about(action)),
        };
        const expected = oracleReview(rows, administrators, sources.settings.newAccessDays, known).map((action) => ({
          ...action,
          RedundantWith: guarded(action.RedundantWith),
          RoleArn: guarded(action.RoleArn),
        }));
        expect(
          found.map((line) => ({
            Action: line.Action,
            account: line.account,
            PermissionSetArn: line.PermissionSetArn,
            AccessType: line.AccessType,
            RoleArn: line.RoleArn,
            AssignedAt: line.AssignedAt,
            PrincipalId: line.PrincipalId,
            UserId: line.UserId,
            Administrator: line.Administrator,
            Grants: line.Grants,
            Usage: line.Usage,
            RedundantWith: line.RedundantWith,
            SuggestedAction: line.SuggestedAction,
            DecisionStatus: line.DecisionStatus,
          })),
        ).toEqual(expected);
        const keys = found.map((line) => line.ActionKey);
        expect(new Set(keys).size).toBe(keys.length);
        for (const line of found) {
          if (line.SuggestedAction === "REMOVE") expect(line.Usage).toBe("UNUSED_IN_WINDOW");
          if (line.RedundantWith !== "") seen.redundant++;
          if (line.SuggestedAction === "WAIT" && line.Usage === "UNUSED_IN_WINDOW") seen.WAIT++;
          if (line.DecisionStatus === "CARRIED" || line.DecisionStatus === "CHANGED") seen[line.DecisionStatus]++;
        }
        expect(count).toBe(expected.length);
      },
    ),
    RUNS,
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(RUNS.numRuns / 20); // the arbitraries do give each
});
