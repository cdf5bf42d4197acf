import { messageOf, reportError } from "../errors";
import { isImpossible, isUntrusted, isWebPage, lacksCredentials, reasonOf } from "./reasons";
import { type ServiceError, statusOf } from "./serviceError";

export function isThrottle(error: ServiceError): boolean {
  return (
    /throttl|TooManyRequests|SlowDown|LimitExceededException|MaxConcurrentQueries/i.test(error.name) ||
    statusOf(error) === 429
  );
}

/** What this machine could not send, or does not trust, is final; so are answers that are not AWS's, and those of the 400s, but for throttling, requests that did not arrive whole, and S3's "another one is at it". */
export function isFinal(error: ServiceError): boolean {
  if (lacksCredentials(error) || isImpossible(error) || isUntrusted(error) || isWebPage(error)) return true;
  const status = statusOf(error);
  const passing = error.name === "RequestTimeout" || error.name === "ConditionalRequestConflict";
  return status !== undefined && status >= 400 && status < 500 && !passing;
}

/**
 * What a call that failed for good means, for people: what was asked, what AWS said, what to do.
 *
 * @param attempts how often it was tried
 */
export function explained(service: string, operation: string, error: ServiceError, attempts: number): Error {
  const call = `${service} ${operation}`;
  const said = `${error.name}: ${messageOf(error).split("\n")[0]}`; // the SDK's second line is advice to programmers
  const status = statusOf(error);
  if (error.name === "CredentialsMissing") return error;
  if (lacksCredentials(error)) {
    return reportError("CredentialsMissing", `${call} was not sent: there are no credentials (${said}).`, error);
  }
  const refused = /AccessDenied|UnauthorizedOperation|NotAuthorized|^Forbidden$/i.test(error.name) || status === 403;
  const reason = reasonOf(error, refused, Date.now());
  if (reason !== null) return reportError(reason.name, `${call}: ${reason.why} (${said}). ${reason.advice}`, error);
  const credentials = refused
    ? /Expired|Invalid.*Token|UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|OptInRequired|SignatureDoesNotMatch/i
    : /Expired.*Token|UnrecognizedClient|InvalidClientTokenId/i;
  if (credentials.test(error.name)) {
    return reportError(
      "CredentialsRefused",
      `${call}: the credentials were refused (${said}). Fresh credentials are needed.${unknownHere(error)}`,
      error,
    );
  }
  if (refused) {
    return reportError(
      "AccessDenied",
      `${call} was refused (${said}). The role that runs the report needs ${permissionOf(service, operation)}${answersTo(service, operation)}.`,
      error,
    );
  }
  if (isThrottle(error)) {
    return reportError(
      "Throttled",
      `${call} was throttled ${attempts} times in a row (${said}). Lower requestsPerSecond, or run when less else uses this API.`,
      error,
    );
  }
  // The SDK throws a TypeError where a member of the answer is of another type than its model says, a date that is a text.
  if (error.name === "UnexpectedAnswer" || (error.name === "TypeError" && status === 200)) {
    return reportError(
      "UnexpectedAnswer",
      `${call} gave an answer that is not understood, ${attempts} times in a row: ${messageOf(error).split("\n")[0]}. Run the report again; if it stays so, AWS, or what stands before it, answers in a form that this version does not know.`,
      error,
    );
  }
  if (isFinal(error)) return reportError(error.name, `${call} failed: ${said}`, error);
  if (status === undefined) {
    return reportError(
      "Unreachable",
      `${call}: no whole answer after ${attempts} attempts (${said}). Check the Region, the endpoint and the network.`,
      error,
    );
  }
  return reportError(
    "ServiceFailed",
    `${call} failed ${attempts} times in a row, the last time with HTTP ${status} (${said}). Try again later.`,
    error,
  );
}

/** Credentials that are good elsewhere are unknown in a Region that the account has not enabled. */
function unknownHere({ name }: ServiceError): string {
  if (!/UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|OptInRequired/i.test(name)) return "";
  return " If they are good in other Regions, this one is not enabled in the account: AWS Account Management → Regions.";
}

/** Whom a service answers, whatever their rights: a clause, empty where it is everybody. */
function answersTo(service: string, operation: string): string {
  const lake = /^(GetEventDataStore|StartQuery|DescribeQuery|GetQueryResults|CancelQuery)$/;
  if (service === "cloudtrail" && lake.test(operation)) {
    return "; it answers only to the store's owner and a CloudTrail delegated administrator";
  }
  if (service === "account-access") {
    return "; it answers only to the management account and account access manager's own delegated administrator";
  }
  if (service === "organizations") return "; it answers only to the management account and delegated administrators";
  if (service !== "sso-admin") return "";
  return "; it answers only to the management account and the Identity Center delegated administrator";
}

/** The IAM action that an operation needs. */
function permissionOf(service: string, operation: string): string {
  if (service === "sso-admin") return `sso:${operation}`;
  if (operation === "LookupEvents") return "cloudtrail:LookupEvents on all resources (*)";
  if (service === "s3" && /^(Create|Complete)MultipartUpload$|^UploadPart$/.test(operation)) return "s3:PutObject";
  return `${service}:${operation}`;
}
