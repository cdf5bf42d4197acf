import { parse } from "csv-parse/sync";
import { type OrganisationFile, startLocalAws } from "../../local/aws";
import { captureLogs, startContainer, textOf } from "../support/container";
import {
  account,
  accountId,
  group,
  groupAssignment,
  login,
  membership,
  organisationOf,
  permissionSet,
  user,
} from "../support/organisation";
import { folderOf } from "../support/published";

// Names that people give to accounts, groups, users and permission sets: none breaks the report, and none is lost on the way.

captureLogs();
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const parts = {
  Accounts: [account(0)],
  PermissionSets: [permissionSet(0)],
  Users: [user(0, { UserName: "alice" })],
  Groups: [group(0)],
  GroupMemberships: [membership(0, 0)],
  AccountAssignments: [groupAssignment(0, 0, 0)],
  Records: [login(0, 0, 0)],
} satisfies Partial<OrganisationFile>;

async function report(organisation: OrganisationFile): Promise<{ rows: Record<string, string>[]; csv: string }> {
  const localAws = await startLocalAws({ organisation, throttle: false, rate: 1000 });
  closing.push(() => localAws.close());
  const container = startContainer(localAws);
  const csv = textOf(container.bucket, `${folderOf(await container.run())}/credential_report.csv`)!;
  return { csv, rows: parse(csv, { columns: true, record_delimiter: "\r\n" }) };
}

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
    ["\t=1", "'\t=1"],
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
