import type { Caller, Grants } from "../aws/aws";
import type {
  ArchiveFile,
  AssignmentEvent,
  InstanceRegions,
  LastLogin,
  NotUnderstoodLogin,
  ObservedRegion,
  Progress,
  UnattributedLogin,
} from "../model";
import type { EventsRead } from "./events";

/**
 * The contract of a login source: where logins are read from. A source fails by throwing; what a failure means for the report is
 * settled in one place for all of them (`logins.ts`). Every value here is plain JSON, so that another process may go on from it.
 *
 * A new source: its own file, its settings, its rights, its place in the local AWS, and `tests/suites/loginSource.ts`.
 */
export interface LoginSource<Reading = unknown> {
  /** What AWS grants of the calls that the source makes. */
  readonly grants: Grants;
  /**
   * Asks for the logins of a window, and tells what is known at once of what the source can have seen.
   *
   * @param instance in which Regions it is: logins are recorded where people act
   * @param read `assignments` for their events alone, of a short window. By default, all
   */
  begin(window: LoginWindow, instance: InstanceRegions, call: Caller, read?: EventsRead): Promise<Begun<Reading>>;
  /**
   * Goes on with a reading, until about `untilMs` (milliseconds since 1970; `Infinity` for no end). May be repeated with the same
   * reading, by another process too, and gives the same. What it reads in pages, the caller's journal keeps (`Listing.keptAs`, `Journal.once`).
   */
  goOn(reading: Reading, untilMs: number, call: Caller, progress: Progress): Promise<Continued<Reading>>;
  /** Ends what the source may still be doing for a reading that nobody will go on with; also once the run was ended. Never rejects. */
  giveUp(reading: Reading): Promise<void>;
}

/** Both ends are within; instants in ISO 8601, UTC, whole seconds. */
export interface LoginWindow {
  readonly from: string;
  readonly to: string;
}

export interface Begun<Reading> {
  readonly reading: Reading;
  /** The window that is read: the one asked for, or one that begins later. */
  readonly window: LoginWindow;
  /** From when on the source can know anything; `null` where that is not known. */
  readonly observedFrom: string | null;
  /** Why the window is known not to be observed in full, before any login is seen: a clause; `null` where nothing is against it. */
  readonly reason: string | null;
  /** What the source calls this reading, for people who look into it; `null` where it has no name. */
  readonly queryId: string | null;
}

export type Continued<Reading> =
  | {
      readonly done: false;
      readonly reading: Reading;
      /** What is waited for: a main clause. */
      readonly waiting: string;
    }
  | { readonly done: true; readonly part: LoginPart };

/** What was read. */
export interface LoginPart {
  /** One for each user, account and role. */
  readonly lastLogins: readonly LastLogin[];
  readonly unattributed: readonly UnattributedLogin[];
  readonly notUnderstood: readonly NotUnderstoodLogin[];
  /** Each event of an assignment once, in no order. */
  readonly assignments: readonly AssignmentEvent[];
  /** One for each Region that was asked for. */
  readonly regions: readonly ObservedRegion[];
  /** Why what was read may not be all: a clause; `null` where it is. */
  readonly reason: string | null;
  /** What the provider bills; `null` where it does not say. */
  readonly bytesScanned: number | null;
  /** From when on all was seen, where that is known only now; `null` where nothing was. */
  readonly observedFrom?: string | null;
  /** The files of the login archive that were used. */
  readonly archive?: readonly ArchiveFile[];
  /** What readers have to know of how this was read: sentences. */
  readonly notes?: readonly string[];
}
