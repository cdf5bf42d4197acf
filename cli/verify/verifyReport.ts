import { createHash } from "node:crypto";
import { REPORT_PREFIX, runFolder } from "../../handlers/bucket/bucket";
import {
  type FileEntry,
  MACHINE_ROWS_FILE,
  MANIFEST_FILE,
  type Manifest,
  PAGE_FILE,
  REPORT_FILE,
  REVIEW_FILE,
  sha256Of,
} from "../../handlers/files/files";
import { checkArchive } from "./archiveCheck";
import { checkChain } from "./chain";
import type { ContentCheck } from "./contentCheck";
import { type CsvRow, createCsvCheck } from "./csvCheck";
import { createJsonLinesCheck } from "./jsonLinesCheck";
import { readManifest } from "./manifestCheck";
import { createPageCheck } from "./pageCheck";
import { eachChunk, type ReportSource, readWhole } from "./reportSource";
import { createRowsCheck, type RowsCheck } from "./rowsCheck";
import { type Rules, requiredFiles, rulesOf } from "./rules";
import { createUtf8Check } from "./utf8Check";
import { type CheckedFile, createProblems, type Problem, type Problems, type Verdict, verdictOf } from "./verdict";
import { createWorkbooksCheck, type WorkbooksCheck } from "./workbook/workbooksCheck";

/**
 * Checks that a report is what its manifest says: the manifest against its schema, each file's size, hash, rows and order, the files
 * against each other, and the chain of manifests. Files are read once and in pieces, so memory does not grow with
 * them, but for what is held of each membership and line of the sheet, and for a workbook's packed bytes while it is read.
 *
 * @param sha256 what the manifest's is known to be, from elsewhere; `undefined` where that is not known
 */
export async function verifyReport(source: ReportSource, sha256?: string): Promise<Verdict> {
  const problems = createProblems();
  const notes: string[] = [];
  let files: CheckedFile[] = [];
  let earlierManifests = 0;
  const { manifest, manifestSha256, keptDays } = await manifestOf(source, problems);
  if (sha256 !== undefined && manifestSha256 !== null && sha256 !== manifestSha256) {
    problems.add(
      MANIFEST_FILE,
      null,
      `is not the one that is meant: its SHA-256 is ${manifestSha256}, given was ${sha256}`,
    );
  }
  if (manifest !== null) {
    checkFolder(manifest, source, problems);
    files = await checkFiles(manifest, source, problems);
    const there = (await source.list()) ?? [];
    const strange = there.filter(
      (name) => name !== MANIFEST_FILE && !manifest.files.some((entry) => entry.name === name),
    );
    if (strange.length > 0) notes.push(`Not of the report, so nothing vouches for it: ${strange.sort().join(", ")}.`);
    const chain = await checkChain(manifest, keptDays, source, problems);
    earlierManifests = chain.checked;
    notes.push(chain.note, ...(await checkArchive(manifest, keptDays, source, problems)));
  }
  const verdict = verdictOf(problems);
  return {
    report: source.name,
    verdict,
    whole: verdict === "WHOLE",
    runId: manifest?.runId ?? null,
    now: manifest?.now ?? null,
    manifestSha256,
    files,
    earlierManifests,
    problems: inOrder(problems.all(), [MANIFEST_FILE, ...files.map(({ name }) => name)]),
    unreadable: problems.unreadable(),
    notes,
  };
}

/** By the manifest's order of the files, and within one as they were found: some are read at the same time. */
function inOrder(problems: readonly Problem[], names: readonly string[]): Problem[] {
  const placeOf = ({ file }: Problem) => (names.includes(file) ? names.indexOf(file) : names.length);
  return [...problems].sort((one, other) => placeOf(one) - placeOf(other));
}

async function manifestOf(source: ReportSource, problems: Problems) {
  const read = await readWhole(source.open(MANIFEST_FILE));
  if ("bytes" in read) {
    const manifestSha256 = sha256Of(read.bytes);
    return { manifest: readManifest(read.bytes, problems), manifestSha256, keptDays: read.keptDays };
  }
  if ("unreadable" in read) problems.cannotTell(MANIFEST_FILE, read.unreadable);
  else problems.add(MANIFEST_FILE, null, `${read.missing}: without it there is no report, only what a run left behind`);
  return { manifest: null, manifestSha256: null, keptDays: null };
}

/** A report that was copied over another run's folder is whole in itself, and still not that run's. */
function checkFolder({ now, runId }: Manifest, { folder }: ReportSource, problems: Problems): void {
  if (folder === null) return;
  const expected = runFolder(now, runId).slice(REPORT_PREFIX.length, -1);
  if (folder !== expected) {
    problems.add(MANIFEST_FILE, null, `is of the run whose folder is ${expected}, but lies in ${folder}`);
  }
}

