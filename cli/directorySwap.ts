import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf, reportError } from "../handlers/errors";
import { isWorkbookOfReport, MANIFEST_FILE, REPORT_FILES, REVIEW_FOLDER } from "../handlers/files/files";

// A report takes another one's place in three steps, each of which can be undone after the process has died: the files of the one that
// stands there are set aside, the folder that they are in gets its final name, and the new files move in, the manifest last.

/** Where the files of the earlier report are while they are set aside, and once all of them are. */
const SETTING_ASIDE = ".credential-report.setting-aside";
const SET_ASIDE = ".credential-report.set-aside";

/**
 * Puts a whole report where another one, or none, stands. Where a file refuses, everything is as it was and the error names the
 * file. Only files with a report's own names are touched.
 *
 * @param staged the new files' names and where each of them is now, on the same file system
 */
export function swapReport(directory: string, staged: ReadonlyMap<string, string>): void {
  const at = (...names: string[]) => join(directory, ...names);
  let moving = "";
  try {
    mkdirSync(at(SETTING_ASIDE));
    for (const name of manifestFirst(ownNames(directory))) {
      moving = name;
      const there = lstatSync(at(name), { throwIfNoEntry: false });
      if (there?.isDirectory() && staged.has(name)) throw new Error("EISDIR: a directory of this name stands there");
      if (there !== undefined && !there.isDirectory()) move(at(name), at(SETTING_ASIDE, name));
    }
    renameSync(at(SETTING_ASIDE), at(SET_ASIDE));
    for (const name of manifestFirst([...staged.keys()]).reverse()) {
      moving = name;
      move(staged.get(name)!, at(name));
    }
  } catch (error) {
    const advice = "Close it in the spreadsheet, or whatever has it open, or move it away; then run again.";
    throw reportError(
      "FileInUse",
      `${at(moving)} cannot be replaced (${messageOf(error)}). ${advice} ${restored(directory)}`,
      error,
    );
  }
  removeFolder(at(SET_ASIDE));
}

/** Undoes a swap, and says how that went. */
function restored(directory: string): string {
  try {
    restoreReport(directory);
    return "Nothing was written: what stood there is as it was.";
  } catch (error) {
    return `What stood there is in ${directory}, in a folder whose name begins with ".credential-report", and the next run puts it back (${messageOf(error)}).`;
  }
}

/** What cannot be removed now, the next run removes. */
function removeFolder(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {}
}

/** Brings back what an unfinished swap had set aside; nothing where there is none. */
export function restoreReport(directory: string): void {
  const at = (...names: string[]) => join(directory, ...names);
  if (existsSync(at(SET_ASIDE))) {
    // The manifest is the last to move in: with it, the swap was done, and without it, what stands there is a part of the new report.
    const done = existsSync(at(MANIFEST_FILE));
    if (!done) for (const name of ownNames(directory)) rmSync(at(name), { force: true });
    if (!done) renameSync(at(SET_ASIDE), at(SETTING_ASIDE));
    else removeFolder(at(SET_ASIDE));
  }
  if (!existsSync(at(SETTING_ASIDE))) return;
  for (const name of manifestFirst(ownNames(at(SETTING_ASIDE))).reverse()) {
    if (existsSync(at(SETTING_ASIDE, name))) move(at(SETTING_ASIDE, name), at(name));
  }
  rmSync(at(SETTING_ASIDE), { recursive: true, force: true });
}

/** What a report can have there: its files, and the workbooks that only some have. */
function ownNames(directory: string): string[] {
  const namesIn = (folder: string) =>
    existsSync(join(directory, folder)) && lstatSync(join(directory, folder)).isDirectory()
      ? readdirSync(join(directory, folder)).map((name) => folder + name)
      : [];
  const there = [...namesIn(""), ...namesIn(REVIEW_FOLDER)];
  return [...REPORT_FILES, ...there.filter(isWorkbookOfReport)];
}

function move(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
}

/** The manifest goes first and comes last, so that none ever vouches for another report's files. */
function manifestFirst(names: readonly string[]): string[] {
  return [...names].sort((a, b) => Number(b === MANIFEST_FILE) - Number(a === MANIFEST_FILE));
}
