import type { NewGrants } from "../../handlers/files/changes/changes";
import type { Row } from "../../handlers/files/columns";
import { type SmallOrganisation, sourcesOf } from "../support/reportRows";
import {
  ACCOUNT,
  alice,
  NO_DECISIONS,
  RECENTLY,
  readers,
  review,
  unusedGroup,
  usedByAlice,
} from "../support/reviewSheet";

describe("what the sheet suggests", () => {
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
        "The group has no members: nobody can enter through it today, but anyone who joins can.",
      ],
      [
        "of a group that is gone",
        { ...unusedGroup, groups: [] },
        "INVESTIGATE",
        "The Identity Store does not know this group: nobody can enter through it.",
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
      " The report before this one, of 2026-11-15, did not have all of it: not suggested for removal before 2026-12-06.";

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
