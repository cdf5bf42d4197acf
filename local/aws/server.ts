import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { accountAccess, restJsonError } from "./accountAccess";
import { athena } from "./athena";
import { type Answer, AwsError, type Call, credentialScope, type Handler, notImplemented } from "./call";
import { type AssumableRole, createCallers, isForAdministrators, sessionTokenOf } from "./callers";
import { cloudTrail } from "./cloudTrail";
import { createInjector, type Fault, fires } from "./faults";
import { spoiled } from "./hostileAnswers";
import { identityStore } from "./identityStore";
import { jsonError } from "./jsonProtocol";
import { type KeyState, kms } from "./kms";
import { loadOrganisation, type OrganisationFile, type OrganisationHeader } from "./organisation";
import { organizations } from "./organizations";
import { queryError } from "./queryProtocol";
import { createRecorder, type Statistics } from "./recorder";
import { readBody, readCall } from "./request";
import { s3Error } from "./s3/errors";
import { createS3, type S3Buckets } from "./s3/s3";
import { isWronglyTimed, send, webPage } from "./sending";
import {
  accessDenied,
  deniedBy,
  expiredToken,
  internalError,
  notAuthorized,
  notEnabled,
  notInOrganization,
  optInRequired,
  throttled,
  unavailable,
  unknownCredentials,
  wronglyTimed,
} from "./serviceErrors";
import { type Message, sns } from "./sns";
import { ssoAdmin } from "./ssoAdmin";
import { sts } from "./sts";
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
  /** ARNs of the callers by access key id, users or sessions of roles. @default of each, a user of the account that owns the instance */
  readonly callers?: Readonly<Record<string, string>>;
  /** Accounts that administer Identity Center and CloudTrail for the organization's management account. @default none */
  readonly delegatedAdministrators?: readonly string[];
  /** Accounts that administer account access manager for the management account: it has delegated administrators of its own. @default none */
  readonly accountAccessAdministrators?: readonly string[];
  /** The roles that may be assumed, by ARN, in whatever account. @default none */
  readonly roles?: Readonly<Record<string, AssumableRole>>;
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
  /** The ARNs of callers by access key id, and the roles that may be assumed by ARN: as `options` has them, to be changed. */
  readonly callers: Map<string, string>;
  readonly roles: Map<string, AssumableRole>;
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

/** Starts AWS on 127.0.0.1, for just the operations that the report uses. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { rate = 1, seed = 1, missingKeyIs403 = false, delegatedAdministrators = [] } = options;
  const { accountAccessAdministrators = [] } = options;
  const lacksListBucket = typeof missingKeyIs403 === "function" ? missingKeyIs403 : () => missingKeyIs403;
  const s3 = createS3(lacksListBucket);
  const knownCallers = new Map(Object.entries(options.callers ?? {}));
  const roles = new Map(Object.entries(options.roles ?? {}));
  const callers = createCallers(() => header.OwnerAccountId, knownCallers);
  let { header, queries, handlers, nowMs } = await servicesOf(options.organisation, rate, delegatedAdministrators);
  const messages: Message[] = [];
  const services: Record<string, Handler> = {
    ...handlers,
    s3: s3.handler,
    sns: sns(messages, options.topics),
    kms: kms(options.keys),
    sts: sts(callers, roles),
  };
  const recorder = createRecorder(options.record ?? false);
  let injector = createInjector(options.faults ?? [], seed);
  const newThrottle = () => (options.throttle === false ? () => true : createThrottle(rate));
  let takeFromQuota = newThrottle();

  const carryOut = async (call: Call, handler: Handler): Promise<Answer> => {
    const { faults } = call;
    const slow = fires(faults, "slow");
    if (slow) await sleep(slow.ms ?? 1000, undefined, { ref: false });
    callers.check(call, sessionTokenOf(call.headers, call.query));
    const place = `${call.caller.account} ${call.region}`;
    if (fires(faults, "throttle") || !takeFromQuota(call.service, call.operation, place)) {
      recorder.throttled(call);
      throw throttled(call);
    }
    if (fires(faults, "internalError")) throw internalError(call);
    if (fires(faults, "unavailable")) throw unavailable(call);
    if (fires(faults, "expiredToken")) throw expiredToken(call);
    if (fires(faults, "notInOrganization")) throw notInOrganization();
    if (fires(faults, "accessDenied")) throw accessDenied(call);
    if (fires(faults, "notAuthorized")) throw notAuthorized(call);
    if (fires(faults, "regionDisabled")) throw unknownCredentials(call);
    if (fires(faults, "optInRequired")) throw optInRequired();
    if (fires(faults, "notEnabled")) throw notEnabled();
    for (const kind of ["networkControls", "serviceControlPolicy", "kmsDenied"] as const) {
      if (fires(faults, kind)) throw deniedBy(kind, call);
    }
    for (const [kind, status] of [
      ["html403", 403],
      ["html200", 200],
      ["proxy407", 407],
    ] as const) {
      if (fires(faults, kind)) return webPage(status);
    }
    if (isWronglyTimed(call)) throw wronglyTimed(call);
    const { account } = call.caller;
    const administers = account === header.OwnerAccountId || delegatedAdministrators.includes(account);
    if (isForAdministrators(call) && !administers) throw accessDenied(call);
    const managesAccess = account === header.OwnerAccountId || accountAccessAdministrators.includes(account);
    if (call.service === "account-access" && !managesAccess) throw accessDenied(call);
    return spoiled(await handler(call), faults);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    let call: Call | undefined;
    let answer: Answer;
    try {
      const body = await readBody(request);
      call = readCall(request, body, callers, injector);
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
    callers: knownCallers,
    roles,
    messages,
    stats: recorder.statistics,
    async serveOrganisation(organisation) {
      const former = queries;
      ({ header, queries, handlers, nowMs } = await servicesOf(organisation, rate, delegatedAdministrators));
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
      queries.reset();
      takeFromQuota = newThrottle();
      injector = createInjector(options.faults ?? [], seed);
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, queries.close()]);
    },
  };
}

/** The services that tell of an organisation, and their clock, which goes on from its `Now`. */
async function servicesOf(source: string | OrganisationFile, rate: number, delegated: readonly string[]) {
  const organisation = await loadOrganisation(source);
  const { header } = organisation;
  const startMs = Date.parse(header.Now) - performance.now();
  const nowMs = () => startMs + performance.now();
  const trail = cloudTrail(organisation, rate, nowMs, delegated);
  const queried = athena(organisation, rate, nowMs);
  const handlers: Readonly<Record<string, Handler>> = {
    "account-access": accountAccess(organisation),
    athena: queried.handler,
    sso: ssoAdmin(organisation),
    identitystore: identityStore(organisation),
    organizations: organizations(organisation),
    cloudtrail: trail.handler,
  };
  const queries = {
    reset() {
      trail.reset();
      queried.reset();
    },
    close: () => Promise.all([trail.close(), queried.close()]),
  };
  return { header, queries, handlers, nowMs };
}

function errorAnswer(call: Call | undefined, thrown: unknown): Answer {
  const error =
    thrown instanceof AwsError
      ? thrown
      : new AwsError("InternalFailure", `The local AWS failed: ${(thrown as Error).stack ?? thrown}`, 500);
  if (call?.service === "s3") return s3Error(call, error);
  if (call?.service === "account-access") return restJsonError(error);
  return call?.service === "sts" || call?.service === "sns" ? queryError(error) : jsonError(error);
}
