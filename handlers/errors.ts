/**
 * An error that a person can act on: its name says what kind, its message what, where and what to do.
 * (Not a class: a captured `class … extends Error` does not survive serialisation.)
 */
export function reportError(name: string, message: string, cause?: unknown): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause });
  error.name = name;
  return error;
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
}

/** Whether whoever runs the report has no credentials, or none any more: then the run has ended, and can be gone on with. */
export function isOfWhoAsks(error: unknown): boolean {
  const { name, cause } = error as Error;
  return (
    name === "CredentialsMissing" ||
    (name === "CredentialsRefused" && /Expired/.test((cause as Error | undefined)?.name ?? ""))
  );
}