async function checkFiles(manifest: Manifest, source: ReportSource, problems: Problems): Promise<CheckedFile[]> {
  const { files } = manifest;
  for (const name of requiredFiles(manifest)) {
    if (!files.some((entry) => entry.name === name)) {
      problems.add(
        name,
        null,
        `is not named by the manifest, though every such run of version ${manifest.programVersion} writes it`,
      );
    }
  }
  for (const [at, { name }] of files.entries()) {
    if (files.findIndex((entry) => entry.name === name) < at)
      problems.add(name, null, "is named twice by the manifest");
  }
  const rules = rulesOf(manifest);
  const rowsCheck = createRowsCheck(manifest, rules, problems);
  const workbooksCheck = rules.sheet === "actions" ? createWorkbooksCheck(problems) : null;
  const context = { manifest, rules, rowsCheck, workbooksCheck, source, problems };
  const checked = new Map<FileEntry, Omit<CheckedFile, "problems">>();
  const check = async (entry: FileEntry) => checked.set(entry, await checkFile(entry, context));
  // Those with the report's rows at the same time, so that rows that belong together come by together.
  const together = [REPORT_FILE, MACHINE_ROWS_FILE, REVIEW_FILE];
  for (const name of together) {
    if (!files.some((entry) => entry.name === name)) for (const side of rowsCheck.sidesOf(name)) side.end(false);
  }
  await Promise.all(files.filter(({ name }) => together.includes(name)).map(check));
  rowsCheck.end();
  for (const entry of files) if (!together.includes(entry.name)) await check(entry);
  if (problems.unreadable().length === 0) workbooksCheck?.end();
  return files.map((entry) => ({ ...checked.get(entry)!, problems: problems.countOf(entry.name) }));
}

interface Context {
  readonly manifest: Manifest;
  readonly rules: Rules;
  readonly rowsCheck: RowsCheck;
  /** `null` of versions that wrote no workbooks. */
  readonly workbooksCheck: WorkbooksCheck | null;
  readonly source: ReportSource;
  readonly problems: Problems;
}

async function checkFile(entry: FileEntry, context: Context): Promise<Omit<CheckedFile, "problems">> {
  const { manifest, rowsCheck, source, problems } = context;
  const { name } = entry;
  const sides = rowsCheck.sidesOf(name);
  const counts: Counts = { byRowStatus: {}, byUsage: {} };
  const hash = createHash("sha256");
  let bytes = 0;
  let rows: number | null = null;
  let complete = false;
  try {
    const opened = await source.open(name);
    if ("unreadable" in opened) problems.cannotTell(name, opened.unreadable);
    if ("missing" in opened) problems.add(name, null, `${opened.missing}, though the manifest names it`);
    if (!("stream" in opened)) return { name, bytes, rows };
    const contents = contentChecks(name, context, counts);
    const failure = await eachChunk(opened.stream, async (chunk) => {
      hash.update(chunk);
      bytes += chunk.length;
      for (const content of contents) await content.write(chunk);
      for (const side of sides) await side.room();
    });
    if (failure !== null) {
      problems.cannotTell(name, failure);
      return { name, bytes, rows };
    }
    for (const content of contents) rows = (await content.end()) ?? rows;
    complete = rows !== null;
  } finally {
    for (const side of sides) side.end(complete);
  }

  const sha256 = hash.digest("hex");
  if (bytes !== entry.bytes) problems.add(name, null, `has ${bytes} bytes, the manifest says ${entry.bytes}`);
  if (sha256 !== entry.sha256) {
    problems.add(name, null, `is not what was published: its SHA-256 is ${sha256}, the manifest says ${entry.sha256}`);
  }
  if (rows !== null) checkCounts(entry, rows, counts, manifest, problems);
  return { name, bytes, rows };
}

interface Counts {
  readonly byRowStatus: Record<string, number>;
  readonly byUsage: Record<string, number>;
}

function contentChecks(
  name: string,
  { manifest, rules, rowsCheck, workbooksCheck, problems }: Context,
  { byRowStatus, byUsage }: Counts,
): ContentCheck[] {
  const countAndCompare = (row: CsvRow) => {
    const [status, usage] = [row.cell("RowStatus"), row.cell("Usage")];
    byRowStatus[status] = (byRowStatus[status] ?? 0) + 1;
    if (usage !== "") byUsage[usage] = (byUsage[usage] ?? 0) + 1;
    rowsCheck.report(row);
  };
  const utf8 = createUtf8Check(name, problems);
  if (name === PAGE_FILE) return [utf8, createPageCheck(manifest, rules, problems)];
  if (name.endsWith(".csv")) {
    const reviewed = (row: CsvRow) => {
      rowsCheck.review(row);
      workbooksCheck?.review(row);
    };
    const onRow = { [REPORT_FILE]: countAndCompare, [REVIEW_FILE]: reviewed }[name];
    return [utf8, createCsvCheck(name, problems, rules.columns[name], onRow)];
  }
  if (name.endsWith(".xlsx") && workbooksCheck !== null) return [workbooksCheck.workbook(name)];
  if (!name.endsWith(".jsonl.gz")) return [];
  const onRow = name === MACHINE_ROWS_FILE ? rowsCheck.machine : undefined;
  return [createJsonLinesCheck(name, problems, manifest.runId, rules.gzipMembers, onRow)];
}

function checkCounts(entry: FileEntry, rows: number, counts: Counts, manifest: Manifest, problems: Problems): void {
  const { name } = entry;
  if (entry.rows !== undefined && entry.rows !== rows) {
    problems.add(name, null, `has ${rows} rows, the manifest says ${entry.rows} of the file`);
  }
  const said = manifest.rows;
  if ((name === REPORT_FILE || name === MACHINE_ROWS_FILE) && said.total !== rows) {
    problems.add(name, null, `has ${rows} rows, the manifest says ${said.total} of the report`);
  }
  if (name !== REPORT_FILE) return;
  for (const by of ["byRowStatus", "byUsage"] as const) {
    for (const value of new Set([...Object.keys(counts[by]), ...Object.keys(said[by])])) {
      const [got, wanted] = [counts[by][value] ?? 0, said[by][value] ?? 0];
      if (got !== wanted) problems.add(name, null, `has ${got} rows that are ${value}, the manifest says ${wanted}`);
    }
  }
}
