import { captureLogs } from "../support/container";
import {
  account,
  accountId,
  group,
  login,
  membership,
  organisationOf,
  permissionSet,
  user,
} from "../support/organisation";

import { aliceAndBob, useReports } from "./reports";

// Names that people give to accounts, groups, users and permission sets: none breaks the report, and none is lost on the way.

captureLogs();
const { report } = useReports();
const parts = { ...aliceAndBob, Users: [user(0, { UserName: "alice" })], GroupMemberships: [membership(0, 0)] };

describe("names", () => {
  // As read back by an RFC 4180 reader; a cell that a spreadsheet would run has got its '.
  test.each([
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
  ])("%j is itself in every column that carries a name", async (name, read) => {
    const { rows, csv } = await report(
      organisationOf({
        ...parts,
        Accounts: [account(0, { Name: name })],
        PermissionSets: [permissionSet(0, { Description: name || "-" })],
        Users: [user(0, { UserName: name, DisplayName: name, Emails: [{ Value: name, Primary: true }] })],
        Groups: [group(0, { DisplayName: name })],
        GroupMemberships: [membership(0, 0)],
      }),
    );

    const { AccountName, GroupName, Username, UserDisplayName, UserEmail, PermissionSetDescription } = rows[0]!;
    expect({ AccountName, GroupName, Username, UserDisplayName, UserEmail }).toEqual({
      AccountName: read,
      GroupName: read,
      Username: read,
      UserDisplayName: read,
      UserEmail: read,
    });
    expect(PermissionSetDescription).toBe(read || "'-");
    expect(rows).toHaveLength(1);
    expect(csv.endsWith("\r\n")).toBe(true);
  });

  test.each(["a,b=c", "role_name=x,account_id=1", "a@b.c+d-e_f"])("a permission set called %s", async (Name) => {
    const serviceEventDetails = { role_name: Name, account_id: accountId(0) };
    const { rows } = await report(
      organisationOf({
        ...parts,
        PermissionSets: [permissionSet(0, { Name })],
        Records: [login(0, 0, 0, { serviceEventDetails })],
      }),
    );

    expect(rows[0]).toMatchObject({ PermissionSetName: Name, Username: "alice", Usage: "USED" });
  });
});
