import { createHash } from "node:crypto";
import { reportError } from "../errors";
import type { Progress } from "../model";
import { type Changes, grantedAndRevoked, sinceReport } from "./changes/changes";
import type { Row } from "./columns";
import type { History, Sink } from "./destination";
import {
  type FileEntry,
  type Manifest,
  manifestOf,
  type Previous,
  type RowCounts,
  type RunFacts,
  sha256Of,
  statusOf,
} from "./manifest";
import manifestSchema from "./manifest.schema.json";
import { MANIFEST_FILE } from "./names";
import { notCovered } from "./notCovered";
import { readPrevious, unreadable } from "./previous/previous";
import type { Content, Pieces, ReportFile } from "./reportFile";
import { reportFiles } from "./reportFiles";
import type { Decisions } from "./review/review";
import { administratorArns, assignedBy, evidenceOf, type RowSources, revokedBy, rowBatches } from "./rows";
import { schemaProblems } from "./schema";

/** A report that is there. */
export interface Published {
  readonly manifest: Manifest;
  /** Of the manifest's bytes, in lower-case hexadecimal: who has it can tell whether the report is still the one that was made. */
  readonly manifestSha256: string;
}

/**
 * Writes the report's files and, once every one of them is whole, the manifest that makes them a report. If anything fails, files
 * that are not whole yet are given up and there is no manifest.
 */
export async function publish(
  sources: RowSources,
  facts: RunFacts,
  decisions: Decisions,
  history: History,
  sink: Sink,
  progress: Progress,
): Promise<Published> {
  const ROWS_A_BATCH = 2_000;
  const evidence = evidenceOf(sources);
  const ended = grantedAndRevoked(sources, evidence);
  const leftOut = notCovered(sources, ended);
  const earlier = await readPrevious(history, {
    settings: sources.settings,
    roles: sources.collection.entitlements,
    administrators: administratorArns(sources),
    decisions,
    assignedBy: (row) => assignedBy(evidence, row),
    revokedBy: (row, sinceMs) => revokedBy(evidence, row, sinceMs),
    between: (reportedAt, csv) => sinceReport(ended, evidence.users, reportedAt, csv),
  });
  const { changes } = earlier;
  const previous = { ...earlier.previous, notes: decisions.warnings };
  const { status } = statusOf(sources, previous);
  let files: readonly ReportFile[] = []; // named before it is used within a function, as the serialiser needs it
  const known = (): Previous => {
    const compared = withoutComparison(previous, changes);
    return { ...compared, notes: [...compared.notes, ...files.flatMap((file) => file.notes?.() ?? [])] };
  };
  const warnings = () => statusOf(sources, known()).warnings;
  const { previousReport } = previous;
  const contents = reportFiles({
    ...{ sources, evidence, facts, status, warnings, previousReport, changes, decisions },
    notCovered: leftOut,
  });
  files = contents.files;
  const writers = files.map((file) => createFileWriter(file, sink));
  try {
    const counts: RowCounts = { total: 0, byRowStatus: {}, byUsage: {} };
    for (const writer of writers) await writer.begin();
    for (const batch of rowBatches(sources, ROWS_A_BATCH, evidence)) {
      countRows(batch, counts);
      for (const writer of writers) if (writer.comesFirst) await writer.rows(batch);
      await Promise.all(writers.map((writer) => (writer.comesFirst ? null : writer.rows(batch))));
      progress("rows", counts.total, null);
    }
    for (const [at, file] of files.entries()) {
      await writers[at]!.end();
      for (const other of file.beside?.() ?? []) {
        const writer = createFileWriter(other, sink);
        writers.push(writer);
        await writer.end();
      }
    }
    const whole = writers.filter((writer) => !writer.refused());
    const entries = whole.map((writer) => writer.entry());
    const manifest = manifestOf(
      sources,
      facts,
      counts,
      entries,
      { decisions: contents.decided(), news: contents.news(), notCovered: leftOut },
      known(),
    );
    const manifestBytes = Buffer.from(JSON.stringify(manifest, null, 2) + "\n", "utf8");
    const manifestSha256 = sha256Of(manifestBytes);
    requireManifest(manifestBytes);

    for (const writer of writers) await (writer.refused() ? writer.abort() : writer.close());
    const manifestFile = sink.create(MANIFEST_FILE, "application/json");
    await manifestFile.write(manifestBytes);
    await manifestFile.close(manifestSha256);
    return { manifest, manifestSha256 };
  } catch (error) {
    await Promise.allSettled(writers.map((writer) => writer.abort()));
    throw error;
  } finally {
    for (const file of files) file.done?.();
  }
}

/** A manifest that is not what its schema says proves nothing to anybody: then no file of the report gets to its place. */
function requireManifest(bytes: Buffer): void {
  const problems = schemaProblems(manifestSchema, JSON.parse(bytes.toString("utf8")));
  if (problems.length === 0) return;
  throw reportError(
    "BadManifest",
    `The manifest would not be what handlers/files/manifest.schema.json says, so nothing was published: ${problems.slice(0, 5).join("; ")}. This is a fault of the program: please report it, with these words.`,
  );
}

/** Where the earlier report turned out to be damaged while it was compared. */
function withoutComparison(previous: Previous, changes: Changes | null): Previous {
  const damage = changes?.refused() ?? null;
  return damage === null ? previous : { ...previous, previousReport: unreadable(previous.previousReport, damage) };
}

function countRows(batch: readonly Row[], counts: RowCounts): void {
  const { byRowStatus, byUsage } = counts;
  counts.total += batch.length;
  for (const { RowStatus, Usage } of batch) {
    byRowStatus[RowStatus] = (byRowStatus[RowStatus] ?? 0) + 1;
    if (Usage !== "") byUsage[Usage] = (byUsage[Usage] ?? 0) + 1;
  }
}

/** Carries a file of the report to the sink, and tells its size and hash when it is whole. */
function createFileWriter(file: ReportFile, sink: Sink) {
  const target = sink.create(file.name, file.contentType);
  const hash = createHash("sha256");
  let bytes = 0;
  let sha256 = "";

  async function write(content: Content): Promise<void> {
    if (content.length === 0) return;
    const buffer = typeof content === "string" ? Buffer.from(content, "utf8") : content;
    hash.update(buffer);
    bytes += buffer.length;
    await target.write(buffer);
  }

  async function writeAll(contents: Pieces): Promise<void> {
    const content = await contents;
    if (typeof content === "string" || Buffer.isBuffer(content)) await write(content);
    else for await (const piece of content) await write(piece);
  }

  return {
    comesFirst: file.comesFirst === true,
    begin: () => write(file.begin()),
    rows: (batch: readonly Row[]) => writeAll(file.rows(batch)),
    end: () => writeAll(file.end()),
    /** Once all is written. */
    entry(): FileEntry {
      sha256 = hash.digest("hex");
      const rows = file.recordCount?.();
      return { name: file.name, bytes, sha256, ...(rows !== undefined && { rows }) };
    },
    close: () => target.close(sha256),
    refused: () => file.refused?.() ?? null,
    abort: () => target.abort(),
  };
}
