import { type Caller, createCaller, createClients, createTopicClient } from "./aws/aws";
import {
  ALREADY_RUNNING,
  beginRun,
  createS3History,
  createS3Sink,
  createSmallObjects,
  endRun,
  hoursSinceLastReport,
  lastRun,
  NOT_ANNOUNCED,
  publishedReport,
  publishedResult,
  publishedRows,
  type RunResult,
  recordFailure,
  recordSuccess,
  resultOf,
  runFolder,
  type SmallObjects,
} from "./bucket/bucket";
import { reportError } from "./errors";
import { originOf } from "./files/files";
import { createLoginSource } from "./logins/logins";
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

/** One invocation of the function. */
interface Invocation {
  readonly event: ReportEvent;
  readonly runId: string;
  readonly functionArn: string;
  /** Milliseconds since 1970, as is the deadline. */
  readonly startedMs: number;
  readonly deadlineMs: number;
  /** Ends with the run. */
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
  const reportName = process.env.REPORT_NAME ?? "";
  // Where they cannot be read, the run says so (`settingsOf`); a watch needs none of them.
  const deployed = deployedSettings(process.env);
  const requestsPerSecond = deployed?.requestsPerSecond ?? runSettings.requestsPerSecond.defaultValue;
  const clients = createClients();
  const loginSource = createLoginSource({ eventDataStore: deployed?.eventDataStore ?? null });
  const sns = createTopicClient();
  const objectsWith = (call: Caller) => createSmallObjects(clients.s3, bucket, call);

  /** For what must also be done when the run has been ended: announcing, giving back its turn, the status in two calls, the notice. */
  const callAfterwards = () => createCaller({ requestsPerSecond, signal: AbortSignal.timeout(ENDING_MS / 5) });

  /** What became of the run does not depend on who could be told of it: where nobody was, the alarms are left. */
  async function tell(noticeIn: (context: NoticeContext) => Notice, { functionArn, log }: Invocation): Promise<void> {
    if (topicArn === "") return;
    const logGroupName = process.env.AWS_LAMBDA_LOG_GROUP_NAME ?? "";
    const notice = noticeIn({ functionArn, logGroupName, bucket, reportName });
    await tellTopic(topicArn, notice, sns, callAfterwards()).catch((error) => log.error("nobody was told", error));
  }

  /**
   * What a run has published, announced if it was not: a run may die in between, or lose the answer to its last write.
   *
   * @param now the present of that run
   */
  async function announced(objects: SmallObjects, runId: string, now: string, log: Log): Promise<RunResult | null> {
    const before = await publishedResult(objects, runId);
    if (before !== null) return before;
    const folder = runFolder(now, runId);
    const result = await publishedReport(objects, folder, runId);
    if (result === null) return null;
    await recordSuccess(objects, result, publishedRows(bucket, folder, runId, now));
    log.info("found published, and announced", { reportKey: result.reportKey, publishedBy: runId });
    return result;
  }

  /**
   * One report while no other run is in progress. The run before is asked first what it has published: this one goes on from there, and where it
   * has the same id, it has nothing left to do.
   */
  async function makeReport({ event, runId, functionArn, startedMs, deadlineMs, call, log }: Invocation) {
    const settings = settingsOf(process.env, event);
    const objects = objectsWith(call);
    const last = await lastRun(objects);
    const left = last?.value.now && (await announced(objects, last.value.runId, last.value.now, log));
    if (left && left.runId === runId) return left;
    const mine = await beginRun(objects, last, runId, settings.now, deadlineMs + ENDING_MS);
    try {
      const folder = runFolder(settings.now, runId);
      const published = await runReport({
        settings,
        facts: { ...originOf(functionArn), runId, ...reasonOf(event), startedMs },
        clients,
        loginSource,
        call,
        history: createS3History(clients.s3, bucket, call),
        sink: createS3Sink(clients.s3, bucket, folder, call),
        progress: log.progress,
        deadlineMs,
      });
      const result = resultOf(published, folder);
      await recordSuccess(objects, result, publishedRows(bucket, folder, runId, settings.now));
      return result;
    } catch (error) {
      const result = await announced(objectsWith(callAfterwards()), runId, settings.now, log).catch((announcing) => {
        log.error("whether it was published could not be found out", announcing);
        return null;
      });
      if (result === null) throw error;
      log.error("published all the same", error);
      return result;
    } finally {
      await endRun(objectsWith(callAfterwards()), mine).catch((error) =>
        log.error("the next run has to wait for this one's time", error),
      );
    }
  }

