import { createCaller, createClients, createJournal, type KeptJournal } from "../../handlers/aws/aws";
import { openUnfinished, type WorkStore } from "../../handlers/bucket/bucket";
import { createLoginSource } from "../../handlers/logins/logins";
import type { Settings } from "../../handlers/model";
import { runSlice } from "../../handlers/run";
import type { RunHead } from "../../handlers/slice";
import type { LocalAws } from "../../local/aws";
import { defaultSettings } from "../../local/defaultSettings";
import { createMemorySink, emptyHistory } from "../../local/runReport";

/** Parts in memory, as strict as S3: a write under a condition fails where it does not hold. */
export function createMemoryWork(): WorkStore & { readonly files: Map<string, { bytes: Buffer; tag: string }> } {
  const files = new Map<string, { bytes: Buffer; tag: string }>();
  let writes = 0;
  return {
    place: "memory/",
    files,
    read: async (name) => files.get(name) ?? null,
    async write(name, bytes, expected) {
      if (expected !== undefined && (files.get(name)?.tag ?? null) !== expected) return null;
      const tag = `"${++writes}"`;
      files.set(name, { bytes, tag });
      return tag;
    },
    async remove(names) {
      for (const name of names) files.delete(name);
    },
  };
}

/** A journal that ends its slice when so many answers have been asked of AWS: where a run is cut does not depend on this machine's speed. */
export function endingAfter(answers: number): KeptJournal {
  const journal = createJournal();
  const { once } = journal;
  let asked = 0;
  return {
    ...journal,
    once: (kind, key, read, holds) =>
      once(
        kind,
        key,
        () => {
          if (++asked >= answers) journal.end();
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

/**
 * A run that is cut after so many answers, again and again, each slice with clients, caller and values of its own.
 *
 * @param answersOf how many answers a slice asks for, from its number (from 1 on)
 */
export async function runSliced(
  localAws: LocalAws,
  answersOf: (slice: number) => number,
  given: Partial<Settings> = {},
): Promise<SlicedRun> {
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
  const store = createMemoryWork();
  const sink = createMemorySink();
  for (let slice = 1; slice < 1_000; slice++) {
    const ending = new AbortController();
    const clients = createClients();
    const journal = endingAfter(answersOf(slice));
    const unfinished = await openUnfinished<RunHead>(store, journal, "test", "1", () => ({ settings, facts }));
    const published = await runSlice({
      ...unfinished.head,
      clients,
      loginSource: createLoginSource(settings),
      call: createCaller({ requestsPerSecond: settings.requestsPerSecond, signal: ending.signal, journal }),
      history: emptyHistory,
      sink,
      progress: () => {},
      untilMs: Number.POSITIVE_INFINITY,
      publishUntilMs: 0, // only a slice that has read nothing publishes
      journal,
      unfinished,
      end: (reason) => ending.abort(reason),
    });
    ending.abort(new Error("The slice has ended."));
    for (const client of Object.values(clients)) client.destroy();
    if (published !== null) return { files: sink.files, slices: slice };
  }
  throw new Error("The run does not end.");
}
