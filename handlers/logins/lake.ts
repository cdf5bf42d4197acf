import {
  CancelQueryCommand,
  CloudTrailClient,
  DescribeQueryCommand,
  GetEventDataStoreCommand,
  StartQueryCommand,
} from "@aws-sdk/client-cloudtrail";
import { type Caller, type ClientOptions, clientSettings } from "../aws/aws";
import { reportError } from "../errors";
import { parseEventDataStore } from "../settings";
import { observedBy } from "./eventDataStore";
import { loginQuery, readLogins } from "./lakeQuery";
import type { LoginSource, LoginWindow } from "./source";

/** A query under way. */
export interface LakeReading {
  readonly queryId: string;
  readonly window: LoginWindow;
}

/**
 * CloudTrail Lake as the login source: one query over an event data store.
 *
 * @param eventDataStore id or ARN; an ARN gives the Region that is asked
 */
export function createLakeSource(eventDataStore: string, options: ClientOptions): LoginSource<LakeReading> {
  const FIRST_POLL_MS = 100; // the query of a small store is done at once
  const LONGEST_POLL_MS = 5_000; // of a long one, nobody needs to know sooner
  const SLOWER = 1.6; // nine polls from the first to the longest
  const { id = eventDataStore, region = "" } = parseEventDataStore(eventDataStore) ?? {};
  const cloudTrail = new CloudTrailClient({ ...clientSettings(options), ...(region !== "" && { region }) });

  /** What the query billed, once it is finished; the status that it still has, where `untilMs` comes first. */
  async function waitFor(QueryId: string, untilMs: number, call: Caller) {
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(LONGEST_POLL_MS, pollMs * SLOWER)) {
      const query = await call(cloudTrail, new DescribeQueryCommand({ QueryId }));
      const status = query.QueryStatus;
      if (status === "FINISHED") return { finished: true, bytesScanned: query.QueryStatistics?.BytesScanned ?? null };
      if (status !== "QUEUED" && status !== "RUNNING") {
        const said = query.ErrorMessage ? `: ${query.ErrorMessage}` : "";
        throw reportError(
          "QueryFailed",
          `The login query ${QueryId} ended as ${status}${said}. What it may have found is not used.`,
        );
      }
      if (Date.now() + pollMs > untilMs) return { finished: false, status };
      await call.sleep(pollMs);
    }
  }

  return {
    // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
    grants: { "cloudtrail:StartQuery": 3, "cloudtrail:*": 10 },

    async begin(window, call) {
      const store = await call(cloudTrail, new GetEventDataStoreCommand({ EventDataStore: eventDataStore }));
      if (store.Status !== "ENABLED") {
        throw reportError(
          "EventDataStoreNotEnabled",
          `The event data store ${eventDataStore} is ${store.Status}, not ENABLED: it records no logins. Start its ingestion under CloudTrail → Lake → Event data stores.`,
        );
      }
      const QueryStatement = loginQuery(id, Date.parse(window.from), Date.parse(window.to));
      const { QueryId } = await call(cloudTrail, new StartQueryCommand({ QueryStatement }));
      if (!QueryId) throw reportError("UnexpectedAnswer", "cloudtrail StartQuery gave no query id.");
      return { ...observedBy(store, window), reading: { queryId: QueryId, window }, queryId: QueryId };
    },

    async goOn(reading, untilMs, call, progress) {
      const { queryId, window } = reading;
      const query = await waitFor(queryId, untilMs, call);
      if (!query.finished) {
        return { done: false, reading, waiting: `The login query ${queryId} was still ${query.status}` };
      }
      const logins = await readLogins(queryId, window, cloudTrail, call, progress);
      return { done: true, part: { ...logins, bytesScanned: query.bytesScanned ?? null } };
    },

    async giveUp({ queryId }) {
      // Not through `call`, which ends with the run: one attempt, a second at most.
      await cloudTrail
        .send(new CancelQueryCommand({ QueryId: queryId }), { abortSignal: AbortSignal.timeout(800) })
        .catch(() => {}); // it had ended already, or AWS ends it within the hour
    },
  };
}
