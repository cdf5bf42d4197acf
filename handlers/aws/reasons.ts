import { messageOf } from "../errors";
import { type ServiceError, statusOf } from "./serviceError";

/** Why a call failed, where it is not what the error's name says at first sight. */
export interface Reason {
  /** Of the error that people get. */
  readonly name: string;
  /** Why it failed: a main clause. */
  readonly why: string;
  readonly advice: string;
}

/** Whether AWS never saw the request, since there was nothing to sign it with. Asking again does not help. */
export function lacksCredentials({ name }: ServiceError): boolean {
  return /^(CredentialsMissing|CredentialsProviderError|TokenProviderError|ProviderError)$/.test(name);
}

/** Whether Node refused to make a request of what it was given, such as an address that is none. Asking again does not help. */
export function isImpossible({ code = "" }: ServiceError): boolean {
  return /^ERR_(INVALID_(?!RETURN)|UNESCAPED_)/.test(code);
}

/** Whether this machine does not trust the certificate of what answered. Asking again does not help. */
export function isUntrusted({ code = "" }: ServiceError): boolean {
  return /CERT|^UNABLE_TO_(GET|VERIFY)/.test(code);
}

/** Whether what answered is not AWS, but a gateway, firewall or portal on the way: AWS's services answer with no web page. */
export function isWebPage(error: ServiceError): boolean {
  return (statusOf(error) ?? 500) < 500 && /^text\/html/i.test(error.$response?.headers?.["content-type"] ?? "");
}

/**
 * How far AWS's clock is ahead of this machine's, milliseconds, where a request was refused for that; else `null`. With this answer the SDK
 * sets its client right, so that the next request is signed by AWS's clock.
 */
export function clockSkewMs({ name, $response, $metadata }: ServiceError, nowMs: number): number | null {
  const SUSPICIOUS_MS = 240_000; // the SDK's own threshold; AWS tolerates five minutes
  const isOfTime =
    /^(RequestTimeTooSkewed|RequestExpired|RequestInTheFuture|InvalidSignatureException|SignatureDoesNotMatch)$/;
  if (!isOfTime.test(name) || $metadata?.requestId === undefined) return null; // a gateway has a clock, too
  const skewMs = Date.parse($response?.headers?.date ?? "") - nowMs;
  return Math.abs(skewMs) >= SUSPICIOUS_MS ? skewMs : null;
}

/**
 * The first reason that applies. What AWS documents is told from names, statuses and members; its messages are hints, which
 * change the words and nothing else.
 *
 * @param refused whether AWS, or what answered for it, did not allow the call
 */
export function reasonOf(error: ServiceError, refused: boolean, nowMs: number): Reason | null {
  const { name, Reason: member = "", code, hostname } = error;
  const status = statusOf(error);
  const said = messageOf(error);
  const skewMs = clockSkewMs(error, nowMs);
  const policy = /(service control|resource control|VPC endpoint|session) polic|permissions boundary/i.exec(said);
  const reasons: readonly [applies: boolean, name: string, why: string, advice: string][] = [
    [
      status === 407,
      "ProxyRefused",
      "the proxy on the way wants to know who asks (HTTP 407)",
      "Put user and password into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT.",
    ],
    [
      isWebPage(error),
      "NotAws",
      `a web page came (HTTP ${status}), which is not AWS's answer`,
      "Something on the way answered in AWS's place: a proxy, a firewall, a network's login page, or what AWS_ENDPOINT_URL names. Let AWS's hosts through, or ask from another network.",
    ],
    [
      skewMs !== null,
      "WrongClock",
      `this machine's clock is ${Math.round(Math.abs(skewMs ?? 0) / 60_000)} minutes ${(skewMs ?? 0) > 0 ? "behind" : "ahead of"} AWS's`,
      "Set it right and run again: requests, and what is reported as unused, go by it.",
    ],
    [
      /kms/i.test(name) || /kms/i.test(member) || (refused && /\bkms\b/i.test(said)),
      refused ? "AccessDenied" : name,
      "the key with which the data is encrypted did not serve it",
      "The role that runs the report needs kms:Decrypt on this customer managed key, by its own policy (lakeKmsKeyArn, identityCenterKmsKeyArn) and by the key's, and the key must be enabled.",
    ],
    [
      refused && policy !== null,
      "AccessDenied",
      `a policy above the role forbids it (${policy?.[0].replace(/ polic$/i, " policy")})`,
      "The role's own permissions are not what is missing: ask whoever keeps that policy.",
    ],
    [
      refused && /\b(vpc|vpce|network|ip address|source ?ip)\b/i.test(said),
      "AccessDenied",
      "it may not be asked from this network",
      "The role's own permissions are not what is missing: look at IAM Identity Center → Settings → Network controls, or ask from a network that they admit.",
    ],
    [
      /^ValidationException$/.test(name) && /not (enabled|supported).*instance|account instance/i.test(said),
      "PermissionSetsNotEnabled",
      "this instance of IAM Identity Center has no permission sets",
      "It is an account instance, or an organization instance for which they are not enabled. Take the organization instance, from the management account or the delegated administrator, and enable them under IAM Identity Center → Settings.",
    ],
    [
      isImpossible(error),
      "BadRequest",
      "no request could be made",
      "Check the Region, the credentials, and what AWS_ENDPOINT_URL names, which must be a URL.",
    ],
    [
      isUntrusted(error),
      "NotTrusted",
      `this machine does not trust the certificate of what answered (${code})`,
      "Where a proxy or firewall opens TLS, put its root certificate into a file and name that with NODE_EXTRA_CA_CERTS; else something on the way answered in AWS's place.",
    ],
    [
      code === "ENOTFOUND",
      "Unreachable",
      `there is no host ${hostname ?? "of that name"}`,
      "Check that the Region is spelled as AWS does and has this service, and that this machine can look names up.",
    ],
  ];
  const first = reasons.find(([applies]) => applies);
  return first === undefined ? null : { name: first[1], why: first[2], advice: first[3] };
}
