import type { Action } from "./actions";
import type { Decisions, ReturnedDecision } from "./decisions";
import type { SingleGrant } from "./keys";

/** What became of a decision: docs/review.md. */
export type DecisionStatus = "" | "CARRIED" | "STILL_THERE" | "CHANGED" | "CONTESTED" | "DONE";

/** The columns of the sheet that people fill in, and what became of what they filled in before. */
export interface DecisionCells {
  readonly Decision: string;
  readonly DecidedBy: string;
  readonly DecidedOn: string;
  readonly Comment: string;
  readonly DecisionStatus: DecisionStatus;
  readonly DecidedSince: string;
  readonly EarlierDecision: string;
}

/** What became of the decisions of a file, or of all. */
export interface Outcome {
  /** Still hold, those that wait to be carried out among them. */
  carried: number;
  /** To remove what is still there. */
  stillThere: number;
  changed: number;
  contested: number;
  /** To remove what is gone. */
  done: number;
}

/** Something that was to be removed, and is not there any more. */
export interface DoneAction {
  readonly key: string;
  readonly about: string;
  readonly cells: DecisionCells;
}

interface OldDecision {
  readonly decision: ReturnedDecision;
  readonly asItWas: boolean;
}

/** Whether a decision is to take something away: `REMOVE`, `removed on Monday`, `END_MEMBERSHIP`; "Endorsed" is not. */
export const isRemoval = ({ decision }: { readonly decision: string }): boolean =>
  /^(removed?|revoked?|end(ed)?|deleted?)(?![a-z])/i.test(decision);

