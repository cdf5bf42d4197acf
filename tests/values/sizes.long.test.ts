import { parse } from "csv-parse/sync";
import { type Size, sourcesOfSize } from "../../bench/sizeSources";
import { directorySource } from "../../cli/verify/reportSource";
import { verifyReport } from "../../cli/verify/verifyReport";
import { openChanges } from "../../handlers/files/changes/changes";
import { NO_DECISIONS } from "../../handlers/files/review/decisions";
import { createReview } from "../../handlers/files/review/review";
import type { RowSources } from "../../handlers/files/rows";
import { createUnexplainedLogins } from "../../handlers/files/unexplainedLogins";
import type { Row } from "../oracle/report";
import { oracleReview } from "../oracle/review";
import { isLong } from "../support/long";
import { publishFiles, reportDirectory, said } from "../support/reportDirectory";
import { allRows, csvOf } from "../support/reportRows";

// The sizes of `npm run bench -- sizes`, made small enough for naive computations beside them. That they fit into the function's memory
// when they are large is the benchmark's to show.

type Line = Record<string, string>;

const SMALL: [Size, divisor: number][] = [
  ["100 groups × the same 1,000 users in one pair", 50],
  ["6 groups × the same 200,000 users in one pair", 1000],
  ["200,000 users in 100 groups of one pair, all of whom logged in", 200],
  ["1,000,000 login rows over 10,000 roles", 250],
  ["7,000 accounts, 140,000 pairs, 200,000 users, 1,000,000 memberships, 1,300,000 login rows", 500],
];

const linesOf = (bytes: Buffer | undefined): Line[] => parse(bytes!, { columns: true, bom: true });

/** Every membership of every assigned group of every pair, with the login to it that is found by looking through all of them. */
function grantsOf({ provisioning, collection, logins }: RowSources): string[] {
  return provisioning.pairs.flatMap(([account, set], index) => {
    const { name } = provisioning.permissionSets[set]!;
    const toRole = logins.lastLogins.filter((login) => login.accountId === account && login.roleName === name);
    return collection.principals[index]!.flatMap(([, group]) =>
      collection.memberships[group]!.map(({ userId }) => {
        const login = toRole.find((each) => each.userId === userId);
        return [account, name, group, userId, login?.count ?? 0, login ? "USED" : "UNUSED_IN_WINDOW"].join();
      }),
    );
  });
}

function unexplainedOf({ logins }: RowSources, rows: readonly Line[]): string[] {
  const has = (column: string, row: Line, value: string) => row[column] === value;
  return logins.lastLogins
    .map(({ accountId, roleName, userId, count }) => {
      const inAccount = rows.filter((row) => has("account", row, accountId) && has("UserId", row, userId));
      const explained = inAccount.some((row) => has("PermissionSetName", row, roleName));
      const reason = inAccount.length > 0 ? "ROLE_NOT_ASSIGNED" : "ACCOUNT_NOT_ASSIGNED";
      return explained ? "" : [accountId, roleName, userId, count, reason].join();
    })
    .filter((line) => line !== "");
}

/** What the naive computations take grows with the square. */
const SMALLER = isLong ? 1 : 5;

