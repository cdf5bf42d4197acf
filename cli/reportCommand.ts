import { randomUUID } from "node:crypto";
import { createCaller, createClients, createJournal, type KeptJournal } from "../handlers/aws/aws";
import { openUnfinished } from "../handlers/bucket/bucket";
import { messageOf, reportError } from "../handlers/errors";
import { archivedLogins, type Published } from "../handlers/files/files";
import type { ReadingEstimate } from "../handlers/logins/logins";
import { runSlice } from "../handlers/run";
import { programOf, type RunHead } from "../handlers/slice";
import { formatInstant } from "../handlers/times";
import { findAccess } from "./access";
import { type Arguments, HELP, parseArguments } from "./arguments";
import { runCommand } from "./command";
import { adviceFor, missing, profileOf } from "./credentials";
import { createDirectoryHistory, createDirectorySink, type DirectorySink } from "./directory";
import { createDirectoryArchive } from "./directoryArchive";
import { findInstance, NOT_THE_OWNER } from "./instance";
import { endOnInterrupt, INTERRUPTED } from "./interrupt";
import { createEndingLoginSource, NO_SUCH_STORE } from "./loginSource";
import { findOrigin } from "./origin";
import { estimateSentence, paceNotice, readingSentence } from "./pace";
import { createProgressDisplay, NO_DISPLAY, type ProgressDisplay } from "./progressDisplay";
import { describe, summaryOf } from "./summary";
import {
  createReadingTime,
  keptRun,
  OTHER_RUN,
  type ReadingTime,
  readingKept,
  requireSamePlace,
  resumeCommand,
} from "./unfinished";
import { withWaitingLine } from "./waitingSource";

/** `credential-report report`: the report from a terminal, with the ordinary credentials chain. Gives the exit code. */
export function reportCommand(argv: readonly string[]): Promise<number> {
  return runCommand(() => parseArguments(argv), HELP, reportOrSay);
}

async function reportOrSay(given: Arguments): Promise<number> {
  const startedMs = performance.now();
  const ending = new AbortController();
  // The SDK asks for a role's MFA code before it waits for the credentials that assume the role, and these may fail in the meantime.
  process.once("unhandledRejection", (reason) => {
    const error = reason as Error;
    ending.abort(error.name === "CredentialsProviderError" ? missing(error, profileOf(given.profile)) : error);
  });
  const sink = await createDirectorySink(given.out, ending.signal).catch((error: unknown) => {
    const { name } = error as Error;
    const why = `${given.out} cannot be used (${messageOf(error)}). Give a directory that can be made and written to.`;
    process.stderr.write(`--out: ${name === "DirectoryInUse" ? messageOf(error) : why}\n`);
    return null;
  });
  if (sink === null) return 1;
  const display = given.quiet ? NO_DISPLAY : createProgressDisplay(process.stderr);
  const journal = createJournal();
  endOnInterrupt(
    journal,
    ending,
    () => display.say("Interrupted: what is being answered is kept. Ctrl-C again ends at once."),
    () => {
      display.stop();
      sink.end();
      process.exit(130);
    },
  );
  const run: Run = { given, sink, ending, journal, display, reading: null, goesOn: false };
  try {
    const published = await report(run);
    display.stop();
    const out = sink.place();
    if (given.json) process.stdout.write(JSON.stringify(summaryOf(published, out), null, 2) + "\n");
    else if (!given.quiet) process.stdout.write(describe(published, out, (performance.now() - startedMs) / 1000));
    if (!given.quiet) for (const warning of published.manifest.warnings) process.stderr.write(`warning: ${warning}\n`);
    if (out !== given.out)
      process.stderr.write(`${given.out} has a whole report, which stays: this one is degraded.\n`);
    return published.manifest.status === "degraded" ? 3 : 0;
  } catch (thrown) {
    display.stop();
    return ended((ending.signal.aborted ? ending.signal.reason : thrown) as Error, run);
  } finally {
    sink.end();
  }
}

/** What this process does of a run. */
interface Run {
  readonly given: Arguments;
  readonly sink: DirectorySink;
  readonly ending: AbortController;
  readonly journal: KeptJournal;
  readonly display: ProgressDisplay;
  /** Once it has begun to read. */
  reading: ReadingTime | null;
  /** Whether it goes on with what an earlier process has read. */
  goesOn: boolean;
}

