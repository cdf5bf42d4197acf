import { parse } from "csv-parse/sync";
import { createReview } from "../../handlers/files/review/review";
import type { Principal } from "../../handlers/model";
import { ADMINISTRATOR_SET, READ_SET, rowWith, sourcesOf } from "../support/reportRows";
import {
  ACCOUNT,
  alice,
  NO_DECISIONS,
  ofUsers,
  readers,
  review,
  unusedGroup,
  usedByAlice,
} from "../support/reviewSheet";

describe("createReview", () => {
  it("gives the ids that a removal needs", () => {
    const { lines } = review(
      sourcesOf({
        ...unusedGroup,
        pairs: [
          [ACCOUNT, 0, [["USER", "u-alice"]]],
          [ACCOUNT, 1, [["GROUP", "readers"]]],
        ],
      }),
    );

    const common = { InstanceArn: "arn:aws:sso:::instance/ssoins-7223aaaabbbbcccc", IdentityStoreId: "d-906700aaaa" };
    expect(lines).toMatchObject([
      {
        ...common,
        Action: "END_MEMBERSHIP",
        account: ACCOUNT,
        PermissionSetArn: READ_SET,
        Administrator: "no",
        Gives: "workload (111111111111): ReadOnly",
        Grants: "1",
        PrincipalType: "GROUP",
        PrincipalId: "readers",
        UserId: "u-alice",
        ActionKey: "MEMBERSHIP/readers/u-alice",
        ActionState: expect.stringMatching(/^OK UNUSED_IN_WINDOW 2025-01-01T00:00:00Z GIVES 1 [0-9a-f]{12}$/),
        ...{ Decision: "", DecidedBy: "", DecidedOn: "", Comment: "", DecisionStatus: "" },
      },
      {
        ...common,
        Action: "REMOVE_ASSIGNMENT",
        account: ACCOUNT,
        PermissionSetArn: READ_SET,
        Administrator: "no",
        Grants: "1",
        PrincipalType: "GROUP",
        PrincipalId: "readers",
        UserId: "",
        ActionKey: "ASSIGNMENT/111111111111/ps-2222222222222222/readers",
        ActionState: "OK UNUSED_IN_WINDOW",
      },
      {
        ...common,
        Action: "REMOVE_GRANT",
        account: ACCOUNT,
        PermissionSetArn: ADMINISTRATOR_SET,
        Administrator: "yes",
        PrincipalType: "USER",
        PrincipalId: "u-alice",
        UserId: "u-alice",
        ActionKey: "GRANT/111111111111/ps-1111111111111111/u-alice",
        ActionState: "OK UNUSED_IN_WINDOW ADMINISTRATOR",
      },
    ]);
  });

  it("has one line for a membership, whatever the group gives, and names ten of it", () => {
    const accounts = Array.from({ length: 12 }, (_, index) => String(100000000000 + index));
    const { lines, counts } = review(
      sourcesOf({
        ...unusedGroup,
        pairs: accounts.map((id) => [id, 1, [["GROUP", "readers"]]]),
        accounts: accounts.map((id, index) => ({ id, name: index === 0 ? "" : `a${index}`, state: "ACTIVE" })),
        lastLogins: [{ ...usedByAlice, accountId: accounts[3]! }],
      }),
    );

    const memberships = lines.filter(({ Action }) => Action === "END_MEMBERSHIP");
    expect(memberships).toMatchObject([{ Grants: "12", account: "", PermissionSetArn: "", Usage: "USED" }]);
    expect(memberships[0]!.Gives).toMatch(
      /^100000000000: ReadOnly; a1 \(100000000001\): ReadOnly; .*; a9 \(100000000009\): ReadOnly and 2 more$/,
    );
    const assignments = lines.filter(({ Action }) => Action === "REMOVE_ASSIGNMENT").map(({ account }) => account);
    expect(assignments).toEqual(accounts.filter((id) => id !== accounts[3]));
    expect(counts).toMatchObject({ lines: 12, bySuggestedAction: { KEEP: 1, REMOVE: 11 } });
  });

  it("has a line for each entitlement, and counts one through a group as of the membership, too", () => {
    const entitlement = { AccessType: "ACCOUNT_ROLE", RoleArn: "arn:aws:iam::111111111111:role/team/Break=Glass" };
    const given = {
      ...entitlement,
      PermissionSetArn: "",
      PermissionSetName: "",
      Usage: "UNKNOWN",
      LastLogin: "UNKNOWN",
    };
    const rows = [
      rowWith({ ...given, GroupId: "empty", GroupName: "Empty", UserId: "", Username: "", RowStatus: "EMPTY_GROUP" }),
      rowWith(given),
      rowWith({ ...given, Type: "USER", GroupId: "", GroupName: "NOGROUP", MemberSince: "" }),
    ];
    const sources = sourcesOf({ users: [alice] });
    const sheet = createReview({ sources, decisions: NO_DECISIONS });
    const csv = [sheet.begin(), sheet.rows(rows), ...sheet.end()].join("");

    expect(parse(csv, { columns: true, bom: true })).toMatchObject([
      { Action: "END_ENTITLEMENT", ActionKey: `ENTITLEMENT/${ACCOUNT}/empty/${entitlement.RoleArn}`, UserId: "" },
      { Action: "END_ENTITLEMENT", ActionKey: `ENTITLEMENT/${ACCOUNT}/readers/${entitlement.RoleArn}`, UserId: "" },
      {
        Action: "END_ENTITLEMENT",
        ActionKey: `ENTITLEMENT/${ACCOUNT}/u-alice/${entitlement.RoleArn}`,
        RoleArn: entitlement.RoleArn,
        RedundantWith: "Readers",
      },
      { Action: "END_MEMBERSHIP", Gives: "workload (111111111111): role team/Break=Glass", Usage: "UNKNOWN" },
    ]);
  });

  it("names the other ways to the same role", () => {
    const { lines } = review(
      sourcesOf({
        pairs: [
          [
            ACCOUNT,
            1,
            [
              ["GROUP", "readers"],
              ["GROUP", "nameless"],
              ["USER", "u-alice"],
              ["USER", "u-bob"],
            ],
          ],
          ["222222222222", 1, [["USER", "u-alice"]]],
        ],
        users: [alice, { id: "u-bob", name: "bob" }],
        groups: [readers, { id: "nameless", name: "", members: ["u-alice"] }],
        accounts: null,
        lastLogins: [usedByAlice],
      }),
    );

    expect(
      ofUsers(lines).map((line) => [line.GroupName, line.Username, line.RedundantWith, line.SuggestedAction]),
    ).toEqual([
      ["", "alice", "Readers; DIRECT", "REVIEW"],
      ["Readers", "alice", "nameless; DIRECT", "REVIEW"],
      ["NOGROUP", "alice", "nameless; Readers", "REVIEW"],
      ["NOGROUP", "bob", "", "REMOVE"],
      ["NOGROUP", "alice", "", "REMOVE"],
    ]);
    expect(lines[0]!.Reason).toContain("The user also has the same role through Readers; DIRECT.");
  });

  it.each<[string, number, boolean, string, string]>([
    ["three others, all of them", 4, false, "Group 01; Group 02; Group 03", "Group 00; Group 01; Group 02"],
    ["three others, the direct grant last", 3, true, "Group 01; Group 02; DIRECT", "Group 00; Group 01; Group 02"],
    [
      "four others, three of them",
      5,
      false,
      "Group 01; Group 02; Group 03 and 1 more",
      "Group 00; Group 01; Group 02 and 1 more",
    ],
    [
      "four others, the direct grant first",
      4,
      true,
      "DIRECT; Group 01; Group 02 and 1 more",
      "Group 00; Group 01; Group 02 and 1 more",
    ],
    [
      "a hundred others",
      100,
      true,
      "DIRECT; Group 01; Group 02 and 97 more",
      "Group 00; Group 01; Group 02 and 97 more",
    ],
  ])("names of other ways to the same role %s", (_what, groupCount, direct, ofFirst, ofLast) => {
    const groups = Array.from({ length: groupCount }, (_, index) => ({
      id: `g-${index}`,
      name: `Group ${String(index).padStart(2, "0")}`,
      members: ["u-alice"],
    }));
    const principals: Principal[] = groups.map(({ id }) => ["GROUP", id]);
    if (direct) principals.push(["USER", "u-alice"]);

    const lines = ofUsers(review(sourcesOf({ pairs: [[ACCOUNT, 1, principals]], users: [alice], groups })).lines);

    expect([lines[0]!.RedundantWith, lines.at(-1)!.RedundantWith]).toEqual([ofFirst, ofLast]);
    expect(lines[0]!.Reason).toContain(`The user also has the same role through ${ofFirst}.`);
  });

  it("names the reviewer by the pattern", () => {
    const { lines } = review(sourcesOf(unusedGroup), NO_DECISIONS, "^(Read)");

    expect(lines[0]!.Reviewer).toBe("Read");
  });

  it("names no reviewer by the word that stands in place of a direct grant's group", () => {
    const direct = sourcesOf({ ...unusedGroup, pairs: [[ACCOUNT, 1, [["USER", "u-alice"]]]] });
    const { lines } = review(direct, NO_DECISIONS, "^([A-Z]+)$");

    expect(lines[0]).toMatchObject({ GroupName: "NOGROUP", Reviewer: "" });
  });
});
