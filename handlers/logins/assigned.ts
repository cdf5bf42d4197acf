import type { AssignmentEvent, PrincipalType } from "../model";

/** What the events tell of one assignment. */
export interface Assigned {
  /** When the newest event that was seen made it, in milliseconds since 1970; `null` where none did. */
  readonly atMs: number | null;
  /** Who asked for it then; empty where that is not known. */
  readonly by: string;
  /** The newest event that ended it, where none made it since. */
  readonly ended: AssignmentEvent | null;
  /** Before this instant it was not there, as it is now: an event made it then, or ended it, and it was made again unseen. */
  readonly notBeforeMs: number;
}

/** The assignment of a principal; `undefined` where no event of it was seen, which proves nothing. */
export type AssignedTo = (
  accountId: string,
  permissionSetArn: string,
  type: PrincipalType,
  principalId: string,
) => Assigned | undefined;

/**
 * What the events tell of the assignments. Those after the end do not count, nor do those whose time is not understood.
 *
 * @param keyOf what the forms of one principal's id have in common
 * @param endMs until when events were asked for, milliseconds since 1970
 */
export function createAssignedTo(
  events: readonly AssignmentEvent[],
  keyOf: (principalId: string) => string,
  endMs: number,
): AssignedTo {
  const NEVER = Number.NEGATIVE_INFINITY;
  const { isFinite: isKnown } = Number;
  const { max } = Math;
  const newest = new Map<string, { made: AssignmentEvent | null; ended: AssignmentEvent | null }>();
  const wayOf = (accountId: string, permissionSetArn: string, type: PrincipalType, principalId: string) =>
    `${accountId} ${permissionSetArn} ${type} ${keyOf(principalId)}`;
  // Events have no order: of two at one instant, always the same one counts.
  const isNewer = (one: AssignmentEvent, other: AssignmentEvent | null) =>
    other === null || one.atMs > other.atMs || (one.atMs === other.atMs && one.id > other.id);

  for (const event of events) {
    const { kind, atMs, accountId, permissionSetArn, principalType, principalId } = event;
    if (!isKnown(atMs) || atMs < 0 || atMs > endMs) continue;
    const way = wayOf(accountId, permissionSetArn, principalType, principalId);
    let known = newest.get(way);
    if (known === undefined) {
      known = { made: null, ended: null };
      newest.set(way, known);
    }
    const of = kind === "deleted" ? "ended" : "made";
    if (isNewer(event, known[of])) known[of] = event;
  }

  return (accountId, permissionSetArn, type, principalId) => {
    if (newest.size === 0) return undefined;
    const known = newest.get(wayOf(accountId, permissionSetArn, type, principalId));
    if (known === undefined) return undefined;
    const { made, ended } = known;
    const madeMs = made?.atMs ?? NEVER;
    const endedMs = ended?.atMs ?? NEVER;
    return {
      atMs: made?.atMs ?? null,
      by: made?.by ?? "",
      ended: endedMs >= madeMs ? ended : null,
      notBeforeMs: max(madeMs, endedMs),
    };
  };
}
