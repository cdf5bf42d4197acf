import {
  type Caller,
  createCaller,
  createClients,
  createJournal,
  createTopicClient,
  type KeptJournal,
  mergeEfforts,
} from "./aws/aws";
import {
  abandonedRun,
  announced,
  beginRun,
  closeRun,
  createRunningStatus,
  createS3History,
  createS3LoginArchive,
  createS3Sink,
  createS3Work,
  createSmallObjects,
  endRun,
  firstScheduled,
  hoursSinceLastReport,
  LONGEST_RUN_SECONDS,
  lastRun,
  NOT_ANNOUNCED,
  openUnfinished,
  publishedResult,
  publishedRows,
  type Running,
  type RunResult,
  recordFailure,
  recordSuccess,
  refuseAbandoned,
  removeUnfinished,
  resultOf,
  runFolder,
  settleAbandoned,
  TAKEN_OVER,
  type Unfinished,
  unendedRun,
  unfinishedHead,
  workFolder,
} from "./bucket/bucket";
import { reportError } from "./errors";
import { archivedLogins, originOf, type Published } from "./files/files";
import { runHarvest } from "./harvest";
import {
  createLoginSource,
  type LoginKeeping,
  NOTHING_KEPT,
  type ReadingEstimate,
  readsEventHistory,
} from "./logins/logins";
import {
  createLog,
  failedNotice,
  type Log,
  type Notice,
  type NoticeContext,
  publishedNotice,
  tellTopic,
  unusedFiles,
} from "./notify/notify";
import { planOf, runSlice } from "./run";
import { deployedSettings, runSettings, settingsOf } from "./settings";
import {
  answerOf,
  checkRunId,
  isPassing,
  isRunId,
  outOfTimeError,
  programOf,
  type ReportRequest,
  type RunHead,
  reasonOf,
  type SliceAnswer,
  type SliceEvent,
} from "./slice";

/** What is used of Lambda's context object. */
export interface LambdaContext {
  readonly awsRequestId: string;
  readonly invokedFunctionArn: string;
  getRemainingTimeInMillis(): number;
}

export type ReportHandler = (event: SliceEvent | undefined, context: LambdaContext) => Promise<SliceAnswer>;

/** One invocation of the function: one slice of a run, or a watch. */
interface Invocation {
  readonly runId: string;
  readonly retries: number;
  readonly request: ReportRequest;
  readonly functionArn: string;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  /** When Lambda ends the process, milliseconds since 1970. */
  readonly endMs: number;
  readonly ending: AbortController;
  /** What the run has read. */
  readonly journal: KeptJournal;
  /** Ends with the slice. */
  readonly call: Caller;
  readonly log: Log;
}

/**
 * Makes the function's handler. Pulumi serialises this factory, and Lambda runs it once a container: what has state is made
 * in here, since module state is not carried along.
 */
