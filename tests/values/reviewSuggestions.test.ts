import { type SmallOrganisation, sourcesOf } from "../support/reportRows";
import { ACCOUNT, alice, ofUsers, RECENTLY, readers, review, unusedGroup, usedByAlice } from "../support/reviewSheet";

describe("what the sheet suggests", () => {
  it.each<[string, SmallOrganisation, string, string]>([
    [
      "unused",
      unusedGroup,
      "REMOVE",
      "No login in the last 90 days. AWS does not tell when it was assigned: look into changes.csv first.",
    ],
    [
      "unused, direct",
      { pairs: [[ACCOUNT, 1, [["USER", "u-alice"]]]], users: [alice] },
      "REMOVE",
      "No login in the last 90 days. AWS does not tell when it was assigned: look into changes.csv first.",
    ],
    ["used", { ...unusedGroup, lastLogins: [usedByAlice] }, "KEEP", "Last used 2 days ago, on 2026-11-20."],
    [
      "used just now",
      { ...unusedGroup, lastLogins: [{ ...usedByAlice, lastConsoleMs: Date.parse("2026-11-22T11:00:00Z") }] },
      "KEEP",
      "Last used less than a day ago, on 2026-11-22.",
    ],
    [
      "not observed",
      { ...unusedGroup, observed: false },
      "REVIEW",
      "Its use was not observed: the warnings at the top of report.html say why.",
    ],
    [
      "entered by somebody unnamed",
      { ...unusedGroup, unattributed: [{ accountId: ACCOUNT, roleName: "ReadOnly", count: 1 }] },
      "REVIEW",
      "Somebody used this role in the window, and the event does not say who: it may have been this user.",
    ],
    [
      "entered under a name that nobody has",
      { ...unusedGroup, lastLogins: [{ userName: "alicia", accountId: ACCOUNT, roleName: "ReadOnly" }] },
      "REVIEW",
      "Somebody used this role in the window under a name that no user has now: it may have been this user, who was renamed since.",
    ],
    [
      "entered by somebody who is gone, before the user was created",
      {
        ...unusedGroup,
        users: [{ ...alice, createdMs: Date.parse("2026-11-20T08:15:31Z") }],
        lastLogins: [{ userId: "u-gone", accountId: ACCOUNT, roleName: "ReadOnly" }],
      },
      "REVIEW",
      "Before this user was created, somebody whom the Identity Store no longer knows used this role in the window: it may have been the same person, under an earlier user id.",
    ],
    [
      "of a user with a login that tells no role",
      { ...unusedGroup, notUnderstood: [{ userId: "u-alice", accountId: ACCOUNT, roleName: "" }] },
      "REVIEW",
      "A login event in the window does not name its account or its permission set: it may have been this user's, to this role.",
    ],
    [
      "of which nobody knows since when",
      { pairs: [[ACCOUNT, 1, [["USER", "u-alice"]]]], users: [{ ...alice, createdMs: null }] },
      "REVIEW",
      "No login was seen, but it is not known how long the user has had the access: AWS gives no date for it that is understood.",
    ],
    [
      "a new member",
      { ...unusedGroup, groups: [{ ...readers, createdMs: RECENTLY }] },
      "WAIT",
      "Not used yet, but given only on 2026-11-18: not reported as unused before 2026-12-02.",
    ],
    [
      "a new user",
      { pairs: [[ACCOUNT, 1, [["USER", "u-alice"]]]], users: [{ ...alice, createdMs: RECENTLY }] },
      "WAIT",
      "Not used yet, but the user was created less than 14 days ago.",
    ],
    [
      "an old member, of a group that was assigned lately",
      { ...unusedGroup, assignments: [{ principalId: "readers" }] },
      "WAIT",
      "Not used yet, but assigned only on 2026-11-20: not reported as unused before 2026-12-04.",
    ],
    [
      "a new member, of a group that was assigned before",
      {
        ...unusedGroup,
        groups: [{ ...readers, createdMs: RECENTLY }],
        assignments: [{ principalId: "readers", atMs: RECENTLY - 1 }],
      },
      "WAIT",
      "Not used yet, but given only on 2026-11-18: not reported as unused before 2026-12-02.",
    ],
    [
      "direct, of an old user, assigned lately",
      {
        pairs: [[ACCOUNT, 1, [["USER", "u-alice"]]]],
        users: [alice],
        assignments: [{ principalType: "USER", principalId: "u-alice" }],
      },
      "WAIT",
      "Not used yet, but assigned only on 2026-11-20: not reported as unused before 2026-12-04.",
    ],
    [
      "assigned long ago, ended lately, and there again",
      {
        ...unusedGroup,
        assignments: [
          { principalId: "readers", atMs: Date.parse("2026-09-01T00:00:00Z") },
          { principalId: "readers", kind: "deleted" },
        ],
      },
      "WAIT",
      "Not used yet, but its assignment ended on 2026-11-20 and was made again: not reported as unused before 2026-12-04.",
    ],
    [
      "assigned long ago",
      { ...unusedGroup, assignments: [{ principalId: "readers", atMs: Date.parse("2026-09-01T00:00:00Z") }] },
      "REMOVE",
      "No login in the last 90 days. The newest assignment event is of 2026-09-01.",
    ],
    [
      "a disabled user",
      { ...unusedGroup, users: [{ ...alice, status: "DISABLED" }] },
      "REMOVE",
      "The user is disabled, but can still enter the account while a session of the access portal is open, until it ends or the access is removed. No login in the last 90 days. AWS does not tell when it was assigned: look into changes.csv first.",
    ],
    [
      "a disabled user who was there",
      { ...unusedGroup, users: [{ ...alice, status: "DISABLED" }], lastLogins: [usedByAlice] },
      "REVIEW",
      "The user is disabled, but can still enter the account while a session of the access portal is open, until it ends or the access is removed. Last used 2 days ago, on 2026-11-20.",
    ],
    [
      "a deleted user",
      { ...unusedGroup, users: [] },
      "REMOVE",
      "The Identity Store does not know this user. No login in the last 90 days. AWS does not tell when it was assigned: look into changes.csv first.",
    ],
    [
      "a deleted user who was there",
      { ...unusedGroup, users: [], lastLogins: [usedByAlice] },
      "INVESTIGATE",
      "The Identity Store does not know this user. Last used 2 days ago, on 2026-11-20.",
    ],
    [
      "a deleted user, not observed",
      { ...unusedGroup, users: [], observed: false },
      "INVESTIGATE",
      "The Identity Store does not know this user. Its use was not observed: the warnings at the top of report.html say why.",
    ],
    [
      "a suspended account",
      { ...unusedGroup, accounts: [{ id: ACCOUNT, name: "workload", state: "SUSPENDED" }] },
      "REVIEW",
      "The account is SUSPENDED, not ACTIVE. No login in the last 90 days.",
    ],
    [
      "an account of nobody's",
      { ...unusedGroup, accounts: [] },
      "INVESTIGATE",
      "The account is not in the organization. No login in the last 90 days.",
    ],
  ])("on a grant that is %s", (_what, organisation, action, reason) => {
    const { lines } = review(sourcesOf(organisation));

    expect(ofUsers(lines).map((line) => [line.SuggestedAction, line.Reason])).toEqual([[action, reason]]);
  });

  describe("on a membership that gives more than one grant", () => {
    const twoAccounts: SmallOrganisation = {
      ...unusedGroup,
      pairs: [
        [ACCOUNT, 1, [["GROUP", "readers"]]],
        ["222222222222", 0, [["GROUP", "readers"]]],
      ],
      accounts: null,
    };
    const elsewhere = { accountId: "222222222222", roleName: "AdministratorAccess" };

    it.each<[string, SmallOrganisation, string, string]>([
      [
        "nothing of which was used",
        twoAccounts,
        "REMOVE",
        "No login in the last 90 days. The user used none of the 2 roles that the group gives. AWS does not tell when it was assigned: look into changes.csv first.",
      ],
      [
        "a part of which was used, by id",
        { ...twoAccounts, lastLogins: [{ ...elsewhere, userId: "u-alice" }] },
        "KEEP",
        "Last used 2 days ago, on 2026-11-20. The user used 1 of the 2 roles that the group gives.",
      ],
      [
        "a part of which was used, by name",
        { ...twoAccounts, lastLogins: [{ ...elsewhere, userName: "ALICE" }] },
        "KEEP",
        "Last used 2 days ago, on 2026-11-20. The user used 1 of the 2 roles that the group gives.",
      ],
      [
        "a part of which may have been used",
        { ...twoAccounts, unattributed: [{ ...elsewhere, count: 1 }] },
        "REVIEW",
        "Somebody used this role in the window, and the event does not say who: it may have been this user. This is so for 1 of the 2 roles that the group gives; none is known to have been used.",
      ],
      [
        "all of which was used, and is also had otherwise in a part",
        {
          ...twoAccounts,
          pairs: [
            [ACCOUNT, 1, [["GROUP", "readers"]]],
            [
              "222222222222",
              0,
              [
                ["GROUP", "readers"],
                ["USER", "u-alice"],
              ],
            ],
          ],
          lastLogins: [{ ...elsewhere, userId: "u-alice" }, usedByAlice],
        },
        "KEEP",
        "Last used 2 days ago, on 2026-11-20. The user used 2 of the 2 roles that the group gives. The user also has 1 of them in another way.",
      ],
      [
        "one account of which is suspended",
        {
          ...twoAccounts,
          accounts: [
            { id: ACCOUNT, name: "workload", state: "ACTIVE" },
            { id: "222222222222", name: "old", state: "SUSPENDED" },
          ],
        },
        "REMOVE",
        "No login in the last 90 days. The user used none of the 2 roles that the group gives. AWS does not tell when it was assigned: look into changes.csv first.",
      ],
    ])("%s", (_what, organisation, action, reason) => {
      const [membership] = review(sourcesOf(organisation)).lines;

      expect(membership).toMatchObject({ Action: "END_MEMBERSHIP", SuggestedAction: action, Reason: reason });
    });

    it("but somebody else's use of the group is not the user's", () => {
      const { lines } = review(sourcesOf({ ...twoAccounts, lastLogins: [{ ...elsewhere, userId: "u-bob" }] }));

      expect(ofUsers(lines).map((line) => line.SuggestedAction)).toEqual(["REMOVE"]);
    });
  });
});
