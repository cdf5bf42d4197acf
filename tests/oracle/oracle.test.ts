/**
 * The oracle, a second and naive implementation of the report: held against rows worked out by hand, and then against the product.
 *
 * These tests show that two readings of the contract agree on what the local AWS serves; not that AWS serves the same.
 */

import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { textOfCell } from "../../cli/verify/cellText";
import { longTest, seedOf, series } from "../support/long";
import { expectAdviceOf } from "./advice";
import { ASSIGNMENT_CASES } from "./assignmentCases";
import type { FixedCase } from "./caseParts";
import { type ReportCase, reportCases } from "./organisations";
import { productReport } from "./product";
import { COLUMNS, oracleReport, type Row } from "./report";
import { FIELD_CASES, JOIN_CASES, ROW_STATUS_CASES } from "./rowCases";
import { COVERAGE_CASES, USAGE_CASES } from "./usageCases";
import { WAY_CASES } from "./wayCases";

const RUNS = series(8, 300);
const SHARES = Math.min(RUNS, 10);
/** In milliseconds. */
const TIME_LIMIT = 60_000 + RUNS * 500;
const SEED = seedOf(20_261_122);

const HEADER = `${COLUMNS.join(",")}\r\n`;

const GROUPS_OF_CASES: [string, FixedCase[]][] = [
  ["Usage", USAGE_CASES],
  ["what was observed", COVERAGE_CASES],
  ["when it was assigned", ASSIGNMENT_CASES],
  ["whose login it is", JOIN_CASES],
  ["RowStatus", ROW_STATUS_CASES],
  ["fields", FIELD_CASES],
  ["ways into an account", WAY_CASES],
];
const CASES = GROUPS_OF_CASES.flatMap(([, cases]) => cases);

describe("the oracle gives the rows worked out by hand", () => {
  describe.each(GROUPS_OF_CASES)("%s", (_group, cases) => {
    test.each(cases)("$name", ({ organisation, options, rows, status }) => {
      const report = oracleReport(organisation, options);

      expect(report.rows).toEqual(rows);
      expect(report.status).toBe(status);
    });
  });

  test("every value of Usage and RowStatus is among the cases", () => {
    const rows = CASES.flatMap((fixed) => fixed.rows);

    expect(new Set(rows.map((row) => row.Usage))).toEqual(
      new Set(["USED", "UNKNOWN", "TOO_NEW", "UNUSED_IN_WINDOW", ""]),
    );
    expect(new Set(rows.map((row) => row.RowStatus))).toEqual(
      new Set([
        "GROUP_NOT_FOUND",
        "USER_NOT_FOUND",
        "EMPTY_GROUP",
        "ACCOUNT_NOT_IN_ORGANIZATION",
        "ACCOUNT_NOT_ACTIVE",
        "USER_DISABLED",
        "OK",
      ]),
    );
  });
});

describe("the oracle's CSV", () => {
  /** One direct assignment in an account; the last columns are those of a window that nobody observed. */
  const assigned = (...users: { UserId: string; UserName: string; DisplayName?: string }[]) => ({
    Now: "2026-11-22T12:00:00Z",
    InstanceArn: "arn:aws:sso:::instance/ssoins-7223aaaabbbbcccc",
    IdentityStoreId: "d-906700aaaa",
    Accounts: [],
    PermissionSets: [{ PermissionSetArn: "arn:aws:sso:::permissionSet/i/p", Name: "=Set,1", Description: 'a "b"\nc' }],
    Users: users,
    Groups: [],
    GroupMemberships: [],
    AccountAssignments: users.map(({ UserId }) => ({
      AccountId: "000000000001",
      PermissionSetArn: "arn:aws:sso:::permissionSet/i/p",
      PrincipalType: "USER" as const,
      PrincipalId: UserId,
    })),
    Records: [],
  });
  const csvOf = (...users: Parameters<typeof assigned>) =>
    oracleReport(assigned(...users), { lookbackDays: 90, newAccessDays: 14 }).csv;
  const before = `000000000001,arn:aws:sso:::permissionSet/i/p,"'=Set,1","a ""b""\nc",USER,,NOGROUP,`;
  /** From Usage on. */
  const after = ",ACCOUNT_NOT_IN_ORGANIZATION,,,,,,UNKNOWN,PERMISSION_SET,,\r\n";

  test("has a header when there is no row", () => {
    expect(csvOf()).toBe(HEADER);
  });

  test("quotes what must be quoted, and no more", () => {
    expect(csvOf({ UserId: "u1", UserName: "o'neill; x", DisplayName: "a,b" })).toBe(
      `${HEADER}${before}o'neill; x,u1,UNKNOWN,,,"a,b",,${after}`,
    );
  });

  test.each([
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@x", "'@x"],
    ["\tx", "'\tx"],
    ["\rx", `"'\rx"`],
    ['="x"', `"'=""x"""`],
    ["\nx", `"'\nx"`],
    ["\0x", "'\0x"],
    ["x\0=1", "x\0'=1"],
    ["x;=1", "x;'=1"],
    ["x; ''=1", "x; '''=1"],
    ["x\ty\t@z", "x\ty\t'@z"],
    ['x,"+1', `"x,""'+1"`],
    ["a - b", "a - b"],
    ["'x", "'x"],
    ["x=1", "x=1"],
    [" =1", " '=1"],
    ["'=1", "''=1"],
    ["＝1", "'＝1"],
    ["", ""],
  ])("%j is written %j", (name, cell) => {
    expect(csvOf({ UserId: "u1", UserName: "u", DisplayName: name })).toBe(
      `${HEADER}${before}u,u1,UNKNOWN,,,${cell},,${after}`,
    );
  });

  test("is sorted by the values as they are, by code unit", () => {
    const names = ["z", "Z", "é", "\u{ffff}", "\u{10000}", "=", "'", "+", "", "a", "ab"];
    const csv = csvOf(...names.map((UserName, number) => ({ UserId: `u${number}`, UserName })));

    const written = parse(csv, { columns: true, record_delimiter: "\r\n" }) as Row[];
    expect(written.map((row) => row.Username)).toEqual([
      ...["", "'", "'+", "'=", "Z", "a", "ab", "z", "é", "\u{10000}", "\u{ffff}"],
    ]);
  });

  test("reads back as the rows", () => {
    fc.assert(
      fc.property(reportCases(), ({ organisation, options }) => {
        const { csv, rows } = oracleReport(organisation, options);
        const read = parse(csv, { columns: true, record_delimiter: "\r\n" }) as Row[];

        const texts = read.map((row) => Object.fromEntries(COLUMNS.map((column) => [column, textOfCell(row[column])])));
        expect(texts).toEqual(rows);
      }),
      { seed: SEED, numRuns: series(6, 300) },
    );
  });
});

