import type { ClientOptions } from "../handlers/aws/aws";
import { messageOf, reportError } from "../handlers/errors";
import { createLoginSource, type LoginSource } from "../handlers/logins/logins";
import type { Settings } from "../handlers/model";

/**
 * The login source of a run from a terminal. A store that is not there ends the run at once: whoever started it is there to mend the
 * id, while the function's report goes on without logins.
 *
 * @param end ends the run for a reason
 */
export function createEndingLoginSource(
  settings: Pick<Settings, "eventDataStore">,
  options: ClientOptions,
  end: (reason: Error) => void,
): LoginSource | null {
  const source = createLoginSource(settings, options);
  if (source === null) return null;
  return {
    ...source,
    async begin(window, call) {
      try {
        return await source.begin(window, call);
      } catch (error) {
        if (/^EventDataStore(NotFound|ARNInvalid)/.test((error as Error).name)) end(wrongLake(error));
        throw error;
      }
    },
  };
}

function wrongLake(error: unknown): Error {
  const advice =
    "--lake-id takes an id or ARN from CloudTrail → Lake → Event data stores; an ARN also says the Region, else it is that of --region. Or leave logins out with --no-logins.";
  return reportError("EventDataStoreNotFound", `${messageOf(error)} ${advice} Nothing was written.`, error);
}
