import { captureLogs } from "../support/container";
import {
  account,
  accountId,
  group,
  groupAssignment,
  login,
  membership,
  organisationOf,
  permissionSet,
  permissionSetArn,
  user,
  userId,
} from "../support/organisation";

import { type Row, useReports } from "./reports";

// Names that people give to accounts, groups, users and permission sets: none breaks the report, and none is lost on the way.

captureLogs();
const { report } = useReports();

describe("names", () => {
  /** As read back by an RFC 4180 reader; a cell that a spreadsheet would run has got its '. */
  const NAMES = [
    ["a,b", "a,b"],
    ["a=b", "a=b"],
    ['say "hi"', 'say "hi"'],
    ["two\nlines", "two\nlines"],
    ["two\r\nlines", "two\r\nlines"],
    ['=HYPERLINK("http://evil","x")', '\'=HYPERLINK("http://evil","x")'],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@SUM(1)", "'@SUM(1)"],
    ["\t=1", "'\t'=1"],
    ["Doe;=1+1;x", "Doe;'=1+1;x"],
    ["O'Brien", "O'Brien"],
    ["Zoë Ångström 李雷 😀", "Zoë Ångström 李雷 😀"],
    [" spaces ", " spaces "],
    ["\u2028\ufeff", "\u2028\ufeff"],
    ["", ""],
  ] as const;
  let rows: Row[];
  let csv: string;
  /** Each name is that of an account, and of the one user in the one group that may enter it. */
  beforeAll(async () => {
    ({ rows, csv } = await report(
      organisationOf({
        Accounts: NAMES.map(([Name], at) => account(at, { Name })),
        PermissionSets: NAMES.map(([name], at) => permissionSet(at, { Description: name || "-" })),
        Users: NAMES.map(([name], at) =>
          user(at, { UserName: name, DisplayName: name, Emails: [{ Value: name, Primary: true }] }),
        ),
        Groups: NAMES.map(([DisplayName], at) => group(at, { DisplayName })),
        GroupMemberships: NAMES.map((_, at) => membership(at, at)),
        AccountAssignments: NAMES.map((_, at) => groupAssignment(at, at, at)),
        Records: [login(0, 0, 0)],
      }),
    ));
  });

  test.each(NAMES)("%j is itself in every column that carries a name", (name, read) => {
    const at = NAMES.findIndex(([each]) => each === name);
    const own = rows.filter((row) => row.account === accountId(at));

    expect(own).toMatchObject([{ UserId: userId(at), PermissionSetArn: permissionSetArn(at) }]);
    const { AccountName, GroupName, Username, UserDisplayName, UserEmail, PermissionSetDescription } = own[0]!;
    expect({ AccountName, GroupName, Username, UserDisplayName, UserEmail }).toEqual({
      AccountName: read,
      GroupName: read,
      Username: read,
      UserDisplayName: read,
      UserEmail: read,
    });
    expect(PermissionSetDescription).toBe(read || "'-");
  });

  test("there is a row for each, and a line end behind the last", () => {
    expect(rows).toHaveLength(NAMES.length);
    expect(csv.endsWith("\r\n")).toBe(true);
  });

  test("permission sets whose names are like parts of an event", async () => {
    const names = ["a,b=c", "role_name=x,account_id=1", "a@b.c+d-e_f"];
    const found = await report(
      organisationOf({
        Accounts: names.map((_, at) => account(at)),
        PermissionSets: names.map((Name, at) => permissionSet(at, { Name })),
        Users: [user(0, { UserName: "alice" })],
        Groups: [group(0)],
        GroupMemberships: [membership(0, 0)],
        AccountAssignments: names.map((_, at) => groupAssignment(at, at, 0)),
        Records: names.map((role_name, at) =>
          login(at, at, 0, { serviceEventDetails: { role_name, account_id: accountId(at) } }),
        ),
      }),
    );

    const used = { Username: "alice", Usage: "USED", LoginsInWindow: "1" };
    expect(found.rows).toMatchObject(names.map((PermissionSetName) => ({ PermissionSetName, ...used })));
  });
});
