import { createHash, randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Effort, KeptJournal } from "../aws/aws";
import { messageOf, reportError } from "../errors";

/** Where the parts of one unfinished run lie. Names have no folders. */
export interface WorkStore {
  /** For people. */
  readonly place: string;
  /** `null` where there is no such file. */
  read(name: string): Promise<StoredWork | null>;
  /**
   * @param expected write only where the file still is as it was read or written, or (`null`) does not exist; without it, whatever stands there
   * @returns its tag; `null` where it was not written
   */
  write(name: string, bytes: Buffer, expected?: string | null): Promise<string | null>;
  /** Those that do not exist are removed already. */
  remove(names: readonly string[]): Promise<void>;
}

export interface StoredWork {
  readonly bytes: Buffer;
  /** Changes with every writing. */
  readonly tag: string;
}

/** `cursor.json`: what counts of an unfinished run. */
interface Cursor<Head> {
  readonly format: typeof FORMAT;
  readonly runId: string;
  readonly program: string;
  readonly head: Head;
  /** Whole lines of the journal, as gzip, in their order. */
  readonly parts: readonly { readonly name: string; readonly sha256: string }[];
  readonly stages: Readonly<Record<string, Effort>>;
  /** One for each slice that has begun, those that died included. */
  readonly attempts: readonly string[];
}

/** A run that is being made in slices. */
export interface Unfinished<Head> {
  /** What the run's first slice settled. */
  readonly head: Head;
  /** From 1 on. */
  readonly slice: number;
  /** Keeps what the journal has since the last time. Rejects with `TakenOver` where another attempt has gone on with this run. */
  keep(): Promise<void>;
}

const FORMAT = 1;
const CURSOR = "cursor.json";

/** Thrown, by name, where another attempt at the same slice has gone on. */
export const TAKEN_OVER = "TakenOver";

/** What a run was begun with, where one is unfinished; `null` where there is none. */
export async function unfinishedHead<Head>(
  store: WorkStore,
): Promise<{ runId: string; program: string; head: Head } | null> {
  const found = await store.read(CURSOR);
  return found === null ? null : cursorIn<Head>(store, found.bytes);
}

/**
 * Goes on with a run, or begins it. Of two attempts at one slice, the one that keeps first goes on.
 *
 * @param journal gets what earlier slices have read
 * @param program goes on only with what the same program has read
 * @param begin settles, in the first slice, what all slices need
 */
export async function openUnfinished<Head>(
  store: WorkStore,
  journal: KeptJournal,
  runId: string,
  program: string,
  begin: () => Head,
): Promise<Unfinished<Head>> {
  const attempt = randomUUID();
  const found = await store.read(CURSOR);
  let tag = found?.tag ?? null;
  let cursor: Cursor<Head>;
  if (found === null) {
    cursor = { format: FORMAT, runId, program, head: begin(), parts: [], stages: {}, attempts: [attempt] };
  } else {
    cursor = cursorIn<Head>(store, found.bytes);
    refuseAnother(store, cursor, runId, program);
    for (const part of cursor.parts) journal.remember(await linesOf(store, part));
    Object.assign(journal.stages, cursor.stages);
    cursor = { ...cursor, attempts: [...cursor.attempts, attempt] };
  }
  let written = 0;
  let keeping: Promise<void> = Promise.resolve();

  async function writeCursor(changed: Cursor<Head>): Promise<void> {
    tag = await store.write(CURSOR, Buffer.from(JSON.stringify(changed), "utf8"), tag);
    if (tag === null) {
      throw reportError(TAKEN_OVER, `Another attempt has gone on with run ${runId}: this one has ended.`);
    }
    cursor = changed;
  }

  async function keepNow(): Promise<void> {
    const lines = journal.take();
    if (lines.length === 0) return;
    const bytes = await promisify(gzip)(Buffer.from(lines.join("\n"), "utf8"));
    const name = partName(attempt, written++);
    await store.write(name, bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await writeCursor({ ...cursor, parts: [...cursor.parts, { name, sha256 }], stages: journal.stages });
  }

  await writeCursor(cursor);
  return {
    head: cursor.head,
    slice: cursor.attempts.length,
    keep() {
      keeping = keeping.then(keepNow);
      return keeping;
    },
  };
}

function partName(attempt: string, number: number): string {
  return `${attempt}-${number}.jsonl.gz`;
}

/** Removes what a run has left that nobody goes on with. */
export async function removeUnfinished(store: WorkStore): Promise<void> {
  const found = await store.read(CURSOR);
  if (found === null) return;
  let names: readonly string[] = [];
  try {
    const { parts, attempts } = cursorIn(store, found.bytes);
    const named = parts.map(({ name }) => name);
    // An attempt that died may have written a part, and not the cursor that names it.
    const unnamed = attempts.map((one) => partName(one, named.filter((name) => name.startsWith(one)).length));
    names = [...named, ...unnamed];
  } catch {
    // damaged: what it named is not known, and left to the bucket's lifecycle
  }
  await store.remove([...names, CURSOR]);
}

function cursorIn<Head>(store: WorkStore, bytes: Buffer): Cursor<Head> {
  try {
    const cursor = JSON.parse(bytes.toString("utf8")) as Cursor<Head>;
    const known = cursor.format === FORMAT && Array.isArray(cursor.parts) && Array.isArray(cursor.attempts);
    if (known) return cursor;
    throw new Error(`its format is ${JSON.stringify(cursor.format)}`);
  } catch (error) {
    throw reportError(
      "DamagedWork",
      `${store.place}${CURSOR} is not what this program writes (${messageOf(error)}). Start a new run: this one cannot go on.`,
      error,
    );
  }
}

function refuseAnother(store: WorkStore, cursor: Cursor<unknown>, runId: string, program: string): void {
  if (cursor.runId !== runId) {
    throw reportError("DamagedWork", `${store.place}${CURSOR} is of run ${cursor.runId}, not of ${runId}.`);
  }
  if (cursor.program === program) return;
  throw reportError(
    "DeployedAnew",
    `The program was deployed anew while run ${runId} was in progress (${cursor.program} began it, this is ${program}): nothing was published. Start a new run.`,
  );
}

async function linesOf(store: WorkStore, { name, sha256 }: { name: string; sha256: string }): Promise<string[]> {
  const found = await store.read(name);
  const got = found && createHash("sha256").update(found.bytes).digest("hex");
  if (found === null || got !== sha256) {
    throw reportError(
      "DamagedWork",
      `${store.place}${name} ${found === null ? "is gone" : "was changed"} since this run wrote it: what was read before cannot be used. Start a new run.`,
    );
  }
  const text = (await promisify(gunzip)(found.bytes)).toString("utf8");
  return text.split("\n");
}
