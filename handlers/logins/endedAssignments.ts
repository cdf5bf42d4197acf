import type { AssignmentEvent, PrincipalType } from "../model";

/** An assignment that was made and ended again, as its events tell. */
export interface EndedAssignment {
  readonly accountId: string;
  readonly permissionSetArn: string;
  readonly principalType: PrincipalType;
  /** As the event that made it has it. */
  readonly principalId: string;
  readonly madeMs: number;
  /** Who asked for it; empty where the event does not say. */
  readonly madeBy: string;
  readonly endedMs: number;
  readonly endedBy: string;
}

/**
 * Each time that an assignment was made and ended: an end counts with the earliest event that made the assignment since the end before. An end
 * alone proves nothing: nobody has seen that there was something to end. Whether the assignment is there now, the events do not tell.
 *
 * @param keyOf what the forms of one principal's id have in common
 * @param nowMs the present of the run, milliseconds since 1970: what is later does not count, nor does what has no time
 * @returns in no order but that of one assignment's ends
 */
export function findEndedAssignments(
  events: readonly AssignmentEvent[],
  keyOf: (principalId: string) => string,
  nowMs: number,
): EndedAssignment[] {
  const rank = { created: 0, deleted: 1 };
  const byWay = new Map<string, AssignmentEvent[]>();
  for (const event of events) {
    const { atMs, accountId, permissionSetArn, principalType, principalId } = event;
    if (!(atMs >= 0 && atMs <= nowMs)) continue;
    const way = `${accountId} ${permissionSetArn} ${principalType} ${keyOf(principalId)}`;
    const ofWay = byWay.get(way);
    if (ofWay === undefined) byWay.set(way, [event]);
    else ofWay.push(event);
  }

  const found: EndedAssignment[] = [];
  for (const ofWay of byWay.values()) {
    // Events have no order: those of one instant always come in the same one.
    ofWay.sort(
      (one, other) => one.atMs - other.atMs || rank[one.kind] - rank[other.kind] || (one.id < other.id ? -1 : 1),
    );
    let made: AssignmentEvent | null = null;
    for (const event of ofWay) {
      if (event.kind === "created") {
        made ??= event;
      } else if (made !== null) {
        const { accountId, permissionSetArn, principalType, principalId } = made;
        const times = { madeMs: made.atMs, madeBy: made.by, endedMs: event.atMs, endedBy: event.by };
        found.push({ accountId, permissionSetArn, principalType, principalId, ...times });
        made = null;
      }
    }
  }
  return found;
}
