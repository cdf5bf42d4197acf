import { inParallel } from "../../handlers/aws/aws";
import { type Manifest, sha256Of } from "../../handlers/files/files";
import { archiveFileName } from "../../handlers/logins/logins";
import { type ReportSource, readWhole } from "./reportSource";
import type { Problems } from "./verdict";

/** What a created bucket's lifecycle adds to `lookbackDays` for files of the login archive: components/reportBucket.ts. */
const DAYS_BEYOND_WINDOW = 10;

/**
 * Checks the files of the login archive that a manifest names, by their hashes. Who may read reports need not be let into the archive, which is
 * a diary of everybody: then a note says so.
 *
 * @param keptDays how long the place keeps the report; `null` where it keeps it
 * @returns what was checked, for people; nothing where the manifest names no such file
 */
export async function checkArchive(
  manifest: Manifest,
  keptDays: number | null,
  source: ReportSource,
  problems: Problems,
): Promise<string[]> {
  const AT_A_TIME = 16;
  const files = manifest.sources.logins.archive ?? [];
  if (files.length === 0) return [];
  const days = keptDays === null ? null : Math.max(keptDays, manifest.settings.lookbackDays + DAYS_BEYOND_WINDOW);
  const missing: [name: string, why: string][] = [];
  let checked = 0;
  let expired = 0;
  let refused: string | null = null;
  await inParallel(files, AT_A_TIME, async ({ region, from, sha256 }) => {
    const name = archiveFileName(region, Date.parse(from));
    const read = await readWhole(source.archiveFile(name));
    if ("missing" in read) {
      const ageDays = (Date.now() - Date.parse(from)) / 86_400_000;
      if (days !== null && ageDays >= days) expired += 1;
      else missing.push([name, read.missing]);
      return;
    }
    if ("unreadable" in read) {
      refused ??= `${name} ${read.unreadable}`;
      return;
    }
    checked += 1;
    const found = sha256Of(read.bytes);
    if (found === sha256) return;
    problems.add(name, null, `is not what the report has used: its SHA-256 is ${found}, the manifest says ${sha256}`);
  });
  // Who has downloaded a report has not downloaded the archive.
  if (source.folder === null && missing.length === files.length) {
    return ["The login archive is not beside the report: its files were not checked."];
  }
  for (const [name, why] of missing) problems.add(name, null, `${why}, though the manifest names it`);
  const notes = [
    `Of the login archive, ${checked} of the ${files.length} files that the report has used were checked.`,
  ];
  if (expired > 0) notes.push(`${expired} of them are gone by age.`);
  if (refused !== null) notes.push(`The others could not be: ${refused}.`);
  return notes;
}
