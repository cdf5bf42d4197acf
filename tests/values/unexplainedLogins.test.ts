import { parse } from "csv-parse/sync";
import { createUnexplainedLogins } from "../../handlers/files/unexplainedLogins";
import { allRows, type SmallOrganisation, sourcesOf } from "../support/reportRows";

const ACCOUNT = "111111111111";
const read = { accountId: ACCOUNT, roleName: "ReadOnly" };

/** Alice and Bob may read in one account. */
const organisation: SmallOrganisation = {
  pairs: [
    [
      ACCOUNT,
      1,
      [
        ["GROUP", "readers"],
        ["USER", "u-bob"],
      ],
    ],
  ],
  users: [
    { id: "u-alice", name: "alice" },
    { id: "u-bob", name: "Bob" },
    { id: "u-bob-2", name: "bob" },
    { id: "u-carol", name: "carol" },
  ],
  groups: [{ id: "readers", name: "Readers", members: ["u-alice"] }],
};

function unexplained(small: SmallOrganisation): Record<string, string>[] {
  const sources = sourcesOf({ ...organisation, ...small });
  const file = createUnexplainedLogins(sources)!;
  let csv = file.begin();
  for (const row of allRows(sources)) csv += file.rows([row]);
  const lines: Record<string, string>[] = parse(csv + [...file.end()].join(""), { columns: true });
  expect(file.recordCount()).toBe(lines.length);
  return lines;
}

describe("createUnexplainedLogins", () => {
  it.each<[string, SmallOrganisation["lastLogins"]]>([
    ["by id", [{ ...read, userId: "u-alice" }]],
    ["by name, in other case", [{ ...read, userName: "ALICE" }]],
    ["by a name that several users have, of whom one has the role", [{ ...read, userName: "bob" }]],
  ])("leaves out a login that a grant explains, %s", (_what, lastLogins) => {
    expect(unexplained({ lastLogins })).toEqual([]);
  });

  it("tells who, where, when and how often", () => {
    const lastProgrammaticMs = Date.parse("2026-11-21T00:00:00Z");

    const lines = unexplained({ lastLogins: [{ ...read, userId: "u-carol", lastProgrammaticMs, count: 7 }] });

    expect(lines).toEqual([
      {
        account: ACCOUNT,
        AccountName: "workload",
        PermissionSetName: "ReadOnly",
        Username: "carol",
        UserId: "u-carol",
        UserDisplayName: "carol",
        LastLogin: "2026-11-21T00:00:00Z",
        LastConsoleLogin: "2026-11-20T08:15:30Z",
        LastProgrammaticLogin: "2026-11-21T00:00:00Z",
        LoginsInWindow: "7",
        Reason: "ACCOUNT_NOT_ASSIGNED",
      },
    ]);
  });

  it.each<[string, SmallOrganisation, string]>([
    ["NO_USER_NAMED", { unattributed: [{ ...read, count: 2 }] }, "/"],
    ["USER_NOT_IN_IDENTITY_STORE", { lastLogins: [{ ...read, userId: "u-deleted" }] }, "/u-deleted"],
    ["USER_NOT_IN_IDENTITY_STORE", { lastLogins: [{ ...read, userName: "dave" }] }, "dave/"],
    [
      "ACCOUNT_NOT_IN_ORGANIZATION",
      { lastLogins: [{ ...read, accountId: "999999999999", userId: "u-alice" }] },
      "alice/u-alice",
    ],
    ["PERMISSION_SET_NOT_FOUND", { lastLogins: [{ ...read, roleName: "Gone", userId: "u-alice" }] }, "alice/u-alice"],
    ["ACCOUNT_NOT_ASSIGNED", { lastLogins: [{ ...read, userId: "u-carol" }] }, "carol/u-carol"],
    [
      "ACCOUNT_NOT_ASSIGNED",
      { accounts: null, lastLogins: [{ ...read, accountId: "999999999999", userId: "u-alice" }] },
      "alice/u-alice",
    ],
    [
      "ROLE_NOT_ASSIGNED",
      { lastLogins: [{ ...read, roleName: "AdministratorAccess", userId: "u-alice" }] },
      "alice/u-alice",
    ],
    ["ROLE_NOT_ASSIGNED", { lastLogins: [{ ...read, roleName: "AdministratorAccess", userName: "bob" }] }, "bob/"],
  ])("says %s", (reason, small, who) => {
    const lines = unexplained(small);

    expect(lines.map((line) => [line.Reason, `${line.Username}/${line.UserId}`])).toEqual([[reason, who]]);
  });

  it("adds up what is one user's, and sorts, however the logins come", () => {
    const lastLogins: SmallOrganisation["lastLogins"] = [
      { ...read, userName: "Dave", count: 1, lastConsoleMs: 2_000 },
      { ...read, userName: "dave", count: 2, lastConsoleMs: 1_000 },
      { ...read, userName: "CAROL", count: 1 },
      { ...read, userId: "u-carol", count: 4 },
      { ...read, accountId: "000000000001", userId: "u-carol" },
    ];
    const lines = unexplained({ accounts: null, lastLogins });

    expect(lines.map((line) => [line.account, line.Username, line.UserId, line.LoginsInWindow])).toEqual([
      ["000000000001", "carol", "u-carol", "1"],
      [ACCOUNT, "Dave", "", "3"],
      [ACCOUNT, "carol", "u-carol", "5"],
    ]);
    expect(lines[1]!.LastLogin).toBe("1970-01-01T00:00:02Z");
    expect(unexplained({ accounts: null, lastLogins: [...lastLogins].reverse() })).toEqual(lines);
  });

  it("is no file where the login source was not read: an empty one would say that there are none", () => {
    expect(createUnexplainedLogins(sourcesOf({ ...organisation, source: "failed", observed: false }))).toBeNull();
  });
});
