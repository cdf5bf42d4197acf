import { parse } from "csv-parse/sync";
import { openChanges } from "../../handlers/files/changes/changes";
import { COLUMNS, type Row } from "../../handlers/files/columns";
import { createCsvWriter } from "../../handlers/files/csv/writer";
import { createDecidedOf } from "../../handlers/files/review/decided";
import { ADMINISTRATOR_SET, chunksOf, csvOf, rowWith } from "../support/reportRows";
import { decisionsOf } from "../support/reviewSheet";

const EARLIER = "2026-11-15T20:00:00Z";

async function changesOf(before: Row[], after: Row[], sameSettings = true, assignedBy = (_row: Row) => "") {
  const changes = (await openChanges({ reportedAt: EARLIER, csv: csvOf(before), sameSettings, assignedBy }))!;
  const pieces = [changes.begin()];
  for (const row of after) for await (const piece of changes.rows([row])) pieces.push(piece);
  for await (const piece of changes.end()) pieces.push(piece);
  const records: Record<string, string>[] = parse(pieces.join(""), { columns: true });
  return { records, pieces, counts: changes.counts, refused: changes.refused() };
}

const short = (record: Record<string, string>) =>
  `${record.Change} ${record.Before}>${record.After} ${record.GroupName}/${record.Username}`;

const bob = { Username: "bob", UserId: "u-bob" };
const unused: Partial<Row> = { Usage: "UNUSED_IN_WINDOW", LastLogin: "NO_LOGIN_PRESENT" };
const unknown: Partial<Row> = { Usage: "UNKNOWN", LastLogin: "UNKNOWN" };
const emptyGroup: Partial<Row> = { RowStatus: "EMPTY_GROUP", Username: "", UserId: "", Usage: "", LastLogin: "" };

