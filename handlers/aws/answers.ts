import { reportError } from "../errors";

// What AWS's answers say beyond what the SDK makes of them.

/** An answer at the step where the SDK makes it out of HTTP, as far as it is used here. */
interface HttpAnswer {
  readonly response: {
    readonly headers?: Readonly<Record<string, string | undefined>>;
    /** Bytes, once they are read; before, a stream of them. */
    body?: unknown;
  };
  /** There once the answer is made. */
  readonly output?: { readonly $metadata?: { readonly requestId?: string } };
}

type Next = (args: unknown) => Promise<HttpAnswer>;

/**
 * Looks at the answers to a command, as often as it is sent.
 *
 * @param when `before` the SDK makes its answer out of HTTP, or `after`
 */
function onAnswer(
  command: unknown,
  when: "before" | "after",
  name: string,
  look: (answer: HttpAnswer) => Promise<void>,
): void {
  interface Stack {
    add(middleware: (next: Next) => Next, options: object): void;
  }
  const { middlewareStack } = command as { readonly middlewareStack?: Stack };
  middlewareStack?.add(
    (next) => async (args) => {
      const answer = await next(args);
      await look(answer);
      return answer;
    },
    // The SDK's own has the priority between these two.
    { step: "deserialize", priority: when === "before" ? "low" : "high", name, override: true },
  );
}

/**
 * What AWS answers to a command of a JSON protocol, whole: the SDK leaves out the members that it does not know.
 *
 * @returns gives the last answer, once there is one; throws `UnexpectedAnswer` where it is none: the SDK takes that for `{}`
 */
export function wholeAnswerTo(command: unknown): () => Readonly<Record<string, unknown>> {
  let text = "{}";
  onAnswer(command, "before", "wholeAnswer", async ({ response }) => {
    const pieces: Uint8Array[] = [];
    for await (const piece of response.body as AsyncIterable<Uint8Array>) pieces.push(piece);
    const body = Buffer.concat(pieces);
    response.body = body;
    text = body.toString("utf8");
  });
  return () => {
    const answer = text.trim() === "" ? null : JSON.parse(text);
    if (typeof answer === "object" && answer !== null && !("__type" in answer)) return answer;
    throw reportError("UnexpectedAnswer", `expected an answer, got ${text.slice(0, 80) || "nothing"}`);
  };
}

/** AWS's own clock, as its answers tell it. A run's own may be wrong, and the present of a run may be chosen. */
export interface AwsClock {
  /** Milliseconds since 1970, up to a second late; `null` before the first answer that tells. */
  nowMs(): number | null;
  /** Has the clock read off the answers to this command. */
  readOff(command: unknown): void;
}

export function createAwsClock(): AwsClock {
  let told: { readonly dateMs: number; readonly atMs: number } | null = null;

  async function note({ response, output }: HttpAnswer): Promise<void> {
    // A proxy that answers by itself dates its answers too, and knows no request id.
    const date = output?.$metadata?.requestId ? (response.headers?.date ?? "") : "";
    if (!/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(date)) return;
    const dateMs = Date.parse(date);
    // Not Date.now(): whoever sets this machine's clock meanwhile does not set AWS's.
    if (!Number.isNaN(dateMs)) told = { dateMs, atMs: performance.now() };
  }

  return {
    nowMs: () => (told === null ? null : told.dateMs + performance.now() - told.atMs),
    readOff: (command) => onAnswer(command, "after", "awsClock", note),
  };
}
