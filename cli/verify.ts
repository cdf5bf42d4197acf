import { messageOf } from "../handlers/errors";
import { type Arguments, HELP, parseArguments } from "./verify/arguments";
import { directorySource, s3Source } from "./verify/reportSource";
import type { Verdict } from "./verify/verdict";
import { verifyReport } from "./verify/verifyReport";

/** `npm run verify`: whether a report is whole. Gives the exit code. */
async function main(): Promise<number> {
  let given: Arguments | null;
  try {
    given = parseArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return 2;
  }
  if (given === null) {
    process.stdout.write(HELP);
    return 0;
  }
  const verdict = await verdictOn(given);
  process.stdout.write(given.json ? `${JSON.stringify(verdict, null, 2)}\n` : describe(verdict));
  return verdict.whole ? 0 : 1;
}

async function verdictOn({ place, profile, region }: Arguments): Promise<Verdict> {
  if (place.kind === "directory") return verifyReport(directorySource(place.directory, place.previous));
  const source = s3Source({ ...place, profile, region });
  try {
    return await verifyReport(source);
  } finally {
    source.close();
  }
}

function describe(verdict: Verdict): string {
  const number = (count: number) => count.toLocaleString("en");
  const lines = [verdict.runId === null ? verdict.report : `${verdict.report}: run ${verdict.runId} of ${verdict.now}`];
  for (const { name, bytes, rows, problems } of verdict.files) {
    const size = `${number(bytes)} bytes${rows === null ? "" : `, ${number(rows)} rows`}`;
    lines.push(`  ${problems === 0 ? "ok   " : "WRONG"} ${name} (${size})`);
  }
  for (const { file, line, message } of verdict.problems) {
    lines.push(`problem: ${file}${line === null ? "" : `, line ${line}`} ${message}`);
  }
  for (const note of verdict.notes) lines.push(`note: ${note}`);
  const count = verdict.problems.length;
  lines.push(verdict.whole ? "The report is whole." : `NOT WHOLE: ${count} ${count === 1 ? "problem" : "problems"}.`);
  return `${lines.join("\n")}\n`;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`The report could not be read: ${messageOf(error)}\n`);
    process.exitCode = 1;
  },
);
