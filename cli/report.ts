import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createCaller, createClients } from "../handlers/aws/aws";
import { messageOf, reportError } from "../handlers/errors";
import { MANIFEST_FILE, type Published, REPORT_FILE } from "../handlers/files/files";
import { createLoginSource } from "../handlers/logins/logins";
import { runReport } from "../handlers/run";
import { formatInstant } from "../handlers/times";
import { type Arguments, HELP, parseArguments } from "./arguments";
import { createDirectoryHistory, createDirectorySink } from "./directory";
import { findInstance } from "./instance";
import { findOrigin } from "./origin";
import { createProgressDisplay } from "./progressDisplay";

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
  const interrupt = () => ending.abort(reportError("Interrupted", "Interrupted: nothing was written."));
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  const sink = await createDirectorySink(given.out, ending.signal).catch((error: unknown) => {
    process.stderr.write(`--out: ${messageOf(error)}\n`);
    return null;
  });
  if (sink === null) return 1;
  const display = given.quiet ? null : createProgressDisplay(process.stderr);
  try {
    const published = await run(given, sink, ending.signal, display?.progress ?? (() => {}));
    display?.stop();
    if (given.json) process.stdout.write(JSON.stringify(summaryOf(published, given.out), null, 2) + "\n");
    else if (!given.quiet) process.stdout.write(describe(published, given.out));
    if (!given.quiet) for (const warning of published.manifest.warnings) process.stderr.write(`warning: ${warning}\n`);
    return 0;
  } catch (error) {
    display?.stop();
    sink.abandon();
    process.stderr.write(`${messageOf(error)}\n`);
    return ending.signal.aborted ? 130 : 1;
  }
}

async function run(
  given: Arguments,
  sink: Awaited<ReturnType<typeof createDirectorySink>>,
  signal: AbortSignal,
  progress: (what: string, done: number, total: number | null) => void,
): Promise<Published> {
  const { settings, profile, region } = given;
  const startedMs = Date.now();
  const options = { ...(region && { region }), ...(profile && { profile }) };
  const clients = createClients(options);
  const call = createCaller({ requestsPerSecond: settings.requestsPerSecond, signal });
  const place = await findOrigin(clients, options, call);
  const instance = await findInstance(settings, clients.ssoAdmin, call);
  return runReport({
    settings: { ...settings, ...instance, now: formatInstant(given.nowMs) },
    facts: { ...place, runId: randomUUID(), trigger: "terminal", note: "", startedMs },
    clients,
    loginSource: createLoginSource(settings, options),
    call,
    history: createDirectoryHistory(given.out),
    sink,
    progress,
    deadlineMs: Number.POSITIVE_INFINITY,
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

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
