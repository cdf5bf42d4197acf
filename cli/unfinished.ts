import type { KeptJournal } from "../handlers/aws/aws";
import { type Unfinished, unfinishedHead, type WorkStore } from "../handlers/bucket/bucket";
import { reportError } from "../handlers/errors";
import type { RunOrigin } from "../handlers/files/files";
import type { Settings } from "../handlers/model";
import { type RunSettingKey, runSettings } from "../handlers/settings";
import type { RunHead } from "../handlers/slice";
import { formatInstant } from "../handlers/times";
import { type Arguments, optionOf } from "./arguments";
import { commandLine } from "./program";

/** Thrown, by name, where the arguments do not go with what is kept of an unfinished run. */
export const OTHER_RUN = "OtherRun";

/** What is kept of a run that has not ended. */
export interface KeptRun {
  readonly runId: string;
  readonly program: string;
  readonly head: RunHead;
}

/** Something that must be the same in all slices of a run: what it is, as it was when the run began, as it is now. */
type Compared = readonly [what: string, was: unknown, is: unknown];

/**
 * The run to go on with; `null` where a new one begins. Throws where that cannot be told, or where it is plain before AWS is asked that
 * the run cannot go on.
 *
 * @param program the version of this one
 */
export async function keptRun(
  work: WorkStore,
  { unfinished, settings, nowMs, out }: Arguments,
  program: string,
): Promise<KeptRun | null> {
  const LONGEST_MS = 3 * 86_400_000; // older answers of AWS are no present
  const kept = await unfinishedHead<RunHead>(work);
  if (kept === null) return null;
  if (unfinished !== "resume") {
    // What another version has kept may have another form.
    const which =
      kept.program === program ? `begun ${formatInstant(kept.head.facts.startedMs)}` : `of version ${kept.program}`;
    throw reportError(
      OTHER_RUN,
      `${out} keeps an unfinished run, ${which}: --resume goes on with it, --restart removes it and reads anew.`,
    );
  }
  requireSame(out, [["the program's version", kept.program, program]]);
  const { settings: were, facts } = kept.head;
  if (Date.now() - facts.startedMs > LONGEST_MS) {
    throw reportError(
      OTHER_RUN,
      `The unfinished run in ${out} was begun ${formatInstant(facts.startedMs)}, more than three days ago: what it has read is too old. --restart removes it and reads anew.`,
    );
  }
  const now: Compared = ["--now", were.now, nowMs === null ? were.now : formatInstant(nowMs)];
  requireSame(out, [...comparedSettings(were, settings), now]);
  return kept;
}

/** Throws where a run was begun in another place than this. `settings` and `place` are what AWS was asked for. */
export function requireSamePlace(
  { settings: were, facts }: RunHead,
  settings: Pick<Settings, "instanceArn" | "identityStoreId">,
  place: RunOrigin,
  out: string,
): void {
  requireSame(out, [
    ["the account", facts.account, place.account],
    ["the Region", facts.region, place.region],
    ["the instance", were.instanceArn, settings.instanceArn],
    ["the identity store", were.identityStoreId, settings.identityStoreId],
  ]);
}

function comparedSettings(were: Settings, are: Arguments["settings"]): Compared[] {
  const LOOKED_UP: readonly string[] = ["instanceArn", "identityStoreId"]; // compared once they are known
  const compared = (Object.keys(runSettings) as RunSettingKey[]).filter((key) => !LOOKED_UP.includes(key));
  return compared.map((key) => {
    const inRun = key === "lakeId" ? "eventDataStore" : key;
    return [optionOf(key), were[inRun], are[inRun]];
  });
}

function requireSame(out: string, compared: readonly Compared[]): void {
  const said = (value: unknown) => (value === null ? "left out" : JSON.stringify(value));
  const different = compared.filter(([, was, is]) => said(was) !== said(is));
  if (different.length === 0) return;
  const differences = different.map(([what, was, is]) => `${what} was ${said(was)} and is ${said(is)}`);
  throw reportError(
    OTHER_RUN,
    `The unfinished run in ${out} cannot go on: ${differences.join("; ")}. --restart removes it and reads anew.`,
  );
}

/** How long a run has been reading. */
export interface ReadingTime {
  /** Of what is kept, in all slices, milliseconds. */
  keptMs(): number;
  /** Keeps it, and with it how long it took to read. */
  keep(): Promise<void>;
}

/** Counts the time of a run's reading; that of earlier slices is in the journal. */
export function createReadingTime(journal: KeptJournal, { keep }: Pick<Unfinished<unknown>, "keep">): ReadingTime {
  const KIND = "reading time"; // milliseconds
  const earlier = journal.notes(KIND).map(([ms]) => Number(ms));
  let keptMs = earlier.reduce((sum, ms) => sum + ms, 0);
  let sinceMs = performance.now(); // stands still while a laptop sleeps

  return {
    keptMs: () => keptMs,
    async keep() {
      const nowMs = performance.now();
      const readMs = Math.round(nowMs - sinceMs);
      if (journal.size() > 0) {
        sinceMs = nowMs;
        journal.note(KIND, [String(readMs)]);
      }
      await keep();
      if (sinceMs === nowMs) keptMs += readMs;
    },
  };
}

/** `12 minutes of reading kept` */
export function readingKept(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  const time = minutes === 0 ? "less than a minute" : minutes === 1 ? "1 minute" : `${minutes} minutes`;
  return `${time} of reading kept`;
}

/**
 * The command that goes on with the run that this process has begun, to be typed into a POSIX shell.
 *
 * @param argv as `process.argv`: Node, the script, `report` and its arguments
 */
export function resumeCommand([, script, , ...args]: readonly string[]): string {
  const others = args.filter((arg) => arg !== "--resume" && arg !== "--restart");
  return [commandLine("report", script), ...others.map(quoted), "--resume"].join(" ");
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
