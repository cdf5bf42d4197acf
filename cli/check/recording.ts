import { Readable } from "node:stream";
import type { AccountAccessCommand, Caller } from "../../handlers/aws/aws";
import { ACCOUNT_ACCESS } from "./accountAccessShapes";

/** What became of a call. */
export interface Recorded {
  /** `sso-admin:ListUsers` */
  readonly call: string;
  readonly region: string;
  /** What was asked; its values stay in this process. */
  readonly input: Readonly<Record<string, unknown>>;
  /** What came, with members that the SDK does not know; `null` where nothing did. */
  readonly answer: Readonly<Record<string, unknown>> | null;
  /** What the SDK knows of the answer. */
  readonly schema: unknown;
  /** Whether there was more than this page. */
  readonly isCut: boolean;
  /** Why there is no answer, or why it was not understood; `null` where neither is. */
  readonly error: Error | null;
}

interface Command {
  readonly input: Readonly<Record<string, unknown>>;
  readonly schema?: readonly unknown[];
  readonly middlewareStack: { add(middleware: unknown, options: object): void };
}

/** One of the SDK, or of account access manager, of which it knows nothing. */
type Asked = Command | AccountAccessCommand<unknown>;

interface Client {
  readonly config: { readonly serviceId: string; readonly region?: () => Promise<string> };
}

/**
 * A caller that notes what becomes of each call, and lets whoever calls see one page: the answer's token is taken away.
 *
 * @param records what it notes, in the order of the answers
 */
export function recordingCaller(call: Caller, records: Recorded[]): Caller {
  async function recorded(client: Client, command: Asked, read?: (answer: unknown) => unknown): Promise<unknown> {
    const service = client.config.serviceId.toLowerCase().replaceAll(" ", "-");
    const name = `${service}:${String(command.schema?.[2])}`;
    const about = { call: name, region: (await client.config.region?.()) ?? "", input: command.input };
    const { asked, whole } = watched(command);
    const schema = "answerOf" in command ? ACCOUNT_ACCESS[name] : command.schema?.[5];
    let isCut = false;
    const note = (error: Error | null) => records.push({ ...about, answer: whole(), schema, isCut, error });
    try {
      const taken = await call(client as never, asked as never, (answer: { NextToken?: unknown }) => {
        isCut = answer.NextToken !== undefined;
        delete answer.NextToken;
        return read === undefined ? answer : read(answer);
      });
      note(null);
      return taken;
    } catch (error) {
      note(error as Error);
      throw error;
    }
  }

  return Object.assign(recorded, call) as unknown as Caller;
}

/** The command to send, and what gives its answer as it came, `null` before. */
function watched(command: Asked): { readonly asked: Asked; readonly whole: () => Recorded["answer"] } {
  if (!("answerOf" in command)) return { asked: command, whole: wholeAnswerTo(command) };
  let whole: Recorded["answer"] = null;
  const answerOf: typeof command.answerOf = (body, metadata) => {
    whole = body;
    return command.answerOf(body, metadata);
  };
  return { asked: { ...command, answerOf }, whole: () => whole };
}

/** The answer as it came, JSON; `null` before, and where it was no object. A stream again for the SDK, and for whoever else looks. */
function wholeAnswerTo({ middlewareStack }: Command): () => Recorded["answer"] {
  let text = "";
  const look = (next: (given: unknown) => Promise<{ response: { body?: unknown } }>) => async (given: unknown) => {
    const result = await next(given);
    const { body } = result.response;
    const pieces: Uint8Array[] = [];
    if (body instanceof Uint8Array) pieces.push(body);
    else for await (const piece of (body ?? []) as AsyncIterable<Uint8Array>) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    text = bytes.toString("utf8");
    result.response.body = Readable.from([bytes]);
    return result;
  };
  middlewareStack.add(look, { step: "deserialize", priority: "low", name: "checkedAnswer", override: true });
  return () => {
    try {
      const value: unknown = JSON.parse(text);
      return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
    } catch {
      return null;
    }
  };
}