describe("openChanges", () => {
  it("tells the row's key, both values and when the earlier report was", async () => {
    const { records } = await changesOf([rowWith()], [rowWith(unused)]);

    expect(records).toEqual([
      {
        Change: "NOW_UNUSED",
        Before: "USED",
        After: "UNUSED_IN_WINDOW",
        account: "111111111111",
        PermissionSetArn: rowWith().PermissionSetArn,
        PermissionSetName: "ReadOnly",
        Type: "GROUP",
        GroupId: "readers",
        GroupName: "Readers",
        Username: "alice",
        UserId: "u-alice",
        LastLoginBefore: "2026-11-20T08:15:30Z",
        LastLoginAfter: "NO_LOGIN_PRESENT",
        AccessType: "PERMISSION_SET",
        RoleArn: "",
        PreviousReport: EARLIER,
        AssignedAt: "",
        AssignedBy: "",
        ...{ Decision: "", DecidedBy: "", DecidedOn: "", RevokedAt: "", RevokedBy: "" },
      },
    ]);
  });

  it("tells when and by whom a grant was assigned, where an event tells", async () => {
    const assigned = { AssignedAt: "2026-11-20T08:15:30Z" };
    const after = [rowWith({ ...assigned, ...unused }), rowWith({ ...bob, ...assigned }), rowWith({ UserId: "u-zoe" })];

    const { records } = await changesOf([rowWith()], after, true, ({ UserId }) => `=whoever assigned ${UserId}`);

    expect(
      records.map(({ Change, UserId, AssignedAt, AssignedBy }) => [Change, UserId, AssignedAt, AssignedBy]),
    ).toEqual([
      ["NOW_UNUSED", "u-alice", "", ""],
      ["GRANTED", "u-zoe", "", ""],
      ["GRANTED", "u-bob", assigned.AssignedAt, "'=whoever assigned u-bob"],
    ]);
  });

  it("compares with a report that lacks the columns which came later", async () => {
    const columns = COLUMNS.slice(0, COLUMNS.indexOf("Usage") + 1);
    const writer = createCsvWriter(columns);
    const csv = chunksOf(writer.header() + writer.lines([rowWith(), rowWith(bob)]));
    const changes = (await openChanges({ reportedAt: EARLIER, csv, sameSettings: true }))!;

    let text = changes.begin();
    for await (const piece of changes.rows([rowWith({ ...unused, AssignedAt: "2026-11-20T08:15:30Z" })])) text += piece;
    for await (const piece of changes.end()) text += piece;

    const records: Record<string, string>[] = parse(text, { columns: true });
    expect(records.map(short)).toEqual(["NOW_UNUSED USED>UNUSED_IN_WINDOW Readers/alice", "REVOKED OK> Readers/bob"]);
    expect(changes.refused()).toBeNull();
  });

  it("tells of what is gone whether, by whom and when it was decided, and of nothing else", async () => {
    const decided = (line: string) => `ActionKey,ActionState,Decision,DecidedBy,DecidedOn\r\n${line}\r\n`;
    const decisions = await decisionsOf({
      "a.csv": decided("MEMBERSHIP/readers/u-alice,OK UNUSED_IN_WINDOW,REMOVE,carol,2026-11-16"),
      "b.csv": decided("ASSIGNMENT/111111111111/ps-2222222222222222/viewers,OK,revoke,dave,2026-11-17"),
      "c.csv": decided("MEMBERSHIP/viewers/u-alice,OK USED,KEEP,erin,2026-11-18"),
      "d.csv": `GrantKey,GrantState,Decision\r\n111111111111/ps-2222222222222222/USER//u-bob,OK,REMOVE\r\n`,
    });
    const direct = rowWith({ ...bob, Type: "USER", GroupId: "", GroupName: "NOGROUP" });
    const undecided = rowWith({ ...bob, GroupId: "others", GroupName: "Others" });
    const before = [direct, undecided, rowWith(), rowWith({ GroupId: "viewers", GroupName: "Viewers" })];
    const changes = (await openChanges({
      ...{ reportedAt: EARLIER, csv: csvOf(before), sameSettings: true },
      decidedOf: createDecidedOf(decisions),
    }))!;
    const text = [changes.begin()];
    for await (const piece of changes.rows([rowWith({ Username: "new", UserId: "u-new" })])) text.push(piece);
    for await (const piece of changes.end()) text.push(piece);

    const lines = parse(text.join(""), { columns: true }) as Record<string, string>[];
    expect(lines.map((line) => [line.Change, line.GroupName, line.Decision, line.DecidedBy, line.DecidedOn])).toEqual(
      expect.arrayContaining([
        ["REVOKED", "NOGROUP", "REMOVE", "", ""],
        ["REVOKED", "Others", "", "", ""],
        ["REVOKED", "Readers", "REMOVE", "carol", "2026-11-16"],
        ["REVOKED", "Viewers", "revoke", "dave", "2026-11-17"],
        ["GRANTED", "Readers", "", "", ""],
      ]),
    );
  });

  it("picks out new administrators and new orphans, by name", async () => {
    const full = { PermissionSetArn: ADMINISTRATOR_SET, PermissionSetName: "AdministratorAccess" };
    const changes = (await openChanges({
      ...{ reportedAt: EARLIER, csv: csvOf([rowWith(full)]), sameSettings: true },
      administrators: [ADMINISTRATOR_SET],
    }))!;
    const gone = { ...bob, RowStatus: "USER_NOT_FOUND", Username: "" };
    const others = Array.from({ length: 12 }, (_, index) => rowWith({ ...full, UserId: `u-${index}`, Username: "x" }));
    for await (const _ of changes.rows([rowWith(full), ...others, rowWith(gone)]));
    for await (const _ of changes.end());

    expect(changes.newAdministrators).toMatchObject({ count: 12, named: { length: 10 } });
    expect(changes.newAdministrators.named[0]).toBe(
      "x: AdministratorAccess in workload (111111111111), through group Readers",
    );
    expect(changes.newOrphans).toEqual({
      count: 1,
      named: ["u-bob: ReadOnly in workload (111111111111), through group Readers"],
    });
  });

  it.each<[string, Row[], Row[], string[]]>([
    ["nothing", [rowWith()], [rowWith()], []],
    ["a grant", [rowWith()], [rowWith(), rowWith(bob)], ["GRANTED >OK Readers/bob"]],
    [
      "a grant to a disabled user",
      [],
      [rowWith({ RowStatus: "USER_DISABLED" })],
      ["GRANTED >USER_DISABLED Readers/alice"],
    ],
    ["a revocation", [rowWith(), rowWith(bob)], [rowWith()], ["REVOKED OK> Readers/bob"]],
    ["a renamed group", [rowWith()], [rowWith({ GroupName: "Viewers" })], []],
    ["a renamed user", [rowWith(), rowWith(bob)], [rowWith(bob), rowWith({ Username: "zoe" })], []],
    [
      "another person of the same name",
      [rowWith()],
      [rowWith({ UserId: "u-2" })],
      ["GRANTED >OK Readers/alice", "REVOKED OK> Readers/alice"],
    ],
    [
      "the same user, directly instead",
      [rowWith()],
      [rowWith({ Type: "USER", GroupId: "", GroupName: "NOGROUP" })],
      ["REVOKED OK> Readers/alice", "GRANTED >OK NOGROUP/alice"],
    ],
    ["first use of new access", [rowWith({ Usage: "TOO_NEW" })], [rowWith()], []],
    [
      "new access that was never used",
      [rowWith({ Usage: "TOO_NEW" })],
      [rowWith(unused)],
      ["NOW_UNUSED TOO_NEW>UNUSED_IN_WINDOW Readers/alice"],
    ],
    ["use after disuse", [rowWith(unused)], [rowWith()], ["USED_AGAIN UNUSED_IN_WINDOW>USED Readers/alice"]],
    ["used, then not observed", [rowWith()], [rowWith(unknown)], []],
    ["not observed, then unused", [rowWith(unknown)], [rowWith(unused)], []],
    ["not observed, then used", [rowWith(unknown)], [rowWith()], []],
    [
      "a disabled user",
      [rowWith()],
      [rowWith({ RowStatus: "USER_DISABLED" })],
      ["STATUS_CHANGED OK>USER_DISABLED Readers/alice"],
    ],
    [
      "status and usage at once",
      [rowWith()],
      [rowWith({ ...unused, RowStatus: "USER_DISABLED" })],
      ["STATUS_CHANGED OK>USER_DISABLED Readers/alice", "NOW_UNUSED USED>UNUSED_IN_WINDOW Readers/alice"],
    ],
    [
      "Organizations not read any more",
      [rowWith({ RowStatus: "ACCOUNT_NOT_ACTIVE", AccountState: "SUSPENDED" })],
      [rowWith({ AccountState: "UNKNOWN" })],
      [],
    ],
    [
      "Organizations read again",
      [rowWith({ AccountState: "UNKNOWN" })],
      [rowWith({ RowStatus: "ACCOUNT_NOT_ACTIVE", AccountState: "SUSPENDED" })],
      [],
    ],
    [
      "a user deleted while Organizations is not read",
      [rowWith({ RowStatus: "ACCOUNT_NOT_ACTIVE", AccountState: "SUSPENDED" })],
      [rowWith({ RowStatus: "USER_NOT_FOUND", AccountState: "UNKNOWN" })],
      ["STATUS_CHANGED ACCOUNT_NOT_ACTIVE>USER_NOT_FOUND Readers/alice"],
    ],
    ["an empty group assigned", [], [rowWith(emptyGroup)], ["GRANTED >EMPTY_GROUP Readers/"]],
    ["an empty group unassigned", [rowWith(emptyGroup)], [], ["REVOKED EMPTY_GROUP> Readers/"]],
    [
      "a group's last member gone",
      [rowWith()],
      [rowWith(emptyGroup)],
      ["STATUS_CHANGED HAS_MEMBERS>EMPTY_GROUP Readers/", "REVOKED OK> Readers/alice"],
    ],
    [
      "a group's first member",
      [rowWith(emptyGroup)],
      [rowWith()],
      ["STATUS_CHANGED EMPTY_GROUP>HAS_MEMBERS Readers/", "GRANTED >OK Readers/alice"],
    ],
    [
      "an empty group deleted",
      [rowWith(emptyGroup)],
      [rowWith({ ...emptyGroup, RowStatus: "GROUP_NOT_FOUND", GroupName: "" })],
      ["STATUS_CHANGED EMPTY_GROUP>GROUP_NOT_FOUND /"],
    ],
  ])("of %s", async (_what, before, after, expected) => {
    const { records, counts } = await changesOf(before, after);

    expect(records.map(short)).toEqual(expected);
    expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(expected.length);
  });

  it("keeps the order of the report over accounts and permission sets that come and go", async () => {
    const in1 = rowWith({ account: "000000000001" });
    const in2 = rowWith({ account: "222222222222" });
    const admin = rowWith({ PermissionSetArn: ADMINISTRATOR_SET, PermissionSetName: "AdministratorAccess" });

    const { records } = await changesOf([in1, admin, rowWith()], [rowWith(), rowWith(bob), in2]);

    expect(records.map(({ Change, account, PermissionSetName }) => [Change, account, PermissionSetName])).toEqual([
      ["REVOKED", "000000000001", "ReadOnly"],
      ["REVOKED", "111111111111", "AdministratorAccess"],
      ["GRANTED", "111111111111", "ReadOnly"],
      ["GRANTED", "222222222222", "ReadOnly"],
    ]);
  });

  it("does not compare usage over other windows", async () => {
    const { records } = await changesOf([rowWith()], [rowWith({ ...unused, RowStatus: "USER_DISABLED" })], false);

    expect(records.map(short)).toEqual(["STATUS_CHANGED OK>USER_DISABLED Readers/alice"]);
  });

  it("shows names as the reports do, formulas disarmed", async () => {
    const { pieces } = await changesOf([rowWith({ GroupName: '=HYPERLINK("x")', Username: "'=1" })], []);

    expect(pieces.join("")).toContain(`,"'=HYPERLINK(""x"")",''=1,u-alice,`);
  });

  it("gives much in pieces: all of a large report gone", async () => {
    const before = Array.from({ length: 12_000 }, (_, number) =>
      rowWith({ UserId: `u-${String(number).padStart(6, "0")}` }),
    );

    const { records, pieces } = await changesOf(before, []);

    expect(records.length).toBe(12_000);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(2_000_000);
    expect(pieces.length).toBeGreaterThan(3);
  });

  it("compares with a report of 0.1, which lacks the columns that came later", async () => {
    const of01 = COLUMNS.slice(0, COLUMNS.indexOf("Usage") + 1);
    const writer = createCsvWriter(of01);
    const [stays, goes] = [rowWith(), rowWith({ UserId: "u-bob", Username: "bob" })];
    const csv = chunksOf(writer.header() + writer.lines([stays, goes]));

    const changes = await openChanges({ reportedAt: EARLIER, csv, sameSettings: true });

    let text = changes!.begin();
    for await (const piece of changes!.rows([stays])) text += piece;
    for await (const piece of changes!.end()) text += piece;
    expect(parse(text, { columns: true, bom: true })).toMatchObject([
      { Change: "REVOKED", UserId: "u-bob", AccessType: "PERMISSION_SET", RoleArn: "" },
    ]);
  });

  it.each([
    ["fewer than are compared", COLUMNS.slice(0, COLUMNS.indexOf("Usage"))],
    ["others", COLUMNS.map((column) => (column === "GroupId" ? "Group" : column))],
    ["others at the end", [...COLUMNS.slice(0, -1), "Other"]],
    ["more", [...COLUMNS, "NotYet"]],
    ["none", []],
  ])("is null for a report with other columns: %s", async (_what, columns) => {
    const csv = chunksOf(columns.length === 0 ? "" : `${columns.join(",")}\r\n`);

    expect(await openChanges({ reportedAt: EARLIER, csv, sameSettings: true })).toBeNull();
  });

  it.each([
    ["out of order", [rowWith({ account: "222222222222" }), rowWith()]],
    ["out of order within an account", [rowWith(), rowWith({ PermissionSetName: "A", PermissionSetArn: "a" })]],
  ])("refuses an earlier report that is %s", async (_what, before) => {
    const { refused } = await changesOf(before, []);
    expect(refused).toMatch(/^The previous report, of 2026-11-15T20:00:00Z, is not as this program writes it: a row /);
    expect((await changesOf(before, [rowWith()])).refused).toBe(refused);
    expect((await changesOf([...before].reverse(), [])).refused).toBeNull();
  });

  it("refuses an earlier report that was cut off", async () => {
    const header = COLUMNS.join(",");
    const csv = chunksOf(`${header}\r\n111111111111,arn,ReadO`);

    await expect(openChanges({ reportedAt: EARLIER, csv, sameSettings: true })).rejects.toThrow(
      `has not ${COLUMNS.length} cells`,
    );
  });
});
