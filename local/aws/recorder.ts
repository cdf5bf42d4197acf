import type { Answer, Call } from "./call";
import { parseInput } from "./jsonProtocol";
import { formOf } from "./queryProtocol";

export interface RecordedRequest {
  readonly service: string;
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  /** The JSON protocols' input, AWS Query's form, or the query's parameters. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Those that say what is wanted: `x-amz-…`, `if-…` and `content-type`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly region: string;
  readonly accessKeyId: string;
  /** The account that it was made as. */
  readonly account: string;
}

export interface Statistics {
  /** Requests by `<service>:<Operation>`, throttled ones included. */
  readonly calls: Readonly<Record<string, number>>;
  readonly throttled: Readonly<Record<string, number>>;
  /** Bytes of bodies. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Only with `record`. */
  readonly requests?: readonly RecordedRequest[];
}

/** Counts what comes in and goes out. */
export function createRecorder(record: boolean) {
  let calls: Record<string, number> = {};
  let throttled: Record<string, number> = {};
  let bytesIn = 0;
  let bytesOut = 0;
  let requests: RecordedRequest[] = [];
  const count = (counts: Record<string, number>, { service, operation }: Call) => {
    const name = `${service}:${operation}`;
    counts[name] = (counts[name] ?? 0) + 1;
  };
  return {
    called(call: Call) {
      count(calls, call);
      bytesIn += call.body.length;
      if (record) requests.push(recorded(call));
    },
    throttled: (call: Call) => count(throttled, call),
    answered({ body }: Answer) {
      bytesOut +=
        typeof body === "string" ? Buffer.byteLength(body) : body.reduce((sum, { length }) => sum + length, 0);
    },
    statistics: (): Statistics => ({
      calls: { ...calls },
      throttled: { ...throttled },
      bytesIn,
      bytesOut,
      ...(record && { requests: [...requests] }),
    }),
    reset() {
      calls = {};
      throttled = {};
      bytesIn = 0;
      bytesOut = 0;
      requests = [];
    },
  };
}

const unspoken = new Set(["x-amz-content-sha256", "x-amz-date", "x-amz-security-token", "x-amz-user-agent"]);

function recorded(call: Call): RecordedRequest {
  const { service, operation, method, path, bucket, key, region, accessKeyId } = call;
  const headers = Object.entries(call.headers).filter(
    ([name]) => (name.startsWith("x-amz-") && !unspoken.has(name)) || name.startsWith("if-") || name === "content-type",
  );
  return {
    service,
    operation,
    method,
    path,
    bucket,
    key,
    parameters: parametersOf(call),
    headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
    region,
    accessKeyId,
    account: call.caller.account,
  };
}

function parametersOf({ headers, body, query }: Call): Record<string, unknown> {
  if (headers["x-amz-target"] !== undefined || headers["content-type"] === "application/json") return parseInput(body);
  const isForm = headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  return Object.fromEntries(isForm ? formOf(body) : query);
}
