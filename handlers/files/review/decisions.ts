import { createHash } from "node:crypto";
import { messageOf, reportError } from "../../errors";
import type { History, ReturnedSheet } from "../destination";
import { readCsvSheet } from "./csvSheet";
import type { Decision, SheetFindings } from "./sheetLines";
import type { Workbooks } from "./workbook/workbook";

export type { Decision } from "./sheetLines";

/** A decision, and where it stands. */
export interface ReturnedDecision extends Decision {
  /** Which of the files. */
  readonly file: number;
  readonly row: number;
  /** Whose access it was said to be about, for people. */
  readonly about: string;
}

/** A file of `decisions/`, as it was found. */
export interface DecisionFile {
  /** In the bucket, or its path. */
  readonly key: string;
  /** Which version of it was read; `null` where the place keeps none, or it was not read. */
  readonly version: string | null;
  /** Of what was read; `null` where it was not. */
  readonly sha256: string | null;
  /** Since when it stands there. */
  readonly modifiedAt: string;
  /** Below its header, without those that are blank. */
  readonly lines: number;
  readonly decisions: number;
  /** Decided lines that cannot be carried. */
  readonly refused: number;
  /** Why none of its decisions could be carried, for people; `null` where one could, or it has none. */
  readonly problem: string | null;
}

/** What people have returned. Plain JSON: it is read once a run, and kept for those who publish it. */
export interface Decisions {
  readonly files: readonly DecisionFile[];
  /** Why it is not known which files there are, for people; `null` where it is. */
  readonly problem: string | null;
  /** By `ActionKey`, in the order of the files. */
  readonly byAction: readonly (readonly [key: string, decisions: readonly ReturnedDecision[]])[];
  /** Of sheets of version 0.1, which had a line for each grant: by `GrantKey`. */
  readonly byGrant: readonly (readonly [key: string, decisions: readonly ReturnedDecision[]])[];
  /** What was not taken and why, for people. */
  readonly warnings: readonly string[];
}

export const NO_DECISIONS: Decisions = { files: [], problem: null, byAction: [], byGrant: [], warnings: [] };

/** One returned file, read on its own. */
export interface SheetReading {
  readonly sha256: string;
  readonly findings: SheetFindings;
  /** How many bytes it took once unpacked. */
  readonly unpacked: number;
  readonly note: string | null;
}

/**
 * Reads one returned file, as a workbook or as CSV, whichever it is. Rejects with `UnreadableSheet` or `UnreadableCsv`, whose message says what to do.
 *
 * @param name of the file
 * @param mostUnpacked how many bytes it may unpack to
 */
export async function readSheet(
  name: string,
  bytes: Buffer,
  mostUnpacked: number,
  workbooks: Workbooks,
): Promise<SheetReading> {
  const unreadable = (why: string) => reportError("UnreadableSheet", why);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const magic = bytes.toString("hex", 0, 8);
  if (/\.(xlsm|xltm|xlam|xlsb)$/i.test(name))
    throw unreadable("It may have macros, which are not looked at: save it as .xlsx.");
  if (magic === "d0cf11e0a1b11ae1") {
    throw unreadable("It is encrypted, or a workbook of Excel 97 to 2003: save it as .xlsx, without a password.");
  }
  if (magic.startsWith("504b0304")) return { sha256, note: null, ...(await workbooks.read(bytes, mostUnpacked)) };
  if (!/\.(csv|tsv|txt)$/i.test(name))
    throw unreadable('It is neither .csv nor .xlsx: save it as .xlsx, or as "CSV UTF-8".');
  if (bytes.length > mostUnpacked)
    throw unreadable(`It is larger than the ${mostUnpacked} bytes that are left of what all files may have.`);
  return { sha256, unpacked: bytes.length, ...(await readCsvSheet(bytes)) };
}

/**
 * The decisions of all files in `decisions/`. Whatever stands there, this gives an answer: a file that cannot be read is named with the reason, and the others
 * are read. Only what ends the run itself is passed on.
 */
