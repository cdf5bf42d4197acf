import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { REPORT_PREFIX, runFolder } from "../../handlers/bucket/bucket";
import {
  type FileEntry,
  MACHINE_ROWS_FILE,
  MANIFEST_FILE,
  type Manifest,
  REPORT_FILE,
} from "../../handlers/files/files";
import { checkChain } from "./chain";
import type { ContentCheck } from "./contentCheck";
import { createCsvCheck } from "./csvCheck";
import { createJsonLinesCheck } from "./jsonLinesCheck";
import { filesOf, readManifest } from "./manifestCheck";
import type { ReportSource } from "./reportSource";
import { type CheckedFile, createProblems, type Problems, type Verdict } from "./verdict";

/**
 * Checks that a report is what its manifest says: the manifest against its schema, each file's size, hash, rows and order, and the
 * chain of manifests. Files are read once and in pieces, so memory does not grow with them.
 */
export async function verifyReport(source: ReportSource): Promise<Verdict> {
  const problems = createProblems();
  const notes: string[] = [];
  const files: CheckedFile[] = [];
  let earlierManifests = 0;

  const opened = await source.open(MANIFEST_FILE);
  let manifest: Manifest | null = null;
  if ("missing" in opened) {
    problems.add(MANIFEST_FILE, null, `${opened.missing}: without it there is no report, only what a run left behind`);
  } else {
    manifest = readManifest(await bytesOf(opened.stream), problems);
  }
  if (manifest !== null) {
    checkFolder(manifest, source, problems);
    const entries = filesOf(manifest);
    for (const entry of entries) files.push(await checkFile(entry, manifest, source, problems));
    const there = (await source.list()) ?? [];
    const strange = there.filter((name) => name !== MANIFEST_FILE && !entries.some((entry) => entry.name === name));
    if (strange.length > 0) notes.push(`Not of the report, so nothing vouches for it: ${strange.sort().join(", ")}.`);
    const chain = await checkChain(manifest, source, problems);
    earlierManifests = chain.checked;
    notes.push(chain.note);
  }
  const all = problems.all();
  return {
    report: source.name,
    whole: all.length === 0,
    runId: manifest?.runId ?? null,
    now: manifest?.now ?? null,
    files,
    earlierManifests,
    problems: all,
    notes,
  };
}

/** A report that was copied over another run's folder is whole in itself, and still not that run's. */
function checkFolder({ now, runId }: Manifest, { folder }: ReportSource, problems: Problems): void {
  if (folder === null || typeof now !== "string") return;
  const expected = runFolder(now, runId).slice(REPORT_PREFIX.length, -1);
  if (folder !== expected) {
    problems.add(MANIFEST_FILE, null, `is of the run whose folder is ${expected}, but lies in ${folder}`);
  }
}

async function checkFile(
  entry: FileEntry,
  manifest: Manifest,
  source: ReportSource,
  problems: Problems,
): Promise<CheckedFile> {
  const { name } = entry;
  const opened = await source.open(name);
  if ("missing" in opened) {
    problems.add(name, null, `${opened.missing}, though the manifest names it`);
    return { name, bytes: 0, rows: null, problems: problems.countOf(name) };
  }
  const counts: Counts = { byRowStatus: {}, byUsage: {} };
  const content = contentCheck(name, manifest, problems, counts);
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of opened.stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    await content?.write(chunk);
  }
  const rows = (await content?.end()) ?? null;

  const sha256 = hash.digest("hex");
  if (bytes !== entry.bytes) problems.add(name, null, `has ${bytes} bytes, the manifest says ${entry.bytes}`);
  if (sha256 !== entry.sha256) {
    problems.add(name, null, `is not what was published: its SHA-256 is ${sha256}, the manifest says ${entry.sha256}`);
  }
  if (rows !== null) checkCounts(entry, rows, counts, manifest, problems);
  return { name, bytes, rows, problems: problems.countOf(name) };
}

interface Counts {
  readonly byRowStatus: Record<string, number>;
  readonly byUsage: Record<string, number>;
}

function contentCheck(
  name: string,
  manifest: Manifest,
  problems: Problems,
  { byRowStatus, byUsage }: Counts,
): ContentCheck | null {
  if (name === REPORT_FILE) {
    return createCsvCheck(name, problems, (value) => {
      const [status, usage] = [value("RowStatus"), value("Usage")];
      byRowStatus[status] = (byRowStatus[status] ?? 0) + 1;
      if (usage !== "") byUsage[usage] = (byUsage[usage] ?? 0) + 1;
    });
  }
  if (name.endsWith(".csv")) return createCsvCheck(name, problems);
  if (name.endsWith(".jsonl.gz")) return createJsonLinesCheck(name, problems, manifest.runId);
  return null;
}

function checkCounts(entry: FileEntry, rows: number, counts: Counts, manifest: Manifest, problems: Problems): void {
  const { name } = entry;
  if (entry.rows !== undefined && entry.rows !== rows) {
    problems.add(name, null, `has ${rows} rows, the manifest says ${entry.rows} of the file`);
  }
  const said = manifest.rows as Manifest["rows"] | undefined;
  if ((name === REPORT_FILE || name === MACHINE_ROWS_FILE) && said?.total !== rows) {
    problems.add(name, null, `has ${rows} rows, the manifest says ${said?.total} of the report`);
  }
  if (name !== REPORT_FILE) return;
  for (const by of ["byRowStatus", "byUsage"] as const) {
    const expected = said?.[by] ?? {};
    for (const value of new Set([...Object.keys(counts[by]), ...Object.keys(expected)])) {
      const [got, wanted] = [counts[by][value] ?? 0, expected[value] ?? 0];
      if (got !== wanted) problems.add(name, null, `has ${got} rows that are ${value}, the manifest says ${wanted}`);
    }
  }
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
