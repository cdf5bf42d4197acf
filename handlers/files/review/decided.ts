import type { DecidedOf } from "../changes/changes";
import { isRemoval } from "./carrying";
import type { Decisions, ReturnedDecision } from "./decisions";
import { actionKeyOf, assignmentKeyOf, singleGrantOf } from "./keys";

// In a file of its own: the changes ask it, before the sheet is made.

/** Finds what was decided about a row that is gone: to remove it, if that was decided of anything that took it away; else whatever was decided. */
export function createDecidedOf({ byAction, byGrant }: Decisions): DecidedOf {
  const NOTHING = { Decision: "", DecidedBy: "", DecidedOn: "" };
  const actions = new Map(byAction);
  const grants = new Map(byGrant);
  if (actions.size === 0 && grants.size === 0) return () => NOTHING;
  return (row) => {
    const found: ReturnedDecision[] = [
      ...(grants.get(singleGrantOf(row, false).grantKey) ?? []),
      ...(actions.get(assignmentKeyOf(row)) ?? []),
      ...(actions.get(actionKeyOf(row)) ?? []),
    ];
    const last = found.filter(isRemoval).at(-1) ?? found.at(-1);
    if (last === undefined) return NOTHING;
    return { Decision: last.decision, DecidedBy: last.decidedBy, DecidedOn: last.decidedOn || last.decidedSince };
  };
}
