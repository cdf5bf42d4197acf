import { constants, createGzip } from "node:zlib";
import type { Row } from "./columns";
import { MACHINE_ROWS_FILE } from "./names";
import { administratorArns, type RowSources } from "./rows";

/**
 * `rows.jsonl.gz`: the rows of the report as JSON Lines, one object a row, for Athena and other programs. Values are raw, what is
 * empty is null, numbers are numbers, and `LastLogin` is a time or null: `Usage` tells why it has none. Besides the report's
 * columns each row says of which run it is and whether the permission set is an administrator's. Why not Parquet:
 * docs/adr/0004-machine-rows.md.
 *
 * The file is one gzip member, since many readers stop at the end of the first and say nothing (Python's zlib, Java's streams,
 * Perl, Rust). It is flushed after each batch, so that nothing of a batch is held until the next one.
 */
export function createMachineRows(sources: RowSources, runId: string) {
  const { settings } = sources;
  const { stringify } = JSON;
  const { Z_SYNC_FLUSH, Z_FINISH } = constants;
  // The rows repeat themselves so much that more effort than 1 gains little. What a batch is compressed to is taken when it is all
  // there: with a mark that could be reached before, the compressor would wait for a reader.
  const gzip = createGzip({ level: 1, ...{ readableHighWaterMark: 1024 ** 3 } });
  const administrators = new Set(administratorArns(sources));
  let count = 0;
  const ofRun = { RunId: runId, ReportTime: settings.now, LookbackDays: settings.lookbackDays };

  const textOf = (value: string): string => (value === "" ? "null" : stringify(value));
  /** For times and for AWS's own words, which hold nothing to escape. */
  const wordOf = (value: string): string => (value === "" ? "null" : `"${value}"`);

  /** What rows of one account, permission set and group have in common, without the closing brace. */
  const commonOf = (row: Row): string =>
    stringify({
      ...ofRun,
      account: row.account,
      AccountName: row.AccountName || null,
      AccountState: row.AccountState || null,
      PermissionSetArn: row.PermissionSetArn || null,
      PermissionSetName: row.PermissionSetName || null,
      PermissionSetDescription: row.PermissionSetDescription || null,
      AccessType: row.AccessType || null,
      RoleArn: row.RoleArn || null,
      // What a role of an account may do, nobody sees from here.
      Administrator: row.AccessType === "ACCOUNT_ROLE" ? null : administrators.has(row.PermissionSetArn),
      Type: row.Type,
      GroupId: row.GroupId || null,
      GroupName: row.GroupName || null,
    }).slice(0, -1);

  const linesOf = (batch: readonly Row[]): string => {
    let text = "";
    let common = "";
    let last: Row | null = null;
    for (const row of batch) {
      if (
        last === null ||
        row.GroupId !== last.GroupId ||
        row.PermissionSetArn !== last.PermissionSetArn ||
        row.RoleArn !== last.RoleArn ||
        row.account !== last.account
      ) {
        common = commonOf(row);
      }
      last = row;
      text +=
        `${common},"Username":${textOf(row.Username)},"UserId":${textOf(row.UserId)}` +
        `,"UserDisplayName":${textOf(row.UserDisplayName)},"UserEmail":${textOf(row.UserEmail)}` +
        `,"UserStatus":${wordOf(row.UserStatus)},"RowStatus":${wordOf(row.RowStatus)},"Usage":${wordOf(row.Usage)}` +
        `,"AssignedAt":${wordOf(row.AssignedAt)}` +
        `,"MemberSince":${wordOf(row.MemberSince)},"LastLogin":${row.Usage === "USED" ? wordOf(row.LastLogin) : "null"}` +
        `,"LastConsoleLogin":${wordOf(row.LastConsoleLogin)},"LastProgrammaticLogin":${wordOf(row.LastProgrammaticLogin)}` +
        `,"DaysSinceLastLogin":${row.DaysSinceLastLogin || "null"},"LoginsInWindow":${row.LoginsInWindow || "null"}}\n`;
    }
    return text;
  };

  /** @param step goes on with the compression, and calls back when that is done */
  const compressed = (step: (done: () => void) => void): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      gzip.once("error", reject);
      step(() => {
        gzip.off("error", reject);
        resolve(gzip.read() ?? Buffer.alloc(0));
      });
    });

  return {
    name: MACHINE_ROWS_FILE,
    contentType: "application/gzip",
    begin: () => "",
    rows(batch: readonly Row[]): Promise<Buffer> {
      count += batch.length;
      const lines = linesOf(batch);
      return compressed((done) => {
        gzip.write(lines);
        gzip.flush(Z_SYNC_FLUSH, done);
      });
    },
    /** A report without rows is still a gzip file, of nothing. */
    end: () => compressed((done) => gzip.flush(Z_FINISH, done)),
    recordCount: () => count,
  };
}
