import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, AwsError, type Call, credentialScope, type Handler, notImplemented } from "./call";
import { cloudTrail } from "./cloudTrail";
import { createInjector, type Fault, fires, type Injector } from "./faults";
import { spoiled } from "./hostileAnswers";
import { identityStore } from "./identityStore";
import { jsonError } from "./jsonProtocol";
import { type KeyState, kms } from "./kms";
import { loadOrganisation, type OrganisationFile, type OrganisationHeader } from "./organisation";
import { organizations } from "./organizations";
import { formOf, queryError } from "./queryProtocol";
import { createRecorder, type Statistics } from "./recorder";
import { s3Error } from "./s3/errors";
import { operationOf } from "./s3/operation";
import { createS3, type S3Buckets } from "./s3/s3";
import {
  accessDenied,
  deniedBy,
  expiredToken,
  internalError,
  notAuthorized,
  notEnabled,
  notInOrganization,
  regionDisabled,
  throttled,
  unavailable,
  wronglyTimed,
} from "./serviceErrors";
import { type Message, sns } from "./sns";
import { ssoAdmin } from "./ssoAdmin";
import { callerArn, sts } from "./sts";
import { createThrottle } from "./throttle";

export interface LocalAwsOptions {
  /** The organisation file: its path, or its content. */
  readonly organisation: string | OrganisationFile;
  /** @default any free port */
  readonly port?: number;
  /** Multiplies every quota and divides the time that a query is queued and runs. @default 1 */
  readonly rate?: number;
  /** `false` lifts the quotas; queries keep their times. @default true */
  readonly throttle?: boolean;
  /** @default none */
  readonly faults?: readonly Fault[];
  /** For the faults with a `rate`. @default 1 */
  readonly seed?: number;
  /**
   * S3 answers 403 instead of 404 for a missing key to a caller without `s3:ListBucket`: to every caller, or to those whose
   * access key id the function picks. @default false
   */
  readonly missingKeyIs403?: boolean | ((accessKeyId: string) => boolean);
  /** ARNs of the KMS keys that there are, each enabled unless it is said otherwise. @default none */
  readonly keys?: Readonly<Record<string, KeyState>>;
  /** ARNs of the SNS topics that there are for ListTopics; Publish takes any. @default none */
  readonly topics?: readonly string[];
  /** Keeps every request for `stats().requests`. @default false */
  readonly record?: boolean;
}

export interface LocalAws {
  /** What to give to `AWS_ENDPOINT_URL`. */
  readonly url: string;
  readonly port: number;
  /** The organisation that is being served. */
  readonly organisation: OrganisationHeader;
  /** The buckets as they are, for tests to look into. */
  readonly buckets: S3Buckets;
  /** The texts of SSM's documents by name, which stand here for all who deploy. */
  readonly documents: Map<string, string>;
  /** What SNS took, the oldest first. */
  readonly messages: readonly Message[];
  stats(): Statistics;
  /** Serves another organisation from here on, or the same one at another time; the buckets and all else stay. */
  serveOrganisation(organisation: string | OrganisationFile): Promise<void>;
  /**
   * Adds a service, by the service name in the SigV4 credential scope (`ssm`, `lambda`, `sqs`, `monitoring` …).
   * Errors are thrown as `AwsError`.
   */
  serve(service: string, handler: Handler): void;
  /** Replaces the faults, counting calls from here. */
  inject(faults: readonly Fault[], seed?: number): void;
  /** Statistics, quotas, queries and faults as at the start; the buckets and the messages stay. */
  reset(): void;
  close(): Promise<void>;
}

/** Services whose name in the credential scope is not their name in the SDK. */
const sdkNames: Readonly<Record<string, string>> = { sso: "sso-admin" };

