import { parse } from "csv-parse/sync";
import type { NewGrants } from "../../handlers/files/changes/changes";
import type { Decisions } from "../../handlers/files/review/decisions";
import { type SmallOrganisation, sourcesOf } from "../support/reportRows";
import {
  ACCOUNT,
  alice,
  decisionsOf,
  ofUsers,
  readers,
  review,
  unusedGroup,
  usedByAlice,
} from "../support/reviewSheet";

describe("the sheet", () => {
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
      return decisionsOf({ "review.csv": sheet.join("\n") });
    }

    it("on a grant that has not changed", async () => {
      const { lines, outcome } = review(sourcesOf(unusedGroup), await decided(unusedGroup));

      expect(lines[0]).toMatchObject({
        Decision: "REMOVE",
        DecidedBy: "'=carol",
        DecidedOn: "2026-11-23",
        Comment: "asked her",
        DecisionStatus: "STILL_THERE",
        DecidedSince: "2026-11-23",
        EarlierDecision: "",
      });
      expect(outcome).toMatchObject({ carried: 1, changed: 0 });
    });

    it.each([
      ["END_MEMBERSHIP", "STILL_THERE"],
      ["Removed.", "STILL_THERE"],
      ["revoke it", "STILL_THERE"],
      ["deleted on Monday", "STILL_THERE"],
      ["Endorsed", "CARRIED"],
      ["removable later", "CARRIED"],
    ])("and goes by the first word: %s", async (decision, status) => {
      const { lines } = review(sourcesOf(unusedGroup), await decided(unusedGroup, decision));
      expect(lines[0]).toMatchObject({ Decision: decision, DecisionStatus: status });
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
        const decisions = await decisionsOf({ "review.csv": throughSpreadsheet(csv, save) });
        const again = review(zoe, decisions);

        expect(decisions.warnings).toEqual([]);
        expect(ofUsers(again.lines)).toMatchObject([
          { Username: "Zoë; '=1+1", Decision: "KEEP", Comment: `Zoë sagt: "ja"; '= gut`, DecisionStatus: "CARRIED" },
        ]);
        csv = again.csv;
      }
    });

    it("again and again", async () => {
      const once = review(sourcesOf(unusedGroup), await decided(unusedGroup)).csv;
      const twice = review(sourcesOf(unusedGroup), await decisionsOf({ "review.csv": once })).csv;

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
      const { lines, outcome } = review(sourcesOf(present), await decided(unusedGroup));

      expect(lines[0]).toMatchObject({
        Decision: "",
        DecidedBy: "",
        DecidedOn: "",
        Comment: "",
        DecisionStatus: "CHANGED",
        EarlierDecision: expect.stringMatching(
          /^REMOVE by =carol on 2026-11-23 \(asked her\); it was then OK UNUSED_IN_WINDOW 2025-01-01T00:00:00Z GIVES 1 \w+$/,
        ),
      });
      expect(outcome).toMatchObject({ carried: 0, changed: 1 });
    });

    it("but not to a grant that was revoked, and given anew since", async () => {
      const granted: NewGrants = { reportedAt: "2026-11-15T20:00:00Z", has: () => true };
      const { lines, outcome } = review(sourcesOf(unusedGroup), await decided(unusedGroup, "keep"), "", granted);

      expect(lines[0]).toMatchObject({
        Decision: "",
        DecidedBy: "",
        DecidedOn: "",
        Comment: "",
        DecisionStatus: "CHANGED",
        EarlierDecision: expect.stringMatching(
          /^keep by =carol on 2026-11-23 \(asked her\); it was then .*, and not all of it was there in the report before$/,
        ),
      });
      expect(outcome).toMatchObject({ carried: 0, changed: 1 });
    });

    it("but not on a membership that gives something else", async () => {
      const more: SmallOrganisation = {
        ...unusedGroup,
        pairs: [...unusedGroup.pairs!, ["222222222222", 1, [["GROUP", "readers"]]]],
        accounts: null,
      };
      const { lines } = review(sourcesOf(more), await decided({ ...unusedGroup, accounts: null }));

      expect(lines[0]).toMatchObject({ Grants: "2", DecisionStatus: "CHANGED" });
    });

    it("and shows an assignment that somebody uses by now, for the sake of what was decided about it", async () => {
      const { csv } = review(sourcesOf(unusedGroup));
      const { ActionKey, ActionState } = review(sourcesOf(unusedGroup)).lines[1]!;
      expect(csv).toContain(ActionKey);
      const sheet = `ActionKey,ActionState,Decision\r\n${ActionKey},${ActionState},REMOVE\r\n`;
      const used = sourcesOf({ ...unusedGroup, lastLogins: [usedByAlice] });
      const { lines } = review(used, await decisionsOf({ "review.csv": sheet }));

      expect(lines[1]).toMatchObject({
        Action: "REMOVE_ASSIGNMENT",
        ActionKey,
        SuggestedAction: "KEEP",
        Reason: "The one member of the group used it in the window.",
        Decision: "",
        DecisionStatus: "CHANGED",
        EarlierDecision: "REMOVE; it was then OK UNUSED_IN_WINDOW",
      });
    });

    describe("of version 0.1, which were about single grants", () => {
      const SECOND = "222222222222";
      const twoAccounts: SmallOrganisation = {
        ...unusedGroup,
        pairs: [...unusedGroup.pairs!, [SECOND, 1, [["GROUP", "readers"]]], [SECOND, 0, [["USER", "u-alice"]]]],
        accounts: null,
      };
      const line = (account: string, decision: string, state = "OK UNUSED_IN_WINDOW 2025-01-01T00:00:00Z") =>
        `${account}/ps-2222222222222222/GROUP/readers/u-alice,${state},${decision},carol\r\n`;
      const direct = `${SECOND}/ps-1111111111111111/USER//u-alice,OK UNUSED_IN_WINDOW ADMINISTRATOR,KEEP,carol\r\n`;
      const after = async (...decided: string[]) => {
        const sheet = `GrantKey,GrantState,Decision,DecidedBy\r\n${decided.join("")}`;
        return ofUsers(review(sourcesOf(twoAccounts), await decisionsOf({ "review.csv": sheet })).lines);
      };

      it("to a membership where they say the same of all that it gives, and to a direct grant", async () => {
        expect(await after(line(ACCOUNT, "REMOVE"), line(SECOND, "REMOVE"), direct)).toMatchObject([
          { Action: "END_MEMBERSHIP", Decision: "REMOVE", DecidedBy: "carol", DecisionStatus: "STILL_THERE" },
          { Action: "REMOVE_GRANT", Decision: "KEEP", DecidedBy: "carol", DecisionStatus: "CARRIED" },
        ]);
      });

      it.each<[string, string[], string]>([
        [
          "a part of it alone",
          [line(SECOND, "REMOVE")],
          "of 1 of the 2 grants: REMOVE by carol; the grant was then OK UNUSED_IN_WINDOW 2025-01-01T00:00:00Z",
        ],
        [
          "its parts differently",
          [line(ACCOUNT, "KEEP"), line(SECOND, "REMOVE")],
          "of 2 of the 2 grants: KEEP by carol; the grant was then OK UNUSED_IN_WINDOW 2025-01-01T00:00:00Z. REMOVE by carol; the grant was then OK UNUSED_IN_WINDOW 2025-01-01T00:00:00Z",
        ],
        [
          "it when a part was otherwise",
          [line(ACCOUNT, "REMOVE", "OK USED 2025-01-01T00:00:00Z"), line(SECOND, "REMOVE")],
          "of 2 of the 2 grants: REMOVE by carol; the grant was then OK USED 2025-01-01T00:00:00Z",
        ],
      ])("but not where they decide about %s", async (_what, decided, earlier) => {
        const [membership] = await after(...decided);
        expect(membership).toMatchObject({ Decision: "", DecisionStatus: "CHANGED", EarlierDecision: earlier });
      });
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
      const { lines, outcome } = review(sourcesOf(other), await decided(unusedGroup));

      expect(lines[0]).toMatchObject({ Decision: "", DecisionStatus: "", EarlierDecision: "" });
      expect(outcome).toMatchObject({ carried: 0, changed: 0 });
    });
  });
});

