import type { NewGrants } from "../../handlers/files/changes/changes";
import type { Row } from "../../handlers/files/columns";
import { type SmallOrganisation, sourcesOf } from "../support/reportRows";
import {
  ACCOUNT,
  alice,
  NO_DECISIONS,
  ofUsers,
  RECENTLY,
  readers,
  review,
  unusedGroup,
  usedByAlice,
} from "../support/reviewSheet";

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
      "Last used within a day, on 2026-11-22.",
    ],
    [
      "not observed",
      { ...unusedGroup, observed: false },
      "REVIEW",
      "Whether it is used was not observed: see the manifest's warnings.",
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
      "Somebody used this role in the window under a name that no user has any more: it may have been this user, under another name.",
    ],
    [
      "entered by somebody who is gone, before the user was created",
      {
        ...unusedGroup,
        users: [{ ...alice, createdMs: Date.parse("2026-11-20T08:15:31Z") }],
        lastLogins: [{ userId: "u-gone", accountId: ACCOUNT, roleName: "ReadOnly" }],
      },
      "REVIEW",
      "Before this user was created, somebody whom the Identity Store does not know any more used this role in the window: it may have been the same person, made anew.",
    ],
    [
      "of a user with a login that tells no role",
      { ...unusedGroup, notUnderstood: [{ userId: "u-alice", accountId: ACCOUNT, roleName: "" }] },
      "REVIEW",
      "A login in the window does not tell its account or its permission set, and may have been this user's to this role.",
    ],
    [
      "of which nobody knows since when",
      { pairs: [[ACCOUNT, 1, [["USER", "u-alice"]]]], users: [{ ...alice, createdMs: null }] },
      "REVIEW",
      "No login was seen, but it is not known since when the user has it: neither the membership nor the user has a date that is understood.",
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
      "Not used yet, but the user is younger than 14 days.",
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
      "No login in the last 90 days. The newest event that assigned it is of 2026-09-01.",
    ],
    [
      "a disabled user",
      { ...unusedGroup, users: [{ ...alice, status: "DISABLED" }] },
      "REMOVE",
      "The user is disabled, but can go on entering the account while a session of the access portal is open, until it ends or the access is removed. No login in the last 90 days. AWS does not tell when it was assigned: look into changes.csv first.",
    ],
    [
      "a disabled user who was there",
      { ...unusedGroup, users: [{ ...alice, status: "DISABLED" }], lastLogins: [usedByAlice] },
      "REVIEW",
      "The user is disabled, but can go on entering the account while a session of the access portal is open, until it ends or the access is removed. Last used 2 days ago, on 2026-11-20.",
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
      "The Identity Store does not know this user. Whether it is used was not observed: see the manifest's warnings.",
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
        "No login in the last 90 days. None of the 2 that the group gives the user was used. AWS does not tell when it was assigned: look into changes.csv first.",
      ],
      [
        "a part of which was used, by id",
        { ...twoAccounts, lastLogins: [{ ...elsewhere, userId: "u-alice" }] },
        "KEEP",
        "Last used 2 days ago, on 2026-11-20. Of the 2 that the group gives, 1 was used.",
      ],
      [
        "a part of which was used, by name",
        { ...twoAccounts, lastLogins: [{ ...elsewhere, userName: "ALICE" }] },
        "KEEP",
        "Last used 2 days ago, on 2026-11-20. Of the 2 that the group gives, 1 was used.",
      ],
      [
        "a part of which may have been used",
        { ...twoAccounts, unattributed: [{ ...elsewhere, count: 1 }] },
        "REVIEW",
        "Somebody used this role in the window, and the event does not say who: it may have been this user. That is so of 1 of the 2 that the group gives; none is known to be used.",
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
        "Last used 2 days ago, on 2026-11-20. Of the 2 that the group gives, 2 were used. Of the 2, the user has 1 in another way, too.",
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
        "No login in the last 90 days. None of the 2 that the group gives the user was used. AWS does not tell when it was assigned: look into changes.csv first.",
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

  describe("on a group's assignment", () => {
    const bob = { id: "u-bob", name: "bob" };
    const both = { ...unusedGroup, users: [alice, bob], groups: [{ ...readers, members: ["u-alice", "u-bob"] }] };
    const BEFORE = " AWS does not tell when it was assigned: look into changes.csv first.";

    it.each<[string, SmallOrganisation, string, string]>([
      [
        "that nobody used",
        both,
        "REMOVE",
        `No login in the last 90 days by any of the 2 members of the group.${BEFORE}`,
      ],
      [
        "that the only member did not use",
        unusedGroup,
        "REMOVE",
        `No login in the last 90 days by the one member of the group.${BEFORE}`,
      ],
      [
        "of an account that is suspended",
        { ...both, accounts: [{ id: ACCOUNT, name: "workload", state: "SUSPENDED" }] },
        "REVIEW",
        "The account is SUSPENDED, not ACTIVE. No login in the last 90 days by any of the 2 members of the group.",
      ],
      [
        "of an account that has left",
        { ...both, accounts: [] },
        "INVESTIGATE",
        "The account is not in the organization. No login in the last 90 days by any of the 2 members of the group.",
      ],
      [
        "without members",
        { ...unusedGroup, groups: [{ ...readers, members: [] }] },
        "REVIEW",
        "The group has no members: nobody enters by it today, and whoever joins will.",
      ],
      [
        "of a group that is gone",
        { ...unusedGroup, groups: [] },
        "INVESTIGATE",
        "The Identity Store does not know this group: nobody enters by it.",
      ],
    ])("%s", (_what, organisation, action, reason) => {
      const lines = review(sourcesOf(organisation)).lines.filter(({ Action }) => Action === "REMOVE_ASSIGNMENT");

      expect(lines.map((line) => [line.SuggestedAction, line.Reason])).toEqual([[action, reason]]);
    });

    it.each<[string, SmallOrganisation]>([
      ["that one of them used", { ...both, lastLogins: [usedByAlice] }],
      ["that was not observed", { ...both, observed: false }],
      ["all of whose members are new", { ...both, groups: [{ ...both.groups[0]!, createdMs: RECENTLY }] }],
    ])("says nothing of one %s", (_what, organisation) => {
      const kinds = review(sourcesOf(organisation)).lines.map(({ Action }) => Action);

      expect(kinds).toEqual(["END_MEMBERSHIP", "END_MEMBERSHIP"]);
    });
  });

  describe("on a grant that the report before did not have", () => {
    const granted: NewGrants = { reportedAt: "2026-11-15T20:00:00Z", has: () => true };
    const WAITS =
      " It is at most as old as the report before this one, of 2026-11-15, which did not have all of it: not suggested for removal before 2026-12-06.";

    it.each<[string, SmallOrganisation]>([
      ["through a group", unusedGroup],
      ["direct", { pairs: [[ACCOUNT, 1, [["USER", "u-alice"]]]], users: [alice] }],
      ["of a disabled user", { ...unusedGroup, users: [{ ...alice, status: "DISABLED" }] }],
      ["of a deleted user", { ...unusedGroup, users: [] }],
    ])("waits where it would be removed: %s", (_what, organisation) => {
      const sources = sourcesOf(organisation);
      const known = review(sources).lines;
      const { lines } = review(sources, NO_DECISIONS, "", granted);

      expect(known.map(({ SuggestedAction }) => SuggestedAction)).toEqual(known.map(() => "REMOVE"));
      expect(lines).toEqual(known.map((line) => ({ ...line, SuggestedAction: "WAIT", Reason: line.Reason + WAITS })));
    });

    it.each<[string, SmallOrganisation]>([
      ["used", { ...unusedGroup, lastLogins: [usedByAlice] }],
      ["not observed", { ...unusedGroup, observed: false }],
      ["in a suspended account", { ...unusedGroup, accounts: [{ id: ACCOUNT, name: "workload", state: "SUSPENDED" }] }],
    ])("says what it says of others where it would not: %s", (_what, organisation) => {
      const sources = sourcesOf(organisation);
      expect(review(sources, NO_DECISIONS, "", granted).lines).toEqual(review(sources).lines);
    });

    it("waits with a membership that gives something new, and with that assignment alone", () => {
      const twoAccounts: SmallOrganisation = {
        ...unusedGroup,
        pairs: [
          [ACCOUNT, 1, [["GROUP", "readers"]]],
          ["222222222222", 1, [["GROUP", "readers"]]],
        ],
        accounts: null,
      };
      const second = { ...granted, has: (row: Row) => row.account !== ACCOUNT };
      const { lines } = review(sourcesOf(twoAccounts), NO_DECISIONS, "", second);
      expect(lines.map(({ Action, account, SuggestedAction }) => [Action, account, SuggestedAction])).toEqual([
        ["END_MEMBERSHIP", "", "WAIT"],
        ["REMOVE_ASSIGNMENT", ACCOUNT, "REMOVE"],
        ["REMOVE_ASSIGNMENT", "222222222222", "WAIT"],
      ]);
    });
  });
});
