import { parse } from "csv-parse/sync";
import type { NewGrants } from "../../handlers/files/changes/changes";
import { type Decisions, readDecisions } from "../../handlers/files/review/decisions";
import { chunksOf, type SmallOrganisation, sourcesOf } from "../support/reportRows";
import { ACCOUNT, alice, ofUsers, readers, review, unusedGroup, usedByAlice } from "../support/reviewSheet";

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
        expect(ofUsers(again.lines)).toMatchObject([
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
        EarlierDecision: expect.stringMatching(
          /^REMOVE by =carol on 2026-11-23 \(asked her\); it was then OK UNUSED_IN_WINDOW 2025-01-01T00:00:00Z GIVES 1 \w+$/,
        ),
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
        EarlierDecision: expect.stringMatching(
          /^keep by =carol on 2026-11-23 \(asked her\); it was then .*, and not all of it was there in the report before$/,
        ),
      });
      expect(counts).toMatchObject({ decisionsCarried: 0, decisionsChanged: 1 });
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
      const { lines } = review(used, await readDecisions(chunksOf(sheet)));

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
        return ofUsers(review(sourcesOf(twoAccounts), await readDecisions(chunksOf(sheet))).lines);
      };

      it("to a membership where they say the same of all that it gives, and to a direct grant", async () => {
        expect(await after(line(ACCOUNT, "REMOVE"), line(SECOND, "REMOVE"), direct)).toMatchObject([
          { Action: "END_MEMBERSHIP", Decision: "REMOVE", DecidedBy: "carol", DecisionStatus: "CARRIED" },
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
      const { lines, counts } = review(sourcesOf(other), await decided(unusedGroup));

      expect(lines[0]).toMatchObject({ Decision: "", DecisionStatus: "", EarlierDecision: "" });
      expect(counts).toMatchObject({ decisionsCarried: 0, decisionsChanged: 0 });
    });
  });
});
