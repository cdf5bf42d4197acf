import { reportError } from "../errors";

/**
 * What a run has read of AWS, answer by answer, so that another process can go on from there. Plain JSON goes in and comes out; what was
 * read in an earlier slice of the run is given again, once, without a call.
 */
export interface Journal {
  /**
   * What `read` gives; where an earlier slice has read it, what that one got. Rejects with `SliceOver` where it would have to be read and the
   * slice may start nothing new.
   *
   * @param kind and `key`: together the name of what is read, unique in the run
   * @param holds whether an earlier slice's value may still be used; it is read anew where not
   */
  once<Value>(kind: string, key: string, read: () => Promise<Value>, holds?: (value: Value) => boolean): Promise<Value>;
  /** Notes something beside what is read. */
  note(kind: string, value: readonly string[]): void;
  /** What earlier slices have noted of a kind. */
  notes(kind: string): readonly (readonly string[])[];
  /**
   * Forgets what was read of a kind, in this slice and in earlier ones: it is of no use any more, and need not be kept. To be called once nothing
   * of that kind is under way.
   */
  drop(kind: string): void;
  /** What the run's stages took in all slices, by the stage's name; whoever calls counts it up. */
  readonly stages: Record<string, Counts>;
}

/** What was asked of AWS, by `service:Operation`, still counted up. */
export type Counts = Record<"calls" | "answered" | "throttled", Record<string, number>>;

/** A journal that is kept. */
export interface KeptJournal extends Journal {
  /** Takes in the lines of an earlier slice, in their order. */
  remember(lines: Iterable<string>): void;
  /** The lines since the last `take`; each is JSON. */
  take(): string[];
  /** How many characters `take` would give. */
  size(): number;
  /** Whether this slice has read anything. */
  hasRead(): boolean;
  /** Nothing new is started from now on. */
  end(): void;
  /** When all that was started has been read, or has failed. */
  settled(): Promise<void>;
}

/** Thrown, by name, where the slice may start nothing new. */
export const SLICE_OVER = "SliceOver";

export function createJournal(): KeptJournal {
  /** By kind, then by key. */
  const remembered = new Map<string, Map<string, unknown>>();
  const noted = new Map<string, (readonly string[])[]>();
  const underWay = new Set<Promise<unknown>>();
  let lines: string[] = [];
  let size = 0;
  let over = false;
  let hasRead = false;

  function add(line: readonly unknown[]): void {
    const text = JSON.stringify(line);
    lines.push(text);
    size += text.length;
  }

  async function once<Value>(
    kind: string,
    key: string,
    read: () => Promise<Value>,
    holds: (value: Value) => boolean = () => true,
  ): Promise<Value> {
    const ofKind = remembered.get(kind);
    if (ofKind?.has(key)) {
      const value = ofKind.get(key) as Value;
      ofKind.delete(key); // it is asked for once: from here on, whoever asked has it
      if (holds(value)) return value;
    }
    if (over) throw reportError(SLICE_OVER, "This slice of the run starts nothing new.");
    const reading = read();
    underWay.add(reading);
    try {
      const value = await reading;
      hasRead = true;
      add([kind, key, value]);
      return value;
    } finally {
      underWay.delete(reading);
    }
  }

  return {
    once,
    note: (kind, value) => add([kind, null, value]),
    notes: (kind) => noted.get(kind) ?? [],
    drop(kind) {
      remembered.delete(kind);
      const ofKind = `[${JSON.stringify(kind)},"`;
      lines = lines.filter((line) => !line.startsWith(ofKind));
      size = lines.reduce((sum, line) => sum + line.length, 0);
      add([kind, false]);
    },
    remember(earlier) {
      for (const line of earlier) {
        const [kind, key, value] = JSON.parse(line) as [string, string | null | false, unknown];
        if (key === false) remembered.delete(kind);
        else if (key !== null) {
          if (!remembered.has(kind)) remembered.set(kind, new Map());
          remembered.get(kind)!.set(key, value);
        } else if (noted.has(kind)) noted.get(kind)!.push(value as string[]);
        else noted.set(kind, [value as string[]]);
      }
    },
    take() {
      const taken = lines;
      lines = [];
      size = 0;
      return taken;
    },
    size: () => size,
    hasRead: () => hasRead,
    stages: {},
    end() {
      over = true;
    },
    async settled() {
      while (underWay.size > 0) await Promise.allSettled([...underWay]);
    },
  };
}
