import { createCaller, createClients, createJournal, type KeptJournal } from "../../handlers/aws/aws";
import { openUnfinished, type WorkStore } from "../../handlers/bucket/bucket";
import { createLoginSource, type LoginKeeping, NOTHING_KEPT } from "../../handlers/logins/logins";
import type { Settings } from "../../handlers/model";
import { runSlice } from "../../handlers/run";
import type { RunHead } from "../../handlers/slice";
import type { LocalAws } from "../../local/aws";
import { defaultSettings } from "../../local/defaultSettings";
import { createMemorySink, emptyHistory, useLocalAws } from "../../local/runReport";

/** Parts in memory, as strict as S3: a write under a condition fails where it does not hold. */
export function createMemoryWork(
  kept: ReadonlyMap<string, { bytes: Buffer; tag: string }> = new Map(),
): WorkStore & { readonly files: Map<string, { bytes: Buffer; tag: string }> } {
  const files = new Map(kept);
  let writes = 0;
  return {
    place: "memory/",
    files,
    read: async (name) => files.get(name) ?? null,
    async write(name, bytes, expected) {
      if (expected !== undefined && (files.get(name)?.tag ?? null) !== expected) return null;
      const tag = `"${++writes} ${Math.random()}"`;
      files.set(name, { bytes, tag });
      return tag;
    },
    async remove(names) {
      for (const name of names) files.delete(name);
    },
  };
}

/**
 * A journal that ends its slice when so many answers have been asked of AWS: where a run is cut does not depend on this machine's speed.
 *
 * @param onAsked told of the kind of each before it is asked for
 */
export function endingAfter(answers: number, onAsked: (kind: string) => Promise<void> = async () => {}): KeptJournal {
  const journal = createJournal();
  const { once } = journal;
  let asked = 0;
  return {
    ...journal,
    once: (kind, key, read, holds) =>
      once(
        kind,
        key,
        async () => {
          if (++asked >= answers) journal.end();
          await onAsked(kind);
          return read();
        },
        holds,
      ),
  };
}

export interface SlicedRun {
  readonly files: Record<string, Buffer>;
  readonly slices: number;
}

type MemoryWork = ReturnType<typeof createMemoryWork>;
type MemorySink = ReturnType<typeof createMemorySink>;

function headOf(localAws: LocalAws, given: Partial<Settings>): RunHead {
  useLocalAws(localAws);
  const { organisation } = localAws;
  const settings: Settings = {
    ...defaultSettings,
    eventDataStore: organisation.EventDataStoreArn ?? null,
    instanceArn: organisation.InstanceArn,
    identityStoreId: organisation.IdentityStoreId,
    requestsPerSecond: 10_000,
    now: organisation.Now,
    ...given,
  };
  const facts = {
    ...{ runId: "test", account: "111122223333", region: "eu-west-1", trigger: "manual", note: "" },
    ...{ caller: "arn:aws:iam::111122223333:role/test", startedMs: Date.now() },
  };
  return { settings, facts };
}

/** A slice with clients, caller and values of its own; `false` where another has to go on. */
async function runOneSlice(
  head: RunHead,
  store: MemoryWork,
  sink: MemorySink,
  journal: KeptJournal,
  ends: { readonly publishUntilMs: number; readonly keepEveryMs?: number },
  keeping: LoginKeeping = NOTHING_KEPT,
): Promise<boolean> {
  const ending = new AbortController();
  const clients = createClients();
  const unfinished = await openUnfinished<RunHead>(store, journal, "test", "1", () => head);
  const { settings, facts } = unfinished.head;
  try {
    const published = await runSlice({
      settings,
      facts,
      clients,
      loginSource: createLoginSource(settings, {}, keeping),
      call: createCaller({ requestsPerSecond: settings.requestsPerSecond, signal: ending.signal, journal }),
      history: emptyHistory,
      sink,
      progress: () => {},
      untilMs: Number.POSITIVE_INFINITY,
      ...ends,
      journal,
      unfinished,
      end: (reason) => ending.abort(reason),
    });
    return published !== null;
  } finally {
    ending.abort(new Error("The slice has ended."));
    for (const client of Object.values(clients)) client.destroy();
  }
}

/**
 * A run that is cut after so many answers, again and again.
 *
 * @param answersOf how many answers a slice asks for, from its number (from 1 on)
 */
export async function runSliced(
  localAws: LocalAws,
  answersOf: (slice: number) => number,
  given: Partial<Settings> = {},
  keeping: LoginKeeping = NOTHING_KEPT,
  onAsked?: (kind: string) => Promise<void>,
): Promise<SlicedRun> {
  const head = headOf(localAws, given);
  const store = createMemoryWork();
  const sink = createMemorySink();
  for (let slice = 1; slice < 1_000; slice++) {
    // Only a slice that has read nothing publishes.
    if (await runOneSlice(head, store, sink, endingAfter(answersOf(slice), onAsked), { publishUntilMs: 0 }, keeping)) {
      return { files: sink.files, slices: slice };
    }
  }
  throw new Error("The run does not end.");
}

/**
 * A run of one slice, at 60 calls a second, that keeps what it has read every so often.
 *
 * @param kept what an earlier process has left
 * @returns the report's files, and the store as it was after each writing of the cursor
 */
export async function runKeeping(
  localAws: LocalAws,
  keepEveryMs: number,
  kept: MemoryWork = createMemoryWork(),
): Promise<{ readonly files: Record<string, Buffer>; readonly stores: readonly MemoryWork[] }> {
  const stores: MemoryWork[] = [];
  const store: MemoryWork = {
    ...kept,
    async write(name, bytes, expected) {
      const tag = await kept.write(name, bytes, expected);
      if (name === "cursor.json") stores.push(createMemoryWork(kept.files));
      return tag;
    },
  };
  const sink = createMemorySink();
  const publishUntilMs = Number.POSITIVE_INFINITY;
  await runOneSlice(headOf(localAws, { requestsPerSecond: 60 }), store, sink, createJournal(), {
    publishUntilMs,
    keepEveryMs,
  });
  return { files: sink.files, stores };
}
