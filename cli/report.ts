import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createCaller, createClients } from "../handlers/aws/aws";
import { messageOf, reportError } from "../handlers/errors";
import { MANIFEST_FILE, type Published, REPORT_FILE } from "../handlers/files/files";
import type { Progress } from "../handlers/model";
import { runReport } from "../handlers/run";
import { formatInstant } from "../handlers/times";
import { findAccess } from "./access";
import { type Arguments, HELP, parseArguments } from "./arguments";
import { adviceFor, missing, profileOf } from "./credentials";
import { createDirectoryHistory, createDirectorySink, type DirectorySink } from "./directory";
import { standInHome } from "./home";
import { findInstance } from "./instance";
import { createEndingLoginSource } from "./loginSource";
import { findOrigin } from "./origin";
import { createProgressDisplay } from "./progressDisplay";

/** The name of the reason for which a run is ended by the person who started it. */
const INTERRUPTED = "Interrupted";

/** `npm run report`: the report from a terminal, with the ordinary credentials chain. Gives the exit code. */
async function main(): Promise<number> {
  let given: Arguments;
  try {
    given = parseArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return 2;
  }
  if (given.help) {
    process.stdout.write(HELP);
    return 0;
  }

  const ending = new AbortController();
  const interrupt = () => ending.abort(reportError(INTERRUPTED, "Interrupted: nothing was written."));
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
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
  const display = given.quiet ? null : createProgressDisplay(process.stderr);
  try {
    const published = await run(given, sink, ending, display?.progress ?? (() => {}));
    display?.stop();
    const out = sink.place();
    if (given.json) process.stdout.write(JSON.stringify(summaryOf(published, out), null, 2) + "\n");
    else if (!given.quiet) process.stdout.write(describe(published, out));
    if (!given.quiet) for (const warning of published.manifest.warnings) process.stderr.write(`warning: ${warning}\n`);
    if (out !== given.out)
      process.stderr.write(`${given.out} has a whole report, which stays: this one is degraded.\n`);
    return published.manifest.status === "degraded" ? 3 : 0;
  } catch (thrown) {
    display?.stop();
    const error = (ending.signal.aborted ? ending.signal.reason : thrown) as Error;
    const advice = error.name === "CredentialsRefused" ? ` ${adviceFor(error, profileOf(given.profile))}` : "";
    process.stderr.write(`${messageOf(error)}${advice}\n`);
    return error.name === INTERRUPTED ? 130 : 1;
  } finally {
    sink.end();
  }
}

async function run(
  given: Arguments,
  sink: DirectorySink,
  ending: AbortController,
  progress: Progress,
): Promise<Published> {
  const { settings } = given;
  const startedMs = Date.now();
  const options = await findAccess(given, ending.signal);
  const clients = createClients(options);
  const call = createCaller({ requestsPerSecond: settings.requestsPerSecond, signal: ending.signal });
  const place = await findOrigin(clients, options, call);
  const instance = await findInstance(settings, clients.ssoAdmin, call);
  return runReport({
    settings: { ...settings, ...instance, now: formatInstant(given.nowMs) },
    facts: { ...place, runId: randomUUID(), trigger: "terminal", note: "", startedMs },
    clients,
    loginSource: createEndingLoginSource(settings, options, (reason) => ending.abort(reason)),
    call,
    history: createDirectoryHistory(given.out),
    sink,
    progress,
    untilMs: Number.POSITIVE_INFINITY,
  });
}

function summaryOf({ manifest, manifestSha256 }: Published, out: string) {
  const { runId, status, warnings, rows, startedAt, finishedAt } = manifest;
  return {
    runId,
    status,
    report: join(out, REPORT_FILE),
    manifest: join(out, MANIFEST_FILE),
    manifestSha256,
    rows,
    warnings,
    startedAt,
    finishedAt,
  };
}

function describe({ manifest, manifestSha256 }: Published, out: string): string {
  const { rows, status } = manifest;
  const usage = Object.entries(rows.byUsage).map(([name, count]) => `${count} ${name}`);
  return [
    `${join(out, REPORT_FILE)}: ${rows.total} rows${usage.length > 0 ? ` (${usage.join(", ")})` : ""}, ${status}\n`,
    `${join(out, MANIFEST_FILE)}: SHA-256 ${manifestSha256}\n`,
  ].join("");
}

standInHome();
main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
