/** Works on ids that are named while it works: each once, in the order in which they came. */
export interface Queue {
  /** Names an id; a second time, nothing. */
  add(id: string): void;
  /** No more come. */
  end(): void;
  /** When all are done; rejects with the first failure, after which nothing more is begun. */
  readonly done: Promise<void>;
}

/**
 * @param width how many are worked on at a time
 * @param work told how many were done before, and of how many, as soon as that is known
 */
export function createQueue(
  width: number,
  work: (id: string) => Promise<void>,
  onDone: (done: number, total: number | null) => void,
): Queue {
  const ids: string[] = [];
  const seen = new Set<string>();
  let next = 0;
  let done = 0;
  let ended = false;
  let failed = false;
  let wake: (() => void)[] = [];

  function wakeWorkers(): void {
    for (const each of wake) each();
    wake = [];
  }

  async function worker(): Promise<void> {
    while (!failed) {
      if (next < ids.length) {
        try {
          await work(ids[next++]!);
        } catch (error) {
          failed = true;
          wakeWorkers();
          throw error;
        }
        onDone(++done, ended ? ids.length : null);
      } else if (ended) {
        return;
      } else {
        await new Promise<void>((resolve) => wake.push(resolve));
      }
    }
  }

  return {
    add(id) {
      if (seen.has(id)) return;
      seen.add(id);
      ids.push(id);
      wakeWorkers();
    },
    end() {
      ended = true;
      wakeWorkers();
    },
    done: Promise.all(Array.from({ length: width }, worker)).then(() => {}),
  };
}
