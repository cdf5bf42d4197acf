import { messageOf } from "../handlers/errors";
import { findAccess } from "./access";
import { runCommand } from "./command";
import { missing, profileOf } from "./credentials";
import { type Arguments, HELP, parseArguments } from "./verify/arguments";
import { directorySource } from "./verify/reportSource";
import { s3Source } from "./verify/s3Source";
import type { Verdict } from "./verify/verdict";
import { verifyReport } from "./verify/verifyReport";

const EXIT_CODES: Readonly<Record<Verdict["verdict"], number>> = { WHOLE: 0, NOT_WHOLE: 1, CANNOT_TELL: 3 };

/** `credential-report verify`: whether a report is whole. Gives the exit code. */
export function verifyCommand(argv: readonly string[]): Promise<number> {
  return runCommand(() => parseArguments(argv), HELP, verify);
}

async function verify(given: Arguments): Promise<number> {
  try {
    const verdict = await verdictOn(given);
    if (given.json) process.stdout.write(`${JSON.stringify(verdict, null, 2)}\n`);
    else if (!given.quiet) process.stdout.write(describe(verdict));
    return EXIT_CODES[verdict.verdict];
  } catch (error) {
    process.stderr.write(`CANNOT TELL: ${messageOf(error)}\n`);
    return EXIT_CODES.CANNOT_TELL;
  }
}

async function verdictOn({ place, sha256, profile, region }: Arguments): Promise<Verdict> {
  if (place.kind === "directory") return verifyReport(directorySource(place.directory, place.previous), sha256);
  const ending = new AbortController();
  // The SDK asks for a role's MFA code before it waits for the credentials that assume the role, and these may fail in the meantime.
  process.once("unhandledRejection", (reason) => ending.abort(missing(reason as Error, profileOf(profile))));
  const source = await s3Source(place, await findAccess({ profile, region }, ending.signal));
  try {
    return await verifyReport(source, sha256);
  } finally {
    source.close();
  }
}

function describe(verdict: Verdict): string {
  const number = (count: number) => count.toLocaleString("en");
  const lines = [verdict.runId === null ? verdict.report : `${verdict.report}: run ${verdict.runId} of ${verdict.now}`];
  if (verdict.manifestSha256 !== null) lines.push(`  manifest.json: SHA-256 ${verdict.manifestSha256}`);
  const unreadable = new Set(verdict.unreadable.map(({ file }) => file));
  for (const { name, bytes, rows, problems } of verdict.files) {
    const size = `${number(bytes)} bytes${rows === null ? "" : `, ${number(rows)} rows`}`;
    lines.push(`  ${problems > 0 ? "WRONG" : unreadable.has(name) ? "?    " : "ok   "} ${name} (${size})`);
  }
  for (const { file, line, message } of verdict.problems) {
    lines.push(`problem: ${file}${line === null ? "" : `, line ${line}`} ${message}`);
  }
  for (const { file, message } of verdict.unreadable) lines.push(`not read: ${file} ${message}`);
  for (const note of verdict.notes) lines.push(`note: ${note}`);
  const count = verdict.problems.length;
  lines.push(
    {
      WHOLE: "The report is whole.",
      NOT_WHOLE: `NOT WHOLE: ${count} ${count === 1 ? "problem" : "problems"}.`,
      CANNOT_TELL: "CANNOT TELL: not all of it could be read. Nothing is wrong with what was read.",
    }[verdict.verdict],
  );
  return `${lines.join("\n")}\n`;
}
