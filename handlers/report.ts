import { announceFailure, announceSuccess, earlierResult, type RunResult, resultOf, runFolder } from "./announce";
import { type Caller, createCaller } from "./calls";
import { createClients } from "./clients";
import { reportError } from "./errors";
import { ALREADY_RUNNING, enter, leave } from "./guard";
import { createS3History } from "./history";
import { createLog, type Log } from "./log";
import { publishedRows } from "./machineRows";
import { placeOf, type RunPlace } from "./manifest";
import { createSmallObjects, REPORT_PREFIX } from "./objects";
import { runReport } from "./run";
import { createS3Sink } from "./s3Sink";
import { type ReportEvent, reasonOf, runIdOf, settingsOf } from "./settings";
import { hoursSinceLastReport } from "./watch";

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

/**
 * Makes the function's handler. Pulumi serialises this factory, and Lambda runs it once a container: what has state is made
 * in here, since module state is not carried along.
 */
export function createReportHandler(): ReportHandler {
  const ENDING_MS = 15_000; // kept back to give up uploads and to write the failed status before Lambda ends the process
  const bucket = process.env.BUCKET_NAME ?? "";
  const clients = createClients(process.env.EVENT_DATA_STORE ?? null);

  // For what must also be written when the run has been ended.
  const afterwards = () => {
    const signal = AbortSignal.timeout(ENDING_MS / 2);
    const requestsPerSecond = Number(process.env.REQUESTS_PER_SECOND);
    return createSmallObjects(clients.s3, bucket, createCaller({ requestsPerSecond, signal }));
  };

  /** One report, from the guard to the announcement. */
  async function report(
    event: ReportEvent,
    runId: string,
    place: RunPlace,
    deadlineMs: number,
    call: Caller,
    log: Log,
  ): Promise<RunResult> {
    const startedMs = Date.now();
    const objects = createSmallObjects(clients.s3, bucket, call);
    const earlier = await earlierResult(objects, runId);
    if (earlier !== null) {
      log.info("published before", { reportKey: earlier.reportKey });
      return earlier;
    }
    const settings = settingsOf(process.env, event);
    await enter(objects, runId, deadlineMs + ENDING_MS);
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
      await announceSuccess(objects, result, publishedRows(bucket, REPORT_PREFIX, folder, runId, settings.now));
      return result;
    } finally {
      await leave(afterwards(), runId).catch((error) =>
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
    const call = createCaller({ requestsPerSecond: Number(process.env.REQUESTS_PER_SECOND), signal: ending.signal });
    try {
      log.info("started", { trigger: event.trigger });
      if (event.trigger === "watch") {
        const hours = await hoursSinceLastReport(createSmallObjects(clients.s3, bucket, call));
        log.metrics({ HoursSinceLastReport: hours });
        return { hoursSinceLastReport: hours };
      }
      const result = await report(event, runId, placeOf(context.invokedFunctionArn), deadlineMs, call, log);
      log.finished(result, call.statistics, startedMs);
      return result;
    } catch (error) {
      log.failed(error, call.statistics, startedMs);
      // An event that Lambda delivers twice must not make its own first run look failed.
      const ownTwin = (error as Error).name === ALREADY_RUNNING && (error as Error).message.startsWith(`Run ${runId} `);
      if (event.trigger !== "watch" && !ownTwin) {
        await announceFailure(afterwards(), runId, error).catch((announcing) =>
          log.error("status not written", announcing),
        );
      }
      throw error;
    } finally {
      clearTimeout(outOfTime);
      ending.abort(reportError("RunEnded", "The run has ended."));
    }
  };
}