  async function watch({ call, log }: Invocation): Promise<WatchResult> {
    const hours = await hoursSinceLastReport(objectsWith(call));
    log.metrics({ HoursSinceLastReport: hours });
    return { hoursSinceLastReport: hours };
  }

  async function report(invocation: Invocation): Promise<RunResult> {
    const { runId, call, log, startedMs } = invocation;
    const published = await publishedResult(objectsWith(call), runId);
    if (published !== null) {
      log.info("published before", { reportKey: published.reportKey });
      return published;
    }
    const result = await makeReport(invocation);
    log.finished(result, call.effort(), startedMs);
    if (result.status === "degraded" || process.env.NOTIFY_ON_SUCCESS === "true") {
      await tell((context) => publishedNotice(result, context), invocation);
    }
    return result;
  }

  /** @returns the status object's key; `null` where the run has another already, which says that it succeeded */
  async function recordUnlessSucceeded(error: unknown, runId: string): Promise<string | null> {
    const succeeded = await publishedResult(objectsWith(callAfterwards()), runId).catch((looking) => {
      // Where it stands, or may stand: better no status than two that contradict each other.
      if ((looking as Error).name === "DamagedObject" || (error as Error).name === NOT_ANNOUNCED) throw looking;
      return null;
    });
    return succeeded === null ? recordFailure(objectsWith(callAfterwards()), runId, error) : null;
  }

  async function recordAndTellFailure(error: unknown, invocation: Invocation): Promise<void> {
    const { event, runId, log } = invocation;
    // An event that Lambda delivers twice must not make its own first run look failed.
    const ownTwin = (error as Error).name === ALREADY_RUNNING && (error as Error).message.startsWith(`Run ${runId} `);
    if (event.trigger === "watch" || ownTwin) return;
    const statusKey = await recordUnlessSucceeded(error, runId).catch((recording) => {
      log.error("status not written", recording);
      return null;
    });
    await tell((context) => failedNotice(runId, error, statusKey, context), invocation);
  }

  return async (given, context) => {
    const startedMs = Date.now();
    const deadlineMs = startedMs + context.getRemainingTimeInMillis() - ENDING_MS;
    const event = given ?? {};
    // A run whose own id cannot be one fails below, and is told of by the request's.
    const runId = isRunId(event.runId) ? event.runId : context.awsRequestId;
    const ending = new AbortController();
    const outOfTime = setTimeout(() => ending.abort(outOfTimeError()), Math.max(0, deadlineMs - startedMs));
    const invocation: Invocation = {
      event,
      runId,
      functionArn: context.invokedFunctionArn,
      startedMs,
      deadlineMs,
      call: createCaller({ requestsPerSecond, signal: ending.signal }),
      log: createLog(runId, reportName),
    };
    try {
      invocation.log.info("started", { trigger: event.trigger });
      checkRunId(event);
      return event.trigger === "watch" ? await watch(invocation) : await report(invocation);
    } catch (error) {
      invocation.log.failed(error, invocation.call.effort(), startedMs);
      await recordAndTellFailure(error, invocation);
      throw error;
    } finally {
      clearTimeout(outOfTime);
      ending.abort(reportError("RunEnded", "The run has ended."));
    }
  };
}

function outOfTimeError(): Error {
  return reportError(
    "OutOfTime",
    "The run did not finish within the function's time. Raise requestsPerSecond, or run it from a terminal (`npm run report`), where nothing limits its time.",
  );
}

/** Whether this can be a run's id, which becomes part of object keys. */
function isRunId(given: unknown): given is string {
  return typeof given === "string" && /^[A-Za-z0-9-]{1,64}$/.test(given);
}

/** Throws where the event's run id cannot be one; none is as good as an empty one. */
export function checkRunId({ runId }: ReportEvent): void {
  if (!runId || isRunId(runId)) return;
  throw reportError("BadEvent", `runId: expected 1 to 64 letters, digits and "-", got ${JSON.stringify(runId)}.`);
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