export function createReportHandler(): ReportHandler {
  const ENDING_MS = 15_000; // kept back to give up uploads, to write the failed status and to tell before Lambda ends the process
  const READING_SHARE = 0.85; // of a slice's time; the rest is for the answers that are then on their way, and for keeping them
  const PUBLISHING_SHARE = 0.6; // a slice that has read everything later than this leaves the publishing to the next one
  const READING_ENDS_BEFORE_MS = 3_600_000; // of a run's day, the hour that is left for everything after the logins
  const KEEPING_SHARE = 1 / 15; // once a minute, of a slice of 15
  const bucket = process.env.BUCKET_NAME ?? "";
  const topicArn = process.env.TOPIC_ARN ?? "";
  const reportName = process.env.REPORT_NAME ?? "";
  const program = programOf(process.env);
  // Where they cannot be read, the run says so (`settingsOf`); a watch needs none of them.
  const deployed = deployedSettings(process.env);
  const requestsPerSecond = deployed?.requestsPerSecond ?? runSettings.requestsPerSecond.defaultValue;
  const clients = createClients();
  // Its clients are a container's; what it keeps is each invocation's.
  const keeping: { -readonly [Key in keyof LoginKeeping]: LoginKeeping[Key] } = { ...NOTHING_KEPT };
  const deployedSource = deployed === null ? null : createLoginSource(deployed, {}, keeping);
  const sns = createTopicClient();
  const objectsWith = (call: Caller) => createSmallObjects(clients.s3, bucket, call);
  const workOf = (runId: string, call: Caller) => createS3Work(clients.s3, bucket, workFolder(runId), call);

  /** For what must also be done when the slice has been ended: announcing, giving back its turn, the status in two calls, the notice. */
  const callAfterwards = () => createCaller({ requestsPerSecond, signal: AbortSignal.timeout(ENDING_MS / 5) });

  /** What became of the run does not depend on who could be told of it: where nobody was, the alarms are left. */
  async function tell(noticeIn: (context: NoticeContext) => Notice, { functionArn, log }: Invocation): Promise<void> {
    if (topicArn === "") return;
    const logGroupName = process.env.AWS_LAMBDA_LOG_GROUP_NAME ?? "";
    const notice = noticeIn({ functionArn, logGroupName, bucket, reportName });
    await tellTopic(topicArn, notice, sns, callAfterwards()).catch((error) =>
      log.error("notification not sent", error),
    );
  }

  function announcedNow(run: { runId: string; now: string }, call: Caller, log: Log): Promise<RunResult | null> {
    return announced(objectsWith(call), bucket, run, ({ reportKey, runId }) =>
      log.info("found published, and announced", { reportKey, publishedBy: runId }),
    );
  }

  /** Which run had the place last, once what it has left is in order. */
  async function orderedLastRun({ runId, call, log }: Invocation) {
    const last = await lastRun(objectsWith(call), runId);
    if (last === null) return null;
    const { now, ended, runId: lastId } = last.value;
    if (now !== undefined) await announcedNow({ runId: lastId, now }, call, log);
    if (lastId !== runId && !ended) {
      const error = await settleAbandoned(objectsWith(call), workOf(lastId, call), last);
      if (error !== null) log.error("an earlier run was abandoned", error);
    }
    return last;
  }

  /** One slice of a report, while no other run is in progress; `null` where another slice has to go on. */
  async function makeReport(invocation: Invocation): Promise<RunResult | null> {
    const { runId, retries, request, functionArn, startedMs, endMs, journal, call, log } = invocation;
    const reason = reasonOf(request);
    const last = await orderedLastRun(invocation);
    const published = await publishedResult(objectsWith(call), runId);
    if (published !== null) {
      if (last?.value.runId === runId) await cleanUp(last.value, runId, log);
      log.finished(published, call.effort(), startedMs);
      return published;
    }

    // Through a caller of its own, since what was read is kept also when the slice has been ended.
    const keeping = createCaller({ requestsPerSecond, signal: AbortSignal.timeout(Math.max(1, endMs - Date.now())) });
    const work = workOf(runId, keeping);
    const begun = await unfinishedHead<RunHead>(work);
    if (begun === null) await refuseAbandoned(objectsWith(call), runId);
    const settings = begun?.head.settings ?? settingsOf(process.env, request);
    const mine = await beginRun(objectsWith(call), last, runId, settings.now, endMs);
    try {
      const facts = { ...originOf(functionArn), runId, ...reason, startedMs };
      const unfinished = await openUnfinished<RunHead>(work, journal, runId, program, () => ({ settings, facts }));
      const result = await readAndPublish(invocation, unfinished);
      if (result !== null) await cleanUp(mine, runId, log);
      return result;
    } catch (error) {
      const result = await announcedNow({ runId, now: settings.now }, callAfterwards(), log).catch((announcing) => {
        log.error("whether it was published could not be found out", announcing);
        return null;
      });
      // Another attempt, or the next, needs what is kept, and the run's place.
      const goesOn = result === null && (isPassing(error, retries) || (error as Error).name === TAKEN_OVER);
      if (!goesOn) await cleanUp(mine, runId, log);
      if (result === null) throw error;
      log.error("published all the same", error);
      log.finished(result, call.effort(), startedMs);
      return result;
    }
  }

  /** After a run's end: its parts are removed, and its place is given back. */
  async function cleanUp(mine: Running, runId: string, log: Log): Promise<void> {
    await removeUnfinished(workOf(runId, callAfterwards())).catch((error) =>
      log.error("parts are left to the bucket's lifecycle", error),
    );
    await endRun(objectsWith(callAfterwards()), mine).catch((error) =>
      log.error("the next run has to wait for this one's time", error),
    );
  }

  async function readAndPublish(invocation: Invocation, unfinished: Unfinished<RunHead>): Promise<RunResult | null> {
    const { runId, retries, startedMs, endMs, ending, journal, call, log } = invocation;
    const { settings, facts } = unfinished.head;
    const folder = runFolder(settings.now, runId);
    const run = { runId, startedMs: facts.startedMs, slice: unfinished.slice };
    const status = createRunningStatus(objectsWith(call), run, log.progress, (error) =>
      log.error("where the run stands could not be written", error),
    );
    const history = createS3History(clients.s3, bucket, call);
    Object.assign(keeping, {
      archive: createS3LoginArchive(clients.s3, bucket, call),
      earlierFiles: () => archivedLogins(history),
      onEstimate: (estimate: ReadingEstimate) => log.info("event history", estimate),
      readByMs: facts.startedMs + 1000 * LONGEST_RUN_SECONDS - READING_ENDS_BEFORE_MS,
    });
    const published: Published | null = await runSlice({
      settings,
      facts,
      clients,
      // A run goes on with its first slice's settings, though the stack has others by now.
      loginSource:
        settings.eventDataStore === deployed?.eventDataStore
          ? deployedSource
          : createLoginSource(settings, {}, keeping),
      call,
      history,
      sink: createS3Sink(clients.s3, bucket, folder, call),
      progress: status.progress,
      untilMs: startedMs + READING_SHARE * (endMs - startedMs),
      publishUntilMs: startedMs + PUBLISHING_SHARE * (endMs - startedMs),
      keepEveryMs: KEEPING_SHARE * (endMs - startedMs),
      async onEstimate(estimate) {
        const plan = planOf(estimate, endMs - startedMs, Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? 0));
        log.info("plan", plan);
        // One that fits in a slice is done before anybody reads of it.
        if (plan.slices > 1) await status.planned(plan);
      },
      isFinal: (error) => !isPassing(error, retries),
      journal,
      unfinished,
      end: (reason) => ending.abort(reason),
    });
    if (published === null) {
      await status.write();
      return null;
    }
    const { observed, reason, regions } = published.manifest.sources.logins;
    log.info("logins", { observed, reason, regions });
    const result = resultOf(published, folder);
    await recordSuccess(objectsWith(call), result, publishedRows(bucket, folder, runId, settings.now));
    log.finished(result, mergeEfforts(...Object.values(journal.stages)), facts.startedMs);
    return result;
  }

  async function watch({ runId, call, log }: Invocation): Promise<SliceAnswer> {
    const objects = objectsWith(call);
    const abandoned = await abandonedRun(objects);
    if (abandoned !== null) {
      const { now, runId: abandonedId } = abandoned.value;
      if (now !== undefined) await announcedNow({ runId: abandonedId, now }, call, log);
      const error = await settleAbandoned(objects, workOf(abandonedId, call), abandoned);
      if (error !== null) log.error("a run was abandoned", error);
      await closeRun(objects, abandoned);
    }
    const hours = await hoursSinceLastReport(objects);
    log.metrics({ HoursSinceLastReport: hours });
    return { runId, status: "watched", hoursSinceLastReport: hours };
  }

  /** Reads on into the login archive, where logins come from Event history; a watch tells first how old the newest report is. */
  async function watchAndHarvest(invocation: Invocation): Promise<SliceAnswer> {
    const { runId, retries, request, startedMs, endMs, ending, log } = invocation;
    const watched = request.trigger === "watch" ? await watch(invocation) : null;
    let because = "logins do not come from Event history";
    if (deployed !== null && readsEventHistory(deployed)) {
      const ended = await runHarvest({
        ...{ runId, retries, program, settings: settingsOf(process.env, {}), clients, bucket, log },
        ...{ signal: ending.signal, endMs },
        untilMs: startedMs + READING_SHARE * (endMs - startedMs),
        lookEveryMs: KEEPING_SHARE * (endMs - startedMs),
      });
      if (ended === null) return { runId, status: "running", next: "go on" };
      because = ended;
      log.info("harvest ended", { because });
    }
    return watched ?? { runId, status: "harvested", because };
  }

  async function report(invocation: Invocation): Promise<SliceAnswer> {
    const { runId, call, log, request } = invocation;
    const objects = objectsWith(call);
    const published = await publishedResult(objects, runId);
    if (published !== null) {
      log.info("published before", { reportKey: published.reportKey });
      const left = await unendedRun(objects, runId);
      if (left !== null) await cleanUp(left, runId, log);
      return answerOf(published);
    }
    const first = await firstScheduled(objects, runId, request.scheduledTime ?? "");
    if (first !== runId) return { runId, status: "repeated", of: first };

    const result = await makeReport(invocation);
    if (result === null) return { runId, status: "running", next: "go on" };
    const { NOTIFY_ON_SUCCESS } = process.env;
    if (result.status === "degraded" || NOTIFY_ON_SUCCESS === "true" || unusedFiles(result).length > 0) {
      await tell((context) => publishedNotice(result, context), invocation);
    }
    return answerOf(result);
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

  async function failedForGood(error: unknown, invocation: Invocation): Promise<SliceAnswer> {
    const { runId, log } = invocation;
    const statusKey = await recordUnlessSucceeded(error, runId).catch((recording) => {
      log.error("status not written", recording);
      return null;
    });
    await tell((context) => failedNotice(runId, error, statusKey, context), invocation);
    return { runId, status: "failed", error: (error as Error).name, statusKey };
  }

  return async (event, context) => {
    const startedMs = Date.now();
    const endMs = startedMs + Math.floor(context.getRemainingTimeInMillis()); // timers take whole milliseconds
    const request = event?.request ?? {};
    const isWatch = request.trigger === "watch" || request.trigger === "harvest";
    const ending = new AbortController();
    const endingMs = Math.min(ENDING_MS, (endMs - startedMs) / 10);
    const outOfTime = setTimeout(() => ending.abort(outOfTimeError()), Math.max(0, endMs - endingMs - startedMs));
    // A run whose own id cannot be one fails below, and is told of by the request's.
    const runId = isRunId(event?.runId) ? event.runId : context.awsRequestId;
    const journal = createJournal();
    const invocation: Invocation = {
      runId,
      retries: event?.retries ?? 0,
      request,
      functionArn: context.invokedFunctionArn,
      startedMs,
      endMs,
      ending,
      journal,
      call: createCaller({ requestsPerSecond, signal: ending.signal, journal }),
      log: createLog(runId, reportName),
    };
    try {
      invocation.log.info("started", { trigger: request.trigger, retries: invocation.retries });
      checkRunId(event);
      return isWatch ? await watchAndHarvest(invocation) : await report(invocation);
    } catch (error) {
      if ((error as Error).name === TAKEN_OVER || isPassing(error, invocation.retries)) {
        invocation.log.error("the slice failed, and is to be repeated", error);
        throw error;
      }
      invocation.log.failed(error, invocation.call.effort(), startedMs);
      if (isWatch) return { runId, status: "failed", error: (error as Error).name, statusKey: null };
      return await failedForGood(error, invocation);
    } finally {
      clearTimeout(outOfTime);
      ending.abort(reportError("RunEnded", "The run has ended."));
    }
  };
}
