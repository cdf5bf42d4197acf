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
