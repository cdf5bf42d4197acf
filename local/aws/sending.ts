import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer, Call } from "./call";
import { type Fault, fires } from "./faults";

/** What a gateway on the way answers. */
export function webPage(status: number): Answer {
  const headers = { "content-type": "text/html; charset=utf-8" };
  return { status, headers, body: "<!DOCTYPE html><html><body><h1>Blocked by your network</h1></body></html>" };
}

/** How far AWS's clock is ahead of this machine's. */
function clockSkewMs(faults: readonly Fault[]): number {
  const skewed = fires(faults, "clockSkew");
  return skewed === undefined ? 0 : (skewed.ms ?? 1_200_000);
}

/** Whether a request is signed at a time that AWS, whose clock is another one, does not accept. */
export function isWronglyTimed({ faults, headers }: Call): boolean {
  const ACCEPTED_MS = 300_000;
  if (!fires(faults, "clockSkew")) return false;
  const signed = /^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/.exec(String(headers["x-amz-date"]));
  const signedMs =
    signed === null ? Number.NaN : Date.parse(`${signed[1]}-${signed[2]}-${signed[3]}:${signed[4]}:${signed[5]}`);
  return !(Math.abs(signedMs - Date.now() - clockSkewMs(faults)) <= ACCEPTED_MS);
}

export function send(
  request: IncomingMessage,
  response: ServerResponse,
  call: Call | undefined,
  answer: Answer,
  nowMs: number,
): void {
  const faults = call?.faults ?? [];
  const body = typeof answer.body === "string" ? [Buffer.from(answer.body)] : answer.body;
  const length = body.reduce((sum, { length }) => sum + length, 0);
  if (fires(faults, "dropAfter") || (fires(faults, "truncate") && (length === 0 || request.method === "HEAD"))) {
    request.socket.destroy();
    return;
  }
  const requestId = randomUUID();
  // Each protocol has its own name for it; who answers in place of AWS has none.
  const idHeader = call?.service === "s3" ? "x-amz-request-id" : "x-amzn-requestid";
  // A skewed clock differs from this machine's, by which requests are signed; else the clock is the organisation's.
  const shownMs = fires(faults, "clockSkew") ? Date.now() + clockSkewMs(faults) : nowMs;
  // Node would date it by this machine's clock.
  response.sendDate = false;
  response.writeHead(answer.status, {
    "content-length": String(length),
    ...(fires(faults, "listOfNothing") ? {} : { [idHeader]: requestId }),
    ...(!fires(faults, "noDate") && { date: new Date(shownMs).toUTCString() }),
    ...answer.headers,
  });
  if (fires(faults, "truncate")) {
    response.write(Buffer.concat(body).subarray(0, Math.floor(length / 2)), () => request.socket.destroy());
    return;
  }
  if (request.method !== "HEAD") for (const chunk of body) response.write(chunk);
  response.end();
}
