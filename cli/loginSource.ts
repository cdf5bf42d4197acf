import type { Caller, ClientOptions } from "../handlers/aws/aws";
import { messageOf, reportError } from "../handlers/errors";
import { createLoginSource, type LoginKeeping, type LoginSettings, type LoginSource } from "../handlers/logins/logins";

/** The name of the error of a run whose event data store or table is not there. */
export const NO_SUCH_STORE = "EventDataStoreNotFound";

/**
 * The login source of a run from a terminal. What whoever started it can mend ends the run, while the function's report goes on without
 * logins: a store that is not there, at once; a session that has expired, and a network that is gone, after which the run can be gone on with.
 *
 * @param keeping where what is read is kept
 * @param end ends the run for a reason
 */
export function createEndingLoginSource(
  settings: LoginSettings,
  options: ClientOptions,
  keeping: LoginKeeping,
  end: (reason: Error) => void,
): LoginSource | null {
  const source = createLoginSource(settings, options, keeping);
  if (source === null) return null;

  function endWhereMended(thrown: unknown): void {
    const error = thrown as Error;
    if (/^EventDataStore(NotFound|ARNInvalid)/.test(error.name)) end(wrongLake(error));
    if (/^(NoTrailTable|TrailTableNot\w+|WorkGroupNotUsable)$/.test(error.name)) end(wrongTable(error));
    // Credentials that are refused for another reason may be good for everything but the store's Region.
    const expired =
      error.name === "CredentialsRefused" && /Expired/.test((error.cause as Error | undefined)?.name ?? "");
    if (expired || ["CredentialsMissing", "Unreachable"].includes(error.name)) end(error);
  }

  async function ending<Value>(asked: Promise<Value>): Promise<Value> {
    return asked.catch((error) => {
      endWhereMended(error);
      throw error;
    });
  }

  /** A source that reads one Region after another goes on where one of them fails. */
  function endingCaller(call: Caller): Caller {
    const made = (...given: Parameters<Caller>) => ending(call(...given));
    return Object.assign(made, call) as Caller;
  }

  return {
    ...source,
    begin: (...given) => ending(source.begin(...given)),
    goOn: (reading, untilMs, call, progress) => ending(source.goOn(reading, untilMs, endingCaller(call), progress)),
  };
}

function wrongTable(error: Error): Error {
  const advice = "--trail-table takes a table in the Region of --region. Or leave logins out with --no-logins.";
  return reportError(NO_SUCH_STORE, `${messageOf(error)} ${advice} Nothing was written.`, error);
}

function wrongLake(error: unknown): Error {
  const advice =
    "--lake-id takes an id or ARN from CloudTrail → Lake → Event data stores; an ARN also says the Region, else it is that of --region. Or leave logins out with --no-logins.";
  return reportError(NO_SUCH_STORE, `${messageOf(error)} ${advice} Nothing was written.`, error);
}
