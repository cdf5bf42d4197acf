import type { Action } from "./actions";
import type { Decision, Decisions } from "./decisions";
import type { SingleGrant } from "./keys";

/** The columns of the sheet that people fill in, and what became of what they filled in before. */
export interface DecisionCells {
  readonly Decision: string;
  readonly DecidedBy: string;
  readonly DecidedOn: string;
  readonly Comment: string;
  readonly DecisionStatus: string;
  readonly EarlierDecision: string;
}

/** A decision about a single grant, and whether that is as it was. */
interface OldDecision {
  readonly decision: Decision;
  readonly asItWas: boolean;
}

/** Finds the decision about each action again, and says whether it still holds: docs/review.md. */
export function createCarrying({ byAction, byGrant }: Decisions) {
  const UNDECIDED: DecisionCells = {
    Decision: "",
    DecidedBy: "",
    DecidedOn: "",
    Comment: "",
    DecisionStatus: "",
    EarlierDecision: "",
  };
  /** By the key of the action that takes the grants away. */
  const old = new Map<string, OldDecision[]>();
  const isEmpty = byAction.size === 0 && byGrant.size === 0; // to look up a key costs as much as to write the line

  const carried = ({ decision, decidedBy, decidedOn, comment }: Decision): DecisionCells => ({
    Decision: decision,
    DecidedBy: decidedBy,
    DecidedOn: decidedOn,
    Comment: comment,
    DecisionStatus: "CARRIED",
    EarlierDecision: "",
  });

  const changed = (earlier: string): DecisionCells => ({
    ...UNDECIDED,
    DecisionStatus: "CHANGED",
    EarlierDecision: earlier,
  });

  const said = ({ decision, decidedBy, decidedOn, comment }: Decision): string => {
    const by = decidedBy && ` by ${decidedBy}`;
    const on = decidedOn && ` on ${decidedOn}`;
    return `${decision}${by}${on}${comment && ` (${comment})`}`;
  };

  /** Decisions about single grants hold for the action where they are about all that it takes away, and say the same. */
  const ofSingleGrants = (decided: readonly OldDecision[], { isNew, cells }: Action): DecisionCells => {
    const [first] = decided as [OldDecision, ...OldDecision[]];
    const all = Number(cells.Grants);
    const { state: _, ...words } = first.decision;
    const alike = decided.every(
      ({ decision: { state: __, ...other } }) => JSON.stringify(other) === JSON.stringify(words),
    );
    if (!isNew && decided.length === all && alike && decided.every(({ asItWas }) => asItWas))
      return carried(first.decision);
    const anew = isNew ? ", and not all of it was there in the report before" : "";
    const about = all === 1 ? "" : `of ${decided.length} of the ${all} grants: `;
    const each = alike ? [first] : decided;
    return changed(
      about + each.map(({ decision }) => `${said(decision)}; the grant was then ${decision.state}`).join(". ") + anew,
    );
  };

  return {
    isDecided: (key: string): boolean => !isEmpty && byAction.has(key),
    /** Told of each grant before the actions come; left out where no decision is about a single one. */
    onGrant:
      byGrant.size === 0
        ? undefined
        : ({ actionKey, grantKey, grantState, isNew }: SingleGrant): void => {
            const decision = byGrant.get(grantKey);
            if (decision === undefined) return;
            const decided = old.get(actionKey) ?? [];
            old.set(actionKey, decided);
            decided.push({ decision, asItWas: decision.state === grantState && !isNew });
          },
    cellsOf(action: Action): DecisionCells {
      if (isEmpty) return UNDECIDED;
      const { key, state, isNew } = action;
      const decision = byAction.get(key);
      if (decision !== undefined) {
        if (decision.state === state && !isNew) return carried(decision);
        const anew = isNew ? ", and not all of it was there in the report before" : "";
        return changed(`${said(decision)}; it was then ${decision.state}${anew}`);
      }
      const decided = old.get(key);
      return decided === undefined ? UNDECIDED : ofSingleGrants(decided, action);
    },
  };
}
