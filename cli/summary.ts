import { join } from "node:path";
import { MANIFEST_FILE, type Published, REPORT_FILE } from "../handlers/files/files";
import { durationWords } from "./timeLeft";

/** What people open, besides the report itself and its manifest, in this order. */
const FILES: Readonly<Record<string, string>> = {
  "report.html": "the page to look at",
  "changes.csv": "what is different since the report before",
  "review.csv": "the access-review sheet",
  "unexplained_logins.csv": "logins that no present grant explains",
};

/** What a run from a terminal prints with --json. */
export function summaryOf({ manifest, manifestSha256 }: Published, out: string) {
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

/**
 * The same for people: the files that matter, the figures, and what it took.
 *
 * @param seconds that this process took
 */
export function describe({ manifest, manifestSha256 }: Published, out: string, seconds: number): string {
  const { rows, status, files, calls, throttled } = manifest;
  const usage = Object.entries(rows.byUsage).map(([name, count]) => `${count} ${name}`);
  const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((all, each) => all + each, 0);
  const number = (count: number) => count.toLocaleString("en");
  const there = Object.entries(FILES).filter(([name]) => files.some((file) => file.name === name));
  return [
    `${join(out, REPORT_FILE)}: ${rows.total} rows${usage.length > 0 ? ` (${usage.join(", ")})` : ""}, ${status}\n`,
    ...there.map(([name, words]) => `${join(out, name)}: ${words}\n`),
    `${join(out, MANIFEST_FILE)}: SHA-256 ${manifestSha256}\n`,
    `${durationWords(seconds)}, ${number(sum(calls))} calls to AWS, ${number(sum(throttled))} of them throttled\n`,
  ].join("");
}