/** Finds the decisions about each action again, and says whether they still hold: docs/review.md. */
export function createCarrying({ files, ...decisions }: Decisions) {
  const UNDECIDED: DecisionCells = {
    ...{ Decision: "", DecidedBy: "", DecidedOn: "", Comment: "", DecisionStatus: "", DecidedSince: "" },
    EarlierDecision: "",
  };
  const ISO_DAY = /^\d{4}-\d\d-\d\d(?=T|$)/;
  const toRemove = isRemoval;
  const byAction = new Map(decisions.byAction);
  const byGrant = new Map(decisions.byGrant);
  /** By the key of the action that takes the grants away. */
  const old = new Map<string, OldDecision[]>();
  const seen = new Set<string>();
  const noOutcome = (): Outcome => ({ carried: 0, stillThere: 0, changed: 0, contested: 0, done: 0 });
  const total = noOutcome();
  const ofFiles = files.map(noOutcome);
  /** Things decided by single grants, whose decisions do not hold for them. */
  let oldNotCarried = 0;
  /** By which files something is contested. */
  const contestedBy = new Set<number>();
  const isEmpty = byAction.size === 0 && byGrant.size === 0; // to look up a key costs as much as to write the line

  /** Since when it was decided, as far as that is known: the day. */
  const sinceOf = ({ decidedOn, decidedSince, file }: ReturnedDecision): string =>
    ISO_DAY.exec(decidedOn)?.[0] ?? ISO_DAY.exec(decidedSince)?.[0] ?? files[file]!.modifiedAt.slice(0, 10);

  const carried = (decision: ReturnedDecision, status: DecisionStatus): DecisionCells => ({
    Decision: decision.decision,
    DecidedBy: decision.decidedBy,
    DecidedOn: decision.decidedOn,
    Comment: decision.comment,
    DecisionStatus: status,
    DecidedSince: sinceOf(decision),
    EarlierDecision: "",
  });

  const notCarried = (DecisionStatus: DecisionStatus, EarlierDecision: string): DecisionCells => ({
    ...UNDECIDED,
    DecisionStatus,
    EarlierDecision,
  });

  const said = ({ decision, decidedBy, decidedOn, comment }: ReturnedDecision): string => {
    const by = decidedBy && ` by ${decidedBy}`;
    const on = decidedOn && ` on ${decidedOn}`;
    return `${decision}${by}${on}${comment && ` (${comment})`}`;
  };

  const sameDecision = (one: ReturnedDecision, other: ReturnedDecision) =>
    one.decision.toLowerCase() === other.decision.toLowerCase();

  /** Of decisions about what is as it was: they hold if they say the same. */
  const holding = (fitting: readonly ReturnedDecision[]): DecisionCells => {
    const last = fitting.at(-1)!;
    if (fitting.every((other) => sameDecision(other, last)))
      return carried(last, toRemove(last) ? "STILL_THERE" : "CARRIED");
    const each = fitting.map((one) => `${said(one)} in ${files[one.file]!.key}, row ${one.row}`);
    return notCarried("CONTESTED", each.join("; "));
  };

  const ofAction = (candidates: readonly ReturnedDecision[], { state, isNew }: Action): DecisionCells => {
    const fitting = isNew ? [] : candidates.filter((decision) => decision.state === state);
    if (fitting.length > 0) return holding(fitting);
    const anew = isNew ? ", and not all of it was there in the report before" : "";
    const last = candidates.at(-1)!;
    return notCarried("CHANGED", `${said(last)}; it was then ${last.state || "gone"}${anew}`);
  };

  /** Decisions about single grants hold for the action where they are about all that it takes away, and say the same. */
  const ofSingleGrants = (decided: readonly OldDecision[], { isNew, cells }: Action): DecisionCells => {
    const [first] = decided as [OldDecision, ...OldDecision[]];
    const all = Number(cells.Grants);
    const alike = decided.every(({ decision }) => said(decision) === said(first.decision));
    if (!isNew && decided.length === all && alike && decided.every(({ asItWas }) => asItWas))
      return holding([first.decision]);
    const anew = isNew ? ", and not all of it was there in the report before" : "";
    const about = all === 1 ? "" : `of ${decided.length} of the ${all} grants: `;
    const each = alike ? [first] : decided;
    const words = each.map(({ decision }) => `${said(decision)}; the grant was then ${decision.state}`);
    return notCarried("CHANGED", about + words.join(". ") + anew);
  };

  const KINDS: Readonly<Record<Exclude<DecisionStatus, "">, readonly (keyof Outcome)[]>> = {
    CARRIED: ["carried"],
    STILL_THERE: ["carried", "stillThere"],
    CHANGED: ["changed"],
    CONTESTED: ["contested"],
    DONE: ["done"],
  };

  return {
    isDecided: (key: string): boolean => !isEmpty && byAction.has(key),
    /** Told of each grant before the actions come; left out where no decision is about a single one. */
    onGrant:
      byGrant.size === 0
        ? undefined
        : ({ actionKey, grantKey, grantState, isNew }: SingleGrant): void => {
            const decision = byGrant.get(grantKey)?.at(-1);
            if (decision === undefined) return;
            const decided = old.get(actionKey) ?? [];
            old.set(actionKey, decided);
            decided.push({ decision, asItWas: decision.state === grantState && !isNew });
          },
    cellsOf(action: Action): DecisionCells {
      if (isEmpty) return UNDECIDED;
      const candidates = byAction.get(action.key);
      if (candidates !== undefined) {
        seen.add(action.key);
        return ofAction(candidates, action);
      }
      const decided = old.get(action.key);
      return decided === undefined ? UNDECIDED : ofSingleGrants(decided, action);
    },
    /** What was to be removed and is gone, in the order of the keys; known once all actions were asked for. */
    *done(): Generator<DoneAction, void, undefined> {
      const gone = [...byAction].filter(([key, candidates]) => !seen.has(key) && toRemove(candidates.at(-1)!));
      for (const [key, candidates] of gone.sort(([one], [other]) => (one < other ? -1 : 1))) {
        const last = candidates.at(-1)!;
        yield { key, about: last.about, cells: carried(last, "DONE") };
      }
    },
    /** Counts a line of the sheet. */
    count(key: string, status: DecisionStatus): void {
      if (status === "") return;
      const decided = byAction.get(key) ?? old.get(key)?.map(({ decision }) => decision) ?? [];
      for (const kind of KINDS[status]) {
        total[kind]++;
        for (const { file } of decided) ofFiles[file]![kind]++;
      }
      if (status === "CHANGED" && !byAction.has(key)) oldNotCarried++;
      if (status === "CONTESTED") for (const { file } of decided) contestedBy.add(file);
    },
    outcome: total as Readonly<Outcome>,
    ofFiles: ofFiles as readonly Readonly<Outcome>[],
    /** What readers have to know, for people; known once all lines are counted. */
    notes(): string[] {
      const notes: string[] = [];
      if (oldNotCarried > 0)
        notes.push(
          `${oldNotCarried} of the decisions about single grants, as sheets of version 0.1 have them, do not hold for all that a line takes away now: see EarlierDecision in review.csv.`,
        );
      if (total.contested === 0) return notes;
      const names = [...contestedBy].sort((one, other) => one - other).map((file) => files[file]!.key);
      const things = total.contested === 1 ? "1 thing is" : `${total.contested} things are`;
      return [
        ...notes,
        `${things} decided differently in ${names.join(" and ")}, and neither decision is carried forward: see CONTESTED in review.csv.`,
      ];
    },
  };
}
