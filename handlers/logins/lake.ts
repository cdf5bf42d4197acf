import {
  CancelQueryCommand,
  CloudTrailClient,
  DescribeQueryCommand,
  GetEventDataStoreCommand,
  StartQueryCommand,
} from "@aws-sdk/client-cloudtrail";
import { type Caller, type ClientOptions, clientSettings, wholeAnswerTo } from "../aws/aws";
import { reportError } from "../errors";
import type { ObservedRegion } from "../model";
import { parseEventDataStore } from "../settings";
import { observedBy } from "./eventDataStore";
import { loginQuery, readLogins } from "./lakeQuery";
import type { LoginSource, LoginWindow } from "./source";

/** A query under way. */
export interface LakeReading {
  readonly queryId: string;
  readonly window: LoginWindow;
  readonly regions: readonly string[];
  readonly observed: {
    readonly observedFrom: string | null;
    readonly observedTo: string;
    readonly onlyRegion: string | null;
    readonly reason: string | null;
  };
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

  /** What an answer must have to be one: without it, the call is made again. */
  function requireText<Text extends string>(member: string, value: Text | undefined): Text {
    if (typeof value === "string" && value !== "") return value;
    throw reportError("UnexpectedAnswer", `${member}: expected a text, got ${JSON.stringify(value) ?? "nothing"}`);
  }

  /** One that was stopped can still be asked for what it has. */
  function refuseUnlessQueryable(status: string): void {
    if (["ENABLED", "STARTING_INGESTION", "STOPPING_INGESTION", "STOPPED_INGESTION"].includes(status)) return;
    throw reportError(
      "EventDataStoreNotEnabled",
      ["CREATED", "PENDING_DELETION"].includes(status)
        ? `The event data store ${eventDataStore} is ${status}, not ENABLED: it cannot be asked for logins. Look at it under CloudTrail → Lake → Event data stores.`
        : `The event data store ${eventDataStore} has the status ${JSON.stringify(status)}, which is not understood: whether it records logins is not known. Look at it under CloudTrail → Lake → Event data stores.`,
    );
  }

  /** Why the store has nothing of a Region: a clause; `null` where it has. */
  function whyNotThere(region: string, onlyRegion: string | null): string | null {
    if (onlyRegion === null || onlyRegion === region) return null;
    return `the event data store records ${onlyRegion} alone, its own Region (make it a multi-Region store)`;
  }

  /** What the query billed, once it is finished; the status that it still has, where `untilMs` comes first. */
  async function waitFor(QueryId: string, untilMs: number, call: Caller) {
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(LONGEST_POLL_MS, pollMs * SLOWER)) {
      const query = await call(cloudTrail, new DescribeQueryCommand({ QueryId }), (answer) => ({
        ...answer,
        QueryStatus: requireText("QueryStatus", answer.QueryStatus),
      }));
      const status = query.QueryStatus;
      if (status === "FINISHED") return { finished: true, bytesScanned: query.QueryStatistics?.BytesScanned ?? null };
      if (status !== "QUEUED" && status !== "RUNNING") {
        const said = query.ErrorMessage ? `: ${query.ErrorMessage}` : "";
        throw reportError(
          "QueryFailed",
          `The login query ${QueryId} ended as ${status}${said}. Its partial results were discarded.`,
        );
      }
      if (Date.now() + pollMs > untilMs) return { finished: false, status };
      await call.sleep(pollMs);
    }
  }

  return {
    // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
    grants: { "cloudtrail:StartQuery": 3, "cloudtrail:*": 10 },

    async begin(asked, { regions }, call, read) {
      const getStore = new GetEventDataStoreCommand({ EventDataStore: eventDataStore });
      const wholeAnswer = wholeAnswerTo(getStore);
      const store = await call(cloudTrail, getStore, (answer) => ({
        ...answer,
        Status: requireText("Status", answer.Status),
      }));
      refuseUnlessQueryable(store.Status);
      // A selector's operator that the SDK does not know would be missing in its answer, and the selector seem to admit more.
      const { AdvancedEventSelectors } = wholeAnswer();
      const { window, ...observed } = observedBy({ ...store, AdvancedEventSelectors }, asked, call.awsNowMs());
      const QueryStatement = loginQuery(id, Date.parse(window.from), Date.parse(window.to), read);
      const queryId = await call(cloudTrail, new StartQueryCommand({ QueryStatement }), (answer) =>
        requireText("QueryId", answer.QueryId),
      );
      const { observedFrom, reason } = observed;
      return { observedFrom, reason, window, reading: { queryId, window, regions, observed }, queryId };
    },

    async goOn(reading, untilMs, call, progress) {
      const { queryId, window, observed } = reading;
      const finishes = () => waitFor(queryId, untilMs, call);
      const query = await call.once("login query", queryId, finishes, ({ finished }) => finished);
      if (!query.finished) {
        return { done: false, reading, waiting: `The login query ${queryId} was still ${query.status}` };
      }
      const { removedRegions, ...logins } = await readLogins(queryId, window, cloudTrail, call, progress);
      // Those that the instance was in, too.
      const expected = [...new Set([...reading.regions, ...removedRegions])].sort();
      const regions = expected.map((region): ObservedRegion => {
        const elsewhere = whyNotThere(region, observed.onlyRegion);
        const from = elsewhere === null ? observed.observedFrom : null;
        return { region, from, to: observed.observedTo, reason: observed.reason ?? elsewhere };
      });
      const unseen = regions.filter((one) => one.reason !== null).map((one) => `in ${one.region}, ${one.reason}`);
      const reason = logins.reason ?? (unseen.length === 0 ? null : unseen.join("; "));
      return { done: true, part: { ...logins, reason, regions, bytesScanned: query.bytesScanned ?? null } };
    },

    async giveUp({ queryId }) {
      // Not through `call`, which ends with the run: one attempt, a second at most.
      await cloudTrail
        .send(new CancelQueryCommand({ QueryId: queryId }), { abortSignal: AbortSignal.timeout(800) })
        .catch(() => {}); // it had ended already, or AWS ends it within the hour
    },
  };
}
