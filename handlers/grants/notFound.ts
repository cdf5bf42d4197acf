/**
 * Whether a call failed because this one user or group does not exist. The Identity Store says "not found" of its key and of the
 * store as well: an answer that does not say of what says nothing about whom was asked for.
 */
export function isNotFound(error: unknown, type: "USER" | "GROUP"): boolean {
  const { name, cause } = error as Error;
  const { ResourceType, Reason } = (cause ?? {}) as { readonly ResourceType?: string; readonly Reason?: string };
  return name === "ResourceNotFoundException" && ResourceType === type && Reason === undefined;
}
