import { REPORT_PREFIX } from "../handlers/bucket/bucket";
import { messageOf, reportError } from "../handlers/errors";
import { createCellFormatter, MANIFEST_FILE, type Manifest, ROW_COLUMNS } from "../handlers/files/files";
import { findAccess } from "./access";
import { runCommand } from "./command";
import { missing, profileOf } from "./credentials";
import { directorySource, type ReportSource, readWhole } from "./verify/reportSource";
import { s3Source } from "./verify/s3Source";
import { type Arguments, HELP, parseArguments } from "./who/arguments";
import { grantsOf, manifestOf } from "./who/grants";
import { tableOf } from "./who/table";
import { matcher, type WhoRow } from "./who/wanted";

/** What a terminal is shown of, at most: more cannot be read there, and a table's columns are as wide as its widest cells. */
const MOST_SHOWN = 1000;

/** As many characters are printed at once. */
const CHUNK = 65_536;

type ClosableSource = ReportSource & { close?(): void };

/** `credential-report who`: the grants of a report that match. Gives the exit code. */
export function whoCommand(argv: readonly string[]): Promise<number> {
  return runCommand(() => parseArguments(argv), HELP, who);
}

async function who(given: Arguments): Promise<number> {
  let source: ClosableSource | undefined;
  try {
    source = await sourceOf(given);
    return await show(source, given);
  } catch (error) {
    process.stderr.write(`CANNOT TELL: ${messageOf(error)}\n`);
    return 3;
  } finally {
    source?.close?.();
  }
}

async function sourceOf({ place, profile, region }: Arguments): Promise<ClosableSource> {
  if (place.kind === "directory") return directorySource(place.directory, undefined);
  const { bucket, prefix } = place;
  const ending = new AbortController();
  // The SDK asks for a role's MFA code before it waits for the credentials that assume the role, and these may fail in the meantime.
  const end = (reason: unknown) => ending.abort(missing(reason as Error, profileOf(profile)));
  process.once("unhandledRejection", end);
  const access = await findAccess({ profile, region }, ending.signal).finally(() =>
    process.off("unhandledRejection", end),
  );
  if (prefix !== "") return s3Source({ bucket, prefix }, access);
  const reports = await s3Source({ bucket, prefix: REPORT_PREFIX }, access);
  try {
    return await s3Source({ bucket, prefix: await newestReport(reports) }, access);
  } finally {
    reports.close();
  }
}

/** The folder of the newest report in a bucket, as the last run has said it. */
async function newestReport(reports: ReportSource): Promise<string> {
  const LATEST = "latest.json";
  const latest = await readWhole(reports.open(LATEST));
  if (!("bytes" in latest)) {
    const why = "missing" in latest ? latest.missing : latest.unreadable;
    throw reportError("NoReport", `${reports.name}${LATEST} ${why}. Name a report's own folder, or another bucket.`);
  }
  const { manifestKey } = JSON.parse(latest.bytes.toString("utf8")) as { readonly manifestKey?: unknown };
  if (typeof manifestKey === "string" && manifestKey.endsWith(`/${MANIFEST_FILE}`)) {
    return manifestKey.slice(0, -MANIFEST_FILE.length);
  }
  throw reportError("NoReport", `${reports.name}${LATEST} names no report: there is none yet.`);
}

async function show(source: ReportSource, { wanted, form, quiet }: Arguments): Promise<number> {
  const { stdout, stderr } = process;
  const manifest = await manifestOf(source);
  const matches = matcher(wanted);
  const counts = createCounts();
  const shown: WhoRow[] = [];
  const formatCell = createCellFormatter();
  const columns = ROW_COLUMNS.map(({ name }) => name);
  let unprinted = "";
  const flush = async () => {
    const text = unprinted;
    unprinted = "";
    // Called back also where nobody reads any more.
    await new Promise<void>((resolve) => void stdout.write(text, () => resolve()));
  };
  const print = async (text: string) => {
    unprinted += text;
    if (unprinted.length > CHUNK) await flush();
  };

  if (form === "csv") await print(`${columns.map(formatCell).join(",")}\r\n`);
  for await (const { row, line } of grantsOf(source, manifest)) {
    counts.seen();
    if (!matches(row)) continue;
    if (form === "csv") await print(`${columns.map((column) => formatCell(row[column])).join(",")}\r\n`);
    else if (form === "json") await print(`${counts.shown() === 0 ? "[\n" : ",\n"}${line}`);
    else if (shown.length < MOST_SHOWN) shown.push(row);
    counts.add(row);
  }
  if (form === "json") await print(counts.shown() === 0 ? "[]\n" : "\n]\n");
  if (form === "table" && shown.length > 0) await print(tableText(shown));
  await flush();
  if (!quiet) {
    if (form === "table" && shown.length > 0) stderr.write("\n");
    const more = form === "table" ? counts.shown() - shown.length : 0;
    if (more > 0) stderr.write(`The first ${MOST_SHOWN.toLocaleString("en")} are shown. --csv prints all.\n`);
    stderr.write(`${counts.sentence()}\n${ageOf(source, manifest)}`);
  }
  return counts.shown() > 0 ? 0 : 1;
}

function tableText(rows: readonly WhoRow[]): string {
  const { stdout } = process;
  const [header = "", ...lines] = tableOf(rows, stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY);
  const bold = stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  return `${[bold ? `\x1b[1m${header}\x1b[22m` : header, ...lines].join("\n")}\n`;
}

function ageOf({ name }: ReportSource, { now, status, warnings }: Manifest): string {
  const of = `${name}: report of ${now.slice(0, 10)} ${now.slice(11, 16)} UTC`;
  if (status === "succeeded") return `${of}.\n`;
  return `${of}, degraded: not all could be observed.\n${warnings.map((warning) => `warning: ${warning}\n`).join("")}`;
}

/** Counts what is shown, in the page's words. */
function createCounts() {
  const users = new Set<string>();
  const accounts = new Set<string>();
  let [rows, all, unused, unknown] = [0, 0, 0, 0];
  const counted = (count: number, noun: string) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
  return {
    seen(): void {
      all++;
    },
    add(row: WhoRow): void {
      rows++;
      accounts.add(row.account);
      if (row.UserId !== "") users.add(row.UserId);
      if (row.Usage === "UNUSED_IN_WINDOW") unused++;
      if (row.Usage === "UNKNOWN") unknown++;
    },
    shown: () => rows,
    sentence: () =>
      [
        `${rows.toLocaleString("en")} of ${counted(all, "row")}`,
        counted(users.size, "user"),
        counted(accounts.size, "account"),
        `${unused.toLocaleString("en")} unused`,
        `${unknown.toLocaleString("en")} unknown`,
      ].join(" · "),
  };
}