describe("a decision has an end", () => {
  const HEADER = "ActionKey,ActionState,Decision,DecidedBy,DecidedOn,Username,GroupName,Gives,DecidedSince\r\n";
  const membership = review(sourcesOf(unusedGroup)).lines[0]!;
  const line = (
    decision: string,
    { on = "", since = "", state = membership.ActionState, key = membership.ActionKey } = {},
  ) => `${HEADER}${key},${state},${decision},carol,${on},alice,Readers,workload: ReadOnly,${since}\r\n`;
  const after = async (returned: Record<string, string>, organisation = unusedGroup) =>
    review(sourcesOf(organisation), await decisionsOf(returned));

  it.each<[string, string, object, string, string]>([
    ["to keep, as CARRIED", "KEEP", { on: "2026-11-20" }, "CARRIED", "2026-11-20"],
    [
      "to remove, as STILL_THERE since the day that it names",
      "Remove",
      { on: "2026-11-20" },
      "STILL_THERE",
      "2026-11-20",
    ],
    ["or of which the sheet knows", "REVOKE", { on: "last week", since: "2026-08-03" }, "STILL_THERE", "2026-08-03"],
    ["or since the file stands there", "remove it", {}, "STILL_THERE", "2026-11-25"],
  ])("%s", async (_what, decision, more, DecisionStatus, DecidedSince) => {
    const { lines, outcome } = await after({ "a.csv": line(decision, more) });

    expect(lines[0]).toMatchObject({ Decision: decision, DecidedBy: "carol", DecisionStatus, DecidedSince });
    expect(outcome).toMatchObject({ carried: 1, stillThere: DecisionStatus === "STILL_THERE" ? 1 : 0 });
  });

  it("as DONE, once what was to be removed is gone, and again where that sheet comes back", async () => {
    const gone = { ...unusedGroup, groups: [{ ...readers, members: [] }] };
    const { lines, csv, outcome } = await after({ "a.csv": line("REMOVE", { on: "2026-11-20" }) }, gone);

    expect(lines.at(-1)).toMatchObject({
      ...{ Action: "END_MEMBERSHIP", ActionKey: membership.ActionKey, Gives: "alice | Readers | workload: ReadOnly" },
      ...{ Decision: "REMOVE", DecidedBy: "carol", DecisionStatus: "DONE", DecidedSince: "2026-11-20" },
      ...{ SuggestedAction: "", Reason: "Its removal was decided, and it is no longer in the report." },
    });
    expect(outcome).toMatchObject({ carried: 0, done: 1 });
    expect((await after({ "review.csv": csv }, gone)).csv).toBe(csv);
  });

  it("but not where what was kept is gone", async () => {
    const gone = { ...unusedGroup, groups: [{ ...readers, members: [] }] };
    const { lines, outcome } = await after({ "a.csv": line("KEEP") }, gone);

    expect(lines.map(({ DecisionStatus }) => DecisionStatus)).toEqual([""]);
    expect(outcome).toMatchObject({ carried: 0, done: 0 });
  });

  it("is carried by neither of two files that decide differently, and both are named", async () => {
    const { lines, outcome, notes } = await after({ "a.csv": line("KEEP"), "b.csv": line("REMOVE") });

    expect(lines[0]).toMatchObject({
      ...{ Decision: "", DecidedBy: "", DecisionStatus: "CONTESTED" },
      EarlierDecision: "KEEP by carol in decisions/a.csv, row 2; REMOVE by carol in decisions/b.csv, row 2",
    });
    expect(outcome).toMatchObject({ carried: 0, contested: 1 });
    expect(notes).toEqual([
      "1 thing is decided differently in decisions/a.csv and decisions/b.csv, and neither decision is carried forward: see CONTESTED in review.csv.",
    ]);
  });

  it("is carried of two files that say the same, each of which may have other words about it", async () => {
    const { lines } = await after({
      "a.csv": line("remove", { on: "2026-11-20" }),
      "b.csv": line("REMOVE", { on: "2026-11-21" }),
    });

    expect(lines[0]).toMatchObject({ Decision: "REMOVE", DecidedOn: "2026-11-21", DecisionStatus: "STILL_THERE" });
  });

  it("is carried though an older file decided otherwise about what it was then", async () => {
    const old = line("KEEP", { state: "OK USED 2025-01-01T00:00:00Z GIVES 1 0123456789ab" });
    const { lines } = await after({ "2026-08.csv": old, "2026-11.csv": line("REMOVE") });

    expect(lines[0]).toMatchObject({ Decision: "REMOVE", DecisionStatus: "STILL_THERE" });
  });
});
