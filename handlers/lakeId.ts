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
