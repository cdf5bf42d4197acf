/** The one service that these events are of; others have events of the same names. */
export const EVENT_SOURCE = "sso.amazonaws.com";

/**
 * The events that a login source reads, each once, and what each tells. A query, the look-ups in Event history, their archive, the local AWS
 * and the tests follow this table. All are recorded in the Region in which somebody acted, but `removed Region`: it is recorded in the primary one.
 */
export const EVENTS = {
  /** The console, opened from the access portal. It tells of applications, too, and then has neither account nor role. */
  Federate: "console",
  /** Credentials for the CLI or an SDK, or the portal's access keys. */
  GetRoleCredentials: "programmatic",
  /** When an assignment was made, which no API tells. May be missing. */
  CreateAccountAssignment: "created",
  DeleteAccountAssignment: "deleted",
  /** The instance was in another Region until then. */
  RemoveRegion: "removed Region",
} as const;

export type EventName = keyof typeof EVENTS;
type Told<What> = { [Name in EventName]: (typeof EVENTS)[Name] extends What ? Name : never }[EventName];
export type LoginEventName = Told<"console" | "programmatic">;
export type AssignmentEventName = Told<"created" | "deleted">;

/** In a fixed order. */
export const LOGIN_EVENTS: readonly LoginEventName[] = ["Federate", "GetRoleCredentials"];
export const ASSIGNMENT_EVENTS: readonly AssignmentEventName[] = ["CreateAccountAssignment", "DeleteAccountAssignment"];
export const REGION_REMOVED = "RemoveRegion" satisfies EventName;

/** All of them, or those of assignments alone. */
export type EventsRead = "all" | "assignments";

/** The names of the events that are read. */
export function namesOf(read: EventsRead): readonly EventName[] {
  return read === "assignments" ? ASSIGNMENT_EVENTS : (Object.keys(EVENTS) as EventName[]);
}
