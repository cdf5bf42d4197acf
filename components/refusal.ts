import * as pulumi from "@pulumi/pulumi";

/** One sentence for people about a look-up that failed. */
export class LookUpError extends Error {}

/** What a look-up is about, and what to do where AWS refuses it. */
export interface Question {
  /** The setting, and what was expected of it. */
  readonly about: string;
  /** What whoever deploys needs for the look-up. */
  readonly right: string;
  readonly remedy: string;
}

/** The answer of a provider's function. @throws LookUpError, with the setting, what AWS said and what to do */
export async function ask<T>(answer: Promise<T>, { about, right, remedy }: Question): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const { said, isDenied } = refusalOf(error);
    const rights = isDenied ? ` Whoever deploys needs ${right} (docs/policies/deployer.json has all rights).` : "";
    throw new LookUpError(`${about}; AWS said: ${said.replace(/\.$/, "")}.${rights} ${remedy}`);
  }
}

export interface Refusal {
  /** AWS's own words on one line, without the engine's and the provider's around them. */
  readonly said: string;
  readonly isDenied: boolean;
  readonly isMissing: boolean;
  /** Of a request that AWS does not take as it is, or not here. */
  readonly isInvalid: boolean;
}

export function refusalOf(error: unknown): Refusal {
  const text = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ").trim();
  const said = text
    .replace(/^.*?\berrors? occurred: \* /, "")
    .replace(/operation error [^:]+: \w+, /, "")
    .replace(/https response error StatusCode: \d+, RequestID: [^,]*, (HostID: [^,]*, )?/, "")
    .replace(/\bapi error /, "");
  return {
    said,
    isDenied: /AccessDenied|Unauthorized|AuthorizationError|not authorized|StatusCode: 403|Forbidden/i.test(text),
    isInvalid: /ValidationException/.test(text),
    isMissing: /couldn't find resource|empty result|StatusCode: 404|NotFound|NoSuchBucket|InvalidDocument\b/.test(text),
  };
}

/** One error for all that AWS says against a stack, printed by Pulumi without a stack trace. */
export function lookUpError(problems: readonly string[]): pulumi.RunError {
  const title =
    problems.length === 1
      ? "One setting does not fit what AWS has"
      : `${problems.length} settings do not fit what AWS has`;
  return runError(title, problems);
}

/** Does a look-up in the middle of a deployment, where a refusal is to be Pulumi's kind of error at once. */
export async function orRunError<T>(lookUp: () => Promise<T>): Promise<T> {
  try {
    return await lookUp();
  } catch (error) {
    throw error instanceof LookUpError ? lookUpError([error.message]) : error;
  }
}

/**
 * An error that Pulumi prints once and as it is. It meets the same one at every resource that waits for its value, and would write
 * each one's property before the message. The stack, which it does not print, it would color all the same, and Node.js may take most of
 * a minute for that.
 */
export function runError(title: string, problems: readonly string[]): pulumi.RunError {
  const message = [`${title}:`, ...problems.map((problem) => `  - ${problem}`)].join("\n");
  return Object.defineProperties(new pulumi.RunError(message), {
    message: { get: () => message, set: () => {} },
    stack: { value: "" },
  });
}
