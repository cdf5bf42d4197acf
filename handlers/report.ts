import { type Caller, createCaller, createClients, createTopicClient } from "./aws/aws";
import {
  ALREADY_RUNNING,
  beginRun,
  createS3History,
  createS3Sink,
  createSmallObjects,
  endRun,
  hoursSinceLastReport,
  publishedResult,
  REPORT_PREFIX,
  type RunResult,
  recordFailure,
  recordSuccess,
  resultOf,
  runFolder,
  type SmallObjects,
} from "./bucket/bucket";
import { reportError } from "./errors";
import { originOf, publishedRows, type RunOrigin } from "./files/files";
import {
  createLog,
  failedNotice,
  type Log,
  type Notice,
  type NoticeContext,
  publishedNotice,
  tellTopic,
} from "./notify/notify";
import { runReport } from "./run";
import { deployedSettings, runSettings, settingsOf } from "./settings";

/** What the caller of the function may give. */
export interface ReportEvent {
  /** 1–64 letters, digits and `-`; a repeated id returns the report that it published. Default: Lambda's request id. */
  readonly runId?: string;
  /** What asked for it; a `watch` tells how old the newest report is and starts none. */
  readonly trigger?: "schedule" | "automation" | "manual" | "watch";
  /** Overrides the stack's, for this run; as a number or in decimal, empty for none. */
  readonly lookbackDays?: number | string;
  /** Why the run is made, at most 200 characters; goes into the manifest. */
  readonly note?: string;
}

/** What is used of Lambda's context object. */
export interface LambdaContext {
  readonly awsRequestId: string;
  readonly invokedFunctionArn: string;
  getRemainingTimeInMillis(): number;
}

/** What a watch gives: it starts no report. */
export interface WatchResult {
  readonly hoursSinceLastReport: number;
}

export type ReportResult = RunResult | WatchResult;

export type ReportHandler = (event: ReportEvent | undefined, context: LambdaContext) => Promise<ReportResult>;

/** An invocation that asks for a report. */
interface Asked {
  readonly event: ReportEvent;
  readonly runId: string;
  readonly place: RunOrigin;
  /** Milliseconds since 1970, as is the deadline. */
  readonly startedMs: number;
  readonly deadlineMs: number;
  readonly objects: SmallObjects;
  readonly call: Caller;
  readonly log: Log;
}

/**
 * Makes the function's handler. Pulumi serialises this factory, and Lambda runs it once a container: what has state is made
 * in here, since module state is not carried along.
 */