/** Starts AWS on 127.0.0.1, for just the operations that the report uses. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { rate = 1, seed = 1, missingKeyIs403 = false } = options;
  const lacksListBucket = typeof missingKeyIs403 === "function" ? missingKeyIs403 : () => missingKeyIs403;
  const s3 = createS3(lacksListBucket);
  let { header, trail, handlers, nowMs } = await servicesOf(options.organisation, rate);
  const messages: Message[] = [];
  const services: Record<string, Handler> = {
    ...handlers,
    s3: s3.handler,
    sns: sns(messages, options.topics),
    kms: kms(options.keys),
  };
  const recorder = createRecorder(options.record ?? false);
  let injector = createInjector(options.faults ?? [], seed);
  const newThrottle = () => (options.throttle === false ? () => true : createThrottle(rate));
  let takeFromQuota = newThrottle();

  const carryOut = async (call: Call, handler: Handler): Promise<Answer> => {
    const { faults } = call;
    const slow = fires(faults, "slow");
    if (slow) await sleep(slow.ms ?? 1000, undefined, { ref: false });
    if (fires(faults, "throttle") || !takeFromQuota(call.service, call.operation)) {
      recorder.throttled(call);
      throw throttled(call);
    }
    if (fires(faults, "internalError")) throw internalError(call);
    if (fires(faults, "unavailable")) throw unavailable(call);
    if (fires(faults, "expiredToken")) throw expiredToken(call);
    if (fires(faults, "notInOrganization")) throw notInOrganization();
    if (fires(faults, "accessDenied")) throw accessDenied(call, callerArn(header));
    if (fires(faults, "notAuthorized")) throw notAuthorized(call, callerArn(header));
    if (fires(faults, "regionDisabled")) throw regionDisabled(call);
    if (fires(faults, "notEnabled")) throw notEnabled();
    for (const kind of ["networkControls", "serviceControlPolicy", "kmsDenied"] as const) {
      if (fires(faults, kind)) throw deniedBy(kind, call, callerArn(header));
    }
    for (const [kind, status] of [
      ["html403", 403],
      ["html200", 200],
      ["proxy407", 407],
    ] as const) {
      if (fires(faults, kind)) return webPage(status);
    }
    if (isWronglyTimed(call)) throw wronglyTimed(call);
    return spoiled(await handler(call), faults);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    let call: Call | undefined;
    let answer: Answer;
    try {
      const body = await readBody(request);
      call = readCall(request, body, injector);
      recorder.called(call);
      if (fires(call.faults, "drop")) {
        request.socket.destroy();
        return;
      }
      const handler = services[credentialScope(call.headers, call.query).scopeName];
      if (!handler) throw notImplemented(call.service, call.operation);
      answer = await carryOut(call, handler);
    } catch (error) {
      answer = errorAnswer(call, error);
    }
    recorder.answered(answer);
    send(request, response, call, answer, nowMs());
  };

  const server = createServer((request, response) => {
    // A client that goes away in the middle of its request gets no answer and is no error.
    serve(request, response).catch(() => request.socket.destroy());
  });
  // Node's five seconds would close idle connections just when an SDK takes them up again.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    get organisation() {
      return header;
    },
    buckets: s3.buckets,
    documents: new Map(),
    messages,
    stats: recorder.statistics,
    async serveOrganisation(organisation) {
      const former = trail;
      ({ header, trail, handlers, nowMs } = await servicesOf(organisation, rate));
      Object.assign(services, handlers);
      await former.close();
    },
    serve(service, handler) {
      services[service] = handler;
    },
    inject(faults, newSeed = seed) {
      injector = createInjector(faults, newSeed);
    },
    reset() {
      recorder.reset();
      trail.reset();
      takeFromQuota = newThrottle();
      injector = createInjector(options.faults ?? [], seed);
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, trail.close()]);
    },
  };
}

/** The services that tell of an organisation, and their clock, which goes on from its `Now`. */
async function servicesOf(source: string | OrganisationFile, rate: number) {
  const organisation = await loadOrganisation(source);
  const { header } = organisation;
  const trail = cloudTrail(organisation, rate);
  const startMs = Date.parse(header.Now) - performance.now();
  const handlers: Readonly<Record<string, Handler>> = {
    sso: ssoAdmin(organisation),
    identitystore: identityStore(organisation),
    organizations: organizations(organisation),
    cloudtrail: trail.handler,
    sts: sts(header),
  };
  return { header, trail, handlers, nowMs: () => startMs + performance.now() };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function readCall(request: IncomingMessage, body: Buffer, faultsOf: Injector): Call {
  const { method = "GET", headers } = request;
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  const { scopeName, region, accessKeyId } = credentialScope(headers, searchParams);
  const service = sdkNames[scopeName] ?? scopeName;
  const base = { service, method, path: pathname, query: searchParams, headers, body, region, accessKeyId };
  const named: { operation: string; bucket?: string; key?: string } =
    service === "s3"
      ? operationOf(method, pathname, searchParams, headers)
      : { operation: namedOperation(base.method, pathname, body, headers["x-amz-target"]) };
  return { ...base, ...named, faults: faultsOf(`${service}:${named.operation}`, named.key) };
}

/** JSON protocols name the operation in a header, AWS Query in the form; REST services only by method and path. */
function namedOperation(method: string, path: string, body: Buffer, target: unknown): string {
  if (typeof target === "string") return target.split(".").at(-1) ?? target;
  return formOf(body).get("Action") ?? `${method} ${path}`;
}

function errorAnswer(call: Call | undefined, thrown: unknown): Answer {
  const error =
    thrown instanceof AwsError
      ? thrown
      : new AwsError("InternalFailure", `The local AWS failed: ${(thrown as Error).stack ?? thrown}`, 500);
  if (call?.service === "s3") return s3Error(call, error);
  return call?.service === "sts" || call?.service === "sns" ? queryError(error) : jsonError(error);
}

/** What a gateway on the way answers. */
function webPage(status: number): Answer {
  const headers = { "content-type": "text/html; charset=utf-8" };
  return { status, headers, body: "<!DOCTYPE html><html><body><h1>Blocked by your network</h1></body></html>" };
}

/** How far AWS's clock is ahead of this machine's. */
function clockSkewMs(faults: readonly Fault[]): number {
  const skewed = fires(faults, "clockSkew");
  return skewed === undefined ? 0 : (skewed.ms ?? 1_200_000);
}

/** Whether a request is signed at a time that AWS, whose clock is another one, does not accept. */
function isWronglyTimed({ faults, headers }: Call): boolean {
  const ACCEPTED_MS = 300_000;
  if (!fires(faults, "clockSkew")) return false;
  const signed = /^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/.exec(String(headers["x-amz-date"]));
  const signedMs =
    signed === null ? Number.NaN : Date.parse(`${signed[1]}-${signed[2]}-${signed[3]}:${signed[4]}:${signed[5]}`);
  return !(Math.abs(signedMs - Date.now() - clockSkewMs(faults)) <= ACCEPTED_MS);
}

function send(
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
