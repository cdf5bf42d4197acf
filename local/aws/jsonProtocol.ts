import { type Answer, AwsError, type Call, type Handler, notImplemented } from "./call";

export type Input = Readonly<Record<string, unknown>>;
export type JsonOperation = (input: Input, call: Call) => unknown;

/** A service that speaks AWS JSON 1.1: an operation takes the request's JSON object and returns the answer's. */
export function jsonService(operations: Readonly<Record<string, JsonOperation>>): Handler {
  return async (call) => {
    const operation = Object.hasOwn(operations, call.operation) ? operations[call.operation] : undefined;
    if (!operation) throw notImplemented(call.service, call.operation);
    return jsonAnswer((await operation(parseInput(call.body), call)) ?? {});
  };
}

export function jsonAnswer(value: unknown, status = 200): Answer {
  return { status, headers: { "content-type": "application/x-amz-json-1.1" }, body: JSON.stringify(value) };
}

/** `Message` in JSON 1.1's models, and the type in a header as well, for the REST JSON services. */
export function jsonError(error: AwsError): Answer {
  const answer = jsonAnswer({ __type: error.code, Message: error.message, ...error.members }, error.status);
  return { ...answer, headers: { ...answer.headers, "x-amzn-errortype": error.code } };
}

export function parseInput(body: Buffer): Input {
  if (body.length === 0) return {};
  try {
    const input: unknown = JSON.parse(body.toString("utf8"));
    if (typeof input === "object" && input !== null && !Array.isArray(input)) return input as Input;
  } catch {
    // Falls through: what is not an object and what is not JSON is the same to the caller.
  }
  throw new AwsError("SerializationException", "The request's body is not a JSON object.");
}

/** AWS's wording for a member that does not satisfy its service model. */
export function violation(member: string, value: unknown, constraint: string): string {
  const at = `'${member[0]?.toLowerCase()}${member.slice(1)}'`;
  const what = value === undefined ? "Value" : `Value '${String(value)}'`;
  return `1 validation error detected: ${what} at ${at} failed to satisfy constraint: ${constraint}`;
}

export type Invalid = (message: string) => AwsError;

export const validationException: Invalid = (message) => new AwsError("ValidationException", message);

/** A required string member that matches its model's pattern. */
export function requireString(input: Input, member: string, pattern = /./s): string {
  const value = input[member];
  if (value === undefined || value === null) {
    throw validationException(violation(member, undefined, "Member must not be null"));
  }
  if (typeof value !== "string" || !pattern.test(value)) {
    throw validationException(
      violation(member, value, `Member must satisfy regular expression pattern: ${pattern.source}`),
    );
  }
  return value;
}

/** Members that AWS has and that would change the answer, but that the local AWS does not know. */
export function refuseMembers(call: Call, input: Input, members: readonly string[]): void {
  for (const member of members) {
    if (input[member] !== undefined) throw notImplemented(call.service, `${call.operation} with ${member}`);
  }
}
