import type { Principal } from "../../handlers/model";
import { ADMINISTRATOR_SET, READ_SET, sourcesOf } from "../support/reportRows";
import { ACCOUNT, alice, NO_DECISIONS, readers, review, unusedGroup, usedByAlice } from "../support/reviewSheet";

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
        account: ACCOUNT,
        PermissionSetArn: ADMINISTRATOR_SET,
        Administrator: "yes",
        PrincipalType: "USER",
        PrincipalId: "u-alice",
        UserId: "u-alice",
        GrantKey: "111111111111/ps-1111111111111111/USER//u-alice",
        GrantState: "OK UNUSED_IN_WINDOW ADMINISTRATOR",
      },
      {
        ...common,
        account: ACCOUNT,
        PermissionSetArn: READ_SET,
        Administrator: "no",
        PrincipalType: "GROUP",
        PrincipalId: "readers",
        UserId: "u-alice",
        GrantKey: "111111111111/ps-2222222222222222/GROUP/readers/u-alice",
        GrantState: "OK UNUSED_IN_WINDOW 2025-01-01T00:00:00Z",
        Decision: "",
        DecidedBy: "",
        DecidedOn: "",
        Comment: "",
        DecisionStatus: "",
      },
    ]);
  });

  it("names the other ways to the same role", () => {
    const { lines, counts } = review(
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

    expect(lines.map((line) => [line.GroupName, line.Username, line.RedundantWith, line.SuggestedAction])).toEqual([
      ["", "alice", "Readers; DIRECT", "REVIEW"],
      ["Readers", "alice", "nameless; DIRECT", "REVIEW"],
      ["NOGROUP", "alice", "nameless; Readers", "REVIEW"],
      ["NOGROUP", "bob", "", "REMOVE"],
      ["NOGROUP", "alice", "", "REMOVE"],
    ]);
    expect(lines[0]!.Reason).toContain("The user has the same role also through Readers; DIRECT.");
    expect(counts).toMatchObject({ lines: 5, redundant: 3, bySuggestedAction: { REVIEW: 3, REMOVE: 2 } });
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

    const { lines } = review(sourcesOf({ pairs: [[ACCOUNT, 1, principals]], users: [alice], groups }));

    expect([lines[0]!.RedundantWith, lines.at(-1)!.RedundantWith]).toEqual([ofFirst, ofLast]);
    expect(lines[0]!.Reason).toContain(`The user has the same role also through ${ofFirst}.`);
  });

  it("leaves out what names no user", () => {
    expect(review(sourcesOf({ ...unusedGroup, groups: [{ ...readers, members: [] }] })).lines).toEqual([]);
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
