import { AwsError, type Call } from "./call";

/** The errors that any operation can answer with, in each service's own words. */

export function throttled({ service }: Call): AwsError {
  switch (service) {
    case "organizations":
      return new AwsError("TooManyRequestsException", "Rate exceeded");
    case "identitystore":
      return new AwsError("ThrottlingException", "Rate exceeded", 400, { RetryAfterSeconds: 1 });
    case "s3":
      return new AwsError("SlowDown", "Please reduce your request rate.", 503);
    case "account-access":
      return new AwsError("ThrottlingException", "Rate exceeded", 429);
    case "lambda":
      return new AwsError("TooManyRequestsException", "Rate Exceeded.", 429);
    default:
      return new AwsError("ThrottlingException", "Rate exceeded");
  }
}

export function internalError({ service }: Call): AwsError {
  switch (service) {
    case "account-access":
    case "sso-admin":
    case "identitystore":
      return new AwsError("InternalServerException", "Internal server error", 500);
    case "organizations":
      return new AwsError("ServiceException", "AWS Organizations can't complete your request.", 500);
    case "lambda":
      return new AwsError("ServiceException", "The service encountered an internal error.", 500);
    case "s3":
      return new AwsError("InternalError", "We encountered an internal error. Please try again.", 500);
    default:
      return new AwsError("InternalFailure", "The request processing has failed because of an unknown error.", 500);
  }
}

export function unavailable({ service }: Call): AwsError {
  return service === "s3"
    ? new AwsError("ServiceUnavailable", "Service is unable to handle request.", 503)
    : new AwsError("ServiceUnavailable", "The request has failed due to a temporary failure of the server.", 503);
}

export function expiredToken({ service }: Call): AwsError {
  const message = "The security token included in the request is expired";
  if (service === "s3") return new AwsError("ExpiredToken", "The provided token has expired.");
  return speaksQuery(service)
    ? new AwsError("ExpiredToken", message, 403)
    : new AwsError("ExpiredTokenException", message, statusOfRefusal(service));
}

export function accessDenied({ service, operation, caller: { arn: callerArn } }: Call): AwsError {
  if (service === "s3") return new AwsError("AccessDenied", "Access Denied", 403);
  if (service === "sts") {
    return new AwsError("AccessDenied", `User: ${callerArn} is not authorized to perform: sts:${operation}`, 403);
  }
  const action = `${service === "sso-admin" ? "sso" : service}:${operation}`;
  return new AwsError(
    "AccessDeniedException",
    service === "organizations"
      ? "You don't have permissions to access this resource."
      : `User: ${callerArn} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
    statusOfRefusal(service),
  );
}

/** The JSON protocols of old refuse with 400, rest-json with 403. */
function statusOfRefusal(service: string): number {
  return service === "account-access" ? 403 : 400;
}

/** S3's, of an object that is there: of one that is not, it names s3:ListBucket. */
export function notAuthorized({ operation, bucket, key, caller: { arn: callerArn } }: Call): AwsError {
  const action = `s3:${operation}`;
  const what = `${action} on resource: "arn:aws:s3:::${bucket}/${key}" because no identity-based policy allows the ${action} action`;
  return new AwsError("AccessDenied", `User: ${callerArn} is not authorized to perform: ${what}`, 403);
}

/** How AWS refuses a request that was signed at the wrong time. */
export function wronglyTimed({ service }: Call): AwsError {
  if (service === "s3") {
    const message = "The difference between the request time and the current time is too large.";
    return new AwsError("RequestTimeTooSkewed", message, 403);
  }
  const code = speaksQuery(service) ? "SignatureDoesNotMatch" : "InvalidSignatureException";
  return new AwsError(
    code,
    "Signature expired: the request's time is not within five minutes of the current time",
    403,
  );
}

/** What AWS says of credentials that it does not know; so does a Region that the account has not enabled, of all. */
export function unknownCredentials({ service }: Call): AwsError {
  const message = "The security token included in the request is invalid.";
  if (service === "s3") return new AwsError("InvalidAccessKeyId", message, 403);
  return speaksQuery(service)
    ? new AwsError("InvalidClientTokenId", message, 403)
    : new AwsError("UnrecognizedClientException", message, statusOfRefusal(service));
}

/** What some services say instead, where the account has not enabled the Region. */
export function optInRequired(): AwsError {
  return new AwsError("OptInRequired", "The AWS Access Key Id needs a subscription for the service", 403);
}

/** A refusal in the words of AWS's access-denied messages, by what stands above the caller's own policies. */
export function deniedBy(kind: "networkControls" | "serviceControlPolicy" | "kmsDenied", call: Call) {
  const callerArn = call.caller.arn;
  const { code, status } = accessDenied(call);
  const action = `${call.service === "sso-admin" ? "sso" : call.service}:${call.operation}`;
  const denied = `User: ${callerArn} is not authorized to perform: `;
  switch (kind) {
    case "networkControls": // the words are not documented
      return new AwsError(
        code,
        `${denied}${action} because the request does not come from a permitted network`,
        status,
      );
    case "serviceControlPolicy":
      return new AwsError(code, `${denied}${action} with an explicit deny in a service control policy`, status);
    case "kmsDenied":
      return new AwsError(code, `${denied}kms:Decrypt on the resource associated with this ciphertext`, status, {
        Reason: "KMS_ACCESS_DENIED",
      });
  }
}

/** What an instance without permission sets was seen to say. */
export function notEnabled(): AwsError {
  return new AwsError("ValidationException", "Permission Sets are not enabled for this instance");
}

export function notInOrganization(): AwsError {
  return new AwsError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.");
}

/** Services of AWS Query, whose errors have names of their own. */
function speaksQuery(service: string): boolean {
  return service === "sts" || service === "sns";
}