describe.each(SMALL)("%s, divided by %d", (size, divided) => {
  const divisor = divided * SMALLER;
  const sources = sourcesOfSize(size, divisor);

  it("says of each grant and login what a naive computation says, and verify agrees", async () => {
    const before = await publishFiles({
      ...sources,
      settings: { ...sources.settings, now: "2026-11-13T09:00:00Z" },
      collection: { ...sources.collection, principals: sources.collection.principals.map(() => []) },
    });

    const files = await publishFiles(sources, {}, { key: "earlier/manifest.json", files: before });

    const rows = linesOf(files["credential_report.csv"]);
    const cells = ({ account, PermissionSetName, GroupId, UserId, LoginsInWindow, Usage }: Line) =>
      [account, PermissionSetName, GroupId, UserId, LoginsInWindow, Usage].join();
    expect(rows.map(cells).sort()).toEqual(grantsOf(sources).sort());

    const administrators = sources.provisioning.permissionSets.filter((set) => set.administrator).map(({ arn }) => arn);
    const none = { rows: [], decided: () => false };
    const expected = oracleReview(rows as unknown as Row[], administrators, sources.settings.newAccessDays, none);
    const advised = ({ Action, PrincipalId, UserId, RedundantWith, SuggestedAction }: Line) =>
      [Action, PrincipalId, UserId, RedundantWith, SuggestedAction].join();
    expect(linesOf(files["review.csv"]).map(advised)).toEqual(expected.map((action) => advised({ ...action })));

    const unexplained = linesOf(files["unexplained_logins.csv"]).map(
      ({ account, PermissionSetName, UserId, LoginsInWindow, Reason }) =>
        [account, PermissionSetName, UserId, LoginsInWindow, Reason].join(),
    );
    expect([...unexplained].sort()).toEqual(unexplainedOf(sources, rows).sort());

    const grant = (line: Line) => [line.account, line.PermissionSetArn, line.GroupId, line.UserId].join();
    const changes = linesOf(files["changes.csv"]);
    expect(changes.map(grant)).toEqual(rows.map(grant));
    expect(new Set(changes.map(({ Change }) => Change))).toEqual(new Set(["GRANTED"]));

    const directory = reportDirectory(files);
    const verdict = await verifyReport(directorySource(directory.path, undefined));
    directory.dispose();
    expect(said(verdict)).toEqual([]);
  });
});

describe("what may be long comes in pieces", () => {
  const LINES = 5_000;
  /** 12,000 grants of one pair. */
  const onePair = sourcesOfSize("6 groups × the same 200,000 users in one pair", 100);
  const lineCount = (piece: string) => piece.split("\r\n").length - 1;

  function expectPieces(pieces: readonly string[], lines: number): void {
    expect(pieces.map(lineCount).reduce((sum, count) => sum + count, 0)).toBe(lines);
    expect(Math.max(...pieces.map(lineCount))).toBeLessThanOrEqual(LINES);
  }

  it("the lines of one pair in review.csv", () => {
    const review = createReview({ sources: onePair, decisions: NO_DECISIONS });

    // The memberships, and an assignment for each group that nobody used.
    expectPieces([review.rows(allRows(onePair)), ...review.end()], 12_006);
  });

  it.each<[string, RowSources, RowSources]>([
    ["granted", { ...onePair, collection: { ...onePair.collection, principals: [[]] } }, onePair],
    ["revoked with the pair left", onePair, sourcesOfSize("6 groups × the same 200,000 users in one pair", 200_000)],
    ["revoked with the pair gone", onePair, { ...onePair, collection: { ...onePair.collection, principals: [[]] } }],
  ])("the lines of one pair in changes.csv that was %s", async (_what, before, after) => {
    const reportedAt = "2026-11-13T09:00:00Z";
    const changes = await openChanges({ reportedAt, csv: csvOf(allRows(before)), sameSettings: true });
    const pieces: string[] = [];

    for await (const piece of changes!.rows(allRows(after))) pieces.push(piece);
    for await (const piece of changes!.end()) pieces.push(piece);

    expectPieces(pieces, changes!.recordCount());
    expect(changes!.recordCount()).toBeGreaterThan(2 * LINES);
  });

  it("the lines of one role in unexplained_logins.csv", () => {
    const { logins, provisioning } = sourcesOfSize(
      "200,000 users in 100 groups of one pair, all of whom logged in",
      20,
    );
    const unexplained = createUnexplainedLogins({ ...onePair, provisioning, logins })!;

    const pieces = [...unexplained.end()];

    expectPieces(pieces, 10_000);
    expect(unexplained.recordCount()).toBe(10_000);
  });
});