export function createReportHandler(): ReportHandler {
  const ENDING_MS = 15_000; // kept back to give up uploads, to write the failed status and to tell before Lambda ends the process
  const bucket = process.env.BUCKET_NAME ?? "";
  const topicArn = process.env.TOPIC_ARN ?? "";
  // Where they cannot be read, the run says so (`settingsOf`); a watch needs none of them.
  const deployed = deployedSettings(process.env);
  const requestsPerSecond = deployed?.requestsPerSecond ?? runSettings.requestsPerSecond.defaultValue;
  const clients = createClients(deployed?.eventDataStore ?? null);
  const sns = createTopicClient();

  // For what must also be done when the run has been ended: giving back the place, the status, the notice.
  const callAfterwards = () => {
    const signal = AbortSignal.timeout(ENDING_MS / 3);
    return createCaller({ requestsPerSecond, signal });
  };
  const objectsAfterwards = () => createSmallObjects(clients.s3, bucket, callAfterwards());

  const noticeContextOf = (functionArn: string): NoticeContext => ({
    functionArn,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME ?? "",
    bucket,
    reportName: process.env.REPORT_NAME ?? "",
  });

  /** What became of the run does not depend on who could be told of it: where nobody was, the alarms are left. */
  async function tell(notice: Notice, log: Log): Promise<void> {
    if (topicArn === "") return;
    await tellTopic(topicArn, notice, sns, callAfterwards()).catch((error) => log.error("nobody was told", error));
  }

  /** One report, from the guard to the announcement. */
  async function report({ event, runId, place, startedMs, deadlineMs, objects, call, log }: Asked): Promise<RunResult> {
    const settings = settingsOf(process.env, event);
    const mine = await beginRun(objects, runId, deadlineMs + ENDING_MS);
    try {
      const folder = runFolder(settings.now, runId);
      const manifest = await runReport({
        settings,
        facts: { ...place, runId, ...reasonOf(event), startedMs },
        clients,
        call,
        history: createS3History(clients.s3, bucket, call),
        sink: createS3Sink(clients.s3, bucket, folder, call),
        progress: log.progress,
        deadlineMs,
      });
      const result = resultOf(manifest, folder);
      await recordSuccess(objects, result, publishedRows(bucket, REPORT_PREFIX, folder, runId, settings.now));
      return result;
    } finally {
      await endRun(objectsAfterwards(), mine).catch((error) =>
        log.error("the next run has to wait for this one's time", error),
      );
    }
  }

  return async (given, context) => {
    const startedMs = Date.now();
    const deadlineMs = startedMs + context.getRemainingTimeInMillis() - ENDING_MS;
    const event = given ?? {};
    const runId = runIdOf(event, context.awsRequestId);
    const log = createLog(runId, process.env.REPORT_NAME ?? "");
    const ending = new AbortController();
    const outOfTime = setTimeout(
      () => {
        const advice =
          "Raise requestsPerSecond, or run it from a terminal (`npm run report`), where nothing limits its time.";
        ending.abort(reportError("OutOfTime", `The run did not finish within the function's time. ${advice}`));
      },
      Math.max(0, deadlineMs - startedMs),
    );
    const call = createCaller({ requestsPerSecond, signal: ending.signal });
    try {
      log.info("started", { trigger: event.trigger });
      const objects = createSmallObjects(clients.s3, bucket, call);
      if (event.trigger === "watch") {
        const hours = await hoursSinceLastReport(objects);
        log.metrics({ HoursSinceLastReport: hours });
        return { hoursSinceLastReport: hours };
      }
      const earlier = await publishedResult(objects, runId);
      if (earlier !== null) {
        log.info("published before", { reportKey: earlier.reportKey });
        return earlier;
      }
      const place = originOf(context.invokedFunctionArn);
      const result = await report({ event, runId, place, startedMs, deadlineMs, objects, call, log });
      log.finished(result, call.statistics, startedMs);
      if (result.status === "degraded" || process.env.NOTIFY_ON_SUCCESS === "true") {
        await tell(publishedNotice(result, noticeContextOf(context.invokedFunctionArn)), log);
      }
      return result;
    } catch (error) {
      log.failed(error, call.statistics, startedMs);
      // An event that Lambda delivers twice must not make its own first run look failed.
      const ownTwin = (error as Error).name === ALREADY_RUNNING && (error as Error).message.startsWith(`Run ${runId} `);
      if (event.trigger !== "watch" && !ownTwin) {
        const statusKey = await recordFailure(objectsAfterwards(), runId, error).catch((announcing) => {
          log.error("status not written", announcing);
          return null;
        });
        await tell(failedNotice(runId, error, statusKey, noticeContextOf(context.invokedFunctionArn)), log);
      }
      throw error;
    } finally {
      clearTimeout(outOfTime);
      ending.abort(reportError("RunEnded", "The run has ended."));
    }
  };
}

/** The run's id, which becomes part of object keys. */
export function runIdOf(event: ReportEvent, requestId: string): string {
  const runId = event.runId || requestId;
  if (typeof runId !== "string" || !/^[A-Za-z0-9-]{1,64}$/.test(runId)) {
    throw reportError(
      "BadEvent",
      `runId: expected 1 to 64 letters, digits and "-", got ${JSON.stringify(event.runId)}.`,
    );
  }
  return runId;
}

/** What asked for the run, and why, as they go into the manifest. */
export function reasonOf(event: ReportEvent): { trigger: string; note: string } {
  const TRIGGERS: readonly string[] = ["schedule", "automation", "manual"];
  const LONGEST_NOTE = 200;
  const { trigger = "manual", note = "" } = event;
  if (!TRIGGERS.includes(trigger)) {
    throw reportError("BadEvent", `trigger: expected one of ${TRIGGERS.join(", ")}, got ${JSON.stringify(trigger)}.`);
  }
  if (typeof note !== "string" || note.length > LONGEST_NOTE) {
    throw reportError(
      "BadEvent",
      `note: expected a text of at most ${LONGEST_NOTE} characters, got ${JSON.stringify(note)}.`,
    );
  }
  return { trigger, note };
}
