import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Verdict } from "../../cli/verify/verdict";
import type { EarlierReport, History, Sink } from "../../handlers/files/destination";
import type { Manifest, RunFacts } from "../../handlers/files/manifest";
import { publish } from "../../handlers/files/publish";
import { type Decisions, NO_DECISIONS } from "../../handlers/files/review/review";
import type { RowSources } from "../../handlers/files/rows";
import { createMemorySink } from "../../local/runReport";

/** The files of a report, by name. */
export type ReportFiles = Readonly<Record<string, Buffer>>;

const effort = {
  calls: { "sso-admin:ListPermissionSets": 2 },
  answered: { "sso-admin:ListPermissionSets": 1 },
  throttled: {},
};

/**
 * Publishes a report of what was collected, after the one before where there is one.
 *
 * @param onWritten is told of each file that gets to its place
 */
export async function publishFiles(
  sources: RowSources,
  facts: Partial<RunFacts> = {},
  before: { readonly key: string; readonly files: ReportFiles } | null = null,
  onWritten: (name: string) => void = () => {},
  decisions: Decisions = NO_DECISIONS,
): Promise<ReportFiles> {
  const earlier: EarlierReport | null = before && {
    manifestKey: before.key,
    manifest: before.files["manifest.json"]!,
    async *open(name) {
      yield before.files[name]!;
    },
  };
  const history: History = { newest: async () => earlier, manifestAt: async () => null, decisions: async () => [] };
  const sink = createMemorySink();
  const place = { account: "111122223333", region: "eu-west-1", caller: "arn:aws:iam::111122223333:role/audit" };
  const run = { runId: "run-1", trigger: "manual", note: "", startedMs: Date.now(), finishedMs: Date.now() };
  const told: Sink = {
    create(name, contentType) {
      const file = sink.create(name, contentType);
      return { ...file, close: (sha256) => file.close(sha256).then(() => onWritten(name)) };
    },
  };
  await publish(
    sources,
    { ...place, ...run, effort, loginsEffort: effort, ...facts },
    decisions,
    history,
    told,
    () => {},
  );
  return sink.files;
}

/** A directory of its own with a report in it, that a test may do anything to. */
export function reportDirectory(files: ReportFiles) {
  const path = mkdtempSync(join(tmpdir(), "report-"));
  mkdirSync(path, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), bytes);
  }
  const manifest = () => JSON.parse(readFileSync(join(path, "manifest.json"), "utf8")) as Manifest;
  const writeManifest = (value: unknown) => writeFileSync(join(path, "manifest.json"), JSON.stringify(value, null, 2));
  return {
    path,
    manifest,
    text: (name: string) => readFileSync(join(path, name), "utf8"),
    write: (name: string, bytes: string | Buffer) => writeFileSync(join(path, name), bytes),
    remove: (name: string) => rmSync(join(path, name)),
    writeManifest,
    /** Changes the manifest as someone would who can change anything. */
    // biome-ignore lint/suspicious/noExplicitAny: a forger is not held to types
    forge(change: (manifest: any) => void) {
      const value = manifest();
      change(value);
      writeManifest(value);
    },
    /** Writes a file and lets the manifest vouch for it. */
    replace(name: string, bytes: string | Buffer) {
      writeFileSync(join(path, name), bytes);
      const sha256 = sha256Of(Buffer.from(bytes));
      const files = manifest().files.map((entry) =>
        entry.name === name ? { ...entry, bytes: Buffer.byteLength(bytes), sha256 } : entry,
      );
      writeManifest({ ...manifest(), files });
    },
    dispose: () => rmSync(path, { recursive: true, force: true }),
  };
}

export function sha256Of(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** `file:line message` of each problem. */
export function said({ problems }: Verdict): string[] {
  return problems.map(({ file, line, message }) => `${file}${line === null ? "" : `:${line}`} ${message}`);
}

/** Header and records of a file of a report, each with the line ends within. */
export function csvRecords(text: string): string[] {
  return text.split(/\r\n(?=\d{12},|,\d{12},|[^,]*,(?:END|REMOVE)_|$)/).slice(0, -1);
}