export async function readDecisions(history: History, workbooks: Workbooks): Promise<Decisions> {
  const MOST_FILES = 200;
  const MOST_BYTES = 50_000_000;
  const MOST_UNPACKED = 200_000_000; // of all together
  const MOST_DECISIONS = 200_000;
  const ENDS = ["SliceOver", "OutOfTime", "RunEnded", "Interrupted", "TakenOver"];
  const NAMED = 5;
  const byAction = new Map<string, ReturnedDecision[]>();
  const byGrant = new Map<string, ReturnedDecision[]>();
  const files: DecisionFile[] = [];
  const warnings: string[] = [];
  let unlisted: string | null = null;
  let unpacked = 0;
  let decisions = 0;

  const passOn = (error: unknown): void => {
    if (ENDS.includes((error as Error).name)) throw error;
  };

  async function wholeOf(sheet: ReturnedSheet) {
    const tooLarge = () => reportError("UnreadableSheet", `It is larger than ${MOST_BYTES} bytes.`);
    if (sheet.bytes > MOST_BYTES) throw tooLarge();
    const { content, version } = await sheet.open();
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of content) {
      length += piece.length;
      if (length > MOST_BYTES) throw tooLarge();
      pieces.push(piece);
    }
    return { bytes: Buffer.concat(pieces), version };
  }

  function add(findings: SheetFindings, file: number): void {
    const decided = findings.subject === "action" ? byAction : byGrant;
    decisions += findings.decided.length;
    if (decisions > MOST_DECISIONS)
      throw reportError("UnreadableSheet", `With it, there are more than ${MOST_DECISIONS} decisions.`);
    for (const { key, ...decision } of findings.decided) {
      const known = decided.get(key);
      if (known === undefined) decided.set(key, [{ ...decision, file }]);
      else known.push({ ...decision, file });
    }
  }

  async function readFile(sheet: ReturnedSheet): Promise<void> {
    const { key, name, modifiedAt } = sheet;
    let version: string | null = null;
    let sha256: string | null = null;
    const nothing = (why: unknown): DecisionFile => {
      const { name: kind } = why as Error;
      const advice = /^Unreadable/.test(kind)
        ? adviceFor(messageOf(why))
        : " The next run that can read it carries its decisions.";
      const problem = `${messageOf(why).replace(/\.?$/, ".")}${advice}`;
      warnings.push(`No decision of ${key} is carried forward: ${problem}`);
      return { key, version, sha256, modifiedAt, lines: 0, decisions: 0, refused: 0, problem };
    };
    try {
      const whole = await wholeOf(sheet);
      version = whole.version;
      sha256 = createHash("sha256").update(whole.bytes).digest("hex");
      const reading = await readSheet(name, whole.bytes, MOST_UNPACKED - unpacked, workbooks);
      unpacked += reading.unpacked;
      const { findings, note } = reading;
      add(findings, files.length);
      const { lines, refused, refusedCount, cut } = findings;
      if (note !== null) warnings.push(`${key}: ${note}`);
      if (cut > 0) warnings.push(`${key}: ${cut} of its texts are longer than 2,000 characters, and are cut.`);
      if (refusedCount > 0) {
        const rows = refused.slice(0, NAMED).map(({ row, why }) => `row ${row} ${why}`);
        warnings.push(`${key}: ${refusedCount} of its decided lines are not carried forward: ${rows.join(" ")}`);
      }
      const none = findings.decided.length === 0 && refusedCount > 0;
      const problem = none ? `None of its ${refusedCount} decided lines can be found again.` : null;
      const decided = findings.decided.length;
      files.push({ key, version, sha256, modifiedAt, lines, decisions: decided, refused: refusedCount, problem });
    } catch (error) {
      passOn(error);
      files.push(nothing(error));
    }
  }

  try {
    const sheets = await history.decisions(MOST_FILES + 1);
    for (const sheet of sheets.slice(0, MOST_FILES)) await readFile(sheet);
    const [unread] = sheets.slice(MOST_FILES);
    if (unread !== undefined) {
      const problem = `Of the files in decisions/, the first ${MOST_FILES} by name are read. Neither this one is, nor those after it: move away what is decided anew or done.`;
      const { key, modifiedAt } = unread;
      warnings.push(`No decision of ${key} is carried forward: ${problem}`);
      files.push({ ...{ key, modifiedAt, problem }, version: null, sha256: null, lines: 0, decisions: 0, refused: 0 });
    }
  } catch (error) {
    passOn(error);
    unlisted = `${messageOf(error).replace(/\.$/, "")}. See that the report's role, or whoever runs it, may list and read decisions/; the next run that can carries its decisions.`;
    warnings.push(`No decision of the returned review sheets is carried forward: ${unlisted}`);
  } finally {
    workbooks.close();
  }
  return { files, problem: unlisted, byAction: [...byAction], byGrant: [...byGrant], warnings };
}

/** What to do about a file that cannot be read, where that is not said already. */
function adviceFor(message: string): string {
  return /\bsave it\b/i.test(message)
    ? ""
    : ' Fill in review.xlsx or review.csv of the newest report, save it as .xlsx or as "CSV UTF-8", and put it there again.';
}
