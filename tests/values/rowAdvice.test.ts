import { createReview, NO_DECISIONS } from "../../handlers/files/review/review";
import { allRows, type SmallOrganisation, sourcesOf } from "../support/reportRows";
import { ACCOUNT, alice, readers } from "../support/reviewSheet";

// What is shown of each row on the page, where its membership and its group's assignment are advised on differently. That it is what review.csv says, the
// oracle's tests show.

const SECOND = "222222222222";
const bob = { id: "u-bob", name: "bob" };
/** A group gives two accounts to Alice, who uses the first, and to Bob, who uses neither; Bob has the first directly, too. */
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
    [SECOND, 1, [["GROUP", "readers"]]],
  ],
  users: [alice, bob],
  groups: [{ ...readers, members: ["u-alice", "u-bob"] }],
  lastLogins: [{ userId: "u-alice", accountId: ACCOUNT, roleName: "ReadOnly" }],
  accounts: null,
};

function adviceOf(of: SmallOrganisation) {
  const sources = sourcesOf(of);
  const rows = allRows(sources);
  const review = createReview({ sources, decisions: NO_DECISIONS });
  review.rows(rows);
  for (const _ of review.end());
  const { advice } = review;
  return {
    said: rows.map((row) => [row.account, row.Type, row.Username, advice.of(row).action]),
    reasonOf: (account: string, name: string) =>
      advice.of(rows.find((row) => row.account === account && row.Username === name)!).reason,
    counts: advice.counts(),
    removable: advice.removableRows(),
  };
}

test("a row says what takes it away, and REVIEW where that is the group's assignment and not the membership", () => {
  const { said, reasonOf, counts, removable } = adviceOf(organisation);

  expect(said).toEqual([
    [ACCOUNT, "GROUP", "alice", "KEEP"],
    [ACCOUNT, "GROUP", "bob", "REMOVE"],
    [ACCOUNT, "USER", "bob", "REMOVE"],
    [SECOND, "GROUP", "alice", "REVIEW"],
    [SECOND, "GROUP", "bob", "REMOVE"],
  ]);
  expect(reasonOf(SECOND, "alice")).toMatch(
    /^No login in the last 90 days\. The membership as a whole: Last used .* The user used 1 of the 2 roles that the group gives\. Nobody in the group used this one: its assignment to the group can be removed\.$/,
  );
  expect(reasonOf(ACCOUNT, "alice")).not.toContain("as a whole");
  expect(counts).toEqual({
    KEEP: { actions: 1, memberships: 1, assignments: 0, rows: 1 },
    REMOVE: { actions: 3, memberships: 1, assignments: 1, rows: 3 },
    REVIEW: { actions: 0, memberships: 0, assignments: 0, rows: 1 },
    WAIT: { actions: 0, memberships: 0, assignments: 0, rows: 0 },
    INVESTIGATE: { actions: 0, memberships: 0, assignments: 0, rows: 0 },
  });
  // All but the one that Alice uses, each once.
  expect(removable).toBe(4);
});

test("what is assigned to nobody has a row and a line", () => {
  const { said, counts, removable } = adviceOf({ ...organisation, groups: [{ ...readers, members: [] }] });

  expect(said.filter(([, type]) => type === "GROUP").map(([, , , action]) => action)).toEqual(["REVIEW", "REVIEW"]);
  expect(counts.REVIEW).toEqual({ actions: 2, memberships: 0, assignments: 2, rows: 2 });
  expect(removable).toBe(1);
});
