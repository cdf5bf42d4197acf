import { randomUUID } from "node:crypto";
import { type Caller, type Clients, createCaller, createJournal, type KeptJournal, SLICE_OVER } from "./aws/aws";
import {
  createS3LoginArchive,
  createS3Work,
  createSmallObjects,
  endHarvest,
  isRunInProgress,
  openUnfinished,
  removeUnfinished,
  TAKEN_OVER,
  takeHarvest,
  type Unfinished,
  workFolder,
} from "./bucket/bucket";
import { readRegions } from "./grants/grants";
import { createHarvest, type HarvestedRegion, loginOptions } from "./logins/logins";
import type { InstanceRegions, Settings } from "./model";
import type { Log } from "./notify/notify";
import { isPassing } from "./slice";

export interface HarvestSlice {
  readonly runId: string;
  readonly retries: number;
  /** Version and hash of the program. */
  readonly program: string;
  readonly settings: Settings;
  readonly clients: Clients;
  readonly bucket: string;
  readonly signal: AbortSignal;
  /** When nothing new is started, and when Lambda ends the process, milliseconds since 1970. */
  readonly untilMs: number;
  readonly endMs: number;
  /** How often it is looked whether a report is being made. */
  readonly lookEveryMs: number;
  readonly log: Log;
}

/** What one step has begun with. */
interface StepHead extends Pick<InstanceRegions, "regions" | "primary"> {
  /** By AWS's clock, milliseconds since 1970. */
  readonly nowMs: number;
}

/** A harvest ends before the next watch starts another, so that no execution lasts as long as the state machine lets one. */
export const LONGEST_HARVEST_MS = 6 * 3_600_000 - 1_200_000;

const REPORT_IN_PROGRESS = "a report is being made";

/**
 * One slice of a harvest: reads Event history into the login archive until nothing is missing, a report is being made, or its time is over.
 *
 * @returns why it has ended; `null` where another slice has to go on
 */
export async function runHarvest(slice: HarvestSlice): Promise<string | null> {
  const { runId, settings, clients, bucket, signal, untilMs, endMs, log } = slice;
  const { requestsPerSecond } = settings;
  const call = createCaller({ requestsPerSecond, signal });
  const objects = createSmallObjects(clients.s3, bucket, call);
  const archive = createS3LoginArchive(clients.s3, bucket, call);
  const harvest = createHarvest(loginOptions(settings), { ...settings, archive });
  const work = createS3Work(clients.s3, bucket, workFolder(runId), call);
  const instance = await readRegions(settings, clients.ssoAdmin, call);
  const askedMs = call.awsNowMs();
  if (askedMs === null) return "AWS's answers do not say what time it is";
  const awsNowMs = () => call.awsNowMs() ?? askedMs;
  if (instance.refused !== null) return `the instance's Regions could not be read: ${instance.refused}`;
  const tellAge = async () =>
    log.metrics({ HoursSinceLastArchived: await harvest.hoursBehind(instance.regions, awsNowMs()) });
  const place = await takeHarvest(objects, runId, randomUUID(), endMs);
  if (place === null) return "another harvest is in progress";
  // What a harvest has left that died.
  if (place.before !== null) await removeUnfinished(createS3Work(clients.s3, bucket, workFolder(place.before), call));

  // With the place taken: a slice that comes to a report gives back what the slices before it had.
  let because = (await isRunInProgress(objects)) ? REPORT_IN_PROGRESS : null;
  let goesOn = false;
  let endStep = () => {};
  const looking = setInterval(() => {
    isRunInProgress(objects).then(
      (inProgress) => {
        if (!inProgress) return;
        because = REPORT_IN_PROGRESS;
        endStep();
      },
      () => {}, // looked again in a minute
    );
  }, slice.lookEveryMs);
  const over = setTimeout(() => endStep(), Math.max(0, untilMs - Date.now()));

  /** Goes on with the step that an earlier slice has begun, or begins one. */
  async function openStep(journal: KeptJournal): Promise<Unfinished<StepHead>> {
    const { regions, primary } = instance;
    const open = () =>
      openUnfinished<StepHead>(work, journal, runId, slice.program, () => ({
        regions,
        primary,
        nowMs: awsNowMs(),
      }));
    try {
      return await open();
    } catch (error) {
      // What another version of the program has read of a few minutes is read again.
      if (!["DamagedWork", "DeployedAnew"].includes((error as Error).name)) throw error;
      await removeUnfinished(work);
      return open();
    }
  }

  /** One step, in a journal of its own, that a later slice can go on with. */
  async function step(): Promise<HarvestedRegion[] | "over"> {
    const journal = createJournal();
    const own = createCaller({ requestsPerSecond, signal, journal });
    endStep = () => journal.end();
    const unfinished = await openStep(journal);
    const { regions, primary, nowMs } = unfinished.head;
    try {
      const takeStep = (stage: Caller) => harvest.step(regions, primary, nowMs, stage);
      const { value } = await own.stage("harvest", takeStep, harvest.grants);
      await removeUnfinished(work);
      return value;
    } catch (error) {
      journal.end();
      await journal.settled();
      if ((error as Error).name !== SLICE_OVER) {
        await unfinished.keep().catch(() => {}); // why the step failed matters more
        throw error;
      }
      await unfinished.keep();
      return "over";
    }
  }

  try {
    while (because === null) {
      goesOn = Date.now() >= untilMs;
      if (goesOn) return null;
      if (Date.now() - place.startedMs > LONGEST_HARVEST_MS) because = "the next one goes on";
      else {
        const steps = await step();
        if (steps === "over") {
          goesOn = because === null;
          if (goesOn) return null;
        } else if (steps.length === 0) because = "nothing is missing";
        else for (const each of steps) say(each, log);
      }
    }
    await removeUnfinished(work);
    return because;
  } catch (error) {
    goesOn = isPassing(error, slice.retries) || (error as Error).name === TAKEN_OVER;
    if (!goesOn) await removeUnfinished(work).catch(() => {}); // left to the bucket's lifecycle
    throw error;
  } finally {
    clearInterval(looking);
    clearTimeout(over);
    for (const problem of harvest.problems()) log.info("not usable", { problem });
    await tellAge().catch((error) => log.error("how old the archive is could not be found out", error));
    if (!goesOn) await endHarvest(objects, place.mine).catch((error) => log.error("place not given back", error));
  }
}

/** What a step has done; and where Event history comes faster than it can be read, both figures. */
function say(step: HarvestedRegion, log: Log): void {
  const DAYS_TO_COVER = 7;
  log.info("harvested", step);
  if (step.eventsADay <= step.readADay && step.hoursLeft <= 24 * DAYS_TO_COVER) return;
  log.info("too many events", {
    region: step.region,
    warning: `There are about ${step.eventsADay} events a day in ${step.region}, and ${step.readADay} can be read in one; the window would be covered in ${Math.ceil(step.hoursLeft / 24)} days. Set trailTable instead.`,
  });
}
