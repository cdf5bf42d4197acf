import { parse } from "csv-parse/sync";
import type { NewGrants } from "../../handlers/files/changes/changes";
import type { Row } from "../../handlers/files/columns";
import { type Decisions, readDecisions } from "../../handlers/files/review/decisions";
import { createReview } from "../../handlers/files/review/review";
import type { RowSources } from "../../handlers/files/rows";
import type { Principal } from "../../handlers/model";
import {
  ADMINISTRATOR_SET,
  allRows,
  chunksOf,
  READ_SET,
  type SmallOrganisation,
  sourcesOf,
} from "../support/reportRows";

const NO_DECISIONS: Decisions = { byGrant: new Map(), warnings: [] };
const ACCOUNT = "111111111111";
const alice = { id: "u-alice", name: "alice" };
const readers = { id: "readers", name: "Readers", members: ["u-alice"] };
const usedByAlice = { userId: "u-alice", accountId: ACCOUNT, roleName: "ReadOnly" };
const RECENTLY = Date.parse("2026-11-18T09:00:00Z");

/** Alice may read in one account through one group, and never did. */
const unusedGroup: SmallOrganisation = {
  pairs: [[ACCOUNT, 1, [["GROUP", "readers"]]]],
  users: [alice],
  groups: [readers],
};

