import { createHash } from "node:crypto";
import { Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { reportError } from "../../handlers/errors";
import { MACHINE_ROWS_FILE, MANIFEST_FILE, type Manifest } from "../../handlers/files/files";
import { type Opened, type ReportSource, readWhole } from "../verify/reportSource";
import { rowOf, type WhoRow } from "./wanted";

/** A row, and the line of JSON that it is. */
export interface Grant {
  readonly row: WhoRow;
  readonly line: string;
}

/** The manifest of a report. Throws `UnreadableReport` where there is none that can be read. */
export async function manifestOf(source: ReportSource): Promise<Manifest> {
  const whole = await readWhole(source.open(MANIFEST_FILE));
  if (!("bytes" in whole)) throw unreadable(source, MANIFEST_FILE, reasonOf(whole));
  try {
    const manifest = JSON.parse(whole.bytes.toString("utf8")) as Manifest;
    if (!Array.isArray(manifest.files) || typeof manifest.now !== "string") throw new Error("it names no files");
    return manifest;
  } catch (error) {
    throw unreadable(source, MANIFEST_FILE, `is no manifest: ${(error as Error).message}`);
  }
}

/**
 * Every row of a report, in order. Throws `UnreadableReport` where it cannot be read to its end, and at its end where the file is not the
 * one that the manifest names.
 */
export async function* grantsOf(source: ReportSource, { files }: Manifest): AsyncGenerator<Grant> {
  const entry = files.find(({ name }) => name === MACHINE_ROWS_FILE);
  if (entry === undefined) throw unreadable(source, MACHINE_ROWS_FILE, "is not named by the manifest");
  const opened = await source.open(MACHINE_ROWS_FILE);
  if (!("stream" in opened)) throw unreadable(source, MACHINE_ROWS_FILE, reasonOf(opened));
  const hash = createHash("sha256");
  const hashed = new Transform({
    transform(chunk, _, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const gunzip = createGunzip();
  opened.stream.on("error", (error) => gunzip.destroy(error));
  opened.stream.pipe(hashed).pipe(gunzip);

  let count = 0;
  try {
    for await (const line of linesOf(gunzip)) {
      const row = rowOf(line);
      count++;
      if (row === null) throw new Error(`line ${count} is no row of a report`);
      yield { row, line };
    }
  } catch (error) {
    throw unreadable(source, MACHINE_ROWS_FILE, `could not be read to its end: ${(error as Error).message}`);
  }
  const sha256 = hash.digest("hex");
  if (sha256 !== entry.sha256) throw unreadable(source, MACHINE_ROWS_FILE, "is not the file that the manifest names");
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest + decoder.decode() !== "") throw new Error("the last line does not end");
}

function reasonOf(opened: Exclude<Opened, { readonly stream: unknown }>): string {
  return "missing" in opened ? opened.missing : opened.unreadable;
}

function unreadable({ name }: ReportSource, file: string, why: string): Error {
  return reportError("UnreadableReport", `${name}: ${file} ${why}.`);
}
