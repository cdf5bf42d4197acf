/**
 * changes.csv and review.csv held against their oracles, on random pasts and presents of one small organisation.
 *
 * This shows that two readings of docs/review.md agree; not that the words there are wise.
 */

import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { type Changes, openChanges } from "../../handlers/files/changes/changes";
import { COLUMNS } from "../../handlers/files/columns";
import { createCsvWriter } from "../../handlers/files/csv/writer";
import { createReview } from "../../handlers/files/review/review";
import { type RowSources, rowBatches } from "../../handlers/files/rows";
import { oracleChanges } from "./changes";
import { guarded, type Row } from "./report";
import { oracleReview } from "./review";
import { rowSources } from "./sources";

const RUNS = { numRuns: Number(process.env.ORACLE_RUNS ?? 300), seed: Number(process.env.ORACLE_SEED ?? 20_261_122) };
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

const records = (csv: string): Record<string, string>[] =>
  parse(csv, { columns: true, bom: true, relax_column_count: false });

test("changes.csv is what the oracle finds, whatever the batches and chunks", async () => {
  let lines = 0;
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
        const changes = await openChanges({ reportedAt: EARLIER, csv: csvOf(before, chunkBytes), sameSettings });

        const found = records(await textOf(changes!, after, batchSize));

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
        }));
        expect(found).toEqual(expected);
        expect(changes!.recordCount()).toBe(expected.length);
        lines += expected.length;
      },
    ),
    RUNS,
  );
  expect(lines).toBeGreaterThan(RUNS.numRuns); // the arbitraries do give changes
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

test("review.csv advises what the oracle does, and never to remove what was not observed to be unused", () => {
  fc.assert(
    fc.property(rowSources, fc.integer({ min: 1, max: 7 }), (sources, batchSize) => {
      const rows = rowsOf(sources);
      const decisions = { byGrant: new Map(), warnings: [] };
      const review = createReview({ sources, reviewerPattern: "", decisions });
      let text = review.begin();
      for (let at = 0; at < rows.length; at += batchSize) text += review.rows(rows.slice(at, at + batchSize));
      text += review.end();

      const found = records(text);

      const administrators = sources.provisioning.permissionSets
        .filter((set) => set.administrator)
        .map((set) => set.arn);
      const expected = oracleReview(rows, administrators).map((grant) => ({
        ...grant,
        RedundantWith: guarded(grant.RedundantWith),
      }));
      expect(
        found.map((line) => ({
          account: line.account,
          PermissionSetArn: line.PermissionSetArn,
          GroupId: line.PrincipalType === "GROUP" ? line.PrincipalId : "",
          UserId: line.UserId,
          Administrator: line.Administrator,
          RedundantWith: line.RedundantWith,
          SuggestedAction: line.SuggestedAction,
        })),
      ).toEqual(expected);
      for (const line of found) {
        if (line.SuggestedAction === "REMOVE") expect(line.Usage).toBe("UNUSED_IN_WINDOW");
      }
      expect(review.recordCount()).toBe(expected.length);
    }),
    RUNS,
  );
});