// Of what the tests draw from: it changes with tests/oracle/organisations.ts alone.
longTest("random organisations hold every oddity often enough to matter", () => {
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);

  for (const { organisation, options } of fc.sample(reportCases(), { seed: SEED, numRuns: 300 })) {
    const { rows, status } = oracleReport(organisation, options);
    const kinds = new Set<string>([status]);
    for (const row of rows) {
      kinds.add(`Usage ${row.Usage}`).add(row.RowStatus).add(`AccountState ${row.AccountState}`);
      if (row.LastConsoleLogin !== "" && row.LastProgrammaticLogin !== "") kinds.add("both kinds of login");
      if (Number(row.LoginsInWindow) > 1) kinds.add("several logins");
      kinds.add(row.AccessType);
      if (row.RowStatus === "USER_NOT_FOUND" && row.Usage === "USED") kinds.add("login of a deleted user");
      if (row.AssignedAt !== "") kinds.add(`assigned, ${row.Usage}`);
    }
    const ways = rows.map((row) => `${row.account} ${row.PermissionSetName} ${row.UserId}`);
    if (rows.some((row, number) => row.Usage === "USED" && ways.indexOf(ways[number] as string) < number)) {
      kinds.add("several grants of a role that is used");
    }
    if (rows.length > 0 && rows.every((row) => row.AccessType === "ACCOUNT_ROLE")) kinds.add("roles alone");
    for (const kind of kinds) count(kind);
  }

  const rare = [
    ...["succeeded", "degraded"],
    ...["Usage USED", "Usage UNKNOWN", "Usage TOO_NEW", "Usage UNUSED_IN_WINDOW", "Usage "],
    ...["GROUP_NOT_FOUND", "USER_NOT_FOUND", "EMPTY_GROUP", "ACCOUNT_NOT_IN_ORGANIZATION", "ACCOUNT_NOT_ACTIVE"],
    ...["USER_DISABLED", "OK", "AccountState UNKNOWN", "AccountState SUSPENDED"],
    ...["PERMISSION_SET", "ACCOUNT_ROLE", "roles alone"],
    ...["both kinds of login", "several logins", "login of a deleted user", "several grants of a role that is used"],
    ...["assigned, USED", "assigned, UNKNOWN", "assigned, TOO_NEW", "assigned, UNUSED_IN_WINDOW"],
  ].filter((kind) => (seen.get(kind) ?? 0) < (kind.startsWith("assigned") ? 8 : 15));
  expect({ rare, seen }).toEqual({ rare: [], seen });
});

describe("the product agrees with the oracle, byte for byte", () => {
  const advised = { removals: 0 };
  const agree = async ({ organisation, options }: ReportCase) => {
    const oracle = oracleReport(organisation, options);
    const product = await productReport(organisation, options);

    // The product's warnings say why it knew less; lines show a difference better than the whole text does.
    const { warnings } = product;
    expect({ status: product.status, warnings }).toEqual({ status: oracle.status, warnings });
    expect(product.csv.split("\r\n")).toEqual(oracle.csv.split("\r\n"));
    expect(product.csv).toBe(oracle.csv);
    advised.removals += expectAdviceOf(product.files).removals;
  };

  test.concurrent.each(CASES)("$name", agree);

  test(
    `on ${RUNS} random organisations`,
    async () => {
      // A run mostly waits for its login query, so that several share the time.
      const shares = Array.from({ length: SHARES }, (_, share) =>
        fc.assert(fc.asyncProperty(reportCases(), agree), {
          seed: SEED + share,
          numRuns: Math.ceil(RUNS / SHARES),
          // A counterexample that is still shrinking then is shown as it is.
          interruptAfterTimeLimit: TIME_LIMIT,
          markInterruptAsFailure: true,
        }),
      );
      for (const outcome of await Promise.allSettled(shares)) {
        if (outcome.status === "rejected") throw outcome.reason;
      }
      // Of nothing, anything is true.
      expect(advised.removals).toBeGreaterThan(RUNS / 4);
    },
    TIME_LIMIT + 30_000,
  );
});