async function report(run: Run): Promise<Published> {
  const { given, sink, ending, journal, display } = run;
  const { requestsPerSecond } = given.settings;
  const program = programOf({});
  const notice = paceNotice(requestsPerSecond);
  if (notice !== null) display.say(notice);
  if (given.unfinished === "restart") sink.forget();
  const kept = await keptRun(sink.work, given, program);
  run.goesOn = kept !== null;
  if (given.unfinished === "resume" && kept === null) {
    display.say(`${given.out} keeps no unfinished run: a new one begins.`);
  }
  const startedMs = Date.now();
  const options = await findAccess(given, ending.signal);
  const clients = createClients(options);
  const call = createCaller({ requestsPerSecond, signal: ending.signal, journal });
  const place = await findOrigin(clients, options, call);
  const instance = await findInstance(given.settings, place.account, clients.ssoAdmin, call);
  if (kept !== null) requireSamePlace(kept.head, instance, place, given.out);

  const runId = kept?.runId ?? randomUUID();
  const unfinished = await openUnfinished<RunHead>(sink.work, journal, runId, program, () => ({
    settings: { ...given.settings, ...instance, now: formatInstant(given.nowMs ?? startedMs) },
    facts: { ...place, runId, trigger: "terminal", note: "", startedMs },
  }));
  const reading = createReadingTime(journal, unfinished);
  run.reading = reading;
  const history = createDirectoryHistory(given.out);
  const keeping = {
    archive: createDirectoryArchive(given.out),
    earlierFiles: () => archivedLogins(history),
    readByMs: Number.POSITIVE_INFINITY,
    onEstimate(estimate: ReadingEstimate) {
      const sentence = readingSentence(estimate, given.out);
      if (sentence !== null) display.say(sentence);
    },
  };
  const published = await runSlice({
    ...unfinished.head,
    clients,
    loginSource: withWaitingLine(
      createEndingLoginSource(unfinished.head.settings, options, keeping, (reason) => ending.abort(reason)),
      "the login source",
      display,
    ),
    call,
    history,
    sink,
    progress: display.progress,
    untilMs: Number.POSITIVE_INFINITY,
    publishUntilMs: Number.POSITIVE_INFINITY,
    onEstimate: async (estimate) => {
      display.say(estimateSentence(estimate, requestsPerSecond));
      display.expect(estimate.seconds);
    },
    isFinal: (error) => !mayGoOn(error as Error),
    journal,
    unfinished: { ...unfinished, keep: reading.keep },
    end: (reason) => ending.abort(reason),
  });
  if (published === null) throw reportError(INTERRUPTED, "Interrupted"); // nothing else ends a slice that has no end
  return published;
}

/** Whether a run that failed with this may go on from what it has read: not where it would fail again with the same arguments or program. */
function mayGoOn({ name }: Error): boolean {
  return ![NO_SUCH_STORE, NOT_THE_OWNER, "AccountInstance", "BadManifest"].includes(name);
}

/** Says why the run has ended, and what becomes of what it has read. Gives the exit code. */
function ended(error: Error, { given, sink, journal, reading, goesOn }: Run): number {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const advice = error.name === "CredentialsRefused" ? ` ${adviceFor(error, profileOf(given.profile))}` : "";
  const why = error.name === INTERRUPTED ? "Interrupted: " : `${messageOf(error)}${advice}`;
  if (error.name === OTHER_RUN || error.name === NOT_THE_OWNER) {
    say(why);
    return 2;
  }
  if (error.name === "DamagedWork") {
    say(`${why} --restart removes what is kept, and reads anew.`);
    return 1;
  }
  const hasRead = Object.values(journal.stages).some(({ answered }) => Object.keys(answered).length > 0);
  const isKept = mayGoOn(error) && (goesOn || hasRead);
  if (!isKept) sink.forget();
  const kept = reading === null ? "what was read before is kept" : readingKept(reading.keptMs());
  const goOn = `nothing was published, ${kept}. \`${resumeCommand(process.argv)}\` goes on from there.`;
  if (error.name === INTERRUPTED) {
    say(why + (isKept ? goOn : "nothing was written."));
    return 130;
  }
  say(isKept ? `${why}\nN${goOn.slice(1)}` : why);
  return 1;
}
