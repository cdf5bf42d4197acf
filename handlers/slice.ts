import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { version } from "../package.json";
import type { RunResult } from "./bucket/bucket";
import { reportError } from "./errors";
import type { RunFacts } from "./files/files";
import type { Settings } from "./model";

/** What is asked of a run: the input of its execution. */
export interface ReportRequest {
  /** What asked for it; a `watch` tells how old the newest report is and starts none; it goes on as a `harvest` of logins. */
  readonly trigger?: "schedule" | "automation" | "manual" | "watch" | "harvest";
  /** Overrides the stack's, for this run; as a number or in decimal, empty for none. */
  readonly lookbackDays?: number | string;
  /** Why the run is made, at most 200 characters; goes into the manifest. */
  readonly note?: string;
  /** The instant for which the schedule asks, by which a second delivery is known. */
  readonly scheduledTime?: string;
}

/** One slice of a run, as the state machine asks for it. */
export interface SliceEvent {
  /** The execution's name: 1–80 letters, digits, `-` and `_`. A repeated id goes on with that run, or returns what it has published. */
  readonly runId?: string;
  /** How often this slice was tried before. */
  readonly retries?: number;
  readonly request?: ReportRequest;
}

/** What the state machine gets: ids and counts alone. Whatever is thrown instead is to be repeated. */
export type SliceAnswer =
  /** Another slice has to go on. */
  | { readonly runId: string; readonly status: "running"; readonly next: string }
  | PublishedAnswer
  /** For good. `statusKey` names the object that says why; `null` where it could not be written. */
  | { readonly runId: string; readonly status: "failed"; readonly error: string; readonly statusKey: string | null }
  /** The schedule's second delivery of what another run was started for. */
  | { readonly runId: string; readonly status: "repeated"; readonly of: string }
  | { readonly runId: string; readonly status: "watched"; readonly hoursSinceLastReport: number }
  /** Quarters of days of Event history are in the login archive; why the harvest has ended. */
  | { readonly runId: string; readonly status: "harvested"; readonly because: string };

/** Of the warnings, which name people and accounts, their number; nothing of what else is told to people. */
export type PublishedAnswer = Omit<RunResult, "warnings" | "news" | "decisions"> & { readonly warnings: number };

/** What a run's first slice settles for all of them. */
export interface RunHead {
  readonly settings: Settings;
  readonly facts: Omit<RunFacts, "effort" | "loginsEffort" | "finishedMs">;
}

export function answerOf(result: RunResult): PublishedAnswer {
  const { news: _, decisions: __, ...others } = result;
  return { ...others, warnings: result.warnings.length };
}

/** How often the state machine repeats a slice. Then its error is the run's. */
export const RETRIES = 5;

/**
 * Whether a slice that failed with this may succeed when it is repeated: a quota that others use up, a network or a service that was gone,
 * credentials that have expired, no time left. Everything else would fail again.
 *
 * @param retries how often it was repeated already
 */
export function isPassing(error: unknown, retries: number): boolean {
  const PASSING = ["CredentialsRefused", "NotAnnounced", "OutOfTime", "ServiceFailed", "Throttled", "Unreachable"];
  return retries < RETRIES && PASSING.includes((error as Error).name);
}

export function outOfTimeError(): Error {
  return reportError(
    "OutOfTime",
    "This slice of the run was not answered within the function's time. What was read before is kept, and the next slice goes on from there.",
  );
}

/** Which program this is: its version and, in Lambda, the hash of its text. */
export function programOf({ LAMBDA_TASK_ROOT }: Readonly<Record<string, string | undefined>>): string {
  if (!LAMBDA_TASK_ROOT) return version;
  try {
    const text = readFileSync(`${LAMBDA_TASK_ROOT}/__index.js`);
    return `${version} ${createHash("sha256").update(text).digest("hex")}`;
  } catch {
    return version; // not the archive that Pulumi makes: a test's
  }
}

/** Whether this can be a run's id, which becomes part of object keys. */
export function isRunId(given: unknown): given is string {
  return typeof given === "string" && /^[A-Za-z0-9_-]{1,80}$/.test(given);
}

/** Throws where the event's run id cannot be one. */
export function checkRunId(event: SliceEvent | undefined): void {
  const runId = event?.runId;
  if (!runId || isRunId(runId)) return;
  throw reportError("BadEvent", `runId: expected 1 to 80 letters, digits, "-" and "_", got ${JSON.stringify(runId)}.`);
}

/** What asked for the run, and why, as they go into the manifest. */
export function reasonOf(request: ReportRequest): { trigger: string; note: string } {
  const TRIGGERS: readonly string[] = ["schedule", "automation", "manual"];
  const LONGEST_NOTE = 200;
  const { trigger = "manual", note = "" } = request;
  if (!TRIGGERS.includes(trigger)) {
    throw reportError("BadEvent", `trigger: expected one of ${TRIGGERS.join(", ")}, got ${JSON.stringify(trigger)}.`);
  }
  if (typeof note !== "string" || note.length > LONGEST_NOTE) {
    throw reportError(
      "BadEvent",
      `note: expected a text of at most ${LONGEST_NOTE} characters, got ${JSON.stringify(note)}.`,
    );
  }
  return { trigger, note };
}
