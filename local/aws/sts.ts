import { AwsError, type Call, type Handler, notImplemented } from "./call";
import type { AssumableRole, Callers } from "./callers";
import { violation } from "./jsonProtocol";
import { queryService } from "./queryProtocol";
import { element } from "./xml";

/** A session of a role from a role lasts no longer. */
const CHAINED_SECONDS = 3600;

const understood = new Set(["Action", "Version", "RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId"]);

/** @param roles that may be assumed, by ARN */
export function sts(callers: Callers, roles: ReadonlyMap<string, AssumableRole>): Handler {
  return queryService("sts", "https://sts.amazonaws.com/doc/2011-06-15/", {
    GetCallerIdentity: (_, { caller }) =>
      element("Arn", caller.arn) + element("UserId", caller.userId) + element("Account", caller.account),

    AssumeRole(parameters, call) {
      const others = [...parameters.keys()].filter((name) => !understood.has(name));
      if (others.length > 0) throw notImplemented("sts", `AssumeRole with ${others.join(", ")}`);
      const roleArn = text(parameters, "RoleArn", 20, 2048, /^[\x20-\x7e]*$/);
      const sessionName = text(parameters, "RoleSessionName", 2, 64, /^[\w+=,.@-]*$/);
      if (!/^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(roleArn)) throw invalid(`${roleArn} is invalid`);
      const seconds = duration(parameters.get("DurationSeconds"));
      const role = roles.get(roleArn);
      if (!role || (role.externalId !== undefined && role.externalId !== parameters.get("ExternalId"))) {
        throw refused(call, roleArn);
      }
      if (call.caller.isRole && seconds > CHAINED_SECONDS) {
        throw invalid(
          "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        );
      }
      if (seconds > (role.maxSessionDuration ?? 3600)) {
        throw invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
      }
      const { accessKeyId, secretAccessKey, sessionToken, endsAt, caller } = callers.begin(
        roleArn,
        sessionName,
        seconds * 1000,
        role,
      );
      const credentials =
        element("AccessKeyId", accessKeyId) +
        element("SecretAccessKey", secretAccessKey) +
        element("SessionToken", sessionToken) +
        element("Expiration", new Date(endsAt).toISOString());
      const user = element("AssumedRoleId", caller.userId) + element("Arn", caller.arn);
      return `<Credentials>${credentials}</Credentials><AssumedRoleUser>${user}</AssumedRoleUser>`;
    },
  });
}

function text(parameters: URLSearchParams, name: string, least: number, most: number, pattern: RegExp): string {
  const value = parameters.get(name);
  if (value === null) throw invalid(violation(name, undefined, "Member must not be null"));
  const constraint =
    value.length < least
      ? `Member must have length greater than or equal to ${least}`
      : value.length > most
        ? `Member must have length less than or equal to ${most}`
        : pattern.test(value)
          ? undefined
          : `Member must satisfy regular expression pattern: ${pattern.source}`;
  if (constraint) throw invalid(violation(name, value, constraint));
  return value;
}

function duration(text: string | null): number {
  const seconds = text === null ? 3600 : Number(text);
  if (Number.isInteger(seconds) && seconds >= 900 && seconds <= 43_200) return seconds;
  const constraint = seconds < 900 ? "greater than or equal to 900" : "less than or equal to 43200";
  throw invalid(violation("DurationSeconds", text, `Member must have value ${constraint}`));
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

function refused({ caller }: Call, roleArn: string): AwsError {
  const what = `sts:AssumeRole on resource: ${roleArn}`;
  return new AwsError("AccessDenied", `User: ${caller.arn} is not authorized to perform: ${what}`, 403);
}
