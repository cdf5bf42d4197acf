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
    default:
      return new AwsError("ThrottlingException", "Rate exceeded");
  }
}

export function internalError({ service }: Call): AwsError {
  switch (service) {
    case "sso-admin":
    case "identitystore":
      return new AwsError("InternalServerException", "Internal server error", 500);
    case "organizations":
      return new AwsError("ServiceException", "AWS Organizations can't complete your request.", 500);
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
  return service === "s3"
    ? new AwsError("ExpiredToken", "The provided token has expired.")
    : new AwsError("ExpiredTokenException", "The security token included in the request is expired");
}

export function accessDenied({ service, operation }: Call, callerArn: string): AwsError {
  if (service === "s3") return new AwsError("AccessDenied", "Access Denied", 403);
  const action = `${service === "sso-admin" ? "sso" : service}:${operation}`;
  return new AwsError(
    "AccessDeniedException",
    service === "organizations"
      ? "You don't have permissions to access this resource."
      : `User: ${callerArn} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
  );
}

export function notInOrganization(): AwsError {
  return new AwsError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.");
}

export function noPermissionSets(): AwsError {
  return new AwsError("ValidationException", "The operation is not supported for this Identity Center instance");
}