function review(sources: RowSources, decisions = NO_DECISIONS, reviewerPattern = "", granted?: NewGrants) {
  const settings = { ...sources.settings, reviewerPattern };
  const sheet = createReview({ sources: { ...sources, settings }, decisions, granted });
  const csv = [sheet.begin(), ...sheet.rows(allRows(sources)), ...sheet.end()].join("");
  const lines: Record<string, string>[] = parse(csv, { columns: true, bom: true });
  return { csv, lines, counts: sheet.counts };
}

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

  it.each<[string, SmallOrganisation, string, string]>([
    [
      "unused",
      unusedGroup,
      "REMOVE",
      "No login in the last 90 days. Nothing else that the group gives the user was used either. AWS does not tell when it was assigned: look into changes.csv first.",
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
      "Not used yet, but given only on 2026-11-18: not called unused before 2026-12-02.",
    ],
    [
      "a new user",
      { pairs: [[ACCOUNT, 1, [["USER", "u-alice"]]]], users: [{ ...alice, createdMs: RECENTLY }] },
      "WAIT",
      "Not used yet, but the user is younger than 14 days.",
    ],
    [
      "a disabled user",
      { ...unusedGroup, users: [{ ...alice, status: "DISABLED" }] },
      "REMOVE",
      "The user is disabled, but can go on entering the account while a session of the access portal is open, until it ends or the access is removed. No login in the last 90 days. Nothing else that the group gives the user was used either. AWS does not tell when it was assigned: look into changes.csv first.",
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
      "The Identity Store does not know this user. No login in the last 90 days. Nothing else that the group gives the user was used either. AWS does not tell when it was assigned: look into changes.csv first.",
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
      "The account is SUSPENDED, not ACTIVE. No login in the last 90 days. Nothing else that the group gives the user was used either.",
    ],
    [
      "an account of nobody's",
      { ...unusedGroup, accounts: [] },
      "INVESTIGATE",
      "The account is not in the organization. No login in the last 90 days. Nothing else that the group gives the user was used either.",
    ],
  ])("on a grant that is %s", (_what, organisation, action, reason) => {
    const { lines } = review(sourcesOf(organisation));

    expect(lines.map((line) => [line.SuggestedAction, line.Reason])).toEqual([[action, reason]]);
  });

  describe("never suggests to end a membership that gives more than the grant", () => {
    const twoAccounts: SmallOrganisation = {
      ...unusedGroup,
      pairs: [
        [ACCOUNT, 1, [["GROUP", "readers"]]],
        ["222222222222", 0, [["GROUP", "readers"]]],
      ],
      accounts: null,
    };
    const elsewhere = { accountId: "222222222222", roleName: "AdministratorAccess" };

    it.each<[string, SmallOrganisation, string]>([
      [
        "used by id",
        { ...twoAccounts, lastLogins: [{ ...elsewhere, userId: "u-alice" }] },
        "The membership is used elsewhere, and taking the user out of the group would end that too.",
      ],
      [
        "used by name",
        { ...twoAccounts, lastLogins: [{ ...elsewhere, userName: "ALICE" }] },
        "The membership is used elsewhere, and taking the user out of the group would end that too.",
      ],
      [
        "not fully observed",
        { ...twoAccounts, unattributed: [{ ...elsewhere, count: 1 }] },
        "The group gives other access whose use was not fully observed, and leaving the group would end that too.",
      ],
    ])("%s", (_what, organisation, sentence) => {
      const [here] = review(sourcesOf(organisation)).lines;

      expect(here).toMatchObject({ SuggestedAction: "REVIEW", Reason: `No login in the last 90 days. ${sentence}` });
    });

    it("but somebody else's use of the group is not the user's", () => {
      const { lines } = review(sourcesOf({ ...twoAccounts, lastLogins: [{ ...elsewhere, userId: "u-bob" }] }));

      expect(lines.map((line) => line.SuggestedAction)).toEqual(["REMOVE", "REMOVE"]);
    });
  });

  describe("on a grant that the report before did not have", () => {
    const granted: NewGrants = { reportedAt: "2026-11-15T20:00:00Z", has: () => true };
    const WAITS =
      " The grant is at most as old as the report before this one, of 2026-11-15, which did not have it: not suggested for removal before 2026-12-06.";

    it.each<[string, SmallOrganisation]>([
      ["through a group", unusedGroup],
      ["direct", { pairs: [[ACCOUNT, 1, [["USER", "u-alice"]]]], users: [alice] }],
      ["of a disabled user", { ...unusedGroup, users: [{ ...alice, status: "DISABLED" }] }],
      ["of a deleted user", { ...unusedGroup, users: [] }],
    ])("waits where it would be removed: %s", (_what, organisation) => {
      const sources = sourcesOf(organisation);
      const [known] = review(sources).lines;
      const { lines, counts } = review(sources, NO_DECISIONS, "", granted);

      expect(known!.SuggestedAction).toBe("REMOVE");
      expect(lines).toEqual([{ ...known, SuggestedAction: "WAIT", Reason: known!.Reason + WAITS }]);
      expect(counts.bySuggestedAction).toEqual({ WAIT: 1 });
    });

    it.each<[string, SmallOrganisation]>([
      ["used", { ...unusedGroup, lastLogins: [usedByAlice] }],
      ["not observed", { ...unusedGroup, observed: false }],
      ["in a suspended account", { ...unusedGroup, accounts: [{ id: ACCOUNT, name: "workload", state: "SUSPENDED" }] }],
    ])("says what it says of others where it would not: %s", (_what, organisation) => {
      const sources = sourcesOf(organisation);
      expect(review(sources, NO_DECISIONS, "", granted).lines).toEqual(review(sources).lines);
    });

    it("asks for each row", () => {
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
      expect(lines.map(({ SuggestedAction }) => SuggestedAction)).toEqual(["REMOVE", "WAIT"]);
    });
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

  describe("carries decisions forward", () => {
    /** The sheet with a decision on its first line, as it comes back. */
    async function decided(organisation: SmallOrganisation, decision = "REMOVE"): Promise<Decisions> {
      const { csv } = review(sourcesOf(organisation));
      const [header, ...lines] = parse(csv, { bom: true }) as string[][];
      const set = (name: string, value: string) => {
        lines[0]![header!.indexOf(name)] = value;
      };
      set("Decision", decision);
      set("DecidedBy", "=carol");
      set("DecidedOn", "2026-11-23");
      set("Comment", "asked her");
      const sheet = [header!, ...lines].map((cells) =>
        cells.map((each) => `"${each.replaceAll('"', '""')}"`).join(";"),
      );
      return readDecisions(chunksOf(sheet.join("\n")));
    }

    it("on a grant that has not changed", async () => {
      const { lines, counts } = review(sourcesOf(unusedGroup), await decided(unusedGroup));

      expect(lines[0]).toMatchObject({
        Decision: "REMOVE",
        DecidedBy: "'=carol",
        DecidedOn: "2026-11-23",
        Comment: "asked her",
        DecisionStatus: "CARRIED",
        EarlierDecision: "",
      });
      expect(counts).toMatchObject({ decisionsCarried: 1, decisionsChanged: 0 });
    });

    /** Opens a sheet as Excel does, which takes for UTF-8 only what says so, decides in the comment's own letters, and saves. */
    function throughSpreadsheet(sheet: string, save: (records: string[][]) => string | Buffer): Buffer {
      const bytes = Buffer.from(sheet, "utf8");
      const marked = bytes.subarray(0, 3).toString("hex") === "efbbbf";
      const records: string[][] = parse(marked ? bytes.toString("utf8") : bytes.toString("latin1"), { bom: true });
      const [header, line] = records as [string[], string[]];
      if (line[header.indexOf("DecisionStatus")] === "") {
        line[header.indexOf("Decision")] = "KEEP";
        line[header.indexOf("Comment")] = `Zoë sagt: "ja"; = gut`;
      }
      return Buffer.from(save(records) as string);
    }
    const joined = (separator: string, lineEnd: string) => (records: string[][]) =>
      records.map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(separator) + lineEnd).join("");

    it.each<[string, (records: string[][]) => string | Buffer]>([
      ["as CSV UTF-8", (records) => `\ufeff${joined(",", "\r\n")(records)}`],
      ["with semicolons", (records) => `\ufeff${joined(";", "\r\n")(records)}`],
      ["with CR line ends", joined(";", "\r")],
      ["as Unicode text", (records) => Buffer.from(`\ufeff${joined("\t", "\r\n")(records)}`, "utf16le")],
      ["below a title", (records) => `sep=;\nWho may what;;\n${joined(";", "\n")(records)}`],
    ])("through a spreadsheet that saves %s, letter for letter", async (_, save) => {
      const zoe = sourcesOf({ ...unusedGroup, users: [{ id: "u-alice", name: "Zoë; =1+1" }] });
      let { csv } = review(zoe);
      for (let round = 0; round < 3; round++) {
        const decisions = await readDecisions(chunksOf(throughSpreadsheet(csv, save)));
        const again = review(zoe, decisions);

        expect(decisions.warnings).toEqual([]);
        expect(again.lines).toMatchObject([
          { Username: "Zoë; '=1+1", Decision: "KEEP", Comment: `Zoë sagt: "ja"; '= gut`, DecisionStatus: "CARRIED" },
        ]);
        csv = again.csv;
      }
    });

    it("again and again", async () => {
      const once = review(sourcesOf(unusedGroup), await decided(unusedGroup)).csv;
      const twice = review(sourcesOf(unusedGroup), await readDecisions(chunksOf(once))).csv;

      expect(twice).toBe(once);
    });

    it.each<[string, SmallOrganisation]>([
      ["was used since", { ...unusedGroup, lastLogins: [usedByAlice] }],
      ["was not observed this time", { ...unusedGroup, observed: false }],
      ["is a disabled user's now", { ...unusedGroup, users: [{ ...alice, status: "DISABLED" }] }],
      [
        "was taken away and given again",
        { ...unusedGroup, groups: [{ ...readers, createdMs: Date.parse("2025-06-01T00:00:00Z") }] },
      ],
    ])("but not on a grant that %s", async (_what, present) => {
      const { lines, counts } = review(sourcesOf(present), await decided(unusedGroup));

      expect(lines[0]).toMatchObject({
        Decision: "",
        DecidedBy: "",
        DecidedOn: "",
        Comment: "",
        DecisionStatus: "CHANGED",
        EarlierDecision:
          "REMOVE by =carol on 2026-11-23 (asked her); the grant was then OK UNUSED_IN_WINDOW 2025-01-01T00:00:00Z",
      });
      expect(counts).toMatchObject({ decisionsCarried: 0, decisionsChanged: 1 });
    });

    it("but not to a grant that was revoked, and given anew since", async () => {
      const granted: NewGrants = { reportedAt: "2026-11-15T20:00:00Z", has: () => true };
      const { lines, counts } = review(sourcesOf(unusedGroup), await decided(unusedGroup, "keep"), "", granted);

      expect(lines[0]).toMatchObject({
        Decision: "",
        DecidedBy: "",
        DecidedOn: "",
        Comment: "",
        DecisionStatus: "CHANGED",
        EarlierDecision:
          "keep by =carol on 2026-11-23 (asked her); the grant was then OK UNUSED_IN_WINDOW 2025-01-01T00:00:00Z, and was granted anew since",
      });
      expect(counts).toMatchObject({ decisionsCarried: 0, decisionsChanged: 1 });
    });

    it("but not where the permission set has become an administrator's", async () => {
      const sources = sourcesOf(unusedGroup);
      const [first, second] = sources.provisioning.permissionSets;
      const promoted = {
        ...sources,
        provisioning: { ...sources.provisioning, permissionSets: [first!, { ...second!, administrator: true }] },
      };

      expect(review(promoted, await decided(unusedGroup)).lines[0]!.DecisionStatus).toBe("CHANGED");
    });

    it("and to no other grant", async () => {
      const other: SmallOrganisation = {
        ...unusedGroup,
        groups: [{ ...readers, id: "viewers" }],
        pairs: [[ACCOUNT, 1, [["GROUP", "viewers"]]]],
      };
      const { lines, counts } = review(sourcesOf(other), await decided(unusedGroup));

      expect(lines[0]).toMatchObject({ Decision: "", DecisionStatus: "", EarlierDecision: "" });
      expect(counts).toMatchObject({ decisionsCarried: 0, decisionsChanged: 0 });
    });
  });
});
