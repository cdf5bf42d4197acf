import { RE2JS } from "re2js";
import { messageOf, reportError } from "./errors";
import type { Settings } from "./model";
import { formatInstant } from "./times";

/** What the caller of the function may give. */
export interface ReportEvent {
  /** 1–64 letters, digits and `-`; a repeated id returns the report that it published. Default: Lambda's request id. */
  readonly runId?: string;
  /** What asked for it; a `watch` tells how old the newest report is and starts none. */
  readonly trigger?: "schedule" | "automation" | "manual" | "watch";
  /** Overrides the stack's, for this run: 1–3653, as a number or in decimal; empty for none. */
  readonly lookbackDays?: number | string;
  /** Why the run is made, at most 200 characters; goes into the manifest. */
  readonly note?: string;
}

/** The settings of a run, from the function's environment (docs/architecture.md) and the event. */
export function settingsOf(environment: Readonly<Record<string, string | undefined>>, event: ReportEvent): Settings {
  function text(name: string): string {
    const value = environment[name];
    if (!value)
      throw reportError("BadEnvironment", `The environment variable ${name} is not set. Deploy the stack again.`);
    return value;
  }

  function integer(value: string, name: string, least: number, most: number): number {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most) {
      throw reportError(
        "BadSetting",
        `${name}: expected an integer from ${least} to ${most}, got ${JSON.stringify(value)}.`,
      );
    }
    return number;
  }

  const lookbackDays = String(event.lookbackDays ?? "") || text("LOOKBACK_DAYS");
  const now = environment.CREDENTIAL_REPORT_NOW;
  const nowMs = now === undefined || now === "" ? Date.now() : Date.parse(now);
  if (Number.isNaN(nowMs))
    throw reportError(
      "BadSetting",
      `CREDENTIAL_REPORT_NOW: expected an instant in ISO 8601, got ${JSON.stringify(now)}.`,
    );
  return {
    eventDataStore: text("EVENT_DATA_STORE"),
    instanceArn: text("INSTANCE_ARN"),
    identityStoreId: text("IDENTITY_STORE_ID"),
    lookbackDays: integer(lookbackDays, "lookbackDays", 1, 3653),
    newAccessDays: integer(text("NEW_ACCESS_DAYS"), "newAccessDays", 0, 365),
    requestsPerSecond: integer(text("REQUESTS_PER_SECOND"), "requestsPerSecond", 1, 10_000),
    administratorPermissionSets: JSON.parse(environment.ADMINISTRATOR_PERMISSION_SETS || "[]") as string[],
    reviewerPattern: environment.REVIEWER_PATTERN ?? "",
    now: formatInstant(nowMs),
  };
}

/** The run's id, which becomes part of object keys. */
export function runIdOf(event: ReportEvent, requestId: string): string {
  const runId = event.runId || requestId;
  if (typeof runId !== "string" || !/^[A-Za-z0-9-]{1,64}$/.test(runId)) {
    throw reportError(
      "BadEvent",
      `runId: expected 1 to 64 letters, digits and "-", got ${JSON.stringify(event.runId)}.`,
    );
  }
  return runId;
}

/** What asked for the run, and why, as they go into the manifest. */
export function reasonOf(event: ReportEvent): { trigger: string; note: string } {
  const TRIGGERS: readonly string[] = ["schedule", "automation", "manual"];
  const LONGEST_NOTE = 200;
  const { trigger = "manual", note = "" } = event;
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

export interface EventDataStoreName {
  /** The UUID, which is what a query's FROM takes. */
  readonly id: string;
  /** Empty where only the id is known. */
  readonly region: string;
}

/** Reads an event data store's id (UUID) or ARN; `null` where it is neither. */
export function parseEventDataStore(text: string): EventDataStoreName | null {
  const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
  const match = new RegExp(`^(?:arn:aws[a-z-]*:cloudtrail:([a-z0-9-]+):\\d{12}:eventdatastore/)?(${uuid})$`, "i").exec(
    text,
  );
  return match ? { id: match[2]!, region: match[1] ?? "" } : null;
}

/**
 * What is wrong with a `reviewerPattern`; `null` for a good one, and for the empty one, which names nobody.
 *
 * Patterns are RE2's, not JavaScript's: those match in time linear to the name, so that no pattern and no name can stall a run.
 * In return there are no lookarounds and no backreferences.
 */
export function reviewerPatternProblem(pattern: string): string | null {
  const LONGEST = 500;
  if (pattern === "") return null;
  if (pattern.length > LONGEST) return `has ${pattern.length} characters, ${LONGEST} are allowed`;
  try {
    const groups = RE2JS.compile(pattern).groupCount();
    return groups === 1
      ? null
      : `has ${groups} capturing groups, expected one, around the reviewer; write the others as (?:…)`;
  } catch (error) {
    return `is no regular expression of RE2's syntax: ${messageOf(error)}`;
  }
}
