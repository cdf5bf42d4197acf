import { createReadStream, readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { messageOf } from "../handlers/errors";
import { createCsvReader, createWorkbooks, readSheet } from "../handlers/files/files";
import { runCommand } from "./command";
import { commandLine } from "./program";

const command = commandLine("review check");

const HELP = `Says of filled-in review sheets, before they are put into decisions/, which of their decisions would be carried forward, and what is wrong
in which row. It works offline: nothing is sent.

Usage: ${command} FILE… [options]

  FILE               review.xlsx or review.csv, or a reviewer's own workbook, as it was saved

Options:
  --against SHEET    review.csv of the newest report: shows what has changed since the sheet was handed out
  --json             print what was found as JSON on standard output
  --quiet            print nothing but errors: the exit code is the answer
  --help             print this

Examples:
  ${command} payments.xlsx
  ${command} payments.xlsx shop.csv --against review.csv

Exit codes:
  0    every decision would be carried
  1    at least one would not
  2    the arguments are wrong
  3    not known: a file could not be read
`;

const MOST_BYTES = 50_000_000;
const MOST_UNPACKED = 200_000_000;

interface Checked {
  readonly file: string;
  /** Whether the file system gave it. */
  readonly isRead: boolean;
  readonly decisions: number;
  /** Of those, how many would be carried. */
  carried: number;
  readonly problems: { readonly row: number | null; readonly what: string }[];
}

/** A decision that can be read, and which of the files has it. */
interface Known {
  readonly checked: Checked;
  readonly row: number;
  readonly key: string;
  readonly state: string;
  readonly decision: string;
  /** Whether it is about what a line of the sheet is about; else, about a single grant, as in sheets of version 0.1. */
  readonly ofAction: boolean;
  /** Not carried, for a reason that is named already. */
  lost: boolean;
}

/** `credential-report review check`: gives the exit code. */
export function reviewCheck(argv: readonly string[]): Promise<number> {
  return runCommand(() => parseArguments(argv), HELP, check);
}

interface Arguments {
  readonly files: readonly string[];
  readonly against: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

function parseArguments(argv: readonly string[]): Arguments | null {
  const flag = { type: "boolean", default: false } as const;
  const options = { against: { type: "string" }, json: flag, quiet: flag, help: { ...flag, short: "h" } } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
    const { against, json, quiet, help } = values;
    if (help) return null;
    if (positionals.length === 0) throw new Error("Expected one file or more, got none.");
    return { files: positionals, against, json, quiet };
  } catch (error) {
    throw new Error(`${messageOf(error)} See --help.`);
  }
}

async function check({ files, against, json, quiet }: Arguments): Promise<number> {
  let present: ReadonlyMap<string, string> | null = null;
  try {
    present = against === undefined ? null : await statesIn(against);
  } catch (error) {
    process.stderr.write(`--against ${against}: ${messageOf(error)}\n`);
    return 2;
  }
  const { checked, known } = await readAll(files);
  findContested(known);
  if (present !== null) findChanged(known, present);
  if (json) process.stdout.write(`${JSON.stringify(checked, null, 2)}\n`);
  else if (!quiet) for (const one of checked) process.stdout.write(describe(one));
  if (checked.some(({ isRead }) => !isRead)) return 3;
  return checked.every(({ decisions, carried, problems }) => carried === decisions && problems.length === 0) ? 0 : 1;
}

async function readAll(files: readonly string[]): Promise<{ checked: Checked[]; known: Known[] }> {
  const workbooks = createWorkbooks();
  const checked: Checked[] = [];
  const known: Known[] = [];
  try {
    for (const file of files) {
      try {
        if (statSync(file).size > MOST_BYTES) throw new Error(`It is larger than ${MOST_BYTES} bytes.`);
        const { findings, note } = await readSheet(basename(file), readFileSync(file), MOST_UNPACKED, workbooks);
        const { decided, refused, refusedCount, cut } = findings;
        const problems: Checked["problems"] = refused.map(({ row, why }) => ({ row, what: why }));
        if (refusedCount > refused.length)
          problems.push({ row: null, what: `and ${refusedCount - refused.length} more such rows.` });
        if (note !== null) problems.push({ row: null, what: note });
        if (cut > 0)
          problems.push({ row: null, what: `${cut} of its texts are longer than 2,000 characters, and would be cut.` });
        const one = { file, isRead: true, decisions: decided.length + refusedCount, carried: decided.length, problems };
        checked.push(one);
        const ofAction = findings.subject === "action";
        for (const { row, key, state, decision } of decided)
          known.push({ checked: one, row, key, state, decision, ofAction, lost: false });
      } catch (error) {
        const isRead = (error as NodeJS.ErrnoException).syscall === undefined;
        const what = isRead ? messageOf(error) : `could not be read: ${messageOf(error)}`;
        checked.push({ file, isRead, decisions: 0, carried: 0, problems: [{ row: null, what }] });
      }
    }
  } finally {
    workbooks.close();
  }
  return { checked, known };
}

/** What is decided differently, of what was in the same state. */
function findContested(known: readonly Known[]): void {
  const byKey = new Map<string, Known[]>();
  for (const one of known) {
    const same = `${one.key}\\n${one.state}`;
    byKey.set(same, [...(byKey.get(same) ?? []), one]);
  }
  for (const same of byKey.values()) {
    if (same.every(({ decision }) => decision.toLowerCase() === same[0]!.decision.toLowerCase())) continue;
    for (const one of same) {
      const others = same.filter(
        (other) => other !== one && other.decision.toLowerCase() !== one.decision.toLowerCase(),
      );
      const where = others.map(({ checked, row, decision }) => `row ${row} of ${checked.file} says ${decision}`);
      lose(one, `says ${one.decision}, but ${where.join(", ")}: neither would be carried.`);
    }
  }
}

function findChanged(known: readonly Known[], present: ReadonlyMap<string, string>): void {
  for (const one of known) {
    const { key, state } = one;
    const action = one.ofAction ? key : actionOfGrant(key);
    if (action === null) {
      lose(
        one,
        "is about a single grant of a membership: the report takes it only where all of them are decided alike.",
      );
      continue;
    }
    const now = present.get(action);
    if (now === undefined) lose(one, "is about what the newest report has no line for.");
    else if (now !== state) lose(one, `is about what was ${state}, and is ${now} now: look at it again.`);
  }
}

/** `ActionKey` of a direct grant, by its `GrantKey` in sheets of version 0.1; `null` for a grant through a group. */
function actionOfGrant(grantKey: string): string | null {
  const [account, set, type, , userId] = grantKey.split("/");
  return type === "USER" ? `GRANT/${account}/${set}/${userId}` : null;
}

/** Counts a decision once, whatever else is the matter with it. */
function lose(one: Known, what: string): void {
  if (!one.lost) one.checked.carried--;
  one.lost = true;
  one.checked.problems.push({ row: one.row, what });
}

/** `ActionKey` → `ActionState`. */
async function statesIn(sheet: string): Promise<Map<string, string>> {
  const reader = createCsvReader(createReadStream(sheet), "actionkey");
  const states = new Map<string, string>();
  let at: [number, number] | null = null;
  for (let records = await reader.next(); records !== null; records = await reader.next()) {
    if (at === null) {
      const header = records.shift()!;
      at = [header.indexOf("ActionKey"), header.indexOf("ActionState")];
      if (at.includes(-1))
        throw new Error("Expected review.csv of a report, with the columns ActionKey and ActionState.");
    }
    for (const cells of records) states.set(cells[at[0]]!, cells[at[1]]!);
  }
  return states;
}

function describe({ file, isRead, decisions, carried, problems }: Checked): string {
  if (!isRead) return `${file} ${problems[0]!.what}\n`;
  const lines = problems.map(({ row, what }) => `  ${row === null ? what : `row ${row} ${what}`}`);
  return `${[`${file}: ${carried} of ${decisions} decisions would be carried forward.`, ...lines].join("\n")}\n`;
}
