/** The one service that these events are of; others have events of the same names. */
export const EVENT_SOURCE = "sso.amazonaws.com";

/**
 * The events that a login source reads, each once, and what for. A query, the look-ups in Event history, their archive, the local AWS and the
 * tests follow this table.
 */
export const EVENTS = {
  /** The console, opened from the access portal. It tells of applications, too, and then has neither account nor role. */
  Federate: "console",
  /** Credentials for the CLI or an SDK, or the portal's access keys. */
  GetRoleCredentials: "programmatic",
} as const;

/** Tells, in the primary Region, that the instance was in another one until then. */
export const REGION_REMOVED = "RemoveRegion";

export type LoginEventName = keyof typeof EVENTS;

/** The names of the events, in a fixed order. */
export const EVENT_NAMES = Object.keys(EVENTS) as readonly LoginEventName[];
